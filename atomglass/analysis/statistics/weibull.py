"""The Weibull law of the smallest frequency of a glass, by maximum likelihood with censored glasses.

If modes are independent and their density is ~ omega^s, the smallest of many has the density

    p(omega) ~ omega^s exp(-(omega / omega_0)^(s + 1))

(Lerner, During and Bouchbinder, Phys. Rev. Lett. 117, 035501 (2016)). A glass without a mode below its bound is
censored: it is only known that its smallest frequency is larger. It contributes the survival probability.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.optimize import brentq

from atomglass.analysis.statistics.bootstrap import RESAMPLES, Interval, chain_weights, percentile_levels
from atomglass.analysis.statistics.chain_errors import sandwich_error
from atomglass.errors import InputError

Array = NDArray[np.float64]
#: Shapes k = s + 1 between which the maximum of the likelihood is looked for.
_SHAPES = (1e-3, 200.0)
#: Shapes at which resampled scores are evaluated, in units of the estimate; between them the score is interpolated.
_GRID = np.geomspace(1 / 4, 4, 161)


@dataclass(frozen=True)
class WeibullFit:
    """The law omega^s exp(-(omega / omega_0)^(s + 1)), fitted.

    Attributes
    ----------
    exponent : float
        s; NaN if the likelihood has no maximum.
    error : float
        One standard error: the larger of that of independent glasses and that with chains as units.
    independent_error : float
        One standard error for independent glasses.
    scale : float
        omega_0, in the unit of the frequencies.
    events, glasses, chains : int
        Glasses with an observed smallest frequency, all glasses, and chains with at least one event.
    """

    exponent: float
    error: float
    independent_error: float
    scale: float
    events: int
    glasses: int
    chains: int


class _Sample:
    """Frequencies with equal censored glasses merged, and the sums that the likelihood needs."""

    def __init__(self, frequency: ArrayLike, event: ArrayLike, chain: ArrayLike) -> None:
        time, seen, label = np.asarray(frequency, float), np.asarray(event, bool), np.asarray(chain)
        if not time.shape == seen.shape == label.shape:
            raise InputError(
                "numbers of frequencies, events and chain labels", f"{time.size}, {seen.size}, {label.size}"
            )
        if not ((time > 0) & np.isfinite(time)).all():
            raise InputError("frequencies and bounds", "one that is not positive and finite", "> 0")
        self.labels, self.chain = np.unique(label, return_inverse=True)
        self.unit = float(time.max(initial=0.0)) or 1.0
        self.event, self.logs = seen, np.log(time / self.unit)
        key = np.stack([self.chain.astype(float), np.where(seen, np.arange(time.size), -1.0), self.logs])
        _, first, self.weight = np.unique(key, axis=1, return_index=True, return_counts=True)
        self.short_logs, self.short_chain = self.logs[first], self.chain[first]
        self.count = int(seen.sum())

    def power_sums(self, shape: float) -> tuple[Array, Array]:
        """Return for each chain the sums of t^k and t^k ln t over its glasses."""
        powers = self.weight * np.exp(shape * self.short_logs)
        size = len(self.labels)
        plain, times_log = (
            np.bincount(self.short_chain, weights=values, minlength=size).astype(float)
            for values in (powers, powers * self.short_logs)
        )
        return plain, times_log

    def profile_score(self, shape: float) -> float:
        """Return 1/k + <ln t>_events - sum t^k ln t / sum t^k, which falls with k and is zero at the maximum."""
        powers, products = self.power_sums(shape)
        return 1 / shape + float(self.logs[self.event].mean()) - float(products.sum() / powers.sum())

    def best_shape(self) -> float:
        """Return the most likely k; NaN if there is none."""
        if not self.count or self.profile_score(_SHAPES[0]) < 0 or self.profile_score(_SHAPES[1]) > 0:
            return math.nan
        return float(brentq(self.profile_score, *_SHAPES, xtol=1e-12, rtol=1e-12))


def weibull_fit(frequency: ArrayLike, event: ArrayLike, chain: ArrayLike) -> WeibullFit:
    """Fit the Weibull law to the smallest frequencies of glasses.

    Parameters
    ----------
    frequency : array, shape (n,)
        Smallest frequency of each glass, or its bound if the glass has no mode below it.
    event : array of bool, shape (n,)
        Whether the frequency was observed; otherwise the glass is censored there.
    chain : array, shape (n,)
        The chain of each glass.

    Returns
    -------
    WeibullFit
        NaN if there are fewer than two different observed frequencies.

    Raises
    ------
    InputError
        A frequency that is not positive and finite, or arrays of different lengths.
    """
    sample = _Sample(frequency, event, chain)
    counts = sample.count, len(sample.logs), len(np.unique(sample.chain[sample.event]))
    shape = sample.best_shape()
    if math.isnan(shape):
        return WeibullFit(math.nan, math.nan, math.nan, math.nan, *counts)
    powers = np.exp(shape * sample.logs)
    log_rate = math.log(sample.count / powers.sum())  # minus k ln omega_0, in units of the largest frequency
    # With a = ln(rate) as the second parameter ln L = sum_events (ln k + a + (k - 1) ln t) - e^a sum t^k.
    rate = math.exp(log_rate)
    by_shape = sample.event * (1 / shape + sample.logs) - rate * powers * sample.logs
    by_rate = sample.event - rate * powers
    kk = sample.count / shape**2 + rate * (powers * sample.logs**2).sum()
    ka, aa = rate * (powers * sample.logs).sum(), float(sample.count)
    # The score of k with the rate fitted along, and its information (the Schur complement).
    score, information = by_shape - ka / aa * by_rate, float(kk - ka**2 / aa)
    independent = 1 / math.sqrt(information) if information > 0 else math.nan
    return WeibullFit(
        exponent=shape - 1,
        error=sandwich_error(score, information, sample.chain),
        independent_error=independent,
        scale=sample.unit * math.exp(-log_rate / shape),
        events=counts[0],
        glasses=counts[1],
        chains=counts[2],
    )


def weibull_interval(
    frequency: ArrayLike,
    event: ArrayLike,
    chain: ArrayLike,
    rng: np.random.Generator,
    confidence: float = 0.6827,
    resamples: int = RESAMPLES,
) -> Interval:
    """Return a bootstrap confidence interval of the exponent s, with chains as the independent unit.

    Percentiles are widened for few chains (`percentile_levels`), and the interval is never inside that of independent
    glasses, which is taken as symmetric in ln(s + 1).

    Parameters
    ----------
    frequency, event, chain : array, shape (n,)
        As for `weibull_fit`.
    rng : numpy.random.Generator
        Source of randomness for the resamples.
    confidence : float
        Probability that the interval contains the true exponent.
    resamples : int
        Number of resamples.

    Returns
    -------
    Interval
        NaN with fewer than three chains, or if the likelihood has no maximum.
    """
    if not 0 < confidence < 1:
        raise InputError("confidence", confidence, "between 0 and 1", "0.68 is one standard error")
    sample, fit = _Sample(frequency, event, chain), weibull_fit(frequency, event, chain)
    chains = len(sample.labels)
    if chains < 3 or math.isnan(fit.exponent):
        return Interval(math.nan, math.nan, confidence)
    weights = chain_weights(chains, rng, resamples)
    shapes = _resampled_shapes(sample, fit.exponent + 1, weights)
    low, high = np.nanquantile(shapes, percentile_levels(chains, confidence))
    half = stats.norm.isf((1 - confidence) / 2) * fit.independent_error / (fit.exponent + 1)
    low = min(low, (fit.exponent + 1) * math.exp(-half))
    high = max(high, (fit.exponent + 1) * math.exp(half))
    return Interval(float(low - 1), float(high - 1), confidence)


def _resampled_shapes(sample: _Sample, shape: float, weights: Array) -> NDArray[Any]:
    """Return the most likely k of every resample of chains, by interpolation of the score on a grid of k."""
    size = len(sample.labels)
    events = np.bincount(sample.chain[sample.event], minlength=size).astype(float)
    logs = np.bincount(sample.chain[sample.event], weights=sample.logs[sample.event], minlength=size)
    with np.errstate(all="ignore"):
        mean = (weights @ logs) / (weights @ events)  # NaN for a resample without events
        grid = shape * _GRID
        scores = np.empty((len(weights), len(grid)))
        for column, k in enumerate(grid):
            powers, products = sample.power_sums(k)
            scores[:, column] = 1 / k + mean - (weights @ products) / (weights @ powers)
    falling = (scores > 0).sum(axis=1)  # the score falls with k: the zero is between falling - 1 and falling
    place = np.clip(falling, 1, len(grid) - 1)
    row = np.arange(len(weights))
    before, after = scores[row, place - 1], scores[row, place]
    shapes = grid[place - 1] + (grid[place] - grid[place - 1]) * before / (before - after)
    return np.where(np.isnan(mean), np.nan, np.clip(shapes, grid[0], grid[-1]))
