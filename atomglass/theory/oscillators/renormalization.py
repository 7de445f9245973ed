"""How stiff neighbors soften a soft oscillator: the shift kappa, the remaining stiffness k, the random force f.

Equation numbers: Parshin, Schober and Gurevich, Phys. Rev. B 76, 064206 (2007). Units: n0 = M = omega_0 = 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfc

from atomglass.errors import InputError
from atomglass.theory.oscillators.model import OscillatorModel, RelaxedState
from atomglass.theory.oscillators.placement import MEAN_FACTOR
from atomglass.types import Array


def shifts_by_sum(model: OscillatorModel) -> Array:
    """Return kappa_i = sum_j I_ij^2/k_j of every oscillator (Eq. 2.11): its neighbors follow it independently."""
    return model.interactions**2 @ (1 / model.stiffnesses)


def shifts_by_elimination(model: OscillatorModel) -> Array:
    """Return kappa_i = k_i - 1/(K^-1)_ii of every oscillator: all others are eliminated exactly (Schur complement).

    It is meaningful for soft oscillators only, k_i << 1.
    """
    return model.stiffnesses - 1 / np.diag(np.linalg.inv(model.stiffness_matrix))


@dataclass(frozen=True)
class LevyLaw:
    """rho(kappa) for independent positions: B/(sqrt(2 pi) kappa^(3/2)) exp(-B^2/(2 kappa)) (Eq. 2.17).

    Attributes
    ----------
    scale : float
        B.
    """

    scale: float

    @classmethod
    def of_model(cls, coupling: float, exponent: float = 2.0, couplings: str = "uniform") -> LevyLaw:
        """Return the law of a model: B = (4 pi/3) sqrt(pi/2) <|g|> J <1/omega> (Eq. 2.18, which has <|g|> = 1/4).

        Parameters
        ----------
        coupling : float
            J.
        exponent : float
            n of the bare density of states.
        couplings : str
            Distribution of g, one of `uniform`, `sign` and `dipolar`.

        Raises
        ------
        InputError
            exponent <= 0: the mean of 1/omega diverges.
        """
        if not exponent > 0:
            remedy = "the Levy law needs a finite mean of 1/omega"
            raise InputError("the exponent of g0", exponent, "above 0", remedy)
        inverse_frequency = (exponent + 1) / exponent
        return cls(4 * np.pi / 3 * np.sqrt(np.pi / 2) * MEAN_FACTOR[couplings] * coupling * inverse_frequency)

    @property
    def omega_c(self) -> float:
        """Onset of the instability, B/sqrt(M) (Eq. 2.18)."""
        return self.scale

    @property
    def k_c(self) -> float:
        """M omega_c^2 (Eq. 2.19)."""
        return self.scale**2

    def density(self, kappa: ArrayLike) -> Array:
        """Return rho(kappa), kappa > 0."""
        kappa = np.asarray(kappa, dtype=float)
        return self.scale / np.sqrt(2 * np.pi) * kappa**-1.5 * np.exp(-(self.scale**2) / (2 * kappa))

    def cumulative(self, kappa: ArrayLike) -> Array:
        """Return the probability of a smaller kappa, erfc(B/sqrt(2 kappa))."""
        return erfc(self.scale / np.sqrt(2 * np.asarray(kappa, dtype=float)))


def sampled_shifts(
    rng: np.random.Generator,
    samples: int,
    radius: float = 8.0,
    coupling: float = 0.1,
    exponent: float = 2.0,
    couplings: str = "uniform",
) -> Array:
    """Return kappa of an oscillator at the center of independently placed neighbors, shape (samples,).

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the neighbors.
    samples : int
        Number of oscillators.
    radius : float
        Radius of the sphere of neighbors, in n0^(-1/3).
    coupling : float
        J.
    exponent : float
        n of the bare density of states.
    couplings : str
        Distribution of g, `uniform` or `sign`.

    Raises
    ------
    InputError
        An unknown distribution of g.
    """
    if couplings not in ("uniform", "sign"):
        raise InputError("the couplings", couplings, "uniform or sign")
    mean_number, shifts = 4 * np.pi / 3 * radius**3, np.empty(samples)
    for start in range(0, samples, 500):  # blocks of bounded memory
        block = shifts[start : start + 500]
        numbers = rng.poisson(mean_number, len(block))
        owner = np.repeat(np.arange(len(block)), numbers)
        volume = mean_number * rng.random(len(owner))  # 4 pi r^3/3, uniform
        stiffness = rng.random(len(owner)) ** (2 / (exponent + 1))
        factor = rng.uniform(-0.5, 0.5, len(owner)) if couplings == "uniform" else 1.0
        interaction = coupling * factor * (4 * np.pi / 3) / volume
        block[:] = np.bincount(owner, interaction**2 / stiffness, len(block))
    return shifts


def bare_stiffness_density(k: ArrayLike, exponent: float = 2.0) -> Array:
    """Return F(k) = g0(omega)/(2 omega) at k = omega^2 (Eq. 2.20); zero outside (0, 1)."""
    k = np.asarray(k, dtype=float)
    inside = (k > 0) & (k < 1)
    return np.where(inside, (exponent + 1) / 2 * np.where(inside, k, 1.0) ** ((exponent - 1) / 2), 0.0)


def stiffness_density(k: ArrayLike, shifts: Array, exponent: float = 2.0) -> Array:
    """Return Phi(k) = <F(k + kappa)>, averaged over sampled shifts (Eqs. 2.21-2.23).

    Parameters
    ----------
    k : float or array
        Renormalized stiffness.
    shifts : array
        Samples of kappa.
    exponent : float
        n of the bare density of states.
    """
    k = np.asarray(k, dtype=float)
    return np.array([bare_stiffness_density(value + shifts, exponent).mean() for value in k.ravel()]).reshape(k.shape)[
        ()
    ]


def soft_forces(state: RelaxedState, softest: float = 0.02) -> Array:
    """Return the random forces f_i = (k_i - kappa_i) x_i + A_i x_i^3 on the oscillators with |k_i - kappa_i| < softest.

    This is the force on an oscillator from its own quartic, which the others balance in the minimum (Eq. 3.1).
    """
    model, x = state.model, state.displacements
    left = 1 / np.diag(np.linalg.inv(model.stiffness_matrix))
    soft = np.abs(left) < softest
    return (left * x + model.anharmonicities * x**3)[soft]


def lorentzian_half_width(forces: Array) -> float:
    """Return the half width at half maximum of a Lorentzian about zero, estimated by the median of |f|.

    Raises
    ------
    InputError
        Fewer than two forces.
    """
    if len(forces) < 2:
        raise InputError("the number of forces", len(forces), "at least 2", "take more samples or a larger `softest`")
    return float(np.median(np.abs(forces)))
