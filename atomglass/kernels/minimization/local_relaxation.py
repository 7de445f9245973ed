"""Descents of small regions of a large sample, all else held: where a few particles still rearrange and the rest waits.

A region is what lies around the particle of the largest force, found by walking from neighbor to neighbor, which
needs no geometry. Its particles come first in the arrays of their own small problem, then those around it, which are
held by a direction of zero.
"""

from __future__ import annotations

import numpy as np

from atomglass.kernels.cell_list import IMAGE_BITS, IMAGE_MASK, NO_SHIFT
from atomglass.kernels.jit import inline, kernel
from atomglass.kernels.minimization.conjugate_gradient import (
    conjugate,
    dot,
    evaluate,
    largest_norm,
    line_search,
    strayed,
)


@kernel
def backwards(first, neighbors):
    """Return the other half of a half list: by particle (N + 1,), the packed partners of lower index, and their pairs.

    The image of a partner seen from the other side is the opposite one; `pairs` are places in `neighbors`.
    """
    begin = np.zeros(first.size + 1, np.int64)
    for k in range(neighbors.size):
        begin[(neighbors[k] >> IMAGE_BITS) + 2] += 1
    for i in range(2, begin.size):
        begin[i] += begin[i - 1]
    partners, pairs = np.empty(neighbors.size, np.uint32), np.empty(neighbors.size, np.uint32)
    for i in range(first.size - 1):
        for k in range(first[i], first[i + 1]):
            j, image = neighbors[k] >> IMAGE_BITS, neighbors[k] & IMAGE_MASK
            partners[begin[j + 1]] = (i << IMAGE_BITS) | (2 * NO_SHIFT - image)
            pairs[begin[j + 1]] = k
            begin[j + 1] += 1
    return begin[:-1], partners, pairs


@inline
def _around(seed, size, first, neighbors, begin, partners, local, region):
    """Write the particles nearest to the seed, in steps from neighbor to neighbor; return how many, `size` at most.

    `local` (N,) holds each one's place in the region; -1 elsewhere.
    """
    region[0], local[seed] = seed, 0
    count, at = 1, 0
    while at < count and count < size:
        i = region[at]
        at += 1
        for side in range(2):
            for k in range(first[i] if side == 0 else begin[i], first[i + 1] if side == 0 else begin[i + 1]):
                j = (neighbors[k] if side == 0 else partners[k]) >> IMAGE_BITS
                if local[j] < 0 and count < size:
                    local[j], region[count] = count, j
                    count += 1
    return count


@inline
def _problem(count, first, neighbors, inverse_squares, begin, partners, pairs, local, region):
    """Return members (free, then held), and the half list of all pairs with a free particle."""
    most = 0
    for a in range(count):
        i = region[a]
        most += first[i + 1] - first[i] + begin[i + 1] - begin[i]
    members = np.empty(count + most, np.int64)
    members[:count] = region[:count]
    packed, squares = np.empty(most, np.uint32), np.empty(most)
    rows = np.zeros(count + most + 1, np.int64)
    total, pair = count, 0
    for a in range(count):
        i = region[a]
        for side in range(2):
            for k in range(first[i] if side == 0 else begin[i], first[i + 1] if side == 0 else begin[i + 1]):
                other = neighbors[k] if side == 0 else partners[k]
                j = other >> IMAGE_BITS
                b = local[j]
                if b < 0:
                    b = local[j] = total
                    members[total] = j
                    total += 1
                if b > a:
                    packed[pair] = (b << IMAGE_BITS) | (other & IMAGE_MASK)
                    squares[pair] = inverse_squares[k if side == 0 else pairs[k]]
                    pair += 1
        rows[a + 1] = pair
    rows[count + 1 : total + 1] = pair
    return members[:total], rows[: total + 1], packed[:pair], squares[:pair]


