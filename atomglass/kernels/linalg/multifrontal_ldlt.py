"""Multifrontal L D L^T factorization of a symmetric block matrix, without pivoting.

For each front of the elimination tree a dense *frontal matrix* is assembled: the rows of the matrix that belong to its
supernode, and the *contribution blocks* of its children ("extend-add"). The columns of the supernode are eliminated,
and the Schur complement that remains is the contribution block for the parent (Duff and Reid, ACM Trans. Math. Softw.
9, 302 (1983)). Since fronts are in postorder, contribution blocks live on a stack. Only upper triangles, U = D L^T, are
computed and kept. Fronts of different subtrees do not depend on each other: they may be eliminated at the same time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.jit import inline, kernel
from atomglass.kernels.linalg.matrix_product import subtract_product
from atomglass.kernels.linalg.nested_dissection import SymbolicAnalysis
from atomglass.types import Array, IntArray

#: Number of columns that are eliminated before the rest of a front is updated.
PANEL_WIDTH = 32
#: The same in fronts with at least the second number of pivots: wide panels for efficient matrix products.
WIDE_PANEL, LARGE_FRONT = 128, 384
#: Number of trailing rows from which the update is left to BLAS, and number of rows in one such update.
BLAS_ROWS, STRIP_ROWS = 96, 128


class BlockMatrix(NamedTuple):
    """A symmetric sparse matrix in block compressed row storage, both triangles.

    Attributes
    ----------
    row_pointers, columns : (N + 1,), (B,) arrays
        The blocks of particle i are numbers row_pointers[i] to row_pointers[i + 1] - 1, in block columns `columns`.
    blocks : (B, d, d) array
        Values of the blocks.
    """

    row_pointers: IntArray
    columns: IntArray
    blocks: Array


class LDLFactor(NamedTuple):
    """The factor U = D L^T of all fronts.

    Attributes
    ----------
    pointers, values : (F + 1,), (M,) arrays
        The rows of U of front f, flattened from (pivots, front size), with 1/D on the diagonal, are
        values[pointers[f] : pointers[f + 1]].
    """

    pointers: IntArray
    values: Array


class FrontStack(NamedTuple):
    """Contribution blocks that wait for the elimination of their parents.

    Attributes
    ----------
    blocks : (M,) array
        The square blocks, one after another.
    waiting : (F,) int array
        The fronts to which they belong, in order of elimination.
    used : (2,) int array
        Number of fronts that wait, and number of elements of their blocks.
    """

    blocks: Array
    waiting: IntArray
    used: IntArray


# Inner loops run from 0 over slices: numba then sees that no index is negative, and vectorizes them.


@inline
def _update_rows(front: Array, k0: int, k1: int, i0: int, i1: int, size: int) -> None:
    """Subtract the outer products of the pivot rows k0 <= k < k1 from rows i0 <= i < i1, columns i and up."""
    for i in range(i0, i1):
        row = front[i, i:size]
        k = k0
        while k + 4 <= k1:
            a0, a1 = front[k, i] / front[k, k], front[k + 1, i] / front[k + 1, k + 1]
            a2, a3 = front[k + 2, i] / front[k + 2, k + 2], front[k + 3, i] / front[k + 3, k + 3]
            r0, r1 = front[k, i:size], front[k + 1, i:size]
            r2, r3 = front[k + 2, i:size], front[k + 3, i:size]
            for j in range(row.size):
                row[j] -= a0 * r0[j] + a1 * r1[j] + a2 * r2[j] + a3 * r3[j]
            k += 4
        while k < k1:
            a, other = front[k, i] / front[k, k], front[k, i:size]
            for j in range(row.size):
                row[j] -= a * other[j]
            k += 1


@inline
def _update_with_blas(front: Array, k0: int, k1: int, i0: int, i1: int, size: int) -> None:
    """Subtract the outer products of the pivot rows k0 <= k < k1 from rows i0 <= i < i1, by matrix products."""
    for r0 in range(i0, i1, STRIP_ROWS):  # strips, since only the upper triangle is needed
        r1 = min(r0 + STRIP_ROWS, i1)
        scaled = np.empty((k1 - k0, r1 - r0))
        for k in range(k0, k1):
            pivot, row = front[k, k], front[k, r0:r1]
            for j in range(row.size):
                scaled[k - k0, j] = row[j] / pivot
        flat, sizes = front.reshape(-1), (r1 - r0, size - r0, k1 - k0)
        subtract_product(flat[r0 * size + r0 :], scaled.reshape(-1), flat[k0 * size + r0 :], sizes, size)


@inline
def _eliminate(front: Array, pivots: int, size: int) -> int:
    """Eliminate the first `pivots` columns of a frontal matrix in place; return how many pivots were negative."""
    negative, wide = 0, WIDE_PANEL if pivots >= LARGE_FRONT else PANEL_WIDTH
    for begin in range(0, pivots, wide):
        end = min(begin + wide, pivots)
        for k0 in range(begin, end, PANEL_WIDTH):
            k1 = min(k0 + PANEL_WIDTH, end)
            for k in range(k0, k1):
                if k > k0:  # row k still lacks the contributions of earlier pivots in the panel
                    _update_rows(front, k0, k, k, k + 1, size)
                negative += front[k, k] < 0.0
            if k1 < end:
                _update_with_blas(front, k0, k1, k1, end, size)
        if size - end >= BLAS_ROWS:
            _update_with_blas(front, begin, end, end, size, size)
        else:
            _update_rows(front, begin, end, end, size, size)
    return negative


@inline
def front_sizes(symbolic: SymbolicAnalysis, f: int, d: int) -> tuple[int, int]:
    """Return the number of pivots of a front, and its size: pivots and rows of the contribution block.

    Parameters
    ----------
    symbolic : SymbolicAnalysis
        The fronts.
    f : int
        Number of the front.
    d : int
        Components a particle has.
    """
    pivots = d * (symbolic.starts[f + 1] - symbolic.starts[f])
    return pivots, pivots + d * (symbolic.row_pointers[f + 1] - symbolic.row_pointers[f])


@inline
def _assemble_matrix(
    front: Array, f: int, shift: float, matrix: BlockMatrix, symbolic: SymbolicAnalysis, local: IntArray
) -> None:
    """Write the supernode's rows of H - shift into a frontal matrix of zeros.

    `local` receives, for each position in the elimination order that occurs in the front, its block row there.
    """
    order, inverse_order, d = symbolic.order, symbolic.inverse_order, matrix.blocks.shape[1]
    begin, end = symbolic.starts[f], symbolic.starts[f + 1]
    for p in range(begin, end):
        local[p] = p - begin
    for t in range(symbolic.row_pointers[f], symbolic.row_pointers[f + 1]):
        local[symbolic.rows[t]] = end - begin + t - symbolic.row_pointers[f]
    for p in range(begin, end):
        i = order[p]
        for t in range(matrix.row_pointers[i], matrix.row_pointers[i + 1]):
            q = inverse_order[matrix.columns[t]]
            if q >= p:
                for a in range(d):
                    for b in range(d):
                        front[d * local[p] + a, d * local[q] + b] = matrix.blocks[t, a, b]
        for a in range(d):
            front[d * local[p] + a, d * local[p] + a] -= shift


@inline
def _extend_add(front: Array, contribution: Array, rows: IntArray, d: int, local: IntArray) -> None:
    """Add a child's contribution block, with block rows at these positions in the order, to the frontal matrix."""
    for s in range(rows.size):
        x = d * local[rows[s]]
        for a in range(d):
            for t in range(s, rows.size):
                y = d * local[rows[t]]
                for b in range(a if t == s else 0, d):
                    front[x + a, y + b] += contribution[d * s + a, d * t + b]


