"""The Verlet table for Monte Carlo: neighbors sorted by distance, and periodic images stored as separate rows.

A Verlet list with a wide skin stays valid for many sweeps, but a move needs only its beginning. A neighbor can interact
only if it is closer than the largest cutoff that the particle's label allows, plus the distances by which the two
particles may have moved since the list was built. As neighbors are sorted by distance, `list_end` finds this point
without a search.

The data of a particle occupy three cache lines: its row of the table, its row pointers, and the beginning of its list.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.jit import device
from atomglass.kernels.pair_potential import max_cutoff
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.sampling.records import UintArray
from atomglass.types import Array

# Columns of the table: position, label (diameter or species), energy, and (three columns) the reference position.
X, Y, Z, LABEL, ENERGY, REFERENCE, COLUMNS = 0, 1, 2, 3, 4, 5, 8
# Columns of the row pointers: first image and one past the last, first neighbor, and from LIST_END on the shells' ends.
FIRST_IMAGE, END_IMAGE, FIRST_NEIGHBOR, LIST_END = 0, 1, 2, 3
#: Number of distance shells; their ends and the other row pointers together fill one cache line.
SHELLS = 13
#: Number of neighbors handled without a branch between them; lists are padded to multiples of it.
BATCH = 4
#: Tolerance for rounding errors in distances, in units of length.
ROUNDING = 1e-5


class VerletTable(NamedTuple):
    """Neighbor lists of N particles, and the current positions and labels of the particles and their images.

    Attributes
    ----------
    table : (N + G + 1, 8) array
        Rows of the particles, of the G periodic images that are in any list, and of one dummy particle far from all
        others. Columns: position and label; for particles also the energy (valid only while moves are made) and the
        reference position.
    row_pointers : (N, 16) uint32 array
        For each particle: the range of its images' rows, the first entry of its list in `neighbors`, and the end of
        each shell. Shell k ends where the neighbors at distances above `min_cutoff + (k + 1) * shell_width` begin. The
        end of the last shell is the end of the list.
    image_shifts : (G + 1, 3) array
        Shift vectors of the images, in units of length.
    image_owners : (G + 1,) uint32 array
        The particle to which each image belongs.
    neighbors : (M,) uint32 array
        Rows of the neighbors of each particle by increasing distance, padded with the dummy particle.
    min_cutoff, shell_width : float
        Inner radius and width of the shells, in units of length.
    max_label : float
        Largest label.
    """

    table: Array
    row_pointers: UintArray
    image_shifts: Array
    image_owners: UintArray
    neighbors: UintArray
    min_cutoff: float
    shell_width: float
    max_label: float


@device
def list_range(v: VerletTable, i: int) -> tuple[np.int64, np.int64]:
    """Return the range of the list of particle i in `v.neighbors`: its first entry, and one past the last."""
    return np.int64(v.row_pointers[i, FIRST_NEIGHBOR]), np.int64(v.row_pointers[i, LIST_END + SHELLS - 1])


@device
def image_range(v: VerletTable, i: int) -> tuple[np.int64, np.int64]:
    """Return the range of the images of particle i in `v.table`: the first row, and one past the last."""
    return np.int64(v.row_pointers[i, FIRST_IMAGE]), np.int64(v.row_pointers[i, END_IMAGE])


@device
def owner_of(v: VerletTable, row: int) -> int | np.int64:
    """Return the particle whose row, or whose image's row, this is."""
    n = v.row_pointers.shape[0]
    return row if row < n else np.int64(v.image_owners[row - n])


@device
def shell_end(v: VerletTable, i: int, label: float, margin: float, p: Potential) -> np.int64:
    """Return an end of the list of particle i that includes all neighbors within its largest cutoff plus a margin.

    Parameters
    ----------
    v : VerletTable
        The lists.
    i : int
        The particle.
    label : float
        Its label, current or trial.
    margin : float
        Distance beyond the largest cutoff, at the reference positions, in units of length.
    p : PairParameters or FormParameters
        The potential.
    """
    shell = int((max_cutoff(label, v.max_label, p) + margin - v.min_cutoff) / v.shell_width)
    return np.int64(v.row_pointers[i, max(LIST_END, min(LIST_END + shell, LIST_END + SHELLS - 1))])


@device
def displacement_squared(axes: tuple[int, ...], v: VerletTable, i: int, x: float, y: float, z: float) -> float:
    """Return the squared distance of a point from the reference position of particle i.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    v : VerletTable
        The lists.
    i : int
        The particle.
    x, y, z : float
        The point.
    """
    dx, dy = x - v.table[i, REFERENCE + X], y - v.table[i, REFERENCE + Y]
    square = dx * dx + dy * dy
    if len(axes) == 3:
        dz = z - v.table[i, REFERENCE + Z]
        square += dz * dz
    return square


@device
def present_displacement_squared(axes: tuple[int, ...], v: VerletTable, i: int) -> float:
    """Return the squared distance of particle i from its reference position.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    v : VerletTable
        The lists.
    i : int
        The particle.
    """
    return displacement_squared(axes, v, i, v.table[i, X], v.table[i, Y], v.table[i, Z])


@device
def list_end(
    axes: tuple[int, ...],
    v: VerletTable,
    i: int,
    label: float,
    trial_squared: float,
    displacement_bound: float,
    p: Potential,
) -> np.int64:
    """Return the end of the part of particle i's list that contains all neighbors that can interact with it.

    The end is valid for the current position, and for any trial position that is no farther from the reference.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    v : VerletTable
        The lists.
    i : int
        The particle.
    label : float
        Its label, current or trial.
    trial_squared : float
        Squared distance of the trial position from the reference position; 0 if there is none.
    displacement_bound : float
        Largest distance of any other particle from its reference position, in units of length.
    p : PairParameters or FormParameters
        The potential.
    """
    own = np.sqrt(max(trial_squared, present_displacement_squared(axes, v, i)))
    return shell_end(v, i, label, displacement_bound + own, p)


@device
def move_to(v: VerletTable, i: int, x: float, y: float, z: float) -> None:
    """Move particle i and its images.

    Parameters
    ----------
    v : VerletTable
        The lists.
    i : int
        The particle.
    x, y, z : float
        Its new position.
    """
    n = v.row_pointers.shape[0]
    v.table[i, X], v.table[i, Y], v.table[i, Z] = x, y, z
    first, end = image_range(v, i)
    for row in range(first, end):
        v.table[row, X] = x + v.image_shifts[row - n, X]
        v.table[row, Y] = y + v.image_shifts[row - n, Y]
        v.table[row, Z] = z + v.image_shifts[row - n, Z]


@device
def set_label(v: VerletTable, i: int, label: float) -> None:
    """Set the label of particle i and its images.

    Parameters
    ----------
    v : VerletTable
        The lists.
    i : int
        The particle.
    label : float
        Its new label.
    """
    v.table[i, LABEL] = label
    first, end = image_range(v, i)
    for row in range(first, end):
        v.table[row, LABEL] = label
