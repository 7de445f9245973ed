"""Whether a measured number agrees with an expected one, differs from it, or cannot tell."""

from __future__ import annotations

import math
from collections.abc import Iterable

AGREES, DIFFERS, UNDECIDED = "agrees", "differs", "undecided"
#: Normal quantile of a central 95 % interval.
TWO_SIGMA = 1.959963984540054


def verdict(
    low: float, high: float, expected: float, rivals: Iterable[float] = (), resolution: float | None = None
) -> str:
    """Return `agrees`, `differs` or `undecided`.

    Parameters
    ----------
    low, high : float
        The 95 % interval of the measured number.
    expected : float
        What the theory or the paper says.
    rivals : iterable of float
        Other values that must be excluded before one may speak of agreement, such as the exponent 3 where 4 is
        expected.
    resolution : float, optional
        Largest distance from the expected value that the interval may reach: an interval that holds everything agrees
        with nothing.

    Returns
    -------
    str
        `differs` where the expected value lies outside the interval; `agrees` where it lies inside, every rival
        outside, and the interval within the resolution; else `undecided`, also where a bound is NaN.
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


def verdict_of_p(p: float, enough: bool, level: float = 0.05) -> str:
    """Return the verdict of a test whose null hypothesis is the expected law.

    Parameters
    ----------
    p : float
        The test's p-value.
    enough : bool
        Whether the data could have shown a difference that matters: without that, no rejection means nothing.
    level : float
        Below this p the law is rejected.
    """
    if math.isnan(p):
        return UNDECIDED
    if p < level:
        return DIFFERS
    return AGREES if enough else UNDECIDED


def difference_verdict(value: float, error: float, expected: float, expected_error: float, resolution: float) -> str:
    """Return the verdict on two measured numbers with normal errors, whose difference is held against zero."""
    margin = TWO_SIGMA * math.hypot(error, expected_error)
    return verdict(value - expected - margin, value - expected + margin, 0.0, resolution=resolution)
