"""A coarse grid for long elastic waves: interpolation of displacements from its nodes, and its stiffness matrix.

The displacement of a particle is interpolated from the 2^d corners of its grid cell. If P is this interpolation and
K the stiffness matrix of the interacting pairs without their tension, the grid's stiffness is P^T K P (Galerkin).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atomglass.kernels.cell_list import IMAGE_BITS
from atomglass.kernels.jit import inline, kernel
from atomglass.kernels.pair_potential import cutoff_squared, pair_derivatives, stored_kind
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.pair_sums import separation
from atomglass.kernels.records import PackedArray, PairList
from atomglass.types import Array, IntArray

#: Interpolation weights; single precision suffices, as `restrict` and `prolong_and_add` use the same weights.
Float32Array = NDArray[np.float32]
#: Grid cells and nodes.
Int32Array = NDArray[np.int32]


class Interpolation(NamedTuple):
    """Interpolation of the displacement of each particle from those of the grid's nodes.

    Attributes
    ----------
    cells : (N, d) int32 array
        Indices of the grid cell of each particle.
    nodes : (N, 2^d) uint32 array
        Nodes at the corners of that cell; bit k of the corner number is set for the upper corners along axis k.
    weights : (N, 2^d) float32 array
        Weights of the corners, which add up to 1.
    """

    cells: Int32Array
    nodes: PackedArray
    weights: Float32Array


class PairSprings(NamedTuple):
    """Interacting pairs as springs without tension: the stiffness block of a pair is the outer product v v.

    Attributes
    ----------
    row_starts : (N + 1,) int array
        The pairs of particle i are `row_starts[i]` to `row_starts[i + 1] - 1`.
    columns : (P,) uint32 array
        The other particle of each pair.
    vectors : (P, d) array
        v, in units of (epsilon over length^2)^(1/2).
    """

    row_starts: IntArray
    columns: PackedArray
    vectors: Array


@kernel
def interpolation(positions: Array, inverse: Array, dimension: int, counts: IntArray) -> Interpolation:
    """Return the multilinear interpolation from the nodes of a periodic grid to the particles.

    Parameters
    ----------
    positions : (N, 3) array
        Wrapped or not.
    inverse : (3, 3) array
        Inverse of the matrix whose rows are the cell vectors.
    dimension : int
        2 or 3.
    counts : (d,) int array
        Nodes along each cell vector.
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
    return Interpolation(cells, nodes, weights)


@kernel
def pair_springs(positions: Array, pairs: PairList, potential: Potential) -> PairSprings:
    """Return the interacting pairs as springs: their blocks of the Hessian without tension, 4 phi'' r r.

    phi'' is the second derivative with respect to r^2; a pair with negative phi'' has zero stiffness.

    Parameters
    ----------
    positions : (N, 3) array
        Wrapped when the list was built, in units of length.
    pairs : PairList
        Half neighbor list.
    potential : PairParameters or FormParameters
        Parameters of the pair potential.
    """
    row_starts, neighbors, dimension = pairs.row_starts, pairs.neighbors, pairs.dimension
    kept_starts = np.zeros(row_starts.size, np.int64)
    columns = np.empty(neighbors.size, np.uint32)
    vectors = np.empty((neighbors.size, dimension))
    count = 0
    for i in range(positions.shape[0]):
        for k in range(row_starts[i], row_starts[i + 1]):
            dx, dy, dz = separation(positions, i, neighbors[k], pairs.shifts)
            w = pairs.inverse_sigma_squared[k]
            ratio = (dx * dx + dy * dy + dz * dz) * w
            kind = stored_kind(pairs.kinds, k, potential)
            if ratio < cutoff_squared(kind, potential):
                _, _, f2, _, _ = pair_derivatives(ratio, potential, kind)
                root = 2.0 * w * np.sqrt(max(f2, 0.0))
                columns[count] = neighbors[k] >> IMAGE_BITS
                vectors[count, 0], vectors[count, 1] = root * dx, root * dy
                if dimension == 3:
                    vectors[count, 2] = root * dz
                count += 1
        kept_starts[i + 1] = count
    return PairSprings(kept_starts, columns[:count], vectors[:count])


@inline
def _periodic_difference(difference: int, count: int) -> int:
    """Return the difference, -1 to 1, between the indices of two neighboring cells along one periodic axis."""
    if difference > 1:
        return difference - count
    return difference + count if difference < -1 else difference


@inline
def _corner_numbers(corners: int, dimension: int) -> IntArray:
    """Return the corners' offsets from the lowest one as base-5 numbers, whose differences need no carry."""
    numbers = np.zeros(corners, np.int64)
    for c in range(corners):
        for k in range(dimension):
            numbers[c] = 5 * numbers[c] + ((c >> k) & 1)
    return numbers


