"""Vector operations of the minimizers, each in one pass over memory; called by kernels and by Python code."""

from __future__ import annotations

import numpy as np

from atomglass.kernels.jit import kernel, leaf
from atomglass.types import Array


@leaf
def dot(a: Array, b: Array) -> float:
    """Return the scalar product of two (n,) arrays."""
    total = 0.0
    for k in range(a.size):
        total += a[k] * b[k]
    return total


@leaf
def max_norm(vectors: Array) -> float:
    """Return the largest Euclidean norm of the rows of an (N, 3) array; NaN if any component is NaN."""
    largest = 0.0
    for i in range(vectors.shape[0]):
        squared = vectors[i, 0] ** 2 + vectors[i, 1] ** 2 + vectors[i, 2] ** 2
        if not squared <= largest:  # also true for NaN, which must be returned
            largest = squared
    return np.sqrt(largest)


@leaf
def max_displacement(positions: Array, reference: Array) -> float:
    """Return the largest distance of a particle from its reference position, from two (N, 3) arrays."""
    largest = 0.0
    for i in range(positions.shape[0]):
        dx, dy = positions[i, 0] - reference[i, 0], positions[i, 1] - reference[i, 1]
        dz = positions[i, 2] - reference[i, 2]
        largest = max(largest, dx * dx + dy * dy + dz * dz)
    return np.sqrt(largest)


@leaf
def add_scaled(x: Array, alpha: float, p: Array) -> None:
    """Add alpha p to x.

    Parameters
    ----------
    x : (n,) array
        Changed in place.
    alpha : float
        Factor of the added vector.
    p : (n,) array
        The vector to add.
    """
    for k in range(x.size):
        x[k] += alpha * p[k]


@leaf
def scale_and_add(beta: float, p: Array, z: Array) -> None:
    """Set p = z + beta p, the next search direction of linear conjugate gradients.

    Parameters
    ----------
    beta : float
        Factor of the previous direction.
    p : (n,) array
        Search direction, changed in place.
    z : (n,) array
        Preconditioned residual.
    """
    for k in range(p.size):
        p[k] = z[k] + beta * p[k]


@leaf
def next_direction(forces: Array, old_forces: Array, direction: Array, beta: float) -> tuple[float, float]:
    """Set direction = forces + beta direction, and old_forces = forces.

    Parameters
    ----------
    forces, old_forces, direction : (n,) arrays
        Current forces, forces of the previous step and search direction; the last two are changed in place.
    beta : float
        Factor of the previous direction.

    Returns
    -------
    slope, direction_squared : float
        The scalar products forces.direction and direction.direction.
    """
    slope, direction_squared = 0.0, 0.0
    for k in range(forces.size):
        f = forces[k]
        p = f + beta * direction[k]
        direction[k] = p
        old_forces[k] = f
        slope += f * p
        direction_squared += p * p
    return slope, direction_squared


@leaf
def next_preconditioned_direction(z: Array, beta: float, direction: Array, forces: Array, old_forces: Array) -> float:
    """Set direction = z + beta direction, and old_forces = forces; return forces.direction.

    Parameters
    ----------
    z : (d N,) array
        Preconditioned forces.
    beta : float
        Factor of the previous direction.
    direction : (N, 3) array
        Changed in place.
    forces : (N, 3) array
        Current forces.
    old_forces : (d N,) array
        Overwritten.

    Returns
    -------
    slope : float
        Force along the direction, forces.direction.
    """
    slope = 0.0
    dimension = z.size // direction.shape[0]
    for i in range(direction.shape[0]):
        for m in range(dimension):
            k = dimension * i + m
            direction[i, m] = z[k] + beta * direction[i, m]
            old_forces[k] = forces[i, m]
            slope += direction[i, m] * forces[i, m]
    return slope


@leaf
def cg_update(x: Array, r: Array, p: Array, Ap: Array, alpha: float) -> None:
    """Take a step of linear conjugate gradients: x += alpha p and r -= alpha Ap.

    Parameters
    ----------
    x, r : (n,) arrays
        Solution and residual, changed in place.
    p, Ap : (n,) arrays
        Search direction and its product with the matrix.
    alpha : float
        Length of the step.
    """
    for k in range(r.size):
        x[k] += alpha * p[k]
        r[k] -= alpha * Ap[k]


@kernel
def without_mean(flat: Array, field: Array, dimension: int) -> None:
    """Write a field without its mean, the uniform translation that a preconditioner introduces.

    Parameters
    ----------
    flat : (d N,) array
        Displacements.
    field : (N, 3) array
        Overwritten.
    dimension : int
        Dimension d; passed, not computed from the sizes, so that the compiler sums in the same order in all callers.
    """
    field[:] = 0.0
    for m in range(dimension):
        mean = 0.0
        for i in range(field.shape[0]):
            mean += flat[dimension * i + m]
        mean /= field.shape[0]
        for i in range(field.shape[0]):
            field[i, m] = flat[dimension * i + m] - mean
