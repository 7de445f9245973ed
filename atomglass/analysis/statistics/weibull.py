"""The Weibull law of the smallest frequency of a glass, by maximum likelihood with censored glasses.

If modes are independent and their density is ~ omega^s, the smallest of many has the density

    p(omega) ~ omega^s exp(-(omega / omega_0)^(s + 1))

(Lerner, During and Bouchbinder, Phys. Rev. Lett. 117, 035501 (2016)). A glass without a mode below its bound is
censored: it is only known that its smallest frequency is larger. It contributes the survival probability.

If omega_0 differs between chains, whose compositions differ, the mixture of their laws is wider than any of them, and
one law fitted to all has too low an exponent. With an omega_0 for each chain (`by_chain`) this is mended. Fitting it
adds b/k to the expected score of a chain, with k = s + 1 and b between 0 (hardly any glass has a mode) and 1 (all have,
where it is the usual loss of one degree of freedom); `fitted_scale_bias` gives it, and it is subtracted.
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
from atomglass.analysis.statistics.fitted_scale import fitted_scale_bias
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
        omega_0 of all glasses together at this exponent, in the unit of the frequencies.
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
    """Frequencies with equal censored glasses merged, and the sums over chains that the likelihood needs."""

    def __init__(self, frequency: ArrayLike, event: ArrayLike, chain: ArrayLike, by_chain: bool) -> None:
        time, seen, label = np.asarray(frequency, float), np.asarray(event, bool), np.asarray(chain)
        if not time.shape == seen.shape == label.shape:
            sizes = f"{time.size}, {seen.size}, {label.size}"
            raise InputError("numbers of frequencies, events and chain labels", sizes, "one of each for every glass")
        if not ((time > 0) & np.isfinite(time)).all():
            raise InputError("frequencies and bounds", "one that is not positive and finite", "> 0")
        self.by_chain = by_chain
        labels, self.chain = np.unique(label, return_inverse=True)
        self.size, self.unit = len(labels), float(time.max(initial=0.0)) or 1.0
        logs = np.log(time / self.unit)
        key = np.stack([self.chain.astype(float), np.where(seen, np.arange(time.size), -1.0), logs])
        _, first, self.weight = np.unique(key, axis=1, return_index=True, return_counts=True)
        self.logs, self.places = logs[first], self.chain[first]
        self.events = np.bincount(self.chain[seen], minlength=self.size).astype(float)
        self.event_logs = np.bincount(self.chain[seen], weights=logs[seen], minlength=self.size).astype(float)
        glasses = np.bincount(self.chain, minlength=self.size)
        self.bias = fitted_scale_bias(self.events / np.maximum(glasses, 1)) if by_chain else np.zeros(self.size)

    def power_sums(self, shape: float) -> tuple[Array, Array, Array]:
        """Return for each chain the sums of t^k, t^k ln t and t^k (ln t)^2 over its glasses."""
        powers = self.weight * np.exp(shape * self.logs)
        first, second, third = (
            np.bincount(self.places, weights=powers * self.logs**m, minlength=self.size).astype(float) for m in range(3)
        )
        return first, second, third

    def scores(self, shape: float) -> Array:
        """Return each chain's derivative of the log-likelihood with respect to k, with the best scale(s) at this k."""
        powers, products, _ = self.power_sums(shape)
        own = (self.events - self.bias) / shape + self.event_logs
        if self.by_chain:
            return own - self.events * products / powers
        # With a common rate, each chain also pulls at the rate: ln(rate) has the score n_c - rate sum t^k.
        rate, mean = self.events.sum() / powers.sum(), products.sum() / powers.sum()
        return own - rate * products - mean * (self.events - rate * powers)

    def information(self, shape: float) -> float:
        """Return minus the second derivative of the log-likelihood with respect to k, with the best scale(s)."""
        powers, products, squares = self.power_sums(shape)
        if not self.by_chain:
            powers, products, squares = (value.sum(keepdims=True) for value in (powers, products, squares))
        events = self.events if self.by_chain else self.events.sum(keepdims=True)
        spread = events * (squares / powers - (products / powers) ** 2)
        return float((self.events - self.bias).sum() / shape**2 + spread.sum())

    def best_shape(self) -> float:
        """Return the most likely k; NaN if there is none."""

        def total(shape: float) -> float:
            return float(self.scores(shape).sum())

        if not self.events.sum() or total(_SHAPES[0]) <= 0 or total(_SHAPES[1]) >= 0:
            return math.nan
        return float(brentq(total, *_SHAPES, xtol=1e-12, rtol=1e-12))


