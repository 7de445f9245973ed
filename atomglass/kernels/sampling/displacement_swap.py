"""Swap Monte Carlo: single-particle displacements and diameter swaps, detailed balance exact.

What makes it fast changes no verdict: every particle's energy is kept; the random number of the acceptance test is
drawn first, so that the sum over neighbors stops once the bound is passed (phi >= 0); neighbors are sorted by
distance and looked at a few at a time, without branches; in a swap the particle that grows is tried first; moves are
drawn in blocks, so that the memory they need, few cache lines each, is asked for ahead of time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.cell_list import wrap
from atomglass.kernels.jit import device, kernel, leaf
from atomglass.kernels.pair_potential import pair_diameter, pair_energy
from atomglass.kernels.sampling.prefetch import prefetch
from atomglass.kernels.sampling.verlet_table import (
    BATCH,
    ENERGY,
    SIGMA,
    X,
    Y,
    Z,
    list_of,
    move_to,
    owner_of,
    resize,
    stop_for,
    stop_within,
    strayed,
    straying,
)
from atomglass.kernels.sampling.verlet_table_build import vicinity
from atomglass.kernels.xoshiro import draw_uniform

# Counters.
DISPLACEMENTS, DISPLACEMENTS_ACCEPTED, SWAPS, SWAPS_ACCEPTED, REBUILDS = 0, 1, 2, 3, 4
#: Moves drawn at a time.
BLOCK = 64
#: Rows of a table that lies in no near cache.
FAR = 20_000
#: Neighbors asked for ahead of time, in smaller tables and in such ones; and how many moves ahead.
AHEAD_NEAR, AHEAD_FAR, AHEAD_MOVES = 4, 12, 3
#: Straying is bounded in steps of this length: with each, all lists are read a little further.
STRAY_STEP = 0.02


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
    """Energy of a particle with the listed neighbors; stops soon after it is above the bound."""
    energy = 0.0
    for k in range(start, stop, BATCH):
        for t in range(BATCH):
            energy += _pair_without_branch(axes, v.table, v.neighbors[k + t], x, y, z, sigma, p)
        if energy > bound:
            break
    return energy


@device
def _update_neighbors(axes, v, start, stop, old, old_sigma, new, new_sigma, partner, p):
    """Update the energies of the listed neighbors after a change of one particle, except a swap's partner's."""
    for k in range(start, stop):
        row = np.int64(v.neighbors[k])
        change = _pair(axes, v.table, row, new[0], new[1], new[2], new_sigma, p)
        change -= _pair(axes, v.table, row, old[0], old[1], old[2], old_sigma, p)
        if change != 0.0:
            owner = owner_of(v, row)
            if owner != partner:
                v.table[owner, ENERGY] += change


@device
def _displace(axes, v, i, x, y, z, square, allowance, stray, p):
    """Try to move particle i to (x, y, z), `square` from its reference squared; return whether it was accepted."""
    sigma, start = v.table[i, SIGMA], list_of(v, i)[0]
    stop = stop_for(axes, v, i, sigma, square, stray, p)
    bound = v.table[i, ENERGY] + allowance
    energy = _bounded_energy(axes, v, start, stop, x, y, z, sigma, bound, p)
    if energy > bound:
        return False
    old = (v.table[i, X], v.table[i, Y], v.table[i, Z])
    _update_neighbors(axes, v, start, stop, old, sigma, (x, y, z), sigma, -1, p)
    move_to(v, i, x, y, z)
    v.table[i, ENERGY] = energy
    return True


@device
def _swap(axes, v, i, j, allowance, stray, p):
    """Try to exchange the diameters of i and j; return whether it was accepted.

    If i and j are neighbors their pair energy counts twice before and twice after, and does not change.
    """
    grows, shrinks = (i, j) if v.table[i, SIGMA] < v.table[j, SIGMA] else (j, i)
    small, large = v.table[grows, SIGMA], v.table[shrinks, SIGMA]
    bound = v.table[i, ENERGY] + v.table[j, ENERGY] + allowance
    resize(v, grows, large)
    resize(v, shrinks, small)
    here = (v.table[grows, X], v.table[grows, Y], v.table[grows, Z])
    a_start, b_start = list_of(v, grows)[0], list_of(v, shrinks)[0]
    a_stop = stop_for(axes, v, grows, large, 0.0, stray, p)
    a = _bounded_energy(axes, v, a_start, a_stop, here[0], here[1], here[2], large, bound, p)
    if not a > bound:
        there = (v.table[shrinks, X], v.table[shrinks, Y], v.table[shrinks, Z])
        b_stop = stop_for(axes, v, shrinks, large, 0.0, stray, p)  # for the update, which needs the old reach
        b = _bounded_energy(axes, v, b_start, b_stop, there[0], there[1], there[2], small, bound - a, p)
        if not a + b > bound:
            _update_neighbors(axes, v, a_start, a_stop, here, small, here, large, shrinks, p)
            _update_neighbors(axes, v, b_start, b_stop, there, large, there, small, grows, p)
            v.table[grows, ENERGY], v.table[shrinks, ENERGY] = a, b
            return True
    resize(v, grows, small)
    resize(v, shrinks, large)
    return False


@device
def _touch(v, i):
    """Ask for what a move of particle i reads first."""
    prefetch(v.table, i)
    prefetch(v.heads, i)


@device
def _touch_neighbors(v, i, ahead):
    first, end = list_of(v, i)
    for k in range(first, min(first + ahead, end)):
        prefetch(v.table, np.int64(v.neighbors[k]))


@device
def _draw_block(axes, v, rules, count, moves, state):
    """Draw the next moves; return the random state after them."""
    n = v.heads.shape[0]
    s0, s1, s2, s3 = state
    for b in range(count):
        moves.before[b, 0], moves.before[b, 1], moves.before[b, 2], moves.before[b, 3] = s0, s1, s2, s3
        kind, s0, s1, s2, s3 = draw_uniform(s0, s1, s2, s3)
        u, s0, s1, s2, s3 = draw_uniform(s0, s1, s2, s3)
        moves.particle[b], moves.partner[b] = np.int64(u * n), -1
        _touch(v, moves.particle[b])
        if kind < rules.swap_fraction:
            u, s0, s1, s2, s3 = draw_uniform(s0, s1, s2, s3)
            moves.partner[b] = np.int64(u * n)
            _touch(v, moves.partner[b])
        else:
            for k in range(len(axes)):
                u, s0, s1, s2, s3 = draw_uniform(s0, s1, s2, s3)
                moves.step[b, k] = rules.max_displacement * (2.0 * u - 1.0)
        u, s0, s1, s2, s3 = draw_uniform(s0, s1, s2, s3)
        moves.allowance[b] = -rules.temperature * np.log(1.0 - u)
    for b in range(count):
        for i in (moves.particle[b], moves.partner[b]):
            if i >= 0:
                first = list_of(v, i)[0]
                prefetch(v.neighbors, first)
                prefetch(v.neighbors, first + AHEAD_FAR)
    return s0, s1, s2, s3


@leaf
def attempt_moves(axes, v, generator, p, rules, number, stray, moves, counters):
    """Attempt moves until one strays too far; return how many were done, and how far (squared) that one strays.

    The trial position is tested *before* its energy is computed, and rejected trials too end the run: no pair within
    range is ever missing, so detailed balance holds exactly. The generator is left before the move that was not made.
    """
    state = (generator[0], generator[1], generator[2], generator[3])
    ahead = AHEAD_NEAR if v.table.shape[0] < FAR else AHEAD_FAR
    for done in range(0, number, BLOCK):
        count = min(BLOCK, number - done)
        state = _draw_block(axes, v, rules, count, moves, state)
        for b in range(count):
            i, j = moves.particle[b], moves.partner[b]
            if b + AHEAD_MOVES < count:
                _touch_neighbors(v, moves.particle[b + AHEAD_MOVES], ahead)
                if moves.partner[b + AHEAD_MOVES] >= 0:
                    _touch_neighbors(v, moves.partner[b + AHEAD_MOVES], ahead)
            if j >= 0:
                if i != j:
                    counters[SWAPS] += 1
                    counters[SWAPS_ACCEPTED] += _swap(axes, v, i, j, moves.allowance[b], stray, p)
                continue
            x, y, z = v.table[i, X] + moves.step[b, X], v.table[i, Y] + moves.step[b, Y], v.table[i, Z]
            if len(axes) == 3:
                z += moves.step[b, Z]
            square = straying(axes, v, i, x, y, z)
            if square > stray * stray:
                for k in range(4):
                    generator[k] = moves.before[b, k]
                return done + b, square
            counters[DISPLACEMENTS] += 1
            counters[DISPLACEMENTS_ACCEPTED] += _displace(axes, v, i, x, y, z, square, moves.allowance[b], stray, p)
    generator[0], generator[1], generator[2], generator[3] = state
    return number, 0.0


@kernel
def renew(axes, particles, reference, images, energies, cell, inverse, reach, p):
    """Wrap, make the present positions the reference, rebuild the list and recompute all energies; return the list."""
    wrap(particles, images, cell, inverse, len(axes))
    reference[:, :] = particles[:, :3]
    v = vicinity(particles, reference, cell, inverse, len(axes), reach, p)
    for i in range(particles.shape[0]):
        x, y, z, sigma = particles[i, X], particles[i, Y], particles[i, Z], particles[i, SIGMA]
        stop = stop_within(v, i, sigma, 0.0, p)
        energies[i] = _bounded_energy(axes, v, list_of(v, i)[0], stop, x, y, z, sigma, np.inf, p)
        v.table[i, ENERGY] = energies[i]
    return v


@device
def _bound_onstraying(square, skin):
    """Return a bound on all straying that is at least the root of `square`."""
    return min(STRAY_STEP * (np.floor(np.sqrt(square) / STRAY_STEP) + 2.0), 0.5 * skin)


@leaf
def _begin(axes, v, energies):
    """Copy the energies into the table; return how far (squared) a particle has strayed at most."""
    square = 0.0
    for i in range(energies.shape[0]):
        v.table[i, ENERGY] = energies[i]
        square = max(square, strayed(axes, v, i))
    return square


@leaf
def _finish(v, particles, energies):
    """Copy positions, diameters and energies out of the table."""
    for i in range(particles.shape[0]):
        for k in range(SIGMA + 1):
            particles[i, k] = v.table[i, k]
        energies[i] = v.table[i, ENERGY]


@kernel
def run_moves(
    axes, particles, reference, images, energies, v, cell, inverse, reach, skin, p, rules, number, generator, counters
):
    """Attempt a number of moves, in place; return the neighbor list, which may be a new one.

    Parameters
    ----------
    axes : tuple of int
        As many as there are dimensions: kernels are compiled for each.
    particles : (N, 4) array
        Positions and diameter.
    reference : (N, 3) array
        Positions at which the neighbor list was built; the list is a function of them.
    images : (N, 3) int array
        Cell vectors taken off by wrapping.
    energies : (N,) array
        Energy of each particle with all its neighbors, as the previous moves left it.
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
    square = _begin(axes, v, energies)
    while True:
        if square > 0.25 * skin * skin:
            _finish(v, particles, energies)
            v = renew(axes, particles, reference, images, energies, cell, inverse, reach, p)
            counters[REBUILDS] += 1
            square = 0.0
        stray = _bound_onstraying(square, skin)
        done, square = attempt_moves(axes, v, generator, p, rules, number, stray, moves, counters)
        number -= done
        if number == 0:
            break
    _finish(v, particles, energies)
    return v
