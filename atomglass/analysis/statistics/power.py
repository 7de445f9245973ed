"""Statistical power: how many modes it takes to distinguish two exponents.

With x = omega / bound, the sum S of -ln x over n independent modes of D ~ omega^s has the Gamma distribution of order n
and rate s + 1. An exponent s0 is rejected if it lies outside the exact central interval of the fitted exponent; the
probability of this under another exponent s1 follows from Gamma distribution functions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from atomglass.analysis.statistics.cluster_variance import student_factor
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
        The exponent that the modes follow, and the one that is tested.
    confidence : float
        Confidence of the interval outside which an exponent is rejected.
    """
    n = np.asarray(count, dtype=float)
    tail = (1 - confidence) / 2
    # (rejected + 1) S would be Gamma(n, 1) if the tested exponent were true; in fact (truth + 1) S is.
    scale = (truth + 1) / (rejected + 1)
    low, high = stats.gamma.ppf(tail, n) * scale, stats.gamma.isf(tail, n) * scale
    return np.asarray(stats.gamma.cdf(low, n) + stats.gamma.sf(high, n))


def modes_needed(truth: float, rejected: float, confidence: float = 0.95, power: float = 0.9) -> int:
    """Return the smallest number of independent modes that rejects a wrong exponent with a given probability.

    It is about [(z_confidence + z_power) / ln((s1 + 1)/(s0 + 1))]^2, which is 211 for 3 against 4; the result is exact.

    Parameters
    ----------
    truth, rejected : float
        The exponent that the modes follow, and the one to be rejected; both above -1.
    confidence : float
        Confidence of the interval outside which an exponent is rejected.
    power : float
        Probability of the rejection.

    Raises
    ------
    InputError
        Equal exponents, or one that is not above -1.
    """
    if not (truth > -1 and rejected > -1) or truth == rejected:
        raise InputError("the exponents to tell apart", f"{truth:g} and {rejected:g}", "two different ones above -1")
    z = stats.norm.isf((1 - confidence) / 2) + stats.norm.isf(1 - power)
    guess = (z / math.log((truth + 1) / (rejected + 1))) ** 2
    numbers = np.arange(1, max(20, int(2 * guess) + 50))
    enough = rejection_probability(numbers, truth, rejected, confidence) >= power
    # The smallest n from which the power stays high enough: it need not be monotonic at a few modes.
    return int(numbers[len(numbers) - int(np.argmin(enough[::-1]))]) if not enough.all() else 1


@dataclass(frozen=True)
class StatisticalPower:
    """Whether a sample can distinguish its exponent from a rival.

    Attributes
    ----------
    truth, rival : float
        Exponents.
    needed : int
        Independent modes that reject the rival at 95 % confidence with probability 0.9.
    effective : float
        Effective number of independent modes in the sample.
    design_effect : float
        Modes per independent mode; `needed` times this is the number of modes needed.
    power : float
        Probability that this sample rejects the rival if `truth` is true.
    """

    truth: float
    rival: float
    needed: int
    effective: float
    design_effect: float
    power: float


def statistical_power(
    count: int, effective: float, truth: float, rival: float, freedom: float = math.inf
) -> StatisticalPower:
    """Return the power of a sample of `count` modes that is worth `effective` independent ones.

    Parameters
    ----------
    count : int
        Number of modes.
    effective : float
        Effective number of independent modes, see `ExponentFit.effective_count`.
    truth, rival : float
        The exponent that the modes follow, and the one to be rejected.
    freedom : float
        Degrees of freedom of the error with chains as units, see `ExponentFit.freedom`: the interval is widened by
        Student's factor, because its error is itself estimated.
    """
    needed = modes_needed(truth, rival)
    independent = effective / student_factor(freedom, 0.95) ** 2
    if not effective > 0:
        return StatisticalPower(truth, rival, needed, effective, math.nan, 0.0)
    power = float(rejection_probability(independent, truth, rival))
    return StatisticalPower(truth, rival, needed, effective, count / effective, power)
