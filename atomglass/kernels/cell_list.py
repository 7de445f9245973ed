"""Wrapping, spatial order and neighbor search in any periodic cell.

A neighbor is packed into one integer, `index * 32 + image`: `image` (0 to 26) numbers the periodic image by its three
shifts in {-1, 0, 1}, so that no kernel needs a minimum-image rule, and orthogonal and sheared cells share all code.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.jit import device, inline, kernel

IMAGE_BITS = 5
IMAGE_MASK = 31
NO_SHIFT = 13


@kernel
def wrap(positions, images, cell, inverse, dimension):
    """Bring positions into the cell in place; `images` counts what was taken off."""
    for i in range(positions.shape[0]):
        for k in range(dimension):
            f = 0.0
            for m in range(dimension):
                f += positions[i, m] * inverse[m, k]
            n = int(np.floor(f))
            if n != 0:
                images[i, k] += n
                for m in range(dimension):
                    positions[i, m] -= n * cell[k, m]


@kernel
def image_shifts(cell):
    """Return the 27 shift vectors (32, 3), by image number."""
    shifts = np.zeros((IMAGE_MASK + 1, 3))
    for a in range(-1, 2):
        for b in range(-1, 2):
            for c in range(-1, 2):
                for m in range(3):
                    shifts[(a + 1) * 9 + (b + 1) * 3 + c + 1, m] = a * cell[0, m] + b * cell[1, m] + c * cell[2, m]
    return shifts


@device
def _cell_coordinate(positions, i, inverse, dimension, k, count):
    # Clipped, not wrapped again: a particle that rounding put on the upper face belongs to the last cell.
    f = 0.0
    for m in range(dimension):
        f += positions[i, m] * inverse[m, k]
    return max(0, min(int(f * count), count - 1))


@kernel
def cell_counts(inverse, dimension, reach):
    """Return how many search cells (3,) of width >= reach fit along each axis."""
    counts = np.ones(3, np.int64)
    for k in range(dimension):
        height = 1.0 / np.sqrt(inverse[0, k] ** 2 + inverse[1, k] ** 2 + inverse[2, k] ** 2)
        counts[k] = max(1, int(height / reach))
    return counts


@kernel
def sort_into_cells(positions, inverse, dimension, counts):
    """Return the particles by search cell: order (N,), first (cells + 1,), and each particle's cell (N, 3)."""
    n = positions.shape[0]
    where = np.zeros((n, 3), np.int32)
    first = np.zeros(counts[0] * counts[1] * counts[2] + 1, np.int64)
    for i in range(n):
        for k in range(dimension):
            where[i, k] = _cell_coordinate(positions, i, inverse, dimension, k, counts[k])
        first[(where[i, 0] * counts[1] + where[i, 1]) * counts[2] + where[i, 2] + 1] += 1
    for c in range(1, first.size):
        first[c] += first[c - 1]
    fill = first[:-1].copy()
    order = np.empty(n, np.int64)
    for i in range(n):
        c = (where[i, 0] * counts[1] + where[i, 1]) * counts[2] + where[i, 2]
        order[fill[c]] = i
        fill[c] += 1
    return order, first, where


@inline
def _grown(array, size):
    bigger = np.empty(size, array.dtype)
    bigger[: array.size] = array
    return bigger


@device
def _nearest_image(positions, i, j, cell, inverse, dimension):
    """Return r_j - r_i (nearest image) squared, and the image number; right below half the cell's least height."""
    x, y, z = positions[j, 0] - positions[i, 0], positions[j, 1] - positions[i, 1], positions[j, 2] - positions[i, 2]
    number, dx, dy, dz = 0, x, y, z
    for k in range(3):
        shift = 0
        if k < dimension:
            shift = -int(np.rint(x * inverse[0, k] + y * inverse[1, k] + z * inverse[2, k]))
            dx += shift * cell[k, 0]
            dy += shift * cell[k, 1]
            dz += shift * cell[k, 2]
        number = number * 3 + shift + 1
    return dx * dx + dy * dy + dz * dz, number


class Search(NamedTuple):
    """Search cells, filled; `counts` is zero for boxes of fewer than three a side, where all pairs are searched.

    Attributes
    ----------
    counts : (3,) array
        Cells along each axis.
    order, begin, where : arrays
        From `sort_into_cells`.
    places : (N, 3) array
        Positions in that order.
    shifts : (32, 3) array
        From `image_shifts`.
    depth : int
        Cells to either side along the last axis.
    room : int
        More than any particle's neighbors.
    """

    counts: np.ndarray
    order: np.ndarray
    places: np.ndarray
    begin: np.ndarray
    where: np.ndarray
    shifts: np.ndarray
    depth: int
    room: int


