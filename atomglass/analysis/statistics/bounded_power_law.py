"""The exponent of a power law whose interval differs from event to event, by maximum likelihood."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from atomglass.analysis.statistics.chain_errors import sandwich_error_and_freedom

Array = NDArray[np.float64]
#: Exponents between which the maximum of the likelihood is looked for.
_EXPONENT_BOUNDS = (-0.999, 60.0)


def fit_bounded_power_law(y: Array, low: Array, chain: NDArray[Any]) -> tuple[float, float, float]:
    """Fit the exponent m of the density ~ y^m on (low, 1), with an interval for each event.

    Parameters
    ----------
    y, low : array, shape (n,)
        Events, and the lower end of each one's interval (0 for none).
    chain : array, shape (n,)
        The chain of each event.

    Returns
    -------
    m, error, freedom : float
        The exponent, one standard error with chains as units, and its degrees of freedom; NaN for the first two if the
        likelihood has no maximum within bounds.
    """
    logs = np.log(y)
    log_low = np.log(np.where(low > 0, low, 1.0))

    def score(m: float) -> Array:
        """Return the derivative of m ln y + ln(m + 1) - ln(1 - low^(m + 1)) with respect to m."""
        z = (m + 1) * log_low  # <= 0
        with np.errstate(all="ignore"):
            tail = np.where(low > 0, np.where(np.abs(z) < 1e-6, -1 / (m + 1) - log_low / 2, log_low / np.expm1(-z)), 0)
        return logs + 1 / (m + 1) + tail

    lower, upper = _EXPONENT_BOUNDS
    if score(lower).sum() < 0 or score(upper).sum() > 0:
        return math.nan, math.nan, math.inf
    m = brentq(lambda v: float(score(v).sum()), lower, upper)
    h = 1e-4 * (1 + m)
    information = -float((score(m + h) - score(m - h)).sum()) / (2 * h)
    return float(m), *sandwich_error_and_freedom(score(m), information, chain)
