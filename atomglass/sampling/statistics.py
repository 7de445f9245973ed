"""What a run of the sampler returns."""

from __future__ import annotations

from dataclasses import dataclass

from atomglass.kernels.sampling.records import REBUILDS
from atomglass.sampling.moves import DiameterSwaps, Displacements, HybridMonteCarlo
from atomglass.types import Array, IntArray


@dataclass(frozen=True)
class SwapStatistics:
    """Results of a run of the sampler.

    Attributes
    ----------
    sweeps : int
        Sweeps done. A sweep is N attempted moves.
    displacement_acceptance, swap_acceptance : float
        Accepted fraction of each kind of move; NaN if none was attempted.
    energies : (K,) array
        Potential energy per particle after every `record_every` sweeps.
    record_every : int
        Sweeps between the recorded energies.
    rebuilds : int
        Neighbor lists built.
    trajectory_acceptance : float
        Accepted fraction of the trajectories; NaN if none was attempted.
    """

    sweeps: int
    displacement_acceptance: float
    swap_acceptance: float
    energies: Array
    record_every: int
    rebuilds: int
    trajectory_acceptance: float = float("nan")

    @classmethod
    def of(cls, sweeps: int, counters: IntArray, energies: Array, record_every: int) -> SwapStatistics:
        """Return the statistics of a run.

        Parameters
        ----------
        sweeps : int
            Sweeps done.
        counters : (7,) int array
            Attempted and accepted moves, and rebuilt lists.
        energies : (K,) array
            Recorded energies per particle.
        record_every : int
            Sweeps between them.
        """
        return cls(
            sweeps=sweeps,
            displacement_acceptance=Displacements.acceptance(counters),
            swap_acceptance=DiameterSwaps.acceptance(counters),
            energies=energies,
            record_every=record_every,
            rebuilds=int(counters[REBUILDS]),
            trajectory_acceptance=HybridMonteCarlo.acceptance(counters),
        )
