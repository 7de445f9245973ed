"""When regions of a large sample that still rearrange are relaxed on their own.

The larger a sample, the more likely a few of its particles are passing a saddle, which takes a hundred evaluations of
all particles, and leaves conjugate directions that suit those few only.
"""

from __future__ import annotations

from atomglass.kernels.minimization import local_relaxation as kernels
from atomglass.kernels.pair_potential import PairParameters
from atomglass.kernels.records import MinimizerArrays, PairList, new_minimizer_state

#: Root-mean-square force below which regions are relaxed on their own. Above it, particles rearrange everywhere.
START_FORCE = 0.03
#: Ratio of the largest to the root-mean-square force above which some regions lag behind. It is 5 in samples of 1e5
#: particles near a minimum.
UNEVENNESS = 20.0
#: Trigger force and target force of regions, in units of the root-mean-square force; see `RegionOptions`.
TRIGGER_FACTOR, TARGET_FACTOR = 5.0, 1.0
#: Free particles of a region: wide enough for the elastic field of a rearrangement, small enough for the cache.
REGION_SIZE = 1000
#: Force evaluations of one region at most.
MAX_EVALUATIONS = 2000
#: Rounds in a row while regions are unfinished, and steps of the whole sample until the next series of rounds.
MAX_ROUNDS, COOLDOWN = 4, 10


class LocalRelaxation:
    """Decides when regions are relaxed on their own, and does it.

    Parameters
    ----------
    dimension : int
        2 or 3.
    max_step : float
        Largest displacement of a particle in one trial step, in units of length.
    max_displacement : float
        Largest distance of a particle from where the neighbor list was built before a step, in units of length.
    force_tolerance : float
        No region is relaxed to a smaller force.
    """

    def __init__(self, dimension: int, max_step: float, max_displacement: float, force_tolerance: float) -> None:
        self._dimension, self._max_step, self._max_displacement = dimension, max_step, max_displacement
        self._force_tolerance = force_tolerance
        self._cooldown, self._round = 0, 0
        self._pairs: PairList | None = None
        self._state = new_minimizer_state()

    def is_due(self, rms_force: float, max_force: float) -> bool:
        """Whether to relax regions now; to be asked once per iteration.

        Never in three dimensions: there most particles of such a region are at its boundary, and relaxing it spreads
        new forces from there.

        Parameters
        ----------
        rms_force, max_force : float
            Root-mean-square and largest force on a particle.
        """
        self._cooldown -= 1
        return (
            self._dimension == 2
            and self._cooldown <= 0
            and rms_force < START_FORCE
            and (max_force > UNEVENNESS * rms_force or self._round > 0)
        )

    def skip_cooldown(self) -> None:
        """End the cooldown, after an iteration that cost as much as a hundred others."""
        self._cooldown = 0

    def relax(self, arrays: MinimizerArrays, pairs: PairList, potential: PairParameters, rms_force: float) -> float:
        """Relax regions; positions are changed in place, forces are not updated.

        Parameters
        ----------
        arrays : MinimizerArrays
            Positions, reference positions and forces of the whole sample.
        pairs : PairList
            Half neighbor list, built at the reference positions.
        potential : PairParameters
            Parameters of the pair potential.
        rms_force : float
            Root-mean-square force.

        Returns
        -------
        work : float
            Force evaluations, in units of those of the whole sample.
        """
        if self._pairs is None or self._pairs.row_starts is not pairs.row_starts:
            self._pairs, self._reverse = pairs, kernels.reverse_list(pairs.row_starts, pairs.neighbors)
        options = kernels.RegionOptions(
            float(TRIGGER_FACTOR * rms_force),
            float(max(TARGET_FACTOR * rms_force, self._force_tolerance)),
            REGION_SIZE,
            self._max_step,
            self._max_displacement,
            MAX_EVALUATIONS,
        )
        unfinished, work = kernels.relax(arrays, pairs, self._reverse, potential, options, self._state)
        self._round += 1
        if not unfinished or self._round == MAX_ROUNDS:
            self._cooldown, self._round = COOLDOWN, 0
        return float(work)
