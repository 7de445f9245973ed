"""Newton's step in a basin: H p = F solved by preconditioned conjugate gradients on the pairs, no matrix formed."""

from __future__ import annotations

import numpy as np

from atomglass.kernels.cell_list import IMAGE_BITS
from atomglass.kernels.jit import inline
from atomglass.kernels.pair_potential import pair_derivatives
from atomglass.kernels.pair_sums import separation


@inline
def pair_blocks(positions, first, neighbors, inverse_squares, shifts, p, dimension):
    """Return the interacting pairs as a half list (begin, columns) and their blocks alpha r r + beta 1.

    Blocks are (P, 3: xx, xy, yy) in the plane and (P, 6: xx, xy, xz, yy, yz, zz) in space.
    """
    begin = np.zeros(first.size, np.int64)
    columns = np.empty(neighbors.size, np.uint32)
    blocks = np.empty((neighbors.size, 3 if dimension == 2 else 6))
    count = 0
    for i in range(positions.shape[0]):
        for k in range(first[i], first[i + 1]):
            dx, dy, dz = separation(positions, i, neighbors[k], shifts)
            w = inverse_squares[k]
            ratio = (dx * dx + dy * dy + dz * dz) * w
            if ratio < p.cutoff_squared:
                _, f1, f2, _, _ = pair_derivatives(ratio, p)
                alpha, beta = 4.0 * f2 * w * w, 2.0 * f1 * w
                columns[count] = neighbors[k] >> IMAGE_BITS
                block = blocks[count]
                if dimension == 2:
                    block[0], block[1], block[2] = alpha * dx * dx + beta, alpha * dx * dy, alpha * dy * dy + beta
                else:
                    block[0], block[1], block[2] = alpha * dx * dx + beta, alpha * dx * dy, alpha * dx * dz
                    block[3], block[4], block[5] = alpha * dy * dy + beta, alpha * dy * dz, alpha * dz * dz + beta
                count += 1
        begin[i + 1] = count
    return begin, columns[:count], blocks[:count]


@inline
def multiply(begin, columns, blocks, vector, result, dimension):
    """Write H vector, both flat (d N); return vector.H.vector."""
    result[:] = 0.0
    if dimension == 2:
        for i in range(begin.size - 1):
            x, y = vector[2 * i], vector[2 * i + 1]
            gx, gy = 0.0, 0.0
            for k in range(begin[i], begin[i + 1]):
                j = 2 * columns[k]
                wx, wy = x - vector[j], y - vector[j + 1]
                ax = blocks[k, 0] * wx + blocks[k, 1] * wy
                ay = blocks[k, 1] * wx + blocks[k, 2] * wy
                gx += ax
                gy += ay
                result[j] -= ax
                result[j + 1] -= ay
            result[2 * i] += gx
            result[2 * i + 1] += gy
    else:
        for i in range(begin.size - 1):
            x, y, z = vector[3 * i], vector[3 * i + 1], vector[3 * i + 2]
            gx, gy, gz = 0.0, 0.0, 0.0
            for k in range(begin[i], begin[i + 1]):
                j = 3 * columns[k]
                wx, wy, wz = x - vector[j], y - vector[j + 1], z - vector[j + 2]
                ax = blocks[k, 0] * wx + blocks[k, 1] * wy + blocks[k, 2] * wz
                ay = blocks[k, 1] * wx + blocks[k, 3] * wy + blocks[k, 4] * wz
                az = blocks[k, 2] * wx + blocks[k, 4] * wy + blocks[k, 5] * wz
                gx += ax
                gy += ay
                gz += az
                result[j] -= ax
                result[j + 1] -= ay
                result[j + 2] -= az
            result[3 * i] += gx
            result[3 * i + 1] += gy
            result[3 * i + 2] += gz
    bend = 0.0
    for k in range(vector.size):
        bend += vector[k] * result[k]
    return bend


