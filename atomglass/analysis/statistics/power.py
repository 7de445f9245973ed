"""How many modes it takes to tell one exponent from another.

With x = omega / bound, the sum S of -ln x over n independent modes of D ~ omega^s has the Gamma distribution of order n
and rate s + 1. "s0 is rejected" means here that s0 lies outside the exact central interval of the fitted exponent, so
that the probability of it under another exponent s1 is a difference of Gamma distribution functions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from atomglass.errors import InputError


def rejection_probability(
    count: ArrayLike, truth: float, rejected: float, confidence: float = 0.95
) -> NDArray[np.float64]:
    """Return the probability that a fit of n independent modes rejects a wrong exponent.

    Parameters
    ----------
    count : float or array
        n, or the effective number of independent modes.
    truth, rejected : float
        The exponent that modes follow, and the one that is put to the test.
    confidence : float
        Of the interval outside of which an exponent is rejected.
    """
    n = np.asarray(count, dtype=float)
    tail = (1 - confidence) / 2
    # Under the law on trial (rejected + 1) S is Gamma(n, 1); under the truth (truth + 1) S is.
    scale = (truth + 1) / (rejected + 1)
    low, high = stats.gamma.ppf(tail, n) * scale, stats.gamma.isf(tail, n) * scale
    return np.asarray(stats.gamma.cdf(low, n) + stats.gamma.sf(high, n))


def modes_needed(truth: float, rejected: float, confidence: float = 0.95, power: float = 0.9) -> int:
    """Return the smallest number of independent modes that rejects a wrong exponent with a given probability.

    About [(z_confidence + z_power) / ln((s1 + 1)/(s0 + 1))]^2, which is 211 for 3 against 4; this is the exact count.

    Raises
    ------
    InputError
        Equal exponents, or ones that no density has.
    """
    if not (truth > -1 and rejected > -1) or truth == rejected:
        raise InputError("the exponents to tell apart", f"{truth:g} and {rejected:g}", "two different ones above -1")
    z = stats.norm.isf((1 - confidence) / 2) + stats.norm.isf(1 - power)
    guess = (z / math.log((truth + 1) / (rejected + 1))) ** 2
    numbers = np.arange(1, max(20, int(2 * guess) + 50))
    enough = rejection_probability(numbers, truth, rejected, confidence) >= power
    # The smallest n from which on the power stays: it may wiggle where it is a few modes.
    return int(numbers[len(numbers) - int(np.argmin(enough[::-1]))]) if not enough.all() else 1


@dataclass(frozen=True)
class PowerStatement:
    """Whether a sample can tell its exponent from a rival.

    Attributes
    ----------
    truth, rival : float
        Exponents.
    needed : int
        Independent modes for 95 % confidence with probability 0.9.
    effective : float
        Independent modes that the sample is worth.
    design : float
        Modes per independent mode: multiply `needed` by it to get the modes needed.
    reached : float
        Probability that this sample rejects the rival if `truth` is true.
    """

    truth: float
    rival: float
    needed: int
    effective: float
    design: float
    reached: float


def power_statement(
    count: int, effective: float, truth: float, rival: float, chains: int | None = None
) -> PowerStatement:
    """Return what a sample of `count` modes, worth `effective` independent ones, can tell.

    Parameters
    ----------
    count : int
        Modes.
    effective : float
        Independent modes, see `ExponentFit.effective_count`.
    truth, rival : float
        Exponents.
    chains : int, optional
        Chains that the modes come from. The error is then estimated from so few units, and the interval is wider by
        Student's factor, as that of the bootstrap is.
    """
    needed = modes_needed(truth, rival)
    sharp = effective
    if chains is not None and chains > 1:
        sharp *= (stats.norm.isf(0.025) / stats.t.isf(0.025, chains - 1)) ** 2 * (chains - 1) / chains
    reached = float(rejection_probability(sharp, truth, rival)) if effective > 0 else 0.0
    return PowerStatement(truth, rival, needed, effective, count / effective if effective > 0 else math.nan, reached)
