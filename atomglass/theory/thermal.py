"""Textbook heat capacities of one oscillator and of one two-level system, in k_B."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import exprel

from atomglass.types import Array

#: hbar omega/k_B T beyond which an oscillator's heat capacity is zero in double precision.
_FROZEN = 700.0


def einstein_heat_capacity(x: ArrayLike) -> Array:
    """Return [(x/2)/sinh(x/2)]^2 of a harmonic oscillator (Einstein 1907); x = hbar omega/k_B T, 0 or more."""
    reduced = np.minimum(np.asarray(x, dtype=float), _FROZEN)
    return np.asarray(np.exp(-reduced) / exprel(-reduced) ** 2)


def schottky_heat_capacity(x: ArrayLike) -> Array:
    """Return [(x/2)/cosh(x/2)]^2 of a two-level system (Schottky anomaly); x = E/k_B T, at most 1400."""
    reduced = np.asarray(x, dtype=float)
    return np.asarray((reduced / (2 * np.cosh(reduced / 2))) ** 2)
