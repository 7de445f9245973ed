"""Quantiles of a distribution in which every glass counts the same, however many values it holds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from atomglass.errors import InputError
from atomglass.types import Array

#: Number of bootstrap samples of glasses.
_RESAMPLED = 400


def quantiles_per_glass(
    values: ArrayLike, glasses: ArrayLike, probabilities: ArrayLike, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return quantiles of a distribution in which every glass has the same weight, and their errors over glasses.

    Parameters
    ----------
    values : (n,) array
        The values; NaN is left out.
    glasses : (n,) array
        The glass of each value.
    probabilities : (m,) array
        Between 0 and 1.
    rng : numpy.random.Generator
        For the bootstrap, which draws whole glasses.

    Returns
    -------
    quantiles, errors : (m,) arrays
        The quantiles, and their standard deviations over bootstrap samples.
    """
    values, glasses = np.asarray(values, dtype=float), np.asarray(glasses)
    known = ~np.isnan(values)
    members = [values[known & (glasses == glass)] for glass in np.unique(glasses[known])]
    if not members:
        raise InputError("values of the distribution", "none", "at least one")
    estimate = _weighted(probabilities)
    samples = [estimate([members[k] for k in rng.integers(len(members), size=len(members))]) for _ in range(_RESAMPLED)]
    return estimate(members), np.std(samples, axis=0, ddof=1)


def _weighted(probabilities: ArrayLike) -> Callable[[list[Array]], Array]:
    """Return a function that computes quantiles of the union of samples of equal weight."""
    wanted = np.asarray(probabilities, dtype=float)

    def estimate(members: list[Array]) -> Array:
        values = np.concatenate(members)
        weights = np.concatenate([np.full(len(m), 1 / (len(m) * len(members))) for m in members])
        order = np.argsort(values)
        cumulative = np.cumsum(weights[order]) - weights[order] / 2
        return np.interp(wanted, cumulative, values[order])

    return estimate
