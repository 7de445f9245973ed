"""Comparison of two configurations at different times: overlap, mean-square displacement, bond breaking."""

from __future__ import annotations

import numpy as np

from atomglass.diagnostics.pairs import largest_pair_diameter, pair_diameters, pairs_within
from atomglass.errors import InputError, warn_caller
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential
from atomglass.types import Array, IntArray

#: Distance below which two particles are bonded, in pair diameters: the cutoff of the shipped models with n = 12.
BONDED = 1.25
#: Distance above which a bond is broken, in pair diameters; the gap keeps vibrations from breaking and restoring it.
BROKEN = 1.5


def overlap(before: Configuration, after: Configuration, cutoff: float = 0.3) -> float:
    """Return the overlap function: the fraction of particles within a distance of their earlier positions.

    Parameters
    ----------
    before, after : Configuration
        The same particles, in the same order and cell. Only positions are compared (using the nearest image), so that
        diameter swaps alone do not change the overlap.
    cutoff : float
        The distance, in units of length, at most half the smallest height of the cell.

    Returns
    -------
    float
        The fraction, between 0 and 1.

    Raises
    ------
    InputError
        Particles or cells of the configurations differ, or the cutoff is out of range.

    Examples
    --------
    >>> diagnostics.overlap(glass, glass)
    1.0
    """
    _check_same_particles(before, after)
    largest = float(before.heights.min()) / 2
    if not 0 < cutoff <= largest:
        raise InputError("cutoff of the overlap", cutoff, f"> 0 and <= half the least height of the cell, {largest:g}")
    moved = _nearest(after.positions - before.positions, before)
    return float(np.mean((moved**2).sum(axis=1) < cutoff * cutoff))


def mean_square_displacement(before: Configuration, after: Configuration) -> float:
    """Return the mean of |r_i(after) - r_i(before)|^2, in units of length^2.

    The positions must be unwrapped, like those of `SwapMonteCarlo.configuration`.

    Raises
    ------
    InputError
        Particles or cells of the configurations differ, or positions seem to have been wrapped into the box (all lie
        within it, and some displacements exceed half of it).

    Examples
    --------
    >>> moved = glass.replace(positions=glass.positions + [0.3, 0.4])
    >>> round(diagnostics.mean_square_displacement(glass, moved), 6)
    0.25
    """
    _check_same_particles(before, after)
    fractions = [configuration.fractional for configuration in (before, after)]
    wrapped = all(np.all((f >= 0) & (f <= 1)) for f in fractions)
    largest = float(np.abs(fractions[1] - fractions[0]).max())
    if wrapped and largest > 0.5:
        raise InputError(
            "largest displacement, in box lengths,",
            largest,
            "<= 0.5 where all positions lie within the box",
            "the positions look wrapped: give unwrapped ones",
        )
    return float(np.mean(((after.positions - before.positions) ** 2).sum(axis=1)))


def bonds(
    configuration: Configuration,
    cutoff: float = BONDED,
    potential: PairPotential | None = None,
    *,
    reach: float | None = None,
) -> IntArray:
    """Return the bonded pairs (B, 2), i < j: those with r < cutoff sigma_ij.

    Parameters
    ----------
    configuration : Configuration
        The sample.
    cutoff : float
        Largest length of a bond, in units of the pair diameter.
    potential : PairPotential, optional
        Its (non-additive) rule gives sigma_ij; without it, sigma_ij is the mean of the two diameters.
    reach : float, optional
        Deprecated name of `cutoff`.

    Returns
    -------
    (B, 2) int array
        Indices of the particles of each bond.

    Raises
    ------
    InputError
        The cutoff is not positive, or is too long for the box.

    Examples
    --------
    >>> diagnostics.bonds(glass, potential=pot).shape[1]
    2
    """
    if reach is not None:
        warn_caller("the keyword `reach` of bonds is deprecated: use `cutoff`", DeprecationWarning)
        cutoff = reach
    if not (cutoff > 0 and np.isfinite(cutoff)):
        raise InputError("cutoff of a bond", cutoff, "> 0")
    pairs, separations = pairs_within(configuration, cutoff * largest_pair_diameter(configuration, potential))
    distances_squared = (separations**2).sum(axis=1)
    bonded: IntArray = pairs[distances_squared < (cutoff * pair_diameters(configuration, pairs, potential)) ** 2]
    return bonded


def bond_breaking(
    before: Configuration,
    after: Configuration,
    bonded: float = BONDED,
    broken: float = BROKEN,
    potential: PairPotential | None = None,
) -> float:
    """Return the fraction of bonds before (r < bonded sigma_ij) that survive after (r < broken sigma_ij).

    Both lengths are in units of the pair diameters *before*, so that a particle that has exchanged its diameter but has
    not moved keeps its neighbors. The fraction thus measures only motion, with or without swaps.

    Parameters
    ----------
    before, after : Configuration
        The same particles, in the same order and cell.
    bonded, broken : float
        The two lengths, in pair diameters; the second is larger, so that vibrations do not break bonds.
    potential : PairPotential, optional
        Its (non-additive) rule gives sigma_ij; without it, sigma_ij is the mean of the two diameters.

    Returns
    -------
    float
        The fraction, between 0 and 1.

    Raises
    ------
    InputError
        Particles or cells of the configurations differ, the lengths are in the wrong order or too long for the box, or
        there are no bonds.

    Notes
    -----
    Yamamoto and Onuki, Phys. Rev. E 58, 3515 (1998), Eqs. (3.1) and (3.2), with lengths of 1.1 and 1.6 in 2-D. The
    default lengths here, 1.25 and 1.5, follow from the first minimum of g(r/sigma_ij).

    Examples
    --------
    >>> diagnostics.bond_breaking(glass, glass, potential=pot)
    1.0
    """
    _check_same_particles(before, after)
    if not bonded <= broken < np.inf:
        raise InputError("lengths (bonded, broken)", (bonded, broken), "bonded <= broken")
    longest, largest = broken * largest_pair_diameter(before, potential), float(before.heights.min()) / 2
    if longest > largest:
        raise InputError("length of a broken bond", longest, f"<= half the least height of the cell, {largest:g}")
    pairs = bonds(before, bonded, potential)
    if not len(pairs):
        raise InputError("number of bonds before", 0, ">= 1", "choose a longer bond length")
    separations = _nearest(after.positions[pairs[:, 1]] - after.positions[pairs[:, 0]], after)
    limits = broken * pair_diameters(before, pairs, potential)
    return float(np.mean((separations**2).sum(axis=1) < limits**2))


def _nearest(vectors: Array, configuration: Configuration) -> Array:
    """Return the nearest image of vectors; exact below half the smallest height of the cell."""
    fractions = np.linalg.solve(configuration.cell.T, vectors.T).T
    nearest: Array = vectors - np.rint(fractions) @ configuration.cell
    return nearest


def _check_same_particles(before: Configuration, after: Configuration) -> None:
    """Reject two configurations of different particles or in different cells."""
    if before.positions.shape != after.positions.shape:
        raise InputError(
            "shapes of the two configurations", (before.positions.shape, after.positions.shape), "the same particles"
        )
    if not np.allclose(before.cell, after.cell, rtol=1e-12, atol=0):
        raise InputError("cells of the two configurations", "different", "the same cell")
