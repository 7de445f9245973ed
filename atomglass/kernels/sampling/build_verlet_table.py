"""Construction of the Verlet table, about once every hundred sweeps; it takes as long as a few sweeps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from atomglass.kernels.cell_list import IMAGE_BITS, IMAGE_MASK, NO_SHIFT, image_shifts, neighbors_of, search_cells
from atomglass.kernels.jit import device, kernel
from atomglass.kernels.pair_potential import max_cutoff
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.sampling.records import ListGeometry, UintArray
from atomglass.kernels.sampling.verlet_table import (
    BATCH,
    COLUMNS,
    END_IMAGE,
    ENERGY,
    FIRST_IMAGE,
    FIRST_NEIGHBOR,
    LABEL,
    LIST_END,
    REFERENCE,
    ROUNDING,
    SHELLS,
    VerletTable,
)
from atomglass.types import Array, IntArray

#: Bytes in a cache line.
CACHE_LINE = 64
#: Number of neighbors per particle for which memory is reserved initially.
INITIAL_NEIGHBORS = 64
#: Image number that marks padding entries of the lists.
PADDING = 31
#: Number of bins in squared distance by which neighbors are sorted. In 2-D all bins hold equally many, about 0.5 each.
BINS = 64


@kernel
def aligned_empty(count: int, like: NDArray[Any]) -> NDArray[Any]:
    """Return an uninitialized array (count,) of the type of `like` aligned to a cache line."""
    buffer = np.empty(count + CACHE_LINE // like.itemsize, like.dtype)
    skipped = -np.int64(buffer.ctypes.data) % CACHE_LINE // like.itemsize
    return buffer[skipped : skipped + count]


@device
def _sort_by_distance(
    count: int,
    packed: UintArray,
    squares: Array,
    scale: float,
    bin_starts: IntArray,
    sorted_packed: UintArray,
    sorted_squares: Array,
) -> None:
    """Sort neighbors by distance into other arrays: a counting sort into narrow bins, then an insertion sort."""
    bins = bin_starts.shape[0] - 1
    for c in range(bins + 1):
        bin_starts[c] = 0
    for k in range(count):
        bin_starts[min(np.int64(squares[k] * scale), bins - 1) + 1] += 1
    for c in range(bins):
        bin_starts[c + 1] += bin_starts[c]
    for k in range(count):
        c = min(np.int64(squares[k] * scale), bins - 1)
        sorted_packed[bin_starts[c]], sorted_squares[bin_starts[c]] = packed[k], squares[k]
        bin_starts[c] += 1
    for k in range(1, count):
        neighbor, square, place = sorted_packed[k], sorted_squares[k], k
        while place > 0 and sorted_squares[place - 1] > square:
            sorted_packed[place], sorted_squares[place] = sorted_packed[place - 1], sorted_squares[place - 1]
            place -= 1
        sorted_packed[place], sorted_squares[place] = neighbor, square


@device
def _write_list_ends(
    row_pointers: UintArray, i: int, first: int, count: int, squares: Array, min_cutoff: float, shell_width: float
) -> int:
    """Write where the list of particle i begins and where its shells end; return the end of the padded list."""
    row_pointers[i, FIRST_NEIGHBOR] = first
    for shell in range(SHELLS):
        row_pointers[i, LIST_END + shell] = 0
    for k in range(count):  # the last neighbor in a shell overwrites the earlier ones
        shell = int((np.sqrt(squares[k]) - ROUNDING - min_cutoff) / shell_width)
        row_pointers[i, LIST_END + max(0, min(shell, SHELLS - 1))] = k + 1
    end = np.int64(0)
    for shell in range(SHELLS):
        end = max(end, np.int64(row_pointers[i, LIST_END + shell]))
        row_pointers[i, LIST_END + shell] = first + (end + BATCH - 1) // BATCH * BATCH
    return first + (count + BATCH - 1) // BATCH * BATCH


@kernel
def _neighbor_lists(
    reference: Array, geometry: ListGeometry, dimension: int, min_cutoff: float, shell_width: float
) -> tuple[UintArray, UintArray]:
    """Return the row pointers (not yet set for images), and the neighbors packed with their image numbers."""
    cell, inverse, cutoff = geometry.cell, geometry.inverse, geometry.list_cutoff
    n = reference.shape[0]
    search = search_cells(reference, cell, inverse, dimension, cutoff)
    found, squares = np.empty(search.room, np.uint32), np.empty(search.room)
    nearest, nearest_squares = np.empty(search.room, np.uint32), np.empty(search.room)
    bin_starts, scale = np.empty(BINS + 1, np.int64), BINS / (cutoff * cutoff)
    row_pointers = aligned_empty((LIST_END + SHELLS) * n, found).reshape(n, LIST_END + SHELLS)
    neighbors = aligned_empty(INITIAL_NEIGHBORS * n, found)
    end = np.int64(0)
    for i in range(n):
        count = neighbors_of(search, reference, i, cell, inverse, dimension, cutoff, np.bool_(False), found, squares)
        _sort_by_distance(count, found, squares, scale, bin_starts, nearest, nearest_squares)
        begin = end
        end = np.int64(_write_list_ends(row_pointers, i, begin, count, nearest_squares, min_cutoff, shell_width))
        if end > neighbors.shape[0]:
            larger = aligned_empty(2 * end, found)
            for k in range(begin):
                larger[k] = neighbors[k]
            neighbors = larger
        for k in range(count):
            neighbors[begin + k] = nearest[k]
        for k in range(begin + count, end):
            neighbors[k] = PADDING
    return row_pointers, neighbors[:end]


@kernel
def _find_images(row_pointers: UintArray, neighbors: UintArray) -> tuple[UintArray, int]:
    """Return a bit mask (N,) of the images of each particle that are in any list, and the end of the images' rows.

    The row pointers to images are also written.
    """
    n = row_pointers.shape[0]
    in_lists = np.zeros(n, np.uint32)
    for packed in neighbors:
        image = packed & IMAGE_MASK
        if image != NO_SHIFT and image != PADDING:
            in_lists[packed >> IMAGE_BITS] |= np.uint32(1) << np.uint32(image)
    end = n
    for i in range(n):
        row_pointers[i, FIRST_IMAGE] = end
        rest = in_lists[i]
        while rest != 0:
            rest &= rest - np.uint32(1)
            end += 1
        row_pointers[i, END_IMAGE] = end
    return in_lists, end


@kernel
def _fill_table(
    particles: Array, reference: Array, row_pointers: UintArray, neighbors: UintArray, shifts: Array
) -> tuple[Array, Array, UintArray, IntArray]:
    """Return the table, and the shift, owner and image number of each image; set the row pointers to images."""
    n = particles.shape[0]
    in_lists, end = _find_images(row_pointers, neighbors)
    table = aligned_empty(COLUMNS * (end + 1), np.empty(0)).reshape(end + 1, COLUMNS)
    own_shifts, owners = np.zeros((end + 1 - n, 3)), np.zeros(end + 1 - n, np.uint32)
    numbers = np.zeros(end + 1 - n, np.int64)
    for i in range(n):
        for k in range(LABEL + 1):
            table[i, k] = particles[i, k]
        table[i, ENERGY] = 0.0
        for k in range(3):
            table[i, REFERENCE + k] = reference[i, k]
        row = np.int64(row_pointers[i, FIRST_IMAGE])
        if row == row_pointers[i, END_IMAGE]:
            continue
        for image in range(PADDING):
            if (in_lists[i] >> np.uint32(image)) & np.uint32(1):
                owners[row - n], numbers[row - n] = i, image
                for k in range(3):
                    own_shifts[row - n, k] = shifts[image, k]
                    table[row, k] = particles[i, k] + shifts[image, k]
                table[row, LABEL] = particles[i, LABEL]
                for k in range(ENERGY, COLUMNS):
                    table[row, k] = 0.0
                row += 1
    for k in range(COLUMNS):  # what padding refers to lies far away
        table[end, k] = 1e8 if k < 3 else 0.0
    return table, own_shifts, owners, numbers


@kernel
def build_verlet_table(
    particles: Array, reference: Array, geometry: ListGeometry, dimension: int, p: Potential
) -> VerletTable:
    """Return the Verlet table of the particles, with lists built at the reference positions.

    Parameters
    ----------
    particles : (N, 4) array
        Current positions and labels.
    reference : (N, 3) array
        Positions at which the lists are built, wrapped into the cell.
    geometry : ListGeometry
        The cell, and the cutoff of the lists, which is at most half the smallest perpendicular height of the cell.
    dimension : int
        2 or 3.
    p : PairParameters or FormParameters
        Parameters of the pair potential, whose cutoff defines the shells.
    """
    max_label = particles[:, LABEL].max()
    min_cutoff = min(max_cutoff(particles[:, LABEL].min(), max_label, p), geometry.list_cutoff)
    shell_width = max((geometry.list_cutoff - min_cutoff) / SHELLS, ROUNDING)
    row_pointers, neighbors = _neighbor_lists(reference, geometry, dimension, min_cutoff, shell_width)
    table, shifts, owners, numbers = _fill_table(
        particles, reference, row_pointers, neighbors, image_shifts(geometry.cell)
    )
    n = particles.shape[0]
    for k in range(neighbors.shape[0]):
        row, image = np.int64(neighbors[k] >> IMAGE_BITS), neighbors[k] & IMAGE_MASK
        if image == PADDING:
            row = table.shape[0] - 1
        elif image != NO_SHIFT:
            row = np.int64(row_pointers[row, FIRST_IMAGE])
            while numbers[row - n] != image:
                row += 1
        neighbors[k] = row
    return VerletTable(table, row_pointers, shifts, owners, neighbors, min_cutoff, shell_width, max_label)
