"""Verdicts: whether a measured number agrees with the expected one, differs from it, or leaves it undecided."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from atomglass.analysis.statistics.cluster_variance import student_factor

AGREES, DIFFERS, UNDECIDED = "agrees", "differs", "undecided"
#: Normal quantile of a central 95 % interval.
Z_95 = 1.959963984540054
#: Fewest chains for which a verdict is given: one chain shows nothing of how chains differ, a few hardly anything.
MIN_CHAINS = 5


def enough_chains(chain: ArrayLike) -> bool:
    """Return whether modes come from at least `MIN_CHAINS` chains.

    Parameters
    ----------
    chain : array, shape (n,)
        The chain of each mode.
    """
    return np.unique(np.asarray(chain)).size >= MIN_CHAINS


def verdict_over_chains(verdict: str, chain: ArrayLike) -> str:
    """Return a verdict, or `undecided` if its modes come from fewer than `MIN_CHAINS` chains.

    Parameters
    ----------
    verdict : str
        What the numbers by themselves say.
    chain : array, shape (n,)
        The chain of each mode that they rest on.
    """
    return verdict if enough_chains(chain) else UNDECIDED


def interval_95(value: float, error: float, freedom: float = math.inf) -> tuple[float, float]:
    """Return the central 95 % interval of a number with a normal error.

    Parameters
    ----------
    value, error : float
        The number and its standard error.
    freedom : float
        Degrees of freedom of the error, if it was itself estimated from few chains: Student's t in place of the normal
        law.
    """
    margin = Z_95 * student_factor(freedom, 0.95) * error
    return value - margin, value + margin


def interval_verdict(
    low: float, high: float, expected: float, rivals: Iterable[float] = (), resolution: float | None = None
) -> str:
    """Return the verdict on a number whose 95 % interval is known.

    Parameters
    ----------
    low, high : float
        The 95 % interval of the measured number.
    expected : float
        The value that the theory or the paper gives.
    rivals : iterable of float
        Other values that must be excluded before the number agrees, such as the exponent 3 if 4 is expected.
    resolution : float, optional
        Largest distance from the expected value to which the interval may extend. An interval that contains everything
        agrees with nothing.

    Returns
    -------
    str
        `differs` if the expected value lies outside the interval; `agrees` if it lies inside, every rival lies
        outside, and the interval stays within the resolution; otherwise, or if a bound is NaN, `undecided`.
    """
    if math.isnan(low) or math.isnan(high) or math.isnan(expected):
        return UNDECIDED
    if not low <= expected <= high:
        return DIFFERS
    if any(low <= rival <= high for rival in rivals):
        return UNDECIDED
    if resolution is not None and max(expected - low, high - expected) > resolution:
        return UNDECIDED
    return AGREES


def side_verdict(low: float, high: float, border: float, above: bool) -> str:
    """Return the verdict on a statement that a number lies on one side of a border.

    Parameters
    ----------
    low, high : float
        The 95 % interval of the measured number.
    border : float
        The border.
    above : bool
        Whether the number is said to lie above it, otherwise below.

    Returns
    -------
    str
        `agrees` if the interval lies on that side, `differs` if it lies on the other, otherwise, or if a bound is NaN,
        `undecided`.
    """
    if low > border:
        return AGREES if above else DIFFERS
    if high < border:
        return DIFFERS if above else AGREES
    return UNDECIDED


def p_value_verdict(p: float, enough: bool, level: float = 0.05) -> str:
    """Return the verdict of a test whose null hypothesis is the expected law.

    Parameters
    ----------
    p : float
        The test's p-value.
    enough : bool
        Whether the data could have revealed a relevant difference; if not, a law that is not rejected is undecided.
    level : float
        The law is rejected for p below this.
    """
    if math.isnan(p):
        return UNDECIDED
    if p < level:
        return DIFFERS
    return AGREES if enough else UNDECIDED


@dataclass(frozen=True)
class Comparison:
    """Two numbers with normal errors, whose difference is compared with zero.

    Attributes
    ----------
    value, error : float
        The measured number and its standard error.
    expected, expected_error : float
        The number that it is compared with, and its standard error.
    resolution : float
        Largest distance from zero to which the 95 % interval of the difference may extend for agreement.
    freedom : float
        Degrees of freedom of the measured number's error; Student's factor widens it.
    """

    value: float
    error: float
    expected: float
    expected_error: float
    resolution: float
    freedom: float = math.inf

    @property
    def widened_error(self) -> float:
        """The standard error of the measured number, widened by Student's factor."""
        return student_factor(self.freedom, 0.95) * self.error

    @property
    def verdict(self) -> str:
        """Whether the numbers agree, differ, or leave it undecided."""
        margin = Z_95 * math.hypot(self.widened_error, self.expected_error)
        difference = self.value - self.expected
        return interval_verdict(difference - margin, difference + margin, 0.0, resolution=self.resolution)

    def modes_to_decide(self, count: int) -> float:
        """Return with how many modes the verdict would no longer be `undecided`, if the value stays as it is.

        The error falls as count^(-1/2), with more modes of as many chains. A difference from the expected value shows
        when it exceeds the margin, agreement when the difference and its margin stay within the resolution.

        Parameters
        ----------
        count : int
            Number of modes on which the value rests now.

        Returns
        -------
        float
            Infinity if the expected value's own error is too large for any number of modes; NaN without an error.
        """
        difference, error = abs(self.value - self.expected), self.widened_error
        largest_error = max(difference, self.resolution - difference) / Z_95
        if math.isnan(error) or math.isnan(largest_error):
            return math.nan
        if largest_error <= self.expected_error:
            return math.inf
        return math.ceil(count * error**2 / (largest_error**2 - self.expected_error**2))
