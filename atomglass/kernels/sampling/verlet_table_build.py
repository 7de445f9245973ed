"""Building the neighbor list of the Monte Carlo: every hundred sweeps or so, in the time of a few of them."""

from __future__ import annotations

import numpy as np

from atomglass.kernels.cell_list import IMAGE_BITS, IMAGE_MASK, NO_SHIFT, image_shifts, neighbors_of, search_cells
from atomglass.kernels.jit import device, kernel
from atomglass.kernels.sampling.verlet_table import (
    BATCH,
    COLUMNS,
    ENERGY,
    FIRST,
    IMAGE,
    LAST_IMAGE,
    REFERENCE,
    ROUNDING,
    SIGMA,
    STOP,
    STOPS,
    Vicinity,
    widest_cutoff,
)

#: Bytes of a cache line.
LINE = 64
#: Neighbors a particle that there is room for at first.
ROOM = 64
#: The image number of what fills lists up.
FILLED = 31
#: Bins in which neighbors are sorted. In the plane they are filled evenly: one neighbor in two bins.
BINS = 64


@kernel
def aligned(count, like):
    """Return room for a number of items, of the kind of those of an array, that begins with a cache line."""
    room = np.empty(count + LINE // like.itemsize, like.dtype)
    skipped = -np.int64(room.ctypes.data) % LINE // like.itemsize
    return room[skipped : skipped + count]


@device
def _sort(count, packed, squares, scale, begin, sorted_packed, sorted_squares):
    """Sort neighbors by distance, into other arrays: by counting in narrow bins, and what is left by insertion."""
    bins = begin.shape[0] - 1
    begin[:] = 0
    for k in range(count):
        begin[min(np.int64(squares[k] * scale), bins - 1) + 1] += 1
    for c in range(bins):
        begin[c + 1] += begin[c]
    for k in range(count):
        c = min(np.int64(squares[k] * scale), bins - 1)
        sorted_packed[begin[c]], sorted_squares[begin[c]] = packed[k], squares[k]
        begin[c] += 1
    for k in range(1, count):
        one, square, place = sorted_packed[k], sorted_squares[k], k
        while place > 0 and sorted_squares[place - 1] > square:
            sorted_packed[place], sorted_squares[place] = sorted_packed[place - 1], sorted_squares[place - 1]
            place -= 1
        sorted_packed[place], sorted_squares[place] = one, square


@device
def _write_stops(heads, i, first, count, squares, least, width):
    """Write where the list of particle i begins, and its stops; return where it ends."""
    heads[i, FIRST] = first
    for number in range(STOPS):
        heads[i, STOP + number] = 0
    for k in range(count):  # the last neighbor with this number stays
        number = int((np.sqrt(squares[k]) - ROUNDING - least) / width)
        heads[i, STOP + max(0, min(number, STOPS - 1))] = k + 1
    end = np.int64(0)
    for number in range(STOPS):
        end = max(end, np.int64(heads[i, STOP + number]))
        heads[i, STOP + number] = first + (end + BATCH - 1) // BATCH * BATCH
    return first + (count + BATCH - 1) // BATCH * BATCH


@kernel
def _lists(reference, cell, inverse, dimension, reach, least, width):
    """Return the heads, but for the images, and the neighbors as `cells` packs them."""
    n = reference.shape[0]
    search = search_cells(reference, cell, inverse, dimension, reach)
    found, squares = np.empty(search.room, np.uint32), np.empty(search.room)
    nearest, nearest_squares = np.empty(search.room, np.uint32), np.empty(search.room)
    bins, scale = np.empty(BINS + 1, np.int64), BINS / (reach * reach)
    heads, neighbors = aligned((STOP + STOPS) * n, found).reshape(n, STOP + STOPS), aligned(ROOM * n, found)
    end = 0
    for i in range(n):
        count = neighbors_of(search, reference, i, cell, inverse, dimension, reach, False, found, squares)
        _sort(count, found, squares, scale, bins, nearest, nearest_squares)
        begin, end = end, _write_stops(heads, i, end, count, nearest_squares, least, width)
        if end > neighbors.shape[0]:
            more = aligned(2 * end, found)
            more[:begin] = neighbors[:begin]
            neighbors = more
        for k in range(count):
            neighbors[begin + k] = nearest[k]
        for k in range(begin + count, end):
            neighbors[k] = FILLED
    return heads, neighbors[:end]


@kernel
def _rows(particles, reference, heads, neighbors, shifts):
    """Return the table, and each image's shift, owner and number; write where images begin."""
    n, seen = particles.shape[0], np.zeros(particles.shape[0], np.uint32)
    for packed in neighbors:
        number = packed & IMAGE_MASK
        if number != NO_SHIFT and number != FILLED:
            seen[packed >> IMAGE_BITS] |= np.uint32(1) << np.uint32(number)
    end = n
    for i in range(n):
        heads[i, IMAGE] = end
        rest = seen[i]
        while rest != 0:
            rest &= rest - np.uint32(1)
            end += 1
        heads[i, LAST_IMAGE] = end
    table = aligned(COLUMNS * (end + 1), np.empty(0)).reshape(end + 1, COLUMNS)
    shift, owner, numbers = (
        np.zeros((end + 1 - n, 3)),
        np.zeros(end + 1 - n, np.uint32),
        np.zeros(end + 1 - n, np.int64),
    )
    for i in range(n):
        for k in range(SIGMA + 1):
            table[i, k] = particles[i, k]
        table[i, ENERGY] = 0.0
        for k in range(3):
            table[i, REFERENCE + k] = reference[i, k]
        row = np.int64(heads[i, IMAGE])
        if row == heads[i, LAST_IMAGE]:
            continue
        for number in range(FILLED):
            if (seen[i] >> np.uint32(number)) & np.uint32(1):
                shift[row - n], owner[row - n], numbers[row - n] = shifts[number], i, number
                table[row, :SIGMA], table[row, SIGMA] = particles[i, :SIGMA] + shifts[number], particles[i, SIGMA]
                table[row, ENERGY:] = 0.0
                row += 1
    table[end] = np.array([1e8, 1e8, 1e8, 1.0, 0.0, 0.0, 0.0, 0.0])
    return table, shift, owner, numbers


@kernel
def vicinity(particles, reference, cell, inverse, dimension, reach, p):
    """Return the `Vicinity` of the particles with the list that belongs to the reference positions.

    Parameters
    ----------
    particles : (N, 4) array
        Positions and diameters.
    reference : (N, 3) array
        Positions, wrapped into the cell.
    cell, inverse, dimension, reach
        As for `neighbor_list`.
    p : PairParameters
        The potential, whose cutoffs the stops are made for.
    """
    largest = particles[:, SIGMA].max()
    least = min(widest_cutoff(particles[:, SIGMA].min(), largest, p), reach)
    width = max((reach - least) / STOPS, ROUNDING)
    heads, neighbors = _lists(reference, cell, inverse, dimension, reach, least, width)
    table, shift, owner, numbers = _rows(particles, reference, heads, neighbors, image_shifts(cell))
    n = particles.shape[0]
    for k in range(neighbors.shape[0]):
        row, number = np.int64(neighbors[k] >> IMAGE_BITS), neighbors[k] & IMAGE_MASK
        if number == FILLED:
            row = table.shape[0] - 1
        elif number != NO_SHIFT:
            row = np.int64(heads[row, IMAGE])
            while numbers[row - n] != number:
                row += 1
        neighbors[k] = row
    return Vicinity(table, heads, shift, owner, neighbors, least, width, largest)
