"""The universal density of states of oscillators stabilized by anharmonicity, and its boson peak.

Soft oscillators U = -f x + k x^2/2 + A x^4/4 with uniform k and Lorentzian f. A vibration of frequency omega about a
minimum has t = sqrt(1 - k/(M omega^2)); with x = omega/omega* and D(t) = t^2 (3 - 2 t^2)^2,

    g(x) = (12/pi) x^4 Int dt / (1 + x^6 D(t))     in units of n0 M Phi(0) omega*.

Parts: I, one well with k > 0 (0 < t < 1); II, the only or the lower minimum with k < 0 (1 < t < sqrt(3/2)); III, the
upper minimum of a double well (t > sqrt(3/2)); total = I + II.

Equation numbers: Parshin, Schober and Gurevich, Phys. Rev. B 76, 064206 (2007).
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from atomglass import quartic
from atomglass.errors import InputError
from atomglass.types import Array

#: t^2 at which the two wells are level, f = 0, and the lower minimum becomes the upper one.
LEVEL_WELLS = 3 / 2
#: t^2 at which the second minimum appears, |f| = f*_k (Eq. 3.6).
SECOND_WELL = 4 / 3

#: Ranges of t^2 of each part (Eqs. 5.9, 5.17, 5.18, 5.24; the print of 5.18 leaves its upper limit ambiguous).
PARTS = {
    "I": (0.0, 1.0),
    "II": (1.0, LEVEL_WELLS),
    "total": (0.0, LEVEL_WELLS),
    "III": (LEVEL_WELLS, np.inf),
}

#: 2 pi i k, k = 0, 1, 2, of the three zeros of the denominator, see `dos_between`.
_TURNS = 2j * np.pi * np.arange(3)

#: T* in units of M^2 omega*^4/A (Eq. 5.30).
CROSSOVER_TEMPERATURE = 3 / (8 * 2 ** (1 / 3))

#: Int_0^inf dy y^(-1/2)/(1 + exp(y^2)), the integral of Eq. 5.31, where the paper prints exp(y) and 1.07.
UPPER_WELL_INTEGRAL = 1.0051774801770643


def boson_peak_dos(x: ArrayLike, part: str = "total") -> Array:
    """Return the density of states in units of n0 M Phi(0) omega* (Eqs. 5.9, 5.17, 5.18 and 5.24).

    Parameters
    ----------
    x : float or array
        omega/omega*, positive. The theory holds for omega << omega_c.
    part : str
        `total`, `I`, `II` or `III` (with equal population of both wells).

    Raises
    ------
    InputError
        An unknown part, or x is not positive.

    Examples
    --------
    >>> theory.boson_peak_dos([0.5, 1.0]).round(4)
    array([0.2878, 2.6565])
    >>> float(theory.boson_peak_dos(1.0, part="III").round(4))
    0.6885
    """
    if part not in PARTS:
        raise InputError("the part of the density of states", part, ", ".join(PARTS))
    return dos_between(x, *PARTS[part])


def dos_between(x: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> Array:
    """Return (12/pi) x^4 Int dt/(1 + x^6 D(t)) between two values of t^2, in closed form.

    With z = t^2 the denominator 1 + X z (2z - 3)^2, X = x^6, is a cubic, and z = 1 - cosh(u) turns it into
    X (1 + 1/X - cosh 3u), because 4 c^3 - 3 c is the third Chebyshev polynomial. Its zeros are
    u_k = (theta + 2 pi i k)/3 with cosh(theta) = 1 + 1/X, and each contributes one inverse hyperbolic tangent to the
    partial fractions.

    Parameters
    ----------
    x : float or array
        omega/omega*, positive.
    lower, upper : float or array
        Limits of t^2 = 1 - k/(M omega^2), the same for all x or one for each; a single upper one may be infinite.
    """
    x = np.asarray(x, dtype=float)
    if not (np.isfinite(x) & (x > 0)).all():
        raise InputError("omega/omega*", x if x.ndim else x.item(), "positive and finite")
    inverse = x**-6.0
    theta = (2 * np.arcsinh(np.sqrt(inverse / 2)))[..., None]
    pole = -1j * np.sqrt(2) * np.sinh((theta + _TURNS) / 6)  # where the denominator vanishes; Re >= 0
    residue = np.sinh((theta + _TURNS) / 3) * inverse[..., None] / (3 * np.sinh(theta))
    integral = (residue / pole * (_arctanh(upper, pole, theta) - _arctanh(lower, pole, theta))).sum(axis=-1)
    return -12 / np.pi * x**4 * integral.real


def _arctanh(limit: ArrayLike, pole: NDArray[np.complex128], theta: Array) -> NDArray[np.complex128]:
    """Return arctanh(t/pole) = log[(pole + t)^2/(pole^2 - t^2)]/2, continued to infinite t.

    For x >> 1 two poles lie at a distance x^-3 from t = sqrt(3/2), so pole^2 - t^2 is evaluated without cancellation.
    """
    t_squared = np.asarray(limit, dtype=float)[..., None]
    if np.isinf(t_squared).all():
        return 0.5j * np.pi * np.where((1 / pole).imag >= 0, 1.0, -1.0)
    cosine, sine = np.array([1.0, -0.5, -0.5]), np.sqrt(0.75) * np.array([0.0, 1.0, -1.0])
    difference = (1 - t_squared - cosine) - 2 * cosine * np.sinh(theta / 6) ** 2 - 1j * sine * np.sinh(theta / 3)
    return np.log((pole + np.sqrt(t_squared)) ** 2 / difference) / 2


def dos_with_forces(x: float, force_density: Callable[[float], float], part: str = "total") -> float:
    """Return the density of states for any symmetric distribution of forces, in units of n0 M Phi(0) omega*.

    Parameters
    ----------
    x : float
        omega/omega*, with omega* of Eq. 5.10 for the force delta_f that serves as the unit.
    force_density : callable
        P(f/delta_f), normalized over both signs. The Lorentzian 1/(pi (1 + u^2)) gives `boson_peak_dos`.
    part : str
        `total`, `I`, `II` or `III`.

    Notes
    -----
    f/delta_f = x^3 t |3 - 2 t^2| (Eqs. 5.8, 5.16 and 5.23), so that g = 12 x^4 Int dt P(f/delta_f).
    """
    if part not in PARTS or not x > 0:
        raise InputError("the part and omega/omega*", f"{part!r}, {x:g}", f"{', '.join(PARTS)}; positive")
    lower, upper = np.sqrt(PARTS[part])
    # Forces of order delta_f: t of order x^-3 near t = 0 and sqrt(3/2), and t of order 1/x far out.
    near = np.array([0.1, 0.3, 1.0, 3.0, 10.0]) * x**-3
    level, end = np.sqrt(LEVEL_WELLS), min(upper, np.sqrt(LEVEL_WELLS) + 30 / x)
    edges = np.concatenate([near, level - near, level + near, [0.5, 1.0, 2.0, 1 / x, 3 / x]])
    edges = np.unique(np.concatenate([[lower, end], edges[(edges > lower) & (edges < end)]]))
    pieces = [
        quad(lambda t: force_density(x**3 * t * abs(3 - 2 * t**2)), a, b, epsrel=1e-9, limit=200)[0]
        for a, b in itertools.pairwise(edges)
    ]
    if np.isinf(upper):
        pieces.append(quad(lambda t: force_density(x**3 * t * abs(3 - 2 * t**2)), end, np.inf, epsrel=1e-9)[0])
    return 12 * x**4 * sum(pieces)


@dataclass(frozen=True)
class BosonPeakMaximum:
    """The maximum of g/omega^2.

    Attributes
    ----------
    position : float
        In units of omega*.
    height : float
        In units of n0 M Phi(0)/omega*.
    """

    position: float
    height: float


def boson_peak_maximum() -> BosonPeakMaximum:
    """Return the maximum of g_tot/omega^2 (Fig. 3)."""
    found = minimize_scalar(
        lambda x: -float(boson_peak_dos(x)) / x**2, bounds=(0.5, 2.0), method="bounded", options={"xatol": 1e-9}
    )
    return BosonPeakMaximum(float(found.x), -float(found.fun))


def omega_star(force_width: ArrayLike, A: ArrayLike = 1.0, mass: ArrayLike = 1.0) -> Array:
    """Return omega* = sqrt3 A^(1/6) delta_f^(1/3)/sqrt(M) (Eq. 5.10).

    Parameters
    ----------
    force_width : float or array
        Half width at half maximum delta_f of the Lorentzian of forces.
    A : float or array
        Anharmonicity.
    mass : float or array
        Mass M of an oscillator.
    """
    A, force_width, mass = (np.asarray(value, dtype=float) for value in (A, force_width, mass))
    return np.sqrt(3) * A ** (1 / 6) * force_width ** (1 / 3) / np.sqrt(mass)


def omega_star_estimate(omega_c: ArrayLike, exponent: float, omega_0: float = 1.0) -> Array:
    """Return omega* = omega_c [g0(omega_c)/g0(omega_0)]^(1/3) for g0 ~ omega^exponent (Eqs. 1.3, 3.7 and 5.11).

    Parameters
    ----------
    omega_c : float or array
        Onset of the vibrational instability, above 0 and up to omega_0.
    exponent : float
        n of the bare density of states.
    omega_0 : float
        Largest bare frequency, in the unit of omega_c.

    Raises
    ------
    InputError
        omega_c is above omega_0: the interaction is not weak, and the estimate does not apply.
    """
    omega_c = np.asarray(omega_c, dtype=float)
    if not ((omega_c > 0) & (omega_c <= omega_0)).all():
        remedy = "the theory is for weak interaction, omega_c << omega_0"
        raise InputError("omega_c", omega_c if omega_c.ndim else omega_c.item(), f"above 0, up to {omega_0:g}", remedy)
    return omega_c * (omega_c / omega_0) ** (exponent / 3)


def well_difference(t: ArrayLike) -> Array:
    """Return the energy of the upper minimum minus that of the lower one, in units of M^2 omega^4/A, for t > sqrt(3/2).

    About the upper minimum, at A x^2 = M omega^2 t^2/3, the quartic has b3 = 6 A x and b4 = 6 A.
    """
    t = np.asarray(t, dtype=float)
    return -np.asarray(quartic.shape(1.0, 6 * t / np.sqrt(3), 6.0).second_minimum_energy)


def upper_well_dos(x: float, temperature: float) -> float:
    """Return g_III with the thermal population of the upper well (Eq. 5.27), in units of n0 M Phi(0) omega*.

    Parameters
    ----------
    x : float
        omega/omega*, positive.
    temperature : float
        k_B T in units of M^2 omega*^4/A, in which T* is `CROSSOVER_TEMPERATURE`.

    Raises
    ------
    InputError
        An argument is not positive.
    """
    if x <= 0 or temperature <= 0:
        raise InputError("omega/omega* and the temperature", f"{x:g} and {temperature:g}", "both positive")

    def integrand(t: float) -> float:
        exponent = float(well_difference(t)) * x**4 / temperature
        if exponent > 700:
            return 0.0
        return np.exp(-exponent) / ((1 + x**6 * t**2 * (3 - 2 * t**2) ** 2) * (1 + np.exp(-exponent)))

    level = np.sqrt(LEVEL_WELLS)
    # The Fermi factor falls at Delta = T, the Lorentzian at f = delta f; both scales are proportional to 1/x.
    thermal = np.sqrt(1 + (temperature / x**4) ** 0.5)
    scales = np.unique(level + np.array([0.0, 0.01, 0.1, 1.0, 3.0, 10.0, 100.0]) * (thermal + 1 / x))
    narrow = level + np.array([1.0, 10.0]) * min(x**-3, 0.01)
    edges = np.unique(np.concatenate([scales, narrow, np.linspace(0, 3, 13) * thermal + level]))
    pieces = [quad(integrand, a, b, epsrel=1e-9, limit=200)[0] for a, b in itertools.pairwise(edges)]
    return 12 / np.pi * x**4 * (sum(pieces) + quad(integrand, edges[-1], np.inf, epsrel=1e-9, limit=200)[0])


def upper_well_dos_low(x: ArrayLike, temperature: ArrayLike) -> Array:
    """Return the law x^3 T^(1/4) of Eq. 5.31, in the units of `upper_well_dos`.

    It holds for T << T* and x << (A T/(M^2 omega*^4))^(1/4).

    Raises
    ------
    InputError
        T is above T*/10, or the frequency is out of range.
    """
    x, temperature = np.asarray(x, dtype=float), np.asarray(temperature, dtype=float)
    if not ((temperature > 0) & (temperature <= CROSSOVER_TEMPERATURE / 10)).all():
        raise InputError("the temperature", temperature, f"above 0, up to T*/10 = {CROSSOVER_TEMPERATURE / 10:.4f}")
    if not ((x > 0) & (x <= temperature**0.25)).all():
        remedy = "Eq. 5.31 needs hbar omega << W (T/W)^(1/4) in the paper's terms; use upper_well_dos"
        raise InputError("omega/omega*", np.max(x), "up to (A T/(M^2 omega*^4))^(1/4)", remedy)
    # P(0) = 1/(pi delta_f) and delta_f = M^(3/2) omega*^3/(3 sqrt3 sqrt A), Eq. 5.10.
    factor = 2 * np.sqrt(2) / 3**0.75 * 3 * np.sqrt(3) / np.pi
    return factor * UPPER_WELL_INTEGRAL * x**3 * temperature**0.25


def crossover_temperature(star_energy: float, W: float) -> float:
    """Return k_B T* (Eq. 5.30); hbar omega*, W and the result share one unit."""
    return 3 / (128 * 2 ** (1 / 3)) * star_energy * (star_energy / W) ** 3


def pressure_shift(pressure: ArrayLike, scale: float) -> Array:
    """Return omega_b(P)/omega_b(0) = (1 + |P|/P0)^(1/3) for Lorentzian couplings to strain.

    Pressure adds Lambda_i P/K to the force on each oscillator. The widths of two Lorentzians add, and omega* is
    proportional to the cube root of the width (Eq. 5.10). P0 = `scale` is the pressure that doubles the width.
    """
    if scale <= 0:
        raise InputError("the pressure scale P0", scale, "positive")
    return (1 + np.abs(np.asarray(pressure, dtype=float)) / scale) ** (1 / 3)


def __getattr__(name: str) -> Any:
    """Return a function by its name of the version before, with a warning."""
    if name == "boson_peak":
        new = "boson_peak_maximum"
        warnings.warn(f"{name} is now {new}; the old name will be removed", DeprecationWarning, stacklevel=2)
        return boson_peak_maximum
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
