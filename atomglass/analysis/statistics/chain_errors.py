"""Fractions, rates and errors with chains as the independent unit: realizations of one chain are correlated."""

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
    freedom : float
        Degrees of freedom of the error with chains as units; infinity where the other one is larger.
    """

    value: float
    error: float
    count: float
    total: float
    effective: float
    freedom: float = math.inf

    def interval(self, confidence: float = 0.6827) -> tuple[float, float]:
        """Return Wilson's central interval of a fraction, at the effective number of trials.

        Student's factor widens it if the error was estimated from few chains. It stays within [0, 1] and has a finite
        width even if the count is 0 (Wilson, J. Am. Stat. Assoc. 22, 209 (1927)). It ends exactly at 0 if there are no
        events and exactly at 1 if there is nothing else: a bound that rounding errors move off 0 or 1 would exclude
        the very number that was measured.
        """
        n = self.effective
        z = float(stats.norm.isf((1 - confidence) / 2)) * student_factor(self.freedom, confidence)
        if not n > 0:
            return math.nan, math.nan
        middle = (self.value + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(self.value * (1 - self.value) / n + z * z / (4 * n * n))
        low = max(middle - half, 0.0) if self.value > 0 else 0.0
        return low, min(middle + half, 1.0) if self.value < 1 else 1.0


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

    This is the linearized (sandwich) estimate, corrected for few and unequal chains by `cluster_variance`; NaN for
    fewer than two chains with a denominator.
    """
    total = denominator.sum()
    if not total > 0:
        return math.nan
    residual = numerator - numerator.sum() / total * denominator
    if ((denominator < 0) | (denominator >= total)).any():  # a difference of counts: its parts are no weights
        chains = int(np.count_nonzero(denominator))
        return math.sqrt(chains / (chains - 1) * (residual**2).sum()) / float(total) if chains > 1 else math.nan
    return math.sqrt(cluster_variance(residual, denominator)) / float(total)


def freedom_of_error(error: float, independent: float, size: NDArray[Any]) -> float:
    """Return the degrees of freedom of an error between chains, infinity if that of independent values is larger.

    Parameters
    ----------
    error, independent : float
        The larger of the two errors, and that of independent values.
    size : array, shape (chains,)
        Number of values in each chain.
    """
    if not error > independent:
        return math.inf
    design_effect = (error / independent) ** 2 if independent > 0 else math.inf
    return degrees_of_freedom(size, correlation_within_clusters(design_effect, size))


def fraction(event: ArrayLike, chain: ArrayLike, defect: ArrayLike | None = None) -> Fraction:
    """Return the fraction of modes for which something holds.

    Parameters
    ----------
    event : array of bool, shape (n,)
        Whether it holds for each mode.
    chain : array, shape (n,)
        The chain of each mode.
    defect : array, shape (n,), optional
        The defect of each mode, if recurrences are known. Where all modes are alike in this, or none is, nothing else
        shows how many of them are independent: recurrences of one defect then count as one.

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
    events, size = sum_by_chain(chain, event, np.ones(total))
    error = float(np.fmax(binomial, ratio_error(events, size)))
    independent = total if defect is None else np.unique(np.asarray(defect)).size
    effective = total * (binomial / error) ** 2 if error > 0 else float(independent)
    return Fraction(value, error, count, total, effective, freedom_of_error(error, binomial, size))


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
    counted, size = sum_by_chain(chain, count, np.ones(total))
    error = float(np.fmax(poisson, ratio_error(counted, size)))
    effective = total * (poisson / error) ** 2 if error > 0 else float(total)
    return Fraction(events / total, error, float(events), total, effective, freedom_of_error(error, poisson, size))


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
    sums, size = sum_by_chain(chain, values - values.mean(), np.ones(values.size))
    return float(np.fmax(independent, math.sqrt(cluster_variance(sums, size)) / values.size))


def sandwich_error(score: NDArray[np.float64], information: float, chain: NDArray[Any]) -> float:
    """Return the standard error of a fitted parameter alone.

    Parameters
    ----------
    score, information, chain
        As for `sandwich_error_and_freedom`.
    """
    return sandwich_error_and_freedom(score, information, chain)[0]


def sandwich_error_and_freedom(
    score: NDArray[np.float64], information: float, chain: NDArray[Any]
) -> tuple[float, float]:
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
    error, freedom : float
        The error, NaN if the information is not positive: the likelihood has no maximum there. Its degrees of freedom,
        infinity where the model's own error is the larger one.
    """
    if not information > 0:
        return math.nan, math.inf
    sums, size = sum_by_chain(chain, score, np.ones(len(score)))  # every mode is taken to hold as much information
    error = math.sqrt(float(np.fmax(cluster_variance(sums, size) / information**2, 1 / information)))
    return error, freedom_of_error(error, 1 / math.sqrt(information), size)
