"""Bootstrap intervals of an exponent, with whole chains as the resampling unit.

The exponent of a truncated power law is s = n / sum(-ln x) - 1: two sums. A resample of chains is therefore two sums of
chain totals with multinomial weights, and thousands of resamples are one matrix product.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from atomglass.analysis.statistics.chain_errors import sum_by_chain
from atomglass.errors import InputError

Array = NDArray[np.float64]
#: Number of resamples; the noise of a 95 % bound is then about 3 % of the interval's width.
RESAMPLES = 4000


@dataclass(frozen=True)
class Interval:
    """A central confidence interval.

    Attributes
    ----------
    low, high : float
        Its bounds; NaN where they cannot be estimated.
    confidence : float
        Probability that it contains the true value.
    """

    low: float
    high: float
    confidence: float

    def contains(self, value: float) -> bool:
        """Return whether a value lies in the interval."""
        return self.low <= value <= self.high


def chain_weights(chains: int, rng: np.random.Generator, resamples: int = RESAMPLES) -> Array:
    """Return how often each chain is drawn in each resample.

    Parameters
    ----------
    chains : int
        Number of chains.
    rng : numpy.random.Generator
        Source of randomness.
    resamples : int
        Number of resamples.

    Returns
    -------
    array, shape (resamples, chains)
        Multinomial counts, which add up to `chains` in each resample.
    """
    return rng.multinomial(chains, np.full(chains, 1 / chains), size=resamples).astype(float)


def resampled_exponents(count: Array, logs: Array, weights: Array) -> Array:
    """Return the exponent of every resample.

    Parameters
    ----------
    count, logs : array, shape (chains,) or (chains, trials)
        Number of modes and sum of -ln x in each chain.
    weights : array, shape (resamples, chains)
        From `chain_weights`.

    Returns
    -------
    array, shape (resamples,) or (resamples, trials)
        s = n / sum(-ln x) - 1 of each resample; NaN for a resample without modes.
    """
    with np.errstate(all="ignore"):
        return (weights @ count) / (weights @ logs) - 1


def percentile_levels(chains: int, confidence: float) -> tuple[float, float]:
    """Return which quantiles of the resampled exponents bound a central interval.

    For few chains, plain percentiles are too narrow: by the factor sqrt((K - 1)/K), and because the spread itself is
    estimated. The levels are widened as Student's t widens the normal interval (Hesterberg, Am. Stat. 69, 371 (2015)).

    Parameters
    ----------
    chains : int
        K, at least 2.
    confidence : float
        Probability that the interval contains the true exponent.
    """
    t = stats.t.isf((1 - confidence) / 2, chains - 1)
    low = float(stats.norm.cdf(-math.sqrt(chains / (chains - 1)) * t))
    return low, 1 - low


def bootstrap_bounds(count: Array, logs: Array, weights: Array, confidence: float) -> tuple[Array, Array]:
    """Return the bounds of the exponent: widened percentiles, never inside the exact interval of independent modes.

    With few modes per chain the spread between chains is itself uncertain and, by chance, often too small. Modes of a
    chain may resemble each other but do not repel each other, so independence sets a lower limit to the width.

    Parameters
    ----------
    count, logs : array, shape (chains,) or (chains, trials)
        Number of modes and sum of -ln x in each chain.
    weights : array, shape (resamples, chains)
        From `chain_weights`.
    confidence : float
        Probability that the interval contains the true exponent.

    Returns
    -------
    low, high : array, shape () or (trials,)
        The bounds.
    """
    replicates = resampled_exponents(count, logs, weights)
    low, high = np.nanquantile(replicates, percentile_levels(len(count), confidence), axis=0)
    modes = count.sum(axis=0)
    rate = modes / logs.sum(axis=0)
    tails = np.array([1 - confidence, 1 + confidence]) / 2
    independent_low, independent_high = (stats.gamma.ppf(tail, modes) / modes * rate - 1 for tail in tails)
    return np.minimum(low, independent_low), np.maximum(high, independent_high)


def bootstrap_interval(
    x: ArrayLike,
    chain: ArrayLike,
    rng: np.random.Generator,
    confidence: float = 0.6827,
    resamples: int = RESAMPLES,
) -> Interval:
    """Return a bootstrap confidence interval of the exponent, with chains as the independent unit.

    Parameters
    ----------
    x : array, shape (n,)
        Frequencies in units of the bound, in (0, 1].
    chain : array, shape (n,)
        The chain of each mode.
    rng : numpy.random.Generator
        Source of randomness for the resamples.
    confidence : float
        Probability that the interval contains the true exponent.
    resamples : int
        Number of resamples.

    Returns
    -------
    Interval
        Its measured coverage is in docs/statistics.md. The bounds are NaN with fewer than three chains: resampling two
        says nothing.

    Raises
    ------
    InputError
        A confidence outside (0, 1), or a different number of chain labels than of modes.
    """
    x, chain = np.asarray(x, dtype=float), np.asarray(chain)
    if not 0 < confidence < 1:
        raise InputError("confidence", confidence, "between 0 and 1", "0.68 is one standard error")
    if x.shape != chain.shape:
        raise InputError("the number of chain labels", chain.size, f"{x.size}, one for each mode")
    count, logs = sum_by_chain(chain, np.ones(x.size), -np.log(x))
    if len(count) < 3:
        return Interval(math.nan, math.nan, confidence)
    low, high = bootstrap_bounds(count, logs, chain_weights(len(count), rng, resamples), confidence)
    return Interval(float(low), float(high), confidence)
