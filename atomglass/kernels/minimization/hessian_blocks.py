"""The Hessian as blocks of interacting pairs: products with vectors, and the inverse of its diagonal blocks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.cell_list import IMAGE_BITS
from atomglass.kernels.jit import inline, kernel
from atomglass.kernels.pair_potential import cutoff_squared, pair_derivatives, stored_kind
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.pair_sums import separation
from atomglass.kernels.records import PackedArray, PairList
from atomglass.types import Array, IntArray


class RowBlocks(NamedTuple):
    """Blocks of the Hessian, one per interacting pair, in compressed rows.

    Attributes
    ----------
    row_starts : (N + 1,) int array
        The pairs of particle i are `row_starts[i]` to `row_starts[i + 1] - 1`.
    columns : (P,) uint32 array
        The other particle of each pair.
    blocks : (P, 3) or (P, 6) array
        Upper triangle of the pair's block, -d2U/(dr_i dr_j): xx, xy, yy in two dimensions; xx, xy, xz, yy, yz, zz in
        three; in units of epsilon over length^2.
    dimension : int
        2 or 3.
    """

    row_starts: IntArray
    columns: PackedArray
    blocks: Array
    dimension: int


class CoordinateBlocks(NamedTuple):
    """Blocks of the Hessian, one per interacting pair, in coordinate format.

    Attributes
    ----------
    rows, columns : (P,) uint32 arrays
        The two particles of each pair.
    blocks : (P, 3) or (P, 6) array
        Upper triangle of the pair's block, -d2U/(dr_i dr_j): xx, xy, yy in two dimensions; xx, xy, xz, yy, yz, zz in
        three; in units of epsilon over length^2.
    dimension : int
        2 or 3.
    """

    rows: PackedArray
    columns: PackedArray
    blocks: Array
    dimension: int


class BlockDiagonal(NamedTuple):
    """A block-diagonal matrix, one block per particle.

    Attributes
    ----------
    blocks : (N, 3) or (N, 6) array
        Upper triangles: xx, xy, yy in two dimensions; xx, xy, xz, yy, yz, zz in three.
    dimension : int
        2 or 3.
    """

    blocks: Array
    dimension: int


@inline
def hessian_rows(positions: Array, pairs: PairList, potential: Potential) -> RowBlocks:
    """Return the Hessian as blocks of interacting pairs, in compressed rows.

    The block of a pair is 4 phi'' r r + 2 phi' 1, with derivatives with respect to r^2.

    Parameters
    ----------
    positions : (N, 3) array
        Wrapped when the list was built.
    pairs : PairList
        Half neighbor list.
    potential : PairParameters or FormParameters
        Parameters of the pair potential.
    """
    row_starts, neighbors, dimension = pairs.row_starts, pairs.neighbors, pairs.dimension
    kept_starts = np.zeros(row_starts.size, np.int64)
    columns = np.empty(neighbors.size, np.uint32)
    blocks = np.empty((neighbors.size, 3 if dimension == 2 else 6))
    count = 0
    for i in range(positions.shape[0]):
        for k in range(row_starts[i], row_starts[i + 1]):
            dx, dy, dz = separation(positions, i, neighbors[k], pairs.shifts)
            w = pairs.inverse_sigma_squared[k]
            ratio = (dx * dx + dy * dy + dz * dz) * w
            kind = stored_kind(pairs.kinds, k, potential)
            if ratio < cutoff_squared(kind, potential):
                _, f1, f2, _, _ = pair_derivatives(ratio, potential, kind)
                alpha, beta = 4.0 * f2 * w * w, 2.0 * f1 * w
                columns[count] = neighbors[k] >> IMAGE_BITS
                block = blocks[count]
                if dimension == 2:
                    block[0], block[1], block[2] = alpha * dx * dx + beta, alpha * dx * dy, alpha * dy * dy + beta
                else:
                    block[0], block[1], block[2] = alpha * dx * dx + beta, alpha * dx * dy, alpha * dx * dz
                    block[3], block[4], block[5] = alpha * dy * dy + beta, alpha * dy * dz, alpha * dz * dz + beta
                count += 1
        kept_starts[i + 1] = count
    return RowBlocks(kept_starts, columns[:count], blocks[:count], dimension)


@kernel
def hessian_coordinates(positions: Array, pairs: PairList, potential: Potential) -> CoordinateBlocks:
    """Return the Hessian as blocks of interacting pairs, in coordinate format.

    Parameters
    ----------
    positions : (N, 3) array
        Wrapped when the list was built.
    pairs : PairList
        Half neighbor list.
    potential : PairParameters or FormParameters
        Parameters of the pair potential.
    """
    hessian = hessian_rows(positions, pairs, potential)
    rows = np.empty(hessian.columns.size, np.uint32)
    for i in range(hessian.row_starts.size - 1):
        rows[hessian.row_starts[i] : hessian.row_starts[i + 1]] = i
    return CoordinateBlocks(rows, hessian.columns, hessian.blocks, hessian.dimension)


@inline
def multiply_rows(hessian: RowBlocks, p: Array, Hp: Array) -> float:
    """Write the product H p row by row, and return p.H.p.

    Parameters
    ----------
    hessian : RowBlocks
        The Hessian.
    p : (d N,) array
        Vector.
    Hp : (d N,) array
        Overwritten with the product.
    """
    row_starts, columns, blocks, dimension = hessian
    Hp[:] = 0.0
    if dimension == 2:
        for i in range(row_starts.size - 1):
            x, y = p[2 * i], p[2 * i + 1]
            gx, gy = 0.0, 0.0
            for k in range(row_starts[i], row_starts[i + 1]):
                j = 2 * columns[k]
                wx, wy = x - p[j], y - p[j + 1]
                ax = blocks[k, 0] * wx + blocks[k, 1] * wy
                ay = blocks[k, 1] * wx + blocks[k, 2] * wy
                gx += ax
                gy += ay
                Hp[j] -= ax
                Hp[j + 1] -= ay
            Hp[2 * i] += gx
            Hp[2 * i + 1] += gy
    else:
        for i in range(row_starts.size - 1):
            x, y, z = p[3 * i], p[3 * i + 1], p[3 * i + 2]
            gx, gy, gz = 0.0, 0.0, 0.0
            for k in range(row_starts[i], row_starts[i + 1]):
                j = 3 * columns[k]
                wx, wy, wz = x - p[j], y - p[j + 1], z - p[j + 2]
                ax = blocks[k, 0] * wx + blocks[k, 1] * wy + blocks[k, 2] * wz
                ay = blocks[k, 1] * wx + blocks[k, 3] * wy + blocks[k, 4] * wz
                az = blocks[k, 2] * wx + blocks[k, 4] * wy + blocks[k, 5] * wz
                gx += ax
                gy += ay
                gz += az
                Hp[j] -= ax
                Hp[j + 1] -= ay
                Hp[j + 2] -= az
            Hp[3 * i] += gx
            Hp[3 * i + 1] += gy
            Hp[3 * i + 2] += gz
    pHp = 0.0
    for k in range(p.size):
        pHp += p[k] * Hp[k]
    return pHp


@kernel
def multiply_coordinates(hessian: CoordinateBlocks, p: Array, Hp: Array) -> float:
    """Write the product H p pair by pair, and return p.H.p.

    In a large sample this is faster than `multiply_rows`, which spends half of its time on mispredicted ends of the
    short loops over a particle's pairs.

    Parameters
    ----------
    hessian : CoordinateBlocks
        The Hessian.
    p : (d N,) array
        Vector.
    Hp : (d N,) array
        Overwritten with the product.
    """
    rows, columns, blocks, dimension = hessian
    Hp[:] = 0.0
    if dimension == 2:
        for k in range(rows.size):
            i, j = 2 * rows[k], 2 * columns[k]
            wx, wy = p[i] - p[j], p[i + 1] - p[j + 1]
            ax = blocks[k, 0] * wx + blocks[k, 1] * wy
            ay = blocks[k, 1] * wx + blocks[k, 2] * wy
            Hp[i] += ax
            Hp[i + 1] += ay
            Hp[j] -= ax
            Hp[j + 1] -= ay
    else:
        for k in range(rows.size):
            i, j = 3 * rows[k], 3 * columns[k]
            wx, wy, wz = p[i] - p[j], p[i + 1] - p[j + 1], p[i + 2] - p[j + 2]
            ax = blocks[k, 0] * wx + blocks[k, 1] * wy + blocks[k, 2] * wz
            ay = blocks[k, 1] * wx + blocks[k, 3] * wy + blocks[k, 4] * wz
            az = blocks[k, 2] * wx + blocks[k, 4] * wy + blocks[k, 5] * wz
            Hp[i] += ax
            Hp[i + 1] += ay
            Hp[i + 2] += az
            Hp[j] -= ax
            Hp[j + 1] -= ay
            Hp[j + 2] -= az
    pHp = 0.0
    for k in range(p.size):
        pHp += p[k] * Hp[k]
    return pHp


@inline
def inverse_diagonal_blocks(hessian: RowBlocks) -> BlockDiagonal:
    """Return the inverse of the Hessian's block diagonal: the block-Jacobi preconditioner."""
    row_starts, columns, blocks, dimension = hessian
    n = row_starts.size - 1
    m = np.zeros((n, blocks.shape[1]))
    for i in range(n):
        for k in range(row_starts[i], row_starts[i + 1]):
            for t in range(blocks.shape[1]):
                m[i, t] += blocks[k, t]
                m[columns[k], t] += blocks[k, t]
    for i in range(n):
        if dimension == 2:
            a, d, b = m[i, 0], m[i, 1], m[i, 2]
            c, e, f = 1.0, 0.0, 0.0
        else:
            a, d, e, b, f, c = m[i, 0], m[i, 1], m[i, 2], m[i, 3], m[i, 4], m[i, 5]
        det = a * (b * c - f * f) - d * (d * c - f * e) + e * (d * f - b * e)
        if a > 0.0 and a * b - d * d > 0.0 and det > 0.0:
            xx, xy, xz = (b * c - f * f) / det, (e * f - d * c) / det, (d * f - b * e) / det
            yy, yz, zz = (a * c - e * e) / det, (d * e - a * f) / det, (a * b - d * d) / det
        else:  # too few contacts, or not at a minimum: a multiple of the unit matrix
            scale = 1.0 / max(abs(a) + abs(b), 1.0)
            xx, xy, xz, yy, yz, zz = scale, 0.0, 0.0, scale, 0.0, scale
        if dimension == 2:
            m[i, 0], m[i, 1], m[i, 2] = xx, xy, yy
        else:
            m[i, 0], m[i, 1], m[i, 2], m[i, 3], m[i, 4], m[i, 5] = xx, xy, xz, yy, yz, zz
    return BlockDiagonal(m, dimension)


