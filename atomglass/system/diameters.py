"""Size distributions P(sigma) ~ sigma^-power between two bounds."""

from __future__ import annotations

from typing import Literal

import numpy as np

from atomglass.errors import InputError
from atomglass.types import Array

#: Largest diameter, and its ratio to the smallest, in the models of `potentials/`; the mean diameter is about 1.
SIGMA_MAX = 1.45 / 0.9
RATIO = 2.219


def inverse_cumulative(u: Array, maximum: float = SIGMA_MAX, ratio: float = RATIO, power: float = 3.0) -> Array:
    """Return the quantiles of the size distribution.

    Parameters
    ----------
    u : array
        Cumulative probabilities, 0 to 1.
    maximum, ratio, power : float
        Largest diameter (in units of length), its ratio to the smallest, and exponent of the distribution.

    Returns
    -------
    array
        Diameters, in the shape of `u`, in units of length.
    """
    minimum, k = maximum / ratio, 1.0 - power
    if abs(k) < 1e-12:
        power_law: Array = minimum * ratio**u
        return power_law
    low, high = minimum**k, maximum**k
    diameters: Array = np.clip((low + u * (high - low)) ** (1 / k), minimum, maximum)
    return diameters


def sample_diameters(
    number: int,
    rng: np.random.Generator,
    method: Literal["iid", "quantile"] = "iid",
    maximum: float = SIGMA_MAX,
    ratio: float = RATIO,
    power: float = 3.0,
) -> Array:
    """Return diameters with P(sigma) ~ sigma^-power on [maximum/ratio, maximum].

    Parameters
    ----------
    number : int
        Number of particles N.
    rng : numpy.random.Generator
        Random stream.
    method : {"iid", "quantile"}
        `iid`: drawn independently, as in Kumar, Procaccia and Singh, Eq. 10, so that inherent-state energies vary by
        about 10 % between samples of N = 4000. `quantile`: the N mid-quantiles in random order, so that all samples
        have the same diameters.
    maximum, ratio, power : float
        Largest diameter (in units of length), its ratio to the smallest, and exponent of the distribution.

    Returns
    -------
    (N,) array
        Diameters, in units of length.

    Raises
    ------
    InputError
        There are no particles, the method is unknown, or the bounds are not positive and ordered.

    Examples
    --------
    >>> diameters = ag.sample_diameters(1000, np.random.default_rng(1), "quantile")
    >>> print(f"{diameters.mean():.2f}")
    1.00
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
