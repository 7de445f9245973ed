"""Intervals of an exponent by drawing whole chains anew.

The exponent of a truncated power law is s = n / sum(-ln x) - 1: two sums. A resample of chains is therefore two sums of
chain totals with multinomial weights, and thousands of resamples are one product of matrices.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from atomglass.analysis.clusters import by_chain
from atomglass.errors import InputError

Array = NDArray[np.float64]
#: Resamples: the noise of a 95 % bound is then about 3 % of the interval's width.
RESAMPLES = 4000


@dataclass(frozen=True)
class Interval:
    """A central confidence interval."""

    low: float
    high: float
    confidence: float

    def holds(self, value: float) -> bool:
        """Whether a value lies in it."""
        return self.low <= value <= self.high


def chain_weights(chains: int, rng: np.random.Generator, resamples: int = RESAMPLES) -> Array:
    """Return how often each chain is drawn in each resample, shape (resamples, chains)."""
    return rng.multinomial(chains, np.full(chains, 1 / chains), size=resamples).astype(float)


def resampled_exponents(count: Array, logs: Array, weights: Array) -> Array:
    """Return the exponent of every resample.

    Parameters
    ----------
    count, logs : array, shape (chains,) or (chains, trials)
        Number of modes, and sum of -ln x, of each chain.
    weights : array, shape (resamples, chains)
        From `chain_weights`.

    Returns
    -------
    array, shape (resamples,) or (resamples, trials)
        NaN for a resample without modes.
    """
    with np.errstate(all="ignore"):
        return (weights @ count) / (weights @ logs) - 1


def percentile_bounds(replicates: Array, confidence: float) -> tuple[Array, Array]:
    """Return the central quantiles of the replicates, along the first axis."""
    low, high = np.nanquantile(replicates, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    return low, high


def bca_bounds(replicates: Array, count: Array, logs: Array, confidence: float) -> tuple[Array, Array]:
    """Return bias-corrected and accelerated bounds (Efron, J. Am. Stat. Assoc. 82, 171 (1987)).

    The percentiles are shifted by the estimate's median bias, and by the skewness of the jackknife over chains.

    Parameters
    ----------
    replicates : array, shape (resamples, trials)
        From `resampled_exponents`.
    count, logs : array, shape (chains, trials)
        Of the sample itself.
    confidence : float
        Probability that the interval holds the true exponent.
    """
    estimate = count.sum(axis=0) / logs.sum(axis=0) - 1
    with np.errstate(all="ignore"):
        left_out = (count.sum(axis=0) - count) / (logs.sum(axis=0) - logs) - 1
        deviation = np.nanmean(left_out, axis=0) - left_out
        acceleration = np.nansum(deviation**3, axis=0) / (6 * np.nansum(deviation**2, axis=0) ** 1.5)
    below = np.clip((replicates < estimate).mean(axis=0), 1 / len(replicates), 1 - 1 / len(replicates))
    bias = stats.norm.ppf(below)
    bounds = []
    for tail in ((1 - confidence) / 2, (1 + confidence) / 2):
        shifted = bias + stats.norm.ppf(tail)
        level = stats.norm.cdf(bias + shifted / (1 - acceleration * shifted))
        bounds.append(np.array([np.nanquantile(r, q) for r, q in zip(replicates.T, level, strict=True)]))
    return bounds[0], bounds[1]


def bootstrap_interval(
    x: ArrayLike,
    chain: ArrayLike,
    rng: np.random.Generator,
    confidence: float = 0.6827,
    resamples: int = RESAMPLES,
    method: str = "bca",
) -> Interval:
    """Return a confidence interval of the exponent with chains as the independent unit.

    Parameters
    ----------
    x : array, shape (n,)
        Frequencies in units of the bound, in (0, 1].
    chain : array, shape (n,)
        The chain of each mode.
    rng : numpy.random.Generator
        Draws the chains.
    confidence : float
        Probability that the interval holds the true exponent.
    resamples : int
        Draws.
    method : {'bca', 'percentile'}
        How bounds are read off the resampled exponents. docs/statistics.md has the coverage of both.

    Returns
    -------
    Interval
        With NaN bounds where there are fewer than three chains: nothing can be said from resampling two.
    """
    x, chain = np.asarray(x, dtype=float), np.asarray(chain)
    if not 0 < confidence < 1:
        raise InputError("confidence", confidence, "between 0 and 1", "0.68 is one standard error")
    if method not in ("bca", "percentile"):
        raise InputError("the bootstrap's method", method, "bca or percentile")
    if x.shape != chain.shape:
        raise InputError("the number of chain labels", chain.size, f"{x.size}, one for each mode")
    count, logs = by_chain(chain, np.ones(x.size), -np.log(x))
    if len(count) < 3:
        return Interval(math.nan, math.nan, confidence)
    replicates = resampled_exponents(count[:, None], logs[:, None], chain_weights(len(count), rng, resamples))
    if method == "bca":
        low, high = bca_bounds(replicates, count[:, None], logs[:, None], confidence)
    else:
        low, high = percentile_bounds(replicates, confidence)
    return Interval(float(low[0]), float(high[0]), confidence)
