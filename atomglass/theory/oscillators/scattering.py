"""Resonant scattering of sound by soft oscillators, and their radiation of sound.

Equation numbers: Parshin, Schober and Gurevich, Phys. Rev. B 76, 064206 (2007), Sec. VI. An oscillator couples to
strain as Lambda x epsilon; J = Lambda^2/(rho v^2). Any consistent system of units.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from atomglass.errors import InputError
from atomglass.theory.checks import positive
from atomglass.theory.oscillators.boson_peak import boson_peak_dos
from atomglass.types import Array


def inverse_mean_free_path(
    density_of_states: ArrayLike, interaction: float, velocity: float, mass: float = 1.0
) -> Array:
    """Return 1/l = pi J g(omega)/(2 M v) (Eq. 6.1).

    Parameters
    ----------
    density_of_states : float or array
        g(omega), per volume and frequency.
    interaction : float
        J.
    velocity : float
        Speed of sound v.
    mass : float
        Mass M of an oscillator.
    """
    return np.pi * interaction * np.asarray(density_of_states, dtype=float) / (2 * mass * velocity)


def inverse_mean_free_path_low(
    frequency: ArrayLike, tunneling_strength: float, W: float, velocity: float, hbar: float = 1.0
) -> Array:
    """Return 1/l below the boson peak, (pi/8) (C omega/v) (hbar omega/W)^3 (Eq. 6.2).

    Parameters
    ----------
    frequency : float or array
        omega.
    tunneling_strength : float
        C.
    W : float
        Energy scale of the quartic potentials.
    velocity : float
        Speed of sound v.
    hbar : float
        Planck's constant.
    """
    frequency = positive(frequency, "the frequency")
    return np.pi / 8 * tunneling_strength * frequency / velocity * (hbar * frequency / W) ** 3


def inverse_mean_free_path_high(
    frequency: ArrayLike, density: float, stiffness_density: float, interaction: float, velocity: float
) -> Array:
    """Return 1/l between omega* and omega_c, (3 pi/2) J n0 Phi(0) omega/v (Eq. 6.3).

    Parameters
    ----------
    frequency : float or array
        omega.
    density : float
        Number density n0 of the oscillators.
    stiffness_density : float
        Phi(0).
    interaction : float
        J.
    velocity : float
        Speed of sound v.
    """
    return 1.5 * np.pi * interaction * density * stiffness_density * positive(frequency, "the frequency") / velocity


def wavelength_over_mean_free_path(x: ArrayLike, density: float, stiffness_density: float, interaction: float) -> Array:
    """Return lambda/l at omega = x omega*; above omega* it is 3 pi^2 J n0 Phi(0) (Eq. 6.4).

    The Ioffe-Regel limit lies where it reaches one.

    Parameters
    ----------
    x : float or array
        omega/omega*, positive.
    density : float
        Number density n0 of the oscillators.
    stiffness_density : float
        Phi(0).
    interaction : float
        J.
    """
    x = positive(x, "omega/omega*")
    return np.pi**2 * interaction * density * stiffness_density * boson_peak_dos(x) / x


def wavelength_over_mean_free_path_estimate(softness: float, exponent: float) -> float:
    """Return lambda/l = (3/2) pi^2 g0(omega_c)/g0(omega_0) above omega* (Eq. 6.6); softness is omega_0/omega_c."""
    if softness < 1:
        raise InputError("omega_0/omega_c", softness, "1 or above", "the theory is for weak interaction")
    return 1.5 * np.pi**2 * softness**-exponent


def decay_rate(
    frequency: ArrayLike, coupling: float, density: float, velocity: float, mass: float = 1.0, branches: int = 3
) -> Array:
    """Return 1/tau of an oscillator that radiates sound (Eq. 6.9).

    1/tau = branches Lambda^2 omega^2/(12 pi M rho v^5): the golden rule gives 12 pi for one scalar branch, and the
    paper's 4 pi counts three. Its second form, with J^2, has the wrong units; it should be J omega^2/(4 pi M v^3).

    Parameters
    ----------
    frequency : float or array
        omega.
    coupling : float
        Lambda.
    density : float
        Mass density rho of the medium.
    velocity : float
        Speed of sound v.
    mass : float
        Mass M of the oscillator.
    branches : int
        Number of branches of sound.
    """
    frequency = positive(frequency, "the frequency")
    return branches * coupling**2 * frequency**2 / (12 * np.pi * mass * density * velocity**5)
