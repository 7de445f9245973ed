"""Coupled soft oscillators: the harmonic instability and the minimum in which anharmonicity stabilizes them.

    U = sum k_i x_i^2/2 - (1/2) sum_{i != j} I_ij x_i x_j + sum A_i x_i^4/4 - sum F_i x_i,   I_ij = g_ij J/r_ij^3

(Parshin, Schober and Gurevich, Phys. Rev. B 76, 064206 (2007), Eqs. 2.1-2.5), in units where the density n0 of the
oscillators, their mass M and the largest bare frequency omega_0 are 1. The paper does not specify the positions of the
oscillators and the distribution of g. The defaults are a cubic lattice and g uniform in [-1/2, 1/2]: <|g|> = 1/4
reproduces the prefactor of the paper's Eq. 2.18.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from scipy import linalg, optimize

from atomglass.errors import InputError
from atomglass.theory.oscillators.placement import (
    COUPLINGS,
    POSITIONS,
    coupling_factors,
    draw_positions,
    nearest_image_distances,
)
from atomglass.types import Array, ShortRepr

#: Largest force component accepted in a minimum, in units of k0 sqrt(k0/A).
FORCE_TOLERANCE = 1e-12


@dataclass(frozen=True)
class OscillatorModel:
    """One realization of N = size^3 coupled oscillators.

    Parameters
    ----------
    coupling : float
        Interaction strength J in units of k0/n0.
    size : int
        Oscillators along an edge of the periodic cube, 2 to 20.
    seed : int
        Seed of every random number of the realization.
    exponent : float
        n of the bare density of states g0 = (n+1) omega^n on (0, 1); above -1.
    couplings : str
        `uniform` (g in [-1/2, 1/2]), `sign` (g = +-1) or `dipolar` (from random unit vectors, over 4 pi).
    positions : str
        `lattice` (simple cubic), `poisson` (independent) or `hardcore` (random sequential, no pair closer than
        `hard_core`).
    hard_core : float
        Smallest distance of `hardcore` positions, up to 0.85.
    anharmonicity : tuple of float
        Range of the uniform distribution of A_i; equal limits give equal A_i.
    pressure : float
        Largest magnitude of the external force on each oscillator, drawn uniformly, in units of k0 sqrt(k0/A0).

    Raises
    ------
    InputError
        A parameter is out of range.

    Examples
    --------
    >>> model = theory.OscillatorModel(coupling=0.1, size=6, seed=1)
    >>> state = model.relax()
    >>> state.converged, state.frequencies.shape
    (True, (216,))
    """

    coupling: float = 0.1
    size: int = 13
    seed: int = 1
    exponent: float = 2.0
    couplings: Literal["uniform", "sign", "dipolar"] = "uniform"
    positions: Literal["lattice", "poisson", "hardcore"] = "lattice"
    hard_core: float = 0.8
    anharmonicity: tuple[float, float] = (1.0, 1.0)
    pressure: float = 0.0

    def __post_init__(self) -> None:
        low, high = self.anharmonicity
        checks = (
            ("the coupling J", self.coupling, 0 < self.coupling < 1, "above 0, below 1 (weak coupling)"),
            ("the size", self.size, 2 <= self.size <= 20, "2 to 20 oscillators along an edge"),
            ("the seed", self.seed, self.seed >= 0, "a whole number >= 0"),
            ("the exponent of g0", self.exponent, -1 < self.exponent <= 10, "above -1, up to 10"),
            ("the couplings", self.couplings, self.couplings in COUPLINGS, ", ".join(COUPLINGS)),
            ("the positions", self.positions, self.positions in POSITIONS, ", ".join(POSITIONS)),
            ("the hard core", self.hard_core, 0 <= self.hard_core <= 0.85, "0 to 0.85 (denser packings jam)"),
            ("the range of A", self.anharmonicity, 0 < low <= high < np.inf, "two positive numbers, ascending"),
            ("the pressure", self.pressure, 0 <= self.pressure < np.inf, "0 or above"),
        )
        for what, value, holds, allowed in checks:
            if not holds:
                raise InputError(what, value, allowed)

    @property
    def number(self) -> int:
        """Number of oscillators."""
        return self.size**3

    @cached_property
    def _streams(self) -> list[np.random.SeedSequence]:
        # One stream per quantity, so that an option changes only the quantity it concerns.
        return np.random.SeedSequence(self.seed).spawn(6)

    def _rng(self, stream: int) -> np.random.Generator:
        return np.random.default_rng(self._streams[stream])

    @cached_property
    def stiffnesses(self) -> Array:
        """Bare k_i = omega_i^2 (Eq. 2.5), shape (N,)."""
        return self._rng(0).random(self.number) ** (2 / (self.exponent + 1))

    @cached_property
    def sites(self) -> Array:
        """Positions in the cube of edge `size`, shape (N, 3)."""
        return draw_positions(self.positions, self.size, self.hard_core, self._rng(1))

    @cached_property
    def interactions(self) -> Array:
        """I_ij of Eq. 2.3, shape (N, N), symmetric with a zero diagonal; nearest periodic image."""
        displacement, distance = nearest_image_distances(self.sites, self.size)
        factors = coupling_factors(self.couplings, displacement, distance, self._rng(2))
        return self.coupling * factors / distance**3

    @cached_property
    def anharmonicities(self) -> Array:
        """A_i, shape (N,)."""
        return self._rng(3).uniform(*self.anharmonicity, self.number)

    @cached_property
    def external_forces(self) -> Array:
        """F_i, shape (N,)."""
        return self.pressure * self._rng(4).uniform(-1, 1, self.number)

    @cached_property
    def stiffness_matrix(self) -> Array:
        """K = diag(k) - I, the Hessian at x = 0, shape (N, N)."""
        return np.diag(self.stiffnesses) - self.interactions

    def bare_eigenvalues(self) -> Array:
        """Return the eigenvalues of K, the spectrum before anharmonicity, ascending; negative ones are unstable."""
        return linalg.eigh(self.stiffness_matrix, eigvals_only=True, driver="evr", check_finite=False)

    def relax(self, start: Literal["random", "unstable"] = "random", starts: int = 1) -> RelaxedState:
        """Return a minimum of U and the spectrum of the Hessian there.

        It is a local minimum: some oscillators end in the upper of their two wells.

        Parameters
        ----------
        start : str
            `random` (displacements of 0.05 sqrt(k0/A)) or `unstable` (along the unstable eigenvectors of K, to the
            minimum of each eigenvector's own quartic).
        starts : int
            Number of minimizations; the lowest minimum is returned.

        Raises
        ------
        InputError
            An unknown start, or fewer than one minimization.
        """
        if start not in ("random", "unstable") or starts < 1:
            raise InputError(
                "the start of the relaxation", f"{start!r}, {starts} starts", "random or unstable, at least 1"
            )
        # With y = x/scale equal A_i drop out of the problem: the spectrum cannot depend on them.
        scale = 1 / np.sqrt(self.anharmonicities.mean())
        quartic, force = self.anharmonicities * scale**2, self.external_forces / scale
        rng = self._rng(5)
        minima = []
        for _ in range(starts):
            y = rng.normal(0.0, 0.05, self.number) if start == "random" else self._unstable_start(quartic, rng)
            minima.append(minimize_energy(self.stiffness_matrix, quartic, force, y))
        y, energy, residual, iterations = min(minima, key=lambda found: found[1])
        hessian = self.stiffness_matrix + np.diag(3 * quartic * y**2)
        eigenvalues = linalg.eigh(hessian, eigvals_only=True, driver="evr", check_finite=False)
        return RelaxedState(self, scale * y, scale**2 * energy, residual, iterations, eigenvalues)

    def _unstable_start(self, quartic: Array, rng: np.random.Generator) -> Array:
        values, vectors = linalg.eigh(self.stiffness_matrix, subset_by_value=(-np.inf, 0.0), check_finite=False)
        amplitudes = np.sqrt(-values / (quartic @ vectors**4)) * rng.choice([-1.0, 1.0], len(values))
        return vectors @ amplitudes + rng.normal(0.0, 1e-3, self.number)


@dataclass(frozen=True, eq=False, repr=False)
class RelaxedState(ShortRepr):
    """A minimum of an `OscillatorModel`.

    Attributes
    ----------
    model : OscillatorModel
        The model.
    displacements : array, shape (N,)
        x_i in the minimum.
    energy : float
        U in the minimum, relative to x = 0.
    residual : float
        Largest force component, in units of k0 sqrt(k0/A).
    iterations : int
        Steps of the minimizer.
    eigenvalues : array, shape (N,)
        Eigenvalues of the Hessian in the minimum, ascending.
    """

    model: OscillatorModel
    displacements: Array
    energy: float
    residual: float
    iterations: int
    eigenvalues: Array

    @property
    def converged(self) -> bool:
        """Whether the forces vanish and every mode is stable."""
        return bool(self.residual <= FORCE_TOLERANCE and self.eigenvalues[0] > 0)

    @property
    def frequencies(self) -> Array:
        """Frequencies of the modes, ascending; NaN for an unstable one."""
        return np.sqrt(np.where(self.eigenvalues > 0, self.eigenvalues, np.nan))

    @cached_property
    def hessian(self) -> Array:
        """K + diag(3 A x^2), shape (N, N)."""
        return self.model.stiffness_matrix + np.diag(3 * self.model.anharmonicities * self.displacements**2)

    def modes_below(self, frequency: float) -> OscillatorModes:
        """Return the modes below a frequency, expanded to fourth order along their eigenvectors."""
        if not frequency > 0:
            raise InputError("the largest frequency", frequency, "positive")
        values, e = linalg.eigh(self.hessian, subset_by_value=(-np.inf, frequency**2), check_finite=False)
        A, x = self.model.anharmonicities, self.displacements
        # The sign of an eigenvector is arbitrary; this choice makes every b3 <= 0.
        e = np.where((A * x) @ e**3 > 0, -e, e)
        b3, b4 = 6 * (A * x) @ e**3, 6 * A @ e**4
        return OscillatorModes(values, e, 1 / (e**4).sum(axis=0), values, b3, b4)


@dataclass(frozen=True, eq=False, repr=False)
class OscillatorModes(ShortRepr):
    """Modes of a relaxed state and their quartics U(s) = b2 s^2/2 + b3 s^3/6 + b4 s^4/24.

    Attributes
    ----------
    eigenvalues : array, shape (m,)
        Eigenvalues of the Hessian, ascending.
    vectors : array, shape (N, m)
        Eigenvectors as columns.
    participation_number : array, shape (m,)
        1/sum e_i^4, the number of oscillators that take part in a mode.
    b2, b3, b4 : array, shape (m,)
        Coefficients of the quartics; the sign of each vector makes b3 <= 0.
    """

    eigenvalues: Array
    vectors: Array
    participation_number: Array
    b2: Array
    b3: Array
    b4: Array


def minimize_energy(K: Array, quartic: Array, force: Array, y: Array) -> tuple[Array, float, float, int]:
    """Minimize y K y/2 + sum quartic y^4/4 - force y with L-BFGS, followed by Newton steps to full precision.

    Parameters
    ----------
    K : array, shape (N, N)
        Stiffness matrix.
    quartic, force : array, shape (N,)
        Anharmonicities and external forces.
    y : array, shape (N,)
        Starting point.

    Returns
    -------
    tuple
        The minimum, its energy, the largest force component, and the number of steps.
    """

    def energy_and_gradient(y: Array) -> tuple[float, Array]:
        linear, cubic = K @ y, quartic * y**3
        return float(y @ (linear / 2 + cubic / 4 - force)), linear + cubic - force

    iterations = 0
    for _ in range(5):  # again only if the search ends at a saddle point
        options = {"maxiter": 20_000, "maxfun": 40_000, "gtol": 1e-8, "ftol": 0.0, "maxcor": 20}
        found = optimize.minimize(energy_and_gradient, y, jac=True, method="L-BFGS-B", options=options)
        y, iterations = found.x, iterations + int(found.nit)
        try:
            for _ in range(10):
                gradient = energy_and_gradient(y)[1]
                if np.abs(gradient).max() <= FORCE_TOLERANCE / 10:
                    break
                factor = linalg.cho_factor(K + np.diag(3 * quartic * y**2), check_finite=False)
                y, iterations = y - linalg.cho_solve(factor, gradient, check_finite=False), iterations + 1
            break
        except linalg.LinAlgError:
            _, vector = linalg.eigh(K + np.diag(3 * quartic * y**2), subset_by_index=(0, 0), check_finite=False)
            y = y + 0.01 * vector[:, 0]
    energy, gradient = energy_and_gradient(y)
    return y, energy, float(np.abs(gradient).max()), iterations


def two_oscillator_eigenvalues(
    interaction: float, frequencies: tuple[float, float], masses: tuple[float, float]
) -> Array:
    """Return the two squared frequencies of two coupled oscillators, ascending.

    The lower one vanishes at I_c = omega_1 omega_2 sqrt(M_1 M_2), and is omega_1^2 (1 - I^2/I_c^2) for
    omega_1 << omega_2 (Eq. 1.1).

    Parameters
    ----------
    interaction : float
        I, the coefficient of -x_1 x_2 in the energy.
    frequencies, masses : tuple of float
        omega and M of the two oscillators without interaction.
    """
    coupling = interaction / np.sqrt(masses[0] * masses[1])
    return np.linalg.eigvalsh(np.array([[frequencies[0] ** 2, -coupling], [-coupling, frequencies[1] ** 2]]))
