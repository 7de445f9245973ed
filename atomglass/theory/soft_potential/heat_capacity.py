"""Heat capacity of an ensemble of soft potentials, and the minimum of c/T^3.

Source: Il'in, Karpov and Parshin (1987), Fig. 2 and the text after Eq. 12.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq, minimize_scalar

from atomglass.errors import InputError
from atomglass.theory.checks import positive
from atomglass.theory.soft_potential.parameters import origin_parameters
from atomglass.theory.soft_potential.schrodinger import levels_sinc_dvr
from atomglass.types import Array

#: Levels of each potential; the highest lies near 100 w, which is not populated at the temperatures allowed here.
_LEVELS = 20

#: Edges of the Gauss-Legendre panels, eight nodes each, in p > 0 and in u = q^(1/3); p < 0 has panels of length two.
_P_EDGES = (0.0, 2.0, 6.0, 15.0, 40.0, 120.0)
_U_EDGES = (0.0, 0.1, 0.3, 0.6, 1.0, 1.5, 2.5, 4.5, 8.0)


def canonical_heat_capacity(levels: ArrayLike, temperature: ArrayLike) -> Array:
    """Return the heat capacity, in k_B, of systems with the given levels.

    Parameters
    ----------
    levels : array, shape (..., n)
        Energies, ascending.
    temperature : float
        k_B T in the unit of the levels.
    """
    levels = np.asarray(levels, dtype=float)
    e = (levels - levels[..., :1]) / positive(temperature, "the temperature")
    weights = np.exp(-e)
    weights /= weights.sum(axis=-1, keepdims=True)
    mean = (weights * e).sum(axis=-1, keepdims=True)
    return (weights * (e - mean) ** 2).sum(axis=-1)


def reduced_heat_capacity(tau: ArrayLike, p_min: float = -12.0, growth: float = 0.0) -> Array:
    """Return c(T)/(k_B P0 eta_L^(5/2)) of soft potentials at tau = k_B T/w (Il'in et al., Fig. 2).

    Parameters
    ----------
    tau : float or array
        Temperature in units of w, 0.01 to 1.5.
    p_min : float
        Deepest double well counted, -20 to 0; the integral grows as sqrt(|p_min|). Double wells whose tunneling time
        exceeds the duration of the measurement are left out: -12 means S/hbar of about 20.
    growth : float
        eta_L/delta_eta for P0 ~ exp(eta/delta_eta), that is exp(growth alpha), 0 to 0.2; 0 means constant P0.

    Raises
    ------
    InputError
        An argument is out of range.

    Notes
    -----
    c = Int |alpha| d(alpha) d(beta) C = 4 Int dp Int_0^inf dq C(p, q; tau), where C is the canonical heat capacity of
    each potential. P0 depends on alpha at the minimum of a single well, and at the top of the barrier of a double well.

    Examples
    --------
    >>> float(theory.reduced_heat_capacity(0.5).round(2))
    19.24
    """
    return _summed(tau, 1.5, _weighted(p_min, growth))


def localized_heat_capacity(tau: ArrayLike, largest: float, p_min: float = -12.0, growth: float = 0.0) -> Array:
    """Return c(T)/(k_B P0 eta_L^(5/2)) of the soft potentials whose vibrations stay localized.

    The number of vibrations that overlap with one of energy E, in a wavelength cubed and within its width, grows as
    lambda^3 Gamma n ~ E^5 and is one at E_d (Eq. 13). Here each potential counts with the probability
    exp[-(E12/E_d)^5] that there is none, if they are independent. The paper only sketches the resulting fall of c/T^3.

    Parameters
    ----------
    tau : float or array
        Temperature in units of w, 0.01 to 5.
    largest : float
        E_d in units of w, 2 to 15: the grid holds all potentials below it.
    p_min, growth : float
        As in `reduced_heat_capacity`.

    Raises
    ------
    InputError
        An argument is out of range.
    """
    if not 2 <= largest <= 15:
        raise InputError("E_d in units of w", largest, "2 to 15")
    levels, weight = _weighted(p_min, growth)
    gap = levels[:, 1] - levels[:, 0]
    return _summed(tau, 5.0, (levels, weight * np.exp(-((gap / largest) ** 5))))


def _summed(tau: ArrayLike, highest: float, ensemble: tuple[Array, Array]) -> Array:
    """Return the sum of the heat capacities of weighted potentials at temperatures from 0.01 to `highest`."""
    tau = np.asarray(tau, dtype=float)
    if not ((tau >= 0.01) & (tau <= highest)).all():
        raise InputError("the temperature in units of w", tau if tau.ndim else tau.item(), f"0.01 to {highest:g}")
    levels, weight = ensemble
    values = [weight @ canonical_heat_capacity(levels, t) for t in tau.ravel()]
    return np.array(values).reshape(tau.shape)[()]


def _weighted(p_min: float, growth: float) -> tuple[Array, Array]:
    """Return the levels of a grid of potentials, and their weights |alpha| exp(growth alpha) d(alpha) d(beta)."""
    if not -20 <= p_min <= 0:
        raise InputError("p_min", p_min, "-20 to 0")
    if not 0 <= growth <= 0.2:
        raise InputError("the growth of P0, eta_L/delta_eta", growth, "0 to 0.2")
    levels, measure, alpha = _grid(float(p_min))
    # Soft potentials end at eta = 1, where alpha = 1/eta_L is about 100; beyond, a growing P0 has no meaning.
    return levels, measure * np.where(alpha <= 100, np.exp(growth * np.minimum(alpha, 100.0)), growth == 0)


@lru_cache(maxsize=8)
def _grid(p_min: float) -> tuple[Array, Array, Array]:
    """Return levels, integration weights 4 dp dq, and alpha of a grid of potentials."""
    deep = np.linspace(p_min, 0.0, int(np.ceil(-p_min / 2)) + 1)
    p, p_weight = _panels(np.unique(np.concatenate([deep, _P_EDGES])))
    u, u_weight = _panels(np.array(_U_EDGES))
    p, u = (grid.ravel() for grid in np.meshgrid(p, u, indexing="ij"))
    measure = 4 * np.outer(p_weight, u_weight).ravel() * 3 * u**2
    alpha, _ = origin_parameters(-(u**3), p, 0.0)
    return levels_sinc_dvr(p, u**3, _LEVELS), measure, alpha


def _panels(edges: Array) -> tuple[Array, Array]:
    """Return Gauss-Legendre nodes and weights on panels."""
    nodes, weights = np.polynomial.legendre.leggauss(8)
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half * (nodes + 1)).ravel(), (half * weights).ravel()


def heat_capacity_minimum(p_min: float = -12.0, growth: float = 0.0) -> tuple[float, float]:
    """Return the temperature, in units of w, at which c/T^3 has its minimum, and the reduced c/tau^3 there.

    Parameters
    ----------
    p_min, growth : float
        The parameters of `reduced_heat_capacity`.
    """
    found = minimize_scalar(
        lambda tau: float(reduced_heat_capacity(tau, p_min, growth)) / tau**3,
        bounds=(0.15, 1.0),
        method="bounded",
        options={"xatol": 1e-5},
    )
    return float(found.x), float(found.fun)


#: chi in c = chi tau^5 for tau >> 1 (harmonic one-well potentials alone): (1/4) 6! zeta(6).
HARMONIC_LIMIT = 720 / 4 * np.pi**6 / 945


def einstein_maximum() -> float:
    """Return E/(k_B T) at which c/T^3 of one Einstein oscillator has its maximum: the root of x coth(x/2) = 5, 4.928.

    The paper states T = E_d/5 for the maximum of c/T^3 (text after Eq. 13).
    """
    return float(brentq(lambda x: x / np.tanh(x / 2) - 5, 1.0, 10.0))


def delocalization_energy(
    density: float, velocity: float, debye_energy: float, w: float, hbar: float, width_ratio: float = 10.0
) -> float:
    """Return E_d, above which quasilocalized vibrations overlap: lambda^3 Gamma(E) n(E) = 1 (Il'in et al., Eq. 13).

    Parameters
    ----------
    density : float
        n0 of the two-level systems, states per energy and volume.
    velocity : float
        Speed of sound v; lambda = 2 pi v/omega.
    debye_energy : float
        hbar omega_D, which sets the width Gamma = E^4/(hbar omega_D)^3.
    w : float
        Energy scale of the soft potentials.
    hbar : float
        Planck's constant, in the same system of units.
    width_ratio : float
        delta_eta/eta_L; n(E) = (n0/24) (eta_L/delta_eta)^(1/2) (E/w)^4 (Eq. 12).

    Returns
    -------
    float
        E_d, an order of magnitude: the product grows as E^5, and the paper's 3 w requires a density whose digits are
        missing in its print.

    Raises
    ------
    InputError
        A parameter is not positive, or E_d is below 2 w or above hbar omega_D, outside the range of Eq. 12.
    """
    for name, value in (("density", density), ("velocity", velocity), ("hbar omega_D", debye_energy), ("w", w)):
        positive(value, name)
    positive(hbar, "hbar")
    coefficient = (2 * np.pi * velocity * hbar) ** 3 * density / (24 * np.sqrt(positive(width_ratio, "width_ratio")))
    energy = float((debye_energy**3 * w**4 / coefficient) ** (1 / 5))
    if not 2 * w <= energy <= debye_energy:
        remedy = "the criterion is not met where Eq. 12 holds; check the density"
        raise InputError("E_d", energy, f"2 w = {2 * w:g} to hbar omega_D = {debye_energy:g}", remedy)
    return energy
