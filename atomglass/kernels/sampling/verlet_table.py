"""The neighbor list of the Monte Carlo: sorted by distance, with periodic images as particles of their own.

A list is built wide, so that it lasts, but a move looks only at its beginning: beyond the widest cutoff that the
particle's diameter allows, plus how far particles have strayed since the list was built, no neighbor can interact.
What a move reads of a particle lies in three places, each its own cache line: its row, its head and its list.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.jit import device
from atomglass.kernels.pair_potential import pair_diameter

# Columns of the table. From REFERENCE on: the place at which the list was built.
X, Y, Z, SIGMA, ENERGY, REFERENCE, COLUMNS = 0, 1, 2, 3, 4, 5, 8
# Columns of the heads: first and last (not included) of a particle's images in the table, begin of its list, stops.
IMAGE, LAST_IMAGE, FIRST, STOP = 0, 1, 2, 3
#: How many stops a list has: with the other columns they fill a cache line.
STOPS = 13
#: Neighbors looked at without a branch between them; lists are filled up to multiples of it.
BATCH = 4
#: Added to distances, for their rounding.
ROUNDING = 1e-5


class Vicinity(NamedTuple):
    """Who is near whom, as it was when the list was built, and where all are now.

    Attributes
    ----------
    table : (N + G + 1, 8) array
        Position and diameter of the particles, of their G periodic images that any list holds, and of one stand-in that
        is far from everything; of particles also their energy (valid while moves are made) and reference position.
    heads : (N, 16) uint32 array
        Of each particle: the rows of its images in the table, the begin of its list in `neighbors`, and its stops:
        number k is where neighbors begin that were not within `least + (k + 1) * width`, the last one the list's end.
    shift, owner : (G + 1, 3) and (G + 1,) arrays
        Of the images: their shifts, and whose they are.
    neighbors : (M,) uint32 array
        Neighbors (rows of the table) of each particle by increasing distance, filled up with the stand-in.
    least, width : float
        To which distances the stops belong.
    largest : float
        The largest diameter.
    """

    table: np.ndarray
    heads: np.ndarray
    shift: np.ndarray
    owner: np.ndarray
    neighbors: np.ndarray
    least: float
    width: float
    largest: float


@device
def list_of(v, i):
    """Return where the list of particle i begins and ends."""
    return np.int64(v.heads[i, FIRST]), np.int64(v.heads[i, STOP + STOPS - 1])


@device
def images_of(v, i):
    """Return the first of the rows of particle i's images, and the one after the last."""
    return np.int64(v.heads[i, IMAGE]), np.int64(v.heads[i, LAST_IMAGE])


@device
def widest_cutoff(sigma, largest, p):
    """Return the largest distance at which a particle of this diameter interacts with any."""
    other = largest
    if 2.0 * p.nonadditivity * other > 1.0:  # sigma_ij grows with sigma_j only up to 1/(2a)
        other = max(sigma, 0.5 / p.nonadditivity)
    return np.sqrt(p.cutoff_squared) * pair_diameter(sigma, other, p.nonadditivity)


@device
def stop_within(v, i, sigma, margin, p):
    """Return where the list of i ends for its diameter: none beyond was within the widest cutoff plus the margin."""
    number = int((widest_cutoff(sigma, v.largest, p) + margin - v.least) / v.width)
    return np.int64(v.heads[i, max(STOP, min(STOP + number, STOP + STOPS - 1))])


@device
def straying(axes, v, i, x, y, z):
    """How far (squared) a place is from where particle i was when the list was built."""
    dx, dy = x - v.table[i, REFERENCE + X], y - v.table[i, REFERENCE + Y]
    square = dx * dx + dy * dy
    if len(axes) == 3:
        dz = z - v.table[i, REFERENCE + Z]
        square += dz * dz
    return square


@device
def strayed(axes, v, i):
    """How far (squared) particle i is from there."""
    return straying(axes, v, i, v.table[i, X], v.table[i, Y], v.table[i, Z])


@device
def stop_for(axes, v, i, sigma, square, stray, p):
    """Return where the list of particle i ends for this diameter, wherever the others are within `stray`.

    It holds where the particle is, and where it is no further (squared) than `square` from its reference.
    """
    return stop_within(v, i, sigma, stray + np.sqrt(max(square, strayed(axes, v, i))), p)


@device
def owner_of(v, row):
    """Return the particle that a row is, or whose image."""
    n = v.heads.shape[0]
    return row if row < n else np.int64(v.owner[row - n])


@device
def move_to(v, i, x, y, z):
    """Put particle i and its images there."""
    n = v.heads.shape[0]
    v.table[i, X], v.table[i, Y], v.table[i, Z] = x, y, z
    first, last = images_of(v, i)
    for row in range(first, last):
        v.table[row, X] = x + v.shift[row - n, X]
        v.table[row, Y] = y + v.shift[row - n, Y]
        v.table[row, Z] = z + v.shift[row - n, Z]


@device
def resize(v, i, sigma):
    """Give particle i and its images this diameter."""
    v.table[i, SIGMA] = sigma
    first, last = images_of(v, i)
    for row in range(first, last):
        v.table[row, SIGMA] = sigma
