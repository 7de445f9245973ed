"""Pairs in flat arrays, for trajectories: a wide list, of which those that are near are looked up now and then."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.cell_list import IMAGE_BITS, IMAGE_MASK, image_shifts, neighbor_list, wrap
from atomglass.kernels.jit import device, kernel, leaf
from atomglass.kernels.pair_potential import pair_diameter, pair_energy
from atomglass.kernels.sampling.diameter_swap import Contacts, room_for_contacts
from atomglass.kernels.sampling.verlet_table import SIGMA, X, Y

#: Pairs are kept up to this far beyond their cutoff, and looked up anew when a particle has gone half of it.
MARGIN = 0.3


class Work(NamedTuple):
    """A neighbor list, and what a trajectory needs in memory for as long as it holds.

    Attributes
    ----------
    first, second : (C,) arrays
        Pairs of the neighbor list, each once, by increasing `first`.
    image : (d, C) array
        Shift of the second's periodic image.
    squares, limits : (C,) arrays
        Their squared distances, and those up to which they are near.
    kept : (C + 1,) array
        Which of them are near now.
    place, momentum, force, start : (d, N) arrays
        The particles, and where they were when the pairs were looked up.
    gone, energy : (N,) arrays
        Squares of how far they went since then; their energies at the end.
    one, other : (M,) arrays
        Near pairs, each once.
    shift, separation : (d, M) arrays
        Of their image, and r_other + shift - r_one.
    inverse_square, slope : (M,) arrays
        1 / sigma_ij^2, and dphi/dr divided by r.
    contacts : Contacts
        The same particles, for exchanges of diameters.
    """

    first: np.ndarray
    second: np.ndarray
    image: np.ndarray
    squares: np.ndarray
    limits: np.ndarray
    kept: np.ndarray
    place: np.ndarray
    momentum: np.ndarray
    force: np.ndarray
    start: np.ndarray
    gone: np.ndarray
    energy: np.ndarray
    one: np.ndarray
    other: np.ndarray
    shift: np.ndarray
    separation: np.ndarray
    inverse_square: np.ndarray
    slope: np.ndarray
    contacts: Contacts


@kernel
def work_for(axes, particles, reference, cell, inverse, reach):
    """Return the neighbor list that belongs to the reference positions, and room to work with it."""
    d, n = len(axes), reference.shape[0]
    begin, packed = neighbor_list(reference, cell, inverse, d, reach, True)
    count, shifts = packed.shape[0], image_shifts(cell)
    first, second, image = np.empty(count, np.uint32), np.empty(count, np.uint32), np.empty((d, count))
    for i in range(n):
        for k in range(begin[i], begin[i + 1]):
            first[k], second[k] = i, packed[k] >> IMAGE_BITS
            for a in range(d):
                image[a, k] = shifts[packed[k] & IMAGE_MASK, a]
    contacts = room_for_contacts(n, first, second)
    contacts.diameters[:] = particles[:, SIGMA]
    w = Work(
        first, second, image, np.empty(count), np.empty(count), np.empty(count + 1, np.uint32),
        np.empty((d, n)), np.empty((d, n)), np.empty((d, n)), np.empty((d, n)), np.zeros(n), np.empty(n),
        np.empty(count, np.uint32), np.empty(count, np.uint32), np.empty((d, count)), np.empty((d, count)),
        np.empty(count), np.empty(count), contacts,
    )  # fmt: skip
    for a in range(d):
        w.place[a] = particles[:, a]
    return w


@device
def _squares(axes, x, y, z, first, second, shift_x, shift_y, shift_z, squares):
    for k in range(squares.shape[0]):
        i, j = first[k], second[k]
        dx, dy = x[j] - x[i] + shift_x[k], y[j] - y[i] + shift_y[k]
        squares[k] = dx * dx + dy * dy
        if len(axes) == 3:
            dz = z[j] - z[i] + shift_z[k]
            squares[k] += dz * dz


@leaf
def square_distances(axes, w):
    """Write the squared distances of the pairs of the list."""
    last = len(axes) - 1
    _squares(
        axes, w.place[X], w.place[Y], w.place[last], w.first, w.second, w.image[X], w.image[Y], w.image[last], w.squares
    )


@leaf
def limit_squares(w, p):
    """Write up to which squared distance a pair is near: its cutoff plus the margin."""
    root, sigma = np.sqrt(p.cutoff_squared), w.contacts.diameters
    for k in range(w.first.shape[0]):
        limit = root * pair_diameter(sigma[w.first[k]], sigma[w.second[k]], p.nonadditivity) + MARGIN
        w.limits[k] = limit * limit


@leaf
def find_pairs(axes, w, p):
    """Write the pairs that are near by their squared distances, and return how many."""
    count, sigma = np.int64(0), w.contacts.diameters
    for k in range(w.first.shape[0]):
        w.kept[count] = k  # always, and kept by going on to the next place: no branch that nobody can predict
        count += np.int64(w.squares[k] < w.limits[k])
    for t in range(count):
        k = w.kept[t]
        i, j = w.first[k], w.second[k]
        pair = pair_diameter(sigma[i], sigma[j], p.nonadditivity)
        w.one[t], w.other[t], w.inverse_square[t] = i, j, 1.0 / (pair * pair)
        for a in range(len(axes)):
            w.shift[a, t] = w.image[a, k]
    return count


@device
def _separate(place, one, other, shift, out, count):
    for k in range(count):
        out[k] = place[other[k]] - place[one[k]] + shift[k]


@leaf
def find_separations(axes, w, count):
    """Write the separations of the near pairs."""
    for a in range(len(axes)):
        _separate(w.place[a], w.one, w.other, w.shift[a], w.separation[a], count)


@leaf
def find_energies(axes, w, count, p):
    """Write the energies of the particles and return the total."""
    w.energy[:] = 0.0
    total = 0.0
    for k in range(count):
        square = 0.0
        for a in axes:
            square += w.separation[a, k] * w.separation[a, k]
        ratio = square * w.inverse_square[k]
        phi = pair_energy(ratio, 1.0 / ratio, p)
        phi = phi if ratio < p.cutoff_squared else 0.0
        w.energy[w.one[k]] += phi
        w.energy[w.other[k]] += phi
        total += phi
    return total


@kernel
def list_anew(axes, particles, reference, images, cell, inverse, reach):
    """Wrap and make the present positions the reference; return the new list with its room."""
    wrap(particles, images, cell, inverse, len(axes))
    reference[:, :] = particles[:, :3]
    return work_for(axes, particles, reference, cell, inverse, reach)


@kernel
def renew(axes, particles, reference, images, energies, cell, inverse, reach, p):
    """Do so, and recompute all energies."""
    w = list_anew(axes, particles, reference, images, cell, inverse, reach)
    square_distances(axes, w)
    limit_squares(w, p)
    count = find_pairs(axes, w, p)
    find_separations(axes, w, count)
    find_energies(axes, w, count, p)
    energies[:] = w.energy
    return w
