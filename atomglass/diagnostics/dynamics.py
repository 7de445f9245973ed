"""How far a sample has gone from where it was: overlap, displacement, broken bonds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from atomglass.diagnostics.pairs import pair_diameters, pairs_within
from atomglass.errors import InputError
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential

#: Two particles are bonded below this many pair diameters: where the models in `potentials/` with n = 12 interact.
BONDED = 1.25
#: A bond is broken beyond this many pair diameters; the gap keeps a vibration from breaking and mending it.
BROKEN = 1.5


def overlap(before: Configuration, after: Configuration, cutoff: float = 0.3) -> float:
    """Return the share of particles that are within `cutoff` of where they were.

    Parameters
    ----------
    before, after : Configuration
        The same particles, in the same order and cell. Only positions are compared (by the nearest image), so a
        diameter swap alone changes nothing.
    cutoff : float
        In units of length, at most half the least height of the cell.

    Raises
    ------
    InputError
        Configurations that do not belong together, or a cutoff out of range.
    """
    _check_belong(before, after)
    largest = float(before.heights.min()) / 2
    if not 0 < cutoff <= largest:
        raise InputError("cutoff of the overlap", cutoff, f"> 0 and <= half the least height of the cell, {largest:g}")
    moved = _nearest(after.positions - before.positions, before)
    return float(np.mean((moved**2).sum(axis=1) < cutoff * cutoff))


def mean_square_displacement(before: Configuration, after: Configuration) -> float:
    """Return the mean of |r_i(after) - r_i(before)|^2.

    The positions must go on continuously through the faces of the box, as those of `SwapMonteCarlo.configuration` do.

    Raises
    ------
    InputError
        Configurations that do not belong together, or positions that were wrapped into the box (all within it, and
        some displaced by more than half of it).
    """
    _check_belong(before, after)
    fractions = [configuration.fractional for configuration in (before, after)]
    wrapped = all(np.all((f >= 0) & (f <= 1)) for f in fractions)
    largest = float(np.abs(fractions[1] - fractions[0]).max())
    if wrapped and largest > 0.5:
        raise InputError(
            "largest displacement, in box lengths,", largest, "<= 0.5 where all positions lie within the box",
            "the positions look wrapped: give unwrapped ones",
        )  # fmt: skip
    return float(np.mean(((after.positions - before.positions) ** 2).sum(axis=1)))


def bonds(
    configuration: Configuration, reach: float = BONDED, potential: PairPotential | None = None
) -> NDArray[np.int64]:
    """Return the bonded pairs (B, 2), i < j: those with r < reach sigma_ij.

    Parameters
    ----------
    configuration : Configuration
        The sample.
    reach : float
        In units of the pair diameter.
    potential : PairPotential, optional
        Gives sigma_ij by its (non-additive) rule; the mean of the two diameters without it.

    Raises
    ------
    InputError
        A reach that is not positive or too long for the box.
    """
    if not (reach > 0 and np.isfinite(reach)):
        raise InputError("reach of a bond", reach, "> 0")
    pairs, separations = pairs_within(configuration, reach * float(configuration.diameters.max()))
    squares = (separations**2).sum(axis=1)
    return pairs[squares < (reach * pair_diameters(configuration, pairs, potential)) ** 2]


def bond_breaking(
    before: Configuration,
    after: Configuration,
    bonded: float = BONDED,
    broken: float = BROKEN,
    potential: PairPotential | None = None,
) -> float:
    """Return the share of the bonds before (r < bonded sigma_ij) that survive after (r < broken sigma_ij).

    Both lengths are taken with the diameters *before*: a particle that exchanged its diameter but stayed where it was
    has kept its neighbors, so that the function tells of motion alone and reads the same with swaps and without.

    Parameters
    ----------
    before, after : Configuration
        The same particles, in the same order and cell.
    bonded, broken : float
        The two lengths, in pair diameters; the second is larger, so that vibrations break nothing.
    potential : PairPotential, optional
        Gives sigma_ij by its (non-additive) rule; the mean of the two diameters without it.

    Raises
    ------
    InputError
        Configurations that do not belong together, lengths out of order or too long for the box, or no bonds at all.

    Notes
    -----
    Yamamoto and Onuki, Phys. Rev. E 58, 3515 (1998), Eqs. (3.1) and (3.2), with lengths of 1.1 and 1.6 in 2-D; the
    standard lengths follow the first minimum of g(r/sigma_ij). Here they default to 1.25 and 1.5.
    """
    _check_belong(before, after)
    if not bonded <= broken < np.inf:
        raise InputError("lengths (bonded, broken)", (bonded, broken), "bonded <= broken")
    longest, largest = broken * float(before.diameters.max()), float(before.heights.min()) / 2
    if longest > largest:
        raise InputError("length of a broken bond", longest, f"<= half the least height of the cell, {largest:g}")
    pairs = bonds(before, bonded, potential)
    if not len(pairs):
        raise InputError("number of bonds before", 0, ">= 1", "take a longer bond length")
    separations = _nearest(after.positions[pairs[:, 1]] - after.positions[pairs[:, 0]], after)
    limits = broken * pair_diameters(before, pairs, potential)
    return float(np.mean((separations**2).sum(axis=1) < limits**2))


def _nearest(vectors: NDArray[np.float64], configuration: Configuration) -> NDArray[np.float64]:
    """Return vectors less the nearest lattice vector; the shortest image where that is below half the least height."""
    fractions = np.linalg.solve(configuration.cell.T, vectors.T).T
    return vectors - np.rint(fractions) @ configuration.cell


def _check_belong(before: Configuration, after: Configuration) -> None:
    if before.positions.shape != after.positions.shape:
        raise InputError(
            "shapes of the two configurations", (before.positions.shape, after.positions.shape), "the same particles"
        )
    if not np.allclose(before.cell, after.cell, rtol=1e-12, atol=0):
        raise InputError("cells of the two configurations", "different", "the same cell")
