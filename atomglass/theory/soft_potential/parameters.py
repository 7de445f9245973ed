"""Soft atomic potentials V = E (eta x^2 + t x^3 + x^4) and the distribution of their parameters.

Source: Il'in, Karpov and Parshin, Sov. Phys. JETP 65, 165 (1987). Equation numbers are theirs. In their print several
equations are hard to read; what is coded here was derived again, see docs/theory/soft_potentials.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline

from atomglass.errors import InputError
from atomglass.theory.checks import positive
from atomglass.theory.soft_potential.quartic_mode import QuarticMode
from atomglass.theory.soft_potential.tunneling import tunneling_action

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SoftPotentialScales:
    """The small parameter eta_L and the energies it sets, for an atom of a mass in a potential of atomic size.

    Parameters
    ----------
    energy : float
        Atomic energy E, about 10 eV.
    length : float
        Atomic length a, about 1 angstrom.
    mass, hbar : float
        Mass of the atom and Planck's constant, in the same system of units.
    """

    energy: float
    length: float
    mass: float
    hbar: float

    def __post_init__(self) -> None:
        for name in ("energy", "length", "mass", "hbar"):
            positive(getattr(self, name), name)
        if self.eta_L >= 1:
            raise InputError("eta_L", self.eta_L, "well below 1", "the atom is too light or the potential too weak")

    @property
    def eta_L(self) -> float:
        """(hbar^2/(2 m a^2 E))^(1/3), about 0.01."""
        return float((self.hbar**2 / (2 * self.mass * self.length**2 * self.energy)) ** (1 / 3))

    @property
    def w(self) -> float:
        """E eta_L^2, the distance of levels in the softest potential: about 10 K."""
        return self.energy * self.eta_L**2

    @property
    def debye_energy(self) -> float:
        """(2 E hbar^2/(m a^2))^(1/2) = 2 E eta_L^(3/2), the quantum of a potential that is not soft (eta = 1)."""
        return 2 * self.energy * self.eta_L**1.5

    @property
    def deformation_potential(self) -> float:
        """w/eta_L = E eta_L, what a strain of order one does to a level (Eq. 11): about 0.1 eV."""
        return self.w / self.eta_L

    def mode(self, eta: ArrayLike, t: ArrayLike) -> QuarticMode:
        """Return the potential of given parameters as a mode."""
        return QuarticMode.from_soft_potential(eta, t, self.energy, self.length, self.mass, self.hbar)


def shift_origin(h: ArrayLike, eta: ArrayLike, t: ArrayLike, x: ArrayLike) -> tuple[Array, Array, Array]:
    """Return (h, eta, t) of h x + eta x^2 + t x^3 + x^4 about another origin x (Eq. 3)."""
    h, eta, t, x = (np.asarray(value, dtype=float) for value in (h, eta, t, x))
    return h + x * (2 * eta + x * (3 * t + 4 * x)), eta + x * (3 * t + 6 * x), t + 4 * x


def invariants(h: ArrayLike, eta: ArrayLike, t: ArrayLike) -> tuple[Array, Array]:
    """Return I1 = eta - 3 t^2/8 and I2 = t (eta - t^2/4)/2 - h, the same about every origin (Eq. 4)."""
    h, eta, t = (np.asarray(value, dtype=float) for value in (h, eta, t))
    return eta - 3 * t**2 / 8, t * (eta - t**2 / 4) / 2 - h


def equivalent_parameters(I1: float, I2: float) -> list[tuple[float, float]]:
    """Return every (eta, t) without a linear term that has these invariants: one for one well, three for two.

    They are the same potential expanded about each of its stationary points, ordered by t. I1 = p and I2 = -q of the
    depressed form, with E for the unit of energy.
    """
    points = QuarticMode.from_depressed(I1, -I2).stationary_points()
    return [(I1 + 6 * y**2, 4 * y) for y in points]


def origin_parameters(h: ArrayLike, eta: ArrayLike, t: ArrayLike) -> tuple[Array, Array]:
    """Return (eta, t) without a linear term, about the minimum or, of two wells, about the barrier top.

    The paper's choice of origin for Fig. 1: one-well potentials have eta > 9 t^2/32, all others eta < 0.
    """
    I1, I2 = invariants(h, eta, t)
    I1, I2 = np.broadcast_arrays(I1, I2)
    points = QuarticMode.from_depressed(I1.ravel(), -I2.ravel()).stationary_points().reshape(-1, 3)
    y = np.where(np.isnan(points[:, 2]), points[:, 0], points[:, 1]).reshape(I1.shape)
    return I1 + 6 * y**2, 4 * y


def origin_shift_jacobian(eta: ArrayLike) -> Array:
    """Return |d(h', eta', t')/d(eta, t, t')| = |eta|/2 (before Eq. 5): why soft potentials are rare."""
    return np.abs(np.asarray(eta, dtype=float)) / 2


def parameter_density(eta: ArrayLike, t: ArrayLike, width: float | None = None) -> Array:
    """Return P(eta, t)/P0 = |eta| exp(eta/width) (Eq. 2) where the origin is the minimum or the barrier top (Fig. 1).

    Zero in the strip 0 < eta < 9 t^2/32, whose potentials are counted about their barrier top. Without a width P0 is
    constant.
    """
    eta, t = np.broadcast_arrays(np.asarray(eta, dtype=float), np.asarray(t, dtype=float))
    smooth = 1.0 if width is None else np.exp(eta / positive(width, "the width of P0"))
    return np.where((eta < 0) | (eta > 9 * t**2 / 32), np.abs(eta) * smooth, 0.0)


#: Which potentials count in `excitation_density`, by the largest beta/sqrt(alpha) about the expansion point.
_LARGEST_CUBIC = {"one well": np.sqrt(32 / 9), "lower minimum": 2.0}


def excitation_density(
    energy: ArrayLike,
    wells: Literal["one well", "lower minimum"] = "one well",
    weight: Literal["soft", "constant"] = "soft",
) -> Array:
    """Return n(E) of the gaps E12 of nearly harmonic soft potentials, from solved levels (Eq. 12).

    Parameters
    ----------
    energy : float or array
        E12 in units of w, 6 to 40: above the tunneling states, in the range the grid of potentials covers.
    wells : str
        `one well` counts eta > 9 t^2/32, as the paper does; `lower minimum` also the double wells about their lower
        minimum.
    weight : str
        `soft`: P = |eta| P0. `constant`: P = P0, the earlier assumption.

    Returns
    -------
    array
        In units of P0 eta_L^(5/2)/w (`soft`) or P0 eta_L^(3/2)/w (`constant`).

    Notes
    -----
    With r = beta/sqrt(alpha), n(E) = 2 Int dr sqrt(alpha) |alpha| d(alpha)/dE at E12(alpha, r) = E. Harmonic limit:
    (sqrt2/6) E^4 for one well, (1/4) E^4 for the lower minimum (E^2 for a constant weight).
    """
    if wells not in _LARGEST_CUBIC or weight not in ("soft", "constant"):
        raise InputError("the ensemble", f"{wells!r}, {weight!r}", "one well or lower minimum; soft or constant")
    energy = np.asarray(energy, dtype=float)
    if not ((energy >= 6) & (energy <= 40)).all():
        raise InputError("E12/w", energy, "6 to 40", "Eq. 12 is for E well above 2 w")
    nodes, weights = np.polynomial.legendre.leggauss(24)
    largest = _LARGEST_CUBIC[wells]
    alpha = np.geomspace(4.0, 900.0, 120)
    total = np.zeros_like(energy)
    for node, quadrature_weight in zip(nodes, weights, strict=True):
        r = largest * (node + 1) / 2
        mode = QuarticMode.from_reduced(alpha, r * np.sqrt(alpha))
        levels = _gap_in_origin_well(mode, alpha, r)
        rising = np.flatnonzero(np.diff(levels) <= 0)
        first = rising[-1] + 1 if len(rising) else 0
        alpha_of = CubicSpline(np.log(levels[first:]), np.log(alpha[first:]))
        a = np.exp(alpha_of(np.log(energy)))
        slope = alpha_of(np.log(energy), 1) * a / energy
        total += quadrature_weight * largest * np.sqrt(a) * (a if weight == "soft" else 1.0) * slope
    return total[()]


def _gap_in_origin_well(mode: QuarticMode, alpha: Array, r: float) -> Array:
    """Return the lowest gap; beside a second, higher well that of the vibration in the origin's own well."""
    levels = mode.levels(4)
    gaps = levels[:, 1:] - levels[:, :1]
    # The level that continues the harmonic one is the nearest to 2 sqrt(alpha) with its anharmonic correction.
    expected = 2 * np.sqrt(alpha)
    nearest = np.abs(gaps - expected[:, None]).argmin(axis=1)
    return gaps[np.arange(len(alpha)), nearest]


