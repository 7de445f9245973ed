"""Size distributions: P(sigma) ~ sigma^-power between two bounds."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from atomglass.errors import InputError

SIGMA_MAX = 1.45 / 0.9
RATIO = 2.219


def inverse_cumulative(
    u: NDArray[np.float64], maximum: float = SIGMA_MAX, ratio: float = RATIO, power: float = 3.0
) -> NDArray[np.float64]:
    """Return the diameters below which the shares u of the distribution lie."""
    minimum, k = maximum / ratio, 1.0 - power
    if abs(k) < 1e-12:
        return minimum * ratio**u
    low, high = minimum**k, maximum**k
    return np.clip((low + u * (high - low)) ** (1 / k), minimum, maximum)


def sample_diameters(
    number: int,
    rng: np.random.Generator,
    method: Literal["iid", "quantile"] = "iid",
    maximum: float = SIGMA_MAX,
    ratio: float = RATIO,
    power: float = 3.0,
) -> NDArray[np.float64]:
    """Return diameters with P(sigma) ~ sigma^-power on [maximum/ratio, maximum].

    Parameters
    ----------
    number : int
        How many, N.
    rng : numpy.random.Generator
        Random stream.
    method : {"iid", "quantile"}
        `iid`: drawn independently, as in the paper (Kumar, Procaccia, Singh, Eq. 10); inherent-state energies then
        vary by some ten per cent between samples of N = 4000. `quantile`: the N mid-quantiles, shuffled: every
        sample has the same diameters.
    maximum, ratio, power : float
        Largest diameter, largest over smallest, and exponent of the distribution.

    Returns
    -------
    (N,) array
        Diameters.

    Raises
    ------
    InputError
        No particles, an unknown method, or bounds that are not positive and ordered.
    """
    if number < 1:
        raise InputError("number of diameters", number, ">= 1")
    if not (maximum > 0 and ratio >= 1):
        raise InputError("diameter bounds (maximum, ratio)", (maximum, ratio), "maximum > 0 and ratio >= 1")
    if method == "iid":
        u = rng.random(number)
    elif method == "quantile":
        u = rng.permutation((np.arange(number) + 0.5) / number)
    else:
        raise InputError("method of drawing diameters", method, "'iid' or 'quantile'")
    return inverse_cumulative(u, maximum, ratio, power)
