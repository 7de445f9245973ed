"""The bias of the shape of a Weibull law whose scale is fitted along in each of many small samples."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import integrate

Array = NDArray[np.float64]
#: Shares of observed events at which the bias is tabulated; it is interpolated between them.
_SHARES = 1 - (1 - np.linspace(0, 1, 101)) ** 2


def fitted_scale_bias(share: Array) -> Array:
    """Return b, where b/k is the bias of the score of the shape k of a chain whose scale is fitted along.

    Parameters
    ----------
    share : array, shape (chains,)
        Share of the chain's glasses in which the event was observed.

    Notes
    -----
    With u = (omega / omega_0)^k, exponential up to W = -ln(1 - share), and a = <u ln u> / <u>, the second-order bias of
    the profile score is b/k, b = int_0^W u (ln u + 1 - a) exp(-u) du / (1 - exp(-W)).
    """
    table = [_bias_at(float(p)) for p in _SHARES]
    return np.interp(share, _SHARES, table)


@cache
def _bias_at(share: float) -> float:
    if share in (0.0, 1.0):
        return share
    end = -math.log1p(-share)
    a = integrate.quad(lambda u: (math.log(u) + 1) * math.exp(-u), 0, end)[0] / share
    return float(integrate.quad(lambda u: u * (math.log(u) + 1 - a) * math.exp(-u), 0, end)[0] / share)
