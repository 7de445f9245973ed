"""Tunneling through the barrier of the symmetric double well alpha y^2 + y^4, alpha < 0; energies in w.

Sources: `W`: Parshin, Schober and Gurevich (2007), Eqs. 4.1-4.4, with W for the prefactor. `instanton`: Coleman's
dilute instanton gas for a symmetric quartic. `exact`: numerical solution of the Schrodinger equation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from atomglass.errors import InputError
from atomglass.theory.soft_potential.schrodinger import levels_sinc_dvr
from atomglass.types import Array

METHODS = ("W", "instanton", "exact")

#: Below this splitting, in w, the difference of two double-precision levels has lost all digits.
_SMALLEST_EXACT = 1e-9


def tunneling_action(alpha: ArrayLike) -> Array:
    """Return S/hbar = (sqrt2/3) |alpha|^(3/2), the action between the minima (Parshin et al., Eqs. 4.3 and 4.4).

    Raises
    ------
    InputError
        alpha >= 0: there is one well and no barrier.
    """
    alpha = np.asarray(alpha, dtype=float)
    if not (alpha < 0).all():
        raise InputError("alpha of a double well", alpha.max(), "below 0", "keep the modes whose k is negative")
    return np.sqrt(2) / 3 * np.abs(alpha) ** 1.5


def tunnel_splitting(alpha: ArrayLike, method: str = "exact") -> Array:
    """Return the tunnel splitting Delta0 of the symmetric double well, in w.

    Parameters
    ----------
    alpha : float or array
        Negative quadratic coefficient.
    method : str
        `W`: exp(-S/hbar) with W for the prefactor, the estimate of Eq. 4.4, 20 to 90 times too small for alpha from -4
        to -10. `instanton`: 2 Omega sqrt(6 S/(pi hbar)) exp(-S/hbar) with Omega = 2 sqrt(2 |alpha|), the limit of high
        barriers. `exact`: the difference of the two lowest levels.

    Raises
    ------
    InputError
        alpha >= 0, an unknown method, or a barrier so high that the exact splitting is lost in double precision.
    """
    s = tunneling_action(alpha)
    if method == "W":
        return np.exp(-s)
    instanton = 4 * np.sqrt(2 * np.abs(np.asarray(alpha, dtype=float))) * np.sqrt(6 * s / np.pi) * np.exp(-s)
    if method == "instanton":
        return instanton
    if method != "exact":
        raise InputError("the method for a tunnel splitting", method, ", ".join(METHODS))
    if (instanton < _SMALLEST_EXACT).any():
        allowed = "above about -13.5 (a splitting above 1e-9 w)"
        raise InputError("alpha for an exact splitting", np.min(alpha), allowed, "use method='instanton' beyond")
    levels = levels_sinc_dvr(alpha, 0.0, 2)
    return levels[..., 1] - levels[..., 0]
