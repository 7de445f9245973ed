"""Pairs of particles within a distance, in any periodic cell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from atomglass.errors import InputError
from atomglass.kernels import cell_list as cells
from atomglass.system.configuration import Configuration
from atomglass.system.neighbors import WrappedPositions
from atomglass.system.potential import PairPotential


def pairs_within(configuration: Configuration, reach: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the pairs closer than `reach`: indices (P, 2), i < j, and separations r_j - r_i (P, d).

    Raises
    ------
    InputError
        The reach is longer than half the least height of the cell, where a pair has no single nearest image.
    """
    largest = float(configuration.heights.min()) / 2
    if not 0 < reach <= largest * (1 + 1e-12):
        raise InputError(
            "distance of the pairs", reach, f"> 0 and <= half the least height of the cell, {largest:g}",
            "take a shorter distance or a larger box",
        )  # fmt: skip
    geometry = WrappedPositions.of(configuration)
    first, neighbors = cells.neighbor_list(
        geometry.positions, geometry.cell, geometry.inverse, geometry.dimension, reach, True
    )
    i = np.repeat(np.arange(len(configuration)), np.diff(first))
    j = (neighbors >> cells.IMAGE_BITS).astype(np.int64)
    separations = geometry.positions[j] + geometry.shifts[neighbors & cells.IMAGE_MASK] - geometry.positions[i]
    return np.column_stack([i, j]), np.ascontiguousarray(separations[:, : geometry.dimension])


def pair_diameters(
    configuration: Configuration, pairs: NDArray[np.int64], potential: PairPotential | None
) -> NDArray[np.float64]:
    """Return sigma_ij of pairs (P, 2): by the potential's rule, or the mean diameter without one."""
    sigma_i, sigma_j = configuration.diameters[pairs[:, 0]], configuration.diameters[pairs[:, 1]]
    return (sigma_i + sigma_j) / 2 if potential is None else potential.pair_diameter(sigma_i, sigma_j)
