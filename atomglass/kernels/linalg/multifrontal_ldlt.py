"""Multifrontal L D L^T of a symmetric block matrix, without pivoting, and solutions with it.

Front by front: its rows of the matrix and the remainders of its children are added up in a small dense matrix, its own
columns are eliminated, and what is left waits for its parent (Duff and Reid, ACM Trans. Math. Softw. 9, 302 (1983)).
Only the upper triangles, U = D L^T, are computed and kept.
"""

from __future__ import annotations

import numpy as np

from atomglass.kernels.jit import inline, kernel

#: Columns that are eliminated before the rest of a front is updated.
PANEL = 32
#: Trailing rows from which the update is left to BLAS, and rows of one such update.
LARGE, STRIP = 96, 128


# Inner loops run from 0 over slices: numba then sees that no index is negative, and they become vector instructions.


@inline
def _update_rows(front, k0, k1, i0, i1, width):
    """Subtract from rows i0 <= i < i1, columns i and up, what eliminating the rows k0 <= k < k1 asks for."""
    for i in range(i0, i1):
        row = front[i, i:width]
        k = k0
        while k + 4 <= k1:
            a0, a1 = front[k, i] / front[k, k], front[k + 1, i] / front[k + 1, k + 1]
            a2, a3 = front[k + 2, i] / front[k + 2, k + 2], front[k + 3, i] / front[k + 3, k + 3]
            r0, r1 = front[k, i:width], front[k + 1, i:width]
            r2, r3 = front[k + 2, i:width], front[k + 3, i:width]
            for j in range(row.size):
                row[j] -= a0 * r0[j] + a1 * r1[j] + a2 * r2[j] + a3 * r3[j]
            k += 4
        while k < k1:
            a, other = front[k, i] / front[k, k], front[k, i:width]
            for j in range(row.size):
                row[j] -= a * other[j]
            k += 1


@inline
def _update_blas(front, k0, k1, width):
    """Do the same to all rows from k1 on by matrix products, strip by strip."""
    upper = front[k0:k1, k1:width].copy()
    scaled = upper.copy()
    for k in range(k1 - k0):
        scaled[k] /= front[k0 + k, k0 + k]
    rest = width - k1
    for r0 in range(0, rest, STRIP):
        r1 = min(r0 + STRIP, rest)
        change = np.dot(scaled[:, r0:r1].copy().T, upper[:, r0:].copy())
        for r in range(r0, r1):
            for j in range(r, rest):
                front[k1 + r, k1 + j] -= change[r - r0, j - r0]


@inline
def _eliminate(front, own, width):
    """Eliminate the first `own` columns of a front in place; return how many pivots were negative."""
    negative = 0
    for k0 in range(0, own, PANEL):
        k1 = min(k0 + PANEL, own)
        for k in range(k0, k1):
            if k > k0:  # row k as the panel's rows before it leave it
                _update_rows(front, k0, k, k, k + 1, width)
            negative += front[k, k] < 0.0
        if width - k1 >= LARGE:
            _update_blas(front, k0, k1, width)
        else:
            _update_rows(front, k0, k1, k1, width, width)
    return negative


@kernel
def factorize(shift, block_first, block_columns, blocks, order, starts, parents, rows_first, rows, stack_size):
    """Factorize H - shift in the given order.

    Parameters
    ----------
    shift : float
        Taken off the diagonal.
    block_first, block_columns, blocks : (N + 1,), (B,), (B, d, d) arrays
        H by rows of blocks.
    order, starts, parents, rows_first, rows
        From `dissection.dissect` and `dissection.fill`.
    stack_size : int
        Numbers to keep for remainders.

    Returns
    -------
    panels_first, panels : (F + 1,), (M,) arrays
        Each front's rows of U, own by width, with 1/D on the diagonal.
    negative : int
        Negative pivots: eigenvalues of H below the shift (Sylvester's law of inertia); -1 if one is zero or no number.
    """
    n, d, fronts = order.size, blocks.shape[1], parents.size
    place, local = np.empty(n, np.int64), np.empty(n, np.int64)
    for p in range(n):
        place[order[p]] = p
    panels_first = np.zeros(fronts + 1, np.int64)
    most = 0
    for f in range(fronts):
        own = d * (starts[f + 1] - starts[f])
        width = own + d * (rows_first[f + 1] - rows_first[f])
        panels_first[f + 1] = panels_first[f] + own * width
        most = max(most, width)
    panels = np.empty(panels_first[fronts])
    stack = np.empty(stack_size)
    space = np.empty(most * most)
    waiting = np.empty(fronts, np.int64)  # fronts whose remainders are on the stack
    count, top, negative, broken = 0, 0, 0, False
    for f in range(fronts):
        begin, end = starts[f], starts[f + 1]
        own = d * (end - begin)
        width = own + d * (rows_first[f + 1] - rows_first[f])
        front = space[: width * width].reshape(width, width)
        front[:] = 0.0
        for p in range(begin, end):
            local[p] = p - begin
        for t in range(rows_first[f], rows_first[f + 1]):
            local[rows[t]] = end - begin + t - rows_first[f]
        for p in range(begin, end):
            i = order[p]
            for t in range(block_first[i], block_first[i + 1]):
                q = place[block_columns[t]]
                if q >= p:
                    for a in range(d):
                        for b in range(d):
                            front[d * local[p] + a, d * local[q] + b] = blocks[t, a, b]
            for a in range(d):
                front[d * local[p] + a, d * local[p] + a] -= shift
        while count > 0 and parents[waiting[count - 1]] == f:
            count -= 1
            child = waiting[count]
            size = rows_first[child + 1] - rows_first[child]
            top -= d * d * size * size
            rest = stack[top : top + d * d * size * size].reshape(d * size, d * size)
            for s in range(size):
                x = d * local[rows[rows_first[child] + s]]
                for a in range(d):
                    for t in range(s, size):
                        y = d * local[rows[rows_first[child] + t]]
                        for b in range(a if t == s else 0, d):
                            front[x + a, y + b] += rest[d * s + a, d * t + b]
        negative += _eliminate(front, own, width)
        panel = panels[panels_first[f] : panels_first[f + 1]]
        panel[:] = space[: own * width]
        for k in range(own):
            broken |= not abs(front[k, k]) > 0.0 or not np.isfinite(front[k, k])
            panel[k * (width + 1)] = 1.0 / front[k, k]
        if parents[f] >= 0:
            size = width - own
            rest = stack[top : top + size * size].reshape(size, size)
            for x in range(size):
                rest[x, x:] = front[own + x, own + x :]
            waiting[count] = f
            count += 1
            top += size * size
    return panels_first, panels, -1 if broken else negative


