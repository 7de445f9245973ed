"""Swap Monte Carlo: single-particle displacements and diameter swaps, with exact detailed balance.

The algorithm is that of Ninarello, Berthier and Coslovich, Phys. Rev. X 7, 021039 (2017). The following makes it fast
without changing any decision. The energy of every particle is stored. The random number of the acceptance test is drawn
first, so that the sum over the neighbors can end once it exceeds the bound
(where phi >= 0 is proven). Neighbors are sorted by distance
and handled in batches without branches. In a swap the energy of the growing particle is computed first. Moves are drawn
in blocks, so that the few cache lines that each of them needs can be prefetched.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from atomglass.kernels.cell_list import wrap
from atomglass.kernels.jit import device, kernel, leaf
from atomglass.kernels.pair_potential import early_bound
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.sampling.build_verlet_table import build_verlet_table
from atomglass.kernels.sampling.drawn_moves import (
    BLOCK,
    LARGE_TABLE,
    MOVES_AHEAD,
    PREFETCHED_LARGE,
    PREFETCHED_SMALL,
    DrawnMoves,
    MoveParameters,
    draw_block,
    prefetch_neighbors,
)
from atomglass.kernels.sampling.particle_energy import Site, bounded_energy, site_of, update_neighbors
from atomglass.kernels.sampling.records import (
    DISPLACEMENTS,
    DISPLACEMENTS_ACCEPTED,
    REBUILDS,
    SWAPS,
    SWAPS_ACCEPTED,
    ChainState,
    ListGeometry,
)
from atomglass.kernels.sampling.verlet_table import (
    ENERGY,
    LABEL,
    VerletTable,
    X,
    Y,
    Z,
    displacement_squared,
    list_end,
    list_range,
    move_to,
    present_displacement_squared,
    set_label,
    shell_end,
)
from atomglass.types import Array, IntArray

#: Step, in units of length, by which the bound on displacements grows; each step extends the search in all lists.
BOUND_STEP = 0.02


@device
def _displace(
    axes: tuple[int, ...],
    v: VerletTable,
    i: int,
    trial: Site,
    trial_squared: float,
    allowance: float,
    displacement_bound: float,
    p: Potential,
) -> bool:
    """Try to move particle i to the trial site; return whether the move was accepted."""
    start = list_range(v, i)[0]
    end = list_end(axes, v, i, trial.label, trial_squared, displacement_bound, p)
    bound = v.table[i, ENERGY] + allowance
    energy = bounded_energy(axes, v, start, end, trial, early_bound(bound, p), p)
    if energy > bound:
        return False
    update_neighbors(axes, v, start, end, site_of(v, i, trial.label), trial, np.int64(-1), p)
    move_to(v, i, trial.x, trial.y, trial.z)
    v.table[i, ENERGY] = energy
    return True


@device
def _swap(
    axes: tuple[int, ...],
    v: VerletTable,
    i: int,
    j: int,
    allowance: float,
    displacement_bound: float,
    p: Potential,
) -> bool:
    """Try to swap the labels of particles i and j; return whether the move was accepted.

    If the two are neighbors, their pair energy counts twice before and twice after the swap, and does not change.
    """
    grows, shrinks = (i, j) if v.table[i, LABEL] < v.table[j, LABEL] else (j, i)
    small, large = v.table[grows, LABEL], v.table[shrinks, LABEL]
    bound = v.table[i, ENERGY] + v.table[j, ENERGY] + allowance
    set_label(v, grows, large)
    set_label(v, shrinks, small)
    grown, a_start = site_of(v, grows, large), list_range(v, grows)[0]
    b_start = list_range(v, shrinks)[0]
    a_end = list_end(axes, v, grows, large, 0.0, displacement_bound, p)
    a = bounded_energy(axes, v, a_start, a_end, grown, early_bound(bound, p), p)
    if not a > early_bound(bound, p):
        shrunk = site_of(v, shrinks, small)
        b_end = list_end(axes, v, shrinks, large, 0.0, displacement_bound, p)  # large: the update needs the old pairs
        b = bounded_energy(axes, v, b_start, b_end, shrunk, early_bound(bound - a, p), p)
        if not a + b > bound:
            update_neighbors(axes, v, a_start, a_end, site_of(v, grows, small), grown, shrinks, p)
            update_neighbors(axes, v, b_start, b_end, site_of(v, shrinks, large), shrunk, grows, p)
            v.table[grows, ENERGY], v.table[shrinks, ENERGY] = a, b
            return True
    set_label(v, grows, small)
    set_label(v, shrinks, large)
    return False


@leaf
def attempt_moves(
    axes: tuple[int, ...],
    v: VerletTable,
    generator: NDArray[np.uint64],
    parameters: MoveParameters,
    number: int,
    displacement_bound: float,
    moves: DrawnMoves,
    counters: IntArray,
) -> tuple[int, float]:
    """Attempt moves until a trial position is too far from its reference position.

    The trial position is tested *before* its energy is computed, so that even a trial that would be rejected ends the
    loop: no interacting pair is ever missing, and detailed balance is exact. The generator is left in the state before
    the first move that was not attempted.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    v : VerletTable
        Lists, positions, labels and energies.
    generator : (4,) uint64 array
        State of the random number generator.
    parameters : MoveParameters
        Temperature, fraction of swaps, largest displacement, potential.
    number : int
        Number of moves to attempt.
    displacement_bound : float
        Largest allowed distance from the reference position, in units of length.
    moves : DrawnMoves
        Scratch memory for a block of moves.
    counters : (7,) int array
        Incremented by the attempted and accepted moves.

    Returns
    -------
    done : int
        Number of moves attempted.
    displacement_squared : float
        Squared displacement of the trial position that ended the loop; 0 if none did.
    """
    state = (generator[0], generator[1], generator[2], generator[3])
    prefetched = PREFETCHED_SMALL if v.table.shape[0] < LARGE_TABLE else PREFETCHED_LARGE
    for done in range(0, number, BLOCK):
        count = min(BLOCK, number - done)
        state = draw_block(axes, v, parameters, count, moves, state)
        for b in range(count):
            i, j, allowance = moves.particle[b], moves.partner[b], moves.allowance[b]
            if b + MOVES_AHEAD < count:
                prefetch_neighbors(v, moves.particle[b + MOVES_AHEAD], prefetched)
                if moves.partner[b + MOVES_AHEAD] >= 0:
                    prefetch_neighbors(v, moves.partner[b + MOVES_AHEAD], prefetched)
            if j >= 0:
                if i != j:
                    counters[SWAPS] += 1
                    counters[SWAPS_ACCEPTED] += _swap(axes, v, i, j, allowance, displacement_bound, parameters.pair)
                continue
            x, y, z = v.table[i, X] + moves.step[b, X], v.table[i, Y] + moves.step[b, Y], v.table[i, Z]
            if len(axes) == 3:
                z += moves.step[b, Z]
            square = displacement_squared(axes, v, i, x, y, z)
            if square > displacement_bound * displacement_bound:
                for k in range(4):
                    generator[k] = moves.state_before[b, k]
                return done + b, square
            trial = Site(x, y, z, v.table[i, LABEL])
            counters[DISPLACEMENTS] += 1
            counters[DISPLACEMENTS_ACCEPTED] += _displace(
                axes, v, i, trial, square, allowance, displacement_bound, parameters.pair
            )
    generator[0], generator[1], generator[2], generator[3] = state
    return number, 0.0


@kernel
def rebuild_table_and_energies(
    axes: tuple[int, ...], chain: ChainState, geometry: ListGeometry, p: Potential
) -> VerletTable:
    """Build the Verlet table at the current positions and recompute all energies.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    chain : ChainState
        Its positions are wrapped and become the reference positions; its energies are recomputed.
    geometry : ListGeometry
        Cell and range of the lists.
    p : PairParameters or FormParameters
        The potential.

    Returns
    -------
    VerletTable
        The new table.
    """
    wrap(chain.particles, chain.images, geometry.cell, geometry.inverse, np.int64(len(axes)))
    for i in range(chain.particles.shape[0]):
        for k in range(3):
            chain.reference[i, k] = chain.particles[i, k]
    v = build_verlet_table(chain.particles, chain.reference, geometry, np.int64(len(axes)), p)
    for i in range(chain.particles.shape[0]):
        site = site_of(v, i, v.table[i, LABEL])
        end = shell_end(v, i, site.label, 0.0, p)
        chain.energies[i] = bounded_energy(axes, v, list_range(v, i)[0], end, site, np.inf, p)
        v.table[i, ENERGY] = chain.energies[i]
    return v


@device
def _displacement_bound(square: float, skin: float) -> float:
    """Return a bound on all displacements, no smaller than the square root of `square`."""
    return min(BOUND_STEP * (np.floor(np.sqrt(square) / BOUND_STEP) + 2.0), 0.5 * skin)


@leaf
def _write_energies(axes: tuple[int, ...], v: VerletTable, energies: Array) -> float:
    """Copy the energies into the table; return the largest squared displacement of a particle."""
    square = 0.0
    for i in range(energies.shape[0]):
        v.table[i, ENERGY] = energies[i]
        square = max(square, present_displacement_squared(axes, v, i))
    return square


@leaf
def _read_table(v: VerletTable, particles: Array, energies: Array) -> None:
    """Copy positions, labels and energies from the table to the arrays of the chain."""
    for i in range(particles.shape[0]):
        for k in range(LABEL + 1):
            particles[i, k] = v.table[i, k]
        energies[i] = v.table[i, ENERGY]


@kernel
def run_moves(
    axes: tuple[int, ...],
    chain: ChainState,
    v: VerletTable,
    geometry: ListGeometry,
    parameters: MoveParameters,
    number: int,
    counters: IntArray,
) -> VerletTable:
    """Attempt a number of moves in place.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2); kernels are compiled for each dimension.
    chain : ChainState
        The particles in the state after the previous moves.
    v : VerletTable
        Table built at the reference positions, with the current positions and labels.
    geometry : ListGeometry
        Cell and range of the lists.
    parameters : MoveParameters
        Temperature, fraction of swaps, largest displacement, potential.
    number : int
        Number of moves to attempt.
    counters : (7,) int array
        Incremented by the attempted and accepted moves and the rebuilt tables.

    Returns
    -------
    VerletTable
        The table, which may be a new one.
    """
    moves = DrawnMoves(
        np.empty(BLOCK, np.int64),
        np.empty(BLOCK, np.int64),
        np.zeros((BLOCK, 3)),
        np.empty(BLOCK),
        np.empty((BLOCK, 4), np.uint64),
    )
    skin = geometry.skin
    square = _write_energies(axes, v, chain.energies)
    while True:
        if square > 0.25 * skin * skin:
            _read_table(v, chain.particles, chain.energies)
            v = rebuild_table_and_energies(axes, chain, geometry, parameters.pair)
            counters[REBUILDS] += 1
            square = 0.0
        bound = _displacement_bound(square, skin)
        done, square = attempt_moves(axes, v, chain.generator, parameters, number, bound, moves, counters)
        number -= done
        if number == 0:
            break
    _read_table(v, chain.particles, chain.energies)
    return v
