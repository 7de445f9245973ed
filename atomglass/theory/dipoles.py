"""The elastic interaction of two dipoles, which two theories share up to a prefactor."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from atomglass.errors import InputError


def dipole_interaction(separation: ArrayLike, first: ArrayLike, second: ArrayLike) -> float:
    """Return [n.n' - 3 (n.r)(n'.r)/r^2]/r^3.

    Times Lambda^2/(4 pi rho v^2) it is I_ij of Parshin, Schober and Gurevich (2007), Eq. 2.3, with its angular factor;
    times 3/(4 pi), with r in units of a, it is J_ij/(k_B T_g) of Lubchenko and Wolynes [70].

    Parameters
    ----------
    separation : array, shape (3,)
        Vector r from one dipole to the other; its unit sets that of the result, length^-3.
    first, second : array, shape (3,)
        Unit vectors n and n' of the dipoles.

    Raises
    ------
    InputError
        The separation is zero.
    """
    r = np.asarray(separation, dtype=float)
    n, n_other = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    distance = np.linalg.norm(r)
    if not distance > 0:
        raise InputError("the separation of two dipoles", separation, "not zero")
    return float((n @ n_other - 3 * (n @ r) * (n_other @ r) / distance**2) / distance**3)
