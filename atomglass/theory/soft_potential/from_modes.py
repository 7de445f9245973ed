"""Two-level systems predicted from soft modes: from their density, the quartic term of their energy, their coupling.

Modes U = b2 x^2/2 + b3 x^3/6 + b4 x^4/24 of unit mass, with the density g(omega) = A_g omega^4 per volume, belong to
the same soft potentials as the two-level systems. Equation numbers: Parshin, Schober and Gurevich, Phys. Rev. B 76,
064206 (2007), whose quartic term is A x^4/4, A = b4/6. L = ln(W/Delta0).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from atomglass.theory.checks import positive
from atomglass.theory.soft_potential.heat_capacity import reduced_heat_capacity
from atomglass.types import Array


def quartic_energy(b4: ArrayLike, hbar: float) -> Array:
    """Return W of A = 16 M^2 W^3/hbar^4 (Eq. 4.2), for modes of unit mass: W^3 = hbar^4 b4/96.

    Parameters
    ----------
    b4 : float or array
        Fourth derivative of the energy along the mode.
    hbar : float
        Planck's constant.

    Raises
    ------
    InputError
        A value is not positive.
    """
    w: Array = (positive(hbar, "hbar") ** 4 * positive(b4, "b4") / 96) ** (1 / 3)
    return w


def pbar_from_modes(mode_density: float, W: float, hbar: float, L: float = 1.0) -> float:
    """Return P of the standard tunneling model, P = 16 (2/9)^(1/3) A_g W^4/hbar^5 L^(-2/3) (Eqs. 4.13 and 5.20).

    Parameters
    ----------
    mode_density : float
        A_g of g(omega) = A_g omega^4 per volume.
    W : float
        Energy scale of the quartic potential.
    hbar : float
        Planck's constant.
    L : float
        ln(W/Delta0).

    Raises
    ------
    InputError
        A value is not positive.
    """
    for name, value in (("A_g", mode_density), ("W", W), ("hbar", hbar), ("L", L)):
        positive(value, name)
    return float(16 * (2 / 9) ** (1 / 3) * mode_density * W**4 / hbar**5 * L ** (-2 / 3))


def tunneling_strength_from_modes(mode_density: float, W: float, hbar: float, interaction: float) -> float:
    """Return C = P gamma^2/(rho v^2) = 4 A_g (W/hbar)^3 J, independent of L (Eqs. 4.17 and 5.20).

    Parameters
    ----------
    mode_density : float
        A_g of g(omega) = A_g omega^4 per volume.
    W : float
        Energy scale of the quartic potential.
    hbar : float
        Planck's constant.
    interaction : float
        J = Lambda^2/(rho v^2), with the coupling Lambda x e of a mode to the strain e of a sound wave of speed v.

    Raises
    ------
    InputError
        A value is not positive.
    """
    for name, value in (("A_g", mode_density), ("W", W), ("hbar", hbar), ("J", interaction)):
        positive(value, name)
    return float(4 * mode_density * (W / hbar) ** 3 * interaction)


def heat_capacity_from_modes(mode_density: float, W: float, hbar: float, temperature: ArrayLike) -> Array:
    """Return the heat capacity per volume of the soft potentials, k_B = 1: 4 A_g (W/hbar)^5 c(T/W).

    c is the heat capacity of Il'in, Karpov and Parshin (1987) in units of P0 eta_L^(5/2), see `reduced_heat_capacity`.

    Parameters
    ----------
    mode_density : float
        A_g of g(omega) = A_g omega^4 per volume.
    W : float
        Energy scale of the quartic potential.
    hbar : float
        Planck's constant.
    temperature : float or array
        0.01 W to 1.5 W.

    Raises
    ------
    InputError
        A value is not positive, or the temperature out of range.
    """
    for name, value in (("A_g", mode_density), ("W", W), ("hbar", hbar)):
        positive(value, name)
    reduced = np.asarray(reduced_heat_capacity(positive(temperature, "the temperature") / W))
    found: Array = 4 * mode_density * (W / hbar) ** 5 * reduced
    return found