@inline
def apply_block_jacobi(preconditioner: BlockDiagonal, r: Array, z: Array) -> tuple[float, float]:
    """Write z = M^-1 r, where M is the block diagonal of the Hessian, and return r.z and r.r.

    Parameters
    ----------
    preconditioner : BlockDiagonal
        From `inverse_diagonal_blocks`.
    r : (d N,) array
        Residual.
    z : (d N,) array
        Overwritten with the preconditioned residual.

    Returns
    -------
    rz, rr : float
        The scalar products r.z and r.r.
    """
    inverse, dimension = preconditioner
    rz, rr = 0.0, 0.0
    for i in range(inverse.shape[0]):
        if dimension == 2:
            x, y = r[2 * i], r[2 * i + 1]
            ax, ay = x * inverse[i, 0] + y * inverse[i, 1], x * inverse[i, 1] + y * inverse[i, 2]
            z[2 * i], z[2 * i + 1] = ax, ay
            rz += x * ax + y * ay
            rr += x * x + y * y
        else:
            x, y, w = r[3 * i], r[3 * i + 1], r[3 * i + 2]
            ax = x * inverse[i, 0] + y * inverse[i, 1] + w * inverse[i, 2]
            ay = x * inverse[i, 1] + y * inverse[i, 3] + w * inverse[i, 4]
            az = x * inverse[i, 2] + y * inverse[i, 4] + w * inverse[i, 5]
            z[3 * i], z[3 * i + 1], z[3 * i + 2] = ax, ay, az
            rz += x * ax + y * ay + w * az
            rr += x * x + y * y + w * w
    return rz, rr
