"""Spearman's rank correlation of modes, with whole chains as the independent units of its error."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from atomglass.analysis.statistics.bootstrap import chain_weights, standard_error
from atomglass.analysis.statistics.chain_errors import freedom_of_error
from atomglass.analysis.statistics.verdicts import interval_95

Array = NDArray[np.float64]
#: Bootstrap resamples of whole chains.
RESAMPLES = 500


class RankCorrelation(NamedTuple):
    """A rank correlation.

    Attributes
    ----------
    value, error : float
        The coefficient, and one standard error: the larger of that of independent modes and that between chains.
    low95, high95 : float
        The central 95 % interval, symmetric in Fisher's artanh.
    """

    value: float
    error: float
    low95: float
    high95: float


def rank_correlation(x: ArrayLike, y: ArrayLike, chain: ArrayLike, rng: np.random.Generator) -> RankCorrelation:
    """Return Spearman's coefficient of two properties of modes.

    Parameters
    ----------
    x, y : array, shape (n,)
        The two properties; at least four modes.
    chain : array, shape (n,)
        The chain of each mode.
    rng : numpy.random.Generator
        For the bootstrap.

    Notes
    -----
    The standard error of artanh(rho) is sqrt((1 + rho^2/2)/(n - 3)) for n independent modes (Bonett and Wright,
    Psychometrika 65, 23 (2000)).
    """
    _, chain, size = np.unique(np.asarray(chain), return_inverse=True, return_counts=True)
    x, y = (np.unique(np.asarray(values), return_inverse=True)[1] for values in (x, y))
    value = weighted_rank_correlation(x, y, np.ones(len(x)))
    weights = chain_weights(len(size), rng, RESAMPLES)
    resampled = np.array([weighted_rank_correlation(x, y, weight[chain]) for weight in weights])
    slope = max(1 - value**2, 1e-12)  # of the coefficient against its artanh; not 0 where all ranks agree
    independent = math.sqrt((1 + value**2 / 2) / (len(x) - 3))
    # The spread of the coefficient itself: artanh is infinite in resamples of so few modes that all ranks agree.
    between_chains = standard_error(resampled[~np.isnan(resampled)], len(size)) / slope
    error = float(np.fmax(independent, between_chains))
    middle = math.atanh(math.copysign(math.sqrt(1 - slope), value))
    low, high = np.tanh(interval_95(middle, error, freedom_of_error(error, independent, size)))
    return RankCorrelation(value, slope * error, float(low), float(high))


def weighted_rank_correlation(x: NDArray[Any], y: NDArray[Any], weight: Array) -> float:
    """Return Spearman's coefficient of modes of which each occurs as often as its weight says.

    Parameters
    ----------
    x, y : array of int, shape (n,)
        The number of each mode's value among the different values, in ascending order.
    weight : array, shape (n,)
        How often each mode occurs.

    Returns
    -------
    float
        NaN if all modes have the same value.
    """
    centered = []
    for place in (x, y):
        occurs = np.bincount(place, weight)
        rank = (np.cumsum(occurs) - occurs / 2)[place]  # equal values share their mean rank
        centered.append(rank - weight.sum() / 2)
    one, other = centered
    norm = math.sqrt(float(weight @ one**2) * float(weight @ other**2))
    return float(weight @ (one * other)) / norm if norm > 0 else math.nan
