"""Swaps of similar diameters at fixed positions, chosen by their ranks, with one row of pairs for each particle.

A swap is accepted only if the two diameters differ by little: with `kumar2021` at T = 0.1 half as often for every 0.03.
Partners are therefore chosen among the diameters within a window above the smaller one. The probability with which two
ranks are chosen is constant, so that the proposals are symmetric.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atomglass.kernels.jit import device, kernel, leaf
from atomglass.kernels.pair_potential import early_bound, max_cutoff
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.sampling.flat_pair_list import HMCWorkspace
from atomglass.kernels.sampling.prefetch import prefetch
from atomglass.kernels.sampling.records import SWAPS, SWAPS_ACCEPTED, ChainState, UintArray
from atomglass.kernels.sampling.simd_pair_energy import LANES
from atomglass.kernels.sampling.simd_row_energy import eight_slot_energies
from atomglass.kernels.xoshiro import uniform
from atomglass.types import Array, IntArray

#: Inverse squared distance of the slots that pad the rows, which is beyond any cutoff.
PADDING = 1e-16
#: Rows are in order of distance by classes: as far as the smallest, the middle and the largest third of all diameters
#: can interact.
CLASSES = 3
#: Number of moves that are drawn at once, and whose rows are then fetched from memory.
DRAWN = 32


class SwapRows(NamedTuple):
    """The diameters by rank, and one row of slots per particle for the pairs that can interact with any diameters.

    Attributes
    ----------
    begin : (N + 1,) int array
        Start of each particle's row, which has room for all of its pairs in the neighbor list.
    ends : (N, 4) int array
        Ends of the three classes of each row, and the end of the row without the slots that pad it. The ends of the
        classes are a multiple of eight after the start, so that a class may include some slots of the next.
    neighbors : (M,) uint32 array
        The neighbor in each slot; the particle itself in those that pad the row.
    inverse_squares : (M,) array
        Its inverse squared distance, in units of length^-2.
    labels : (M,) array
        Its diameter, in units of length.
    reverse : (M,) uint32 array
        The slot of the same pair in the neighbor's row; the slot itself in those that pad the row.
    chosen : (3, C + 1) uint32 array
        Scratch memory: the pairs of the list in each class.
    diameters : (N,) array
        All diameters in ascending order, in units of length.
    ranked : (N,) int array
        The particle that has each of them.
    partners, classes : (N,) int arrays
        Number of larger diameters within the window, and the class of the row that is enough, for each of them.
    class_limits : (3,) array
        Squared distances up to which the classes reach, in units of length^2.
    unique : bool
        Whether no two diameters are equal.
    grown, shrunk, old : (L,) arrays
        Scratch memory for the pair energies of one row: of the growing particle, of the shrinking one, and of either
        with its old diameter.
    low, high : (32,) int arrays
        Scratch memory: the ranks of the moves that have been drawn; -1 where there is no partner.
    allowances : (32,) array
        The changes of energy up to which these are accepted, in units of epsilon.
    """

    begin: IntArray
    ends: IntArray
    neighbors: UintArray
    inverse_squares: Array
    labels: Array
    reverse: UintArray
    chosen: UintArray
    diameters: Array
    ranked: IntArray
    partners: IntArray
    classes: IntArray
    class_limits: Array
    unique: bool
    grown: Array
    shrunk: Array
    old: Array
    low: IntArray
    high: IntArray
    allowances: Array


@kernel
def allocate_rows(w: HMCWorkspace, window: float, p: Potential) -> SwapRows:
    """Allocate the rows for the pairs of a workspace, and rank its diameters.

    Parameters
    ----------
    w : HMCWorkspace
        Pairs of the neighbor list, and diameters.
    window : float
        Largest difference between two diameters that are swapped, in units of length.
    p : PairParameters or FormParameters
        The potential.
    """
    c = w.candidates
    n, slots = c.labels.shape[0], c.squares.shape[0]
    ranked = np.argsort(c.labels, kind="mergesort")
    diameters = c.labels[ranked]
    unique = True
    for rank in range(1, n):
        unique = unique and diameters[rank] > diameters[rank - 1]
    class_limits, classes = np.empty(CLASSES), np.empty(n, np.int64)
    begin = 0
    for group in range(CLASSES):
        end = n * (group + 1) // CLASSES
        classes[begin:end] = group
        farthest = 0.0
        for rank in range(end):
            farthest = max(farthest, max_cutoff(diameters[rank], diameters[n - 1], p))
        class_limits[group] = farthest * farthest
        begin = end
    return SwapRows(
        begin=c.begin,
        ends=np.empty((n, CLASSES + 1), np.int64),
        neighbors=c.neighbors,
        inverse_squares=c.squares,
        labels=np.empty(slots),
        reverse=np.empty(slots, np.uint32),
        chosen=np.empty((CLASSES, w.first.shape[0] + 1), np.uint32),
        diameters=diameters,
        ranked=ranked,
        partners=np.searchsorted(diameters, diameters + window, side="right") - np.arange(n) - 1,
        classes=classes,
        class_limits=class_limits,
        unique=unique,
        grown=c.grown,
        shrunk=c.shrunk,
        old=c.old,
        low=np.empty(DRAWN, np.int64),
        high=np.empty(DRAWN, np.int64),
        allowances=np.empty(DRAWN),
    )


@kernel
def rank_again(rows: SwapRows, diameters: Array) -> None:
    """Rank particles of equal diameters by their indices, as after a restart.

    Parameters
    ----------
    rows : SwapRows
        Receives the particles by rank.
    diameters : (N,) array
        Diameters of the particles.
    """
    rows.ranked[:] = np.argsort(diameters, kind="mergesort")


@device
def _choose(squares: Array, lower: float, upper: float, chosen: UintArray) -> int:
    """Write the indices of the pairs whose squared distance is in [lower, upper), and return their number."""
    count = np.int64(0)
    for k in range(squares.shape[0]):
        chosen[count] = k  # no branch: overwritten unless the count is incremented
        count += np.int64((squares[k] < upper) & (squares[k] >= lower))
    return int(count)


@leaf
def fill_rows(w: HMCWorkspace, rows: SwapRows) -> None:
    """Write the rows of all pairs that can interact with any diameters.

    Parameters
    ----------
    w : HMCWorkspace
        Pairs of the neighbor list, their squared distances, and diameters.
    rows : SwapRows
        Receives the rows.
    """
    diameters, ends, lower = w.candidates.labels, rows.ends, 0.0
    for particle in range(ends.shape[0]):
        ends[particle, CLASSES] = rows.begin[particle]
    for group in range(CLASSES):
        chosen = rows.chosen[group]
        for t in range(_choose(w.squares, lower, rows.class_limits[group], chosen)):
            k = chosen[t]
            i, j, inverse = np.int64(w.first[k]), np.int64(w.second[k]), 1.0 / w.squares[k]
            a, b = ends[i, CLASSES], ends[j, CLASSES]
            rows.neighbors[a], rows.inverse_squares[a], rows.labels[a], rows.reverse[a] = j, inverse, diameters[j], b
            rows.neighbors[b], rows.inverse_squares[b], rows.labels[b], rows.reverse[b] = i, inverse, diameters[i], a
            ends[i, CLASSES], ends[j, CLASSES] = a + 1, b + 1
        lower = rows.class_limits[group]
        for particle in range(ends.shape[0]):
            start = rows.begin[particle]
            ends[particle, group] = start + (ends[particle, CLASSES] - start + LANES - 1) // LANES * LANES
    for particle in range(ends.shape[0]):
        for a in range(ends[particle, CLASSES], ends[particle, CLASSES - 1]):
            rows.neighbors[a], rows.inverse_squares[a], rows.labels[a], rows.reverse[a] = particle, PADDING, 1.0, a


@device
def _energy(
    rows: SwapRows,
    i: int,
    end: int,
    diameter: float,
    partner: int,
    partner_diameter: float,
    p: Potential,
    terms: Array,
) -> float:
    """Return the energy of particle i with this diameter; its pair energies are written to `terms`."""
    energy, start = 0.0, rows.begin[i]
    for k in range(start, end, LANES):
        energy += eight_slot_energies(
            rows.neighbors,
            rows.inverse_squares,
            rows.labels,
            k,
            diameter,
            partner,
            partner_diameter,
            p,
            terms,
            k - start,
        )
    return energy


@device
def _update_neighbors(
    rows: SwapRows,
    energies: Array,
    slots: tuple[int, int, int],
    partner: int,
    diameters: tuple[float, float],
    new: Array,
    p: Potential,
) -> None:
    """Update the energies of the neighbors of i, except its partner's, and its diameter in their rows."""
    i, end, row_end = slots
    before, after = diameters
    _energy(rows, i, end, before, partner, after, p, rows.old)  # before the swap, its partner had the new diameter
    start = rows.begin[i]
    for k in range(start, end):
        change = new[k - start] - rows.old[k - start]  # mostly zero, but a branch would be mispredicted too often
        energies[rows.neighbors[k]] += change if rows.neighbors[k] != partner else 0.0
    for k in range(start, row_end):
        rows.labels[rows.reverse[k]] = after


