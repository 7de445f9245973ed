"""Wrapping, spatial order and neighbour search in any periodic cell.

A neighbour is packed into one integer, `index * 32 + image`: `image` (0 to 26) numbers the periodic image by its three
shifts in {-1, 0, 1}, so that no kernel needs a minimum-image rule, and orthogonal and sheared cells share all code.
"""

from __future__ import annotations

import numpy as np

from atomglass.kernels.compile import device, inline, kernel

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


@device
def _insert(neighbours, squares, start, total, packed, square, by_distance):
    """Append one neighbour, or insert it so that the particle's neighbours stay sorted by distance."""
    place = total
    if by_distance:
        while place > start and squares[place - 1] > square:
            squares[place] = squares[place - 1]
            neighbours[place] = neighbours[place - 1]
            place -= 1
    squares[place] = square
    neighbours[place] = packed


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


@kernel
def neighbour_list(positions, cell, inverse, dimension, reach, half, by_distance):
    """Return the neighbours within `reach` of each particle, as first (N + 1,) and packed neighbours.

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
    by_distance : bool
        Sort each particle's neighbours by distance.
    """
    counts = cell_counts(inverse, dimension, reach)
    if half and not by_distance and counts[0] >= 3 and counts[1] >= 3 and (dimension == 2 or counts[2] >= 3):
        return _half_list(positions, cell, inverse, dimension, reach, counts)
    first, neighbours, _ = listed_squares(positions, cell, inverse, dimension, reach, half, by_distance)
    return first, neighbours


@kernel
def _half_list(positions, cell, inverse, dimension, reach, counts):
    """Do as `_search_cells` does for a half list in any order: the same list, found without guesses at branches."""
    n = positions.shape[0]
    order, begin, where = sort_into_cells(positions, inverse, dimension, counts)
    sorted_positions = np.empty((n, 3))
    for t in range(n):
        for m in range(3):
            sorted_positions[t, m] = positions[order[t], m]
    shifts = image_shifts(cell)
    first = np.zeros(n + 1, np.int64)
    neighbours = np.empty(16 * n + 64, np.uint32)
    depth = 1 if dimension == 3 else 0
    total = 0
    for i in range(n):
        x, y, z = positions[i, 0], positions[i, 1], positions[i, 2]
        for step in range(9 * (2 * depth + 1)):
            a, b, c = where[i, 0] + step % 3 - 1, where[i, 1] + step // 3 % 3 - 1, where[i, 2] + step // 9 - depth
            over_a = int(a >= counts[0]) - int(a < 0)
            over_b = int(b >= counts[1]) - int(b < 0)
            over_c = int(c >= counts[2]) - int(c < 0)
            number = NO_SHIFT + 9 * over_a + 3 * over_b + over_c
            a, b, c = a - over_a * counts[0], b - over_b * counts[1], c - over_c * counts[2]
            box = (a * counts[1] + b) * counts[2] + c
            start, end = begin[box], begin[box + 1]
            if start == end or order[end - 1] <= i:  # particles of a cell are in ascending order
                continue
            sx, sy, sz = shifts[number, 0] - x, shifts[number, 1] - y, shifts[number, 2] - z
            while total + end - start > neighbours.size:
                neighbours = _grown(neighbours, 2 * neighbours.size)
            for t in range(start, end):
                dx, dy, dz = sorted_positions[t, 0] + sx, sorted_positions[t, 1] + sy, sorted_positions[t, 2] + sz
                square = dx * dx + dy * dy + dz * dz
                j = order[t]
                neighbours[total] = (j << IMAGE_BITS) | number
                total += (square < reach * reach) & (j > i)
        first[i + 1] = total
    return first, neighbours[:total].copy()


@kernel
def listed_squares(positions, cell, inverse, dimension, reach, half, by_distance):
    """Return `neighbour_list` and the squared distance of each pair in it."""
    counts = cell_counts(inverse, dimension, reach)
    if counts[0] >= 3 and counts[1] >= 3 and (dimension == 2 or counts[2] >= 3):
        return _search_cells(positions, cell, inverse, dimension, reach, half, by_distance, counts)
    return _search_all(positions, cell, inverse, dimension, reach, half, by_distance)


@kernel
def _search_all(positions, cell, inverse, dimension, reach, half, by_distance):
    """Search all pairs: for boxes of fewer than three search cells a side."""
    n = positions.shape[0]
    first = np.zeros(n + 1, np.int64)
    neighbours = np.empty(n * n + 1, np.uint32)
    squares = np.empty(neighbours.size)
    total = 0
    for i in range(n):
        for j in range(i + 1 if half else 0, n):
            if j != i:
                square, number = _nearest_image(positions, i, j, cell, inverse, dimension)
                if square < reach * reach:
                    packed = (j << IMAGE_BITS) | number
                    _insert(neighbours, squares, first[i], total, packed, square, by_distance)
                    total += 1
        first[i + 1] = total
    return first, neighbours[:total].copy(), squares[:total].copy()


@kernel
def _search_cells(positions, cell, inverse, dimension, reach, half, by_distance, counts):
    """Search the 3^d cells around each particle; which face a cell lies beyond gives the image without rounding."""
    n = positions.shape[0]
    order, begin, where = sort_into_cells(positions, inverse, dimension, counts)
    shifts = image_shifts(cell)
    first = np.zeros(n + 1, np.int64)
    neighbours = np.empty(32 * n + 64, np.uint32)
    squares = np.empty(neighbours.size)
    depth = 1 if dimension == 3 else 0
    total = 0
    for i in range(n):
        x, y, z = positions[i, 0], positions[i, 1], positions[i, 2]
        for step in range(9 * (2 * depth + 1)):
            a, b, c = where[i, 0] + step % 3 - 1, where[i, 1] + step // 3 % 3 - 1, where[i, 2] + step // 9 - depth
            number = NO_SHIFT
            number += 9 * ((a >= counts[0]) - (a < 0)) + 3 * ((b >= counts[1]) - (b < 0))
            number += int(c >= counts[2]) - int(c < 0)
            a, b, c = (a + counts[0]) % counts[0], (b + counts[1]) % counts[1], (c + counts[2]) % counts[2]
            box = (a * counts[1] + b) * counts[2] + c
            sx, sy, sz = shifts[number, 0] - x, shifts[number, 1] - y, shifts[number, 2] - z
            while total + begin[box + 1] - begin[box] > neighbours.size:
                neighbours, squares = _grown(neighbours, 2 * neighbours.size), _grown(squares, 2 * squares.size)
            for t in range(begin[box], begin[box + 1]):
                j = order[t]
                dx, dy, dz = positions[j, 0] + sx, positions[j, 1] + sy, positions[j, 2] + sz
                square = dx * dx + dy * dy + dz * dz
                if square < reach * reach and j != i and not (half and j < i):
                    packed = (j << IMAGE_BITS) | number
                    _insert(neighbours, squares, first[i], total, packed, square, by_distance)
                    total += 1
        first[i + 1] = total
    return first, neighbours[:total].copy(), squares[:total].copy()
