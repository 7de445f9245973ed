"""Translations and rotations of atoms that cost no energy, found from periodicity and constraints, and checked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from atomglass.types import Array, BoolArray
from atomglass.vibrations.atoms_forces import AtomsForces

#: Largest |H t| of a rigid motion t, in units of |t| times the mean diagonal element of H. That of a rotation is the
#: largest force over a distance; an external potential makes it larger.
MAX_STIFFNESS = 1e-4
#: Rotations below this fraction of the size of the atoms count as none: those of linear molecules about their axis.
MIN_ROTATION = 1e-6


@dataclass(frozen=True)
class RigidMotions:
    """Rigid motions that cost no energy.

    Attributes
    ----------
    names : tuple of str
        "translation x", ..., "rotation z". A linear molecule has three of the latter, but only two that differ.
    vectors : (n, t) array
        Orthonormal in mass-weighted coordinates.
    """

    names: tuple[str, ...]
    vectors: Array


def rigid_motions(forces: AtomsForces, free: BoolArray, matrix: sparse.csr_array, error: float) -> RigidMotions:
    """Return the rigid motions of atoms that constraints allow and that the Hessian confirms.

    Uniform displacements along an axis are candidates if that component of every atom is free; rotations about an axis
    if, in addition, no direction perpendicular to it is periodic.

    Parameters
    ----------
    forces : AtomsForces
        The atoms, their masses and constraints.
    free : (N, 3) bool array
        The components that are kept.
    matrix : (n, n) sparse array
        Hessian of these, without masses.
    error : float
        Error of its elements.
    """
    held: BoolArray = np.asarray(free.any(axis=1))
    masses = np.where(held, forces.masses, 0.0)
    relative = forces.positions - masses @ forces.positions / masses.sum()
    # No periodic images along an axis whose cell vector is missing, whatever the flag says.
    periodic = np.array(forces.atoms.pbc, bool) & (np.abs(np.array(forces.atoms.cell)).max(axis=1) > 0)
    turning = [_is_open(np.array(forces.atoms.cell)[periodic], axis) for axis in range(3)]
    candidates = {f"translation {'xyz'[a]}": np.tile(np.eye(3)[a], (len(held), 1)) for a in range(3)}
    candidates |= {f"rotation {'xyz'[a]}": np.cross(np.eye(3)[a], relative) for a in range(3) if turning[a]}
    allowed = MAX_STIFFNESS * abs(float(matrix.diagonal().mean())) + 10 * error * np.sqrt(matrix.shape[0])
    size = max(float(np.sqrt((relative[held] ** 2).sum())), np.finfo(float).tiny)
    names, vectors = [], [np.empty((matrix.shape[0], 0))]
    for name, motion in candidates.items():
        motion = motion * held[:, None]
        norm = float(np.linalg.norm(motion))
        fixed = bool(np.abs(motion[held][~free[held]]).max(initial=0.0) > 0)
        if fixed or (name.startswith("rotation") and norm <= MIN_ROTATION * size):
            continue
        vector = motion[free]
        if np.linalg.norm(matrix @ vector) <= allowed * norm:
            names.append(name)
            vectors.append((np.sqrt(np.repeat(forces.masses, 3).reshape(-1, 3)[free]) * vector / norm)[:, None])
    basis, sizes, _ = np.linalg.svd(np.concatenate(vectors, axis=1), full_matrices=False)
    return RigidMotions(tuple(names), basis[:, sizes > MIN_ROTATION * sizes.max(initial=0.0)])


def _is_open(periodic_vectors: Array, axis: int) -> bool:
    """Return whether all periodic cell vectors lie along an axis, so that a rotation about it changes none."""
    others = np.delete(periodic_vectors, axis, axis=1)
    return not bool(np.abs(others).max(initial=0.0) > 0)
