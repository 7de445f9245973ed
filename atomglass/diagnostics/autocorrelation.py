"""How long a sampler remembers: correlation functions averaged over runs, and their time to 1/e with its error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from atomglass.diagnostics.time_series import relaxation_time
from atomglass.errors import InputError


@dataclass(frozen=True)
class MemoryTime:
    """Time to 1/e of the mean of several correlation functions.

    Attributes
    ----------
    time : float
        In the units of the times given; NaN where the mean does not come down to 1/e.
    error : float
        Its standard error, by leaving out each of the functions in turn.
    left_out : (R,) array
        The time without each of the functions: errors of ratios of times that share their starts come from these.
    """

    time: float
    error: float
    left_out: NDArray[np.float64]

    def gain_of(self, other: MemoryTime, price: float = 1.0) -> tuple[float, float]:
        """Return how many times shorter another time is, and the standard error of that.

        Parameters
        ----------
        other : MemoryTime
            From as many runs, each from the same start as the run of the same number here.
        price : float
            What one unit of the other time costs, in units of this one.

        Raises
        ------
        InputError
            Not as many runs.
        """
        if self.left_out.shape != other.left_out.shape:
            raise InputError("runs of the two times", (len(self.left_out), len(other.left_out)), "as many of both")
        return self.time / (price * other.time), jackknife_error(self.left_out / (price * other.left_out))


def memory_time(times: ArrayLike, functions: ArrayLike) -> MemoryTime:
    """Return the time at which the mean of correlation functions falls to 1/e.

    Parameters
    ----------
    times : (T,) array
        Increasing, from zero on.
    functions : (R, T) array
        A correlation function from each of R >= 2 independent runs; their mean starts at 1.

    Raises
    ------
    InputError
        Fewer than two functions, or what `relaxation_time` refuses.
    """
    functions = np.asarray(functions, float)
    if functions.ndim != 2 or len(functions) < 2:
        raise InputError("shape of the correlation functions", functions.shape, "(R, T) with R >= 2", "make more runs")
    left_out = np.array(
        [relaxation_time(times, np.delete(functions, k, axis=0).mean(axis=0)) for k in range(len(functions))]
    )
    return MemoryTime(relaxation_time(times, functions.mean(axis=0)), jackknife_error(left_out), left_out)


def jackknife_error(left_out: ArrayLike) -> float:
    """Return the standard error of an estimate from its values (R,) without each of the R runs.

    Efron, *The Jackknife, the Bootstrap and Other Resampling Plans* (SIAM, 1982).
    """
    values = np.asarray(left_out, float)
    return float(np.sqrt((len(values) - 1) * values.var()))


def autocorrelations(series: ArrayLike, lags: int, variance: float) -> NDArray[np.float64]:
    """Return 1 - <(E(t) - E(0))^2> / (2 variance) of each of several runs of one ensemble, (R, lags + 1).

    Parameters
    ----------
    series : (R, T) array
        Values at equal intervals, equilibration left out.
    lags : int
        The largest lag, below T.
    variance : float
        That of the ensemble, best from all runs of all samplers of it. With it, lag t asks only that the runs are long
        beside t, not beside the slowest memory: what hardly changes within t adds hardly anything to the differences.

    Raises
    ------
    InputError
        No such shape, values that are not finite, a lag out of range, or no variance.
    """
    values = np.asarray(series, float)
    if values.ndim != 2 or not np.all(np.isfinite(values)):
        raise InputError("series", values.shape, "(R, T), all finite")
    if not 0 < lags < values.shape[1]:
        raise InputError("largest lag", lags, f"1 to {values.shape[1] - 1}")
    if not (variance > 0 and np.isfinite(variance)):
        raise InputError("variance of the series", variance, "> 0", "a constant has no memory")
    changes = [((values[:, t:] - values[:, : values.shape[1] - t]) ** 2).mean(axis=1) for t in range(lags + 1)]
    return 1 - np.column_stack(changes) / (2 * variance)
