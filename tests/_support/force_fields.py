"""Small calculators for ASE with known laws, and samples for them."""

from __future__ import annotations

from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes


class Pulled(Calculator):
    """Another calculator whose atoms are also held by springs to the plane z = 0, which breaks translation along z."""

    implemented_properties = ["energy", "forces"]  # noqa: RUF012  (ASE declares it so)

    def __init__(self, inner: Calculator, stiffness: float) -> None:
        super().__init__()
        self.inner, self.stiffness = inner, stiffness

    def calculate(self, atoms: Any = None, properties: Any = None, system_changes: Any = all_changes) -> None:
        super().calculate(atoms, properties, system_changes)
        bare = self.atoms.copy()
        bare.calc = self.inner
        z = self.atoms.positions[:, 2]
        forces = bare.get_forces(apply_constraint=False)
        forces[:, 2] -= self.stiffness * z
        self.results = {"energy": bare.get_potential_energy() + 0.5 * self.stiffness * (z**2).sum(), "forces": forces}


class SinglePrecision(Calculator):
    """Another calculator whose forces are rounded as sums of terms of size 8 are in single precision.

    Forces of many machine-learned models are of this kind.
    """

    implemented_properties = ["energy", "forces"]  # noqa: RUF012

    def __init__(self, inner: Calculator) -> None:
        super().__init__()
        self.inner = inner

    def calculate(self, atoms: Any = None, properties: Any = None, system_changes: Any = all_changes) -> None:
        super().calculate(atoms, properties, system_changes)
        bare = self.atoms.copy()
        bare.calc = self.inner
        forces = (bare.get_forces(apply_constraint=False) + 8.0).astype(np.float32) - 8.0
        self.results = {"energy": bare.get_potential_energy(), "forces": forces.astype(float)}


class ThreeBodySprings(Calculator):
    """E = sum_i rho_i^2 + rho_i with rho_i = sum_j (1 - (r_ij / cutoff)^2)^6: neighbors of one atom are coupled."""

    implemented_properties = ["energy", "forces"]  # noqa: RUF012

    def __init__(self, cutoff: float, many_body: float = 1.0) -> None:
        super().__init__()
        self.cutoff, self.many_body = cutoff, many_body

    def calculate(self, atoms: Any = None, properties: Any = None, system_changes: Any = all_changes) -> None:
        from ase.neighborlist import neighbor_list

        super().calculate(atoms, properties, system_changes)
        i, j, vector = neighbor_list("ijD", self.atoms, self.cutoff)
        number = len(self.atoms)
        x = 1 - (vector**2).sum(axis=1) / self.cutoff**2
        density = np.bincount(i, x**6, minlength=number)
        # dE / d(r_ij^2) for the ordered pair, both terms of which depend on the density at i.
        slope = (2 * self.many_body * density[i] + 1) * 6 * x**5 * (-1 / self.cutoff**2)
        pull = 2 * slope[:, None] * vector
        forces = np.zeros((number, 3))
        np.add.at(forces, i, pull)
        np.add.at(forces, j, -pull)
        self.results = {"energy": self.many_body * (density**2).sum() + density.sum(), "forces": forces}


def numerical_hessian(atoms: Atoms, step: float = 1e-4) -> np.ndarray:
    """Return the Hessian (3 N, 3 N) in the plainest way: one coordinate at a time, two forces each, second order."""
    rows = []
    for i in range(len(atoms)):
        for axis in range(3):
            ends = []
            for sign in (1, -1):
                moved = atoms.copy()
                moved.calc = atoms.calc
                moved.positions[i, axis] += sign * step
                ends.append(moved.get_forces(apply_constraint=False).ravel())
            rows.append((ends[1] - ends[0]) / (2 * step))
    matrix = np.array(rows)
    return (matrix + matrix.T) / 2