def tunneling_density_of_states(width: float, eta_L: float, smooth: bool = False) -> float:
    """Return n0 w/(P0 eta_L^2) of the two-level systems, constant in E (Eq. 10).

    4 sqrt2 (width)^(1/2) for |eta| up to `width`; with P0 ~ exp(eta/width), `smooth`, sqrt(pi)/2 of that. `width` must
    be far above eta_L.
    """
    if not width > 5 * eta_L > 0:
        raise InputError("the width of P0 in eta", width, f"well above eta_L = {eta_L:g}", "take at least 5 eta_L")
    return float(4 * np.sqrt(2) * np.sqrt(width) * (np.sqrt(np.pi) / 2 if smooth else 1.0))


def asymmetry_and_splitting(alpha: ArrayLike, beta: ArrayLike) -> tuple[Array, Array]:
    """Return Delta and Delta0 in w of double wells about their barrier top, alpha < 0 (before Eq. 10).

    Delta = |beta| |alpha|^(3/2)/sqrt2 and Delta0 = exp(-(sqrt2/3)|alpha|^(3/2)); both need |alpha| >> 1, |beta| << 1.
    """
    alpha, beta = np.asarray(alpha, dtype=float), np.asarray(beta, dtype=float)
    if not (alpha < -1).all():
        raise InputError("alpha of a two-level system", np.max(alpha), "below -1", "softer wells have no barrier")
    return np.abs(beta) * np.abs(alpha) ** 1.5 / np.sqrt(2), np.exp(-tunneling_action(alpha))
