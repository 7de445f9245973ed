"""How many search cells there are along each axis of a periodic cell."""

from __future__ import annotations

import numpy as np

from atomglass.kernels.jit import kernel
from atomglass.types import Array, IntArray

#: Bounds on the number of search cells: in all samples, for each particle, and along an axis.
MOST_CELLS, CELLS_PER_PARTICLE, LONGEST_AXIS = 4096, 8, 2.0**40


@kernel
def cell_counts(inverse: Array, dimension: int, search_radius: float, particles: int) -> IntArray:
    """Return the number of search cells, no narrower than the search radius, that fit along each axis.

    In a dilute sample most of them would be empty. There are at most `MOST_CELLS` or, if this is more,
    `CELLS_PER_PARTICLE` for each particle. (Where all particles are close together in a much larger box they share a
    few cells, and the search takes as long as that of all pairs.)

    Parameters
    ----------
    inverse : (3, 3) array
        Inverse of the matrix whose rows are the cell vectors.
    dimension : int
        2 or 3.
    search_radius : float
        Smallest width of a search cell, in units of length.
    particles : int
        Number of particles.

    Returns
    -------
    (3,) int array
        Number of cells, at least 1 along each axis.
    """
    counts = np.ones(3, np.int64)
    for k in range(dimension):
        height = 1.0 / np.sqrt(inverse[0, k] ** 2 + inverse[1, k] ** 2 + inverse[2, k] ** 2)
        counts[k] = max(1, int(min(height / search_radius, LONGEST_AXIS)))
    most = max(MOST_CELLS, CELLS_PER_PARTICLE * particles)
    while float(counts[0]) * float(counts[1]) * float(counts[2]) > most:
        counts[np.argmax(counts)] //= 2
    return counts
