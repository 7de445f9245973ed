"""Fractions, rates and errors with chains as the independent unit: realizations of one chain are correlated."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from atomglass.errors import InputError


@dataclass(frozen=True)
class Fraction:
    """A fraction of events, or a rate per trial, with an error that allows for correlated realizations.

    Attributes
    ----------
    value : float
        count / total; NaN if there is nothing to count.
    error : float
        One standard error: the larger of the binomial (or Poisson) error and the one with whole chains as units.
    count, total : float
        Number of events, and of the trials that they are counted over.
    effective : float
        Number of independent trials that would give this error.
    """

    value: float
    error: float
    count: float
    total: float
    effective: float

    def interval(self, confidence: float = 0.6827) -> tuple[float, float]:
        """Return Wilson's central interval of a fraction, at the effective number of trials.

        It stays within [0, 1] and has a finite width even if the count is 0 (Wilson, J. Am. Stat. Assoc. 22, 209
        (1927)).
        """
        n, z = self.effective, float(stats.norm.isf((1 - confidence) / 2))
        if not n > 0:
            return math.nan, math.nan
        middle = (self.value + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(self.value * (1 - self.value) / n + z * z / (4 * n * n))
        return max(middle - half, 0.0), min(middle + half, 1.0)


def sum_by_chain(chain: ArrayLike, *values: ArrayLike) -> list[NDArray[np.float64]]:
    """Return the sums of arrays of values over each chain, in ascending order of the labels that occur.

    Parameters
    ----------
    chain : array, shape (n,)
        The chain of each value.
    *values : array, shape (n,)
        The values.

    Returns
    -------
    list of array, shape (chains,)
        One array of sums for each array of values.
    """
    _, index = np.unique(np.asarray(chain), return_inverse=True)
    return [np.bincount(index, weights=np.asarray(value, dtype=float)).astype(float) for value in values]


def ratio_error(numerator: NDArray[Any], denominator: NDArray[Any]) -> float:
    """Return the standard error of sum(numerator) / sum(denominator), whose entries are independent chains.

    This is the linearized (sandwich) estimate with the small-sample factor K / (K - 1); NaN for fewer than two chains.
    """
    count = len(numerator)
    if count < 2 or not denominator.sum() > 0:
        return math.nan
    deviation = numerator - numerator.sum() / denominator.sum() * denominator
    return float(math.sqrt(count / (count - 1) * (deviation @ deviation)) / denominator.sum())


def fraction(event: ArrayLike, chain: ArrayLike) -> Fraction:
    """Return the fraction of modes for which something holds.

    Parameters
    ----------
    event : array of bool, shape (n,)
        Whether it holds for each mode.
    chain : array, shape (n,)
        The chain of each mode.

    Raises
    ------
    InputError
        A different number of chain labels than of modes.
    """
    event, chain = np.asarray(event, dtype=bool), np.asarray(chain)
    if event.shape != chain.shape:
        raise InputError("the number of chain labels", chain.size, f"{event.size}, one for each mode")
    total, count = event.size, int(event.sum())
    if not total:
        return Fraction(math.nan, math.nan, 0, 0, 0.0)
    value = count / total
    binomial = math.sqrt(value * (1 - value) / total)
    error = float(np.fmax(binomial, ratio_error(*sum_by_chain(chain, event, np.ones(total)))))
    effective = total * (binomial / error) ** 2 if error > 0 else float(total)
    return Fraction(value, error, count, total, effective)


def rate(count: ArrayLike, chain: ArrayLike) -> Fraction:
    """Return the number of modes per realization.

    Parameters
    ----------
    count : array, shape (n,)
        Modes in each realization, zeros included.
    chain : array, shape (n,)
        The chain of each realization.

    Raises
    ------
    InputError
        A different number of chain labels than of realizations.
    """
    count, chain = np.asarray(count, dtype=float), np.asarray(chain)
    if count.shape != chain.shape:
        raise InputError("the number of chain labels", chain.size, f"{count.size}, one for each realization")
    total, events = count.size, count.sum()
    if not total:
        return Fraction(math.nan, math.nan, 0, 0, 0.0)
    poisson = math.sqrt(events) / total
    error = float(np.fmax(poisson, ratio_error(*sum_by_chain(chain, count, np.ones(total)))))
    effective = total * (poisson / error) ** 2 if error > 0 else float(total)
    return Fraction(events / total, error, float(events), total, effective)


def mean_error(values: NDArray[np.float64], chain: NDArray[Any]) -> float:
    """Return the standard error of a mean: the larger of that of independent values and that between chains.

    Parameters
    ----------
    values : array, shape (n,)
        At least two values.
    chain : array, shape (n,)
        The chain of each value.
    """
    independent = float(values.std(ddof=1)) / math.sqrt(values.size)
    sums = sum_by_chain(chain, values - values.mean())[0]
    between_chains = float(np.sqrt((sums**2).sum() * len(sums) / max(len(sums) - 1, 1))) / values.size
    return max(independent, between_chains)


def sandwich_error(score: NDArray[np.float64], information: float, chain: NDArray[Any]) -> float:
    """Return the standard error of a fitted parameter: the larger of the model's own and that with chains as units.

    Parameters
    ----------
    score : array, shape (n,)
        Derivative of each mode's log-likelihood at the maximum.
    information : float
        Minus the second derivative of the total log-likelihood.
    chain : array, shape (n,)
        The chain of each mode.

    Returns
    -------
    float
        NaN if the information is not positive: the likelihood has no maximum there.
    """
    if not information > 0:
        return math.nan
    sums = sum_by_chain(chain, score)[0]
    spread = float((sums**2).sum()) * len(sums) / max(len(sums) - 1, 1) if len(sums) > 1 else 0.0
    return math.sqrt(max(spread / information**2, 1 / information))
