"""Steps of a preconditioned descent, each one pass over the particles: large samples, which Python can drive."""

from __future__ import annotations

import numpy as np

from atomglass.kernels.jit import kernel
from atomglass.kernels.minimization import conjugate_gradient as minimize
from atomglass.kernels.minimization import newton_cg as newton


@kernel
def search(
    positions, direction, forces, slope, first_step, longest, first, neighbors, inverse_squares, shifts, p, dimension
):
    """Search along a line, see `minimize.line_search`; return step, energy, slope and evaluations."""
    lists = (first, neighbors, inverse_squares, shifts, p)
    return minimize.line_search(positions, direction, forces, slope, first_step, longest, lists, dimension)


@kernel
def turn(scaled, beta, direction, forces, old, dimension):
    """Make direction = scaled + beta * direction and old = forces; return forces.direction.

    `scaled` and `old` are flat (d N), the others (N, 3).
    """
    slope = 0.0
    for i in range(direction.shape[0]):
        for m in range(dimension):
            k = dimension * i + m
            direction[i, m] = scaled[k] + beta * direction[i, m]
            old[k] = forces[i, m]
            slope += direction[i, m] * forces[i, m]
    return slope


@kernel
def largest(vectors):
    """Return the greatest Euclidean norm of the rows of an (N, 3) array."""
    return minimize.largest_norm(vectors)


@kernel
def strayed(positions, reference):
    """Return how far from where the list was built the farthest particle is."""
    return minimize.strayed(positions, reference)


@kernel
def pair_blocks(positions, first, neighbors, inverse_squares, shifts, p, dimension):
    """Return the Hessian as pairs and blocks, see `newton.pair_blocks`: rows, columns (P,) and blocks."""
    begin, columns, blocks = newton.pair_blocks(positions, first, neighbors, inverse_squares, shifts, p, dimension)
    rows = np.empty(columns.size, np.uint32)
    for i in range(begin.size - 1):
        rows[begin[i] : begin[i + 1]] = i
    return rows, columns, blocks


@kernel
def multiply(rows, columns, blocks, vector, result, dimension):
    """Write H vector, both flat (d N); return vector.H.vector.

    Pair by pair, without a loop over each particle's own: two to four turns, of which the processor cannot learn how
    many in a large sample, so that half of the time was wrong guesses.
    """
    result[:] = 0.0
    if dimension == 2:
        for k in range(rows.size):
            i, j = 2 * rows[k], 2 * columns[k]
            wx, wy = vector[i] - vector[j], vector[i + 1] - vector[j + 1]
            ax = blocks[k, 0] * wx + blocks[k, 1] * wy
            ay = blocks[k, 1] * wx + blocks[k, 2] * wy
            result[i] += ax
            result[i + 1] += ay
            result[j] -= ax
            result[j + 1] -= ay
    else:
        for k in range(rows.size):
            i, j = 3 * rows[k], 3 * columns[k]
            wx, wy, wz = vector[i] - vector[j], vector[i + 1] - vector[j + 1], vector[i + 2] - vector[j + 2]
            ax = blocks[k, 0] * wx + blocks[k, 1] * wy + blocks[k, 2] * wz
            ay = blocks[k, 1] * wx + blocks[k, 3] * wy + blocks[k, 4] * wz
            az = blocks[k, 2] * wx + blocks[k, 4] * wy + blocks[k, 5] * wz
            result[i] += ax
            result[i + 1] += ay
            result[i + 2] += az
            result[j] -= ax
            result[j + 1] -= ay
            result[j + 2] -= az
    bend = 0.0
    for k in range(vector.size):
        bend += vector[k] * result[k]
    return bend


@kernel
def take_step(solution, rest, vector, image, step):
    """Add step * vector to the solution, take step * image off the rest; return rest.rest."""
    square = 0.0
    for k in range(rest.size):
        solution[k] += step * vector[k]
        rest[k] -= step * image[k]
        square += rest[k] * rest[k]
    return square


@kernel
def combine(scaled, ratio, vector):
    """Make vector = scaled + ratio * vector."""
    for k in range(vector.size):
        vector[k] = scaled[k] + ratio * vector[k]


@kernel
def without_drift(flat, direction, dimension):
    """Write a flat (d N) field as (N, 3), less its mean."""
    newton.without_drift(flat, direction, dimension)
