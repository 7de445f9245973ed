"""Memory of a sampler: autocorrelation functions averaged over runs, and their decay time with its error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from atomglass.diagnostics.time_series import relaxation_time
from atomglass.errors import InputError
from atomglass.types import Array, ShortRepr


@dataclass(frozen=True, repr=False)
class MemoryTime(ShortRepr):
    """Time in which the mean of several correlation functions decays to 1/e.

    Attributes
    ----------
    time : float
        Decay time, in the units of the given times; NaN if the mean does not decay to 1/e.
    error : float
        Jackknife standard error of the time over the functions.
    left_out : (R,) array
        Decay times, each with one of the functions left out. They determine the errors of ratios of times from runs
        that share their starting configurations.

    Examples
    --------
    >>> times = np.arange(10)
    >>> functions = np.exp(-times / np.array([[2.0], [2.5], [3.0]]))
    >>> diagnostics.memory_time(times, functions).time < 3.0
    True
    """

    time: float
    error: float
    left_out: Array

    def gain_of(self, other: MemoryTime, price: float = 1.0) -> tuple[float, float]:
        """Return the ratio of this time to the cost-weighted other time, and its standard error.

        Parameters
        ----------
        other : MemoryTime
            Time from the same number of runs, each with the same initial configuration as the corresponding run here.
        price : float
            Cost of one unit of the other time, relative to one unit of this time.

        Returns
        -------
        gain, error : float
            The ratio and its jackknife standard error.

        Raises
        ------
        InputError
            The numbers of runs differ.
        """
        if self.left_out.shape != other.left_out.shape:
            raise InputError("runs of the two times", (len(self.left_out), len(other.left_out)), "equal numbers")
        return self.time / (price * other.time), jackknife_error(self.left_out / (price * other.left_out))


def memory_time(times: ArrayLike, functions: ArrayLike) -> MemoryTime:
    """Return the time in which the mean of several correlation functions decays to 1/e.

    Parameters
    ----------
    times : (T,) array
        Times, increasing from zero.
    functions : (R, T) array
        One correlation function from each of R >= 2 independent runs; their mean starts at 1.

    Returns
    -------
    MemoryTime
        The time with its jackknife error.

    Raises
    ------
    InputError
        There are fewer than two functions, lengths differ, values are not finite, times do not increase, or the mean
        starts below 1/e.

    Examples
    --------
    >>> times = np.arange(10)
    >>> found = diagnostics.memory_time(times, np.exp(-times / np.array([[2.0], [2.0], [2.0]])))
    >>> round(found.time, 1), round(found.error, 9)
    (2.0, 0.0)
    """
    functions = np.asarray(functions, float)
    if functions.ndim != 2 or len(functions) < 2:
        raise InputError("shape of the correlation functions", functions.shape, "(R, T) with R >= 2", "make more runs")
    left_out = np.array(
        [relaxation_time(times, np.delete(functions, k, axis=0).mean(axis=0)) for k in range(len(functions))]
    )
    return MemoryTime(relaxation_time(times, functions.mean(axis=0)), jackknife_error(left_out), left_out)


def jackknife_error(left_out: ArrayLike) -> float:
    """Return the jackknife standard error of an estimate, from its values (R,) with one of R runs left out each.

    Efron, *The Jackknife, the Bootstrap and Other Resampling Plans* (SIAM, 1982).
    """
    values = np.asarray(left_out, float)
    return float(np.sqrt((len(values) - 1) * values.var()))


def autocorrelations(series: ArrayLike, lags: int, variance: float) -> Array:
    """Return the autocorrelation functions 1 - <(E(t) - E(0))^2> / (2 variance) of several runs of one ensemble.

    Parameters
    ----------
    series : (R, T) array
        Values at equal intervals, after equilibration.
    lags : int
        Largest lag, in units of the interval; below T.
    variance : float
        Variance of the values in the ensemble, best estimated from all runs of all samplers. The runs then need to be
        long only compared with the lag t, not with the slowest relaxation: slow degrees of freedom hardly change within
        t and thus hardly contribute to the differences.

    Returns
    -------
    (R, lags + 1) array
        One function for each run.

    Raises
    ------
    InputError
        The shape is wrong, values are not finite, a lag is out of range, or the variance is not positive.

    Examples
    --------
    >>> series = np.random.default_rng(1).standard_normal((2, 1000))
    >>> diagnostics.autocorrelations(series, 3, variance=1.0).shape
    (2, 4)
    """
    values = np.asarray(series, float)
    if values.ndim != 2 or not np.all(np.isfinite(values)):
        raise InputError("series", values.shape, "(R, T), all finite")
    if not 0 < lags < values.shape[1]:
        raise InputError("largest lag", lags, f"1 to {values.shape[1] - 1}")
    if not (variance > 0 and np.isfinite(variance)):
        raise InputError("variance of the series", variance, "> 0", "a constant has no memory")
    changes = [((values[:, t:] - values[:, : values.shape[1] - t]) ** 2).mean(axis=1) for t in range(lags + 1)]
    functions: Array = 1 - np.column_stack(changes) / (2 * variance)
    return functions
