"""Pairs of particles within a distance, in any periodic cell."""

from __future__ import annotations

import numpy as np

from atomglass.errors import InputError
from atomglass.kernels import cell_list as cells
from atomglass.system.configuration import Configuration
from atomglass.system.neighbors import WrappedPositions
from atomglass.system.potential import PairPotential
from atomglass.types import Array, IntArray

#: Distance below which particles are neighbors, in units of rho^(-1/d): the first minimum of g(r) in dense liquids. It
#: includes the 12 neighbors in fcc and hcp (at 1.12) and the 8 + 6 in bcc (at 1.09 and 1.26), but not the next shells
#: (from 1.59 on).
NEIGHBOR_CUTOFF = 1.4


def neighbor_distance(configuration: Configuration) -> float:
    """Return the distance within which two particles are neighbors, regardless of diameters, in units of length."""
    return float(NEIGHBOR_CUTOFF * configuration.density ** (-1 / configuration.dimension))


def pairs_within(configuration: Configuration, cutoff: float) -> tuple[IntArray, Array]:
    """Return the pairs of particles closer than a cutoff.

    Parameters
    ----------
    configuration : Configuration
        The sample.
    cutoff : float
        In units of length; at most half the smallest height of the cell.

    Returns
    -------
    pairs : (P, 2) int array
        Particles i < j of each pair.
    separations : (P, d) array
        r_j - r_i for the nearest image, in units of length.

    Raises
    ------
    InputError
        The cutoff is not positive, or exceeds half the smallest height of the cell, beyond which a pair has no unique
        nearest image.
    """
    largest = float(configuration.heights.min()) / 2
    if not 0 < cutoff <= largest * (1 + 1e-12):
        raise InputError(
            "distance of the pairs",
            cutoff,
            f"> 0 and <= half the least height of the cell, {largest:g}",
            "choose a shorter distance or a larger box",
        )
    geometry = WrappedPositions.of(configuration)
    row_pointers, neighbors = cells.neighbor_list(
        geometry.positions, geometry.cell, geometry.inverse, geometry.dimension, cutoff, True
    )
    i = np.repeat(np.arange(len(configuration)), np.diff(row_pointers))
    j = (neighbors >> cells.IMAGE_BITS).astype(np.int64)
    separations = geometry.positions[j] + geometry.shifts[neighbors & cells.IMAGE_MASK] - geometry.positions[i]
    return np.column_stack([i, j]), np.ascontiguousarray(separations[:, : geometry.dimension])


def largest_pair_diameter(configuration: Configuration, potential: PairPotential | None) -> float:
    """Return the largest diameter sigma_ij that a pair can have, in units of length.

    Parameters
    ----------
    configuration : Configuration
        The sample.
    potential : PairPotential or None
        With species its table gives sigma_ij, and diameters of particles mean nothing.

    Raises
    ------
    InputError
        The sample has species instead of diameters, and there is no potential.
    """
    if potential is not None and potential.species:
        return float(potential.sigma.max())
    return float(_diameters(configuration).max())


def pair_diameters(configuration: Configuration, pairs: IntArray, potential: PairPotential | None) -> Array:
    """Return the diameters sigma_ij (P,) of pairs, in units of length.

    Parameters
    ----------
    configuration : Configuration
        The sample.
    pairs : (P, 2) int array
        Indices of the particles.
    potential : PairPotential or None
        Its (non-additive) rule gives sigma_ij; without it, sigma_ij is the mean of the two diameters.

    Raises
    ------
    InputError
        The sample has species instead of diameters, and there is no potential.
    """
    if potential is not None:
        labels = potential.labels(configuration)
        return potential.pair_diameter(labels[pairs[:, 0]], labels[pairs[:, 1]])
    diameters = _diameters(configuration)
    mean: Array = (diameters[pairs[:, 0]] + diameters[pairs[:, 1]]) / 2
    return mean


def _diameters(configuration: Configuration) -> Array:
    """Return the diameters (N,), which a sample with species need not have."""
    if not configuration.sized:
        raise InputError(
            "the sample has species and no diameters",
            remedy="give the potential, whose table gives the diameters of pairs",
        )
    return configuration.diameters
