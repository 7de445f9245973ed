"""Attraction between tunneling centers (elastic Casimir effect) and the negative Grueneisen parameter ([70]-[82])."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi

import numpy as np
from numpy.typing import ArrayLike
from scipy.constants import Boltzmann
from scipy.integrate import quad
from scipy.special import exp1

from atomglass.errors import InputError
from atomglass.theory.checks import positive, scalar_or_array
from atomglass.theory.rfot.glass_parameters import GlassParams
from atomglass.theory.rfot.pair_interactions import exchange_energy
from atomglass.theory.rfot.ripplons import ripplon_frequencies
from atomglass.types import Array


@dataclass(frozen=True)
class Grueneisen:
    """Contributions to the Grueneisen parameter; the same shape as the temperature.

    Attributes
    ----------
    ripplon_ripplon : float or array
        From virtual ripplons of two thermally active cells [76]; independent of the temperature.
    ripplon_tls : float or array
        From the ripplons of an active cell and the structures of every other [80]; proportional to 1/T.
    """

    ripplon_ripplon: float | Array
    ripplon_tls: float | Array

    @property
    def total(self) -> float | Array:
        """Sum of the two."""
        return self.ripplon_ripplon + self.ripplon_tls

    def __float__(self) -> float:
        return float(self.total)


def grueneisen(params: GlassParams, T: ArrayLike, discrete: bool = False) -> Grueneisen:
    """Return the Grueneisen parameter of the elastic Casimir effect [76], [80], with c_V = k_B^2 T/(k_B T_g xi^3).

    Parameters
    ----------
    params : GlassParams
        Constants of the glass.
    T : float or array
        Temperature in K, below the plateau.
    discrete : bool
        Sum over the ripplons instead of the closed forms [76] and [80].

    Raises
    ------
    InputError
        A temperature is not positive.

    Examples
    --------
    >>> glass = theory.rfot.GlassParams.named("silica")
    >>> parts = theory.rfot.grueneisen(glass, 1.0)
    >>> round(parts.ripplon_ripplon, 2), round(parts.ripplon_tls, 2), round(float(parts), 2)
    (-2.84, -3.35, -6.19)
    """
    kelvin = positive(T, "the temperature", "K")
    scale = params.xi_over_a
    if discrete:
        rr = -4 * (2 / 3) * log(2) ** 2 * scale**-6.0 * pair_sum(params) * params.ratio
        rt = -4 / 3 * log(2) * scale**-6.0 * structure_sum(params)
    else:
        rr = -3.0 * log(2) ** 2 * pi**2 * params.ratio * scale**-1.75
        rt = -(scale**-4.0) * _closed_logarithm(params)
    return Grueneisen(scalar_or_array(np.full(kelvin.shape, rr)), scalar_or_array(np.asarray(rt * params.Tg / kelvin)))


def _closed_logarithm(params: GlassParams) -> float:
    """Return ln[2 (T_g/T_D)(xi/a)^(1/4)] of [79]."""
    argument = 2 * params.ratio * params.xi_over_a**0.25
    if argument <= 1:
        raise InputError(
            "T_g/T_D", params.ratio, "above the ripplon frequencies", "the expansion [79] needs T_g >> omega_l"
        )
    return log(argument)


def bulk_modulus(params: GlassParams) -> float:
    """Return K = rho c_s^2/3 in Pa, the review's scalar elasticity."""
    return params.rho * params.cs**2 / 3


def volume_expansion(params: GlassParams, T: ArrayLike, modulus: float | None = None) -> Grueneisen:
    """Return the volume expansion coefficients (1/V) dV/dT = gamma c_V/K in 1/K, term by term ([75] and [79]).

    Parameters
    ----------
    params : GlassParams
        Constants of the glass.
    T : float or array
        Temperature in K.
    modulus : float, optional
        Bulk modulus in Pa; rho c_s^2/3 by default.
    """
    kelvin = positive(T, "the temperature", "K")
    parts = grueneisen(params, kelvin)
    stiffness = bulk_modulus(params) if modulus is None else float(positive(modulus, "the bulk modulus", "Pa"))
    unit = Boltzmann * kelvin / (params.Tg * params.xi**3) / stiffness
    return Grueneisen(
        scalar_or_array(np.asarray(parts.ripplon_ripplon * unit)), scalar_or_array(np.asarray(parts.ripplon_tls * unit))
    )


