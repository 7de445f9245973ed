"""Swaps of diameters while all particles stay where they are: pairs keep their distances, which are looked up once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.jit import device, kernel, leaf
from atomglass.kernels.sampling.displacement_swap import SWAPS, SWAPS_ACCEPTED
from atomglass.kernels.sampling.simd_pair_energy import LANES, eight_energies
from atomglass.kernels.xoshiro import uniform

#: The squared distance that fills up the rows of contacts.
FAR = 1e16


class Contacts(NamedTuple):
    """Who is so near whom that they interact with some diameters: rows, filled up to multiples of eight.

    Attributes
    ----------
    begin, end : (N + 1,) and (N,) arrays
        Particle i's row is begin[i] to end[i]; it has room for all the pairs of the neighbor list.
    neighbors, squares : (M,) arrays
        The particles, and how far they are, squared.
    diameters : (N,) array
        Of the particles.
    grown, shrunk, old : (L,) arrays
        Room for the energies of one row each.
    """

    begin: np.ndarray
    end: np.ndarray
    neighbors: np.ndarray
    squares: np.ndarray
    diameters: np.ndarray
    grown: np.ndarray
    shrunk: np.ndarray
    old: np.ndarray


@kernel
def room_for_contacts(n, first, second):
    """Return room for as many contacts as there are pairs (first, second) in the neighbor list."""
    begin = np.zeros(n + 1, np.int64)
    for k in range(first.shape[0]):
        begin[first[k] + 1] += 1
        begin[second[k] + 1] += 1
    for i in range(n):
        begin[i + 1] = begin[i] + (begin[i + 1] + LANES - 1) // LANES * LANES
    widest = np.diff(begin).max()
    return Contacts(
        begin, begin[:n].copy(), np.empty(begin[n], np.uint32), np.empty(begin[n]), np.empty(n),
        np.empty(widest), np.empty(widest), np.empty(widest),
    )  # fmt: skip


@leaf
def find_contacts(first, second, squares, limit, c):
    """Write who is nearer than the root of `limit`, from the pairs' squared distances."""
    n = c.end.shape[0]
    for one in range(n):
        c.end[one] = c.begin[one]
    for k in range(first.shape[0]):
        if squares[k] < limit:
            i, j = np.int64(first[k]), np.int64(second[k])
            a, b = c.end[i], c.end[j]
            c.neighbors[a], c.squares[a] = j, squares[k]
            c.neighbors[b], c.squares[b] = i, squares[k]
            c.end[i], c.end[j] = a + 1, b + 1
    for one in range(n):
        while (c.end[one] - c.begin[one]) % LANES != 0:
            c.neighbors[c.end[one]], c.squares[c.end[one]] = one, FAR
            c.end[one] += 1


@device
def _energy(c, i, sigma, p, terms):
    """Energy of particle i with this diameter, its pairs' energies in `terms`."""
    energy, start = 0.0, c.begin[i]
    for k in range(start, c.end[i], LANES):
        energy += eight_energies(c.neighbors, c.squares, c.diameters, k, sigma, p, terms, k - start)
    return energy


@device
def _update_neighbors(c, energies, i, old_sigma, new, partner, p):
    """Update the energies of the neighbors of i, except the partner's; `new` are those of its pairs."""
    _energy(c, i, old_sigma, p, c.old)
    start = c.begin[i]
    for k in range(start, c.end[i]):
        change = new[k - start] - c.old[k - start]  # zero for most: a branch would be guessed wrong too often
        energies[c.neighbors[k]] += change if c.neighbors[k] != partner else 0.0


@leaf
def exchange(c, energies, p, temperature, number, generator, counters):
    """Attempt swaps of the diameters of two random particles, in place.

    The verdicts are those of `displacement_swap`: the allowance is drawn first, and of the two the one that grows is
    looked at first. If they are neighbors their pair energy counts twice before and twice after.

    Parameters
    ----------
    c : Contacts
        Where the particles are, and their diameters.
    energies : (N,) array
        Energy of each particle with all its neighbors.
    number : int
        How many.
    generator : (4,) uint64 array
        State of the random stream; each attempt takes three numbers.
    counters : int array
        Attempts between two particles and accepted ones are added.
    """
    n = c.diameters.shape[0]
    for _ in range(number):
        i, j = np.int64(uniform(generator) * n), np.int64(uniform(generator) * n)
        allowance = -temperature * np.log(1.0 - uniform(generator))
        if i == j:
            continue
        counters[SWAPS] += 1
        grows, shrinks = (i, j) if c.diameters[i] < c.diameters[j] else (j, i)
        small, large = c.diameters[grows], c.diameters[shrinks]
        bound = energies[i] + energies[j] + allowance
        c.diameters[grows], c.diameters[shrinks] = large, small
        a = _energy(c, grows, large, p, c.grown)
        if not a > bound:
            b = _energy(c, shrinks, small, p, c.shrunk)
            if not a + b > bound:
                _update_neighbors(c, energies, grows, small, c.grown, shrinks, p)
                _update_neighbors(c, energies, shrinks, large, c.shrunk, grows, p)
                energies[grows], energies[shrinks] = a, b
                counters[SWAPS_ACCEPTED] += 1
                continue
        c.diameters[grows], c.diameters[shrinks] = small, large
