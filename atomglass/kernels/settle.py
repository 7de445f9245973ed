"""Steps of a preconditioned descent, each one pass over the particles: large samples, which Python can drive."""

from __future__ import annotations

from atomglass.kernels import minimise, newton
from atomglass.kernels.compile import kernel


@kernel
def search(
    positions, direction, forces, slope, first_step, longest, first, neighbours, inverse_squares, shifts, p, dimension
):
    """Search along a line, see `minimise.line_search`; return step, energy, slope and evaluations."""
    lists = (first, neighbours, inverse_squares, shifts, p)
    return minimise.line_search(positions, direction, forces, slope, first_step, longest, lists, dimension)


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
    return minimise.largest_norm(vectors)


@kernel
def strayed(positions, reference):
    """Return how far from where the list was built the farthest particle is."""
    return minimise.strayed(positions, reference)


@kernel
def pair_blocks(positions, first, neighbours, inverse_squares, shifts, p, dimension):
    """Return the Hessian as pairs and blocks, see `newton.pair_blocks`."""
    return newton.pair_blocks(positions, first, neighbours, inverse_squares, shifts, p, dimension)


@kernel
def multiply(begin, columns, blocks, vector, result, dimension):
    """Write H vector, both flat (d N); return vector.H.vector."""
    return newton.multiply(begin, columns, blocks, vector, result, dimension)


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
