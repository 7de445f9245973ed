"""Interacting pairs; total energy, forces and stress."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from atomglass.kernels import energy_derivatives, pair_sums
from atomglass.system.arguments import check_sample
from atomglass.system.configuration import Configuration
from atomglass.system.neighbors import cutoff_neighbor_list
from atomglass.system.potential import PairPotential
from atomglass.types import Array, IntArray, ShortRepr


@dataclass(frozen=True, repr=False)
class InteractingPairs(ShortRepr):
    """The interacting pairs of a configuration, and the derivatives of their energies.

    Attributes
    ----------
    number, dimension : int
        Number of particles N, and dimension d.
    indices : (P, 2) int array
        Particles i < j of each pair.
    separations : (P, 3) array
        r_j - r_i for the nearest image, in units of length.
    ratios : (P,) array
        (r / sigma_ij)^2.
    cutoffs_squared : (P,) array
        x_c^2, the value of (r / sigma_ij)^2 at which each interaction ends.
    derivatives : (P, 5) array
        phi and its first four derivatives with respect to r^2, in units of epsilon over length^(2 n) for order n.
    coordinates : (N, d) array
        Positions along the cell vectors, from 0 to `lengths`, in units of length.
    lengths : (d,) array
        Perpendicular heights of the cell, in units of length.
    """

    number: int
    dimension: int
    indices: IntArray
    separations: Array
    ratios: Array
    cutoffs_squared: Array
    derivatives: Array
    coordinates: Array
    lengths: Array

    def without(self, particles: NDArray[np.bool_]) -> InteractingPairs:
        """Return the pairs that contain none of the marked particles (N,)."""
        if not particles.any():
            return self
        kept = ~particles[self.indices].any(axis=1)
        arrays = ("indices", "separations", "ratios", "cutoffs_squared", "derivatives")
        return replace(self, **{name: getattr(self, name)[kept] for name in arrays})

    @classmethod
    def of(cls, configuration: Configuration, potential: PairPotential) -> InteractingPairs:
        """Return the interacting pairs of a configuration.

        Raises
        ------
        InputError
            The box is too small for the cutoff.
        """
        check_sample(configuration, potential)
        wrapped, pairs = cutoff_neighbor_list(configuration, potential)
        found = energy_derivatives.interacting_pairs(wrapped.positions, pairs, potential.parameters)
        lengths, d = configuration.heights, configuration.dimension
        coordinates = (wrapped.positions @ wrapped.inverse)[:, :d] * lengths
        return cls(len(configuration), d, *found, coordinates, lengths)


def _energy_forces(configuration: Configuration, potential: PairPotential) -> tuple[float, Array]:
    wrapped, pairs = cutoff_neighbor_list(configuration, potential)
    result = np.empty_like(wrapped.positions)
    total = pair_sums.energy_forces(wrapped.positions, pairs, potential.parameters, result)
    return total, np.ascontiguousarray(result[:, : configuration.dimension])


def energy(configuration: Configuration, potential: PairPotential) -> float:
    """Return the total potential energy, in units of epsilon.

    Raises
    ------
    InputError
        The box is too small for the cutoff.

    Examples
    --------
    >>> ag.energy(glass, pot) < ag.energy(liquid, pot)
    True
    """
    check_sample(configuration, potential)
    return float(_energy_forces(configuration, potential)[0])


def forces(configuration: Configuration, potential: PairPotential) -> Array:
    """Return the forces (N, d), in units of epsilon over length.

    Raises
    ------
    InputError
        The box is too small for the cutoff.

    Examples
    --------
    >>> ag.forces(liquid, pot).shape
    (100, 2)
    >>> bool(np.abs(ag.forces(glass, pot)).max() < 1e-9)
    True
    """
    check_sample(configuration, potential)
    return _energy_forces(configuration, potential)[1]


def stress(configuration: Configuration, potential: PairPotential) -> Array:
    """Return the stress tensor (d, d), dU/d(strain) divided by the volume, in units of epsilon over length^d.

    Stress is positive under tension; the pressure is -trace/d.

    Raises
    ------
    InputError
        The box is too small for the cutoff.

    Examples
    --------
    >>> pressure = -np.trace(ag.stress(glass, pot)) / 2
    >>> bool(pressure > 0)
    True
    """
    pairs = InteractingPairs.of(configuration, potential)
    d = configuration.dimension
    r = pairs.separations[:, :d]
    return np.einsum("p,pa,pb->ab", 2 * pairs.derivatives[:, 1], r, r) / configuration.volume


def energy_forces_stress(configuration: Configuration, potential: PairPotential) -> tuple[float, Array, Array]:
    """Return total energy, forces and stress together.

    Returns
    -------
    energy : float
        Total potential energy, in units of epsilon.
    forces : (N, d) array
        In units of epsilon over length.
    stress : (d, d) array
        In units of epsilon over length^d, positive under tension.

    Raises
    ------
    InputError
        The box is too small for the cutoff.
    """
    check_sample(configuration, potential)
    total, result = _energy_forces(configuration, potential)
    return float(total), result, stress(configuration, potential)