def pair_sum(params: GlassParams, highest: int | None = None) -> float:
    """Return Sum (2l_1 + 1)(2l_2 + 1) omega_D/(omega_1 + omega_2) over the harmonics of two cells (text after [74])."""
    l = np.arange(2, (params.highest_harmonic if highest is None else highest) + 1)
    omega, weight = np.atleast_1d(ripplon_frequencies(params, l)), 2.0 * l + 1
    return float((weight[:, None] * weight / (omega[:, None] + omega)).sum())


def printed_pair_sum(params: GlassParams) -> float:
    """Return the review's closed form of `pair_sum`, 1.5 (3/4 pi) pi^3 (xi/a)^(17/4)."""
    return 1.5 * 0.75 * pi**2 * params.xi_over_a**4.25


def structure_sum(params: GlassParams, highest: int | None = None) -> float:
    """Return Sum (2l + 1) T_g/2 <1/(omega_l + eps)> over one sign of the bias, the sum behind [79].

    The average with e^(-eps/T_g)/T_g is e^x E_1(x)/T_g, x = omega_l/T_g; half of the cells have that sign.
    """
    l = np.arange(2, (params.highest_harmonic if highest is None else highest) + 1)
    x = np.atleast_1d(ripplon_frequencies(params, l)) / params.ratio
    return float(np.dot(2.0 * l + 1, np.exp(x) * exp1(x)) / 2)


def two_structure_energy(params: GlassParams, T: float, expansion: bool = False) -> float:
    """Return delta F_TT xi^3/(k_B T_g), the attraction between bare structures [81].

    Parameters
    ----------
    params : GlassParams
        Constants of the glass.
    T : float
        Temperature in K.
    expansion : bool
        Use the review's low-temperature expansion instead of the averages over both biases.
    """
    t = float(positive(T, "the temperature", "K")) / params.Tg
    if expansion:
        return -(2 / 3) * params.beads**-2.0 * (1 + (pi * t) ** 2 * log(1 / t) / 3)
    return -(2 / 3) * params.beads**-2.0 * _mean_of_exchange(t)


def _mean_of_exchange(t: float) -> float:
    """Return the average of the second-order energy [81] over two biases of density e^-x, x > 0.

    In polar coordinates x = r cos(angle), y = r sin(angle); the integrand is symmetric under exchange of the biases.
    """
    # The hyperbolic tangents saturate at distances of order t from the axes.
    scales = [x for x in t * 10.0 ** np.arange(7) if x < 0.7]

    def at_angle(angle: float) -> float:
        c, s = np.cos(angle), np.sin(angle)

        def at_radius(r: float) -> float:
            return r * exchange_energy(r * c, r * s, t) * float(np.exp(-r * (c + s)))

        return float(quad(at_radius, 0, 60, points=[*scales, 1.0], limit=400, epsabs=1e-11)[0])

    return float(2 * quad(at_angle, 0, pi / 4, points=scales, limit=400, epsabs=1e-10)[0])


def breakdown_temperature(params: GlassParams) -> float:
    """Return T/T_g below which the ripplon-structure energy exceeds the free energy of independent systems.

    (1/2) T (a/xi)^4 ln[...] against (pi^2/12) T^2/T_g, both per xi^3 (text before [79]).
    """
    return 6 / pi**2 * params.xi_over_a**-4.0 * _closed_logarithm(params)


def phillips_bound(params: GlassParams) -> float:
    """Return the bound (12 ln 2/pi^2)(a/d_L) on |gamma| of independent two-level systems [82]."""
    return 12 * log(2) / pi**2 / params.lindemann
