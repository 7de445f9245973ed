"""Records shared by all kernels of the sampler: state of the Markov chain, geometry of its lists, and counters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atomglass.types import Array, IntArray

#: Particle indices of neighbor lists.
UintArray = NDArray[np.uint32]

#: Indices of the counters: attempted and accepted moves of each kind, and rebuilt lists.
DISPLACEMENTS, DISPLACEMENTS_ACCEPTED, SWAPS, SWAPS_ACCEPTED, REBUILDS, TRAJECTORIES, TRAJECTORIES_ACCEPTED = range(7)
#: Number of counters.
COUNTERS = 7


class ChainState(NamedTuple):
    """The state of a Markov chain of N particles. Kernels change the arrays in place.

    Attributes
    ----------
    particles : (N, 4) array
        Position (z = 0 in two dimensions), in units of length, and label: diameter or species.
    reference : (N, 3) array
        Positions at which the neighbor list was built, and which determine the list.
    images : (N, 3) int array
        Number of cell vectors that wrapping has subtracted from each position.
    energies : (N,) array
        Energy of each particle with all its neighbors, in units of epsilon.
    generator : (4,) uint64 array
        State of the random number generator xoshiro256**.
    """

    particles: Array
    reference: Array
    images: IntArray
    energies: Array
    generator: NDArray[np.uint64]


class ListGeometry(NamedTuple):
    """The periodic cell and the range of the neighbor list.

    Attributes
    ----------
    cell, inverse : (3, 3) arrays
        Cell vectors as rows, and the inverse matrix.
    list_cutoff : float
        Distance below which pairs are in the list: the largest cutoff of any pair, plus the skin; in units of length.
    skin : float
        The list is valid while no particle is farther than half the skin from its reference position; in units of
        length.
    """

    cell: Array
    inverse: Array
    list_cutoff: float
    skin: float
