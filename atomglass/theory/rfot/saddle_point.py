"""The review's steepest-descent densities of scattering states, and their errors ([38]-[47], Figs. 17, 18).

With s the inverse temperature of the ripplons at the saddle point, both integrals involve
f(s) = -Sum w ln(1 - e^(-s omega)) and its derivatives. `state_counting` gives the exact values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from atomglass.theory.checks import positive
from atomglass.theory.rfot.ripplons import RipplonSpectrum
from atomglass.types import Array


@dataclass(frozen=True)
class SaddlePoint:
    """Saddle-point value of a density of states.

    Attributes
    ----------
    density : float
        T_g rho(omega) [39], or T_g N_E(omega) [44].
    fourth_order, third_order : float
        Fourth-order term of the exponent, and modulus of the (imaginary) third-order term, one standard deviation
        from the saddle; in two dimensions the largest on the one-sigma ellipse. Small means a good approximation.
    """

    density: float
    fourth_order: float
    third_order: float


def saddle_point_ground_state(spectrum: RipplonSpectrum, omega: float, tg: float) -> SaddlePoint:
    """Return the density for absorption from the ground state [39].

    Parameters
    ----------
    spectrum : RipplonSpectrum
        Ripplons of the cell.
    omega : float
        Frequency in omega_D.
    tg : float
        T_g/T_D.
    """
    w = float(positive(omega, "the frequency"))
    beta = 1 / float(positive(tg, "T_g/T_D"))
    modes = spectrum.weights.sum()
    # Bounds of the root: Sum w (1/s - omega/2) < energy(s) < Sum w/s.
    low = modes / (w + np.dot(spectrum.weights, spectrum.frequencies))
    s = _root(lambda x: _energy(spectrum, x) + 1 / (x + beta) - w, low, (modes + 2) / w)
    kappa = s + beta
    d2, d3, d4 = _slopes(spectrum, s)
    curvature = d2 + 1 / kappa**2
    density = np.exp(s * w + _log_product(spectrum, s)) / (kappa * np.sqrt(2 * np.pi * curvature))
    fourth = (d4 + 6 / kappa**4) / (24 * curvature**2)
    third = (d3 + 2 / kappa**3) / (6 * curvature**1.5)
    return SaddlePoint(float(density), float(fourth), float(third))


def saddle_point_excited_states(spectrum: RipplonSpectrum, omega: float, energy: float, tg: float) -> SaddlePoint:
    """Return N_E(omega) [44], absorption from upper structures of bias 0 to E.

    Parameters
    ----------
    spectrum : RipplonSpectrum
        Ripplons of the cell.
    omega : float
        Frequency in omega_D.
    energy : float
        E in k_B T_D.
    tg : float
        T_g/T_D.
    """
    w, e = float(positive(omega, "the frequency")), float(positive(energy, "the largest bias E"))
    beta = 1 / float(positive(tg, "T_g/T_D"))

    # [45] minus [46] is E = 1/lambda + 1/mu, which leaves one unknown, p = 1/mu, between 0 and E.
    def inverse_temperature(p: float) -> float:
        return beta + 1 / (e - p) - 1 / p

    floor = brentq(inverse_temperature, e * 1e-14, e * (1 - 1e-14), xtol=e * 1e-15)
    low = floor + (e - floor) * 1e-10
    p = _root(lambda x: _energy(spectrum, inverse_temperature(x)) - x - w, low, e * (1 - 1e-12))
    lam, mu, s = 1 / (e - p), 1 / p, inverse_temperature(p)
    d2, d3, d4 = _slopes(spectrum, s)
    hessian = np.array([[d2 + 1 / lam**2, -d2], [-d2, d2 + 1 / mu**2]])
    density = np.exp(s * w + lam * e + _log_product(spectrum, s)) / (
        2 * np.pi * np.sqrt(np.linalg.det(hessian)) * lam * mu
    )
    angles = np.linspace(0, np.pi, 181)
    v = np.linalg.solve(np.linalg.cholesky(hessian).T, np.array([np.cos(angles), np.sin(angles)]))
    fourth = (d4 * (v[0] - v[1]) ** 4 + 6 * (v[0] / lam) ** 4 + 6 * (v[1] / mu) ** 4) / 24
    third = np.abs(d3 * (v[0] - v[1]) ** 3 + 2 * (v[0] / lam) ** 3 + 2 * (v[1] / mu) ** 3) / 6
    return SaddlePoint(float(density), float(fourth.max()), float(third.max()))


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    return float(brentq(function, low, high, xtol=1e-300, rtol=1e-13))


def _log_product(spectrum: RipplonSpectrum, s: float) -> float:
    """Return f(s) = -Sum w ln(1 - e^(-s omega))."""
    return -float(np.dot(spectrum.weights, np.log(-np.expm1(-s * spectrum.frequencies))))


def _energy(spectrum: RipplonSpectrum, s: float) -> float:
    """Return -f'(s), the energy of the ripplons at inverse temperature s."""
    return float(np.dot(spectrum.weights, spectrum.frequencies / np.expm1(np.minimum(s * spectrum.frequencies, 700.0))))


def _slopes(spectrum: RipplonSpectrum, s: float) -> Array:
    """Return f'', -f''' and f'''' at s, all positive."""
    w, omega = spectrum.weights, spectrum.frequencies
    q = np.exp(-np.minimum(s * omega, 700.0))
    n = q / -np.expm1(-s * omega)  # Bose occupation
    spread = n * (1 + n)
    return np.array(
        [
            np.dot(w, omega**2 * spread),
            np.dot(w, omega**3 * spread * (1 + 2 * n)),
            np.dot(w, omega**4 * spread * (1 + 6 * spread)),
        ]
    )
