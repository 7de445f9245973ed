"""Correlation times of time series, and the statistical errors of their means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.fft import next_fast_len

from atomglass.errors import InputError
from atomglass.types import Array

#: Window of the autocorrelation sum, in units of the correlation time (Sokal's c).
WINDOW = 5.0
#: Length of a series, in units of its correlation time, below which it does not determine that time.
LONG_ENOUGH = 50.0
#: Smallest number of values from which an autocorrelation is estimated.
MIN_VALUES = 10


@dataclass(frozen=True)
class CorrelationTime:
    """Integrated autocorrelation time of a series, and the resulting error of its mean.

    Attributes
    ----------
    time : float
        tau = 1 + 2 sum_t rho(t), in units of the sampling interval; 1 for independent values.
    error : float
        Standard error of tau.
    mean, mean_error : float
        Mean of the series and its standard error, sqrt(variance tau / length).
    length : int
        Number of values.
    long_enough : bool
        Whether the series spans at least 50 tau; otherwise tau is a lower bound and `mean_error` is too small.

    Examples
    --------
    >>> series = np.random.default_rng(1).standard_normal(1000)
    >>> found = diagnostics.integrated_correlation_time(series)
    >>> bool(np.isclose(found.independent_values, found.length / found.time))
    True
    """

    time: float
    error: float
    mean: float
    mean_error: float
    length: int
    long_enough: bool

    @property
    def independent_values(self) -> float:
        """Effective number of independent values in the series, length / tau."""
        return self.length / self.time


def integrated_correlation_time(series: ArrayLike) -> CorrelationTime:
    """Return the integrated autocorrelation time of a stationary series.

    Parameters
    ----------
    series : (T,) array
        Values at equal intervals, after equilibration.

    Returns
    -------
    CorrelationTime
        The time and the mean with their errors; check `long_enough` before use.

    Raises
    ------
    InputError
        There are fewer than ten values, a value is not finite, or the series is constant.

    Notes
    -----
    The sum over lags ends at the smallest M >= 5 tau(M): Sokal, in *Functional Integration* (Plenum, 1997), 131,
    Sec. 3; Goodman and Weare, Commun. Appl. Math. Comput. Sci. 5, 65 (2010), Sec. 3. The error is
    tau sqrt(2 (2M + 1) / T): Madras and Sokal, J. Stat. Phys. 50, 109 (1988), Eq. (E.11). Some authors call tau/2 the
    correlation time.

    Examples
    --------
    >>> series = np.random.default_rng(1).standard_normal(10_000)
    >>> diagnostics.integrated_correlation_time(series).long_enough
    True
    """
    values = np.asarray(series, float)
    if values.ndim != 1 or len(values) < MIN_VALUES:
        raise InputError("shape of the series", values.shape, f"(T,) with T >= {MIN_VALUES}", "record more values")
    if not np.all(np.isfinite(values)):
        raise InputError(f"value {int(np.argmin(np.isfinite(values)))} of the series", "not finite", "finite numbers")
    if np.ptp(values) <= 1e-12 * np.max(np.abs(values)):
        raise InputError("spread of the series", float(np.ptp(values)), "> 0", "a constant has no correlation time")
    rho = _autocorrelation(values)
    taus = 2.0 * np.cumsum(rho) - 1.0
    # At least five lags: an anticorrelated series has tau below 1, but lags beyond the first contribute.
    ends = np.flatnonzero(np.arange(len(taus)) >= WINDOW * np.maximum(taus, 1.0))
    window = int(ends[0]) if len(ends) else len(taus) - 1
    # The tau of an anticorrelated series can be near zero; noise must not make it zero or negative.
    tau = max(float(taus[window]), 1.0 / len(values))
    return CorrelationTime(
        time=tau,
        error=tau * float(np.sqrt(2 * (2 * window + 1) / len(values))),
        mean=float(values.mean()),
        mean_error=float(np.sqrt(values.var(ddof=1) * tau / len(values))),
        length=len(values),
        long_enough=bool(len(values) >= LONG_ENOUGH * tau),
    )


def relaxation_time(times: ArrayLike, correlation: ArrayLike) -> float:
    """Return the time at which a correlation function first falls to 1/e, linearly interpolated.

    Parameters
    ----------
    times : (T,) array
        Times, increasing.
    correlation : (T,) array
        The function, normalized to 1 at time zero.

    Returns
    -------
    float
        The time, in the units of `times`; NaN if 1/e is not reached within the given times.

    Raises
    ------
    InputError
        Lengths differ, values are not finite, times do not increase, or the first value is below 1/e (the crossing lies
        before the first time).

    Examples
    --------
    >>> times = np.linspace(0, 5, 501)
    >>> round(diagnostics.relaxation_time(times, np.exp(-times / 2)), 3)
    2.0
    """
    times, correlation = np.asarray(times, float), np.asarray(correlation, float)
    if times.ndim != 1 or times.shape != correlation.shape or len(times) < 2:
        raise InputError("shapes of times and correlation", (times.shape, correlation.shape), "(T,) both, T >= 2")
    if not (np.all(np.isfinite(times)) and np.all(np.isfinite(correlation))):
        raise InputError("times and correlation", "not all finite", "finite numbers")
    if not np.all(np.diff(times) > 0):
        raise InputError("times", "not increasing", "increasing", "sort them together with the correlation")
    level = 1.0 / np.e
    if correlation[0] < level:
        raise InputError("first value of the correlation", float(correlation[0]), ">= 1/e", "start at an earlier time")
    below = np.flatnonzero(correlation <= level)
    if not len(below):
        return float("nan")
    k = int(below[0])
    if k == 0:
        return float(times[0])
    fraction = (correlation[k - 1] - level) / (correlation[k - 1] - correlation[k])
    return float(times[k - 1] + fraction * (times[k] - times[k - 1]))


def _autocorrelation(values: Array) -> Array:
    """Return the normalized autocorrelation at lags 0 to T/2, with denominator T at all lags (positive definite)."""
    n = len(values)
    deviation = values - values.mean()
    spectrum = np.fft.rfft(deviation, next_fast_len(2 * n, real=True))
    covariance = np.fft.irfft(np.abs(spectrum) ** 2, next_fast_len(2 * n, real=True))[: n // 2 + 1]
    normalized: Array = covariance / covariance[0]
    return normalized