@inline
def _store_pivot_rows(front: Array, pivots: int, size: int, stored: Array) -> bool:
    """Copy the pivot rows, with the pivots inverted; return whether one is zero or not finite."""
    unusable = False
    for k in range(pivots):
        for j in range(size):
            stored[k * size + j] = front[k, j]
        unusable |= not abs(front[k, k]) > 0.0 or not np.isfinite(front[k, k])
        stored[k * (size + 1)] = 1.0 / front[k, k]
    return unusable


@inline
def _add_children(front: Array, f: int, symbolic: SymbolicAnalysis, stack: FrontStack, d: int, local: IntArray) -> None:
    """Take the contribution blocks of the front's children from the stack, the last one first, and add them."""
    count, top = stack.used[0], stack.used[1]
    while count > 0 and symbolic.parents[stack.waiting[count - 1]] == f:
        count -= 1
        child = stack.waiting[count]
        rows = symbolic.rows[symbolic.row_pointers[child] : symbolic.row_pointers[child + 1]]
        top -= (d * rows.size) ** 2
        contribution = stack.blocks[top : top + (d * rows.size) ** 2].reshape(d * rows.size, d * rows.size)
        _extend_add(front, contribution, rows, d, local)
    stack.used[0], stack.used[1] = count, top


@inline
def _push(front: Array, f: int, pivots: int, size: int, stack: FrontStack) -> None:
    """Put the Schur complement that is left of a front on the stack."""
    left, top = size - pivots, stack.used[1]
    contribution = stack.blocks[top : top + left * left].reshape(left, left)
    for x in range(left):
        for y in range(x, left):
            contribution[x, y] = front[pivots + x, pivots + y]
    stack.waiting[stack.used[0]] = f
    stack.used[0] += 1
    stack.used[1] += left * left


@kernel
def factorize_fronts(
    shift: float,
    matrix: BlockMatrix,
    symbolic: SymbolicAnalysis,
    factor: LDLFactor,
    begin: int,
    end: int,
    stack: FrontStack,
) -> int:
    """Eliminate the fronts begin <= f < end of H - shift, in the order of a symbolic analysis.

    Parameters
    ----------
    shift : float
        Subtracted from the diagonal, in the units of H.
    matrix : BlockMatrix
        The symmetric matrix H.
    symbolic : SymbolicAnalysis
        From `nested_dissection.analyze` with the contacts of H.
    factor : LDLFactor
        Its pointers are set; the values of these fronts are written.
    begin, end : int
        The fronts. The contribution blocks of their children must be among them, or wait on the stack.
    stack : FrontStack
        Changed in place: contribution blocks are taken, and those of these fronts are added.

    Returns
    -------
    negative : int
        Number of negative pivots; -1 if a pivot is zero or not finite.
    """
    d, largest = matrix.blocks.shape[1], 0
    for f in range(begin, end):
        largest = max(largest, front_sizes(symbolic, f, d)[1])
    workspace = np.empty(largest * largest)
    local = np.empty(symbolic.order.size, np.int64)
    negative, unusable = 0, False
    for f in range(begin, end):
        pivots, size = front_sizes(symbolic, f, d)
        front = workspace[: size * size].reshape(size, size)
        for k in range(size * size):
            workspace[k] = 0.0
        _assemble_matrix(front, f, shift, matrix, symbolic, local)
        _add_children(front, f, symbolic, stack, d, local)
        negative += _eliminate(front, pivots, size)
        stored = factor.values[factor.pointers[f] : factor.pointers[f + 1]]
        unusable |= _store_pivot_rows(front, pivots, size, stored)
        if symbolic.parents[f] >= 0:
            _push(front, f, pivots, size, stack)
    return -1 if unusable else negative
