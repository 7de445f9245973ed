"""Swap Monte Carlo: single-particle displacements and diameter swaps, detailed balance exact.

What makes it fast changes no verdict: every particle's energy is kept; the random number of the acceptance test is
drawn first, so that the sum over neighbours stops once the bound is passed (phi >= 0); neighbours are sorted by
distance and looked at a few at a time, without branches; in a swap the particle that grows is tried first; moves are
drawn in blocks, so that the memory they need is asked for ahead of time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.cells import wrap
from atomglass.kernels.compile import device, kernel, leaf
from atomglass.kernels.pair import pair_diameter, pair_energy
from atomglass.kernels.prefetch import prefetch
from atomglass.kernels.random import draw_uniform
from atomglass.kernels.vicinity import BATCH, SIGMA, X, Y, Z, move_to, resize, stop_within, vicinity

# Counters.
DISPLACEMENTS, DISPLACEMENTS_ACCEPTED, SWAPS, SWAPS_ACCEPTED, REBUILDS = 0, 1, 2, 3, 4
#: Moves drawn at a time.
BLOCK = 32
#: Neighbours asked for ahead of time, and how many moves ahead.
AHEAD_NEIGHBOURS, AHEAD_MOVES = 8, 2
#: Straying is bounded in steps of this length: with each, all lists are read a little further.
STRAY_STEP = 0.1
#: A particle's own straying up to which its `stops` hold.
NEAR = 0.2


class Moves(NamedTuple):
    """A block of moves as drawn: they depend on the random numbers alone.

    Attributes
    ----------
    particle, partner : (BLOCK,) arrays
        Who moves; with whom diameters are swapped, or -1 for a displacement.
    step : (BLOCK, 3) array
        The displacement.
    allowance : (BLOCK,) array
        The most that the energy may rise.
    before : (BLOCK, 4) array
        The random state before each move.
    """

    particle: np.ndarray
    partner: np.ndarray
    step: np.ndarray
    allowance: np.ndarray
    before: np.ndarray


class Rules(NamedTuple):
    """Temperature, share of swaps, and largest displacement along an axis."""

    temperature: float
    swap_fraction: float
    max_displacement: float


@device
def _squares(axes, table, row, x, y, z, sigma, p):
    """Squares of a pair's distance and of its diameter."""
    dx, dy = table[row, X] - x, table[row, Y] - y
    square = dx * dx + dy * dy
    if len(axes) == 3:
        dz = table[row, Z] - z
        square += dz * dz
    pair = pair_diameter(sigma, table[row, SIGMA], p.nonadditivity)
    return square, pair * pair


@device
def _pair(axes, table, row, x, y, z, sigma, p):
    """Energy of one pair."""
    square, pair_square = _squares(axes, table, row, x, y, z, sigma, p)
    if square < p.cutoff_squared * pair_square:
        return pair_energy(square / pair_square, pair_square / square, p)
    return 0.0


@device
def _pair_without_branch(axes, table, row, x, y, z, sigma, p):
    """Energy of one pair: also what lies beyond the cutoff is computed, and set aside."""
    square, pair_square = _squares(axes, table, row, x, y, z, sigma, p)
    energy = pair_energy(square / pair_square, pair_square / square, p)
    return energy if square < p.cutoff_squared * pair_square else 0.0


@device
def _bounded_energy(axes, v, start, stop, x, y, z, sigma, bound, p):
    """Energy of a particle with the listed neighbours; stops soon after it is above the bound."""
    energy = 0.0
    for k in range(start, stop, BATCH):
        for t in range(BATCH):
            energy += _pair_without_branch(axes, v.table, v.neighbours[k + t], x, y, z, sigma, p)
        if energy > bound:
            break
    return energy


@device
def _update_neighbours(axes, v, energies, start, stop, old, old_sigma, new, new_sigma, partner, p):
    """Update the energies of the listed neighbours after a change of one particle, except a swap's partner's."""
    for k in range(start, stop):
        row = v.neighbours[k]
        change = _pair(axes, v.table, row, new[0], new[1], new[2], new_sigma, p)
        change -= _pair(axes, v.table, row, old[0], old[1], old[2], old_sigma, p)
        if change != 0.0 and v.owner[row] != partner:
            energies[v.owner[row]] += change


@device
def _strayed(particles, reference, i):
    """How far (squared) particle i is from where it was when the list was built."""
    dx, dy, dz = (
        particles[i, X] - reference[i, X],
        particles[i, Y] - reference[i, Y],
        particles[i, Z] - reference[i, Z],
    )
    return dx * dx + dy * dy + dz * dz


@device
def _stop(v, reference, i, sigma, stray, p):
    """Where the list of particle i, with this diameter and where it is now, ends."""
    own = NEAR if _strayed(v.table, reference, i) <= NEAR * NEAR else stray
    return stop_within(v, i, sigma, stray + min(own, stray), p)


