"""Two-level systems predicted from soft modes, which belong to the same ensemble of soft oscillators.

The modes U = b2 x^2/2 + b3 x^3/6 + b4 x^4/24 of unit mass have the density g(omega) = A_g omega^4 per volume. Equation
numbers: Parshin, Schober and Gurevich, Phys. Rev. B 76, 064206 (2007), whose quartic term is A x^4/4, A = b4/6.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from atomglass.theory.checks import positive
from atomglass.theory.soft_potential.heat_capacity import reduced_heat_capacity
from atomglass.theory.soft_potential.two_level_systems import SoftOscillators
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


def oscillators_of_modes(mode_density: float, W: float, hbar: float) -> SoftOscillators:
    """Return the ensemble whose vibrations have a given density: n(E) = g(E/hbar)/hbar is that of Eq. 5.20.

    Parameters
    ----------
    mode_density : float
        A_g of g(omega) = A_g omega^4 per volume.
    W : float
        Energy scale of the quartic potential.
    hbar : float
        Planck's constant.

    Returns
    -------
    SoftOscillators
        P = 16 (2/9)^(1/3) A_g W^4/hbar^5 L^(-2/3) is its `pbar`, C = 4 A_g (W/hbar)^3 J its `tunneling_strength`.

    Raises
    ------
    InputError
        A value is not positive.
    """
    for name, value in (("A_g", mode_density), ("W", W), ("hbar", hbar)):
        positive(value, name)
    return SoftOscillators(density=np.sqrt(2) * mode_density * W**1.5 / hbar**2, W=W, hbar=hbar)


def heat_capacity_of(oscillators: SoftOscillators, temperature: ArrayLike) -> Array:
    """Return the heat capacity per volume of soft oscillators of unit mass, k_B = 1: 2 sqrt2 scale W c(T/W).

    c is the heat capacity of Il'in, Karpov and Parshin (1987) in units of P0 eta_L^(5/2), see `reduced_heat_capacity`;
    far above W it is that of harmonic modes with the density of Eq. 5.20.

    Parameters
    ----------
    oscillators : SoftOscillators
        The ensemble.
    temperature : float or array
        0.01 W to 1.5 W.

    Raises
    ------
    InputError
        The temperature is out of range.
    """
    reduced = np.asarray(reduced_heat_capacity(positive(temperature, "the temperature") / oscillators.W))
    found: Array = 2 * np.sqrt(2) * oscillators.scale * oscillators.W * reduced
    return found
