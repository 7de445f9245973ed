"""Separate relaxation of those regions of a large sample that are still rearranging.

The larger a sample, the more likely a few of its particles are passing a saddle. This takes a hundred force evaluations
of the whole sample, and leaves conjugate directions that suit only those few particles.
"""

from __future__ import annotations

from atomglass.kernels.minimization import local_relaxation as kernels
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.records import MinimizerArrays, PairList, new_minimizer_state

#: Root-mean-square force below which regions are relaxed separately; above it, particles rearrange everywhere.
START_FORCE = 0.03
#: Ratio of the largest to the root-mean-square force above which some regions are considered to lag behind. The ratio
#: is 5 in samples of 1e5 particles near a minimum.
UNEVENNESS = 20.0
#: Forces above which a particle becomes the center of a region, and to which a region is relaxed, in units of the
#: root-mean-square force.
TRIGGER_FACTOR, TARGET_FACTOR = 5.0, 1.0
#: Number of free particles in a region: enough for the elastic field of a rearrangement, few enough for the cache.
REGION_SIZE = 1000
#: Largest number of force evaluations of one region.
MAX_EVALUATIONS = 2000
#: Largest number of consecutive rounds while regions are unfinished, and number of steps of the whole sample before the
#: next series of rounds.
MAX_ROUNDS, COOLDOWN = 4, 10


class LocalRelaxation:
    """Separate relaxation of regions: decides when it is due, and performs it.

    Parameters
    ----------
    dimension : int
        2 or 3.
    max_step : float
        Largest displacement of a particle in one trial step, in units of length.
    max_displacement : float
        Largest distance of a particle from its reference position before a step, in units of length.
    force_tolerance : float
        Smallest force to which a region is relaxed, in units of epsilon over length.
    """

    def __init__(self, dimension: int, max_step: float, max_displacement: float, force_tolerance: float) -> None:
        self._dimension, self._max_step, self._max_displacement = dimension, max_step, max_displacement
        self._force_tolerance = force_tolerance
        self._cooldown, self._round = 0, 0
        self._pairs: PairList | None = None
        self._state = new_minimizer_state()

    def is_due(self, rms_force: float, max_force: float) -> bool:
        """Return whether to relax regions now; to be called once per iteration.

        In three dimensions the answer is always no: most particles of a region are at its boundary, from which its
        relaxation would spread new forces.

        Parameters
        ----------
        rms_force, max_force : float
            Root-mean-square and largest force on a particle, in units of epsilon over length.
        """
        self._cooldown -= 1
        return (
            self._dimension == 2
            and self._cooldown <= 0
            and rms_force < START_FORCE
            and (max_force > UNEVENNESS * rms_force or self._round > 0)
        )

    def skip_cooldown(self) -> None:
        """End the cooldown, after an iteration that cost as much as a hundred ordinary ones."""
        self._cooldown = 0

    def relax(self, arrays: MinimizerArrays, pairs: PairList, potential: Potential, rms_force: float) -> float:
        """Relax regions; positions are changed in place, forces are not updated.

        Parameters
        ----------
        arrays : MinimizerArrays
            Positions, reference positions and forces of the whole sample.
        pairs : PairList
            Half neighbor list, built at the reference positions.
        potential : PairParameters or FormParameters
            Parameters of the pair potential.
        rms_force : float
            Root-mean-square force, in units of epsilon over length.

        Returns
        -------
        work : float
            Cost in force evaluations of the whole sample.
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