@device
def _displace(axes, v, reference, energies, i, x, y, z, square, allowance, stray, p):
    """Try to move particle i to (x, y, z), `square` from its reference squared; return whether it was accepted."""
    sigma, start = v.table[i, SIGMA], v.first[i]
    stop = v.stops[i] if square <= NEAR * NEAR else stop_within(v, i, sigma, 2.0 * stray, p)
    bound = energies[i] + allowance
    energy = _bounded_energy(axes, v, start, stop, x, y, z, sigma, bound, p)
    if energy > bound:
        return False
    old = (v.table[i, X], v.table[i, Y], v.table[i, Z])
    if _strayed(v.table, reference, i) > NEAR * NEAR:  # it may come back from afar
        stop = stop_within(v, i, sigma, 2.0 * stray, p)
    _update_neighbours(axes, v, energies, start, stop, old, sigma, (x, y, z), sigma, -1, p)
    move_to(v, i, x, y, z)
    energies[i] = energy
    return True


@device
def _swap(axes, v, reference, energies, i, j, allowance, stray, p):
    """Try to exchange the diameters of i and j; return whether it was accepted.

    If i and j are neighbours their pair energy counts twice before and twice after, and does not change.
    """
    grows, shrinks = (i, j) if v.table[i, SIGMA] < v.table[j, SIGMA] else (j, i)
    small, large = v.table[grows, SIGMA], v.table[shrinks, SIGMA]
    bound = energies[i] + energies[j] + allowance
    resize(v, grows, large)
    resize(v, shrinks, small)
    here = (v.table[grows, X], v.table[grows, Y], v.table[grows, Z])
    a_stop = _stop(v, reference, grows, large, stray, p)
    a = _bounded_energy(axes, v, v.first[grows], a_stop, here[0], here[1], here[2], large, bound, p)
    if not a > bound:
        there = (v.table[shrinks, X], v.table[shrinks, Y], v.table[shrinks, Z])
        b_stop = _stop(v, reference, shrinks, large, stray, p)  # for the update, which needs the old reach
        b = _bounded_energy(axes, v, v.first[shrinks], b_stop, there[0], there[1], there[2], small, bound - a, p)
        if not a + b > bound:
            _update_neighbours(axes, v, energies, v.first[grows], a_stop, here, small, here, large, shrinks, p)
            _update_neighbours(axes, v, energies, v.first[shrinks], b_stop, there, large, there, small, grows, p)
            energies[grows], energies[shrinks] = a, b
            v.stops[grows] = stop_within(v, grows, large, stray + min(NEAR, stray), p)
            v.stops[shrinks] = stop_within(v, shrinks, small, stray + min(NEAR, stray), p)
            return True
    resize(v, grows, small)
    resize(v, shrinks, large)
    return False


@device
def _touch(v, energies, reference, i):
    """Ask for what a move of particle i reads first."""
    prefetch(v.table, i)
    prefetch(v.first, i)
    prefetch(v.stops, i)
    prefetch(energies, i)
    prefetch(reference, i)


@device
def _touch_neighbours(v, i):
    for k in range(v.first[i], min(v.first[i] + AHEAD_NEIGHBOURS, v.first[i + 1])):
        prefetch(v.table, np.int64(v.neighbours[k]))


@device
def _draw_block(axes, v, energies, reference, rules, count, moves, state):
    """Draw the next moves; return the random state after them."""
    n = v.stops.shape[0]
    s0, s1, s2, s3 = state
    for b in range(count):
        moves.before[b, 0], moves.before[b, 1], moves.before[b, 2], moves.before[b, 3] = s0, s1, s2, s3
        kind, s0, s1, s2, s3 = draw_uniform(s0, s1, s2, s3)
        u, s0, s1, s2, s3 = draw_uniform(s0, s1, s2, s3)
        moves.particle[b], moves.partner[b] = np.int64(u * n), -1
        _touch(v, energies, reference, moves.particle[b])
        if kind < rules.swap_fraction:
            u, s0, s1, s2, s3 = draw_uniform(s0, s1, s2, s3)
            moves.partner[b] = np.int64(u * n)
            _touch(v, energies, reference, moves.partner[b])
        else:
            for k in range(len(axes)):
                u, s0, s1, s2, s3 = draw_uniform(s0, s1, s2, s3)
                moves.step[b, k] = rules.max_displacement * (2.0 * u - 1.0)
        u, s0, s1, s2, s3 = draw_uniform(s0, s1, s2, s3)
        moves.allowance[b] = -rules.temperature * np.log(1.0 - u)
    for b in range(count):
        for i in (moves.particle[b], moves.partner[b]):
            if i >= 0:
                prefetch(v.neighbours, v.first[i])
                prefetch(v.neighbours, v.first[i] + AHEAD_NEIGHBOURS)
    return s0, s1, s2, s3


