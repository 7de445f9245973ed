"""The expansion of the energy along a mode for atoms with any calculator of ASE, by differences of forces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from atomglass import quartic
from atomglass.errors import InputError
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential
from atomglass.types import Array, IntArray
from atomglass.vibrations.atoms_forces import AtomsForces, nearest_distance
from atomglass.vibrations.central_differences import NOISE_POINTS, Derivative, best_step, dyadic_values, noise_level
from atomglass.vibrations.expansion import Expansion, normalized_direction

if TYPE_CHECKING:
    from ase import Atoms

#: Order of accuracy for b2, b3 and b4, and of the formula with which each is compared.
ORDERS = ((8, 6), (8, 6), (6, 4))
#: Points on either side, and number of steps tried, each half of the one before.
POINTS, STEPS = 4, 10
#: Largest displacement of an atom at the outermost point, and spacing of the points from which the noise is estimated,
#: in units of the smallest distance between atoms.
LARGEST_DISPLACEMENT, NOISE_STEP = 0.1, 1e-6


@dataclass(frozen=True, repr=False)
class FiniteDifferenceExpansion(Expansion):
    """U(s) along a normalized direction from differences of forces, in the units of the calculator.

    `cutoff_shares` are NaN: a force field does not tell which pairs contribute.

    Attributes
    ----------
    errors : (3,) array
        Estimated errors of b2, b3 and b4: differences between formulas of two orders, plus noise. They do not cover
        what a derivative jumps by at the cutoff of `crossing_pairs`.
    steps : (3,) array
        Steps along the direction, in units of length; the formulas for b2, b3 and b4 extend over four of theirs.
    slope : float
        dU/ds, zero at a stationary point.
    max_force : float
        Magnitude of the largest force on an atom.
    crossing_pairs : (P, 2) int array or None
        Pairs whose distance passes the cutoff within these steps: derivatives of their energy may jump there. None if
        no cutoff is known.
    force_calls : int
        Number of evaluations of the forces.
    """

    errors: Array
    steps: Array
    slope: float
    max_force: float
    crossing_pairs: IntArray | None
    force_calls: int

    @property
    def group_is_certain(self) -> bool:
        """Whether the group is the same for all coefficients within their errors."""
        signs = np.array(np.meshgrid(*[[-1.0, 0.0, 1.0]] * 3)).reshape(3, -1)
        b2, b3, b4 = np.array([self.b2, self.b3, self.b4])[:, None] + self.errors[:, None] * signs
        return bool(np.all(quartic.shape(b2, b3, b4).group == self.group))


def expand_atoms(atoms: Atoms, direction: ArrayLike, *, cutoff: float | None = None) -> FiniteDifferenceExpansion:
    """Expand the energy of atoms with a calculator along a direction to fourth order; see `expand`.

    Parameters
    ----------
    atoms : ase.Atoms
        The atoms, their calculator attached.
    direction : (N, 3) array
        Displacements, of any length; they are normalized.
    cutoff : float, optional
        Distance at which interactions end, to name the pairs that pass it. Known for the package's own potentials.

    Raises
    ------
    InputError
        The direction has the wrong shape, is zero or not finite, or displaces a fixed component; or see `AtomsForces`.
    """
    forces = AtomsForces(atoms)
    u = normalized_direction(forces.positions.shape, direction)
    moved = np.flatnonzero((u != 0) & ~forces.free)
    if len(moved):
        raise InputError("displacement of a fixed component of atom", int(moved[0]) // 3, "0", "remove the constraint")
    coefficients = _derivatives(forces, u)
    b2, b3, b4 = (float(c.value) for c in coefficients)
    shape = quartic.shape(b2, -abs(b3), b4)
    reach = max(c.reach * c.step for c in coefficients)
    return FiniteDifferenceExpansion(
        b2=b2,
        b3=-abs(b3),
        b4=b4,
        beta=shape.beta,
        group=shape.group,
        second_minimum=shape.second_minimum,
        barrier=shape.barrier,
        second_minimum_position=shape.second_minimum_position,
        second_minimum_energy=shape.second_minimum_energy,
        cutoff_shares=np.full(3, np.nan),
        direction=u * (-1.0 if b3 > 0 else 1.0),
        errors=np.array([c.error for c in coefficients]),
        steps=np.array([c.step for c in coefficients]),
        slope=-float((forces.at_rest * u).sum()) * (-1.0 if b3 > 0 else 1.0),
        max_force=forces.max_force,
        crossing_pairs=crossing_pairs(atoms, reach * u, cutoff),
        force_calls=forces.calls,
    )


def _derivatives(forces: AtomsForces, u: Array) -> list[Derivative]:
    """Return the second to fourth derivatives of the energy along a normalized direction (N, 3)."""
    length = nearest_distance(forces.atoms) / float(np.sqrt((u**2).sum(axis=1).max()))

    def slope(s: float) -> Array:
        return np.array(-(forces(s * u) * u).sum())

    # The noise of one component of the forces, from many, is that of their product with a normalized direction.
    close = [forces(k * NOISE_STEP * length * u) for k in range(NOISE_POINTS)]
    noise = max(noise_level(close), noise_level([(values * u).sum() for values in close]))
    typical = float(np.abs(forces.at_rest * u).sum())
    levels = [2**level for level in range(STEPS)]
    smallest = LARGEST_DISPLACEMENT * length / (POINTS * levels[-1])
    values = dyadic_values(slope, smallest, POINTS, levels)
    noise = max(noise, np.finfo(float).eps * typical)
    return [best_step(values, smallest, n, ORDERS[n - 1], levels, noise) for n in (1, 2, 3)]


def crossing_pairs(atoms: Atoms, displacement: Array, cutoff: float | None = None) -> IntArray | None:
    """Return the pairs (P, 2) that are within their cutoff at one end of a displacement (N, 3) or of its opposite only.

    Parameters
    ----------
    atoms : ase.Atoms
        The atoms; with a `Calculator` of this package the cutoff of each pair is known.
    displacement : (N, 3) array
        The displacement; pairs are also looked for without it.
    cutoff : float, optional
        The cutoff of all pairs.

    Returns
    -------
    (P, 2) int array or None
        Pairs of atoms i <= j in ascending order; None if no cutoff is known.
    """
    model = getattr(atoms.calc, "potential", None)
    if cutoff is None and not isinstance(model, PairPotential):
        return None
    found: list[set[tuple[int, ...]]] = []
    for sign in (-1, 0, 1):
        displaced = atoms.copy()
        displaced.set_positions(atoms.positions + sign * displacement, apply_constraint=False)
        if cutoff is None:
            assert isinstance(model, PairPotential)
            pairs = InteractingPairs.of(Configuration.from_atoms(displaced), model).indices
            found.append({(min(i, j), max(i, j), 0) for i, j in pairs.tolist()})
        else:
            found.append(_pairs_within(displaced, cutoff))
    crossing = sorted({pair[:2] for pair in set().union(*found) - found[0].intersection(*found)})
    return np.array(crossing, np.int64).reshape(-1, 2)


def _pairs_within(atoms: Atoms, cutoff: float) -> set[tuple[int, ...]]:
    """Return the pairs i <= j of atoms within a distance, with the periodic image of each."""
    from ase.neighborlist import neighbor_list

    i, j, image = neighbor_list("ijS", atoms, cutoff)
    kept = i <= j
    return set(map(tuple, np.column_stack([i, j, image])[kept].tolist()))
