"""The bootstrap with whole chains as the resampling unit, for estimates without a closed form of the error."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

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


def standard_error(resampled: Array, chains: int) -> float:
    """Return the standard error that resampled estimates show.

    Their spread is too small by the factor sqrt((K - 1)/K) for K chains.

    Parameters
    ----------
    resampled : array
        The estimates of the resamples.
    chains : int
        Number of chains that were resampled.

    Returns
    -------
    float
        NaN for fewer than two chains or estimates: one chain shows nothing of how chains differ.
    """
    if chains < 2 or len(resampled) < 2:
        return math.nan
    return float(np.std(resampled)) * math.sqrt(chains / (chains - 1))


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
