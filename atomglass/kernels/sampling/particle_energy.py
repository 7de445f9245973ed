"""Energies of a particle with the neighbors in its Verlet list."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.jit import device
from atomglass.kernels.pair_potential import PairParameters, pair_diameter, pair_energy
from atomglass.kernels.sampling.verlet_table import BATCH, DIAMETER, ENERGY, VerletTable, X, Y, Z, owner_of
from atomglass.types import Array


class Site(NamedTuple):
    """Position and diameter of a particle, current or trial, in units of length."""

    x: float
    y: float
    z: float
    diameter: float


@device
def site_of(v: VerletTable, i: int, diameter: float) -> Site:
    """Return the position of a particle, combined with a given diameter.

    Parameters
    ----------
    v : VerletTable
        Positions.
    i : int
        The particle.
    diameter : float
        Its diameter, current or trial.
    """
    return Site(v.table[i, X], v.table[i, Y], v.table[i, Z], diameter)


@device
def _squares(axes: tuple[int, ...], table: Array, row: int, site: Site, p: PairParameters) -> tuple[float, float]:
    """Return the squares of a pair's distance and of its diameter."""
    dx, dy = table[row, X] - site.x, table[row, Y] - site.y
    square = dx * dx + dy * dy
    if len(axes) == 3:
        dz = table[row, Z] - site.z
        square += dz * dz
    pair = pair_diameter(site.diameter, table[row, DIAMETER], p.nonadditivity)
    return square, pair * pair


@device
def _pair_energy(axes: tuple[int, ...], table: Array, row: int, site: Site, p: PairParameters) -> float:
    """Return the energy of one pair."""
    square, pair_square = _squares(axes, table, row, site, p)
    if square < p.cutoff_squared * pair_square:
        return pair_energy(square / pair_square, pair_square / square, p)
    return 0.0


@device
def _pair_energy_branchless(axes: tuple[int, ...], table: Array, row: int, site: Site, p: PairParameters) -> float:
    """Return the energy of one pair; beyond the cutoff it is computed as well, and then discarded."""
    square, pair_square = _squares(axes, table, row, site, p)
    energy = pair_energy(square / pair_square, pair_square / square, p)
    return energy if square < p.cutoff_squared * pair_square else 0.0


@device
def bounded_energy(
    axes: tuple[int, ...], v: VerletTable, start: int, end: int, site: Site, bound: float, p: PairParameters
) -> float:
    """Return the energy of a particle with its listed neighbors, or a partial sum that exceeds the bound.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    v : VerletTable
        The lists.
    start, end : int
        Range of the particle's list.
    site : Site
        Position and diameter of the particle.
    bound : float
        Energy, in units of epsilon, above which the sum ends early.
    p : PairParameters
        The potential.
    """
    energy = 0.0
    for k in range(start, end, BATCH):
        for t in range(BATCH):
            energy += _pair_energy_branchless(axes, v.table, v.neighbors[k + t], site, p)
        if energy > bound:
            break
    return energy


@device
def update_neighbors(
    axes: tuple[int, ...], v: VerletTable, start: int, end: int, old: Site, new: Site, partner: int, p: PairParameters
) -> None:
    """Update the energies of the listed neighbors of a particle that moved or changed its diameter.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    v : VerletTable
        The lists, and the energies.
    start, end : int
        Range of the particle's list.
    old, new : Site
        Position and diameter of the particle before and after the change.
    partner : int
        The other particle of a swap, whose energy is not updated; -1 if there is none.
    p : PairParameters
        The potential.
    """
    for k in range(start, end):
        row = np.int64(v.neighbors[k])
        change = _pair_energy(axes, v.table, row, new, p)
        change -= _pair_energy(axes, v.table, row, old, p)
        if change != 0.0:
            owner = owner_of(v, row)
            if owner != partner:
                v.table[owner, ENERGY] += change
