"""Positions wrapped into their periodic cell, and the neighbor lists of a configuration."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from atomglass.errors import InputError
from atomglass.kernels import cell_list as cells
from atomglass.kernels.cell_counts import cell_counts
from atomglass.kernels.pair_sums import trim_neighbor_list
from atomglass.kernels.records import PackedArray, PairList
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential
from atomglass.types import Array, IntArray


@dataclass(frozen=True)
class WrappedPositions:
    """A configuration in the form that kernels use: three components, wrapped into the cell.

    Attributes
    ----------
    positions : (N, 3) array
        Wrapped into the cell, in units of length; z = 0 in two dimensions.
    images : (N, 3) int array
        Number of cell vectors that wrapping has subtracted from each position.
    cell, inverse : (3, 3) arrays
        Cell vectors as rows, in units of length, and the inverse matrix.
    shifts : (32, 3) array
        Shift vector of each image number (see `kernels.cell_list`), in units of length.
    dimension : int
        2 or 3.
    """

    positions: Array
    images: IntArray
    cell: Array
    inverse: Array
    shifts: Array
    dimension: int

    @classmethod
    def of(cls, configuration: Configuration) -> WrappedPositions:
        """Return a configuration with its positions wrapped into the cell."""
        d = configuration.dimension
        cell = np.eye(3)
        cell[:d, :d] = configuration.cell
        inverse: Array = np.asarray(np.linalg.inv(cell), float)
        positions = np.zeros((len(configuration), 3))
        positions[:, :d] = configuration.positions
        images = np.zeros((len(configuration), 3), np.int64)
        return cls(positions, images, cell, inverse, cells.image_shifts(cell), d).at(positions)

    def at(self, positions: Array) -> WrappedPositions:
        """Return other positions (N, 3) wrapped into the same cell; `images` refers to the given positions."""
        positions, images = positions.copy(), np.zeros_like(self.images)
        for _ in range(2):  # twice: after a cell vector is subtracted, rounding can leave a particle on the upper face
            cells.wrap(positions, images, self.cell, self.inverse, self.dimension)
        return replace(self, positions=positions, images=images)

    def spatial_order(self, reach: float) -> IntArray:
        """Return the particle indices (N,) sorted by search cells of width `reach`: neighbors are close in memory."""
        counts = cell_counts(self.inverse, self.dimension, reach, len(self.positions))
        return cells.sort_into_cells(self.positions, self.inverse, self.dimension, counts)[0]

    @property
    def heights(self) -> Array:
        """Perpendicular heights of the cell, (d,), in units of length."""
        heights: Array = 1 / np.linalg.norm(self.inverse[: self.dimension, : self.dimension], axis=0)
        return heights

    def unwrapped(self, positions: Array) -> Array:
        """Return (N, d) positions with the wrapping undone."""
        d = self.dimension
        return positions[:, :d] + self.images[:, :d] @ self.cell[:d, :d]


def allowed_skin(configuration: Configuration, potential: PairPotential, wanted: float, least: float = 0.0) -> float:
    """Return the skin of a neighbor list: the desired one, or the largest that the box allows.

    Parameters
    ----------
    configuration : Configuration
        Cell, and diameters or species.
    potential : PairPotential
        The interactions.
    wanted : float
        Desired skin, in units of length.
    least : float
        Smallest acceptable skin, in units of length.

    Returns
    -------
    float
        The skin, in units of length.

    Raises
    ------
    InputError
        The box is too small for the cutoff, or diameters or species do not suit the potential.
    """
    max_cutoff, height = potential.max_cutoff(potential.labels(configuration)), float(configuration.heights.min())
    largest = height / 2 - max_cutoff
    if largest < least:
        raise InputError(
            "smallest height of the box",
            height,
            f">= twice the interaction range, {2 * (max_cutoff + least):.6g}",
            "use more particles at the same density, or a larger box",
        )
    return min(wanted, largest)


def half_neighbor_list(wrapped: WrappedPositions, labels: Array, potential: PairPotential, skin: float) -> PairList:
    """Return the half neighbor list of all pairs within their own cutoff plus the skin.

    Parameters
    ----------
    wrapped : WrappedPositions
        Positions and cell.
    labels : (N,) array
        Labels of the particles, from `PairPotential.labels`.
    potential : PairPotential
        The interactions.
    skin : float
        From `allowed_skin`, in units of length.
    """
    max_distance = potential.max_cutoff(labels) + skin
    row_starts, neighbors = cells.neighbor_list(
        wrapped.positions, wrapped.cell, wrapped.inverse, wrapped.dimension, max_distance, True
    )
    return _trimmed(wrapped, wrapped.positions, labels, potential, skin, row_starts, neighbors)


def _trimmed(
    wrapped: WrappedPositions,
    positions: Array,
    labels: Array,
    potential: PairPotential,
    skin: float,
    row_starts: IntArray,
    neighbors: PackedArray,
) -> PairList:
    """Return the listed pairs that are within their own cutoff plus the skin at the given positions."""
    trimmed_starts, trimmed, inverse_sigma_squared, kinds = trim_neighbor_list(
        positions, labels, row_starts, neighbors, wrapped.shifts, potential.parameters, skin
    )
    return PairList(trimmed_starts, trimmed, inverse_sigma_squared, kinds, wrapped.shifts, wrapped.dimension)


@dataclass(frozen=True)
class NeighborList:
    """A wide half neighbor list, from which narrower ones are cut without a new search while it is valid.

    Attributes
    ----------
    wrapped : WrappedPositions
        Positions at which it was built, and the cell.
    labels : (N,) array
        Labels of the particles, from `PairPotential.labels`.
    potential : PairPotential
        The interactions.
    skin : float
        Distance beyond its own cutoff up to which a pair is listed, in units of length.
    pairs : PairList
        The half neighbor list.
    """

    wrapped: WrappedPositions
    labels: Array
    potential: PairPotential
    skin: float
    pairs: PairList

    @classmethod
    def build(cls, wrapped: WrappedPositions, labels: Array, potential: PairPotential, skin: float) -> NeighborList:
        """Build a neighbor list by a search for pairs.

        Parameters
        ----------
        wrapped : WrappedPositions
            Positions and cell.
        labels : (N,) array
            Labels of the particles, from `PairPotential.labels`.
        potential : PairPotential
            The interactions.
        skin : float
            From `allowed_skin`, in units of length.
        """
        return cls(wrapped, labels, potential, skin, half_neighbor_list(wrapped, labels, potential, skin))

    def covers(self, positions: Array, skin: float) -> bool:
        """Return whether all pairs within cutoff plus `skin` are listed, at positions (N, 3) not wrapped since."""
        displacement_squared = ((positions - self.wrapped.positions) ** 2).sum(axis=1).max()
        return bool(2 * np.sqrt(displacement_squared) <= self.skin - skin)

    def narrowed(self, positions: Array, skin: float) -> PairList:
        """Return the half neighbor list with a smaller skin, at positions (N, 3) not wrapped since."""
        row_starts, neighbors = self.pairs.row_starts, self.pairs.neighbors
        return _trimmed(self.wrapped, positions, self.labels, self.potential, skin, row_starts, neighbors)


def cutoff_neighbor_list(configuration: Configuration, potential: PairPotential) -> tuple[WrappedPositions, PairList]:
    """Return a configuration's wrapped positions and its half neighbor list without a skin.

    Returns
    -------
    wrapped : WrappedPositions
        Positions and cell.
    pairs : PairList
        The pairs within their cutoffs.

    Raises
    ------
    InputError
        The box is too small for the cutoff.
    """
    allowed_skin(configuration, potential, 0.0)  # raises if the box is too small
    wrapped = WrappedPositions.of(configuration)
    return wrapped, half_neighbor_list(wrapped, potential.labels(configuration), potential, 0.0)
