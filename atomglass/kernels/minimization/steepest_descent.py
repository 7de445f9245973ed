"""Two other ways downhill, for asking whether the minimizer decides which basin is found.

Steepest descent in small steps follows the gradient flow dr/dt = F: its basins are those of the energy landscape
itself. FIRE (Bitzek, Koskinen, Gaehler, Moseler and Gumbsch, Phys. Rev. Lett. 97, 170201 (2006)) is molecular dynamics
that is turned downhill; here in the form of Guenole et al., Comput. Mater. Sci. 175, 109584 (2020). Both stop deep in
the basin, where `minimize` takes over.
"""

from __future__ import annotations

import numpy as np

from atomglass.kernels.cell_list import IMAGE_BITS
from atomglass.kernels.jit import inline, kernel
from atomglass.kernels.minimization import conjugate_gradient as minimize
from atomglass.kernels.minimization.conjugate_gradient import (
    CONVERGED,
    EXHAUSTED,
    REBUILD,
    STALLED,
    advance,
    dot,
    evaluate,
    largest_norm,
    strayed,
)
from atomglass.kernels.pair_potential import pair_derivatives
from atomglass.kernels.pair_sums import separation

# Slots of the memory, beside those that `minimize` names: the stiffness, then FIRE's time step, mixing and counts.
ITERATIONS, EVALUATIONS, ENERGY, FRESH = minimize.ITERATIONS, minimize.EVALUATIONS, minimize.ENERGY, minimize.FRESH
STIFFNESS, TIME_STEP, MIXING, DOWNHILL, MOVES = (minimize.MEMORY + k for k in range(5))
MEMORY = minimize.MEMORY + 5
#: Iterations after which the stiffness is bounded anew: it changes slowly, and costs a pass over the pairs.
RENEWAL = 10
#: Step of steepest descent times the bound of the stiffness; at 2 the stiffest mode no longer comes to rest.
FLOW_SHARE = 0.5
#: FIRE's longest time step times the highest frequency by that bound; semi-implicit Euler's method bears 2.
FASTEST = 1.0
#: FIRE's other settings, as Guenole et al. give them; the first and the shortest time step in units of the longest.
DELAY, FASTER, SLOWER, FIRST_MIXING, LESS_MIXING, FIRST_STEP, SHORTEST_STEP = 20, 1.1, 0.5, 0.25, 0.99, 0.1, 0.002
#: Halvings of a step after which no step lowers the energy.
HALVINGS = 60


@kernel
def stiffness_bound(positions, first, neighbors, inverse_squares, shifts, p):
    """Return a bound of the Hessian's largest eigenvalue: twice the largest sum of phi''(r) over one particle's pairs.

    A pair that repels adds at most phi'' (n.(u_i - u_j))^2 <= 2 phi'' (u_i^2 + u_j^2) to u.H.u.
    """
    sums = np.zeros(positions.shape[0])
    for i in range(positions.shape[0]):
        for k in range(first[i], first[i + 1]):
            dx, dy, dz = separation(positions, i, neighbors[k], shifts)
            w = inverse_squares[k]
            ratio = (dx * dx + dy * dy + dz * dz) * w
            if ratio < p.cutoff_squared:
                _, f1, f2, _, _ = pair_derivatives(ratio, p)
                bend = max(4.0 * f2 * ratio * w + 2.0 * f1 * w, 0.0)
                sums[i] += bend
                sums[neighbors[k] >> IMAGE_BITS] += bend
    return 2.0 * sums.max()


@inline
def _renewed(positions, lists, memory):
    """Bound the stiffness anew when it is time; return the bound."""
    first, neighbors, inverse_squares, shifts, p = lists
    if memory[STIFFNESS] == 0.0 or memory[ITERATIONS] % RENEWAL == 0.0:
        memory[STIFFNESS] = stiffness_bound(positions, first, neighbors, inverse_squares, shifts, p)
    return memory[STIFFNESS]