@kernel
def search_cells(positions, cell, inverse, dimension, reach):
    """Return the `Search` of wrapped positions."""
    counts = cell_counts(inverse, dimension, reach)
    order, begin, where = sort_into_cells(positions, inverse, dimension, counts)
    room, places = positions.shape[0] + 1, np.empty((order.size, 3))
    for t in range(order.size):
        for k in range(3):
            places[t, k] = positions[order[t], k]
    if counts[0] >= 3 and counts[1] >= 3 and (dimension == 2 or counts[2] >= 3):
        room = min(room, 3**dimension * np.diff(begin).max() + 1)
    else:
        counts[:] = 0
    depth = 1 if dimension == 3 else 0
    return Search(counts, order.astype(np.uint32), places, begin, where, image_shifts(cell), depth, room)


@device
def neighbors_of(s, positions, i, cell, inverse, dimension, reach, half, packed, squares):
    """Write the neighbors of particle i within reach, and the squares of their distances; return how many.

    Parameters are those of `neighbor_list`; `packed` and `squares` have room for what the search says. All that are
    looked at are written, and kept by going on to the next place: no branch that nobody can predict.
    """
    count, limit = np.uint32(0), reach * reach
    if s.counts[0] == 0:
        for j in range(i + 1 if half else 0, positions.shape[0]):
            square, number = _nearest_image(positions, i, j, cell, inverse, dimension)
            packed[count], squares[count] = (j << IMAGE_BITS) | number, square
            count += np.uint32((square < limit) & (j != i))
        return np.int64(count)
    x, y, z = positions[i, 0], positions[i, 1], positions[i, 2]
    for step in range(9 * (2 * s.depth + 1)):  # which face a cell lies beyond gives the image without rounding
        a, b, c = s.where[i, 0] + step % 3 - 1, s.where[i, 1] + step // 3 % 3 - 1, s.where[i, 2] + step // 9 - s.depth
        over_a = int(a >= s.counts[0]) - int(a < 0)
        over_b = int(b >= s.counts[1]) - int(b < 0)
        over_c = int(c >= s.counts[2]) - int(c < 0)
        number = NO_SHIFT + 9 * over_a + 3 * over_b + over_c
        a, b, c = a - over_a * s.counts[0], b - over_b * s.counts[1], c - over_c * s.counts[2]
        box = (a * s.counts[1] + b) * s.counts[2] + c
        start, end = s.begin[box], s.begin[box + 1]
        if start == end or (half and s.order[end - 1] <= i):  # particles of a cell are in ascending order
            continue
        sx, sy, sz = s.shifts[number, 0] - x, s.shifts[number, 1] - y, s.shifts[number, 2] - z
        for t in range(start, end):
            j = s.order[t]
            dx, dy, dz = s.places[t, 0] + sx, s.places[t, 1] + sy, s.places[t, 2] + sz
            square = dx * dx + dy * dy + dz * dz
            packed[count], squares[count] = (j << IMAGE_BITS) | number, square
            count += np.uint32((square < limit) & (j > i if half else j != i))
    return np.int64(count)


@kernel
def neighbor_list(positions, cell, inverse, dimension, reach, half):
    """Return the neighbors within `reach` of each particle, as first (N + 1,) and packed neighbors.

    Parameters
    ----------
    positions : (N, 3) array
        Wrapped into the cell.
    cell, inverse : (3, 3) arrays
        Cell vectors as rows, and the inverse matrix.
    dimension : int
        2 or 3.
    reach : float
        At most half the least perpendicular height of the cell.
    half : bool
        Each pair once (at the lower index) rather than twice.
    """
    n = positions.shape[0]
    search = search_cells(positions, cell, inverse, dimension, reach)
    first, neighbors = np.zeros(n + 1, np.int64), np.empty(32 * n + 64, np.uint32)
    packed, squares = np.empty(search.room, np.uint32), np.empty(search.room)
    for i in range(n):
        count = neighbors_of(search, positions, i, cell, inverse, dimension, reach, half, packed, squares)
        if first[i] + count > neighbors.size:
            neighbors = _grown(neighbors, 2 * neighbors.size + count)
        neighbors[first[i] : first[i] + count] = packed[:count]
        first[i + 1] = first[i] + count
    return first, neighbors[: first[n]].copy()
