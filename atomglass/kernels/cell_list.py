"""Wrapping, spatial sorting and neighbor search with cell lists, in any periodic cell.

A neighbor is packed into one integer, `index * 32 + image`: `image` (0 to 26) numbers the periodic image by its three
shifts in {-1, 0, 1}. No kernel needs a minimum-image convention, and orthogonal and sheared cells share all code.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.cell_counts import cell_counts
from atomglass.kernels.jit import device, inline, kernel
from atomglass.types import Array, Int32Array, IntArray, UInt32Array

#: A packed neighbor holds its image number in the lowest five bits, and its index in the others.
IMAGE_BITS = 5
IMAGE_MASK = 31
#: Image number of the cell itself: 9 * 1 + 3 * 1 + 1.
NO_SHIFT = 13


@kernel
def wrap(positions: Array, images: IntArray, cell: Array, inverse: Array, dimension: int) -> None:
    """Wrap positions into the cell, in place.

    Parameters
    ----------
    positions : (N, 3) array
        Cartesian; overwritten.
    images : (N, 3) int array
        Incremented by the number of cell vectors that are subtracted from each position.
    cell, inverse : (3, 3) arrays
        Cell vectors as rows, and the inverse matrix.
    dimension : int
        2 or 3.
    """
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
def image_shifts(cell: Array) -> Array:
    """Return the shift vectors of the 27 image numbers, (32, 3), in units of length; the last five rows are zero."""
    shifts = np.zeros((IMAGE_MASK + 1, 3))
    for a in range(-1, 2):
        for b in range(-1, 2):
            for c in range(-1, 2):
                for m in range(3):
                    shifts[(a + 1) * 9 + (b + 1) * 3 + c + 1, m] = a * cell[0, m] + b * cell[1, m] + c * cell[2, m]
    return shifts


@device
def _cell_coordinate(positions: Array, i: int, inverse: Array, dimension: int, k: int, count: int) -> int:
    """Return the search cell of particle i along axis k, of `count` cells."""
    # Clipped, not wrapped again: a particle that rounding has moved to the upper face belongs to the last cell.
    f = 0.0
    for m in range(dimension):
        f += positions[i, m] * inverse[m, k]
    return max(0, min(int(f * count), count - 1))


@kernel
def sort_into_cells(
    positions: Array, inverse: Array, dimension: int, counts: IntArray
) -> tuple[IntArray, IntArray, Int32Array]:
    """Sort the particles by search cell (counting sort).

    Parameters
    ----------
    positions : (N, 3) array
        Wrapped into the cell.
    inverse : (3, 3) array
        Inverse of the matrix whose rows are the cell vectors.
    dimension : int
        2 or 3.
    counts : (3,) int array
        Search cells along each axis, from `cell_counts`.

    Returns
    -------
    order : (N,) array
        Particle indices by search cell, ascending within each cell.
    starts : (cells + 1,) array
        The particles of search cell c are order[starts[c] : starts[c + 1]].
    cells : (N, 3) array
        Each particle's search cell along each axis.
    """
    n = positions.shape[0]
    cells = np.zeros((n, 3), np.int32)
    starts = np.zeros(counts[0] * counts[1] * counts[2] + 1, np.int64)
    for i in range(n):
        for k in range(dimension):
            cells[i, k] = _cell_coordinate(positions, i, inverse, dimension, k, counts[k])
        starts[(cells[i, 0] * counts[1] + cells[i, 1]) * counts[2] + cells[i, 2] + 1] += 1
    for c in range(1, starts.size):
        starts[c] += starts[c - 1]
    next_place = starts[:-1].copy()
    order = np.empty(n, np.int64)
    for i in range(n):
        c = (cells[i, 0] * counts[1] + cells[i, 1]) * counts[2] + cells[i, 2]
        order[next_place[c]] = i
        next_place[c] += 1
    return order, starts, cells


@inline
def _enlarged(array: UInt32Array, size: int) -> UInt32Array:
    """Return a longer array that begins with the elements of this one."""
    larger = np.empty(size, array.dtype)
    for k in range(array.size):
        larger[k] = array[k]
    return larger


@device
def _nearest_image(positions: Array, i: int, j: int, cell: Array, inverse: Array, dimension: int) -> tuple[float, int]:
    """Return the squared distance of j's nearest image from i, and its image number.

    Exact for distances below half the smallest height of the cell.
    """
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
    """Particles sorted into search cells, the input of `neighbors_of`.

    Attributes
    ----------
    counts : (3,) int array
        Cells along each axis; zero for a box fewer than three cells wide, in which all pairs are tried.
    order, starts, cells : (N,), (cells + 1,) and (N, 3) int arrays
        Particles by search cell, start of each cell, and cell of each particle; from `sort_into_cells`.
    sorted_positions : (N, 3) array
        Positions in the order of `order`.
    shifts : (32, 3) array
        Shift vector of each image number, from `image_shifts`.
    depth : int
        Neighboring cells on each side along the third axis: 1 in three dimensions, 0 in two.
    room : int
        Length of the arrays into which `neighbors_of` writes; larger than any particle's number of candidates.
    """

    counts: IntArray
    order: UInt32Array
    sorted_positions: Array
    starts: IntArray
    cells: Int32Array
    shifts: Array
    depth: int
    room: int


@kernel
def search_cells(positions: Array, cell: Array, inverse: Array, dimension: int, search_radius: float) -> Search:
    """Sort wrapped positions into search cells.

    Parameters
    ----------
    positions : (N, 3) array
        Wrapped into the cell.
    cell, inverse : (3, 3) arrays
        Cell vectors as rows, and the inverse matrix.
    dimension : int
        2 or 3.
    search_radius : float
        Smallest width of a search cell, in units of length.

    Returns
    -------
    Search
        The sorted particles, for `neighbors_of`.
    """
    counts = cell_counts(inverse, dimension, search_radius, positions.shape[0])
    order, starts, cells = sort_into_cells(positions, inverse, dimension, counts)
    room, sorted_positions, short = positions.shape[0] + 1, np.empty((order.size, 3)), np.empty(order.size, np.uint32)
    for t in range(order.size):
        short[t] = order[t]
        for k in range(3):
            sorted_positions[t, k] = positions[order[t], k]
    if counts[0] >= 3 and counts[1] >= 3 and (dimension == 2 or counts[2] >= 3):
        most = 0
        for c in range(starts.size - 1):
            most = max(most, starts[c + 1] - starts[c])
        room = min(room, 3**dimension * most + 1)
    else:
        for k in range(3):
            counts[k] = 0
    depth = 1 if dimension == 3 else 0
    return Search(counts, short, sorted_positions, starts, cells, image_shifts(cell), depth, room)


@device
def neighbors_of(
    search: Search,
    positions: Array,
    i: int,
    cell: Array,
    inverse: Array,
    dimension: int,
    search_radius: float,
    half: bool,
    packed: UInt32Array,
    distances_squared: Array,
) -> np.int64:
    """Write the neighbors of particle i within the search radius, and return how many there are.

    Every candidate is written, and is overwritten by the next one unless it is close enough: this leaves no branch for
    the processor to mispredict.

    Parameters
    ----------
    search : Search
        From `search_cells`.
    positions : (N, 3) array
        Wrapped into the cell.
    i : int
        The particle.
    cell, inverse : (3, 3) arrays
        Cell vectors as rows, and the inverse matrix.
    dimension : int
        2 or 3.
    search_radius : float
        In units of length.
    half : bool
        Return only neighbors with a higher index than i.
    packed, distances_squared : (search.room,) arrays
        The neighbors, packed, and their squared distances; overwritten.

    Returns
    -------
    count : int
        Number of neighbors.
    """
    count, limit = np.uint32(0), search_radius * search_radius
    if search.counts[0] == 0:
        for j in range(i + 1 if half else 0, positions.shape[0]):
            square, number = _nearest_image(positions, i, j, cell, inverse, dimension)
            packed[count], distances_squared[count] = (j << IMAGE_BITS) | number, square
            count += np.uint32((square < limit) & (j != i))
        return np.int64(count)
    nx, ny, nz = search.counts[0], search.counts[1], search.counts[2]
    x, y, z = positions[i, 0], positions[i, 1], positions[i, 2]
    for step in range(9 * (2 * search.depth + 1)):  # the face that a cell lies beyond gives the exact image number
        a = search.cells[i, 0] + step % 3 - 1
        b = search.cells[i, 1] + step // 3 % 3 - 1
        c = search.cells[i, 2] + step // 9 - search.depth
        over_a = int(a >= nx) - int(a < 0)
        over_b = int(b >= ny) - int(b < 0)
        over_c = int(c >= nz) - int(c < 0)
        number = NO_SHIFT + 9 * over_a + 3 * over_b + over_c
        a, b, c = a - over_a * nx, b - over_b * ny, c - over_c * nz
        box = (a * ny + b) * nz + c
        start, end = search.starts[box], search.starts[box + 1]
        if start == end or (half and search.order[end - 1] <= i):  # particles of a cell are in ascending order
            continue
        sx, sy, sz = search.shifts[number, 0] - x, search.shifts[number, 1] - y, search.shifts[number, 2] - z
        for t in range(start, end):
            j = search.order[t]
            dx = search.sorted_positions[t, 0] + sx
            dy = search.sorted_positions[t, 1] + sy
            dz = search.sorted_positions[t, 2] + sz
            square = dx * dx + dy * dy + dz * dz
            packed[count], distances_squared[count] = (j << IMAGE_BITS) | number, square
            count += np.uint32((square < limit) & (j > i if half else j != i))
    return np.int64(count)


@kernel
def neighbor_list(
    positions: Array, cell: Array, inverse: Array, dimension: int, search_radius: float, half: bool
) -> tuple[IntArray, UInt32Array]:
    """Return the neighbors of each particle within the search radius, in compressed rows.

    Parameters
    ----------
    positions : (N, 3) array
        Wrapped into the cell.
    cell, inverse : (3, 3) arrays
        Cell vectors as rows, and the inverse matrix.
    dimension : int
        2 or 3.
    search_radius : float
        In units of length; at most half the smallest perpendicular height of the cell.
    half : bool
        List each pair once, at the lower index, rather than twice.

    Returns
    -------
    row_pointers : (N + 1,) array
        The neighbors of particle i are packed[row_pointers[i] : row_pointers[i + 1]].
    packed : (P,) array
        Neighbors, each packed with its image number.
    """
    n = positions.shape[0]
    search = search_cells(positions, cell, inverse, dimension, search_radius)
    row_pointers, packed = np.zeros(n + 1, np.int64), np.empty(32 * n + 64, np.uint32)
    found, squares = np.empty(search.room, np.uint32), np.empty(search.room)
    for i in range(n):
        count = neighbors_of(search, positions, i, cell, inverse, dimension, search_radius, half, found, squares)
        if row_pointers[i] + count > packed.size:
            packed = _enlarged(packed, 2 * packed.size + count)
        for k in range(count):
            packed[row_pointers[i] + k] = found[k]
        row_pointers[i + 1] = row_pointers[i] + count
    return row_pointers, packed[: row_pointers[n]].copy()
