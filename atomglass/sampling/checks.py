"""Checks of the parameters that users give to the sampler."""

from __future__ import annotations

import numpy as np

from atomglass.errors import InputError


def check_count(name: str, value: int, least: int, most: int | None = None) -> None:
    """Check that a value is an integer in a range.

    Parameters
    ----------
    name : str
        Name of the quantity, for the message.
    value : int
        The value.
    least : int
        The smallest allowed value.
    most : int, optional
        The largest allowed value.

    Raises
    ------
    InputError
        The value is not an integer, or is out of range.
    """
    allowed = f"an integer >= {least}" if most is None else f"an integer from {least} to {most}"
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        raise InputError(name, value, allowed)


def check_range(name: str, value: float, in_range: bool, allowed: str, remedy: str = "") -> None:
    """Check that a value is finite and in its range.

    Parameters
    ----------
    name : str
        Name of the quantity, for the message.
    value : float
        The value.
    in_range : bool
        Whether the value is in its range.
    allowed : str
        The range, for the message.
    remedy : str, optional
        What to do about it, for the message.

    Raises
    ------
    InputError
        The value is not finite, or is out of range.
    """
    if not (in_range and np.isfinite(float(value))):
        raise InputError(name, value, allowed, remedy)
