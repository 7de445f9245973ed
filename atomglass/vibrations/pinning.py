"""Modes of a glass some of whose particles are pinned at random, which suppresses phonons but not localized modes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atomglass.errors import InputError
from atomglass.system.checks import check_seed
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential
from atomglass.types import BoolArray, Seed, typed_arguments
from atomglass.vibrations.checked_hessian import check_not_all_rattlers
from atomglass.vibrations.hessian import ReducedHessian, pair_rattlers
from atomglass.vibrations.modes import (
    Modes,
    lowest_modes_of_hessian,
    modes_of_hessian_below,
)
from atomglass.vibrations.residual_force import warn_unless_inherent_state


@dataclass(frozen=True, repr=False)
class PinnedModes(Modes):
    """Modes of a glass with pinned particles; participation ratios still count all N particles.

    Attributes
    ----------
    pinned : (N,) bool array
        Which particles are pinned: the eigenvectors are zero there, as they are at rattlers.
    """

    pinned: BoolArray


@typed_arguments
def pinned_modes(
    configuration: Configuration,
    potential: PairPotential,
    fraction: float,
    *,
    frequency: float | None = None,
    count: int | None = None,
    seed: Seed = 0,
) -> PinnedModes:
    """Return the modes of a glass in which a random fraction of the particles is pinned where it is.

    Parameters
    ----------
    configuration : Configuration
        An inherent state.
    potential : PairPotential
        The interactions.
    fraction : float
        Fraction of the particles to pin, rattlers not counted, from 0 to below 1; the number of pinned particles is
        rounded to the nearest integer.
    frequency : float, optional
        All modes below this frequency are returned, in units of sqrt(epsilon / m) over length.
    count : int, optional
        The lowest `count` modes are returned. Either this or `frequency` is given.
    seed : int or numpy.random.SeedSequence
        The same seed pins the same particles.

    Returns
    -------
    PinnedModes
        The modes, in ascending order; check `complete` and `is_minimum`.

    Raises
    ------
    InputError
        A fraction outside [0, 1), a negative seed, not exactly one of `frequency` and `count`, a bound or a count that
        is not positive, a box too small for the cutoff, or no particle that is free to vibrate.

    Notes
    -----
    The rows and columns of pinned particles are left out of the Hessian: Angelani et al., Proc. Natl. Acad. Sci. 115,
    8700 (2018), in 3-D; Shiraishi, Mizuno and Ikeda, arXiv:2301.06225, in 2-D. The glass is not quenched again: it is
    at a minimum still. By Cauchy's interlacing theorem the k-th eigenvalue with p pins lies between the k-th and the
    (k + d p)-th of the glass without pins, translations counted among the latter. One pin takes away the translations.

    Examples
    --------
    >>> modes = ag.pinned_modes(glass, pot, 0.05, count=5, seed=1)
    >>> int(modes.pinned.sum()), modes.complete, bool(modes.eigenvectors[:, modes.pinned].any())
    (5, True, False)
    """
    if (frequency is None) == (count is None):
        raise InputError("frequency and count", f"{frequency}, {count}", "exactly one of the two")
    if frequency is not None and not (frequency > 0 and np.isfinite(frequency)):
        raise InputError("frequency bound", frequency, "> 0")
    if count is not None and count < 1:
        raise InputError("count of modes", count, ">= 1")
    check_fraction(fraction)
    if not isinstance(seed, np.random.SeedSequence):
        seed = check_seed(seed)
    pairs = InteractingPairs.of(configuration, potential)
    warn_unless_inherent_state(pairs)
    pinned = random_pins(pair_rattlers(pairs), fraction, seed)
    if frequency is not None:
        return pinned_modes_below(pairs, pinned, frequency)
    reduced = _hessian_with_pins(pairs, pinned)
    assert count is not None
    return PinnedModes(**vars(lowest_modes_of_hessian(reduced, count)), pinned=pinned)


def pinned_modes_below(pairs: InteractingPairs, pinned: BoolArray, frequency: float) -> PinnedModes:
    """Return all modes below a frequency of a glass with given particles pinned.

    Parameters
    ----------
    pairs : InteractingPairs
        The interacting pairs of the glass.
    pinned : (N,) bool array
        Which particles are pinned.
    frequency : float
        Upper bound, in units of sqrt(epsilon / m) over length.
    """
    reduced = _hessian_with_pins(pairs, pinned)
    return PinnedModes(**vars(modes_of_hessian_below(reduced, frequency)), pinned=pinned)


def check_fraction(fraction: float) -> None:
    """Reject a fraction of pinned particles outside [0, 1).

    Raises
    ------
    InputError
        The fraction is outside [0, 1).
    """
    if not 0 <= fraction < 1:
        raise InputError("the fraction of pinned particles", fraction, "0 <= fraction < 1", "0.03, for example")


def random_pins(rattlers: BoolArray, fraction: float, seed: Seed) -> BoolArray:
    """Return which particles (N,) are pinned.

    Parameters
    ----------
    rattlers : (N,) bool array
        Which particles are rattlers; these are never pinned.
    fraction : float
        Fraction of the other particles, rounded to a whole number of them.
    seed : int or numpy.random.SeedSequence
        The same seed pins the same particles.
    """
    held = np.flatnonzero(~rattlers)
    pinned: BoolArray = np.zeros(len(rattlers), dtype=bool)
    pinned[np.random.default_rng(seed).choice(held, round(fraction * len(held)), replace=False)] = True
    return pinned


def _hessian_with_pins(pairs: InteractingPairs, pinned: BoolArray) -> ReducedHessian:
    reduced = ReducedHessian(pairs, pinned)
    if not pinned.any():
        check_not_all_rattlers(reduced)
    elif not reduced.size:
        raise InputError("number of particles that are free to vibrate", 0, ">= 1", "pin a smaller fraction")
    return reduced