@inline
def _forward(panel, own, width, local):
    """Overwrite the first `own` of `local` by D^-1 L^-1 local, and take their part off the others."""
    k = 0
    while k + 2 <= own:  # two rows a sweep: half of the loads and stores
        r0, r1 = k * width, (k + 1) * width
        z0 = local[k] * panel[r0 + k]
        z1 = (local[k + 1] - z0 * panel[r0 + k + 1]) * panel[r1 + k + 1]
        local[k], local[k + 1] = z0, z1
        rest, a, b = local[k + 2 : width], panel[r0 + k + 2 : r0 + width], panel[r1 + k + 2 : r1 + width]
        for j in range(rest.size):
            rest[j] -= z0 * a[j] + z1 * b[j]
        k += 2
    if k < own:
        z0 = local[k] * panel[k * width + k]
        local[k] = z0
        for j in range(k + 1, width):
            local[j] -= z0 * panel[k * width + j]


@inline
def _backward(panel, own, width, local):
    """Solve L^T x = local for the first `own`, the others being known."""
    k = own - 1
    while k >= 1:
        r0, r1 = (k - 1) * width, k * width
        s0, s1 = 0.0, 0.0
        rest, a, b = local[k + 1 : width], panel[r0 + k + 1 : r0 + width], panel[r1 + k + 1 : r1 + width]
        for j in range(rest.size):
            s0 += a[j] * rest[j]
            s1 += b[j] * rest[j]
        local[k] -= s1 * panel[r1 + k]
        local[k - 1] -= (s0 + panel[r0 + k] * local[k]) * panel[r0 + k - 1]
        k -= 2
    if k == 0:
        s0 = 0.0
        for j in range(1, width):
            s0 += panel[j] * local[j]
        local[0] -= s0 * panel[0]


@kernel
def solve(order, starts, rows_first, rows, panels_first, panels, d, x):
    """Overwrite each row (a right side) of x (K, n) by the solution."""
    n = order.size
    fronts = starts.size - 1
    most = 0
    for f in range(fronts):
        most = max(most, starts[f + 1] - starts[f] + rows_first[f + 1] - rows_first[f])
    local = np.empty(d * most)
    y = np.empty((x.shape[0], d * n))
    for right in range(x.shape[0]):
        for p in range(n):
            for a in range(d):
                y[right, d * p + a] = x[right, d * order[p] + a]
    for f in range(fronts):
        begin, own = d * starts[f], d * (starts[f + 1] - starts[f])
        width = own + d * (rows_first[f + 1] - rows_first[f])
        panel = panels[panels_first[f] : panels_first[f + 1]]
        for right in range(x.shape[0]):
            for k in range(own):
                local[k] = y[right, begin + k]
            for k in range(own, width):
                local[k] = 0.0
            _forward(panel, own, width, local)
            for k in range(own):
                y[right, begin + k] = local[k]
            for t in range(rows_first[f + 1] - rows_first[f]):
                q = rows[rows_first[f] + t]
                for a in range(d):
                    y[right, d * q + a] += local[own + d * t + a]
    for f in range(fronts - 1, -1, -1):
        begin, own = d * starts[f], d * (starts[f + 1] - starts[f])
        width = own + d * (rows_first[f + 1] - rows_first[f])
        panel = panels[panels_first[f] : panels_first[f + 1]]
        for right in range(x.shape[0]):
            for k in range(own):
                local[k] = y[right, begin + k]
            for t in range(rows_first[f + 1] - rows_first[f]):
                q = rows[rows_first[f] + t]
                for a in range(d):
                    local[own + d * t + a] = y[right, d * q + a]
            _backward(panel, own, width, local)
            for k in range(own):
                y[right, begin + k] = local[k]
    for right in range(x.shape[0]):
        for p in range(n):
            for a in range(d):
                x[right, d * order[p] + a] = y[right, d * p + a]
