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
    values: ArrayLike,
    glasses: ArrayLike,
    probabilities: ArrayLike,
    rng: np.random.Generator,
    weights: ArrayLike | None = None,
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
    weights : (n,) array, optional
        Weights of the values within their glass; equal by default.

    Returns
    -------
    quantiles, errors : (m,) arrays
        The quantiles, and their standard deviations over bootstrap samples.
    """
    values, glasses = np.asarray(values, dtype=float), np.asarray(glasses)
    share = np.ones(values.shape) if weights is None else np.asarray(weights, dtype=float)
    known = ~np.isnan(values)
    chosen = [known & (glasses == glass) for glass in np.unique(glasses[known])]
    members = [(values[those], share[those] / share[those].sum()) for those in chosen]
    if not members:
        raise InputError("values of the distribution", "none", "at least one")
    estimate = _weighted(probabilities)
    samples = [estimate([members[k] for k in rng.integers(len(members), size=len(members))]) for _ in range(_RESAMPLED)]
    return estimate(members), np.std(samples, axis=0, ddof=1)


def _weighted(probabilities: ArrayLike) -> Callable[[list[tuple[Array, Array]]], Array]:
    """Return a function that computes quantiles of the union of samples of equal weight."""
    wanted = np.asarray(probabilities, dtype=float)

    def estimate(members: list[tuple[Array, Array]]) -> Array:
        values = np.concatenate([value for value, _ in members])
        weights = np.concatenate([weight / len(members) for _, weight in members])
        order = np.argsort(values)
        cumulative = np.cumsum(weights[order]) - weights[order] / 2
        return np.interp(wanted, cumulative, values[order])

    return estimate
