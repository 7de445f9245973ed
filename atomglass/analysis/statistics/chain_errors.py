"""Counts and shares with errors that know of chains: realizations of one chain are correlated, chains are not."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from atomglass.errors import InputError


@dataclass(frozen=True)
class Share:
    """A share of events, or a rate per trial, with an error that allows for chains.

    Attributes
    ----------
    value : float
        count / total; NaN where there is nothing to count.
    error : float
        One standard error: the larger of the binomial (or Poisson) one and that of whole chains.
    count, total : float
        Events, and what they are counted over.
    effective : float
        How many independent trials would give this error.
    """

    value: float
    error: float
    count: float
    total: float
    effective: float

    def interval(self, confidence: float = 0.6827) -> tuple[float, float]:
        """Return the central interval of a share (Wilson's, at the effective number of trials).

        Wilson, J. Am. Stat. Assoc. 22, 209 (1927): it stays within [0, 1] and has a width also where the count is 0.
        """
        n, z = self.effective, float(stats.norm.isf((1 - confidence) / 2))
        if not n > 0:
            return math.nan, math.nan
        middle = (self.value + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(self.value * (1 - self.value) / n + z * z / (4 * n * n))
        return max(middle - half, 0.0), min(middle + half, 1.0)


def by_chain(chain: ArrayLike, *values: ArrayLike) -> list[NDArray[np.float64]]:
    """Return the sum of each array of values over each chain that occurs.

    Parameters
    ----------
    chain : array, shape (n,)
        Labels.
    *values : array, shape (n,)
        What is summed.
    """
    _, index = np.unique(np.asarray(chain), return_inverse=True)
    return [np.bincount(index, weights=np.asarray(value, dtype=float)).astype(float) for value in values]


def ratio_error(numerator: NDArray, denominator: NDArray) -> float:
    """Return the standard error of sum(numerator) / sum(denominator), the entries being independent chains.

    The linearized (sandwich) estimate with the small-sample factor K / (K - 1); NaN for fewer than two chains.
    """
    count = len(numerator)
    if count < 2 or not denominator.sum() > 0:
        return math.nan
    deviation = numerator - numerator.sum() / denominator.sum() * denominator
    return float(math.sqrt(count / (count - 1) * (deviation @ deviation)) / denominator.sum())


def share(event: ArrayLike, chain: ArrayLike) -> Share:
    """Return the share of modes for which something holds.

    Parameters
    ----------
    event : array of bool, shape (n,)
        For each mode.
    chain : array, shape (n,)
        Its chain.
    """
    event, chain = np.asarray(event, dtype=bool), np.asarray(chain)
    if event.shape != chain.shape:
        raise InputError("the number of chain labels", chain.size, f"{event.size}, one for each mode")
    total, count = event.size, int(event.sum())
    if not total:
        return Share(math.nan, math.nan, 0, 0, 0.0)
    value = count / total
    plain = math.sqrt(value * (1 - value) / total)
    error = float(np.fmax(plain, ratio_error(*by_chain(chain, event, np.ones(total)))))
    effective = total * (plain / error) ** 2 if error > 0 else float(total)
    return Share(value, error, count, total, effective)


def rate(count: ArrayLike, chain: ArrayLike) -> Share:
    """Return the number of modes per realization.

    Parameters
    ----------
    count : array, shape (n,)
        Modes in each realization, zeros included.
    chain : array, shape (n,)
        The chain of each realization.
    """
    count, chain = np.asarray(count, dtype=float), np.asarray(chain)
    if count.shape != chain.shape:
        raise InputError("the number of chain labels", chain.size, f"{count.size}, one for each realization")
    total, events = count.size, count.sum()
    if not total:
        return Share(math.nan, math.nan, 0, 0, 0.0)
    plain = math.sqrt(events) / total
    error = float(np.fmax(plain, ratio_error(*by_chain(chain, count, np.ones(total)))))
    effective = total * (plain / error) ** 2 if error > 0 else float(total)
    return Share(events / total, error, float(events), total, effective)
