"""Boxes of LAMMPS: bounds and tilt factors, the bounding box that dumps contain, and cell vectors."""

from __future__ import annotations

import numpy as np

from atomglass.errors import InputError
from atomglass.system.configuration import Configuration
from atomglass.types import Array

#: Bounds of z in which LAMMPS keeps a two-dimensional sample, in units of length.
PLANE_BOUNDS = (-0.5, 0.5)


def restricted_cell(bounds: Array, tilts: Array, where: str) -> Array:
    """Return the cell vectors, as rows (3, 3), of a box with its first two vectors in the plane of x and y.

    Parameters
    ----------
    bounds : (3, 2) array
        Lower and upper bound in x, y and z, in units of length.
    tilts : (3,) array
        Tilt factors xy, xz and yz, in units of length.
    where : str
        Names of file and frame, for error messages.

    Raises
    ------
    InputError
        An upper bound does not exceed the lower one; in z they may be the same.
    """
    lengths = bounds[:, 1] - bounds[:, 0]
    for axis in np.flatnonzero(~(lengths > [0, 0, -1e-300])):  # a two-dimensional box may have no height
        low, high = bounds[axis]
        name = f"{where}: bounds of {'xyz'[axis]}"
        raise InputError(name, f"{low:g} {high:g}", "the lower one first", "repair the box")
    xy, xz, yz = tilts
    return np.array([[lengths[0], 0.0, 0.0], [xy, lengths[1], 0.0], [xz, yz, lengths[2]]])


def bounds_of_bounding_box(bounding: Array, tilts: Array) -> Array:
    """Return the bounds (3, 2) of a tilted box from those of its bounding box, which dumps contain.

    Parameters
    ----------
    bounding : (3, 2) array
        Lower and upper bound of the bounding box in x, y and z, in units of length.
    tilts : (3,) array
        Tilt factors xy, xz and yz, in units of length.
    """
    return bounding - _overhangs(tilts)


def bounding_box(bounds: Array, tilts: Array) -> Array:
    """Return the bounds (3, 2) of the bounding box of a tilted box, as dumps contain them.

    Parameters
    ----------
    bounds : (3, 2) array
        Lower and upper bound in x, y and z, in units of length.
    tilts : (3,) array
        Tilt factors xy, xz and yz, in units of length.
    """
    return bounds + _overhangs(tilts)


def _overhangs(tilts: Array) -> Array:
    """Return by how much the bounding box exceeds the bounds (LAMMPS manual, "Triclinic simulation boxes")."""
    xy, xz, yz = tilts
    return np.array([[min(0.0, xy, xz, xy + xz), max(0.0, xy, xz, xy + xz)], [min(0.0, yz), max(0.0, yz)], [0.0, 0.0]])


def written_box(configuration: Configuration, suffix: str) -> tuple[Array, Array]:
    """Return the bounds (3, 2), beginning at 0 in x and y, and the tilt factors (3,) of a configuration's box.

    Parameters
    ----------
    configuration : Configuration
        The particles.
    suffix : str
        Suffix of the file, for messages.

    Raises
    ------
    InputError
        LAMMPS cannot hold the cell without turning it, or the file would be read with another dimension: a flat sample
        in three dimensions, or a single particle in two.
    """
    d, cell = configuration.dimension, np.zeros((3, 3))
    cell[:d, :d] = configuration.cell
    remedy = "write an .extxyz file, which holds any cell"
    if np.any(np.triu(cell, 1)) or not np.all(np.diag(cell)[:d] > 0):
        raise InputError(f"cell for {suffix}", configuration.cell.tolist(), "a along x, b in the x-y plane", remedy)
    if d == 3 and len(configuration) > 1 and np.ptp(configuration.positions[:, 2]) == 0:
        raise InputError(f"3-D sample for {suffix} in which all z are equal", remedy=remedy)
    if d == 2 and len(configuration) == 1:
        raise InputError(f"2-D sample for {suffix} of one particle, which would be read as 3-D", remedy=remedy)
    bounds = np.column_stack([np.zeros(3), np.diag(cell)])
    if d == 2:
        bounds[2] = PLANE_BOUNDS
    return bounds, np.array([cell[1, 0], cell[2, 0], cell[2, 1]])
