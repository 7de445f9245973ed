"""Results of a run of the sampler: acceptances and recorded energies."""

from __future__ import annotations

from dataclasses import dataclass

from atomglass.kernels.sampling.records import REBUILDS
from atomglass.sampling.moves import DiameterSwaps, Displacements, HybridMonteCarlo
from atomglass.types import Array, IntArray, ShortRepr


@dataclass(frozen=True, repr=False)
class SwapStatistics(ShortRepr):
    """Results of a run of the sampler.

    Attributes
    ----------
    sweeps : int
        Number of sweeps; a sweep consists of N attempted moves.
    displacement_acceptance, swap_acceptance : float
        Accepted fraction of each kind of move; NaN if none was attempted.
    energies : (K,) array
        Potential energy per particle after every `record_every` sweeps, in units of epsilon.
    record_every : int
        Number of sweeps between recorded energies.
    rebuilds : int
        Number of neighbor lists built.
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
            Number of sweeps.
        counters : (7,) int array
            Attempted and accepted moves, and rebuilt lists, in the order of `kernels.sampling.records`.
        energies : (K,) array
            Recorded energies per particle, in units of epsilon.
        record_every : int
            Number of sweeps between recorded energies.
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
