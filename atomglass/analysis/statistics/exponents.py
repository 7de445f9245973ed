"""The exponent of a density of states D(omega) ~ omega^s, by maximum likelihood, without bins.

A study keeps the modes of a realization only below its own bound Omega = f omega_1. Measured in that bound, the
frequencies of all realizations follow one law: x = omega / Omega has the density (s + 1) x^s on (0, 1], whatever Omega
is. Then -ln x is exponential with rate s + 1, which gives the estimate, its error and its exact interval in closed
form.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from atomglass.analysis.statistics.cluster_variance import (
    cluster_variance,
    correlation_within_clusters,
    degrees_of_freedom,
    student_factor,
)
from atomglass.errors import InputError

#: What the theory expects of D(omega) ~ omega^s in groups A and B: Eqs. 9 and 7 of Kumar, Procaccia and Singh.
EXPECTED_EXPONENT = {"A": 4, "B": 3}
#: Fewest modes for which an exponent is given: with fewer its error exceeds 1.3 and separates no two laws.
MIN_MODES = 10


@dataclass(frozen=True)
class ExponentFit:
    """Exponent of a truncated power law.

    Attributes
    ----------
    exponent : float
        s = -1 - n / sum(ln x).
    error : float
        One standard error, (s + 1) / sqrt(n), if modes are independent.
    chain_error : float
        One standard error with whole chains as the independent unit, corrected for few and unequal chains; NaN if no
        chains were given or there is only one.
    count : int
        Number of modes, n.
    chains : int
        Number of chains with at least one of these modes; 0 if none were given.
    freedom : float
        Degrees of freedom of the chain error: chains - 1 if all hold as many modes, far fewer if a few chains hold
        most of them; infinity without a chain error.
    """

    exponent: float
    error: float
    chain_error: float
    count: int
    chains: int
    freedom: float = math.inf

    @property
    def standard_error(self) -> float:
        """The larger of the two errors; that of independent modes if no chains were given."""
        return float(np.fmax(self.error, self.chain_error))

    @property
    def effective_count(self) -> float:
        """The number of independent modes that would give the larger of the two errors."""
        if not self.chain_error > self.error:  # also when it is NaN
            return float(self.count)
        return self.count * (self.error / self.chain_error) ** 2

    def interval(self, confidence: float = 0.68) -> tuple[float, float]:
        """Return the central confidence interval of the exponent.

        Without chains it is exact: n (s_true + 1) / (s + 1) has the Gamma distribution of order n. With chains the
        order is the one that gives the chain error, divided by the square of Student's factor for its degrees of
        freedom. Its measured coverage is in docs/statistics.md.

        Parameters
        ----------
        confidence : float
            Probability that the interval contains the true exponent.

        Raises
        ------
        InputError
            A confidence outside (0, 1).
        """
        if not 0 < confidence < 1:
            raise InputError("confidence", confidence, "between 0 and 1", "0.68 is one standard error")
        order = float(self.count)
        if self.chain_error > 0:
            order = ((self.exponent + 1) / self.chain_error / student_factor(self.freedom, confidence)) ** 2
        tails = (1 - confidence) / 2, (1 + confidence) / 2
        low, high = (float(stats.gamma.ppf(tail, order)) / order * (self.exponent + 1) - 1 for tail in tails)
        return low, high


def exponent_and_error(x: ArrayLike, chain: ArrayLike) -> tuple[float, float]:
    """Return the exponent of `truncated_power_law` and its standard error; NaN with fewer than `MIN_MODES` modes."""
    if np.size(x) < MIN_MODES:
        return math.nan, math.nan
    fit = truncated_power_law(x, chain)
    return fit.exponent, fit.standard_error


def truncated_power_law(x: ArrayLike, chain: ArrayLike | None = None) -> ExponentFit:
    """Fit the density (s + 1) x^s on (0, 1].

    Parameters
    ----------
    x : array, shape (n,)
        Frequencies, each in units of the bound below which its realization kept all modes.
    chain : array, shape (n,), optional
        The Monte Carlo chain of each mode, for an error that allows for correlated realizations.

    Raises
    ------
    InputError
        No modes, an x outside (0, 1], every x equal to 1, or a different number of chain labels than of modes.
    """
    x = np.atleast_1d(np.asarray(x, dtype=float))
    if x.size == 0:
        raise InputError("the number of modes to fit", 0, ">= 1", "an exponent needs modes")
    outside = ~((x > 0) & (x <= 1))
    if outside.any():
        raise InputError("x = omega / bound", x[outside][0], "0 < x <= 1", "use only modes below the bound")
    logs = -np.log(x)
    if logs.sum() == 0:
        raise InputError("x = omega / bound", "1 for every mode", "some x below 1", "no exponent follows from these")
    rate = x.size / logs.sum()
    error = rate / math.sqrt(x.size)
    if chain is None:
        return ExponentFit(float(rate - 1), float(error), math.nan, x.size, 0)
    chain = np.asarray(chain)
    if chain.shape != logs.shape:
        raise InputError("the number of chain labels", chain.size, f"{x.size}, one for each mode")
    chain_error, size, freedom = _chain_error(logs, rate, chain)
    return ExponentFit(float(rate - 1), float(error), chain_error, x.size, len(size), freedom)


def _chain_error(logs: NDArray[Any], rate: float, chain: NDArray[Any]) -> tuple[float, NDArray[Any], float]:
    """Return the error of the rate with chains as units, the modes of each chain, and the degrees of freedom.

    1/rate is the mean of -ln x, so that this is the error of a mean over clusters.
    """
    _, index, size = np.unique(chain, return_inverse=True, return_counts=True)
    residual = np.bincount(index, weights=logs - 1 / rate)
    error = rate**2 * math.sqrt(cluster_variance(residual, size)) / logs.size
    if not error > 0:
        return error, size, math.inf
    correlation = correlation_within_clusters(logs.size * (error / rate) ** 2, size)
    return error, size, degrees_of_freedom(size, correlation)
