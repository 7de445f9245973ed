"""Nonlinear conjugate gradients with a line search on the force alone.

Energies agree to 1e-13 at best, too coarse near a minimum; the force along the line is exact to the end. The search
looks for the *first* zero of that force and never strides past it by more than one trial, and no particle moves by more
than `longest_step` in a trial, so that the descent stays in its basin.
"""

from __future__ import annotations

import numpy as np

from atomglass.kernels.compile import inline, kernel
from atomglass.kernels.forces import energy_forces

CONVERGED, REBUILD, EXHAUSTED, STALLED = 0, 1, 2, 3
# Slots of the memory that carries a minimisation from one call to the next.
ITERATIONS, EVALUATIONS, CURVATURE, ENERGY, FRESH, STALLS = 0, 1, 2, 3, 4, 5


@inline
def largest_norm(vectors):
    """Return the greatest Euclidean norm of the rows."""
    largest = 0.0
    for i in range(vectors.shape[0]):
        square = vectors[i, 0] ** 2 + vectors[i, 1] ** 2 + vectors[i, 2] ** 2
        if not square <= largest:  # so that a NaN is returned, not skipped
            largest = square
    return np.sqrt(largest)


@inline
def dot(a, b):
    """Return the scalar product of two (N, 3) arrays."""
    total = 0.0
    for i in range(a.shape[0]):
        total += a[i, 0] * b[i, 0] + a[i, 1] * b[i, 1] + a[i, 2] * b[i, 2]
    return total


@inline
def advance(positions, direction, step):
    """Move positions by step * direction."""
    for i in range(positions.shape[0]):
        positions[i, 0] += step * direction[i, 0]
        positions[i, 1] += step * direction[i, 1]
        positions[i, 2] += step * direction[i, 2]


@inline
def strayed(positions, reference, limit):
    """Return whether a particle is farther than `limit` from where the list was built."""
    for i in range(positions.shape[0]):
        dx, dy, dz = (
            positions[i, 0] - reference[i, 0],
            positions[i, 1] - reference[i, 1],
            positions[i, 2] - reference[i, 2],
        )
        if dx * dx + dy * dy + dz * dz > limit * limit:
            return True
    return False


@inline
def line_search(positions, direction, forces, slope, first_step, longest, accuracy, lists, energy):
    """Move to where the force along the line has (nearly) vanished for the first time.

    Returns
    -------
    step, energy, slope, evaluations : float, float, float, int
        `slope` is the force along the direction where the search ended.
    """
    first, neighbours, inverse_squares, shifts, p = lists
    low, low_slope = 0.0, slope
    high, high_slope = -1.0, 0.0
    at, step = 0.0, min(first_step, longest)
    evaluations = 0
    while True:
        advance(positions, direction, step - at)
        at = step
        energy = energy_forces(positions, first, neighbours, inverse_squares, shifts, p, forces)
        evaluations += 1
        here = dot(forces, direction)
        if abs(here) <= accuracy * slope or evaluations >= 12 or (here > 0.0 and at >= longest):
            return at, energy, here, evaluations
        if here > 0.0:
            low, low_slope = at, here
        else:
            high, high_slope = at, here
        if high < 0.0:
            # Still downhill: extrapolate the secant, at most threefold.
            bend = slope - here
            step = at * slope / bend if bend > 0.0 else 3.0 * at
            step = min(min(max(step, 1.1 * at), 3.0 * at), longest)
        else:
            share = low_slope / (low_slope - high_slope)
            step = low + (high - low) * min(max(share, 0.05), 0.95)


@kernel
def conjugate_gradients(
    positions, reference, direction, forces, first, neighbours, inverse_squares, shifts, p,
    tolerance, longest_step, skin, iterations, memory,
):  # fmt: skip
    """Iterate until converged, stalled, `iterations` more are done, or the list must be rebuilt; return which.

    Parameters
    ----------
    positions, reference, direction, forces : (N, 3) arrays
        The present state, changed in place; `reference` is where the list was built.
    first, neighbours, inverse_squares, shifts, p
        Half list and potential, see `forces.energy_forces`.
    tolerance : float
        Converged when the largest force on a particle is at most this.
    longest_step : float
        Most that one particle moves in one iteration.
    skin : float
        Of the list.
    memory : (6,) array
        Counters and scalars that the next call goes on from.
    """
    lists = (first, neighbours, inverse_squares, shifts, p)
    old = np.empty_like(forces)
    energy = energy_forces(positions, first, neighbours, inverse_squares, shifts, p, forces)
    memory[EVALUATIONS] += 1
    memory[ENERGY] = energy
    if memory[FRESH] == 1.0:
        direction[:] = forces
        memory[FRESH] = 0.0
    last = memory[ITERATIONS] + iterations
    while True:
        worst = largest_norm(forces)
        if worst <= tolerance:
            return CONVERGED
        if memory[ITERATIONS] >= last:
            return EXHAUSTED
        slope = dot(forces, direction)
        if not slope > 0.0:
            direction[:] = forces
            slope = dot(forces, forces)
        if not np.isfinite(slope):
            return STALLED
        length = largest_norm(direction)
        room = 0.5 * skin - longest_step
        square = dot(direction, direction)
        guess = slope / (memory[CURVATURE] * square) if memory[CURVATURE] > 0.0 else 1e-3
        longest = longest_step / length
        old[:] = forces
        step, energy, end, evaluations = line_search(
            positions, direction, forces, slope, guess, longest, 0.2, lists, energy
        )
        memory[EVALUATIONS] += evaluations
        memory[ITERATIONS] += 1
        memory[ENERGY] = energy
        if slope > end:
            memory[CURVATURE] = (slope - end) / (step * square)
        before = dot(old, old)
        beta = max(0.0, (dot(forces, forces) - dot(forces, old)) / before)
        for i in range(positions.shape[0]):
            direction[i, 0] = forces[i, 0] + beta * direction[i, 0]
            direction[i, 1] = forces[i, 1] + beta * direction[i, 1]
            direction[i, 2] = forces[i, 2] + beta * direction[i, 2]
        if strayed(positions, reference, room):
            return REBUILD