@inline
def inverse_diagonal(begin, columns, blocks, dimension):
    """Return the inverses of the Hessian's diagonal blocks, packed as the pairs' blocks are."""
    n = begin.size - 1
    m = np.zeros((n, blocks.shape[1]))
    for i in range(n):
        for k in range(begin[i], begin[i + 1]):
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
        else:  # held by less than d contacts, or pushed: leave it as it is
            unit = 1.0 / max(abs(a) + abs(b), 1.0)
            xx, xy, xz, yy, yz, zz = unit, 0.0, 0.0, unit, 0.0, unit
        if dimension == 2:
            m[i, 0], m[i, 1], m[i, 2] = xx, xy, yy
        else:
            m[i, 0], m[i, 1], m[i, 2], m[i, 3], m[i, 4], m[i, 5] = xx, xy, xz, yy, yz, zz
    return m


@inline
def precondition(inverse, rest, result, dimension):
    """Write the inverse blocks times rest; return rest.result and rest.rest."""
    rz, rr = 0.0, 0.0
    for i in range(inverse.shape[0]):
        if dimension == 2:
            x, y = rest[2 * i], rest[2 * i + 1]
            ax, ay = x * inverse[i, 0] + y * inverse[i, 1], x * inverse[i, 1] + y * inverse[i, 2]
            result[2 * i], result[2 * i + 1] = ax, ay
            rz += x * ax + y * ay
            rr += x * x + y * y
        else:
            x, y, z = rest[3 * i], rest[3 * i + 1], rest[3 * i + 2]
            ax = x * inverse[i, 0] + y * inverse[i, 1] + z * inverse[i, 2]
            ay = x * inverse[i, 1] + y * inverse[i, 3] + z * inverse[i, 4]
            az = x * inverse[i, 2] + y * inverse[i, 4] + z * inverse[i, 5]
            result[3 * i], result[3 * i + 1], result[3 * i + 2] = ax, ay, az
            rz += x * ax + y * ay + z * az
            rr += x * x + y * y + z * z
    return rz, rr


@inline
def without_drift(flat, direction, dimension):
    """Write a flat (d N) field as (N, 3), less the uniform displacement that the preconditioner brings in."""
    direction[:] = 0.0
    for m in range(dimension):
        mean = 0.0
        for i in range(direction.shape[0]):
            mean += flat[dimension * i + m]
        mean /= direction.shape[0]
        for i in range(direction.shape[0]):
            direction[i, m] = flat[dimension * i + m] - mean


@inline
def newton_direction(positions, forces, first, neighbors, inverse_squares, shifts, p, dimension, accuracy, direction):
    """Write the direction with H direction = forces to a relative accuracy; return products done, or minus them.

    Minus: a direction of negative curvature turned up, or too many products were needed; `direction` is of no use then.
    """
    begin, columns, blocks = pair_blocks(positions, first, neighbors, inverse_squares, shifts, p, dimension)
    n = positions.shape[0]
    inverse = inverse_diagonal(begin, columns, blocks, dimension)
    rest = forces[:, :dimension].copy().reshape(-1)  # without z in the plane: a third less to read and write
    solution, search = np.zeros_like(rest), np.zeros_like(rest)
    image, scaled = np.empty_like(rest), np.empty_like(rest)
    goal, old = 0.0, 0.0
    most = 40 * int(np.sqrt(n)) + 200
    for product in range(most):
        rz, rr = precondition(inverse, rest, scaled, dimension)
        if product == 0:
            goal = accuracy * accuracy * rr
        elif rr <= goal:
            without_drift(solution, direction, dimension)
            return product
        ratio = rz / old if product > 0 else 0.0
        old = rz
        for k in range(rest.size):
            search[k] = scaled[k] + ratio * search[k]
        bend = multiply(begin, columns, blocks, search, image, dimension)
        if not bend > 0.0:
            return -product - 1
        step = rz / bend
        for k in range(rest.size):
            solution[k] += step * search[k]
            rest[k] -= step * image[k]
    return -most
