"""Energies of a particle with the neighbors in its Verlet list."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.jit import device
from atomglass.kernels.pair_potential import cutoff_squared, pair_diameter, pair_energy, pair_kind
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.sampling.verlet_table import BATCH, ENERGY, LABEL, VerletTable, X, Y, Z, owner_of
from atomglass.types import Array


class Site(NamedTuple):
    """Position of a particle, in units of length, and its label (diameter or species), current or trial."""

    x: float
    y: float
    z: float
    label: float


@device
def site_of(v: VerletTable, i: int, label: float) -> Site:
    """Return the position of a particle, combined with a given label.

    Parameters
    ----------
    v : VerletTable
        Positions.
    i : int
        The particle.
    label : float
        Its label, current or trial.
    """
    return Site(v.table[i, X], v.table[i, Y], v.table[i, Z], label)


@device
def _squares(axes: tuple[int, ...], table: Array, row: int, site: Site, p: Potential) -> tuple[float, float]:
    """Return the squares of a pair's distance and of sigma_ij."""
    dx, dy = table[row, X] - site.x, table[row, Y] - site.y
    square = dx * dx + dy * dy
    if len(axes) == 3:
        dz = table[row, Z] - site.z
        square += dz * dz
    pair = pair_diameter(site.label, table[row, LABEL], p)
    return square, pair * pair


@device
def _pair_energy(axes: tuple[int, ...], table: Array, row: int, site: Site, p: Potential) -> float:
    """Return the energy of one pair."""
    square, pair_square = _squares(axes, table, row, site, p)
    kind = pair_kind(site.label, table[row, LABEL], p)
    if square < cutoff_squared(kind, p) * pair_square:
        return pair_energy(square / pair_square, pair_square / square, p, kind)
    return 0.0


@device
def _pair_energy_branchless(axes: tuple[int, ...], table: Array, row: int, site: Site, p: Potential) -> float:
    """Return the energy of one pair; beyond the cutoff it is computed as well, and then discarded."""
    square, pair_square = _squares(axes, table, row, site, p)
    kind = pair_kind(site.label, table[row, LABEL], p)
    energy = pair_energy(square / pair_square, pair_square / square, p, kind)
    return energy if square < cutoff_squared(kind, p) * pair_square else 0.0


@device
def bounded_energy(
    axes: tuple[int, ...], v: VerletTable, start: int, end: int, site: Site, bound: float, p: Potential
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
        Position and label of the particle.
    bound : float
        Energy, in units of epsilon, above which the sum ends early.
    p : PairParameters or FormParameters
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
    axes: tuple[int, ...], v: VerletTable, start: int, end: int, old: Site, new: Site, partner: int, p: Potential
) -> None:
    """Update the energies of the listed neighbors of a particle that moved or changed its label.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    v : VerletTable
        The lists, and the energies.
    start, end : int
        Range of the particle's list.
    old, new : Site
        Position and label of the particle before and after the change.
    partner : int
        The other particle of a swap, whose energy is not updated; -1 if there is none.
    p : PairParameters or FormParameters
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
