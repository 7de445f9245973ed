"""Soft atomic potentials V = E (eta x^2 + t x^3 + x^4) and the distribution of their parameters.

Source: Il'in, Karpov and Parshin, Sov. Phys. JETP 65, 165 (1987). Equation numbers are theirs. Several equations are
hard to read in the available print; the formulas coded here were derived again, see docs/theory/soft_potentials.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import CubicSpline

from atomglass.errors import InputError
from atomglass.theory.checks import positive
from atomglass.theory.soft_potential.quartic_mode import QuarticMode
from atomglass.theory.soft_potential.tunneling import tunneling_action
from atomglass.types import Array, IntArray


@dataclass(frozen=True)
class SoftPotentialScales:
    """The small parameter eta_L and the energies it sets, for one atom in a potential of atomic size.

    Parameters
    ----------
    energy : float
        Atomic energy E, about 10 eV.
    length : float
        Atomic length a, about 1 angstrom.
    mass, hbar : float
        Mass of the atom and Planck's constant, in the same system of units.

    Raises
    ------
    InputError
        A parameter is not positive, or eta_L is not small.
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
        """E eta_L^2, the level spacing of the softest potential: about 10 K."""
        return self.energy * self.eta_L**2

    @property
    def debye_energy(self) -> float:
        """(2 E hbar^2/(m a^2))^(1/2) = 2 E eta_L^(3/2), the quantum of a potential that is not soft (eta = 1)."""
        return 2 * self.energy * self.eta_L**1.5

    @property
    def deformation_potential(self) -> float:
        """w/eta_L = E eta_L, the shift of a level by a strain of order one (Eq. 11): about 0.1 eV."""
        return self.w / self.eta_L

    def mode(self, eta: ArrayLike, t: ArrayLike) -> QuarticMode:
        """Return the potential with parameters eta and t as a `QuarticMode`."""
        return QuarticMode.from_soft_potential(eta, t, self.energy, self.length, self.mass, self.hbar)


def shift_origin(h: ArrayLike, eta: ArrayLike, t: ArrayLike, x: ArrayLike) -> tuple[Array, Array, Array]:
    """Return (h, eta, t) of h x + eta x^2 + t x^3 + x^4 expanded about another origin (Eq. 3).

    Parameters
    ----------
    h, eta, t : float or array
        Dimensionless coefficients of x, x^2 and x^3.
    x : float or array
        The new origin, in units of the atomic length.
    """
    h, eta, t, x = (np.asarray(value, dtype=float) for value in (h, eta, t, x))
    return h + x * (2 * eta + x * (3 * t + 4 * x)), eta + x * (3 * t + 6 * x), t + 4 * x


def invariants(h: ArrayLike, eta: ArrayLike, t: ArrayLike) -> tuple[Array, Array]:
    """Return I1 = eta - 3 t^2/8 and I2 = t (eta - t^2/4)/2 - h, which do not depend on the origin (Eq. 4).

    Parameters
    ----------
    h, eta, t : float or array
        Dimensionless coefficients of x, x^2 and x^3.
    """
    h, eta, t = (np.asarray(value, dtype=float) for value in (h, eta, t))
    return eta - 3 * t**2 / 8, t * (eta - t**2 / 4) / 2 - h


def equivalent_parameters(I1: float, I2: float) -> list[tuple[float, float]]:
    """Return every (eta, t) with h = 0 that has these invariants: one for a single well, three for a double well.

    They are the same potential expanded about each of its stationary points, in ascending order of t. In the depressed
    form, with E as the unit of energy, I1 = p and I2 = -q.
    """
    points = QuarticMode.from_depressed(I1, -I2).stationary_points()
    return [(I1 + 6 * y**2, 4 * y) for y in points]


def origin_parameters(h: ArrayLike, eta: ArrayLike, t: ArrayLike) -> tuple[Array, Array]:
    """Return (eta, t) with h = 0, about the minimum of a single well or about the top of the barrier of a double well.

    This is the paper's choice of origin in Fig. 1: single wells have eta > 9 t^2/32, double wells eta < 0.

    Parameters
    ----------
    h, eta, t : float or array
        Dimensionless coefficients of x, x^2 and x^3 about any origin.
    """
    I1, I2 = invariants(h, eta, t)
    I1, I2 = np.broadcast_arrays(I1, I2)
    points = QuarticMode.from_depressed(I1.ravel(), -I2.ravel()).stationary_points().reshape(-1, 3)
    y = np.where(np.isnan(points[:, 2]), points[:, 0], points[:, 1]).reshape(I1.shape)
    return I1 + 6 * y**2, 4 * y


