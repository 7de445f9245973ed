"""The one quartic that three papers use: conversions between their parameters, its geometry, its levels.

    Kumar et al.       U = b2 s^2/2 + b3 s^3/6 + b4 s^4/24                        about a stationary point
    Il'in et al.       V = E (eta x^2 + t x^3 + x^4), x = s/a                     about a stationary point
    Parshin et al.     U = -f x + k x^2/2 + A x^4/4                               the cubic term shifted away
    dimensionless      H = -d^2/dy^2 + alpha y^2 + beta y^3 + y^4                 energies in w, y = s/ell
    depressed          H = -d^2/dy^2 + p y^2 + q y + y^4                          likewise

with ell^6 = 12 hbar^2/(M b4) and w = hbar^2/(2 M ell^2), which is W of Parshin et al., Eq. 4.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from atomglass import quartic
from atomglass.errors import InputError
from atomglass.theory.soft_potential.schrodinger import depressed_minimum, levels_harmonic_basis, levels_sinc_dvr
from atomglass.theory.soft_potential.tunneling import tunnel_splitting
from atomglass.types import Array

Number = float | Array

_SOLVERS: dict[str, Callable[..., Array]] = {"dvr": levels_sinc_dvr, "oscillator": levels_harmonic_basis}


@dataclass(frozen=True, eq=False)
class QuarticMode:
    """A quartic potential, or an ensemble of them (then every field may be an array).

    Energies are in units of `energy_scale` (w) and positions in units of `length_scale` (ell).

    Parameters
    ----------
    b2, b3, b4 : float or array
        Coefficients of U = b2 s^2/2 + b3 s^3/6 + b4 s^4/24 about a stationary point; b4 > 0, b2 and b3 of either sign.
    mass : float or array
        Mass in the kinetic energy mass (ds/dt)^2/2.
    hbar : float
        Planck's constant in the units of the coefficients. The default, with unit mass, makes H = -d^2/ds^2 + U(s).
        It must be given for atomistic modes: hbar/(sigma sqrt(m epsilon)) in Lennard-Jones units, 0.0296 for argon.
    origin_position, origin_energy : float or array
        Position and energy of the expansion point in the frame of the reported positions and energies, in ell and w.

    Raises
    ------
    InputError
        A coefficient is not finite, b4 <= 0, or the mass or hbar is not positive.

    Examples
    --------
    >>> mode = theory.QuarticMode.from_depressed(-4, 0.5)
    >>> mode.levels(3).round(4)
    array([-2.1104, -0.8876,  1.8967])
    >>> round(theory.QuarticMode.from_reduced(1.0, 2.0).barrier, 6)
    0.0625
    """

    b2: Number
    b3: Number
    b4: Number
    mass: Number = 1.0
    hbar: float = float(np.sqrt(2.0))
    origin_position: Number = 0.0
    origin_energy: Number = 0.0

    def __post_init__(self) -> None:
        for name in ("b2", "b3", "b4", "mass", "hbar", "origin_position", "origin_energy"):
            values = np.asarray(getattr(self, name), dtype=float)
            if not np.isfinite(values).all():
                raise InputError(f"{name} of a quartic mode", getattr(self, name), "finite numbers")
            if name in ("b4", "mass", "hbar") and not (values > 0).all():
                remedy = "a quartic with b4 <= 0 has no ground state" if name == "b4" else ""
                raise InputError(f"{name} of a quartic mode", getattr(self, name), "positive numbers", remedy)

    @classmethod
    def from_reduced(cls, alpha: ArrayLike, beta: ArrayLike) -> QuarticMode:
        """Return the mode of H = -d^2/dy^2 + alpha y^2 + beta y^3 + y^4; beta may have either sign."""
        alpha, beta = np.broadcast_arrays(np.asarray(alpha, dtype=float), np.asarray(beta, dtype=float))
        return cls(_plain(2 * alpha), _plain(6 * beta), _plain(np.full(alpha.shape, 24.0)))

    @classmethod
    def from_depressed(cls, p: ArrayLike, q: ArrayLike) -> QuarticMode:
        """Return the mode of H = -d^2/dy^2 + p y^2 + q y + y^4, expanded about its lower minimum.

        Positions and energies are reported in the depressed frame: y as above, the potential zero at y = 0.
        """
        p, q = np.broadcast_arrays(np.asarray(p, dtype=float), np.asarray(q, dtype=float))
        if not (np.isfinite(p).all() and np.isfinite(q).all()):
            raise InputError("p and q of a quartic mode must be finite")
        y = depressed_minimum(p, q)
        mode = cls.from_reduced(p + 6 * y**2, 4 * y)
        return replace(mode, origin_position=_plain(y), origin_energy=_plain(y * (q + y * (p + y**2))))

    @classmethod
    def from_force(cls, k: ArrayLike, f: ArrayLike, A: ArrayLike, mass: float = 1.0, hbar: float = 1.0) -> QuarticMode:
        """Return the mode of U = -f x + k x^2/2 + A x^4/4 (Parshin et al., Eq. 3.1), expanded about its lower minimum.

        Positions and energies are reported in the frame of x, in ell and w.

        Parameters
        ----------
        k : float or array
            Quasielastic constant, of either sign.
        f : float or array
            Force.
        A : float or array
            Anharmonicity, positive.
        mass, hbar : float
            Mass and Planck's constant, in the same system of units.
        """
        k, f, A = np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in (k, f, A)))
        scales = cls(1.0, 0.0, _plain(6 * A), mass, hbar)
        ell, w = np.asarray(scales.length_scale), np.asarray(scales.energy_scale)
        reduced = cls.from_depressed(k * ell**2 / (2 * w), -f * ell / w)
        b2, b3 = reduced.alpha * 2 * w / ell**2, reduced.beta * 6 * w / ell**3
        return cls(_plain(b2), _plain(b3), scales.b4, mass, hbar, reduced.origin_position, reduced.origin_energy)

    @classmethod
    def from_soft_potential(
        cls, eta: ArrayLike, t: ArrayLike, energy: float, length: float, mass: float, hbar: float
    ) -> QuarticMode:
        """Return the mode of V = E (eta x^2 + t x^3 + x^4), x = s/a (Il'in et al., Eq. 1).

        Parameters
        ----------
        eta, t : float or array
            Dimensionless coefficients.
        energy : float
            Atomic energy E.
        length : float
            Atomic length a.
        mass, hbar : float
            Mass and Planck's constant, in the same system of units.
        """
        eta, t = np.broadcast_arrays(np.asarray(eta, dtype=float), np.asarray(t, dtype=float))
        b4 = np.full(eta.shape, 24 * energy / length**4)
        return cls(_plain(2 * energy * eta / length**2), _plain(6 * energy * t / length**3), _plain(b4), mass, hbar)

    @property
    def length_scale(self) -> Number:
        """Ell = (12 hbar^2/(M b4))^(1/6), the unit of positions."""
        return (12 * self.hbar**2 / (self.mass * self.b4)) ** (1 / 6)

    @property
    def energy_scale(self) -> Number:
        """W = hbar^2/(2 M ell^2) (Parshin et al., Eq. 4.2), the unit of energies."""
        return self.hbar**2 / (2 * self.mass * self.length_scale**2)

    @property
    def alpha(self) -> Number:
        """Dimensionless quadratic coefficient, eta/eta_L of Il'in et al."""
        return self.b2 * self.length_scale**2 / (2 * self.energy_scale)

    @property
    def beta(self) -> Number:
        """Dimensionless cubic coefficient, t/sqrt(eta_L) of Il'in et al. (not b3/sqrt(3 b2 b4))."""
        return self.b3 * self.length_scale**3 / (6 * self.energy_scale)

    @property
    def p(self) -> Number:
        """Quadratic coefficient of the depressed form, k ell^2/(2w)."""
        return self.alpha - 3 * self.beta**2 / 8

    @property
    def q(self) -> Number:
        """Linear coefficient of the depressed form, -f ell/w."""
        return self.beta * (self.beta**2 / 8 - self.alpha / 2)

    @property
    def quasielastic_constant(self) -> Number:
        """K of Parshin et al., Eq. 3.1."""
        return self.b2 - self.b3**2 / (2 * self.b4)

    @property
    def force(self) -> Number:
        """F of Parshin et al., Eq. 3.1."""
        return self.b3 / self.b4 * (self.b2 - self.b3**2 / (3 * self.b4))

    @property
    def anharmonicity(self) -> Number:
        """A of Parshin et al., Eq. 3.1."""
        return self.b4 / 6

    @property
    def shape(self) -> quartic.QuarticShape:
        """Group, second minimum and barrier as seen from the expansion point, in w and ell."""
        return quartic.shape(2 * np.asarray(self.alpha), 6 * np.asarray(self.beta), 24.0)

    @property
    def barrier(self) -> Number:
        """Energy of the maximum above the origin, or above the lower minimum if the origin is none; else NaN."""
        from_origin = np.asarray(self.shape.barrier)
        from_lower = np.asarray(self.about_lower_minimum().shape.barrier)
        return _plain(np.where(np.asarray(self.b2) > 0, from_origin, from_lower))

    @property
    def asymmetry(self) -> Number:
        """Energy of the origin above the other minimum (negative: the origin is the lower); NaN without two minima."""
        return _plain(-np.asarray(self.shape.second_minimum_energy))

    def stationary_points(self) -> Array:
        """Return the positions at which the slope vanishes, in ascending order.

        Returns
        -------
        array
            For one mode, one, two (a degenerate pair) or three positions; for an ensemble, shape (..., 3), with NaN in
            place of missing ones.
        """
        alpha, beta = (np.asarray(value, dtype=float) for value in (self.alpha, self.beta))
        with np.errstate(all="ignore"):
            root = np.sqrt(9 * beta**2 - 32 * alpha)
            larger = -(3 * beta + np.where(beta >= 0, 1.0, -1.0) * root) / 8
            smaller = np.where(larger != 0, alpha / (2 * larger), 0.0)
        points = np.stack(np.broadcast_arrays(np.zeros_like(larger), larger, smaller), axis=-1)
        points[..., 2] = np.where(np.isnan(larger), np.nan, points[..., 2])
        points = np.sort(points + np.asarray(self.origin_position)[..., None], axis=-1)
        return np.unique(points[~np.isnan(points)]) if points.ndim == 1 else points

    def about_lower_minimum(self) -> QuarticMode:
        """Return the same potential expanded about its lower minimum; positions and energies keep their frame."""
        shift = depressed_minimum(self.p, self.q) - np.asarray(self.beta) / 4
        rise = shift**2 * (self.alpha + shift * (self.beta + shift))
        s = shift * self.length_scale
        return replace(
            self,
            b2=_plain(self.b2 + s * (self.b3 + s * self.b4 / 2)),
            b3=_plain(self.b3 + s * self.b4),
            origin_position=_plain(self.origin_position + shift),
            origin_energy=_plain(self.origin_energy + rise),
        )

    def levels(self, count: int = 2, method: str = "dvr") -> Array:
        """Return the lowest energy levels in units of w, shape (..., count).

        Parameters
        ----------
        count : int
            Number of levels, 1 to 60.
        method : str
            `dvr` (`levels_sinc_dvr`) or `oscillator` (`levels_harmonic_basis`), which share no code.
        """
        if method not in _SOLVERS:
            raise InputError("the method for levels", method, " or ".join(_SOLVERS))
        # The depressed form has its zero at y = 0; in it the expansion point lies at y = beta/4.
        y = np.asarray(self.beta, dtype=float) / 4
        offset = self.origin_energy - y * (self.q + y * (self.p + y**2))
        return _SOLVERS[method](self.p, self.q, count) + np.asarray(offset)[..., None]

    def tunnel_splitting(self, method: str = "exact") -> Number:
        """Return the tunnel splitting Delta0, in w, of this double well made symmetric (q = 0).

        Parameters
        ----------
        method : str
            `exact`, `instanton` or `W`, see `atomglass.theory.soft_potential.tunneling.tunnel_splitting`.
        """
        return _plain(tunnel_splitting(self.p, method))


def _plain(value: Any) -> Any:
    """Return a zero-dimensional array as a float."""
    value = np.asarray(value, dtype=float)
    return value.item() if value.ndim == 0 else value
