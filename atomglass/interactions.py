"""Neighbour geometry of a configuration, and total energy, forces and stress."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atomglass.configuration import Configuration
from atomglass.errors import InputError
from atomglass.kernels import cells
from atomglass.kernels import forces as kernels
from atomglass.potential import PairPotential

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Geometry:
    """A configuration in the kernels' form: three components, wrapped, the cell and its periodic images.

    Attributes
    ----------
    positions : (N, 3) array
        Wrapped into the cell; z = 0 in two dimensions.
    images : (N, 3) int array
        Cell vectors taken off each position by the wrapping.
    cell, inverse : (3, 3) arrays
        Cell vectors as rows, and the inverse.
    shifts : (32, 3) array
        Shift vector of each image number.
    dimension : int
        2 or 3.
    """

    positions: Array
    images: NDArray[np.int64]
    cell: Array
    inverse: Array
    shifts: Array
    dimension: int

    @classmethod
    def of(cls, configuration: Configuration) -> Geometry:
        """Wrap a configuration's positions into its cell."""
        d = configuration.dimension
        cell = np.eye(3)
        cell[:d, :d] = configuration.cell
        inverse = np.linalg.inv(cell)
        positions = np.zeros((len(configuration), 3))
        positions[:, :d] = configuration.positions
        images = np.zeros((len(configuration), 3), np.int64)
        cells.wrap(positions, images, cell, inverse, d)
        # A second time: subtracting the box can round up to the face itself.
        cells.wrap(positions, images, cell, inverse, d)
        return cls(positions, images, cell, inverse, cells.image_shifts(cell), d)

    def unwrapped(self, positions: Array) -> Array:
        """Return (N, d) positions with the wrapping undone."""
        d = self.dimension
        return positions[:, :d] + self.images[:, :d] @ self.cell[:d, :d]


def largest_skin(configuration: Configuration, potential: PairPotential, wanted: float) -> float:
    """Return the skin of a neighbour list: the wanted one, or what the box leaves room for.

    Raises
    ------
    InputError
        The box is too small for the cutoff, or the diameters do not suit the potential.
    """
    potential.check_diameters(configuration.diameters)
    reach, height = potential.reach(configuration.diameters), float(configuration.heights.min())
    room = height / 2 - reach
    if room < 0:
        raise InputError(
            "smallest height of the box", height, f">= twice the interaction range, {2 * reach:.6g}",
            "use more particles at the same density, or a larger box",
        )  # fmt: skip
    return min(wanted, room)


@dataclass(frozen=True)
class Pairs:
    """The pairs of a configuration that interact, with everything that is computed from them.

    Attributes
    ----------
    number, dimension : int
        N and d.
    indices : (P, 2) int array
        i < j.
    separations : (P, 3) array
        r_j - r_i, nearest image.
    ratios : (P,) array
        (r / sigma_ij)^2.
    derivatives : (P, 5) array
        phi and its first four derivatives by r^2.
    """

    number: int
    dimension: int
    indices: NDArray[np.int64]
    separations: Array
    ratios: Array
    derivatives: Array

    @classmethod
    def of(cls, configuration: Configuration, potential: PairPotential) -> Pairs:
        """Find the interacting pairs."""
        geometry = Geometry.of(configuration)
        first, neighbours, inverse_squares = half_list(configuration, potential, geometry, 0.0)
        found = kernels.interacting_pairs(
            geometry.positions, first, neighbours, inverse_squares, geometry.shifts, potential.parameters
        )
        return cls(len(configuration), configuration.dimension, *found)


def half_list(
    configuration: Configuration, potential: PairPotential, geometry: Geometry, skin: float
) -> tuple[NDArray[np.int64], NDArray[np.uint32], Array]:
    """Return a half neighbour list (first, packed neighbours) and 1/sigma_ij^2 of its pairs."""
    skin = largest_skin(configuration, potential, skin)
    first, neighbours = cells.neighbour_list(
        geometry.positions, geometry.cell, geometry.inverse, geometry.dimension,
        potential.reach(configuration.diameters) + skin, True, False,
    )  # fmt: skip
    return kernels.trim(
        geometry.positions, configuration.diameters, first, neighbours, geometry.shifts,
        potential.nonadditivity, potential.cutoff, skin,
    )  # fmt: skip


def _energy_forces(configuration: Configuration, potential: PairPotential) -> tuple[float, Array]:
    geometry = Geometry.of(configuration)
    first, neighbours, inverse_squares = half_list(configuration, potential, geometry, 0.0)
    result = np.empty_like(geometry.positions)
    total = kernels.energy_forces(
        geometry.positions, first, neighbours, inverse_squares, geometry.shifts, potential.parameters, result
    )
    return total, np.ascontiguousarray(result[:, : configuration.dimension])


def energy(configuration: Configuration, potential: PairPotential) -> float:
    """Return the total potential energy, in units of epsilon.

    Raises
    ------
    InputError
        The box is too small for the cutoff.
    """
    return float(_energy_forces(configuration, potential)[0])


def forces(configuration: Configuration, potential: PairPotential) -> Array:
    """Return the forces (N, d), in units of epsilon over length.

    Raises
    ------
    InputError
        The box is too small for the cutoff.
    """
    return _energy_forces(configuration, potential)[1]


def stress(configuration: Configuration, potential: PairPotential) -> Array:
    """Return the stress tensor (d, d), dU/d(strain) per volume: positive under tension, the pressure is -trace/d."""
    pairs = Pairs.of(configuration, potential)
    d = configuration.dimension
    r = pairs.separations[:, :d]
    return np.einsum("p,pa,pb->ab", 2 * pairs.derivatives[:, 1], r, r) / configuration.volume


def energy_forces_stress(configuration: Configuration, potential: PairPotential) -> tuple[float, Array, Array]:
    """Return total energy, forces (N, d) and stress (d, d) together."""
    total, result = _energy_forces(configuration, potential)
    return float(total), result, stress(configuration, potential)
