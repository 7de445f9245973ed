"""Numbers of particles of each kind, from their fractions."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from atomglass.errors import InputError
from atomglass.types import Array, IntArray


def exact_counts(number: int, fractions: ArrayLike) -> IntArray:
    """Return how many of `number` particles are of each kind, by the method of the largest remainder.

    Each kind gets the integer part of its share. The particles that are left go to the kinds with the largest
    remainders, and among equal ones to the first. No count differs from its share by 1 or more.

    Parameters
    ----------
    number : int
        Number of particles N.
    fractions : (K,) array
        Fraction of each kind; they add up to 1.

    Returns
    -------
    (K,) array of int
        The counts, which add up to `number`.

    Raises
    ------
    InputError
        There are no particles, a fraction is negative, or the fractions do not add up to 1.
    """
    shares = number * _checked(number, fractions)
    # An integer share may be rounded to just below it: the remainder of nearly 1 then gives the particle back.
    counts = np.floor(shares).astype(np.int64)
    left = number - int(counts.sum())
    counts[np.argsort(-(shares - counts).round(9), kind="stable")[:left]] += 1
    return counts


def compose_species(
    number: int,
    composition: ArrayLike,
    rng: np.random.Generator,
    method: Literal["iid", "quantile"] = "quantile",
) -> IntArray:
    """Return the species of particles in random order.

    Parameters
    ----------
    number : int
        Number of particles N.
    composition : (K,) array
        Fraction of each species; they add up to 1.
    rng : numpy.random.Generator
        Random stream.
    method : {"iid", "quantile"}
        `quantile`: exact numbers of each species (`exact_counts`), the same in all samples. `iid`: each particle is
        drawn independently, so that the composition varies between samples.

    Returns
    -------
    (N,) array of int
        Species, from 0 to K - 1.

    Raises
    ------
    InputError
        There are no particles, the method is unknown, a fraction is negative, or the fractions do not add up to 1.
    """
    if method == "quantile":
        counts = exact_counts(number, composition)
        return rng.permutation(np.repeat(np.arange(len(counts)), counts))
    if method != "iid":
        raise InputError("method of drawing species", method, "'iid' or 'quantile'")
    below = np.cumsum(_checked(number, composition))[:-1]
    return np.searchsorted(below, rng.random(number), side="right").astype(np.int64)


def _checked(number: int, fractions: ArrayLike) -> Array:
    """Return fractions that add up to 1."""
    if number < 1:
        raise InputError("number of particles", number, ">= 1")
    values = np.asarray(fractions, dtype=float)
    if values.ndim != 1 or not len(values) or not np.all(values >= 0):
        raise InputError("composition", fractions, "one fraction >= 0 for each species")
    if abs(values.sum() - 1) > 1e-6:
        raise InputError("sum of the composition", float(values.sum()), "1")
    normalized: Array = values / values.sum()
    return normalized
