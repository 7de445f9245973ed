"""The moves of the sampler: their parameters, and how often they were accepted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atomglass.errors import InputError
from atomglass.kernels.sampling import records
from atomglass.kernels.sampling.flat_pair_list import MARGIN
from atomglass.sampling.checks import check_count, check_range
from atomglass.types import IntArray

#: Largest allowed number of sweeps between trajectories, and of time steps in a trajectory.
MAX_HMC_COUNT = 1_000_000
#: Smallest skin of the neighbor list with which trajectories can be integrated, in units of length.
MIN_HMC_SKIN = 2 * MARGIN
#: Added to acceptances when the step is tuned, so that ratios of small numbers do not change it.
_ACCEPTANCE_OFFSET = 0.05
#: Smallest and largest factor by which one tuning interval changes the step.
_TUNING_FACTORS = (0.8, 1.25)


@dataclass(frozen=True)
class Displacements:
    """Displacements of single particles, uniform in [-d, d] along each axis.

    Attributes
    ----------
    max_displacement : float
        Largest displacement d along an axis, in units of length.

    Raises
    ------
    InputError
        The value is out of range.
    """

    max_displacement: float = 0.12

    def __post_init__(self) -> None:
        check_range("max_displacement", self.max_displacement, self.max_displacement > 0, "> 0")
        object.__setattr__(self, "max_displacement", float(self.max_displacement))

    @staticmethod
    def limit(skin: float, dimension: int) -> float:
        """Return the largest d: a trial move from a new neighbor list must stay within half its skin."""
        return float(skin / 2 / np.sqrt(dimension))

    @staticmethod
    def acceptance(counters: IntArray) -> float:
        """Return the accepted fraction of the displacements; NaN if none was attempted."""
        return _ratio(counters[records.DISPLACEMENTS_ACCEPTED], counters[records.DISPLACEMENTS])

    def tuned(self, counters: IntArray, target_acceptance: float, limit: float) -> Displacements:
        """Return displacements whose acceptance should be closer to the target.

        Parameters
        ----------
        counters : (7,) int array
            Attempted and accepted moves since the last change.
        target_acceptance : float
            Desired acceptance, between 0 and 1.
        limit : float
            Largest allowed d, in units of length.
        """
        if not counters[records.DISPLACEMENTS]:
            return self
        ratio = (self.acceptance(counters) + _ACCEPTANCE_OFFSET) / (target_acceptance + _ACCEPTANCE_OFFSET)
        return Displacements(float(min(self.max_displacement * np.clip(ratio, *_TUNING_FACTORS), limit)))


@dataclass(frozen=True)
class DiameterSwaps:
    """Swaps of the diameters of two random particles.

    Attributes
    ----------
    fraction : float
        Fraction of the moves of a sweep that are swaps.

    Raises
    ------
    InputError
        The value is out of range.
    """

    fraction: float = 0.2

    def __post_init__(self) -> None:
        check_range("swap_fraction", self.fraction, 0 <= self.fraction <= 1, "0 to 1")
        object.__setattr__(self, "fraction", float(self.fraction))

    @staticmethod
    def acceptance(counters: IntArray) -> float:
        """Return the accepted fraction of the swaps; NaN if none was attempted."""
        return _ratio(counters[records.SWAPS_ACCEPTED], counters[records.SWAPS])


@dataclass(frozen=True)
class HybridMonteCarlo:
    """Hybrid Monte Carlo: short trajectories of molecular dynamics of all particles, instead of displacements.

    Each trajectory starts from random momenta, follows Hamilton's equations for the time `steps * time_step`, and is
    accepted or rejected as a whole. The parameters affect only the speed of the sampling, not the ensemble. Between
    trajectories, diameters are swapped at fixed positions. See docs/decorrelation.md. Start from a configuration
    without overlaps, since every trajectory is rejected where forces are huge.

    Attributes
    ----------
    every : int
        Number of sweeps of swaps from one trajectory to the next.
    steps : int
        Number of time steps in a trajectory, with two force evaluations each.
    time_step : float
        Length of a time step, in units of sqrt(m sigma^2 / epsilon), where m is the mass of every particle. The energy
        error grows as its square and as the square root of N. About three in four trajectories should be accepted.
    swap_window : float, optional
        Largest difference of two diameters that are swapped, in units of length. By default any two are: then most
        swaps are of diameters so different that they are rejected.

    Raises
    ------
    InputError
        A value is out of range.

    Notes
    -----
    Duane, Kennedy, Pendleton and Roweth, Phys. Lett. B 195, 216 (1987); the integrator is that of Omelyan, Mryglod and
    Folk, Comput. Phys. Commun. 151, 272 (2003).

    Examples
    --------
    >>> moves = ag.HybridMonteCarlo(every=4, steps=8, time_step=0.05)
    >>> mc = ag.SwapMonteCarlo(liquid, pot, temperature=0.2, trajectories=moves)
    >>> mc.run(sweeps=8).sweeps
    8
    """

    every: int = 6
    steps: int = 8
    time_step: float = 0.05
    swap_window: float | None = None

    def __post_init__(self) -> None:
        check_count("sweeps from one trajectory to the next", self.every, 1, MAX_HMC_COUNT)
        check_count("time steps of a trajectory", self.steps, 1, MAX_HMC_COUNT)
        if isinstance(self.time_step, bool) or not isinstance(self.time_step, (int, float, np.number)):
            raise InputError("time step of a trajectory", self.time_step, "a number > 0")
        check_range("time step of a trajectory", self.time_step, self.time_step > 0, "> 0")
        if self.swap_window is not None:
            if isinstance(self.swap_window, bool) or not isinstance(self.swap_window, (int, float, np.number)):
                raise InputError("swap window with trajectories", self.swap_window, "a number > 0, or None")
            check_range("swap window with trajectories", self.swap_window, self.swap_window > 0, "> 0")

    def check_species(self, species: int) -> None:
        """Reject a window of diameters for a potential whose particles differ by their species.

        Parameters
        ----------
        species : int
            Number of species of the potential; 0 if particles have diameters.

        Raises
        ------
        InputError
            There are species, and a window.
        """
        if species and self.swap_window is not None:
            remedy = "the particles of this potential have species, not diameters"
            raise InputError("swap window with trajectories", self.swap_window, "None", remedy)

    @staticmethod
    def acceptance(counters: IntArray) -> float:
        """Return the accepted fraction of the trajectories; NaN if none was attempted."""
        return _ratio(counters[records.TRAJECTORIES_ACCEPTED], counters[records.TRAJECTORIES])


def _ratio(accepted: int, attempted: int) -> float:
    return int(accepted) / int(attempted) if attempted else float("nan")
