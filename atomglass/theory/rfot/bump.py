"""Heat capacity of two-level systems dressed with ripplons: the bump in c/T^3 ([34]-[36]).

Heat capacities are per mosaic cell, in k_B; temperatures in T_D, energies in k_B T_D.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from scipy.constants import Boltzmann, hbar
from scipy.special import exprel, xlogy

from atomglass.errors import InputError
from atomglass.theory.checks import positive, scalar_or_array
from atomglass.theory.rfot.glass_parameters import GlassParams
from atomglass.theory.rfot.phonon_coupling import PhononCoupling, coupled_spectrum
from atomglass.theory.rfot.ripplons import RipplonSpectrum, ripplon_spectrum
from atomglass.theory.thermal import einstein_heat_capacity
from atomglass.types import Array

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(200)

#: Magnitude of beta eps plus the ripplons' logarithm beyond which a cell is entirely in one of its two structures.
_SWITCHED = 80.0


def heat_capacity(
    params: GlassParams,
    t: ArrayLike,
    coupling: bool | PhononCoupling = False,
    debye: bool = True,
    stiffening: bool = False,
) -> float | Array:
    """Return the heat capacity of one mosaic cell [36], averaged over the bias of either sign [34].

    Parameters
    ----------
    params : GlassParams
        Constants of the glass.
    t : float or array
        T/T_D.
    coupling : bool or PhononCoupling
        Whether ripplons are broadened and shifted by phonons; True uses the review's cut-off.
    debye : bool
        Whether the phonons of the cell's molecules are included, as in the review's curves.
    stiffening : bool
        Omit, in a cell of bias eps, the ripplons below |eps| (Sec. V B); for undamped ripplons only.

    Returns
    -------
    float or array
        c in k_B per cell of (xi/a)^3 molecules.

    Raises
    ------
    InputError
        A temperature is not positive, or stiffening is combined with coupling.

    Examples
    --------
    >>> glass = theory.rfot.GlassParams.named("silica")
    >>> c = theory.rfot.heat_capacity(glass, 0.0365)
    >>> round(c / 0.0365**3, -3)
    91000.0
    """
    temperatures = positive(t, "the reduced temperature T/T_D")
    spectrum = cell_spectrum(params, coupling)
    if stiffening and coupling:
        raise InputError(
            "stiffening with coupling", True, "stiffening without coupling", "broadened levels have no edge"
        )
    pieces = bias_ranges(spectrum) if stiffening else [(0.0, np.inf, spectrum)]
    values = [
        sum(_mean_in_piece(part, x, params.ratio, low, high) for low, high, part in pieces) for x in temperatures.flat
    ]
    result = np.asarray(values).reshape(temperatures.shape)
    return scalar_or_array(result + np.asarray(debye_heat_capacity(params, temperatures)) if debye else result)


def cell_spectrum(params: GlassParams, coupling: bool | PhononCoupling) -> RipplonSpectrum:
    """Return the bare ripplons of a cell, or those broadened by phonons."""
    if isinstance(coupling, PhononCoupling):
        return coupled_spectrum(params, coupling)
    return coupled_spectrum(params) if coupling else ripplon_spectrum(params)


def bias_ranges(spectrum: RipplonSpectrum) -> list[tuple[float, float, RipplonSpectrum]]:
    """Return the ranges of |eps| between ripplon frequencies, each with the ripplons of a stiffened cell."""
    edges = [0.0, *spectrum.frequencies, np.inf]
    return [(low, high, spectrum.above(low)) for low, high in pairwise(edges)]


def log_partition(spectrum: RipplonSpectrum, bias: ArrayLike, t: float) -> Array:
    """Return ln Z of a cell, Z = 1 + e^(-eps/t) Prod (1 - e^(-omega/t))^(-weight) [35].

    Parameters
    ----------
    spectrum : RipplonSpectrum
        Ripplons of the cell.
    bias : float or array
        eps in k_B T_D.
    t : float
        T/T_D.
    """
    return np.logaddexp(0.0, -np.asarray(bias) / t - _log_ripplons(spectrum, t))


def cell_heat_capacity(spectrum: RipplonSpectrum, bias: ArrayLike, t: float) -> Array:
    """Return beta^2 d^2 ln Z/d beta^2 of a cell of given bias [36], in k_B.

    Parameters
    ----------
    spectrum : RipplonSpectrum
        Ripplons of the cell.
    bias : float or array
        eps in k_B T_D.
    t : float
        T/T_D.
    """
    log_ripplons, energy, fluctuation = (
        _log_ripplons(spectrum, t),
        _ripplon_energy(spectrum, t),
        _ripplon_fluctuation(spectrum, t),
    )
    reduced = np.asarray(bias, dtype=float) / t
    g = reduced + log_ripplons
    excited = np.exp(-np.logaddexp(0.0, g))
    # 1/(4 cosh^2(G/2)) is the product of the occupations of the two structures.
    return (reduced + energy) ** 2 * excited * np.exp(-np.logaddexp(0.0, -g)) + fluctuation * excited


def _log_ripplons(spectrum: RipplonSpectrum, t: float) -> float:
    """Return Sum w ln(1 - e^(-omega/t)), minus the logarithm of the ripplons' partition function."""
    return float(xlogy(spectrum.weights, -np.expm1(-spectrum.frequencies / t)).sum())


