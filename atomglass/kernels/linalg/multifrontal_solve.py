"""Solutions of linear systems with a multifrontal L D L^T factorization, one right-hand side or several at a time.

With one right-hand side every element of the factor is used once, so that memory sets the speed. Several are solved
together, front by front, where matrix products use each element that is read for all of them. Subtrees may be treated
at the same time; what they contribute to their ancestors is then added in the order of the fronts, which gives the same
bits.
"""

from __future__ import annotations

import numpy as np

from atomglass.kernels.jit import inline, kernel
from atomglass.kernels.linalg.matrix_product import add_inner_products, subtract_product
from atomglass.kernels.linalg.multifrontal_ldlt import LDLFactor, front_sizes
from atomglass.kernels.linalg.nested_dissection import SymbolicAnalysis
from atomglass.types import Array

#: Numbers of right-hand sides and of elements in the pivot rows of a front from which solutions are found together.
TOGETHER, LARGE_FRONT = 3, 10_000
#: Number of pivots between two matrix products.
PANEL_WIDTH = 32


@inline
def _eliminate_forward(pivot_rows: Array, pivots: int, size: int, x: Array) -> None:
    """Overwrite the first `pivots` elements of x with D^-1 L^-1 x, and subtract their contribution from the others."""
    k = 0
    while k + 2 <= pivots:  # two rows at a time, for half as many loads and stores
        r0, r1 = k * size, (k + 1) * size
        z0 = x[k] * pivot_rows[r0 + k]
        z1 = (x[k + 1] - z0 * pivot_rows[r0 + k + 1]) * pivot_rows[r1 + k + 1]
        x[k], x[k + 1] = z0, z1
        trailing, a, b = x[k + 2 : size], pivot_rows[r0 + k + 2 : r0 + size], pivot_rows[r1 + k + 2 : r1 + size]
        for j in range(trailing.size):
            trailing[j] -= z0 * a[j] + z1 * b[j]
        k += 2
    if k < pivots:
        z0 = x[k] * pivot_rows[k * size + k]
        x[k] = z0
        for j in range(k + 1, size):
            x[j] -= z0 * pivot_rows[k * size + j]


@inline
def _substitute_back(pivot_rows: Array, pivots: int, size: int, x: Array) -> None:
    """Solve L^T y = x for the first `pivots` unknowns in place, where the others are known."""
    k = pivots - 1
    while k >= 1:
        r0, r1 = (k - 1) * size, k * size
        s0, s1 = 0.0, 0.0
        known, a, b = x[k + 1 : size], pivot_rows[r0 + k + 1 : r0 + size], pivot_rows[r1 + k + 1 : r1 + size]
        for j in range(known.size):
            s0 += a[j] * known[j]
            s1 += b[j] * known[j]
        x[k] -= s1 * pivot_rows[r1 + k]
        x[k - 1] -= (s0 + pivot_rows[r0 + k] * x[k]) * pivot_rows[r0 + k - 1]
        k -= 2
    if k == 0:
        s0 = 0.0
        for j in range(1, size):
            s0 += pivot_rows[j] * x[j]
        x[0] -= s0 * pivot_rows[0]


@inline
def _eliminate_together(pivot_rows: Array, pivots: int, size: int, x: Array, count: int) -> None:
    """The same as `_eliminate_forward` for `count` vectors, one after the other in x, a panel of pivots at a time."""
    solved = np.empty(PANEL_WIDTH * count)
    for k0 in range(0, pivots, PANEL_WIDTH):
        k1 = min(k0 + PANEL_WIDTH, pivots)
        for right in range(count):
            for k in range(k0, k1):
                z = x[right * size + k] * pivot_rows[k * size + k]
                x[right * size + k] = solved[(k - k0) * count + right] = z
                trailing, row = x[right * size + k + 1 : right * size + k1], pivot_rows[k * size + k + 1 :]
                for j in range(trailing.size):
                    trailing[j] -= z * row[j]
        if k1 < size:
            sizes = (count, size - k1, k1 - k0)
            subtract_product(x[k1:], solved, pivot_rows[k0 * size + k1 :], sizes, size)