@kernel
def grid_stiffness(springs: PairSprings, grid: Interpolation, counts: IntArray) -> Array:
    """Return the grid's stiffness P^T K P as blocks by node and offset.

    Offsets run from -2 to 2 along each axis, the last axis fastest. This covers all pairs, since grid cells are wider
    than the interaction range; all offsets are different nodes, since there are at least five along each axis.

    Parameters
    ----------
    springs : PairSprings
        The stiffness K.
    grid : Interpolation
        The interpolation P.
    counts : (d,) int array
        Nodes along each cell vector.

    Returns
    -------
    (M, 5^d, d, d) array
        In units of epsilon over length^2.
    """
    cells, nodes, weights = grid.cells, grid.nodes, grid.weights
    d, corners = springs.vectors.shape[1], nodes.shape[1]
    blocks = np.zeros((counts.prod(), 5**d, d, d))
    flat = blocks.reshape(blocks.shape[0] * 5**d, d * d)
    outer = np.empty(d * d)
    corner_numbers, middle = _corner_numbers(corners, d), 5**d // 2
    # The corners of particle i, then those of particle j: node, offset as a base-5 number, and weight.
    node, place, weight = np.empty(2 * corners, np.int64), np.empty(2 * corners, np.int64), np.empty(2 * corners)
    for i in range(springs.row_starts.size - 1):
        for t in range(springs.row_starts[i], springs.row_starts[i + 1]):
            j = springs.columns[t]
            offset = 0
            for k in range(d):
                offset = 5 * offset + _periodic_difference(cells[j, k] - cells[i, k], counts[k])
            for c in range(corners):
                node[c], node[corners + c] = nodes[i, c], nodes[j, c]
                weight[c], weight[corners + c] = weights[i, c], -weights[j, c]
                place[c], place[corners + c] = corner_numbers[c], offset + corner_numbers[c]
            used = 2 * corners
            if offset == 0:  # both particles in one cell: most pairs, with one quarter of the work
                weight[:corners] += weight[corners:]
                used = corners
            for x in range(d):
                for y in range(d):
                    outer[d * x + y] = springs.vectors[t, x] * springs.vectors[t, y]
            for a in range(used):
                row = 5**d * node[a] + middle - place[a]
                for b in range(used):
                    w = weight[a] * weight[b]
                    for m in range(d * d):
                        flat[row + place[b], m] += w * outer[m]
    return blocks


@kernel
def diagonal_blocks(springs: PairSprings) -> Array:
    """Return the diagonal blocks (N, d, d) of the stiffness matrix."""
    row_starts, columns, vectors = springs.row_starts, springs.columns, springs.vectors
    d = vectors.shape[1]
    blocks = np.zeros((row_starts.size - 1, d, d))
    for i in range(row_starts.size - 1):
        for t in range(row_starts[i], row_starts[i + 1]):
            for x in range(d):
                for y in range(d):
                    v = vectors[t, x] * vectors[t, y]
                    blocks[i, x, y] += v
                    blocks[columns[t], x, y] += v
    return blocks


@kernel
def restrict(grid: Interpolation, field: Array, coarse: Array) -> None:
    """Restrict a field to the grid: write P^T field.

    Parameters
    ----------
    grid : Interpolation
        The interpolation P.
    field : (d N,) array
        One vector per particle.
    coarse : (M, d) array
        Overwritten with one vector per node.
    """
    nodes, weights, d = grid.nodes, grid.weights, coarse.shape[1]
    coarse[:] = 0.0
    for i in range(nodes.shape[0]):
        for c in range(nodes.shape[1]):
            q, w = nodes[i, c], weights[i, c]
            coarse[q, 0] += w * field[d * i]
            coarse[q, 1] += w * field[d * i + 1]
            if d == 3:
                coarse[q, 2] += w * field[d * i + 2]


@kernel
def prolong_and_add(
    grid: Interpolation, coarse: Array, inverse_blocks: Float32Array, field: Array, result: Array
) -> tuple[float, float]:
    """Interpolate from the grid and add the block-diagonal part: write P coarse + D^-1 field.

    Parameters
    ----------
    grid : Interpolation
        The interpolation P.
    coarse : (M, d) array
        One vector per node.
    inverse_blocks : (N, 3) or (N, 6) array
        Blocks of D^-1: xx, xy, yy in two dimensions; xx, xy, xz, yy, yz, zz in three.
    field : (d N,) array
        One vector per particle.
    result : (d N,) array
        Overwritten.

    Returns
    -------
    product, field_squared : float
        result.field and field.field.
    """
    nodes, weights, d = grid.nodes, grid.weights, coarse.shape[1]
    product, field_squared = 0.0, 0.0
    for i in range(nodes.shape[0]):
        x, y, z = 0.0, 0.0, 0.0
        for c in range(nodes.shape[1]):
            q, w = nodes[i, c], weights[i, c]
            x += w * coarse[q, 0]
            y += w * coarse[q, 1]
            if d == 3:
                z += w * coarse[q, 2]
        m = inverse_blocks[i]
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
            product += z * fz
            field_squared += fz * fz
        result[d * i], result[d * i + 1] = x, y
        product += x * fx + y * fy
        field_squared += fx * fx + fy * fy
    return product, field_squared
