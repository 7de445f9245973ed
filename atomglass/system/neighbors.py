"""Positions wrapped into their periodic cell, and the neighbor lists of a configuration."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from atomglass.errors import InputError
from atomglass.kernels import cell_list as cells
from atomglass.kernels import pair_sums as kernels
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential

Array = NDArray[np.float64]


@dataclass(frozen=True)
class WrappedPositions:
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
    def of(cls, configuration: Configuration) -> WrappedPositions:
        """Wrap a configuration's positions into its cell."""
        d = configuration.dimension
        cell = np.eye(3)
        cell[:d, :d] = configuration.cell
        inverse: Array = np.asarray(np.linalg.inv(cell), float)
        positions = np.zeros((len(configuration), 3))
        positions[:, :d] = configuration.positions
        images = np.zeros((len(configuration), 3), np.int64)
        return cls(positions, images, cell, inverse, cells.image_shifts(cell), d).at(positions)

    def at(self, positions: Array) -> WrappedPositions:
        """Return the geometry of other positions (N, 3) in the same cell, wrapped from there."""
        positions, images = positions.copy(), np.zeros_like(self.images)
        for _ in range(2):  # a second time: subtracting the box can round up to the face itself
            cells.wrap(positions, images, self.cell, self.inverse, self.dimension)
        return replace(self, positions=positions, images=images)

    def spatial_order(self, reach: float) -> NDArray[np.int64]:
        """Return the particles sorted by search cells of width `reach`: neighbors come near in memory."""
        counts = cells.cell_counts(self.inverse, self.dimension, reach)
        return cells.sort_into_cells(self.positions, self.inverse, self.dimension, counts)[0]

    @property
    def heights(self) -> Array:
        """Perpendicular heights (d,) of the cell."""
        heights: Array = 1 / np.linalg.norm(self.inverse[: self.dimension, : self.dimension], axis=0)
        return heights

    def unwrapped(self, positions: Array) -> Array:
        """Return (N, d) positions with the wrapping undone."""
        d = self.dimension
        return positions[:, :d] + self.images[:, :d] @ self.cell[:d, :d]


def allowed_skin(configuration: Configuration, potential: PairPotential, wanted: float, least: float = 0.0) -> float:
    """Return the skin of a neighbor list: the wanted one, or what the box leaves room for, but `least` at least.

    Raises
    ------
    InputError
        The box is too small for the cutoff, or the diameters do not suit the potential.
    """
    potential.check_diameters(configuration.diameters)
    reach, height = potential.reach(configuration.diameters), float(configuration.heights.min())
    room = height / 2 - reach
    if room < least:
        raise InputError(
            "smallest height of the box", height, f">= twice the interaction range, {2 * (reach + least):.6g}",
            "use more particles at the same density, or a larger box",
        )  # fmt: skip
    return min(wanted, room)


def half_neighbor_list(
    geometry: WrappedPositions, diameters: Array, potential: PairPotential, skin: float
) -> tuple[NDArray[np.int64], NDArray[np.uint32], Array]:
    """Return a half neighbor list (first, packed neighbors) and 1/sigma_ij^2 of its pairs.

    `skin` is what `allowed_skin` allows.
    """
    first, neighbors = cells.neighbor_list(
        geometry.positions, geometry.cell, geometry.inverse, geometry.dimension,
        potential.reach(diameters) + skin, True,
    )  # fmt: skip
    return kernels.trim(
        geometry.positions, diameters, first, neighbors, geometry.shifts,
        potential.nonadditivity, potential.cutoff, skin,
    )  # fmt: skip


@dataclass(frozen=True)
class NeighborList:
    """A wide half list, from which narrower ones are taken without another search while particles are near.

    Attributes
    ----------
    geometry : WrappedPositions
        Where it was built.
    diameters : (N,) array
        Of the particles.
    potential : PairPotential
        The interactions.
    skin : float
        All pairs within their cutoff plus so much are listed.
    first, neighbors : arrays
        The list.
    """

    geometry: WrappedPositions
    diameters: Array
    potential: PairPotential
    skin: float
    first: NDArray[np.int64]
    neighbors: NDArray[np.uint32]

    @classmethod
    def of(cls, geometry: WrappedPositions, diameters: Array, potential: PairPotential, skin: float) -> NeighborList:
        """Search for the pairs; `skin` is what `allowed_skin` allows."""
        return cls(geometry, diameters, potential, skin, *half_neighbor_list(geometry, diameters, potential, skin)[:2])

    def holds(self, positions: Array, skin: float) -> bool:
        """Whether no pair within its cutoff plus `skin` at these positions (N, 3), not wrapped since, is missing."""
        moved = ((positions - self.geometry.positions) ** 2).sum(axis=1).max()
        return bool(2 * np.sqrt(moved) <= self.skin - skin)

    def within(self, positions: Array, skin: float) -> tuple[NDArray[np.int64], NDArray[np.uint32], Array]:
        """Return the half list of a lesser skin at these positions, and its 1/sigma_ij^2."""
        return kernels.trim(
            positions, self.diameters, self.first, self.neighbors, self.geometry.shifts,
            self.potential.nonadditivity, self.potential.cutoff, skin,
        )  # fmt: skip


def cutoff_neighbor_list(configuration: Configuration, potential: PairPotential) -> tuple[WrappedPositions, tuple]:
    """Return a configuration's geometry and the half list of the pairs within their cutoffs."""
    allowed_skin(configuration, potential, 0.0)  # refuses a box too small
    geometry = WrappedPositions.of(configuration)
    return geometry, half_neighbor_list(geometry, configuration.diameters, potential, 0.0)
