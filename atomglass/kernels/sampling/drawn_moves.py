"""Moves drawn in blocks, so that the data of a move can be prefetched while earlier moves are made."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atomglass.kernels.jit import device
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.sampling.prefetch import prefetch
from atomglass.kernels.sampling.verlet_table import VerletTable, list_range
from atomglass.kernels.xoshiro import Word, next_uniform
from atomglass.types import Array, IntArray

#: Number of moves drawn at a time.
BLOCK = 64
#: Number of rows above which a table does not fit into the second-level cache.
LARGE_TABLE = 20_000
#: Number of neighbors prefetched in small and in large tables, and how many moves in advance.
PREFETCHED_SMALL, PREFETCHED_LARGE, MOVES_AHEAD = 4, 12, 3


class DrawnMoves(NamedTuple):
    """A block of moves, which depend only on the random numbers.

    Attributes
    ----------
    particle : (BLOCK,) int array
        The particle that moves.
    partner : (BLOCK,) int array
        The particle with which it swaps diameters, or -1 for a displacement.
    step : (BLOCK, 3) array
        The displacement, in units of length.
    allowance : (BLOCK,) array
        Largest increase in energy that is accepted, -T ln(1 - u), in units of epsilon.
    state_before : (BLOCK, 4) uint64 array
        State of the random number generator before each move.
    """

    particle: IntArray
    partner: IntArray
    step: Array
    allowance: Array
    state_before: NDArray[np.uint64]


class MoveParameters(NamedTuple):
    """Parameters of the moves.

    Attributes
    ----------
    temperature : float
        T, in units of epsilon.
    swap_fraction : float
        Fraction of the moves that are swaps.
    max_displacement : float
        Largest displacement along an axis, in units of length.
    pair : PairParameters or FormParameters
        The potential.
    """

    temperature: float
    swap_fraction: float
    max_displacement: float
    pair: Potential


@device
def _prefetch_particle(v: VerletTable, i: int) -> None:
    """Prefetch the data that a move of particle i reads first."""
    prefetch(v.table, i)
    prefetch(v.row_pointers, i)


@device
def prefetch_neighbors(v: VerletTable, i: int, count: int) -> None:
    """Prefetch the rows of the nearest neighbors of a particle.

    Parameters
    ----------
    v : VerletTable
        The lists.
    i : int
        The particle.
    count : int
        Number of neighbors to prefetch.
    """
    first, end = list_range(v, i)
    for k in range(first, min(first + count, end)):
        prefetch(v.table, np.int64(v.neighbors[k]))


@device
def draw_block(
    axes: tuple[int, ...],
    v: VerletTable,
    parameters: MoveParameters,
    count: int,
    moves: DrawnMoves,
    state: tuple[Word, Word, Word, Word],
) -> tuple[Word, Word, Word, Word]:
    """Draw the next moves, and return the state of the random number generator after them.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    v : VerletTable
        The lists, whose first cache lines are prefetched.
    parameters : MoveParameters
        Temperature, fraction of swaps, largest displacement.
    count : int
        Number of moves to draw.
    moves : DrawnMoves
        Receives the moves.
    state : tuple of four uint64
        State of the random number generator.
    """
    n = v.row_pointers.shape[0]
    s0, s1, s2, s3 = state
    before = moves.state_before
    for b in range(count):
        before[b, 0], before[b, 1], before[b, 2], before[b, 3] = s0, s1, s2, s3
        kind, s0, s1, s2, s3 = next_uniform(s0, s1, s2, s3)
        u, s0, s1, s2, s3 = next_uniform(s0, s1, s2, s3)
        moves.particle[b], moves.partner[b] = np.int64(u * n), -1
        _prefetch_particle(v, moves.particle[b])
        if kind < parameters.swap_fraction:
            u, s0, s1, s2, s3 = next_uniform(s0, s1, s2, s3)
            moves.partner[b] = np.int64(u * n)
            _prefetch_particle(v, moves.partner[b])
        else:
            for k in range(len(axes)):
                u, s0, s1, s2, s3 = next_uniform(s0, s1, s2, s3)
                moves.step[b, k] = parameters.max_displacement * (2.0 * u - 1.0)
        u, s0, s1, s2, s3 = next_uniform(s0, s1, s2, s3)
        moves.allowance[b] = -parameters.temperature * np.log(1.0 - u)
    for b in range(count):
        for i in (moves.particle[b], moves.partner[b]):
            if i >= 0:
                first = list_range(v, i)[0]
                prefetch(v.neighbors, first)
                prefetch(v.neighbors, first + PREFETCHED_LARGE)
    return s0, s1, s2, s3
