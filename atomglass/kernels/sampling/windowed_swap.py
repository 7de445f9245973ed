"""Swaps of similar diameters at fixed positions, chosen by their ranks, with the data of each particle's pairs in one row.

A swap is accepted only if the two diameters differ by little: with `kumar2021` at T = 0.1 half as often for every 0.03.
Partners are therefore chosen among the diameters within a window above the smaller one. The probability with which two
ranks are chosen is constant, so that the proposals are symmetric.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.jit import device, kernel, leaf
from atomglass.kernels.pair_potential import early_bound
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.sampling.flat_pair_list import HMCWorkspace
from atomglass.kernels.sampling.records import SWAPS, SWAPS_ACCEPTED, ChainState, UintArray
from atomglass.kernels.sampling.simd_pair_energy import LANES
from atomglass.kernels.sampling.simd_row_energy import eight_slot_energies
from atomglass.kernels.xoshiro import uniform
from atomglass.types import Array, IntArray

#: Inverse squared distance of the slots that pad the rows, which is beyond any cutoff.
PADDING = 1e-16


class SwapRows(NamedTuple):
    """The diameters by rank, and one row of slots per particle for the pairs that can interact with any diameters.

    Attributes
    ----------
    begin : (N + 1,) int array
        Start of each particle's row, which has room for all of its pairs in the neighbor list.
    end : (N,) int array
        End of each row, padded to a multiple of eight.
    neighbors : (M,) uint32 array
        The neighbor in each slot; the particle itself in those that pad the row.
    inverse_squares : (M,) array
        Its inverse squared distance, in units of length^-2.
    labels : (M,) array
        Its diameter, in units of length.
    reverse : (M,) uint32 array
        The slot of the same pair in the neighbor's row; the slot itself in those that pad the row.
    chosen : (C + 1,) uint32 array
        Scratch memory: the pairs of the list that are within the range.
    diameters : (N,) array
        All diameters in ascending order, in units of length.
    ranked : (N,) int array
        The particle that has each of them.
    partners : (N,) int array
        Number of larger diameters within the window, for each of them.
    unique : bool
        Whether no two diameters are equal.
    grown, shrunk, old : (L,) arrays
        Scratch memory for the pair energies of one row: of the growing particle, of the shrinking one, and of either
        with its old diameter.
    """

    begin: IntArray
    end: IntArray
    neighbors: UintArray
    inverse_squares: Array
    labels: Array
    reverse: UintArray
    chosen: UintArray
    diameters: Array
    ranked: IntArray
    partners: IntArray
    unique: bool
    grown: Array
    shrunk: Array
    old: Array


@kernel
def allocate_rows(w: HMCWorkspace, window: float) -> SwapRows:
    """Allocate the rows for the pairs of a workspace, and rank its diameters.

    Parameters
    ----------
    w : HMCWorkspace
        Pairs of the neighbor list, and diameters.
    window : float
        Largest difference between two diameters that are swapped, in units of length.
    """
    c = w.candidates
    slots = c.squares.shape[0]
    ranked = np.argsort(c.labels, kind="mergesort")
    diameters = c.labels[ranked]
    n = diameters.shape[0]
    partners = np.searchsorted(diameters, diameters + window, side="right") - np.arange(n) - 1
    unique = True
    for rank in range(1, n):
        unique = unique and diameters[rank] > diameters[rank - 1]
    return SwapRows(
        begin=c.begin,
        end=c.end,
        neighbors=c.neighbors,
        inverse_squares=c.squares,
        labels=np.empty(slots),
        reverse=np.empty(slots, np.uint32),
        chosen=np.empty(w.first.shape[0] + 1, np.uint32),
        diameters=diameters,
        ranked=ranked,
        partners=partners,
        unique=unique,
        grown=c.grown,
        shrunk=c.shrunk,
        old=c.old,
    )


@kernel
def rank_again(rows: SwapRows, diameters: Array) -> None:
    """Rank particles of equal diameters by their indices, as after a restart, so that a saved run continues bit for bit.

    Parameters
    ----------
    rows : SwapRows
        Receives the particles by rank.
    diameters : (N,) array
        Diameters of the particles.
    """
    rows.ranked[:] = np.argsort(diameters, kind="mergesort")


@leaf
def fill_rows(w: HMCWorkspace, limit: float, rows: SwapRows) -> None:
    """Write the rows of all pairs whose squared distance is below a limit.

    Parameters
    ----------
    w : HMCWorkspace
        Pairs of the neighbor list, their squared distances, and diameters.
    limit : float
        Square of the largest cutoff of any pair.
    rows : SwapRows
        Receives the rows.
    """
    count, diameters = np.int64(0), w.candidates.labels
    for k in range(w.first.shape[0]):
        rows.chosen[count] = k  # no branch: overwritten unless the count is incremented
        count += np.int64(w.squares[k] < limit)
    for particle in range(rows.end.shape[0]):
        rows.end[particle] = rows.begin[particle]
    for t in range(count):
        k = rows.chosen[t]
        i, j, inverse = np.int64(w.first[k]), np.int64(w.second[k]), 1.0 / w.squares[k]
        a, b = rows.end[i], rows.end[j]
        rows.neighbors[a], rows.inverse_squares[a], rows.labels[a], rows.reverse[a] = j, inverse, diameters[j], b
        rows.neighbors[b], rows.inverse_squares[b], rows.labels[b], rows.reverse[b] = i, inverse, diameters[i], a
        rows.end[i], rows.end[j] = a + 1, b + 1
    for particle in range(rows.end.shape[0]):
        while (rows.end[particle] - rows.begin[particle]) % LANES != 0:
            a = rows.end[particle]
            rows.neighbors[a], rows.inverse_squares[a], rows.labels[a], rows.reverse[a] = particle, PADDING, 1.0, a
            rows.end[particle] = a + 1


@device
def _energy(
    rows: SwapRows, i: int, diameter: float, partner: int, partner_diameter: float, p: Potential, terms: Array
) -> float:
    """Return the energy of particle i with this diameter; its pair energies are written to `terms`."""
    energy, start = 0.0, rows.begin[i]
    for k in range(start, rows.end[i], LANES):
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
    rows: SwapRows, energies: Array, i: int, partner: int, diameters: tuple[float, float], new: Array, p: Potential
) -> None:
    """Update the energies of the neighbors of i, except its partner's, and its diameter in their rows."""
    before, after = diameters
    _energy(rows, i, before, partner, after, p, rows.old)  # before the swap, its partner had the new diameter
    start = rows.begin[i]
    for k in range(start, rows.end[i]):
        change = new[k - start] - rows.old[k - start]  # mostly zero, but a branch would be mispredicted too often
        energies[rows.neighbors[k]] += change if rows.neighbors[k] != partner else 0.0
    for k in range(start, rows.end[i]):
        rows.labels[rows.reverse[k]] = after


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
    n, energies, generator, ranked = diameters.shape[0], chain.energies, chain.generator, rows.ranked
    for _ in range(number):
        low, choice = np.int64(uniform(generator) * n), uniform(generator)
        allowance = -temperature * np.log(1.0 - uniform(generator))
        if rows.partners[low] == 0:
            continue
        high = low + 1 + np.int64(choice * rows.partners[low])
        counters[SWAPS] += 1
        i, j, small, large = ranked[low], ranked[high], rows.diameters[low], rows.diameters[high]
        bound = energies[i] + energies[j] + allowance
        a = _energy(rows, i, large, j, small, p, rows.grown)
        if a > early_bound(bound, p):
            continue
        b = _energy(rows, j, small, i, large, p, rows.shrunk)
        if not a + b <= bound:
            continue
        _update_neighbors(rows, energies, i, j, (small, large), rows.grown, p)
        _update_neighbors(rows, energies, j, i, (large, small), rows.shrunk, p)
        energies[i], energies[j] = a, b
        diameters[i], diameters[j] = large, small
        ranked[low], ranked[high] = j, i
        counters[SWAPS_ACCEPTED] += 1
