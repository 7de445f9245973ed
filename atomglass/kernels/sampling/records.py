"""Records that all kernels of the sampler share: the state of the Markov chain, the geometry of its lists, counters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atomglass.types import Array, IntArray

#: Particle indices of neighbor lists.
UintArray = NDArray[np.uint32]

#: Entries of the counters that every run adds to: attempted and accepted moves of each kind, and rebuilt lists.
DISPLACEMENTS, DISPLACEMENTS_ACCEPTED, SWAPS, SWAPS_ACCEPTED, REBUILDS, TRAJECTORIES, TRAJECTORIES_ACCEPTED = range(7)
#: Number of counters.
COUNTERS = 7


class ChainState(NamedTuple):
    """The state of a Markov chain of N particles. Kernels change the arrays in place.

    Attributes
    ----------
    particles : (N, 4) array
        Position (z = 0 in two dimensions) and diameter.
    reference : (N, 3) array
        Positions at which the neighbor list was built. The list is a function of them.
    images : (N, 3) int array
        Cell vectors that wrapping has subtracted from the positions.
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
        Pairs closer than this are in the list: the largest cutoff of any pair, plus the skin.
    skin : float
        The list is valid while no particle is farther than half the skin from its reference position.
    """

    cell: Array
    inverse: Array
    list_cutoff: float
    skin: float
