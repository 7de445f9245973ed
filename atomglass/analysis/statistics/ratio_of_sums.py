"""Ratios of sums over independent chains, and the error of the difference of two such ratios from the same chains.

Each chain changes a ratio by some amount. Where two samples come from the same chains, or one lies within the other,
the changes of both are subtracted chain by chain before they are squared: what the samples have in common drops out,
whatever the correlations within a chain.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


class RatioOfSums(NamedTuple):
    """A quantity that is a ratio of sums over chains, plus a constant.

    Attributes
    ----------
    numerator, denominator : array, shape (chains,)
        The sums over each chain.
    offset : float
        What is added to the ratio.
    """

    numerator: Array
    denominator: Array
    offset: float = 0.0

    def value(self) -> float:
        """Return the quantity; NaN if the denominator is 0."""
        return self._ratio() + self.offset

    def contributions(self) -> Array:
        """Return the change of the quantity due to each chain, to first order: (n_k - R d_k) / sum d.

        Each is divided by sqrt(1 - w_k), w_k = d_k / sum d, since a large chain pulls the ratio towards itself: the sum
        of their squares is the bias-reduced variance of `cluster_variance`. NaN if fewer than two chains have a
        denominator.
        """
        if np.count_nonzero(self.denominator) < 2:
            return np.full(len(self.numerator), math.nan)
        weight = self.denominator / self.denominator.sum()
        change = (self.numerator - self._ratio() * self.denominator) / self.denominator.sum()
        return np.asarray(change / np.sqrt(1 - weight))

    def _ratio(self) -> float:
        total = self.denominator.sum()
        return self.numerator.sum() / total if total > 0 else math.nan


def sums_over(label: ArrayLike, values: ArrayLike, labels: NDArray[Any]) -> Array:
    """Return the sum of values over each of the chains, also those without values.

    Parameters
    ----------
    label : array, shape (n,)
        The chain of each value.
    values : array, shape (n,)
        The values.
    labels : array, shape (chains,)
        All chains, in ascending order.
    """
    index = np.searchsorted(labels, np.asarray(label))
    return np.bincount(index, np.asarray(values, dtype=float), minlength=len(labels)).astype(float)


def exponent_ratio(x: ArrayLike, label: ArrayLike, labels: NDArray[Any]) -> RatioOfSums:
    """Return the exponent of `truncated_power_law`: the maximum of the likelihood, s + 1 = n / sum(-ln x), is a ratio.

    Parameters
    ----------
    x : array, shape (n,)
        Frequencies in units of their bounds.
    label : array, shape (n,)
        The chain of each mode.
    labels : array, shape (chains,)
        All chains, in ascending order.
    """
    logs = -np.log(np.asarray(x, dtype=float))
    return RatioOfSums(sums_over(label, np.ones(len(logs)), labels), sums_over(label, logs, labels), -1.0)


def difference_error(one: RatioOfSums, other: RatioOfSums) -> float:
    """Return the standard error of the difference of two ratios over the same chains; NaN if either has but one."""
    change = other.contributions() - one.contributions()
    return math.sqrt(float(change @ change))
