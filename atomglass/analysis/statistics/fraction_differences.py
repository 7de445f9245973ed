"""Differences of two independent fractions, one of them possibly published."""

from __future__ import annotations

import math

from atomglass.analysis.statistics.chain_errors import Fraction
from atomglass.analysis.statistics.verdicts import Z_95


def independent_fraction(count: float, total: float) -> Fraction:
    """Return a fraction of independent trials, such as a published one.

    Parameters
    ----------
    count, total : float
        Number of events, and of trials.
    """
    value = count / total
    return Fraction(value, math.sqrt(value * (1 - value) / total), count, total, total)


def widest_error(found: Fraction) -> float:
    """Return the standard error that the wider side of a fraction's 95 % interval is; never 0, unlike its own error.

    Parameters
    ----------
    found : Fraction
        A fraction of events.
    """
    low, high = found.interval(0.95)
    return max(found.value - low, high - found.value) / Z_95


def difference_interval(first: Fraction, second: Fraction, confidence: float = 0.95) -> tuple[float, float]:
    """Return the central interval of the difference of two independent fractions, first - second.

    The distances of the ends of Wilson's two intervals from the fractions add in quadrature, so that the interval has a
    width even where a fraction is 0 or 1 (Newcombe, Stat. Med. 17, 873 (1998), method 10).

    Parameters
    ----------
    first, second : Fraction
        The two fractions.
    confidence : float
        The probability that the interval contains the difference.

    Examples
    --------
    >>> from atomglass.analysis.statistics.fraction_differences import difference_interval, independent_fraction
    >>> low, high = difference_interval(independent_fraction(56, 70), independent_fraction(48, 80))
    >>> print(f"{low:.4f} {high:.4f}")
    0.0524 0.3339
    """
    (low, high), (other_low, other_high) = first.interval(confidence), second.interval(confidence)
    difference = first.value - second.value
    below = math.hypot(first.value - low, other_high - second.value)
    above = math.hypot(high - first.value, second.value - other_low)
    return difference - below, difference + above
