"""Checks at the door of the theory's public functions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from atomglass.errors import InputError


def positive(values: ArrayLike, what: str, unit: str = "") -> NDArray[np.float64]:
    """Return values as an array of floats.

    Raises
    ------
    InputError
        One of them is not positive and finite.
    """
    return _checked(values, what, f"positive numbers {unit}".strip(), lower_open=True)


def not_negative(values: ArrayLike, what: str, unit: str = "") -> NDArray[np.float64]:
    """Return values as an array of floats.

    Raises
    ------
    InputError
        One of them is negative or not finite.
    """
    return _checked(values, what, f"numbers from 0 upwards {unit}".strip(), lower_open=False)


def _checked(values: ArrayLike, what: str, allowed: str, lower_open: bool) -> NDArray[np.float64]:
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise InputError(what, values, allowed) from None
    bad = ~np.isfinite(array) | (array <= 0 if lower_open else array < 0)
    if bad.any():
        raise InputError(what, array[bad].flat[0] if array.ndim else array.item(), allowed)
    return array


def as_given(result: NDArray[np.float64]) -> float | NDArray[np.float64]:
    """Return a plain float for scalar input, an array otherwise."""
    return float(result) if result.ndim == 0 else result
