"""The Hessian of any force field, by central differences of its forces, with a check of each assumption."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from atomglass.errors import InputError
from atomglass.types import Array, IntArray
from atomglass.vibrations.atoms_forces import AtomsForces, nearest_distance
from atomglass.vibrations.central_differences import (
    NOISE_POINTS,
    WEIGHTS,
    best_step,
    central_difference,
    dyadic_values,
    noise_level,
)
from atomglass.vibrations.column_groups import ColumnGroups, column_groups

#: Orders of accuracy to choose from; the error is estimated by the formula of the next order.
ORDERS = (2, 4, 6)
#: Largest step that is tried, in units of the smallest distance between atoms, and the number of steps tried; each is
#: half of the one before.
LARGEST_STEP, STEPS = 0.02, 12
#: Distance of the points from which the noise of the forces is estimated, in units of the smallest distance of atoms.
NOISE_STEP = 1e-6
#: Derivatives below this fraction of the largest one, or below this multiple of their noise, count as zero.
ZERO_FRACTION, ZERO_NOISE = 1e-8, 30
#: Atoms that are displaced alone, to see how far the change of the forces extends.
PROBES = 3
#: Largest number of coordinates for which all columns are computed one by one; the matrix is a dense one then.
MAX_DENSE = 12_000


@dataclass(frozen=True)
class FiniteDifferenceHessian:
    """The Hessian of a force field, with what is known about its errors.

    Attributes
    ----------
    matrix : (3 N, 3 N) sparse array
        Symmetric; rows and columns of fixed components are zero. In units of energy over length^2 of the calculator.
    asymmetry : float
        Largest |H_ij - H_ji| before it was made symmetric, in units of the largest |H_ij|.
    error : float
        Estimated largest error of an element: truncation and noise.
    inconsistency : float
        Largest component of H v minus the difference of the forces along v, for a random v, in units of the largest
        component of H v.
    noise : float
        Standard deviation of the noise of the forces.
    step : float
        Displacement between two points, in units of length.
    order : int
        Order of accuracy of the central differences.
    groups : int
        Number of groups of atoms that were displaced together; the number of atoms if the range is not known.
    dense : bool
        Whether all atoms are coupled.
    """

    matrix: sparse.csr_array = field(repr=False)
    asymmetry: float
    error: float
    inconsistency: float
    noise: float
    step: float
    order: int
    groups: int
    dense: bool


@dataclass(frozen=True)
class DifferenceStep:
    """The step of the differences, and a first look at the forces along a random displacement.

    Attributes
    ----------
    size : float
        The step, a power of two, so that displaced positions are exact.
    direction : (N, 3) array
        A displacement of +-1 in each free component.
    product : (N, 3) array
        The Hessian times this displacement.
    error : float
        Estimate of its largest error.
    noise : float
        Standard deviation of the noise of the forces.
    """

    size: float
    direction: Array
    product: Array
    error: float
    noise: float


def finite_difference_hessian(
    forces: AtomsForces, cutoff: float | None, pairwise: bool, order: int, step: float | None
) -> FiniteDifferenceHessian:
    """Return the Hessian by central differences of the forces.

    Parameters
    ----------
    forces : AtomsForces
        The forces as a function of displacements.
    cutoff : float, optional
        Range of the terms of the energy, see `column_groups`; by default each atom is displaced by itself.
    pairwise : bool
        Whether the energy is a sum over pairs.
    order : {2, 4, 6}
        Order of accuracy.
    step : float, optional
        The step, in units of length; by default the one with the least estimated error.

    Raises
    ------
    InputError
        A parameter is outside its range, there are too many coordinates to go without a cutoff, or the forces reach
        farther than the cutoff states.
    """
    if order not in ORDERS:
        raise InputError("order of the differences", order, "2, 4 or 6")
    if cutoff is None and forces.free.sum() > MAX_DENSE:
        count = int(forces.free.sum())
        raise InputError("number of coordinates", count, f"at most {MAX_DENSE} without a cutoff", "give cutoff=")
    chosen = choose_step(forces, order, step)
    movable = np.asarray(forces.free.any(axis=1))
    columns = column_groups(forces.atoms, movable, cutoff, pairwise, order // 2 * chosen.size)
    if cutoff is not None:
        _check_range(forces, columns, order, chosen)
    raw = _assemble(forces, columns, order, chosen)
    largest = float(abs(raw).max())
    matrix = ((raw + raw.T) / 2).tocsr()
    product = forces.free * (matrix @ chosen.direction.ravel()).reshape(-1, 3)
    scale = max(float(np.abs(product).max()), np.finfo(float).tiny)
    inconsistency = float(np.abs(product - forces.free * chosen.product).max()) / scale
    if cutoff is not None and inconsistency > 1e-6 + 100 * chosen.error / scale:
        raise InputError(
            "error of the Hessian times a random vector, relative",
            inconsistency,
            "about 1e-6",
            f"the forces reach farther than cutoff = {cutoff:g} states: raise it, or leave it out",
        )
    return FiniteDifferenceHessian(
        matrix=matrix,
        asymmetry=float(abs(raw - raw.T).max()) / max(largest, np.finfo(float).tiny),
        error=chosen.error,
        inconsistency=inconsistency,
        noise=chosen.noise,
        step=chosen.size,
        order=order,
        groups=len(columns.groups),
        dense=cutoff is None,
    )


def choose_step(forces: AtomsForces, order: int, step: float | None = None) -> DifferenceStep:
    """Return the step with the least estimated error along a random displacement of all atoms.

    Parameters
    ----------
    forces : AtomsForces
        The forces as a function of displacements.
    order : {2, 4, 6}
        Order of accuracy.
    step : float, optional
        A step to use, in units of length; it is rounded to a power of two.

    Raises
    ------
    InputError
        The step is not positive, or larger than a tenth of the smallest distance between atoms.
    """
    distance = nearest_distance(forces.atoms)
    if step is not None and not 0 < step <= 0.1 * distance:
        raise InputError("step of the differences", step, f"> 0 and at most {0.1 * distance:.3g}")
    direction = forces.free * np.random.default_rng(0).choice([-1.0, 1.0], forces.free.shape)
    spacing = 2.0 ** np.floor(np.log2(NOISE_STEP * distance))
    noise = _noise(forces, direction, spacing)
    top, count = (LARGEST_STEP * distance, STEPS) if step is None else (step, 1)
    levels = [2**level for level in range(count)]
    smallest = 2.0 ** (np.floor(np.log2(top)) - count + 1)
    values = dyadic_values(lambda s: forces.free * -forces(s * direction), smallest, order // 2 + 1, levels)
    best = best_step(values, smallest, 1, (order, order + 2), levels, noise)
    return DifferenceStep(float(best.step), direction, best.value, best.error, noise)


def derivative_along(forces: AtomsForces, displacement: Array, order: int, step: float) -> Array:
    """Return the Hessian times a displacement (N, 3), by central differences of the forces along it.

    Parameters
    ----------
    forces : AtomsForces
        The forces as a function of displacements.
    displacement : (N, 3) array
        The displacement; a step moves the atoms by `step` times this.
    order : {2, 4, 6, 8}
        Order of accuracy.
    step : float
        Distance of the points, in units of the displacement.
    """
    points = [k for k in range(-(order // 2), order // 2 + 1) if k]
    return central_difference({k: -forces(k * step * displacement) for k in points}, 1, order, step)


def _noise(forces: Callable[[Array], Array], direction: Array, spacing: float) -> float:
    """Return the standard deviation of the noise of the forces."""
    values = [forces(k * spacing * direction) for k in range(NOISE_POINTS)]
    return max(noise_level(values), np.finfo(float).eps * float(np.abs(values).max()))


def _zero(product: Array, order: int, chosen: DifferenceStep) -> float:
    """Return the magnitude below which a derivative counts as zero."""
    rounding = 2 * chosen.noise * sum(map(abs, WEIGHTS[1][order])) / chosen.size
    return max(ZERO_FRACTION * float(np.abs(product).max()), ZERO_NOISE * rounding)


def _check_range(forces: AtomsForces, columns: ColumnGroups, order: int, chosen: DifferenceStep) -> None:
    """Displace a few atoms alone, and reject a cutoff beyond which forces change."""
    movable = np.flatnonzero(forces.free.any(axis=1))
    for j in np.random.default_rng(1).permutation(movable)[:PROBES]:
        alone = np.zeros_like(chosen.direction)
        alone[j] = chosen.direction[j]
        product = forces.free * derivative_along(forces, alone, order, chosen.size)
        _reject_beyond(forces, product, columns, np.array([j]), _zero(product, order, chosen))


def _reject_beyond(forces: AtomsForces, product: Array, columns: ColumnGroups, moved: IntArray, zero: float) -> None:
    """Reject a change of forces on atoms that none of the displaced atoms should reach."""
    outside = np.abs(product).max(axis=1)
    outside[columns.rows(moved)[0]] = 0.0
    i = int(outside.argmax())
    if outside[i] > zero:
        distance = float(forces.atoms.get_distances(i, moved, mic=True).min())
        raise InputError(
            f"distance of an atom that changes the force on atom {i}",
            distance,
            "the range of the forces that cutoff states",
            "raise cutoff, or leave it out to displace each atom by itself",
        )


def _assemble(forces: AtomsForces, columns: ColumnGroups, order: int, chosen: DifferenceStep) -> sparse.csr_array:
    """Return the Hessian (3 N, 3 N) as measured, not symmetric."""
    size = forces.free.size
    rows, places, values = [], [], []
    for group in columns.groups:
        for axis in range(3):
            moved = group[forces.free[group, axis]]
            if not len(moved):
                continue
            displacement = np.zeros(forces.free.shape)
            displacement[moved, axis] = 1.0
            product = forces.free * derivative_along(forces, displacement, order, chosen.size)
            _reject_beyond(forces, product, columns, moved, _zero(product, order, chosen))
            felt, by = columns.rows(moved)
            rows.append((3 * felt[:, None] + np.arange(3)).ravel())
            places.append(np.repeat(3 * by + axis, 3))
            values.append(product[felt].ravel())
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(places)))
    return sparse.coo_array(entries, shape=(size, size)).tocsr()
