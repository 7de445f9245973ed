"""Differences of two fractions, one of them possibly published."""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from atomglass.analysis.statistics.chain_errors import Fraction
from atomglass.analysis.statistics.verdicts import UNDECIDED, Z_95, Comparison, enough_chains, interval_verdict


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
    """Return the wider side of a fraction's 95 % interval, divided by 1.96: an error that is never 0.

    Parameters
    ----------
    found : Fraction
        A fraction of events.
    """
    low, high = found.interval(0.95)
    return max(found.value - low, high - found.value) / Z_95


def difference_interval(first: Fraction, second: Fraction, confidence: float = 0.95) -> tuple[float, float]:
    """Return the central interval of the difference of two fractions, first - second, taken as independent.

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


def compare_fractions(found: Fraction, published: Fraction, resolution: float, chain: ArrayLike) -> tuple[str, float]:
    """Compare a fraction with a published one.

    Parameters
    ----------
    found, published : Fraction
        Ours, and the published one.
    resolution : float
        Largest distance from zero to which the 95 % interval of the difference may extend for agreement.
    chain : array, shape (n,)
        The chain of each of our modes.

    Returns
    -------
    verdict, needed : str, float
        The verdict, and how many modes would decide what is undecided; NaN if it is decided or if it is more chains
        that are needed, infinity if the published fraction's own error is too large.
    """
    if not enough_chains(chain):
        return UNDECIDED, math.nan
    verdict = interval_verdict(*difference_interval(found, published), 0.0, resolution=resolution)
    if verdict != UNDECIDED:
        return verdict, math.nan
    compared = Comparison(found.value, widest_error(found), published.value, widest_error(published), resolution)
    return verdict, compared.modes_to_decide(round(found.total))
