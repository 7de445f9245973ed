"""An ASE calculator, for ASE's optimizers, nudged elastic bands and molecular dynamics."""

from __future__ import annotations

from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators import calculator as ase_calculator
from ase.stress import full_3x3_to_voigt_6_stress

from atomglass.system.arguments import check_potential
from atomglass.system.configuration import DIAMETER_NAMES, Configuration
from atomglass.system.interactions import energy_forces_stress
from atomglass.system.potential import PairPotential
from atomglass.system.species import SPECIES_COLUMN


class Calculator(ase_calculator.Calculator):
    """Energy, forces and stress of polydisperse particles for `ase.Atoms`, in reduced units.

    The atoms carry their diameters in `atoms.arrays["diameters"]`, or their species in `atoms.arrays["species_index"]`,
    as those from `Configuration.to_atoms` do. The stress follows ASE's convention: (1/V) dU/d(strain), positive under
    tension, V the volume of the three-dimensional cell.

    Two-dimensional samples lie in a plane, with `pbc = (True, True, False)`, and are kept there by the constraint that
    `to_atoms` adds (keep it when you add others). Forces along z and the stresses xz, yz and zz are zero; the other
    stresses are the two-dimensional ones divided by the thickness, which is 1 unless the third cell vector is changed.

    ASE's `BFGS` takes full steps without a line search, and its default `maxstep` of 0.2 can push two particles onto
    each other; use 0.05 for a glass, or `FIRE` with its defaults.

    Parameters
    ----------
    potential : PairPotential
        From `load_potential`.

    Raises
    ------
    InputError
        When evaluated for atoms without diameters or species, or in a box too small for the cutoff.

    Examples
    --------
    >>> atoms = glass.to_atoms()
    >>> atoms.calc = ag.Calculator(pot)
    >>> bool(np.isclose(atoms.get_potential_energy(), ag.energy(glass, pot)))
    True
    """

    implemented_properties = [  # noqa: RUF012  (ASE declares it so)
        "energy",
        "free_energy",
        "forces",
        "stress",
    ]

    def __init__(self, potential: PairPotential) -> None:
        check_potential(potential)
        super().__init__()
        self.potential = potential

    def check_state(self, atoms: Atoms, tol: float = 1e-15) -> list[str]:
        """Return what has changed since the last evaluation, also diameters and species, which ASE does not check."""
        changes: list[str] = super().check_state(atoms, tol)
        if self.atoms is not None and not changes:
            before, now = _sizes_and_species(self.atoms), _sizes_and_species(atoms)
            same = all(np.array_equal(before[name], now[name]) for name in before.keys() & now.keys())
            if (
                not same
                or before.keys() != now.keys()
                or self.atoms.info.get("dimension") != atoms.info.get("dimension")
            ):
                changes = ["diameters"]
        return changes

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: list[str] | None = None,
        system_changes: list[str] = ase_calculator.all_changes,
    ) -> None:
        """Evaluate energy, forces and stress; called by ASE.

        Parameters
        ----------
        atoms : ase.Atoms, optional
            The atoms; those of the last call by default.
        properties : list of str, optional
            Ignored: everything is evaluated at once.
        system_changes : list of str
            What has changed since the last call.

        Raises
        ------
        InputError
            The atoms have no diameters, or the box is too small for the cutoff.
        """
        super().calculate(atoms, properties or ["energy"], system_changes)
        evaluated: Any = self.atoms  # ASE's own copy
        configuration = Configuration.from_atoms(evaluated)
        d = configuration.dimension
        energy, forces, stress = energy_forces_stress(configuration, self.potential)
        forces_3d, full_stress = np.zeros((len(configuration), 3)), np.zeros((3, 3))
        forces_3d[:, :d] = forces
        volume = float(evaluated.cell.volume) or configuration.volume  # 2-D without a third cell vector: thickness 1
        full_stress[:d, :d] = stress * (configuration.volume / volume)
        results: dict[str, Any] = {"energy": energy, "free_energy": energy, "forces": forces_3d}
        self.results = results | {"stress": full_3x3_to_voigt_6_stress(full_stress)}


def _sizes_and_species(atoms: Atoms) -> dict[str, Any]:
    """Return the arrays of sizes and species that the atoms carry, by name."""
    return {name: atoms.arrays[name] for name in (*DIAMETER_NAMES, SPECIES_COLUMN) if name in atoms.arrays}
