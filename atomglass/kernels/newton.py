"""Newton's step in a basin: H p = F solved by preconditioned conjugate gradients on the pairs, no matrix formed."""

from __future__ import annotations

import numpy as np

from atomglass.kernels.cells import IMAGE_BITS
from atomglass.kernels.compile import inline
from atomglass.kernels.forces import separation
from atomglass.kernels.pair import pair_derivatives


@inline
def pair_blocks(positions, first, neighbours, inverse_squares, shifts, p):
    """Return the interacting pairs (P, 2) and numbers (P, 5): r, alpha, beta of their blocks alpha r r + beta 1."""
    pairs = np.empty((neighbours.size, 2), np.uint32)
    numbers = np.empty((neighbours.size, 5))
    count = 0
    for i in range(positions.shape[0]):
        for k in range(first[i], first[i + 1]):
            dx, dy, dz = separation(positions, i, neighbours[k], shifts)
            w = inverse_squares[k]
            ratio = (dx * dx + dy * dy + dz * dz) * w
            if ratio < p.cutoff_squared:
                _, f1, f2, _, _ = pair_derivatives(ratio, p)
                pairs[count, 0], pairs[count, 1] = i, neighbours[k] >> IMAGE_BITS
                numbers[count, 0], numbers[count, 1], numbers[count, 2] = dx, dy, dz
                numbers[count, 3], numbers[count, 4] = 4.0 * f2 * w * w, 2.0 * f1 * w
                count += 1
    return pairs[:count], numbers[:count]


@inline
def multiply(pairs, numbers, vector, result):
    """Write H vector (N, 3)."""
    result[:] = 0.0
    for k in range(pairs.shape[0]):
        i, j = pairs[k, 0], pairs[k, 1]
        rx, ry, rz, alpha, beta = numbers[k, 0], numbers[k, 1], numbers[k, 2], numbers[k, 3], numbers[k, 4]
        wx, wy, wz = vector[i, 0] - vector[j, 0], vector[i, 1] - vector[j, 1], vector[i, 2] - vector[j, 2]
        a = alpha * (rx * wx + ry * wy + rz * wz)
        gx, gy, gz = a * rx + beta * wx, a * ry + beta * wy, a * rz + beta * wz
        result[i, 0] += gx
        result[i, 1] += gy
        result[i, 2] += gz
        result[j, 0] -= gx
        result[j, 1] -= gy
        result[j, 2] -= gz


@inline
def inverse_diagonal(pairs, numbers, number, dimension):
    """Return the inverses (N, 6: xx, yy, zz, xy, xz, yz) of the Hessian's diagonal blocks."""
    m = np.zeros((number, 6))
    for k in range(pairs.shape[0]):
        rx, ry, rz, alpha, beta = numbers[k, 0], numbers[k, 1], numbers[k, 2], numbers[k, 3], numbers[k, 4]
        for end in range(2):
            i = pairs[k, end]
            m[i, 0] += alpha * rx * rx + beta
            m[i, 1] += alpha * ry * ry + beta
            m[i, 2] += alpha * rz * rz + beta
            m[i, 3] += alpha * rx * ry
            m[i, 4] += alpha * rx * rz
            m[i, 5] += alpha * ry * rz
    for i in range(number):
        a, b, c, d, e, f = m[i, 0], m[i, 1], m[i, 2], m[i, 3], m[i, 4], m[i, 5]
        if dimension == 2:
            c, e, f = 1.0, 0.0, 0.0
        det = a * (b * c - f * f) - d * (d * c - f * e) + e * (d * f - b * e)
        if a > 0.0 and a * b - d * d > 0.0 and det > 0.0:
            m[i, 0], m[i, 1], m[i, 2] = (b * c - f * f) / det, (a * c - e * e) / det, (a * b - d * d) / det
            m[i, 3], m[i, 4], m[i, 5] = (e * f - d * c) / det, (d * f - b * e) / det, (d * e - a * f) / det
        else:  # held by less than d contacts, or pushed: leave it as it is
            unit = 1.0 / max(abs(a) + abs(b), 1.0)
            m[i, 0], m[i, 1], m[i, 2], m[i, 3], m[i, 4], m[i, 5] = unit, unit, unit, 0.0, 0.0, 0.0
    return m


@inline
def _remove_drift(direction):
    """Take the uniform displacement out: the preconditioner brings one in."""
    for m in range(3):
        mean = direction[:, m].sum() / direction.shape[0]
        for i in range(direction.shape[0]):
            direction[i, m] -= mean


@inline
def newton_direction(positions, forces, first, neighbours, inverse_squares, shifts, p, dimension, accuracy, direction):
    """Write the direction with H direction = forces to a relative accuracy; return products done, or minus them.

    Minus: a direction of negative curvature turned up, or too many products were needed; `direction` is of no use then.
    """
    pairs, numbers = pair_blocks(positions, first, neighbours, inverse_squares, shifts, p)
    n = positions.shape[0]
    inverse = inverse_diagonal(pairs, numbers, n, dimension)
    rest = forces.copy()
    search = np.zeros_like(forces)
    image = np.empty_like(forces)
    direction[:] = 0.0
    goal, old = 0.0, 0.0
    most = 40 * int(np.sqrt(n)) + 200
    for product in range(most):
        rz, rr = 0.0, 0.0
        for i in range(n):
            x, y, z = rest[i, 0], rest[i, 1], rest[i, 2]
            rr += x * x + y * y + z * z
            rz += x * x * inverse[i, 0] + y * y * inverse[i, 1] + z * z * inverse[i, 2]
            rz += 2.0 * (x * y * inverse[i, 3] + x * z * inverse[i, 4] + y * z * inverse[i, 5])
        if product == 0:
            goal = accuracy * accuracy * rr
        elif rr <= goal:
            _remove_drift(direction)
            return product
        ratio = rz / old if product > 0 else 0.0
        old = rz
        for i in range(n):
            x, y, z = rest[i, 0], rest[i, 1], rest[i, 2]
            search[i, 0] = ratio * search[i, 0] + x * inverse[i, 0] + y * inverse[i, 3] + z * inverse[i, 4]
            search[i, 1] = ratio * search[i, 1] + x * inverse[i, 3] + y * inverse[i, 1] + z * inverse[i, 5]
            search[i, 2] = ratio * search[i, 2] + x * inverse[i, 4] + y * inverse[i, 5] + z * inverse[i, 2]
        multiply(pairs, numbers, search, image)
        bend = 0.0
        for i in range(n):
            bend += search[i, 0] * image[i, 0] + search[i, 1] * image[i, 1] + search[i, 2] * image[i, 2]
        if not bend > 0.0:
            return -product - 1
        step = rz / bend
        for i in range(n):
            for m in range(3):
                direction[i, m] += step * search[i, m]
                rest[i, m] -= step * image[i, m]
    return -most
