"""Nonlinear conjugate gradients, and Newton's method for the last part of the way, on the force alone.

Energies agree to 1e-13 at best, too coarse near a minimum; the force along a line is exact to the end. The search looks
for the *first* zero of that force, and no particle moves by more than `longest_step` in a trial, so that the descent
stays in its basin.
"""

from __future__ import annotations

import numpy as np

from atomglass.kernels.jit import inline, kernel
from atomglass.kernels.minimization.newton_cg import newton_direction
from atomglass.kernels.pair_sums import energy_forces, energy_forces_masked, energy_forces_plane

CONVERGED, REBUILD, EXHAUSTED, STALLED = 0, 1, 2, 3
# Slots of the memory that carries a minimization from one call to the next.
ITERATIONS, EVALUATIONS, CURVATURE, ENERGY, FRESH, PRODUCTS, PAUSE = 0, 1, 2, 3, 4, 5, 6
MEMORY = 7
#: More particles than this are evaluated without a branch at the cutoff.
MANY = 10_000
#: Conjugate-gradient iterations after a Newton step that failed.
PAUSE_LENGTH = 30
#: Newton's steps are kept this much shorter than `longest_step`.
NEWTON_CAUTION = 0.2
#: Share of the force along a line at which a line search ends. 0.1 takes a sixth less evaluations, but fewer samples
#: then end where short steps do (914 of 1,000 pairs in place of 933).
LINE_ACCURACY = 0.2


@inline
def dot(a, b):
    """Return the scalar product of two flat arrays."""
    total = 0.0
    for k in range(a.size):
        total += a[k] * b[k]
    return total


@inline
def largest_norm(vectors):
    """Return the greatest Euclidean norm of the rows of an (N, 3) array."""
    largest = 0.0
    for i in range(vectors.shape[0]):
        square = vectors[i, 0] ** 2 + vectors[i, 1] ** 2 + vectors[i, 2] ** 2
        if not square <= largest:  # so that a NaN is returned, not skipped
            largest = square
    return np.sqrt(largest)


@inline
def advance(positions, direction, step):
    """Move flat positions by step * direction."""
    for k in range(positions.size):
        positions[k] += step * direction[k]


@inline
def conjugate(forces, old, direction, beta):
    """Make direction = forces + beta * direction and old = forces; return forces.direction and direction.direction."""
    slope, square = 0.0, 0.0
    for k in range(forces.size):
        f = forces[k]
        d = f + beta * direction[k]
        direction[k] = d
        old[k] = f
        slope += f * d
        square += d * d
    return slope, square


@inline
def strayed(positions, reference):
    """Return how far from where the list was built the farthest particle is."""
    most = 0.0
    for i in range(positions.shape[0]):
        dx, dy = positions[i, 0] - reference[i, 0], positions[i, 1] - reference[i, 1]
        dz = positions[i, 2] - reference[i, 2]
        most = max(most, dx * dx + dy * dy + dz * dz)
    return np.sqrt(most)


@inline
def evaluate(positions, forces, lists, dimension):
    """Write the forces and return the energy, by the kernel for the plane or for space."""
    first, neighbors, inverse_squares, shifts, p = lists
    if dimension == 2:
        if positions.shape[0] > MANY:
            return energy_forces_masked(positions, first, neighbors, inverse_squares, shifts, p, forces)
        return energy_forces_plane(positions, first, neighbors, inverse_squares, shifts, p, forces)
    return energy_forces(positions, first, neighbors, inverse_squares, shifts, p, forces)


@inline
def line_search(positions, direction, forces, slope, first_step, longest, lists, dimension):
    """Move to where the force along the line has (nearly) vanished for the first time.

    Returns
    -------
    step, energy, slope, evaluations : float, float, float, int
        `slope` is the force along the direction where the search ended.
    """
    low, low_slope = 0.0, slope
    high, high_slope = -1.0, 0.0
    at, step = 0.0, min(first_step, longest)
    evaluations = 0
    while True:
        advance(positions.reshape(-1), direction.reshape(-1), step - at)
        at = step
        energy = evaluate(positions, forces, lists, dimension)
        evaluations += 1
        here = dot(forces.reshape(-1), direction.reshape(-1))
        if abs(here) <= LINE_ACCURACY * slope or evaluations >= 12 or (here > 0.0 and at >= longest):
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


