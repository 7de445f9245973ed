"""Two-level systems born from the vibrational instability: their densities, their coupling to strain, their number.

Equation numbers: Parshin, Schober and Gurevich, Phys. Rev. B 76, 064206 (2007). L = ln(W/Delta0) throughout.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from atomglass.errors import InputError
from atomglass.theory.checks import positive
from atomglass.types import Array


@dataclass(frozen=True)
class SoftOscillators:
    """An ensemble of soft oscillators near the instability, where the densities of k and f are flat.

    Parameters
    ----------
    density : float
        Joint density n0 Phi(0) P(0) of oscillators in volume, quasielastic constant k and force f, at k = f = 0;
        P counts both signs of f.
    W : float
        Characteristic energy, Eq. 4.2.
    mass, hbar : float
        Mass of an oscillator and Planck's constant.
    """

    density: float
    W: float
    mass: float = 1.0
    hbar: float = 1.0

    def __post_init__(self) -> None:
        for name in ("density", "W", "mass", "hbar"):
            positive(getattr(self, name), name)

    @property
    def anharmonicity(self) -> float:
        """A = 16 M^2 W^3/hbar^4, Eq. 4.2 inverted."""
        return 16 * self.mass**2 * self.W**3 / self.hbar**4

    @property
    def scale(self) -> float:
        """n0 Phi(0) P(0) M^(3/2) W^(5/2)/hbar^3, in states per volume and energy."""
        return self.density * self.mass**1.5 * self.W**2.5 / self.hbar**3

    def logarithm(self, energy: ArrayLike, p: ArrayLike) -> Array:
        """Return L = ln(W/(E sqrt p)) (Eq. 4.7).

        Raises
        ------
        InputError
            L <= 0: the splitting reaches W, where there is no barrier and no two-level system.
        """
        energy, p = positive(energy, "the energy E"), np.asarray(p, dtype=float)
        if not ((p > 0) & (p < 1)).all():
            raise InputError("p = (Delta0/E)^2", p, "strictly between 0 and 1")
        splitting = energy * np.sqrt(p)
        if not (splitting < self.W).all():
            remedy = "above W the excitations are vibrations: use `vibrational_density`"
            raise InputError("the tunnel splitting E sqrt(p)", np.max(splitting), f"below W = {self.W:g}", remedy)
        return np.log(self.W / splitting)

    def jacobian(self, energy: ArrayLike, p: ArrayLike) -> Array:
        """Return |d(|k|, f)/d(E, p)| as printed in Eq. 4.7, for both signs of f; one sign gives half of it."""
        L = self.logarithm(energy, p)
        p = np.asarray(p, dtype=float)
        factor = (2 / 9) ** (1 / 3) * 2**2.5 * self.mass**1.5 * self.W**2.5 / self.hbar**3
        return factor * L ** (-2 / 3) / (p * np.sqrt(1 - p))

    def tunneling_density(self, energy: ArrayLike, p: ArrayLike) -> Array:
        """Return F(E, p), the number of two-level systems per volume, energy and p = (Delta0/E)^2 (Eq. 4.8)."""
        return self.density * self.jacobian(energy, p)

    def pbar(self, L: ArrayLike) -> Array:
        """Return P of the standard tunneling model, P(Delta, Delta0) = P/Delta0 (Eq. 4.13)."""
        return (2 / 9) ** (1 / 3) * 2**3.5 * self.scale * positive(L, "L") ** (-2 / 3)

    def deformation_potential(self, coupling: ArrayLike, L: ArrayLike) -> Array:
        """Return gamma for the coupling Lambda x epsilon of an oscillator to strain (Eq. 4.16)."""
        factor = 3 ** (1 / 3) / 2 ** (7 / 6) * self.hbar / np.sqrt(self.mass * self.W)
        return factor * np.asarray(coupling, dtype=float) * positive(L, "L") ** (1 / 3)

    def tunneling_strength(self, interaction: ArrayLike) -> Array:
        """Return C = P gamma^2/(rho v^2) for an interaction J = Lambda^2/(rho v^2) (Eq. 4.17), independent of L."""
        factor = 2 * np.sqrt(2) * self.density * self.W**1.5 * np.sqrt(self.mass) / self.hbar
        return factor * positive(interaction, "the interaction J")

    def vibrational_density(self, energy: ArrayLike) -> Array:
        """Return n(E) of the vibrations, states per volume and energy, for W << E << hbar omega* (Eq. 5.20).

        Raises
        ------
        InputError
            E is not above W.
        """
        energy = positive(energy, "the energy E")
        if not (energy > self.W).all():
            raise InputError(
                "the energy of a vibration", np.min(energy), f"above W = {self.W:g} (Eq. 5.20 needs E >> W)"
            )
        return self.scale / np.sqrt(2) * (energy / self.W) ** 4


def tunneling_strength_estimate(W: ArrayLike, critical_energy: ArrayLike) -> Array:
    """Return C = (4 sqrt2/pi) (W/hbar omega_c)^3 (Eq. 4.20); W and hbar omega_c in one unit, W the smaller."""
    return 4 * np.sqrt(2) / np.pi * _ratio(W, critical_energy) ** 3


def largest_tunneling_parameter(C: ArrayLike) -> Array:
    """Return lambda_max = 1/(3 pi C) (Eq. 4.33)."""
    return 1 / (3 * np.pi * positive(C, "C"))


def critical_energy_estimate(W: ArrayLike, C: ArrayLike) -> Array:
    """Return hbar omega_c = W C^(-1/3) (Eqs. 1.14 and 4.22, which omit the factor (4 sqrt2/pi)^(1/3) = 1.217)."""
    return positive(W, "W") * positive(C, "C") ** (-1 / 3)


def relative_force(
    W: float, critical_energy: float, energy: float, p: float, L: float, softness: float, exponent: float
) -> float:
    """Return f/delta f of a two-level system (Eq. 4.9).

    Parameters
    ----------
    W, critical_energy, energy : float
        W, hbar omega_c and the level distance E, in one unit.
    p, L : float
        Tunneling parameter (Delta0/E)^2 and ln(W/Delta0).
    softness : float
        omega_0/omega_c.
    exponent : float
        n of the bare density of states g0 ~ omega^n.
    """
    size = 4 * (2 / 9) ** (1 / 6) * L ** (-1 / 3) * energy * np.sqrt(1 - p) / W
    return float(size * _ratio(W, critical_energy) ** 3 * softness**exponent)


def relative_stiffness(W: float, critical_energy: float, L: float) -> float:
    """Return |k|/k_c of a two-level system (Eq. 4.10).

    Parameters
    ----------
    W, critical_energy : float
        W and hbar omega_c, in one unit.
    L : float
        ln(W/Delta0).
    """
    return float(4 * (9 / 2) ** (1 / 3) * L ** (2 / 3) * _ratio(W, critical_energy) ** 2)


def active_fraction(W: float, critical_energy: float, softness: float, L: float = 1.0) -> float:
    """Return n_TLS/n0, the number of two-level systems with E < W per oscillator (Eq. 4.25).

    Parameters
    ----------
    W, critical_energy : float
        W and hbar omega_c, in one unit.
    softness : float
        omega_0/omega_c.
    L : float
        ln(W/Delta0). The paper's 3e-8 takes 1; its own estimate of 10 would give 7e-9.
    """
    return float(_ratio(W, critical_energy) ** 5 / softness * L ** (-2 / 3))


def _ratio(W: ArrayLike, critical_energy: ArrayLike) -> Array:
    """Return W/(hbar omega_c), which must be below one."""
    ratio = positive(W, "W") / positive(critical_energy, "hbar omega_c")
    if not (ratio < 1).all():
        remedy = "the estimates hold for W << hbar omega_c only"
        raise InputError("W/(hbar omega_c)", np.max(ratio), "below 1", remedy)
    return ratio


def __getattr__(name: str) -> Any:
    """Return a function by its name of the version before, with a warning."""
    if name == "tunnelling_strength_estimate":
        new = "tunneling_strength_estimate"
        warnings.warn(f"{name} is now {new}; the old name will be removed", DeprecationWarning, stacklevel=2)
        return tunneling_strength_estimate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
