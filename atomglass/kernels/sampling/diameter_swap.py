"""Swaps of diameters, or of species, at fixed positions: distances are computed only once for many swaps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.jit import device, kernel, leaf
from atomglass.kernels.pair_potential import early_bound
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.sampling.records import SWAPS, SWAPS_ACCEPTED, ChainState, UintArray
from atomglass.kernels.sampling.simd_pair_energy import LANES, eight_pair_energies
from atomglass.kernels.xoshiro import uniform
from atomglass.types import Array, BoolArray, IntArray

#: Squared distance of the entries that pad the rows of neighbors.
PADDING_SQUARED = 1e16


class CandidatePairs(NamedTuple):
    """Pairs close enough to interact for some assignment of the labels, as one row of neighbors per particle.

    Attributes
    ----------
    begin : (N + 1,) int array
        Start of each particle's row, which has room for all of its pairs in the neighbor list.
    end : (N,) int array
        End of each row, padded to a multiple of eight.
    neighbors : (M,) uint32 array
        Indices of the neighbors.
    squares : (M,) array
        Their squared distances, in units of length^2.
    labels : (N,) array
        Labels of the particles: diameters, in units of length, or species.
    grown, shrunk, old : (L,) arrays
        Scratch memory for the pair energies of one row: for the growing particle, for the shrinking one, and for either
        with its old label.
    current : (1,) bool array
        Whether the rows are those of the current positions.
    """

    begin: IntArray
    end: IntArray
    neighbors: UintArray
    squares: Array
    labels: Array
    grown: Array
    shrunk: Array
    old: Array
    current: BoolArray


@kernel
def allocate_candidates(n: int, first: UintArray, second: UintArray) -> CandidatePairs:
    """Allocate the arrays for the candidate pairs of n particles.

    Parameters
    ----------
    n : int
        Number of particles.
    first, second : (C,) uint32 arrays
        Pairs of the neighbor list.
    """
    begin = np.zeros(n + 1, np.int64)
    for k in range(first.shape[0]):
        begin[first[k] + 1] += 1
        begin[second[k] + 1] += 1
    for i in range(n):
        begin[i + 1] = begin[i] + (begin[i + 1] + LANES - 1) // LANES * LANES
    longest = np.diff(begin).max()
    neighbors, squares, labels = np.empty(begin[n], np.uint32), np.empty(begin[n]), np.empty(n)
    grown, shrunk, old = np.empty(longest), np.empty(longest), np.empty(longest)
    return CandidatePairs(
        begin, begin[:n].copy(), neighbors, squares, labels, grown, shrunk, old, np.zeros(1, np.bool_)
    )


@leaf
def find_candidates(first: UintArray, second: UintArray, squares: Array, limit: float, c: CandidatePairs) -> None:
    """Write the rows of all pairs whose squared distance is below a limit.

    Parameters
    ----------
    first, second : (C,) uint32 arrays
        Pairs of the neighbor list.
    squares : (C,) array
        Their squared distances.
    limit : float
        Square of the largest cutoff of any pair.
    c : CandidatePairs
        Receives the rows.
    """
    n = c.end.shape[0]
    for particle in range(n):
        c.end[particle] = c.begin[particle]
    for k in range(first.shape[0]):
        if squares[k] < limit:
            i, j = np.int64(first[k]), np.int64(second[k])
            a, b = c.end[i], c.end[j]
            c.neighbors[a], c.squares[a] = j, squares[k]
            c.neighbors[b], c.squares[b] = i, squares[k]
            c.end[i], c.end[j] = a + 1, b + 1
    for particle in range(n):
        while (c.end[particle] - c.begin[particle]) % LANES != 0:
            c.neighbors[c.end[particle]], c.squares[c.end[particle]] = particle, PADDING_SQUARED
            c.end[particle] += 1
    c.current[0] = True


@device
def _energy(c: CandidatePairs, i: int, label: float, p: Potential, terms: Array) -> float:
    """Return the energy of particle i with this label; its pair energies are written to `terms`."""
    energy, start = 0.0, c.begin[i]
    for k in range(start, c.end[i], LANES):
        energy += eight_pair_energies(c.neighbors, c.squares, c.labels, k, label, p, terms, k - start)
    return energy


@device
def _update_neighbors(
    c: CandidatePairs, energies: Array, i: int, old_label: float, new: Array, partner: int, p: Potential
) -> None:
    """Update the energies of the neighbors of i, except its partner's; `new` are the new pair energies."""
    _energy(c, i, old_label, p, c.old)
    start = c.begin[i]
    for k in range(start, c.end[i]):
        change = new[k - start] - c.old[k - start]  # mostly zero, but a branch would be mispredicted too often
        energies[c.neighbors[k]] += change if c.neighbors[k] != partner else 0.0


@leaf
def swap_diameters(
    c: CandidatePairs, chain: ChainState, p: Potential, temperature: float, number: int, counters: IntArray
) -> None:
    """Attempt swaps of the labels of two random particles, in place.

    The random number of the acceptance test is drawn first, and the energy of the growing particle is computed first,
    as in `displacement_swap`. If the two are neighbors, their pair energy counts twice before and after the swap.

    Parameters
    ----------
    c : CandidatePairs
        The pairs, and the labels.
    chain : ChainState
        Its energies are updated; each attempt draws three numbers from its generator.
    p : PairParameters or FormParameters
        The potential.
    temperature : float
        T, in units of epsilon.
    number : int
        Number of swaps to attempt.
    counters : (7,) int array
        Incremented by the attempts with two different particles and by the accepted swaps.
    """
    n, energies, generator = c.labels.shape[0], chain.energies, chain.generator
    for _ in range(number):
        i, j = np.int64(uniform(generator) * n), np.int64(uniform(generator) * n)
        allowance = -temperature * np.log(1.0 - uniform(generator))
        if i == j:
            continue
        counters[SWAPS] += 1
        grows, shrinks = (i, j) if c.labels[i] < c.labels[j] else (j, i)
        small, large = c.labels[grows], c.labels[shrinks]
        bound = energies[i] + energies[j] + allowance
        c.labels[grows], c.labels[shrinks] = large, small
        a = _energy(c, grows, large, p, c.grown)
        if not a > early_bound(bound, p):
            b = _energy(c, shrinks, small, p, c.shrunk)
            if not a + b > bound:
                _update_neighbors(c, energies, grows, small, c.grown, shrinks, p)
                _update_neighbors(c, energies, shrinks, large, c.shrunk, grows, p)
                energies[grows], energies[shrinks] = a, b
                counters[SWAPS_ACCEPTED] += 1
                continue
        c.labels[grows], c.labels[shrinks] = small, large