@inline
def _newton(positions, direction, forces, lists, dimension, tolerance, longest_step, memory):
    """Try one Newton step; return whether the force fell. The forces are those of where it ends."""
    first, neighbors, inverse_squares, shifts, p = lists
    worst = largest_norm(forces)
    # Loose at first, tight in the last step: as accurate as the anharmonic error that the step leaves.
    accuracy = max(0.2 * tolerance / worst, min(0.03, np.sqrt(worst)))
    products = newton_direction(
        positions, forces, first, neighbors, inverse_squares, shifts, p, dimension, accuracy, direction
    )
    memory[PRODUCTS] += abs(products)
    length = largest_norm(direction)
    if products < 0 or not length <= NEWTON_CAUTION * longest_step:
        return False
    slope = dot(forces.reshape(-1), direction.reshape(-1))
    if not slope > 0.0:
        return False
    _, energy, _, evaluations = line_search(positions, direction, forces, slope, 1.0, 1.0, lists, dimension)
    memory[EVALUATIONS] += evaluations
    memory[ENERGY] = energy
    return largest_norm(forces) < 0.5 * worst


@kernel
def minimize(
    positions, reference, direction, forces, first, neighbors, inverse_squares, shifts, p, dimension,
    tolerance, longest_step, newton_force, skin, iterations, memory,
):  # fmt: skip
    """Iterate until converged, stalled, `iterations` more are done, or the list must be rebuilt; return which.

    Parameters
    ----------
    positions, reference, direction, forces : (N, 3) arrays
        The present state, changed in place; `reference` is where the list was built.
    first, neighbors, inverse_squares, shifts, p
        Half list and potential, see `forces.energy_forces`.
    dimension : int
        2 or 3.
    tolerance : float
        Converged when the largest force on a particle is at most this.
    longest_step : float
        Most that one particle moves in one trial.
    newton_force : float
        Root-mean-square force below which Newton's steps are tried; 0 never.
    skin : float
        Of the list.
    memory : (7,) array
        Counters and scalars that the next call goes on from.
    """
    lists = (first, neighbors, inverse_squares, shifts, p)
    old = np.empty_like(forces)
    flat, flat_old, flat_direction = forces.reshape(-1), old.reshape(-1), direction.reshape(-1)
    memory[ENERGY] = evaluate(positions, forces, lists, dimension)
    memory[EVALUATIONS] += 1
    if memory[FRESH] == 1.0:
        direction[:] = forces
        memory[FRESH] = 0.0
    last = memory[ITERATIONS] + iterations
    flat_old[:] = flat
    force_square = dot(flat, flat)
    slope, square = dot(flat, flat_direction), dot(flat_direction, flat_direction)
    room = 0.5 * skin - longest_step
    slack = room - strayed(positions, reference)
    number = positions.shape[0]
    while True:
        # The largest force is at least the root mean square: no need to look for it before that is small.
        if force_square <= tolerance * tolerance * number and largest_norm(forces) <= tolerance:
            return CONVERGED
        if memory[ITERATIONS] >= last:
            return EXHAUSTED
        memory[ITERATIONS] += 1
        if force_square < newton_force * newton_force * number and memory[PAUSE] <= 0.0:
            if not _newton(positions, direction, forces, lists, dimension, tolerance, longest_step, memory):
                memory[PAUSE] = PAUSE_LENGTH
            force_square = dot(flat, flat)
            slope, square = conjugate(flat, flat_old, flat_direction, 0.0)
            moved = longest_step
        else:
            memory[PAUSE] -= 1.0
            if not slope > 0.0:
                slope, square = conjugate(flat, flat_old, flat_direction, 0.0)
            if not np.isfinite(slope):
                return STALLED
            guess = slope / (memory[CURVATURE] * square) if memory[CURVATURE] > 0.0 else 1e-3
            # The same with the particle that moves most: looked for only if the step may come near the limit.
            longest = longest_step / np.sqrt(square)
            if 3.0 * guess > longest:
                longest = longest_step / largest_norm(direction)
            step, energy, end, evaluations = line_search(
                positions, direction, forces, slope, guess, longest, lists, dimension
            )
            memory[EVALUATIONS] += evaluations
            memory[ENERGY] = energy
            if slope > end:
                memory[CURVATURE] = (slope - end) / (step * square)
            moved = min(step * np.sqrt(square), longest_step)
            # Polak and Ribiere's formula, restarted where it turns negative.
            previous, force_square = force_square, dot(flat, flat)
            beta = max(0.0, (force_square - dot(flat, flat_old)) / previous)
            slope, square = conjugate(flat, flat_old, flat_direction, beta)
        slack -= moved
        if slack < 0.0:
            slack = room - strayed(positions, reference)
            if slack < 0.0:
                return REBUILD
