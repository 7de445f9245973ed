"""A coarse grid for long elastic waves: which nodes a particle moves with, and how stiff the grid is.

The displacement of a particle is interpolated from the 2^d corners of its grid cell. With P that interpolation and K
the stiffness of the interacting pairs without their tension, the grid's stiffness is P^T K P (Galerkin).
"""

from __future__ import annotations

import numpy as np

from atomglass.kernels.cell_list import IMAGE_BITS
from atomglass.kernels.jit import inline, kernel
from atomglass.kernels.pair_potential import pair_derivatives
from atomglass.kernels.pair_sums import separation


@kernel
def place(positions, inverse, dimension, counts):
    """Return the cell of each particle on a periodic grid, its corners, and their weights.

    Parameters
    ----------
    positions : (N, 3) array
        Wrapped or not.
    inverse : (3, 3) array
        Inverse of the cell.
    dimension : int
        2 or 3.
    counts : (d,) int array
        Nodes along each cell vector.

    Returns
    -------
    cells, nodes, weights : (N, d), (N, 2^d), (N, 2^d) arrays
        Corner c is the upper one along axis k where bit k of c is set; weights add up to one, in single precision: any
        will do that are the same in `restrict` and `correct`, and less memory is read.
    """
    n, corners = positions.shape[0], 1 << dimension
    cells = np.empty((n, dimension), np.int32)
    nodes = np.zeros((n, corners), np.uint32)
    weights = np.ones((n, corners), np.float32)
    for i in range(n):
        for k in range(dimension):
            f = 0.0
            for m in range(dimension):
                f += positions[i, m] * inverse[m, k]
            f = (f - np.floor(f)) * counts[k]
            lower = min(int(f), counts[k] - 1)
            cells[i, k] = lower
            for c in range(corners):
                upper = (c >> k) & 1
                nodes[i, c] = nodes[i, c] * counts[k] + (lower + upper) % counts[k]
                weights[i, c] *= np.float32(f - lower if upper else 1.0 - f + lower)
    return cells, nodes, weights


@kernel
def springs(positions, first, neighbors, inverse_squares, shifts, p, dimension):
    """Return the interacting pairs as a half list (begin, columns) and vectors v (P, d): a pair's stiffness is v v.

    That is its block of the Hessian without tension, 4 psi'' r r; a pair that would soften counts as zero.
    """
    begin = np.zeros(first.size, np.int64)
    columns = np.empty(neighbors.size, np.uint32)
    vectors = np.empty((neighbors.size, dimension))
    count = 0
    for i in range(positions.shape[0]):
        for k in range(first[i], first[i + 1]):
            dx, dy, dz = separation(positions, i, neighbors[k], shifts)
            w = inverse_squares[k]
            ratio = (dx * dx + dy * dy + dz * dz) * w
            if ratio < p.cutoff_squared:
                _, _, f2, _, _ = pair_derivatives(ratio, p)
                root = 2.0 * w * np.sqrt(max(f2, 0.0))
                columns[count] = neighbors[k] >> IMAGE_BITS
                vectors[count, 0], vectors[count, 1] = root * dx, root * dy
                if dimension == 3:
                    vectors[count, 2] = root * dz
                count += 1
        begin[i + 1] = count
    return begin, columns[:count], vectors[:count]


@inline
def _step(difference, count):
    """Return a difference of neighboring cells along one axis, -1 to 1 around the periodic grid."""
    if difference > 1:
        return difference - count
    return difference + count if difference < -1 else difference


