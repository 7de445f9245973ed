"""Phonons scattered by two-level systems: coupling, mean free path, thermal conductivity ([18]-[20])."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import pi, tanh

import numpy as np
from numpy.typing import ArrayLike
from scipy.constants import Boltzmann, hbar
from scipy.interpolate import CubicSpline, PPoly

from atomglass.theory.checks import positive, scalar_or_array
from atomglass.theory.rfot.glass_parameters import GlassParams
from atomglass.types import Array

#: Measured mean free path in wavelengths, the same in all glasses below the plateau (caption of Fig. 1).
MEASURED_PATH = 150.0

_LARGEST_ARGUMENT = 60.0


def rms_strain(params: GlassParams) -> float:
    """Return the strain at which a cell yields, (k_B T_g/rho c_s^2 a^3)^(1/2), of the order of d_L/a."""
    return float(np.sqrt(Boltzmann * params.Tg / (params.rho * params.cs**2 * params.molecular_size**3)))


def tls_inverse_mean_free_path(params: GlassParams, omega: ArrayLike, temperature: float) -> float | Array:
    """Return 1/l in 1/m for resonant absorption by two-level systems [19].

    Parameters
    ----------
    params : GlassParams
        Constants of the glass.
    omega : float or array
        Frequency in rad/s.
    temperature : float
        In K.
    """
    w = positive(omega, "the frequency", "rad/s")
    kelvin = float(positive(temperature, "the temperature", "K"))
    strength = params.tls_density * params.coupling**2 / (params.rho * params.cs**3)
    return scalar_or_array(pi * strength * w * np.tanh(hbar * w / (2 * Boltzmann * kelvin)))


def path_in_wavelengths(params: GlassParams) -> float:
    """Return l/lambda of a thermal phonon (hbar omega = k_B T) [20]; lambda is the wavelength 2 pi c_s/omega.

    lambda/l = (2 pi^2/3) tanh(1/2) (a/xi)^3: a third of [19], as one branch in three couples.
    """
    return 3 * params.beads / (2 * pi**2 * tanh(0.5))


def tunneling_strength_of_glass(params: GlassParams) -> float:
    """Return Pbar g^2/(rho c_s^2) = (a/xi)^3, the same in all glasses."""
    return params.tls_density * params.coupling**2 / (params.rho * params.cs**2)


def conductivity_unit(params: GlassParams) -> float:
    """Return K = k_B^3 T_D^2/(pi hbar^2 c_s) in W/(K m), the unit of every scaled conductivity (Fig. 1).

    The caption prints one power of hbar; only two give W/(K m).
    """
    return Boltzmann**3 * params.TD**2 / (pi * hbar**2 * params.cs)


def conductivity_of_path(t: ArrayLike, path: float | Callable[[Array], Array], cells: int = 5000) -> float | Array:
    """Return kappa/K of Debye phonons, Int_0^1 dw w (l/lambda) Ein(w/t), Ein(x) = x^2 e^x/(e^x - 1)^2.

    Parameters
    ----------
    t : float or array
        T/T_D.
    path : float or callable
        l/lambda, or a function of omega/omega_D that returns it.
    cells : int
        Number of frequency cells up to the highest frequency that carries heat; l/lambda is constant in each.
    """
    reduced = positive(t, "the reduced temperature T/T_D")
    values = []
    for temperature in reduced.flat:
        top = min(1.0, _LARGEST_ARGUMENT * float(temperature))
        middles = top * (np.arange(cells) + 0.5) / cells
        lengths = path(middles) if callable(path) else np.full(cells, float(path))
        values.append(conductivity_sum(float(temperature), lengths, top))
    return scalar_or_array(np.asarray(values).reshape(reduced.shape))


def conductivity_sum(t: float, path: Array, top: float = 1.0) -> float:
    """Return kappa/K from l/lambda in equal cells of the frequencies (0, top), with the exact weight of each cell.

    Parameters
    ----------
    t : float
        T/T_D.
    path : array, shape (cells,)
        l/lambda in each cell.
    top : float
        Highest frequency in omega_D.
    """
    edges = np.minimum(np.linspace(0, top, len(path) + 1) / t, _LARGEST_ARGUMENT)
    return float(t**2 * np.dot(np.diff(_thermal_weight()(edges)), path))


@lru_cache(maxsize=1)
def _thermal_weight() -> PPoly:
    """Return Int_0^x y^3 e^y/(e^y - 1)^2 dy, accurate to 1e-9 of its limit 6 zeta(3)."""
    y = np.linspace(0, _LARGEST_ARGUMENT, 6001)
    with np.errstate(invalid="ignore"):
        integrand = y**3 * np.exp(-y) / np.expm1(-y) ** 2
    integrand[0] = 0.0
    return CubicSpline(y, integrand).antiderivative()
