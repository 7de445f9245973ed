"""The lowest modes of atoms with any calculator of ASE, from a Hessian by differences of forces."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from atomglass.errors import InputError, warn_caller
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential
from atomglass.types import Array, BoolArray
from atomglass.vibrations.atoms_forces import AtomsForces, nearest_distance
from atomglass.vibrations.finite_difference_hessian import (
    FiniteDifferenceHessian,
    derivative_along,
    finite_difference_hessian,
)
from atomglass.vibrations.hessian import pair_rattlers
from atomglass.vibrations.modes import Modes, all_modes_of_hessian, lowest_modes_of_hessian, participation_ratios
from atomglass.vibrations.residual_force import NotAnInherentStateWarning
from atomglass.vibrations.rigid_motions import RigidMotions, rigid_motions
from atomglass.vibrations.sparse_hessian import SHIFT, SparseHessian

if TYPE_CHECKING:
    from ase import Atoms

#: Largest force of a structure that counts as stationary, in units of the mean diagonal element of the Hessian times
#: the smallest distance between atoms.
STATIONARY = 1e-6
#: Largest number of coordinates for which all modes are computed if Lanczos iteration has missed a degenerate one.
MAX_FALLBACK = 4000


@dataclass(frozen=True, repr=False)
class FiniteDifferenceModes(Modes):
    """Modes of atoms with masses, H u = omega^2 M u, in the units of ASE (eV, Angstrom, amu) or of the calculator.

    `eigenvalues` are omega^2, `frequencies` omega in units of sqrt(energy / mass) over length, and `eigenvectors` the
    displacements u (k, N, 3), normalized to |u| = 1; `residuals` are those of the mass-weighted Hessian as computed.

    Attributes
    ----------
    masses : (N,) array
        Masses of the atoms.
    force_residuals : (k,) array
        |M^-1/2 (H u - omega^2 M u)| / |M^1/2 u|, with H u from forces on atoms displaced along the mode itself.
    eigenvalue_errors : (k,) array
        Difference of omega^2 from the curvature along the mode, which the same forces give.
    max_force : float
        Magnitude of the largest force on an atom; zero at a stationary point.
    rigid_motions : tuple of str
        The rigid motions that cost no energy and were left out, such as "translation x".
    hessian : FiniteDifferenceHessian
        The Hessian, with its step, error, asymmetry and inconsistency.
    force_calls : int
        Number of evaluations of the forces.
    """

    masses: Array
    force_residuals: Array
    eigenvalue_errors: Array
    max_force: float
    rigid_motions: tuple[str, ...]
    hessian: FiniteDifferenceHessian
    force_calls: int

    @property
    def terahertz(self) -> Array:
        """Frequencies omega / (2 pi) in THz (k,), where energies are in eV, lengths in Angstrom and masses in amu."""
        from ase.units import fs

        thz: Array = self.frequencies / (2 * np.pi) * (1000 * fs)
        return thz

    @property
    def mass_weighted_eigenvectors(self) -> Array:
        """The orthonormal eigenvectors M^1/2 u (k, N, 3) of the mass-weighted Hessian."""
        weighted = self.eigenvectors * np.sqrt(self.masses)[:, None]
        norms = np.linalg.norm(weighted.reshape(len(weighted), -1), axis=1)
        result: Array = weighted / np.maximum(norms, np.finfo(float).tiny)[:, None, None]
        return result


class MassWeightedHessian(SparseHessian):
    """M^-1/2 H M^-1/2 of the free components of atoms that are held, its rigid motions, and its factorizations.

    Parameters
    ----------
    forces : AtomsForces
        The atoms, their masses and constraints.
    hessian : FiniteDifferenceHessian
        Their Hessian.
    rattlers : (N,) bool array
        Atoms to leave out.
    """

    def __init__(self, forces: AtomsForces, hessian: FiniteDifferenceHessian, rattlers: BoolArray) -> None:
        free = forces.free & ~rattlers[:, None]
        kept = np.flatnonzero(free.ravel())
        if not len(kept):
            raise InputError("number of atoms held by their neighbors", 0, ">= 1", "all atoms are isolated")
        matrix = _without(hessian.matrix, rattlers)[kept][:, kept]
        self.unweighted_scale = float(matrix.diagonal().mean())
        masses = np.repeat(forces.masses, 3)[kept]
        weights = sparse.dia_array((1 / np.sqrt(masses)[None], [0]), shape=(len(kept), len(kept)))
        self.motions: RigidMotions = rigid_motions(forces, free, matrix, hessian.error)
        self._error = 10 * hessian.error / float(masses.min())
        self.dense = hessian.dense
        coordinates, lengths = _cell_coordinates(forces.atoms)
        held, each = free.any(axis=1), free[free.any(axis=1)]
        alike = bool((each == each[0]).all())
        super().__init__(
            matrix=(weights @ matrix @ weights).tocsr(),
            translations=self.motions.vectors,
            kept=kept,
            dimension=3,
            rattlers=rattlers,
            # Blocks of an elimination have one size: an atom each, or a component each where they differ.
            coordinates=coordinates[held] if alike else np.repeat(coordinates, free.sum(axis=1), axis=0),
            lengths=lengths,
        )

    @cached_property
    def rounding(self) -> float:
        """Largest magnitude of an eigenvalue that is attributed to rounding and to the error of the differences."""
        return max(SHIFT * self.scale, self._error)


def lowest_modes_of_atoms(
    atoms: Atoms,
    count: int = 20,
    *,
    cutoff: float | None = None,
    pairwise: bool = False,
    order: int = 4,
    step: float | None = None,
) -> FiniteDifferenceModes:
    """Return the modes with the lowest eigenvalues of atoms with a calculator; see `lowest_modes`.

    Parameters
    ----------
    atoms : ase.Atoms
        The atoms, their calculator attached.
    count : int
        Number of modes.
    cutoff : float, optional
        The energy is a sum of terms for each atom that depend on the atoms within this distance of it.
    pairwise : bool
        The energy is a sum over pairs within the cutoff.
    order : {2, 4, 6}
        Order of accuracy of the differences.
    step : float, optional
        Displacement between their points, in units of length.

    Raises
    ------
    InputError
        See `AtomsForces` and `finite_difference_hessian`; or `count` is below 1.
    """
    if count < 1:
        raise InputError("count of modes", count, ">= 1")
    forces = AtomsForces(atoms)
    model = getattr(atoms.calc, "potential", None)
    rattlers: BoolArray = np.zeros(len(forces.masses), dtype=bool)
    if isinstance(model, PairPotential):
        configuration = Configuration.from_atoms(atoms)
        rattlers = pair_rattlers(InteractingPairs.of(configuration, model))
        if cutoff is None:
            cutoff, pairwise = model.max_cutoff(model.labels(configuration)), True
    hessian = finite_difference_hessian(forces, cutoff, pairwise, order, step)
    reduced = MassWeightedHessian(forces, hessian, rattlers | (isolated_atoms(hessian) & forces.free.any(axis=1)))
    _warn_unless_stationary(forces, reduced)
    found = lowest_modes_of_hessian(reduced, count)
    if not found.complete and reduced.size <= MAX_FALLBACK:
        everything = all_modes_of_hessian(reduced)
        kept = {name: getattr(everything, name)[:count] for name in _PER_MODE}
        found = Modes(**{field.name: getattr(everything, field.name) for field in fields(Modes)} | kept)
    return _measured(forces, hessian, reduced, found)


#: Fields of `Modes` with one element for each mode.
_PER_MODE = ("frequencies", "eigenvalues", "eigenvectors", "participation_ratios", "residuals", "frequency_gaps")


def isolated_atoms(hessian: FiniteDifferenceHessian) -> BoolArray:
    """Return which atoms (N,) are coupled to none, apart from the error of the Hessian."""
    largest = np.asarray(abs(hessian.matrix).max(axis=1).todense()).reshape(-1, 3).max(axis=1)
    isolated: BoolArray = largest <= max(10 * hessian.error, 1e-9 * float(largest.max()))
    return isolated


def _without(matrix: sparse.csr_array, rattlers: BoolArray) -> sparse.csr_array:
    """Return the Hessian (3 N, 3 N) without what rattlers add to the blocks of other atoms on the diagonal.

    A uniform displacement of the other atoms costs no energy then: H_jj = -sum_i H_ji over the other atoms.
    """
    if not rattlers.any():
        return matrix
    rows, number = np.flatnonzero(~rattlers), len(rattlers)
    blocks = np.zeros((number, 3, 3))
    for axis in range(3):
        sums = matrix[:, 3 * np.flatnonzero(rattlers) + axis].sum(axis=1)
        blocks[:, :, axis] = np.asarray(sums).reshape(number, 3)
    blocks = (blocks + blocks.transpose(0, 2, 1)) / 2
    places = 3 * rows[:, None, None] + np.arange(3)
    entries = (
        blocks[rows].ravel(),
        (places.transpose(0, 2, 1).repeat(3, axis=2).ravel(), places.repeat(3, axis=1).ravel()),
    )
    return (matrix + sparse.coo_array(entries, shape=matrix.shape)).tocsr()


def _cell_coordinates(atoms: Atoms) -> tuple[Array, Array]:
    """Return positions (N, 3) along the cell vectors, from 0 to the lengths (3,) that are returned with them.

    Along directions without periodicity the lengths are so large that no pair of atoms lies across a face.
    """
    cell = np.array(atoms.cell.complete())
    inverse = np.linalg.inv(cell)
    fractions = atoms.positions @ inverse
    periodic = np.array(atoms.pbc, bool)
    fractions = np.where(periodic, fractions - np.floor(fractions), fractions - fractions.min(axis=0))
    heights = 1 / np.linalg.norm(inverse, axis=0)
    coordinates = fractions * heights
    return coordinates, np.where(periodic, heights, 4 * (coordinates.max(axis=0) + heights))


def _warn_unless_stationary(forces: AtomsForces, reduced: MassWeightedHessian) -> None:
    """Warn of a structure that is no stationary point, with its largest force."""
    allowed = STATIONARY * abs(reduced.unweighted_scale) * nearest_distance(forces.atoms)
    if forces.max_force > allowed:
        warn_caller(
            f"no stationary point: the largest force is {forces.max_force:.3g} (below {allowed:.1g} is expected), so "
            "that frequencies are not those of an inherent state; relax the atoms first",
            NotAnInherentStateWarning,
        )


def _measured(
    forces: AtomsForces, hessian: FiniteDifferenceHessian, reduced: MassWeightedHessian, found: Modes
) -> FiniteDifferenceModes:
    """Return modes with masses and displacements, measured once more by the forces along each of them."""
    weights = 1 / np.sqrt(forces.masses)[:, None]
    displacements = found.eigenvectors * weights
    displacements /= np.maximum(np.linalg.norm(displacements.reshape(len(found), -1), axis=1), 1e-300)[:, None, None]
    residuals, errors = np.empty(len(found)), np.empty(len(found))
    for k, (u, eigenvalue) in enumerate(zip(displacements, found.eigenvalues, strict=True)):
        longest = float(np.sqrt((u**2).sum(axis=1).max()))
        product = forces.free * derivative_along(forces, u, hessian.order, hessian.step / longest)
        product[found.rattlers] = 0.0
        inertia = float((forces.masses[:, None] * u**2).sum())
        residual = weights * product - eigenvalue * u / weights
        residuals[k] = np.linalg.norm(residual) / np.sqrt(inertia)
        errors[k] = abs((product * u).sum() / inertia - eigenvalue)
    known = {field.name: getattr(found, field.name) for field in fields(Modes)}
    known |= {"eigenvectors": displacements, "participation_ratios": participation_ratios(displacements)}
    return FiniteDifferenceModes(
        **known,
        masses=forces.masses,
        force_residuals=residuals,
        eigenvalue_errors=errors,
        max_force=forces.max_force,
        rigid_motions=reduced.motions.names,
        hessian=hessian,
        force_calls=forces.calls,
    )
