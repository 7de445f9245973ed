"""Rearrangements available to a frozen cell: a random energy model of states and barriers ([9]-[14], [34]).

Energies in k_B T_g, entropies per molecule in k_B.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from atomglass.theory.checks import not_negative, positive
from atomglass.types import Array

_BARRIER_FACTOR = 2 * sqrt(2) - 1


@dataclass(frozen=True)
class Landscape:
    """States of cells of a glass frozen at T_g.

    The variance 2 T_g^2 s_c and the bulk energy T_g s_c per molecule follow from two conditions: the liquid freezes in
    its lowest state, and the temperature there is T_g (text after [10]).

    Attributes
    ----------
    surface : float
        gamma in k_B T_g.
    entropy : float
        s_c per molecule in k_B.
    """

    surface: float
    entropy: float

    def __post_init__(self) -> None:
        positive(self.surface, "the mismatch energy")
        positive(self.entropy, "the configurational entropy")

    def log_states(self, energy: ArrayLike, molecules: ArrayLike) -> Array:
        """Return ln of the density of states of a cell of N molecules at energy E [9]."""
        n = positive(molecules, "the number of molecules")
        mean = n * self.entropy + self.surface * np.sqrt(n)
        return self.entropy * n - (np.asarray(energy) - mean) ** 2 / (4 * self.entropy * n)

    def lowest_energy(self, molecules: ArrayLike) -> Array:
        """Return E_GS(N) = gamma sqrt(N) - T_g s_c N, where the density of states [9] drops to one state [11]."""
        n = not_negative(molecules, "the number of molecules")
        return self.surface * np.sqrt(n) - self.entropy * n

    def log_barriers(self, barrier: ArrayLike, molecules: ArrayLike) -> Array:
        """Return ln of the density of barriers [12]: [9] with the variance doubled, as two energies fluctuate."""
        n = positive(molecules, "the number of molecules")
        mean = n * self.entropy + self.surface * np.sqrt(n)
        return self.entropy * n - (np.asarray(barrier) - mean) ** 2 / (8 * self.entropy * n)

    def typical_barrier(self, molecules: ArrayLike) -> Array:
        """Return V(N) = gamma sqrt(N) - (2 sqrt 2 - 1) T_g s_c N, where the density [12] drops to one path."""
        n = not_negative(molecules, "the number of molecules")
        return self.surface * np.sqrt(n) - _BARRIER_FACTOR * self.entropy * n

    @property
    def transition_size(self) -> float:
        """N at the maximum of V(N)."""
        return (self.surface / (2 * _BARRIER_FACTOR * self.entropy)) ** 2

    @property
    def highest_barrier(self) -> float:
        """V at its maximum, F/(2 sqrt 2 - 1) [13]."""
        return self.surface**2 / (4 * _BARRIER_FACTOR * self.entropy)

    def log_barrier_density(self, barrier: ArrayLike) -> Array:
        """Return ln Omega(V) = (V - V_max)/(sqrt 2 T_g) for barriers below the typical one [14]."""
        return (np.asarray(barrier, dtype=float) - self.highest_barrier) / sqrt(2)

    def lowest_barriers(self, molecules: float, count: int, rng: np.random.Generator) -> Array:
        """Return one draw of the lowest barrier levels at a size, ascending.

        Near V(N) their density is exp[(V - V(N))/(sqrt 2 T_g)]/(sqrt 2 T_g), so exp of them is a Poisson process.

        Parameters
        ----------
        molecules : float
            N.
        count : int
            Number of levels.
        rng : numpy.random.Generator
            Source of the levels.
        """
        return self.typical_barrier(molecules) + sqrt(2) * np.log(np.cumsum(rng.exponential(size=count)))


def bias_density(bias: ArrayLike, transition_temperature: float) -> Array:
    """Return n(eps) = exp(-|eps|/T_g)/T_g of one cell, for either sign of the bias [34]; eps and T_g share a unit."""
    tg = float(positive(transition_temperature, "T_g"))
    return np.exp(-np.abs(np.asarray(bias, dtype=float)) / tg) / tg