@leaf
def _draw(rows: SwapRows, generator: NDArray[np.uint64], temperature: float, number: int) -> None:
    """Draw the ranks and the allowance of some moves, and fetch the rows of their particles from memory."""
    n = rows.ranked.shape[0]
    for t in range(number):
        low, choice = np.int64(uniform(generator) * n), uniform(generator)
        rows.allowances[t] = -temperature * np.log(1.0 - uniform(generator))
        partners = rows.partners[low]
        high = low + 1 + np.int64(choice * partners) if partners > 0 else np.int64(-1)
        rows.low[t], rows.high[t] = low, high
    for t in range(number):
        for rank in (rows.low[t], max(rows.high[t], 0)):
            start = rows.begin[rows.ranked[rank]]
            prefetch(rows.inverse_squares, start)
            prefetch(rows.labels, start)
            prefetch(rows.neighbors, start)
            prefetch(rows.reverse, start)


@device
def _swap(rows: SwapRows, diameters: Array, energies: Array, p: Potential, t: int) -> bool:
    """Attempt the swap that was drawn as number t; return whether it was accepted."""
    low, high, ranked, ends = rows.low[t], rows.high[t], rows.ranked, rows.ends
    i, j, small, large = ranked[low], ranked[high], rows.diameters[low], rows.diameters[high]
    end_i, end_j = ends[i, rows.classes[high]], ends[j, rows.classes[high]]
    bound = energies[i] + energies[j] + rows.allowances[t]
    a = _energy(rows, i, end_i, large, j, small, p, rows.grown)
    if a > early_bound(bound, p):
        return False
    b = _energy(rows, j, end_j, small, i, large, p, rows.shrunk)
    if not a + b <= bound:
        return False
    _update_neighbors(rows, energies, (i, end_i, ends[i, CLASSES]), j, (small, large), rows.grown, p)
    _update_neighbors(rows, energies, (j, end_j, ends[j, CLASSES]), i, (large, small), rows.shrunk, p)
    energies[i], energies[j] = a, b
    diameters[i], diameters[j] = large, small
    ranked[low], ranked[high] = j, i
    return True