@kernel
def steepest_descent(
    positions, reference, direction, forces, first, neighbors, inverse_squares, shifts, p, dimension,
    tolerance, longest_step, enough, skin, iterations, memory,
):  # fmt: skip
    """Go downhill along the force in small steps; return why it ended. The energy never rises.

    A step is `FLOW_SHARE` in units of the fastest decay by the stiffness bound, moves no particle by more than
    `longest_step`, and is halved while it raises the energy.

    Parameters
    ----------
    positions, reference, direction, forces : (N, 3) arrays
        The present state, changed in place; `reference` is where the list was built.
    first, neighbors, inverse_squares, shifts, p
        Half list and potential, see `forces.energy_forces`.
    dimension : int
        2 or 3.
    tolerance : float
        Converged when the largest force on a particle is at most this,
    longest_step : float
        Most that one particle moves in one step.
    enough : float
        or when the root-mean-square force is.
    skin : float
        Of the list.
    iterations : int
        How many more at most.
    memory : (MEMORY,) array
        Counters and scalars that the next call goes on from.
    """
    lists = (first, neighbors, inverse_squares, shifts, p)
    flat, number = forces.reshape(-1), positions.shape[0]
    energy = evaluate(positions, forces, lists, dimension)
    memory[ENERGY] = energy
    memory[EVALUATIONS] += 1
    last = memory[ITERATIONS] + iterations
    room = 0.5 * skin - longest_step
    slack = room - strayed(positions, reference)
    while True:
        square, worst = dot(flat, flat), largest_norm(forces)
        if not np.isfinite(square):
            return STALLED
        if square <= enough * enough * number or worst <= tolerance:
            return CONVERGED
        if memory[ITERATIONS] >= last:
            return EXHAUSTED
        step = min(FLOW_SHARE / _renewed(positions, lists, memory), longest_step / worst)
        memory[ITERATIONS] += 1
        direction[:] = forces
        advance(positions.reshape(-1), direction.reshape(-1), step)
        after = evaluate(positions, forces, lists, dimension)
        memory[EVALUATIONS] += 1
        halvings = 0
        while not after <= energy:
            if halvings == HALVINGS:
                return STALLED
            halvings += 1
            step *= 0.5
            advance(positions.reshape(-1), direction.reshape(-1), -step)
            after = evaluate(positions, forces, lists, dimension)
            memory[EVALUATIONS] += 1
        energy = after
        memory[ENERGY] = energy
        slack -= step * worst
        if slack < 0.0:
            slack = room - strayed(positions, reference)
            if slack < 0.0:
                return REBUILD


@inline
def _turn(velocity, forces, memory, longest_time):
    """Set FIRE's time step and mixing by whether the velocity points downhill; return whether it does."""
    memory[MOVES] += 1.0
    if dot(forces, velocity) > 0.0:
        memory[DOWNHILL] += 1.0
        if memory[DOWNHILL] > DELAY:
            memory[TIME_STEP] = min(FASTER * memory[TIME_STEP], longest_time)
            memory[MIXING] *= LESS_MIXING
        return True
    memory[DOWNHILL] = 0.0
    memory[MIXING] = FIRST_MIXING
    if memory[MOVES] > DELAY:  # the very first velocity is zero, which is no reason to slow down
        memory[TIME_STEP] = max(SLOWER * memory[TIME_STEP], SHORTEST_STEP * longest_time)
    return False


@kernel
def fire(
    positions, reference, direction, forces, first, neighbors, inverse_squares, shifts, p, dimension,
    tolerance, longest_step, enough, skin, iterations, memory,
):  # fmt: skip
    """Go downhill by FIRE 2.0 with particles of mass 1; return why it ended.

    Parameters and result as those of `steepest_descent`; `direction` holds the velocities. In one turn a particle moves
    by `longest_step` at most, and back by half of that where the velocity had pointed uphill.
    """
    lists = (first, neighbors, inverse_squares, shifts, p)
    flat, velocity, number = forces.reshape(-1), direction.reshape(-1), positions.shape[0]
    memory[ENERGY] = evaluate(positions, forces, lists, dimension)
    memory[EVALUATIONS] += 1
    if memory[FRESH] == 1.0:
        direction[:] = 0.0
        memory[FRESH] = 0.0
        memory[MIXING] = FIRST_MIXING
        memory[TIME_STEP] = FIRST_STEP * FASTEST / np.sqrt(_renewed(positions, lists, memory))
    last = memory[ITERATIONS] + iterations
    room = 0.5 * skin - 1.5 * longest_step
    slack = room - strayed(positions, reference)
    while True:
        square = dot(flat, flat)
        if not np.isfinite(square):
            return STALLED
        if square <= enough * enough * number or largest_norm(forces) <= tolerance:
            return CONVERGED
        if memory[ITERATIONS] >= last:
            return EXHAUSTED
        longest_time = FASTEST / np.sqrt(_renewed(positions, lists, memory))
        memory[ITERATIONS] += 1
        moved = 0.0
        if not _turn(velocity, flat, memory, longest_time):
            fastest = largest_norm(direction)
            back = 0.5 * min(memory[TIME_STEP] * fastest, longest_step)
            if back > 0.0:
                advance(positions.reshape(-1), velocity, -back / fastest)
            moved += back
            velocity[:] = 0.0
        time = min(memory[TIME_STEP], longest_time)
        advance(velocity, flat, time)
        pull = memory[MIXING] * np.sqrt(dot(velocity, velocity) / square)
        for k in range(velocity.size):
            velocity[k] = (1.0 - memory[MIXING]) * velocity[k] + pull * flat[k]
        fastest = largest_norm(direction)
        step = min(time, longest_step / fastest)
        advance(positions.reshape(-1), velocity, step)
        memory[ENERGY] = evaluate(positions, forces, lists, dimension)
        memory[EVALUATIONS] += 1
        slack -= moved + step * fastest
        if slack < 0.0:
            slack = room - strayed(positions, reference)
            if slack < 0.0:
                return REBUILD