@kernel
def grid_stiffness(begin, columns, vectors, cells, nodes, weights, counts):
    """Return P^T K P by nodes and offsets, (M, 5^d, d, d).

    Offsets run from -2 to 2 along each axis, the last axis fastest: no more, as grid cells are wider than any pair, and
    each another node, as there are five along each axis at least.
    """
    d, corners = vectors.shape[1], nodes.shape[1]
    total = 1
    for k in range(d):
        total *= counts[k]
    blocks = np.zeros((total, 5**d, d, d))
    flat = blocks.reshape(total * 5**d, d * d)
    square = np.empty(d * d)
    # Where a corner is, as a number to the base 5, from the lowest corner of particle i on; differences need no carry.
    within = np.zeros(corners, np.int64)
    for c in range(corners):
        for k in range(d):
            within[c] = 5 * within[c] + ((c >> k) & 1)
    middle = 5**d // 2
    at = np.empty(2 * corners, np.int64)
    node, share = np.empty(2 * corners, np.int64), np.empty(2 * corners)
    for i in range(begin.size - 1):
        for t in range(begin[i], begin[i + 1]):
            j = columns[t]
            apart = 0
            for k in range(d):
                apart = 5 * apart + _step(cells[j, k] - cells[i, k], counts[k])
            for c in range(corners):
                node[c], node[corners + c] = nodes[i, c], nodes[j, c]
                share[c], share[corners + c] = weights[i, c], -weights[j, c]
                at[c], at[corners + c] = within[c], apart + within[c]
            used = 2 * corners
            if apart == 0:  # both move with the same nodes: most pairs, and a quarter of the work
                share[:corners] += share[corners:]
                used = corners
            for x in range(d):
                for y in range(d):
                    square[d * x + y] = vectors[t, x] * vectors[t, y]
            for a in range(used):
                row = 5**d * node[a] + middle - at[a]
                for b in range(used):
                    w = share[a] * share[b]
                    for m in range(d * d):
                        flat[row + at[b], m] += w * square[m]
    return blocks


@kernel
def diagonal_blocks(begin, columns, vectors):
    """Return the diagonal blocks (N, d, d) of the stiffness."""
    d = vectors.shape[1]
    blocks = np.zeros((begin.size - 1, d, d))
    for i in range(begin.size - 1):
        for t in range(begin[i], begin[i + 1]):
            for x in range(d):
                for y in range(d):
                    v = vectors[t, x] * vectors[t, y]
                    blocks[i, x, y] += v
                    blocks[columns[t], x, y] += v
    return blocks


@kernel
def restrict(nodes, weights, field, coarse):
    """Write P^T field; the field is flat (d N), the result (M, d)."""
    d = coarse.shape[1]
    coarse[:] = 0.0
    for i in range(nodes.shape[0]):
        for c in range(nodes.shape[1]):
            q, w = nodes[i, c], weights[i, c]
            coarse[q, 0] += w * field[d * i]
            coarse[q, 1] += w * field[d * i + 1]
            if d == 3:
                coarse[q, 2] += w * field[d * i + 2]


@kernel
def correct(nodes, weights, coarse, inverse, field, result):
    """Write P coarse plus the inverse blocks times the field, flat (d N); return result.field.

    Blocks are packed as `newton.pair_blocks` packs them: (N, 3) in the plane and (N, 6) in space.
    """
    d = coarse.shape[1]
    total = 0.0
    for i in range(nodes.shape[0]):
        x, y, z = 0.0, 0.0, 0.0
        for c in range(nodes.shape[1]):
            q, w = nodes[i, c], weights[i, c]
            x += w * coarse[q, 0]
            y += w * coarse[q, 1]
            if d == 3:
                z += w * coarse[q, 2]
        m = inverse[i]
        fx, fy = field[d * i], field[d * i + 1]
        if d == 2:
            x += m[0] * fx + m[1] * fy
            y += m[1] * fx + m[2] * fy
        else:
            fz = field[d * i + 2]
            x += m[0] * fx + m[1] * fy + m[2] * fz
            y += m[1] * fx + m[3] * fy + m[4] * fz
            z += m[2] * fx + m[4] * fy + m[5] * fz
            result[d * i + 2] = z
            total += z * fz
        result[d * i], result[d * i + 1] = x, y
        total += x * fx + y * fy
    return total
