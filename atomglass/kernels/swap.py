"""Swap Monte Carlo: single-particle displacements and diameter swaps, detailed balance exact.

What makes it fast changes no number of the trajectory: every particle's energy is kept; the random number of the
acceptance test is drawn first, so that the sum over neighbours stops once the bound is passed (phi >= 0); neighbours
are sorted by distance; in a swap the particle that grows is tried first.
"""

from __future__ import annotations

import numpy as np

from atomglass.kernels.cells import IMAGE_BITS, IMAGE_MASK, image_shifts, neighbour_list, wrap
from atomglass.kernels.compile import inline, kernel
from atomglass.kernels.pair import pair_diameter, pair_energy
from atomglass.kernels.random import uniform

# Columns of the particle table: a particle's 32 bytes share a cache line.
X, Y, Z, SIGMA = 0, 1, 2, 3
# Counters.
DISPLACEMENTS, DISPLACEMENTS_ACCEPTED, SWAPS, SWAPS_ACCEPTED, REBUILDS = 0, 1, 2, 3, 4


@inline
def _pair(particles, shifts, packed, x, y, z, sigma, p):
    """Energy of one listed pair."""
    j, image = packed >> IMAGE_BITS, packed & IMAGE_MASK
    dx = particles[j, X] + shifts[image, X] - x
    dy = particles[j, Y] + shifts[image, Y] - y
    dz = particles[j, Z] + shifts[image, Z] - z
    pair = pair_diameter(sigma, particles[j, SIGMA], p.nonadditivity)
    square, pair_square = dx * dx + dy * dy + dz * dz, pair * pair
    if square < p.cutoff_squared * pair_square:
        return pair_energy(square / pair_square, pair_square / square, p)
    return 0.0


@inline
def bounded_energy(particles, first, neighbours, shifts, p, i, x, y, z, sigma, bound):
    """Energy of particle i with its neighbours if it were at (x, y, z) with diameter sigma; stops above the bound."""
    energy = 0.0
    for k in range(first[i], first[i + 1]):
        energy += _pair(particles, shifts, neighbours[k], x, y, z, sigma, p)
        if energy > bound:
            return energy
    return energy


@kernel
def particle_energies(particles, first, neighbours, shifts, p, energies):
    """Write every particle's energy with all its neighbours; the total energy is half their sum."""
    for i in range(particles.shape[0]):
        x, y, z, sigma = particles[i, X], particles[i, Y], particles[i, Z], particles[i, SIGMA]
        energies[i] = bounded_energy(particles, first, neighbours, shifts, p, i, x, y, z, sigma, np.inf)


@kernel
def full_list(reference, cell, inverse, dimension, reach):
    """Return the list that belongs to the reference positions."""
    return neighbour_list(reference, cell, inverse, dimension, reach, False, True)


@kernel
def renew(particles, reference, images, energies, cell, inverse, dimension, reach, p):
    """Wrap, make the present positions the reference, rebuild the list and recompute all energies."""
    wrap(particles, images, cell, inverse, dimension)
    reference[:, :] = particles[:, :3]
    first, neighbours = full_list(reference, cell, inverse, dimension, reach)
    particle_energies(particles, first, neighbours, image_shifts(cell), p, energies)
    return first, neighbours


@inline
def _displace(particles, energies, first, neighbours, shifts, p, i, x, y, z, temperature, u):
    """Try to move particle i to (x, y, z); return whether it was accepted."""
    sigma = particles[i, SIGMA]
    bound = energies[i] - temperature * np.log(1.0 - u)
    energy = bounded_energy(particles, first, neighbours, shifts, p, i, x, y, z, sigma, bound)
    if energy > bound:
        return False
    ox, oy, oz = particles[i, X], particles[i, Y], particles[i, Z]
    for k in range(first[i], first[i + 1]):
        old = _pair(particles, shifts, neighbours[k], ox, oy, oz, sigma, p)
        new = _pair(particles, shifts, neighbours[k], x, y, z, sigma, p)
        energies[neighbours[k] >> IMAGE_BITS] += new - old
    particles[i, X], particles[i, Y], particles[i, Z] = x, y, z
    energies[i] = energy
    return True


