"""Nested dissection of a contact network in space, and the symbolic analysis of its factorization.

The box is bisected along its longest side, recursively, by a *separator* (George, SIAM J. Numer. Anal. 10, 345 (1973)):
in two dimensions the particles of one half that touch the other half, in three the smallest set of particles that all
contacts between the halves involve. In two dimensions particles with a contact across a face of the periodic box are
eliminated last of all; in three the first cut along each axis also separates the contacts across its face. Each
separator, and each small box at the end of the recursion, is a *supernode*: its particles are eliminated together, in
one *front*. The fronts form the elimination tree.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.jit import inline, kernel
from atomglass.kernels.linalg.vertex_cover import Matching, smallest_separator
from atomglass.types import Array, BoolArray, IntArray

#: Boxes with at most this many particles are not bisected.
LEAF_SIZE = 12


class EliminationTree(NamedTuple):
    """An elimination order, and the tree of its fronts.

    Attributes
    ----------
    order : (N,) array
        Particles in order of elimination.
    starts : (F + 1,) array
        Front f eliminates the supernode order[starts[f] : starts[f + 1]].
    parents : (F,) array
        Front into which the contribution block of front f is assembled; -1 for the root. Fronts are in postorder:
        all children precede their parent, and the last of them comes directly before it.
    """

    order: IntArray
    starts: IntArray
    parents: IntArray


class SymbolicAnalysis(NamedTuple):
    """The structure of a factorization, independent of numerical values; one analysis serves every shift.

    Attributes
    ----------
    order, starts, parents : (N,), (F + 1,), (F,) int arrays
        Particles in order of elimination, first particle of each front, and parent of each front (`EliminationTree`).
    inverse_order : (N,) array
        Position of each particle in the elimination order.
    row_pointers, rows : (F + 1,), (R,) arrays
        Contribution block of front f: the particles, eliminated later, that its elimination couples. Their positions in
        the elimination order are rows[row_pointers[f] : row_pointers[f + 1]], ascending.
    stack_size : int
        Largest total size, in units of d^2 elements, of the contribution blocks that wait for their parents at once.
    """

    order: IntArray
    starts: IntArray
    parents: IntArray
    inverse_order: IntArray
    row_pointers: IntArray
    rows: IntArray
    stack_size: int


@inline
def _move_face_contacts_last(
    coordinates: Array, lengths: Array, row_pointers: IntArray, contacts: IntArray, order: IntArray
) -> int:
    """Fill `order`, with particles that have a contact across a face last; return the number of other particles."""
    n, d = coordinates.shape
    inner, last = 0, n
    for i in range(n):
        across = False
        for t in range(row_pointers[i], row_pointers[i + 1]):
            for k in range(d):  # only the particle on the lower side of the face
                across |= coordinates[contacts[t], k] - coordinates[i, k] > 0.5 * lengths[k]
        if across:
            last -= 1
            order[last] = i
        else:
            order[inner] = i
            inner += 1
    return inner


@inline
def _ascending(values: Array) -> IntArray:
    """Return the indices of values in ascending order, by merging runs of 1, 2, 4, ...

    It replaces `numpy.argsort`, which takes seconds to compile.
    """
    ranks, merged, width = np.empty(values.size, np.int64), np.empty(values.size, np.int64), 1
    for k in range(values.size):
        ranks[k] = k
    while width < values.size:
        for begin in range(0, values.size, 2 * width):
            middle, end = min(begin + width, values.size), min(begin + 2 * width, values.size)
            i, j = begin, middle
            for k in range(begin, end):
                if i < middle and (j >= end or values[ranks[i]] <= values[ranks[j]]):
                    merged[k] = ranks[i]
                    i += 1
                else:
                    merged[k] = ranks[j]
                    j += 1
        ranks, merged = merged, ranks
        width *= 2
    return ranks


@inline
def _longest_axis(coordinates: Array, members: IntArray) -> int:
    """Return the axis along which the members extend farthest."""
    longest, axis = -1.0, 0
    for k in range(coordinates.shape[1]):
        low, high = np.inf, -np.inf
        for i in members:
            low, high = min(low, coordinates[i, k]), max(high, coordinates[i, k])
        if high - low > longest:
            longest, axis = high - low, k
    return axis


@inline
def _find_separator(
    members: IntArray, row_pointers: IntArray, contacts: IntArray, side: IntArray, label: int
) -> tuple[BoolArray, int]:
    """Return which members touch the other half, and the label of the half with fewer such members."""
    touching = np.zeros(members.size, np.bool_)
    counts = np.zeros(2, np.int64)
    for m in range(members.size):
        i = members[m]
        other = 2 * label + 1 - side[i]
        for t in range(row_pointers[i], row_pointers[i + 1]):
            if side[contacts[t]] == other:
                touching[m] = True
        if touching[m]:
            counts[side[i] - label] += 1
    return touching, label + (0 if counts[0] <= counts[1] else 1)


@inline
def _bisect(
    coordinates: Array,
    row_pointers: IntArray,
    contacts: IntArray,
    members: IntArray,
    side: IntArray,
    label: int,
    matching: Matching,
) -> tuple[int, int]:
    """Reorder the members in place as lower half, upper half, separator; return where the last two begin.

    In three dimensions, where separators are large, the smallest one is sought.
    `side` receives the label of each particle's half: `label` for the lower half, `label + 1` for the upper one.
    """
    axis = _longest_axis(coordinates, members)
    unordered = members.copy()
    values = np.empty(members.size)
    for m in range(members.size):
        values[m] = coordinates[members[m], axis]
    ranks = _ascending(values)
    half = members.size // 2
    for m in range(members.size):
        side[members[ranks[m]]] = label + (0 if m < half else 1)
    if coordinates.shape[1] == 3:
        separates = smallest_separator(unordered, row_pointers, contacts, side, label, matching)
    else:
        separates, separating_half = _find_separator(unordered, row_pointers, contacts, side, label)
        for m in range(unordered.size):
            separates[m] &= side[unordered[m]] == separating_half
    place, upper, separator = 0, 0, 0
    for part in range(3):
        if part == 1:
            upper = place
        elif part == 2:
            separator = place
        for m in range(unordered.size):
            i = unordered[m]
            if (part == 2 and separates[m]) or (part < 2 and not separates[m] and side[i] == label + part):
                members[place] = i
                place += 1
    return upper, separator


@kernel
def dissect(coordinates: Array, lengths: Array, row_pointers: IntArray, contacts: IntArray) -> EliminationTree:
    """Return a fill-reducing elimination order and the tree of its fronts.

    Parameters
    ----------
    coordinates : (N, d) array
        Positions along the cell vectors, from 0 to `lengths`, in units of length.
    lengths : (d,) array
        Perpendicular heights of the cell, in units of length.
    row_pointers, contacts : (N + 1,), (B,) arrays
        The particles that touch particle i: contacts[row_pointers[i] : row_pointers[i + 1]].

    Returns
    -------
    EliminationTree
        The order and its fronts.
    """
    n = coordinates.shape[0]
    order = np.empty(n, np.int64)
    side = np.zeros(n, np.int64)
    # Fronts in the order of discovery, parents before children: begin and end in `order`, and the parent.
    fronts = np.empty((2 * n + 2, 3), np.int64)
    stack = np.empty((2 * n + 2, 3), np.int64)  # boxes not yet bisected: begin, end, parent
    inner, found = n, 0
    if coordinates.shape[1] == 3:  # contacts across faces join the first separators, which cut the periodic box twice
        for i in range(n):
            order[i] = i
    else:
        inner = _move_face_contacts_last(coordinates, lengths, row_pointers, contacts, order)
        fronts[0, 0], fronts[0, 1], fronts[0, 2] = inner, n, -1
        found = 1
    stack[0, 0], stack[0, 1], stack[0, 2] = 0, inner, found - 1
    depth, label = 1, np.int64(1)
    matching = Matching(
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.bool_),
        np.empty(n, np.int64),
    )
    while depth > 0:
        depth -= 1
        begin, end, parent = stack[depth, 0], stack[depth, 1], stack[depth, 2]
        if end == begin:
            continue
        if end - begin <= LEAF_SIZE:
            fronts[found, 0], fronts[found, 1], fronts[found, 2] = begin, end, parent
            found += 1
            continue
        upper, separator = _bisect(coordinates, row_pointers, contacts, order[begin:end], side, label, matching)
        label += 2
        fronts[found, 0], fronts[found, 1], fronts[found, 2] = begin + separator, end, parent
        # The upper half is pushed last and therefore processed first, so that the reversed fronts are in postorder.
        stack[depth, 0], stack[depth, 1], stack[depth, 2] = begin, begin + upper, found
        stack[depth + 1, 0], stack[depth + 1, 1], stack[depth + 1, 2] = begin + upper, begin + separator, found
        depth += 2
        found += 1
    starts = np.empty(found + 1, np.int64)
    parents = np.empty(found, np.int64)
    starts[0] = 0
    for f in range(found):
        starts[f + 1] = fronts[found - 1 - f, 1]
        above = fronts[found - 1 - f, 2]
        parents[f] = found - 1 - above if above >= 0 else -1
    return EliminationTree(order, starts, parents)


@inline
def _add_rows(places: IntArray, end: int, front: int, marked: IntArray, rows: IntArray, total: int) -> int:
    """Append to `rows` those positions, from `end` on, that this front does not yet have; return the new total."""
    for q in places:
        if q >= end and marked[q] != front:
            marked[q] = front
            rows[total] = q
            total += 1
    return total


@kernel
def analyze(tree: EliminationTree, row_pointers: IntArray, contacts: IntArray) -> SymbolicAnalysis:
    """Return the symbolic analysis: the structure of every front's contribution block.

    Parameters
    ----------
    tree : EliminationTree
        From `dissect`.
    row_pointers, contacts : (N + 1,), (B,) arrays
        The contacts that were given to `dissect`.

    Returns
    -------
    SymbolicAnalysis
        Input of `multifrontal_ldlt.factorize_fronts`, which adds the numerical values.
    """
    order, starts, parents = tree.order, tree.starts, tree.parents
    n, fronts = order.size, parents.size
    inverse_order = np.empty(n, np.int64)
    for p in range(n):
        inverse_order[order[p]] = p
    marked = np.full(n, -1, np.int64)  # the last front to which each position was added
    pointers = np.zeros(fronts + 1, np.int64)
    rows = np.empty(16 * n + 64, np.int64)
    first_child, next_child = np.full(fronts, -1, np.int64), np.full(fronts, -1, np.int64)
    total, held, peak = np.int64(0), 0, 0
    for f in range(fronts):
        end = starts[f + 1]
        while total + n > rows.size:
            larger = np.empty(2 * rows.size, np.int64)
            for k in range(total):
                larger[k] = rows[k]
            rows = larger
        for p in range(starts[f], end):
            touched = contacts[row_pointers[order[p]] : row_pointers[order[p] + 1]]
            total = np.int64(_add_rows(inverse_order[touched], end, f, marked, rows, total))
        child, released = first_child[f], 0
        while child >= 0:
            released += (pointers[child + 1] - pointers[child]) ** 2
            total = np.int64(_add_rows(rows[pointers[child] : pointers[child + 1]], end, f, marked, rows, total))
            child = next_child[child]
        rows[pointers[f] : total].sort()
        pointers[f + 1] = total
        held += (total - pointers[f]) ** 2 - released
        peak = max(peak, held + released)
        if parents[f] >= 0:
            next_child[f] = first_child[parents[f]]
            first_child[parents[f]] = f
    return SymbolicAnalysis(order, starts, parents, inverse_order, pointers, rows[:total].copy(), peak)
