"""Vibrations of the wall of a mosaic cell: the ripplons of a hollow sphere ([30]-[33])."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import spherical_jn

from atomglass.errors import InputError
from atomglass.theory.checks import scalar_or_array
from atomglass.theory.rfot.glass_parameters import GlassParams
from atomglass.types import Array, ShortRepr


@dataclass(frozen=True, repr=False)
class RipplonSpectrum(ShortRepr):
    """Harmonic modes of one cell.

    Attributes
    ----------
    frequencies : array (m,)
        In omega_D, ascending.
    weights : array (m,)
        Number of modes at each frequency: the degeneracy 2l + 1, or the part of broadened resonances in a frequency
        cell.
    """

    frequencies: Array
    weights: Array

    def above(self, frequency: float) -> RipplonSpectrum:
        """Return the part strictly above a frequency."""
        keep = self.frequencies > frequency
        return RipplonSpectrum(self.frequencies[keep], self.weights[keep])


def ripplon_prefactor(params: GlassParams) -> float:
    """Return the coefficient of [33], 1.343 for d_L/a = 0.1.

    [32] with sigma = (3/4)(k_B T_g/a^2) L (a/R)^(1/2), rho_W = (d_L/a)^2 rho a, (d_L/a)^2 = k_B T_g/(rho c_s^2 a^3),
    R = xi (3/4 pi)^(1/3) and omega_D = (c_s/a)(6 pi^2)^(1/3); L = ln[(a/d_L)^2/(pi e)].
    """
    return sqrt(27 / 8 * params.lindemann_logarithm * (4 * pi / 3) ** (5 / 6) / (6 * pi**2) ** (2 / 3))


def ripplon_frequencies(params: GlassParams, l: ArrayLike) -> float | Array:
    """Return the frequencies of the shape modes of a wall [33].

    Parameters
    ----------
    params : GlassParams
        Constants of the glass.
    l : int or array of int
        Harmonic, 2 or more (0 is the growth of the cell, 1 its translation).

    Returns
    -------
    float or array
        omega_l in omega_D.

    Raises
    ------
    InputError
        l is not a whole number of 2 or more.

    Examples
    --------
    >>> glass = theory.rfot.GlassParams.named("silica")
    >>> theory.rfot.ripplon_frequencies(glass, np.array([2, 9])).round(4)
    array([0.1477, 0.6926])
    """
    harmonic = np.asarray(l, dtype=float)
    bad = ~np.isfinite(harmonic) | (harmonic != np.round(harmonic)) | (harmonic < 2)
    if bad.any():
        raise InputError(
            "the harmonic l", harmonic[bad].flat[0] if harmonic.ndim else l, "whole numbers from 2 upwards"
        )
    shape = np.sqrt((harmonic - 1) * (harmonic + 2) / 4)
    return scalar_or_array(ripplon_prefactor(params) * params.xi_over_a ** (-1.25) * shape)


def ripplon_spectrum(params: GlassParams) -> RipplonSpectrum:
    """Return all ripplons of a cell, l = 2 to `params.highest_harmonic`: 96 modes in a cell of 200 molecules."""
    l = np.arange(2, params.highest_harmonic + 1)
    return RipplonSpectrum(np.atleast_1d(ripplon_frequencies(params, l)), (2 * l + 1).astype(np.float64))


def surface_tension(params: GlassParams) -> float:
    """Return sigma at a cell's radius in k_B T_g/a^2, (3/4) ln[(a/d_L)^2/(pi e)] (a/R)^(1/2)."""
    return 0.75 * params.lindemann_logarithm / sqrt(params.radius)


def gas_cotangent(l: int, z: ArrayLike) -> Array:
    """Return cot alpha_l(z) = 1/(-l + z j_(l+1)(z)/j_l(z)), the left side of [30] (gas inside); -1/l at z = 0."""
    x = np.asarray(z, dtype=float)
    j = spherical_jn(l, x)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(x == 0, 0.0, x * spherical_jn(l + 1, x) / j)
        return 1 / (-l + ratio)


def membrane_side(l: int, z: ArrayLike, mass: float, tension: float) -> Array:
    """Return the right side of [30], which is due to the wall.

    Parameters
    ----------
    l : int
        Harmonic.
    z : float or array
        omega R/c_g.
    mass : float
        rho_W/(rho_g R).
    tension : float
        sigma/(rho_g R c_g^2).
    """
    x = np.asarray(z, dtype=float)
    with np.errstate(divide="ignore"):
        return mass - (l - 1) * (l + 2) * tension / x**2


def shell_mode(l: int, mass: float, tension: float) -> float:
    """Return omega R/c_g of the wall's own mode, the smallest root of [30].

    Parameters
    ----------
    l : int
        Harmonic.
    mass : float
        rho_W/(rho_g R).
    tension : float
        sigma/(rho_g R c_g^2).
    """
    first_pole = _first_pole(l)
    return float(
        brentq(
            lambda z: float(gas_cotangent(l, z) - membrane_side(l, z, mass, tension)),
            1e-9,
            first_pole * (1 - 1e-9),
            xtol=1e-14,
        )
    )


def _first_pole(l: int) -> float:
    """Return the smallest z at which the left side of [30] diverges, the first zero of j_l'."""
    grid = np.linspace(1e-3, l + 5, 4000)
    slope = spherical_jn(l, grid, derivative=True)
    first = int(np.flatnonzero(slope[:-1] * slope[1:] < 0)[0])
    return float(brentq(lambda z: spherical_jn(l, z, derivative=True), grid[first], grid[first + 1]))