@inline
def _resize_neighbours(particles, energies, first, neighbours, shifts, p, i, other, old_sigma, new_sigma):
    """Update the energies of i's neighbours after its change of diameter, except the swap partner's."""
    x, y, z = particles[i, X], particles[i, Y], particles[i, Z]
    for k in range(first[i], first[i + 1]):
        j = neighbours[k] >> IMAGE_BITS
        if j != other:
            old = _pair(particles, shifts, neighbours[k], x, y, z, old_sigma, p)
            energies[j] += _pair(particles, shifts, neighbours[k], x, y, z, new_sigma, p) - old


@inline
def _swap(particles, energies, first, neighbours, shifts, p, i, j, temperature, u):
    """Try to exchange the diameters of i and j; return whether it was accepted.

    If i and j are neighbours their pair energy counts twice before and twice after, and does not change.
    """
    grows, shrinks = (i, j) if particles[i, SIGMA] < particles[j, SIGMA] else (j, i)
    small, large = particles[grows, SIGMA], particles[shrinks, SIGMA]
    bound = energies[i] + energies[j] - temperature * np.log(1.0 - u)
    particles[grows, SIGMA], particles[shrinks, SIGMA] = large, small
    a = bounded_energy(
        particles, first, neighbours, shifts, p, grows,
        particles[grows, X], particles[grows, Y], particles[grows, Z], large, bound,
    )  # fmt: skip
    if a <= bound:
        b = bounded_energy(
            particles, first, neighbours, shifts, p, shrinks,
            particles[shrinks, X], particles[shrinks, Y], particles[shrinks, Z], small, bound - a,
        )  # fmt: skip
        if a + b <= bound:
            _resize_neighbours(particles, energies, first, neighbours, shifts, p, grows, shrinks, small, large)
            _resize_neighbours(particles, energies, first, neighbours, shifts, p, shrinks, grows, large, small)
            energies[grows], energies[shrinks] = a, b
            return True
    particles[grows, SIGMA], particles[shrinks, SIGMA] = small, large
    return False


@kernel
def run_moves(
    particles, reference, images, energies, first, neighbours, cell, inverse, dimension, reach, skin, p,
    temperature, swap_fraction, max_displacement, moves, generator, counters,
):  # fmt: skip
    """Attempt a number of moves, in place; return the neighbour list, which may be a new one.

    The trial position is checked against the list *before* its energy is computed, and rejected trials too make the
    list new: no pair within range is ever missing, so detailed balance holds exactly.

    Parameters
    ----------
    particles : (N, 4) array
        Positions and diameter.
    reference : (N, 3) array
        Positions at which the neighbour list was built; the list is a function of them.
    images : (N, 3) int array
        Cell vectors taken off by wrapping.
    energies : (N,) array
        Energy of each particle with all its neighbours, as the previous moves left it.
    first, neighbours : arrays
        The full list of the reference positions.
    generator : (4,) uint64 array
        State of the random stream.
    counters : (5,) int array
        Attempted and accepted displacements and swaps, list rebuilds; added to.
    """
    n = particles.shape[0]
    shifts = image_shifts(cell)
    limit = 0.25 * skin * skin
    state = generator.copy()
    for _ in range(moves):
        if uniform(state) < swap_fraction:
            i, j = np.uint32(uniform(state) * n), np.uint32(uniform(state) * n)
            u = uniform(state)
            if i != j:
                counters[SWAPS] += 1
                if _swap(particles, energies, first, neighbours, shifts, p, i, j, temperature, u):
                    counters[SWAPS_ACCEPTED] += 1
            continue
        i = np.uint32(uniform(state) * n)
        x = particles[i, X] + max_displacement * (2.0 * uniform(state) - 1.0)
        y = particles[i, Y] + max_displacement * (2.0 * uniform(state) - 1.0)
        z = particles[i, Z]
        if dimension == 3:
            z += max_displacement * (2.0 * uniform(state) - 1.0)
        u = uniform(state)
        counters[DISPLACEMENTS] += 1
        rx, ry, rz = x - reference[i, X], y - reference[i, Y], z - reference[i, Z]
        if rx * rx + ry * ry + rz * rz > limit:
            dx, dy, dz = x - particles[i, X], y - particles[i, Y], z - particles[i, Z]
            first, neighbours = renew(particles, reference, images, energies, cell, inverse, dimension, reach, p)
            counters[REBUILDS] += 1
            x, y, z = particles[i, X] + dx, particles[i, Y] + dy, particles[i, Z] + dz
        if _displace(particles, energies, first, neighbours, shifts, p, i, x, y, z, temperature, u):
            counters[DISPLACEMENTS_ACCEPTED] += 1
    generator[:] = state
    return first, neighbours
