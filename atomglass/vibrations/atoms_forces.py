"""Forces on displaced atoms from the calculator of an `ase.Atoms`, with its constraints and masses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from atomglass.errors import InputError
from atomglass.types import Array, BoolArray

if TYPE_CHECKING:
    from ase import Atoms

#: What an object must have to be taken for an `ase.Atoms`.
_PROTOCOL = ("get_forces", "get_positions", "get_masses", "get_pbc", "calc", "constraints", "cell", "copy")
#: Constraints of ASE that fix Cartesian components of single atoms.
_CONSTRAINTS = ("FixAtoms", "FixCartesian")


def is_atoms(value: object) -> bool:
    """Return whether an object is an `ase.Atoms`, or has all that is used of one."""
    return all(hasattr(value, name) for name in _PROTOCOL)


class AtomsForces:
    """The forces on atoms as a function of their displacements; the atoms themselves are not changed.

    Parameters
    ----------
    atoms : ase.Atoms
        Atoms with a calculator. Constraints `FixAtoms` and `FixCartesian` are respected.

    Attributes
    ----------
    atoms : ase.Atoms
        A copy of the atoms, without the calculator.
    calculator : object
        Their calculator.
    positions : (N, 3) array
        Positions without displacements, in the unit of length of the calculator.
    masses : (N,) array
        Masses of the atoms.
    free : (N, 3) bool array
        Which Cartesian components may be displaced.
    at_rest : (N, 3) array
        Forces without displacements, those on fixed components included.
    calls : int
        Number of evaluations of the forces.

    Raises
    ------
    InputError
        There are no atoms, no calculator, a mass that is not positive, a constraint that couples coordinates, no free
        coordinate, or forces that are not finite.
    """

    def __init__(self, atoms: Atoms) -> None:
        if atoms.calc is None:
            raise InputError("the calculator of the atoms", None, "a calculator of ASE", "set atoms.calc")
        self.atoms, self.calculator = atoms.copy(), atoms.calc
        self._displaced: Any = atoms.copy()
        self._displaced.calc = atoms.calc
        self.positions: Array = np.array(atoms.get_positions(), float)
        self.masses: Array = np.array(atoms.get_masses(), float)
        self.free = free_components(atoms)
        self.calls = 0
        _check(self.positions, self.masses, self.free)
        self.at_rest = self(np.zeros_like(self.positions))

    def __call__(self, displacements: Array) -> Array:
        """Return the forces (N, 3) on the atoms displaced by (N, 3), without regard to constraints."""
        from ase.calculators.calculator import PropertyNotImplementedError

        self.calls += 1
        self._displaced.set_positions(self.positions + displacements, apply_constraint=False)
        try:
            forces = np.array(self._displaced.get_forces(apply_constraint=False), float)
        except PropertyNotImplementedError:
            name = type(self.calculator).__name__
            raise InputError(
                f"the calculator {name} has no forces on displaced atoms", remedy="attach the force field itself"
            ) from None
        bad = np.flatnonzero(~np.isfinite(forces).all(axis=1))
        if len(bad):
            raise InputError(f"force on atom {bad[0]}", forces[bad[0]], "finite numbers", "check the calculator")
        return forces

    @property
    def max_force(self) -> float:
        """Magnitude of the largest force on an atom at rest, fixed components left out."""
        return float(np.sqrt((np.where(self.free, self.at_rest, 0.0) ** 2).sum(axis=1)).max())


def free_components(atoms: Atoms) -> BoolArray:
    """Return which Cartesian components (N, 3) of the atoms no constraint fixes.

    Raises
    ------
    InputError
        A constraint is neither `FixAtoms` nor `FixCartesian`.
    """
    free: BoolArray = np.ones((len(atoms), 3), dtype=bool)
    for constraint in atoms.constraints:
        name = type(constraint).__name__
        if name not in _CONSTRAINTS:
            raise InputError("constraint of the atoms", name, " or ".join(_CONSTRAINTS), "remove it")
        forces = np.ones((len(atoms), 3))
        constraint.adjust_forces(atoms, forces)  # sets the components that are fixed to zero
        free &= forces != 0
    return free


def nearest_distance(atoms: Atoms) -> float:
    """Return the smallest distance between two atoms, periodic images included; 1 if there is only one atom."""
    from ase.neighborlist import neighbor_list

    radius = 1.0
    for _ in range(20):
        distances = neighbor_list("d", atoms, radius)
        if len(distances):
            return float(distances.min())
        radius *= 2
    return 1.0


def _check(positions: Array, masses: Array, free: BoolArray) -> None:
    """Reject atoms that cannot vibrate."""
    if not len(positions):
        raise InputError("number of atoms", 0, ">= 1")
    bad = np.flatnonzero(~(np.isfinite(masses) & (masses > 0)))
    if len(bad):
        raise InputError(f"mass of atom {bad[0]}", masses[bad[0]], "finite and > 0", "use atoms.set_masses")
    if not np.isfinite(positions).all():
        raise InputError("positions of the atoms", "NaN or infinite", "finite numbers")
    if not free.any():
        raise InputError("number of free coordinates", 0, ">= 1", "constraints fix every atom: remove some")
