"""Energies and forces of the shipped models, by LAMMPS: its own Lennard-Jones style, or published formulas."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lammps_program import run_lammps

import atomglass as ag
from atomglass.minimization.random_start import random_start

pytestmark = pytest.mark.extended

KOB_ANDERSEN = "4*({e})*((s/r)^12-(s/r)^6+0.040490237952-0.00970155098112*(r/s)^2+0.0006201261686784*(r/s)^4);s={s}"
SOFT = "(1-r/{s})^{alpha}/{alpha}"
INVERSE_POWER_10 = (
    "x^(-10)-1.1106337662511798+1.2676152372297065*x^2-0.4960406072849212*x^4+0.0660511826415732*x^6;x=r/{s}"
)
#: epsilon_ij and sigma_ij of the two types, as published.
KA = {(1, 1): (1.0, 1.0), (1, 2): (1.5, 0.8), (2, 2): (0.5, 0.88)}
SIZES = {(1, 1): (1.0, 1.0), (1, 2): (1.0, 1.2), (2, 2): (1.0, 1.4)}
IPL = {(1, 1): (1.0, 1.0), (1, 2): (1.0, 1.18), (2, 2): (1.0, 1.4)}
MODELS = {
    "kob_andersen": (3, 300, KA, KOB_ANDERSEN, 2.5),
    "kob_andersen_2d": (2, 120, KA, KOB_ANDERSEN, 2.5),
    "hertz": (3, 120, SIZES, SOFT.replace("{alpha}", "2.5"), 1.0),
    "harmonic": (2, 120, SIZES, SOFT.replace("{alpha}", "2"), 1.0),
    "wca": (3, 120, SIZES, None, 2 ** (1 / 6)),
    "binary_ipl10": (3, 120, IPL, INVERSE_POWER_10, 1.48),
}


def lammps_energy_and_forces(sample, types, dimension: int, styles: str, folder: Path):
    """Return the energy and the forces (N, d) of a sample in a cubic or square box, with types from 1."""
    side, flat = float(sample.box[0]), np.zeros((len(sample), 3))
    flat[:, :dimension] = sample.positions % side
    depth = f"0 {side!r}" if dimension == 3 else "-0.5 0.5"
    atoms = "\n".join(
        f"create_atoms {kind} single {x!r} {y!r} {z!r}" for kind, (x, y, z) in zip(types, flat.tolist(), strict=True)
    )
    energy = run_lammps(
        f"""
units lj
dimension {dimension}
atom_style atomic
atom_modify map array sort 0 0
boundary p p p
region box block 0 {side!r} 0 {side!r} {depth}
create_box 2 box
{atoms}
mass * 1
{styles}
thermo_modify norm no
run 0
write_dump all custom forces.txt id fx fy fz modify sort id format float %.17g
""",
        folder,
    )
    forces = np.loadtxt(folder / "forces.txt", skiprows=9)
    assert np.array_equal(forces[:, 0], np.arange(1, len(sample) + 1))
    return energy, forces[:, 1 : dimension + 1]


def styles_of(pairs, formula: str | None, cutoff: float) -> str:
    """Return LAMMPS commands for the interactions of two types."""
    if formula is None:  # LAMMPS's own Lennard-Jones style, shifted to zero at the cutoff
        lines = [f"pair_coeff {i} {j} {e} {s} {cutoff * s!r}" for (i, j), (e, s) in pairs.items()]
        return "\n".join(["pair_style lj/cut 3", "pair_modify shift yes", *lines])
    lines = [f'pair_coeff {i} {j} "{formula.format(e=e, s=s)}" {cutoff * s!r}' for (i, j), (e, s) in pairs.items()]
    return "\n".join(["pair_style lepton 3.5", *lines])


def types_of(sample):
    """Return LAMMPS's types, from 1, of a sample with two species or two sizes."""
    kinds = sample.species if sample.species is not None else sample.diameters > 1.2
    return (np.asarray(kinds, int) + 1).tolist()


@pytest.mark.parametrize("name", MODELS)
def test_energy_and_forces(name: str, tmp_path: Path) -> None:
    dimension, number, pairs, formula, cutoff = MODELS[name]
    potential = ag.load_potential(name)
    sample = random_start(number, potential, potential.density, "quantile", 1, 2, dimension)
    styles = styles_of(pairs, formula, cutoff)
    energy, forces = lammps_energy_and_forces(sample, types_of(sample), dimension, styles, tmp_path)
    assert ag.energy(sample, potential) == pytest.approx(energy, rel=1e-12)
    assert np.abs(ag.forces(sample, potential) - forces).max() < 1e-11 * max(1, np.abs(forces).max())


def test_unsmoothed_kob_andersen(tmp_path: Path) -> None:
    """Without the polynomial it is the model of 1995, cut off at 2.5 sigma_ij: LAMMPS's `lj/cut`."""
    potential = replace(ag.load_potential("kob_andersen"), order="none")
    sample = random_start(300, ag.load_potential("kob_andersen"), 1.204, "quantile", 1, 2)
    styles = styles_of(KA, None, 2.5).replace("shift yes", "shift no")
    energy, forces = lammps_energy_and_forces(sample, types_of(sample), 3, styles, tmp_path)
    assert ag.energy(sample, potential) == pytest.approx(energy, rel=1e-12)
    assert np.abs(ag.forces(sample, potential) - forces).max() < 1e-10