@inline
def _substitute_together(pivot_rows: Array, pivots: int, size: int, x: Array, count: int) -> None:
    """The same as `_substitute_back` for `count` vectors, one after the other in x, a panel of pivots at a time."""
    sums = np.empty(PANEL_WIDTH * count)
    for k0 in range((pivots - 1) // PANEL_WIDTH * PANEL_WIDTH, -1, -PANEL_WIDTH):
        k1 = min(k0 + PANEL_WIDTH, pivots)
        width = k1 - k0
        for i in range(count * width):
            sums[i] = 0.0
        if k1 < size:
            add_inner_products(sums, x[k1:], pivot_rows[k0 * size + k1 :], (count, width, size - k1), size)
        for right in range(count):
            for k in range(k1 - 1, k0 - 1, -1):
                total = sums[right * width + k - k0]
                known, row = x[right * size + k + 1 : right * size + k1], pivot_rows[k * size + k + 1 :]
                for j in range(known.size):
                    total += row[j] * known[j]
                x[right * size + k] -= total * pivot_rows[k * size + k]


@inline
def _forward(
    symbolic: SymbolicAnalysis, factor: LDLFactor, d: int, y: Array, begin_front: int, end_front: int, later: Array
) -> None:
    """Overwrite right-hand sides y (K, n), in elimination order, with D^-1 L^-1 y: fronts from leaves to root.

    If `later` (K, L) is not empty, contributions to particles that none of these fronts eliminates go there, one after
    another, and not to y.
    """
    count, limit = y.shape[0], symbolic.starts[end_front] if later.shape[1] else symbolic.order.size
    local, written = np.empty(count * _largest(symbolic, begin_front, end_front, d)), 0
    for f in range(begin_front, end_front):
        begin, first, last = d * symbolic.starts[f], symbolic.row_pointers[f], symbolic.row_pointers[f + 1]
        pivots, size = front_sizes(symbolic, f, d)
        pivot_rows = factor.values[factor.pointers[f] : factor.pointers[f + 1]]
        for right in range(count):
            for k in range(pivots):
                local[right * size + k] = y[right, begin + k]
            for k in range(pivots, size):
                local[right * size + k] = 0.0
        if count >= TOGETHER and pivots * size >= LARGE_FRONT:
            _eliminate_together(pivot_rows, pivots, size, local, count)
        else:
            for right in range(count):
                _eliminate_forward(pivot_rows, pivots, size, local[right * size : (right + 1) * size])
        inner = last
        while inner > first and symbolic.rows[inner - 1] >= limit:  # rows are in ascending order
            inner -= 1
        for right in range(count):
            for k in range(pivots):
                y[right, begin + k] = local[right * size + k]
            for t in range(first, inner):
                for a in range(d):
                    y[right, d * symbolic.rows[t] + a] += local[right * size + pivots + d * (t - first) + a]
            for k in range(d * (last - inner)):
                later[right, written + k] = local[right * size + pivots + d * (inner - first) + k]
        written += d * (last - inner)


@inline
def _largest(symbolic: SymbolicAnalysis, begin_front: int, end_front: int, d: int) -> int:
    """Return the size of the largest front of a range."""
    largest = 0
    for f in range(begin_front, end_front):
        largest = max(largest, front_sizes(symbolic, f, d)[1])
    return largest


@inline
def _backward(
    symbolic: SymbolicAnalysis, factor: LDLFactor, d: int, y: Array, begin_front: int, end_front: int
) -> None:
    """Overwrite y (K, n), in elimination order, with L^-T y: fronts from root to leaves."""
    count = y.shape[0]
    local = np.empty(count * _largest(symbolic, begin_front, end_front, d))
    for f in range(end_front - 1, begin_front - 1, -1):
        begin, first, last = d * symbolic.starts[f], symbolic.row_pointers[f], symbolic.row_pointers[f + 1]
        pivots, size = front_sizes(symbolic, f, d)
        pivot_rows = factor.values[factor.pointers[f] : factor.pointers[f + 1]]
        for right in range(count):
            for k in range(pivots):
                local[right * size + k] = y[right, begin + k]
            for t in range(first, last):
                for a in range(d):
                    local[right * size + pivots + d * (t - first) + a] = y[right, d * symbolic.rows[t] + a]
        if count >= TOGETHER and pivots * size >= LARGE_FRONT:
            _substitute_together(pivot_rows, pivots, size, local, count)
        else:
            for right in range(count):
                _substitute_back(pivot_rows, pivots, size, local[right * size : (right + 1) * size])
        for right in range(count):
            for k in range(pivots):
                y[right, begin + k] = local[right * size + k]


@kernel
def solve(symbolic: SymbolicAnalysis, factor: LDLFactor, x: Array) -> None:
    """Solve (H - shift) x = b for several right-hand sides b, in place.

    Parameters
    ----------
    symbolic : SymbolicAnalysis
        The analysis with which the matrix was factorized.
    factor : LDLFactor
        From `multifrontal_ldlt.factorize_fronts`.
    x : (K, n) array
        One right-hand side in each row; overwritten with the solutions.
    """
    order, fronts = symbolic.order, symbolic.parents.size
    n, d = order.size, x.shape[1] // order.size
    y = np.empty((x.shape[0], d * n))
    for right in range(x.shape[0]):
        for p in range(n):
            for a in range(d):
                y[right, d * p + a] = x[right, d * order[p] + a]
    _forward(symbolic, factor, d, y, 0, fronts, np.empty((1, 0)))
    _backward(symbolic, factor, d, y, 0, fronts)
    for right in range(x.shape[0]):
        for p in range(n):
            for a in range(d):
                x[right, d * order[p] + a] = y[right, d * p + a]


@kernel
def forward(
    symbolic: SymbolicAnalysis, factor: LDLFactor, d: int, y: Array, begin: int, end: int, later: Array
) -> None:
    """Eliminate the fronts begin <= f < end from right-hand sides, in place.

    Parameters
    ----------
    symbolic, factor : SymbolicAnalysis, LDLFactor
        Analysis and factor of the matrix.
    d : int
        Components a particle has.
    y : (K, n) array
        Right-hand sides, particles in the order of elimination; changed in place.
    begin, end : int
        The fronts: all of a subtree, or of the rest of the tree.
    later : (K, L) array
        Receives what a subtree contributes to particles that its fronts do not eliminate, one after another, for
        `add_contributions`; L = 0 if it is added to `y` at once.
    """
    _forward(symbolic, factor, d, y, begin, end, later)


@kernel
def backward(symbolic: SymbolicAnalysis, factor: LDLFactor, d: int, y: Array, begin: int, end: int) -> None:
    """Substitute back in the fronts begin <= f < end, in place, where their ancestors are solved.

    Parameters
    ----------
    symbolic, factor : SymbolicAnalysis, LDLFactor
        Analysis and factor of the matrix.
    d : int
        Components a particle has.
    y : (K, n) array
        From `forward`; changed in place.
    begin, end : int
        The fronts.
    """
    _backward(symbolic, factor, d, y, begin, end)


@kernel
def add_contributions(symbolic: SymbolicAnalysis, d: int, y: Array, begin: int, end: int, later: Array) -> None:
    """Add what `forward` kept of the fronts begin <= f < end, in the order in which it would have been added.

    Parameters
    ----------
    symbolic : SymbolicAnalysis
        Analysis of the matrix.
    d : int
        Components a particle has.
    y : (K, n) array
        Right-hand sides, changed in place.
    begin, end : int
        The fronts of the subtree.
    later : (K, L) array
        From `forward`.
    """
    read = 0
    for f in range(begin, end):
        for t in range(symbolic.row_pointers[f], symbolic.row_pointers[f + 1]):
            if symbolic.rows[t] >= symbolic.starts[end]:
                for right in range(y.shape[0]):
                    for a in range(d):
                        y[right, d * symbolic.rows[t] + a] += later[right, read + a]
                read += d
