"""The neighbour list of the Monte Carlo: sorted by distance, with periodic images as particles of their own.

A list is built wide, so that it lasts, but a move looks only at its beginning: beyond the widest cutoff that the
particle's diameter allows, plus how far particles have strayed since the list was built, no neighbour can interact.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.cells import IMAGE_BITS, IMAGE_MASK, NO_SHIFT, image_shifts, listed_squares
from atomglass.kernels.compile import device, kernel
from atomglass.kernels.pair import pair_diameter

# Columns of the particle table: a particle's 32 bytes share a cache line.
X, Y, Z, SIGMA = 0, 1, 2, 3
#: Neighbours looked at without a branch between them; lists are filled up to multiples of it.
BATCH = 4
#: Added to distances, for the rounding of single precision.
ROUNDING = 1e-5


class Vicinity(NamedTuple):
    """Who is near whom, as it was when the list was built, and where all are now.

    Attributes
    ----------
    table : (N + G + 1, 4) array
        Position and diameter of the particles, of their G periodic images that any list holds, and of one stand-in that
        is far from everything.
    image, shift, owner : (N + 1,), (G, 3) and (N + G + 1,) arrays
        Rows of particle i's images in the table begin at image[i]; their shifts; and whose image each row is.
    first, neighbours, distances : (N + 1,), (M,) and (M,) arrays
        Neighbours (rows of the table) of each particle by increasing distance, filled up with the stand-in.
    stops : (N,) array
        Where to stop in the list of a particle that is near its reference position.
    largest : float
        The largest diameter.
    """

    table: np.ndarray
    image: np.ndarray
    shift: np.ndarray
    owner: np.ndarray
    first: np.ndarray
    neighbours: np.ndarray
    distances: np.ndarray
    stops: np.ndarray
    largest: float


@kernel
def _images(particles, neighbours, shifts):
    """Return the table, image, shift and owner of `Vicinity`, and each image's number."""
    n = particles.shape[0]
    seen = np.zeros(n, np.uint32)
    for packed in neighbours:
        seen[packed >> IMAGE_BITS] |= np.uint32(1) << (packed & np.uint32(IMAGE_MASK))
    image = np.empty(n + 1, np.int64)
    image[0] = n
    for i in range(n):
        image[i + 1] = image[i]
        for number in range(IMAGE_MASK):
            image[i + 1] += number != NO_SHIFT and (seen[i] >> np.uint32(number)) & np.uint32(1)
    rows = image[n] + 1
    table, owner = np.empty((rows, 4)), np.empty(rows, np.int64)
    shift, numbers = np.zeros((rows - n, 3)), np.empty(rows - n, np.int64)
    table[:n], owner[:n] = particles, np.arange(n)
    for i in range(n):
        row = image[i]
        for number in range(IMAGE_MASK):
            if number != NO_SHIFT and (seen[i] >> np.uint32(number)) & np.uint32(1):
                shift[row - n], numbers[row - n], owner[row] = shifts[number], number, i
                table[row, :3], table[row, SIGMA] = particles[i, :3] + shifts[number], particles[i, SIGMA]
                row += 1
    table[rows - 1], owner[rows - 1] = np.array([1e8, 1e8, 1e8, 1.0]), 0
    return table, image, shift, owner, numbers


@kernel
def vicinity(particles, reference, cell, inverse, dimension, reach):
    """Return the `Vicinity` of the particles with the list that belongs to the reference positions."""
    n = particles.shape[0]
    begin, packed, squares = listed_squares(reference, cell, inverse, dimension, reach, False, True)
    table, image, shift, owner, numbers = _images(particles, packed, image_shifts(cell))
    first = np.empty(n + 1, np.int64)
    first[0] = 0
    for i in range(n):
        first[i + 1] = first[i] + (begin[i + 1] - begin[i] + BATCH - 1) // BATCH * BATCH
    neighbours = np.full(first[n], table.shape[0] - 1, np.uint32)
    distances = np.full(first[n], np.inf, np.float32)
    for i in range(n):
        for k in range(begin[i], begin[i + 1]):
            row, number = np.int64(packed[k] >> IMAGE_BITS), packed[k] & IMAGE_MASK
            if number != NO_SHIFT:
                row = image[row]
                while numbers[row - n] != number:
                    row += 1
            neighbours[first[i] + k - begin[i]] = row
            distances[first[i] + k - begin[i]] = np.sqrt(squares[k])
    largest = particles[:, SIGMA].max()
    return Vicinity(table, image, shift, owner, first, neighbours, distances, np.empty(n, np.int64), largest)


@device
def stop_within(v, i, sigma, margin, p):
    """Return where the list of i ends for its diameter: none beyond was within the widest cutoff plus the margin."""
    other = v.largest
    if 2.0 * p.nonadditivity * other > 1.0:  # sigma_ij grows with sigma_j only up to 1/(2a)
        other = max(sigma, 0.5 / p.nonadditivity)
    reach = np.sqrt(p.cutoff_squared) * pair_diameter(sigma, other, p.nonadditivity) + margin + ROUNDING
    k, end = v.first[i], v.first[i + 1]
    while k < end and v.distances[k] <= reach:
        k += BATCH
    return k


@device
def move_to(v, i, x, y, z):
    """Put particle i and its images there."""
    n = v.stops.shape[0]
    v.table[i, X], v.table[i, Y], v.table[i, Z] = x, y, z
    for row in range(v.image[i], v.image[i + 1]):
        v.table[row, X] = x + v.shift[row - n, X]
        v.table[row, Y] = y + v.shift[row - n, Y]
        v.table[row, Z] = z + v.shift[row - n, Z]


@device
def resize(v, i, sigma):
    """Give particle i and its images this diameter."""
    v.table[i, SIGMA] = sigma
    for row in range(v.image[i], v.image[i + 1]):
        v.table[row, SIGMA] = sigma