@leaf
def attempt_moves(axes, v, reference, energies, generator, p, rules, number, stray, moves, counters):
    """Attempt moves until one strays too far; return how many were done, and how far (squared) that one strays.

    The trial position is tested *before* its energy is computed, and rejected trials too end the run: no pair within
    range is ever missing, so detailed balance holds exactly. The generator is left before the move that was not made.
    """
    state = (generator[0], generator[1], generator[2], generator[3])
    for done in range(0, number, BLOCK):
        count = min(BLOCK, number - done)
        state = _draw_block(axes, v, energies, reference, rules, count, moves, state)
        for b in range(count):
            i, j = moves.particle[b], moves.partner[b]
            if b + AHEAD_MOVES < count:
                _touch_neighbours(v, moves.particle[b + AHEAD_MOVES])
                if moves.partner[b + AHEAD_MOVES] >= 0:
                    _touch_neighbours(v, moves.partner[b + AHEAD_MOVES])
            if j >= 0:
                if i != j:
                    counters[SWAPS] += 1
                    counters[SWAPS_ACCEPTED] += _swap(axes, v, reference, energies, i, j, moves.allowance[b], stray, p)
                continue
            x, y, z = v.table[i, X] + moves.step[b, X], v.table[i, Y] + moves.step[b, Y], v.table[i, Z]
            rx, ry = x - reference[i, X], y - reference[i, Y]
            square = rx * rx + ry * ry
            if len(axes) == 3:
                z += moves.step[b, Z]
                rz = z - reference[i, Z]
                square += rz * rz
            if square > stray * stray:
                for k in range(4):
                    generator[k] = moves.before[b, k]
                return done + b, square
            counters[DISPLACEMENTS] += 1
            counters[DISPLACEMENTS_ACCEPTED] += _displace(
                axes, v, reference, energies, i, x, y, z, square, moves.allowance[b], stray, p
            )
    generator[0], generator[1], generator[2], generator[3] = state
    return number, 0.0


@kernel
def renew(axes, particles, reference, images, energies, cell, inverse, reach, p):
    """Wrap, make the present positions the reference, rebuild the list and recompute all energies; return the list."""
    wrap(particles, images, cell, inverse, len(axes))
    reference[:, :] = particles[:, :3]
    v = vicinity(particles, reference, cell, inverse, len(axes), reach)
    for i in range(particles.shape[0]):
        x, y, z, sigma = particles[i, X], particles[i, Y], particles[i, Z], particles[i, SIGMA]
        stop = stop_within(v, i, sigma, 0.0, p)
        energies[i] = _bounded_energy(axes, v, v.first[i], stop, x, y, z, sigma, np.inf, p)
    return v


@kernel
def _bound_straying(v, reference, square, skin, p):
    """Return a bound on all straying that is at least the root of `square`, and set the stops for it."""
    stray = STRAY_STEP
    while stray * stray < square:
        stray += STRAY_STEP
    stray = min(stray, 0.5 * skin)
    for i in range(v.stops.shape[0]):
        v.stops[i] = stop_within(v, i, v.table[i, SIGMA], stray + min(NEAR, stray), p)
    return stray


@kernel
def run_moves(
    axes, particles, reference, images, energies, v, cell, inverse, reach, skin, p, rules, number, generator, counters
):
    """Attempt a number of moves, in place; return the neighbour list, which may be a new one.

    Parameters
    ----------
    axes : tuple of int
        As many as there are dimensions: kernels are compiled for each.
    particles : (N, 4) array
        Positions and diameter.
    reference : (N, 3) array
        Positions at which the neighbour list was built; the list is a function of them.
    images : (N, 3) int array
        Cell vectors taken off by wrapping.
    energies : (N,) array
        Energy of each particle with all its neighbours, as the previous moves left it.
    v : Vicinity
        The list of the reference positions, and the present positions and diameters.
    rules : Rules
        Temperature, share of swaps, largest displacement.
    number : int
        How many moves.
    generator : (4,) uint64 array
        State of the random stream.
    counters : (5,) int array
        Attempted and accepted displacements and swaps, list rebuilds; added to.
    """
    moves = Moves(
        np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64), np.zeros((BLOCK, 3)), np.empty(BLOCK),
        np.empty((BLOCK, 4), np.uint64),
    )  # fmt: skip
    square = 0.0
    for i in range(particles.shape[0]):
        square = max(square, _strayed(particles, reference, i))
    while True:
        if square > 0.25 * skin * skin:
            particles[:, :] = v.table[: particles.shape[0]]
            v = renew(axes, particles, reference, images, energies, cell, inverse, reach, p)
            counters[REBUILDS] += 1
            square = 0.0
        stray = _bound_straying(v, reference, square, skin, p)
        done, square = attempt_moves(axes, v, reference, energies, generator, p, rules, number, stray, moves, counters)
        number -= done
        if number == 0:
            break
    particles[:, :] = v.table[: particles.shape[0]]
    return v