@leaf
def swap_similar_diameters(
    rows: SwapRows,
    diameters: Array,
    chain: ChainState,
    p: Potential,
    temperature: float,
    number: int,
    counters: IntArray,
) -> None:
    """Attempt swaps of similar diameters, in place.

    The smaller diameter is drawn from all, the larger one from those within the window above it. The random number of
    the acceptance test is drawn first, and the energy of the growing particle is computed first. If the two are
    neighbors, their pair energy counts twice before and after the swap.

    Parameters
    ----------
    rows : SwapRows
        The pairs, and the particles by rank.
    diameters : (N,) array
        Diameters of the particles.
    chain : ChainState
        Its energies are updated; each attempt draws three numbers from its generator.
    p : PairParameters or FormParameters
        The potential.
    temperature : float
        T, in units of epsilon.
    number : int
        Number of swaps to attempt.
    counters : (7,) int array
        Incremented by the attempts with a partner within the window and by the accepted swaps.
    """
    for begin in range(0, number, DRAWN):
        drawn = min(DRAWN, number - begin)
        _draw(rows, chain.generator, temperature, drawn)
        for t in range(drawn):
            if rows.high[t] >= 0:
                counters[SWAPS] += 1
                counters[SWAPS_ACCEPTED] += _swap(rows, diameters, chain.energies, p, t)
