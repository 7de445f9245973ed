"""The soft spots of a glass: its softest pseudo-harmonic modes, from starts that reach all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atomglass.errors import InputError
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential
from atomglass.types import BoolArray, IntArray, ShortRepr, typed_arguments
from atomglass.vibrations.checked_hessian import minimum_hessian
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.nonlinear_modes import NonlinearModes, nonlinear_modes_of_hessian
from atomglass.vibrations.nonlinear_search import MARGIN
from atomglass.vibrations.starting_fields import StartingFields, starting_fields


@dataclass(frozen=True, repr=False)
class SoftSpots(ShortRepr):
    """The pseudo-harmonic modes of a glass below a frequency, with evidence of their completeness.

    Attributes
    ----------
    modes : NonlinearModes
        The modes below `below`; not all of them need have converged.
    below : float
        Frequency bound, in units of sqrt(epsilon / m) over length.
    start_count : int
        Number of starts.
    start_frequency : float
        Frequency of the highest harmonic mode among the starts.
    harmonic_hits, dipole_hits : (k,) int array
        Number of harmonic modes, and of responses to dipoles, that led to each mode.
    not_converged : int
        Number of starts whose search did not converge, up to 1.25 times the bound.

    Examples
    --------
    >>> spots = ag.soft_spots(glass, pot, below=2.0)
    >>> bool(np.all(spots.harmonic_hits + spots.dipole_hits == spots.modes.hits)), spots.not_converged
    (True, 0)
    """

    modes: NonlinearModes
    below: float
    start_count: int
    start_frequency: float
    harmonic_hits: IntArray
    dipole_hits: IntArray
    not_converged: int

    def __len__(self) -> int:
        return len(self.modes)

    @property
    def missed(self) -> float:
        """Estimate of the number of modes below the bound that no start reached (Lincoln and Petersen).

        With h modes found from harmonic modes, p from dipoles and b from both, (h - b) (p - b) / b are in neither, if
        the two kinds of start reach a mode independently. They do not: modes that are hard to reach from one are hard
        to reach from the other, and in a glass of N = 400 the numbers are small, so that it is far too low; see
        docs/nonlinear_modes.md. It is NaN if no mode was found from both.
        """
        return missed(self.harmonic_hits > 0, self.dipole_hits > 0)


def missed(by_harmonic: BoolArray, by_dipole: BoolArray) -> float:
    """Return how many modes neither kind of start found, given which found which; NaN if no mode was found by both."""
    both = int((by_harmonic & by_dipole).sum())
    return float((by_harmonic & ~by_dipole).sum() * (by_dipole & ~by_harmonic).sum() / both) if both else float("nan")


@typed_arguments
def soft_spots(
    configuration: Configuration, potential: PairPotential, below: float, starts: int | None = None
) -> SoftSpots:
    """Return the pseudo-harmonic modes of a glass below a frequency.

    Parameters
    ----------
    configuration : Configuration
        An inherent state.
    potential : PairPotential
        The interactions.
    below : float
        Bound on sqrt(kappa), in units of sqrt(epsilon / m) over length.
    starts : int, optional
        Number of harmonic modes among the starts, to which two (2-D) or five (3-D) dipoles
        each are added; max(8, N / 250) by default.

    Returns
    -------
    SoftSpots
        The modes, and evidence of their completeness: nothing proves that none is missing.

    Raises
    ------
    InputError
        The configuration is not a minimum or consists of rattlers, or `below` or `starts` is not positive.

    Examples
    --------
    >>> spots = ag.soft_spots(glass, pot, below=2.0)
    >>> bool((spots.modes.frequencies < 2.0).all()), spots.start_count
    (True, 24)
    """
    if not (below > 0 and np.isfinite(below)):
        raise InputError("frequency bound", below, "> 0")
    if starts is not None and starts < 1:
        raise InputError("number of harmonic modes among the starts", starts, ">= 1")
    pairs = InteractingPairs.of(configuration, potential)
    reduced = minimum_hessian(pairs)
    return soft_spots_of_hessian(pairs, reduced, starting_fields(pairs, reduced, harmonic=starts), below)


def soft_spots_of_hessian(
    pairs: InteractingPairs, reduced: ReducedHessian, starts: StartingFields, below: float = np.inf
) -> SoftSpots:
    """Return the pseudo-harmonic modes to which starts lead, below a frequency.

    Parameters
    ----------
    pairs : InteractingPairs
        The interacting pairs.
    reduced : ReducedHessian
        Their Hessian without rattlers, of a minimum.
    starts : StartingFields
        From `starting_fields`.
    below : float
        Bound on sqrt(kappa); none by default.
    """
    found = nonlinear_modes_of_hessian(pairs, reduced, starts.fields, below=below)
    modes = found.below(below)
    harmonic = np.arange(len(found.origins)) < starts.harmonic

    def hits(kind: BoolArray) -> IntArray:
        return np.bincount(modes.origins[kind & (modes.origins >= 0)], minlength=len(modes))

    return SoftSpots(
        modes=modes,
        below=below,
        start_count=len(starts.fields),
        start_frequency=starts.highest_frequency,
        harmonic_hits=hits(harmonic),
        dipole_hits=hits(~harmonic),
        not_converged=int((~found.converged & (found.frequencies <= MARGIN * below))[found.origins].sum()),
    )
