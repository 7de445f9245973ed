"""Normalized histograms with Poisson error bars, for samples that may be small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats


@dataclass(frozen=True)
class Histogram:
    """A probability density in bins; empty bins are left out, because they have no place on a logarithmic axis.

    Attributes
    ----------
    low, high : array, shape (k,)
        Edges of the bins that hold events.
    count : array, shape (k,)
        Events in each.
    density : array, shape (k,)
        count / (all events * bin width).
    error : array, shape (2, k)
        Downward and upward error, to the bounds of the central 68 % interval of the Poisson mean.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    count: NDArray[np.int64]
    density: NDArray[np.float64]
    error: NDArray[np.float64]

    @property
    def center(self) -> NDArray[np.float64]:
        """The middle of each bin."""
        return (self.low + self.high) / 2

    def mirrored(self) -> Histogram:
        """Return the histogram of the values with both signs: each value counts half at either sign."""

        def both_signs(negative: NDArray[Any], positive: NDArray[Any]) -> NDArray[Any]:
            return np.concatenate([negative[..., ::-1], positive], axis=-1)

        half, half_error = self.density / 2, self.error / 2
        return Histogram(
            low=both_signs(-self.high, self.low),
            high=both_signs(-self.low, self.high),
            count=both_signs(self.count, self.count),
            density=both_signs(half, half),
            error=both_signs(half_error, half_error),
        )


def poisson_interval(count: ArrayLike, confidence: float = 0.6827) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the exact central interval of a Poisson mean (Garwood, Biometrika 28, 437 (1936)).

    The lower bound is 0 if the count is 0.

    Parameters
    ----------
    count : int or array
        Number of events.
    confidence : float
        The interval contains the mean at least with this probability.
    """
    count = np.asarray(count)
    tail = (1 - confidence) / 2
    low = np.where(count > 0, stats.chi2.ppf(tail, 2 * np.maximum(count, 1)) / 2, 0.0)
    return low, stats.chi2.isf(tail, 2 * (count + 1)) / 2


def histogram(sample: ArrayLike, edges: ArrayLike) -> Histogram:
    """Count a sample in bins and normalize by its size and the bin widths.

    Parameters
    ----------
    sample : array, shape (n,)
        Values; those outside the edges count only in the normalization.
    edges : array, shape (m,)
        Ascending.
    """
    sample, edges = np.asarray(sample, dtype=float), np.asarray(edges, dtype=float)
    count, _ = np.histogram(sample, edges)
    filled = count > 0
    low, high, count = edges[:-1][filled], edges[1:][filled], count[filled]
    unit = 1 / (max(sample.size, 1) * (high - low))
    lower, upper = poisson_interval(count)
    return Histogram(low, high, count, count * unit, np.array([count - lower, upper - count]) * unit)


def logarithmic_edges(sample: ArrayLike, top: float, per_decade: int) -> NDArray[np.float64]:
    """Return bin edges at equal ratios from `top` down past the smallest value.

    Parameters
    ----------
    sample : array, shape (n,)
        Positive values, at least one.
    top : float
        The highest edge, not below the largest value.
    per_decade : int
        Bins per decade.
    """
    lowest = float(np.min(np.asarray(sample)))
    number = int(np.floor(per_decade * np.log10(top / lowest))) + 1
    return top * 10 ** (-np.arange(number, -1, -1) / per_decade)


def number_of_bins(count: int, minimum: int = 5, maximum: int = 20) -> int:
    """Return the number of bins for a sample: 2 n^(1/3) (the Rice rule), within bounds.

    Parameters
    ----------
    count : int
        Size of the sample, n.
    minimum, maximum : int
        Bounds of the result.
    """
    return int(np.clip(round(2 * count ** (1 / 3)), minimum, maximum))