def _ripplon_energy(spectrum: RipplonSpectrum, t: float) -> float:
    """Return Sum w x/(e^x - 1), x = omega/t."""
    return float(np.dot(spectrum.weights, 1 / exprel(spectrum.frequencies / t)))


def _ripplon_fluctuation(spectrum: RipplonSpectrum, t: float) -> float:
    """Return Sum w [(x/2)/sinh(x/2)]^2."""
    return float(np.dot(spectrum.weights, einstein_heat_capacity(spectrum.frequencies / t)))


def _mean_in_piece(spectrum: RipplonSpectrum, t: float, tg: float, low: float, high: float) -> float:
    """Return the average over biases with low < |eps| < high."""
    return _mean_one_sign(spectrum, t, tg, low, high) + _mean_one_sign(spectrum, t, tg, -high, -low)


def _mean_one_sign(spectrum: RipplonSpectrum, t: float, tg: float, low: float, high: float) -> float:
    """Return the average over low < eps < high, a range of one sign.

    The cell switches between its structures around eps = -t Sum ln(...), where Gauss-Legendre quadrature is used. Far
    below, it is in the upper structure, only the ripplons contribute, and the integral over n(eps) is elementary.
    """
    center = -t * _log_ripplons(spectrum, t)
    left, right = np.clip([center - _SWITCHED * t, center + _SWITCHED * t], low, high)
    excited = (
        _ripplon_fluctuation(spectrum, t) * (_bias_integral(left, tg) - _bias_integral(low, tg)) if left > low else 0.0
    )
    if right <= left:
        return float(excited)
    total = float(excited)
    # Panels of equal width resolve both scales, t and T_g.
    edges = np.linspace(left, right, 5)
    for a, b in pairwise(edges):
        bias = (a + b) / 2 + (b - a) / 2 * _NODES
        density = np.exp(-np.abs(bias) / tg) / tg
        total += float(np.dot(_WEIGHTS, cell_heat_capacity(spectrum, bias, t) * density) * (b - a) / 2)
    return total


def _bias_integral(bias: float, tg: float) -> float:
    """Return Int_(-inf)^bias n(eps) deps."""
    return float(np.exp(bias / tg)) if bias <= 0 else float(2 - np.exp(-bias / tg))


def debye_heat_capacity(params: GlassParams, t: ArrayLike) -> float | Array:
    """Return the phonons' heat capacity, k_B per cell: (xi/a)^3 9 t^3 Int_0^(1/t) x^4 e^x/(e^x - 1)^2 dx (Fig. 15)."""
    temperatures = positive(t, "the reduced temperature T/T_D")
    limit = np.minimum(1 / temperatures, 100.0)
    x = limit[..., None] * (_NODES + 1) / 2
    integrand = x**2 * einstein_heat_capacity(x)
    return scalar_or_array(9 * params.beads * temperatures**3 * (integrand @ _WEIGHTS) * limit / 2)


def experimental_scale(params: GlassParams) -> float:
    """Return the factor that converts c/T^3 in J/(kg K^4) into c/(T/T_D)^3 per cell in k_B (caption of Fig. 15)."""
    return hbar**3 * params.rho * params.cs**3 * 6 * np.pi**2 * params.beads / Boltzmann**4