def origin_shift_jacobian(eta: ArrayLike) -> Array:
    """Return |d(h', eta', t')/d(eta, t, t')| = |eta|/2 (before Eq. 5): the reason why soft potentials are rare."""
    return np.abs(np.asarray(eta, dtype=float)) / 2


def parameter_density(eta: ArrayLike, t: ArrayLike, width: float | None = None) -> Array:
    """Return P(eta, t)/P0 = |eta| exp(eta/width) (Eq. 2), with the origin of `origin_parameters` (Fig. 1).

    It vanishes in the strip 0 < eta < 9 t^2/32, whose potentials are counted about the top of their barrier.

    Parameters
    ----------
    eta, t : float or array
        Dimensionless coefficients of x^2 and x^3.
    width : float, optional
        delta_eta of P0 ~ exp(eta/delta_eta); P0 is constant without it.
    """
    eta, t = np.broadcast_arrays(np.asarray(eta, dtype=float), np.asarray(t, dtype=float))
    smooth = 1.0 if width is None else np.exp(eta / positive(width, "the width of P0"))
    return np.where((eta < 0) | (eta > 9 * t**2 / 32), np.abs(eta) * smooth, 0.0)


#: Largest beta/sqrt(alpha), about the expansion point, of the potentials counted in `excitation_density`.
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
        levels, place = _gap_in_origin_well(mode, alpha, r)
        rising = np.flatnonzero(np.diff(levels) <= 0)
        first = rising[-1] + 1 if len(rising) else 0
        # Where a level of the other well crosses, both are shifted: the spline bridges the two points on either side.
        crossing = np.flatnonzero(np.diff(place[first:]))
        kept = np.setdiff1d(np.arange(len(alpha) - first), crossing[:, None] + np.arange(-1, 3)) + first
        alpha_of = CubicSpline(np.log(levels[kept]), np.log(alpha[kept]))
        a = np.exp(alpha_of(np.log(energy)))
        slope = alpha_of(np.log(energy), 1) * a / energy
        total += quadrature_weight * largest * np.sqrt(a) * (a if weight == "soft" else 1.0) * slope
    return total[()]


def _gap_in_origin_well(mode: QuarticMode, alpha: Array, r: float) -> tuple[Array, IntArray]:
    """Return the gap of the vibration in the well at the origin, and which of the three lowest gaps it is.

    Without a second well it is the lowest gap.
    """
    levels = mode.levels(4)
    gaps = levels[:, 1:] - levels[:, :1]
    # The vibration in the origin's well is the gap nearest to the harmonic value 2 sqrt(alpha).
    expected = 2 * np.sqrt(alpha)
    nearest = np.abs(gaps - expected[:, None]).argmin(axis=1)
    return gaps[np.arange(len(alpha)), nearest], nearest


def tunneling_density_of_states(width: float, eta_L: float, smooth: bool = False) -> float:
    """Return n0 w/(P0 eta_L^2) of the two-level systems, which does not depend on E (Eq. 10).

    Parameters
    ----------
    width : float
        delta_eta, far above eta_L: P0 is constant up to |eta| = width, and the result is 4 sqrt2 (width)^(1/2).
    eta_L : float
        Small parameter of the potentials.
    smooth : bool
        Take P0 ~ exp(eta/width) instead, which multiplies the result by sqrt(pi)/2.

    Raises
    ------
    InputError
        The width is not above 5 eta_L.
    """
    if not width > 5 * eta_L > 0:
        raise InputError("the width of P0 in eta", width, f"well above eta_L = {eta_L:g}", "take at least 5 eta_L")
    return float(4 * np.sqrt(2) * np.sqrt(width) * (np.sqrt(np.pi) / 2 if smooth else 1.0))


def asymmetry_and_splitting(alpha: ArrayLike, beta: ArrayLike) -> tuple[Array, Array]:
    """Return Delta and Delta0, in w, of double wells expanded about the top of their barrier (before Eq. 10).

    Delta = |beta| |alpha|^(3/2)/sqrt2 and Delta0 = exp(-(sqrt2/3)|alpha|^(3/2)), for |alpha| >> 1 and |beta| << 1.

    Raises
    ------
    InputError
        alpha >= -1: the well is too soft to have a barrier.
    """
    alpha, beta = np.asarray(alpha, dtype=float), np.asarray(beta, dtype=float)
    if not (alpha < -1).all():
        raise InputError("alpha of a two-level system", np.max(alpha), "below -1", "softer wells have no barrier")
    return np.abs(beta) * np.abs(alpha) ** 1.5 / np.sqrt(2), np.exp(-tunneling_action(alpha))