def weibull_fit(frequency: ArrayLike, event: ArrayLike, chain: ArrayLike, by_chain: bool = False) -> WeibullFit:
    """Fit the Weibull law to the smallest frequencies of glasses.

    Parameters
    ----------
    frequency : array, shape (n,)
        Smallest frequency of each glass, or its bound if the glass has no mode below it.
    event : array of bool, shape (n,)
        Whether the frequency was observed; otherwise the glass is censored there.
    chain : array, shape (n,)
        The chain of each glass.
    by_chain : bool
        Whether each chain has its own omega_0. This needs several glasses in a chain.

    Returns
    -------
    WeibullFit
        NaN if the likelihood has no maximum, as with fewer than two different observed frequencies.

    Raises
    ------
    InputError
        A frequency that is not positive and finite, or arrays of different lengths.
    """
    sample = _Sample(frequency, event, chain, by_chain)
    counts = int(sample.events.sum()), len(sample.chain), int((sample.events > 0).sum())
    shape = sample.best_shape()
    if math.isnan(shape):
        return WeibullFit(math.nan, math.nan, math.nan, math.nan, *counts)
    information = sample.information(shape)
    scale = (sample.power_sums(shape)[0].sum() / sample.events.sum()) ** (1 / shape)
    return WeibullFit(
        exponent=shape - 1,
        error=sandwich_error(sample.scores(shape), information, np.arange(sample.size)),
        independent_error=1 / math.sqrt(information) if information > 0 else math.nan,
        scale=float(sample.unit * scale),
        events=counts[0],
        glasses=counts[1],
        chains=counts[2],
    )


def weibull_interval(
    frequency: ArrayLike,
    event: ArrayLike,
    chain: ArrayLike,
    rng: np.random.Generator,
    *,
    by_chain: bool = False,
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
    by_chain : bool
        Whether each chain has its own omega_0.
    confidence : float
        Probability that the interval contains the true exponent.
    resamples : int
        Number of resamples.

    Returns
    -------
    Interval
        NaN with fewer than three chains, or if the likelihood has no maximum.

    Raises
    ------
    InputError
        A confidence outside (0, 1), or data that `weibull_fit` refuses.
    """
    if not 0 < confidence < 1:
        raise InputError("confidence", confidence, "between 0 and 1", "0.68 is one standard error")
    sample = _Sample(frequency, event, chain, by_chain)
    shape = sample.best_shape()
    if sample.size < 3 or math.isnan(shape):
        return Interval(math.nan, math.nan, confidence)
    shapes = _resampled_shapes(sample, shape, chain_weights(sample.size, rng, resamples))
    low, high = np.nanquantile(shapes, percentile_levels(sample.size, confidence))
    half = stats.norm.isf((1 - confidence) / 2) / (shape * math.sqrt(sample.information(shape)))
    low, high = min(low, shape * math.exp(-half)), max(high, shape * math.exp(half))
    return Interval(float(low - 1), float(high - 1), confidence)


def _resampled_shapes(sample: _Sample, shape: float, weights: Array) -> NDArray[Any]:
    """Return the most likely k of every resample of chains, by interpolation of the score on a grid of k."""
    grid = shape * _GRID
    scores = np.empty((len(weights), len(grid)))
    events = weights @ sample.events
    with np.errstate(all="ignore"):
        for column, k in enumerate(grid):
            if sample.by_chain:
                scores[:, column] = weights @ sample.scores(k)
            else:
                powers, products, _ = sample.power_sums(k)
                mean = (weights @ products) / (weights @ powers)
                scores[:, column] = events / k + weights @ sample.event_logs - events * mean
        falling = (scores > 0).sum(axis=1)  # the score falls with k: its zero is between falling - 1 and falling
        place, row = np.clip(falling, 1, len(grid) - 1), np.arange(len(weights))
        before, after = scores[row, place - 1], scores[row, place]
        shapes = grid[place - 1] + (grid[place] - grid[place - 1]) * before / (before - after)
    return np.where(events > 0, np.clip(shapes, grid[0], grid[-1]), np.nan)
