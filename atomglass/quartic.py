"""The quartic U(s) = b2 s^2/2 + b3 s^3/6 + b4 s^4/24 about a minimum: its shape, its barrier, its group.

The simulation classifies modes with it, and the theories their oscillators; it depends on neither.

Source: Kumar, Procaccia and Singh, "Density of quasi-localized modes in glasses: where are the two-level systems?",
Eqs. 4 and 8. Their Eq. 8, |b3| <= sqrt(3 b2 b4), states that the origin is the *lower* minimum; a second minimum exists
already if b3^2 > (8/3) b2 b4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from atomglass.errors import InputError
from atomglass.types import Array

#: |beta| above which the quartic has a second minimum, sqrt(8/9).
HIDDEN_WELL_BETA = float(np.sqrt(8.0 / 9.0))


def energy(s: ArrayLike, b2: ArrayLike, b3: ArrayLike, b4: ArrayLike) -> Array:
    """Return U(s) - U(0) of quartics.

    Parameters
    ----------
    s : float or array
        Displacement.
    b2, b3, b4 : float or array
        Coefficients, of shapes that broadcast with that of `s`.
    """
    s = np.asarray(s, dtype=float)
    result: Array = s**2 * (np.asarray(b2) / 2 + s * (np.asarray(b3) / 6 + s * np.asarray(b4) / 24))
    return result


def reduced_cubic(b2: ArrayLike, b3: ArrayLike, b4: ArrayLike) -> Array:
    """Return the reduced cubic coefficient beta = b3 / sqrt(3 b2 b4).

    Parameters
    ----------
    b2, b3, b4 : float or array
        Coefficients, of shapes that broadcast.

    Returns
    -------
    array
        NaN where b2 or b4 is not positive.
    """
    b2, b3, b4 = (np.asarray(b, dtype=float) for b in (b2, b3, b4))
    product = np.where((b2 > 0) & (b4 > 0), 3 * b2 * b4, np.nan)
    beta: Array = b3 / np.sqrt(product)
    return beta


@dataclass(frozen=True)
class QuarticShape:
    """Shape of one quartic about a minimum, or of many; then every field is an array.

    Attributes
    ----------
    beta : float
        b3 / sqrt(3 b2 b4); NaN where b2 <= 0 or b4 <= 0.
    group : str
        `A` (|b3| <= sqrt(3 b2 b4): the origin is the only or the lower minimum), `B` (the other minimum is lower),
        `unbounded` (b4 <= 0) or `unstable` (b2 <= 0: the origin is not a minimum).
    second_minimum : bool
        Whether there is a second minimum: always in group B, and in group A if |beta| > sqrt(8/9) (a higher well).
    maximum_position, barrier : float
        Position of the maximum between the minima, and its energy relative to the origin. In group `unbounded`, those
        of the lower maximum, beyond which the energy decreases without bound. NaN where there is none.
    second_minimum_position, second_minimum_energy : float
        Position of the second minimum and its energy relative to the origin; NaN where there is none.
    """

    beta: Any
    group: Any
    second_minimum: Any
    maximum_position: Any
    barrier: Any
    second_minimum_position: Any
    second_minimum_energy: Any


def shape(b2: ArrayLike, b3: ArrayLike, b4: ArrayLike) -> QuarticShape:
    """Classify quartics.

    Parameters
    ----------
    b2, b3, b4 : float or array
        Coefficients, of shapes that broadcast. If b3 > 0, the second minimum lies at s < 0.

    Returns
    -------
    QuarticShape
        With plain float, str and bool fields for scalar input, arrays otherwise.

    Raises
    ------
    InputError
        A coefficient is NaN or infinite.
    """
    b2, b3, b4 = np.broadcast_arrays(*(np.asarray(b, dtype=float) for b in (b2, b3, b4)))
    for name, b in (("b2", b2), ("b3", b3), ("b4", b4)):
        if not np.all(np.isfinite(b)):
            raise InputError(name, float(b[~np.isfinite(b)].flat[0]), "finite numbers", "leave such modes out")
    beta = reduced_cubic(b2, b3, b4)
    stable, bounded = b2 > 0, b4 > 0
    side = np.where(b3 > 0, -1.0, 1.0)  # the second well lies where b3 s < 0
    with np.errstate(all="ignore"):
        root = np.sqrt(b3**2 - 8 * b2 * b4 / 3)  # NaN: the origin is the only stationary point
        second = stable & bounded & (root > 0)
        outer = side * 1.5 * (np.abs(b3) + root) / b4
        # From the product of the two roots, 6 b2/b4, which avoids the cancellation in |b3| - root at small barriers.
        inner = side * 4 * b2 / (np.abs(b3) + root)
    maximum = np.where((second | (stable & ~bounded)) & np.isfinite(inner), inner, np.nan)
    position = np.where(second, outer, np.nan)
    group = np.where(np.abs(b3) <= np.sqrt(np.maximum(3 * b2 * b4, 0.0)), "A", "B")
    group = np.where(bounded, group, "unbounded")
    group = np.where(stable, group, "unstable")
    barrier, second_energy = _stationary_energy(maximum, b3, b4), _stationary_energy(position, b3, b4)
    fields = (beta, group, second, maximum, barrier, position, second_energy)
    return QuarticShape(*(f.item() if f.ndim == 0 else f for f in map(np.asarray, fields)))


def _stationary_energy(s: Array, b3: Array, b4: Array) -> Array:
    """Return the energy at a stationary point, with b2 eliminated: no cancellation at tiny barriers."""
    return -(s * s * s) * (2 * b3 + b4 * s) / 24  # a product: unlike numpy's power, it is odd in s to the last bit
