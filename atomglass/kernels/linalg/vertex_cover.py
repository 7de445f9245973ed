"""The smallest separator between two halves of a contact network.

It is a minimum vertex cover of the bipartite graph of contacts between the halves. It follows from a maximum matching
and has as many particles as the matching has contacts (theorem of Koenig). Particles that a search without success has
reached need not be searched again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.jit import inline
from atomglass.types import BoolArray, IntArray


class Matching(NamedTuple):
    """Arrays (N,) for the matching of contacts between two halves.

    Attributes
    ----------
    partner : (N,) int array
        The particle of the other half to which each is matched, or -1.
    previous : (N,) int array
        The particle of the lower half from which a search has reached each particle of the upper half.
    seen : (N,) int array
        Number of the last search that has reached each particle.
    exhausted : (N,) bool array
        Whether a search without success has reached the particle.
    queue : (N,) int array
        Particles of the lower half that a search has yet to follow.
    """

    partner: IntArray
    previous: IntArray
    seen: IntArray
    exhausted: BoolArray
    queue: IntArray


@inline
def _augment(
    start: int, row_pointers: IntArray, contacts: IntArray, side: IntArray, label: int, m: Matching, search: int
) -> int:
    """Search for an augmenting path from an unmatched particle; return how many particles were followed, 0 if found."""
    begin, end = 0, 1
    m.queue[0] = start
    while begin < end:
        i = m.queue[begin]
        begin += 1
        for t in range(row_pointers[i], row_pointers[i + 1]):
            j = contacts[t]
            if side[j] != label + 1 or m.exhausted[j] or m.seen[j] == search:
                continue
            m.seen[j], m.previous[j] = search, i
            if m.partner[j] >= 0:
                m.queue[end] = m.partner[j]
                end += 1
                continue
            while j >= 0:  # exchange matched and unmatched contacts along the path
                lower = m.previous[j]
                following = m.partner[lower]
                m.partner[lower], m.partner[j] = j, lower
                j = following
            return 0
    return end


@inline
def smallest_separator(
    members: IntArray, row_pointers: IntArray, contacts: IntArray, side: IntArray, label: int, m: Matching
) -> BoolArray:
    """Return which members form the smallest set that all contacts between the halves involve.

    Parameters
    ----------
    members : (M,) int array
        The particles of both halves.
    row_pointers, contacts : (N + 1,), (B,) arrays
        The contacts of each particle.
    side : (N,) int array
        `label` for particles of the lower half, `label + 1` for those of the upper half, other numbers elsewhere.
    label : int
        Label of the lower half.
    m : Matching
        Working arrays.
    """
    separates = np.zeros(members.size, np.bool_)
    for k in range(members.size):
        m.partner[members[k]], m.seen[members[k]], m.exhausted[members[k]] = -1, -1, False
    for k in range(members.size):
        i = members[k]
        if side[i] != label:
            continue
        followed = _augment(i, row_pointers, contacts, side, label, m, k)
        for q in range(followed):
            lower = m.queue[q]
            m.exhausted[lower] = True
            for t in range(row_pointers[lower], row_pointers[lower + 1]):
                if side[contacts[t]] == label + 1:
                    m.exhausted[contacts[t]] = True
    for k in range(members.size):
        i = members[k]
        separates[k] = m.exhausted[i] == (side[i] == label + 1) and m.partner[i] >= 0
    return separates
