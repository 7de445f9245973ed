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
        One standard error with whole chains as the independent unit; NaN if no chains were given or there is only
        one.
    count : int
        Number of modes, n.
    chains : int
        Number of chains with at least one of these modes; 0 if none were given.
    """

    exponent: float
    error: float
    chain_error: float
    count: int
    chains: int

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

        It is exact for independent modes, for which n (s_true + 1) / (s + 1) has the Gamma distribution of order n. If
        modes of one chain resemble each other, n is replaced by `effective_count`, which widens the interval.

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
        order = self.effective_count
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
    if chain is None:
        chain_error, chains = math.nan, 0
    else:
        chain_error, chains = _chain_error(logs, rate, np.asarray(chain))
    return ExponentFit(float(rate - 1), float(rate / math.sqrt(x.size)), chain_error, x.size, chains)


def _chain_error(logs: NDArray[Any], rate: float, chain: NDArray[Any]) -> tuple[float, int]:
    """Return the error of the rate with chains as units, and the number of chains.

    The score of a mode is 1/rate - (-ln x). The scores of one chain are summed before they are squared: the sandwich
    estimate of the variance for clustered data, with its usual small-sample factor.
    """
    if chain.shape != logs.shape:
        raise InputError("the number of chain labels", chain.size, f"{logs.size}, one for each mode")
    labels, index = np.unique(chain, return_inverse=True)
    count = len(labels)
    if count < 2:
        return math.nan, count
    scores = np.bincount(index, weights=1 / rate - logs)
    variance = rate**4 / logs.size**2 * float(scores @ scores) * count / (count - 1)
    return math.sqrt(variance), count