@inline
def _descend(positions, reference, free, lists, dimension, goal, longest_step, room, most):
    """Go down by conjugate gradients as `minimize` does; return evaluations, and whether all ended below the goal.

    It ends before that where the list no longer holds, or after `most` evaluations.
    """
    forces, direction, old = np.empty_like(positions), np.zeros_like(positions), np.empty((free, 3))
    evaluate(positions, forces, lists, dimension)
    flat, flat_old, flat_direction = forces[:free].reshape(-1), old.reshape(-1), direction[:free].reshape(-1)
    done, curvature, previous = 1, 0.0, 0.0
    flat_old[:] = 0.0
    while done < most and largest_norm(forces[:free]) > goal and strayed(positions[:free], reference) <= room:
        force_square = dot(flat, flat)
        beta = max(0.0, (force_square - dot(flat, flat_old)) / previous) if previous > 0.0 else 0.0
        slope, square = conjugate(flat, flat_old, flat_direction, beta)
        if not slope > 0.0:
            slope, square = conjugate(flat, flat_old, flat_direction, 0.0)
        if not np.isfinite(slope):
            break
        previous = force_square
        guess = slope / (curvature * square) if curvature > 0.0 else 1e-3
        longest = longest_step / largest_norm(direction[:free])
        step, _, end, evaluations = line_search(positions, direction, forces, slope, guess, longest, lists, dimension)
        done += evaluations
        if slope > end:
            curvature = (slope - end) / (step * square)
    return done, largest_norm(forces[:free]) <= goal


@inline
def _seeds(field, least):
    """Return the particles whose vector in an (N, 3) field is longer than `least`, the longest first."""
    squares = field[:, 0] ** 2 + field[:, 1] ** 2 + field[:, 2] ** 2
    found = np.flatnonzero(squares > least * least)
    return found[np.argsort(-squares[found])]


@kernel
def relax(
    positions, reference, forces, first, neighbors, inverse_squares, shifts, p, begin, partners, pairs, dimension,
    hot, goal, size, longest_step, room, most,
):  # fmt: skip
    """Let regions go down one after the other, all else held: those around particles of more force than `hot`.

    A particle that lay in a region before is not the middle of another one.

    Parameters
    ----------
    positions, reference, forces : (N, 3) arrays
        Positions are changed in place; the list was built at `reference`; forces are those of the start.
    first, neighbors, inverse_squares, shifts, p
        Half list and potential, see `forces.energy_forces`.
    begin, partners, pairs : arrays
        From `backwards`.
    dimension : int
        2 or 3.
    hot, goal : float
        Force of a particle around which a region is; force that its particles are brought down to.
    size : int
        Particles of a region.
    longest_step : float
        Most that one particle moves in one trial.
    room : float
        How far from `reference` particles may be before a step.
    most : int
        Evaluations of one region after which it is left as it is.

    Returns
    -------
    unfinished, work : int, float
        Regions that did not come down to the goal; particles evaluated, in units of N.
    """
    n = positions.shape[0]
    seeds = _seeds(forces, hot)
    local, covered, region = np.full(n, -1, np.int32), np.zeros(n, np.bool_), np.empty(size, np.int64)
    unfinished, work = 0, 0.0
    for seed in seeds:
        if covered[seed]:
            continue
        free = _around(seed, size, first, neighbors, begin, partners, local, region)
        members, rows, packed, squares = _problem(
            free, first, neighbors, inverse_squares, begin, partners, pairs, local, region
        )
        places, there = np.empty((members.size, 3)), np.empty((free, 3))
        for a in range(members.size):
            places[a] = positions[members[a]]
            local[members[a]] = -1
        for a in range(free):
            there[a] = reference[members[a]]
            covered[members[a]] = True
        evaluations, ended = _descend(
            places, there, free, (rows, packed, squares, shifts, p), dimension, goal, longest_step, room, most
        )
        for a in range(free):
            positions[members[a]] = places[a]
        unfinished += not ended
        work += evaluations * free / n
    return unfinished, work
