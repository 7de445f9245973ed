"""Nested dissection of a contact network in space: an elimination order with little fill, and where the fill will be.

Particles that have a contact through a face of the periodic box come last; what is left is an open box, halved along
its longest side again and again by the particles of one half that touch the other (George, SIAM J. Numer. Anal. 10,
345 (1973)). Each such separator, and each small box at the end, is a *front*: its particles are eliminated together.
"""

from __future__ import annotations

import numpy as np

from atomglass.kernels.jit import inline, kernel

#: Boxes of so few particles are not halved again.
LEAF = 12


@inline
def _faces(coordinates, lengths, first, contacts, order):
    """Put the particles with a contact through a face at the end of the order; return how many others there are."""
    n, d = coordinates.shape
    kept, last = 0, n
    for i in range(n):
        through = False
        for t in range(first[i], first[i + 1]):
            for k in range(d):  # only the one on the lower side of the face
                through |= coordinates[contacts[t], k] - coordinates[i, k] > 0.5 * lengths[k]
        if through:
            last -= 1
            order[last] = i
        else:
            order[kept] = i
            kept += 1
    return kept


@inline
def _longest_side(coordinates, members):
    best, axis = -1.0, 0
    for k in range(coordinates.shape[1]):
        low, high = np.inf, -np.inf
        for i in members:
            low, high = min(low, coordinates[i, k]), max(high, coordinates[i, k])
        if high - low > best:
            best, axis = high - low, k
    return axis


@inline
def _halve(coordinates, first, contacts, order, begin, end, side, stamp):
    """Rearrange order[begin:end] as lower half, upper half, separator; return where the last two begin."""
    members = order[begin:end].copy()
    axis = _longest_side(coordinates, members)
    values = np.empty(members.size)
    for m in range(members.size):
        values[m] = coordinates[members[m], axis]
    ranks = np.argsort(values)
    half = members.size // 2
    for m in range(members.size):
        side[members[ranks[m]]] = stamp + (0 if m < half else 1)
    # The particles of either half that touch the other; the smaller of the two sets separates.
    touching = np.zeros(members.size, np.bool_)
    counts = np.zeros(2, np.int64)
    for m in range(members.size):
        i = members[m]
        other = 2 * stamp + 1 - side[i]
        for t in range(first[i], first[i + 1]):
            if side[contacts[t]] == other:
                touching[m] = True
        if touching[m]:
            counts[side[i] - stamp] += 1
    smaller = stamp + (0 if counts[0] <= counts[1] else 1)
    place = begin
    for part in range(3):
        if part == 1:
            middle = place
        elif part == 2:
            separator = place
        for m in range(members.size):
            separates = touching[m] and side[members[m]] == smaller
            if (part == 2 and separates) or (part < 2 and not separates and side[members[m]] == stamp + part):
                order[place] = members[m]
                place += 1
    return middle, separator


@kernel
def dissect(coordinates, lengths, first, contacts):
    """Return an elimination order and its fronts.

    Parameters
    ----------
    coordinates : (N, d) array
        Along the cell vectors, from 0 to `lengths`.
    lengths : (d,) array
        Perpendicular heights of the cell.
    first, contacts : (N + 1,), (2 P,) arrays
        The particles that touch particle i: contacts[first[i] : first[i + 1]].

    Returns
    -------
    order : (N,) array
        Particles in order of elimination.
    starts : (F + 1,) array
        Front f eliminates order[starts[f] : starts[f + 1]].
    parents : (F,) array
        The next front that a front's remainder enters, always a later one; -1 for the last.
    """
    n = coordinates.shape[0]
    order = np.empty(n, np.int64)
    side = np.zeros(n, np.int64)
    # Fronts as found, from the last backwards: begin, end, parent.
    fronts = np.empty((2 * n + 2, 3), np.int64)
    stack = np.empty((2 * n + 2, 3), np.int64)
    inner = _faces(coordinates, lengths, first, contacts, order)
    fronts[0, 0], fronts[0, 1], fronts[0, 2] = inner, n, -1
    stack[0, 0], stack[0, 1], stack[0, 2] = 0, inner, 0
    found, waiting, stamp = 1, 1, 1
    while waiting > 0:
        waiting -= 1
        begin, end, parent = stack[waiting, 0], stack[waiting, 1], stack[waiting, 2]
        if end == begin:
            continue
        if end - begin <= LEAF:
            fronts[found, 0], fronts[found, 1], fronts[found, 2] = begin, end, parent
            found += 1
            continue
        middle, separator = _halve(coordinates, first, contacts, order, begin, end, side, stamp)
        stamp += 2
        fronts[found, 0], fronts[found, 1], fronts[found, 2] = separator, end, parent
        # The upper half last on the stack, so first found: reversed, all children come right before their parent.
        stack[waiting, 0], stack[waiting, 1], stack[waiting, 2] = begin, middle, found
        stack[waiting + 1, 0], stack[waiting + 1, 1], stack[waiting + 1, 2] = middle, separator, found
        waiting += 2
        found += 1
    starts = np.empty(found + 1, np.int64)
    parents = np.empty(found, np.int64)
    starts[0] = 0
    for f in range(found):
        starts[f + 1] = fronts[found - 1 - f, 1]
        above = fronts[found - 1 - f, 2]
        parents[f] = found - 1 - above if above >= 0 else -1
    return order, starts, parents


@kernel
def fill(order, starts, parents, first, contacts):
    """Return the remainder of each front: the later particles that its elimination couples.

    Returns
    -------
    rows_first, rows : (F + 1,), (R,) arrays
        Places in the order, ascending.
    peak : int
        Most numbers, per d^2, that remainders waiting for their parents take at a time.
    """
    n, fronts = order.size, parents.size
    place = np.empty(n, np.int64)
    for p in range(n):
        place[order[p]] = p
    marked = np.full(n, -1, np.int64)
    rows_first = np.zeros(fronts + 1, np.int64)
    rows = np.empty(16 * n + 64, np.int64)
    first_child, next_child = np.full(fronts, -1, np.int64), np.full(fronts, -1, np.int64)
    total, held, peak = 0, 0, 0
    for f in range(fronts):
        begin, end = starts[f], starts[f + 1]
        while total + n > rows.size:
            bigger = np.empty(2 * rows.size, np.int64)
            bigger[:total] = rows[:total]
            rows = bigger
        for p in range(begin, end):
            i = order[p]
            for t in range(first[i], first[i + 1]):
                q = place[contacts[t]]
                if q >= end and marked[q] != f:
                    marked[q] = f
                    rows[total] = q
                    total += 1
        child = first_child[f]
        released = 0
        while child >= 0:
            released += (rows_first[child + 1] - rows_first[child]) ** 2
            for t in range(rows_first[child], rows_first[child + 1]):
                q = rows[t]
                if q >= end and marked[q] != f:
                    marked[q] = f
                    rows[total] = q
                    total += 1
            child = next_child[child]
        rows[rows_first[f] : total] = np.sort(rows[rows_first[f] : total])
        rows_first[f + 1] = total
        held += (total - rows_first[f]) ** 2 - released
        peak = max(peak, held + released)
        if parents[f] >= 0:
            next_child[f] = first_child[parents[f]]
            first_child[parents[f]] = f
    return rows_first, rows[:total].copy(), peak
