"""Checks of the arguments of the theories' public functions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from atomglass.errors import InputError
from atomglass.types import Array


def positive(values: ArrayLike, what: str, unit: str = "") -> Array:
    """Return the values as an array of floats.

    Parameters
    ----------
    values : float or array
        Values to check.
    what : str
        Name of the quantity, for the message.
    unit : str
        Its unit, for the message.

    Raises
    ------
    InputError
        A value is not positive and finite.
    """
    return _checked(values, what, f"positive numbers {unit}".strip(), zero_allowed=False)


def not_negative(values: ArrayLike, what: str, unit: str = "") -> Array:
    """Return the values as an array of floats.

    Parameters
    ----------
    values : float or array
        Values to check.
    what : str
        Name of the quantity, for the message.
    unit : str
        Its unit, for the message.

    Raises
    ------
    InputError
        A value is negative or not finite.
    """
    return _checked(values, what, f"numbers from 0 upwards {unit}".strip(), zero_allowed=True)


def _checked(values: ArrayLike, what: str, allowed: str, zero_allowed: bool) -> Array:
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise InputError(what, values, allowed) from None
    bad = ~np.isfinite(array) | (array < 0 if zero_allowed else array <= 0)
    if bad.any():
        raise InputError(what, array[bad].flat[0] if array.ndim else array.item(), allowed)
    return array


def scalar_or_array(result: Array) -> float | Array:
    """Return a zero-dimensional array as a float, any other array unchanged."""
    return float(result) if result.ndim == 0 else result
