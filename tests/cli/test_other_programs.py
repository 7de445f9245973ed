"""From the files of other programs to classified modes in one command."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ase import io as ase_io
from lammps_program import run_lammps
from samples import glass
from study_runs import said

import atomglass as ag
from atomglass.cli.input_file import InputFile

pytestmark = pytest.mark.extended

POTENTIAL = ag.load_potential("kumar2021")
SIZES = (1.0, 1.4)
LAMMPS = """
units lj
dimension 2
atom_style sphere
region b block 0 15 0 15 -0.5 0.5
create_box 2 b
create_atoms 1 random 80 123 NULL
create_atoms 2 random 80 1234 NULL
set type 1 diameter {0}
set type 2 diameter {1}
comm_modify cutoff 3
pair_style soft 1.2
pair_coeff * * 20
fix 2 all enforce2d
minimize 0 1e-4 1000 10000
pair_style lepton 1.75
{pairs}
minimize 0 1e-9 10000 100000
thermo_modify norm no
run 0
write_dump all custom glass.lammpstrj id type x y z radius
write_data glass.data nocoeff
"""


def lepton_pairs() -> str:
    """The pair potential as a formula for each pair of types."""
    c0, c2, c4 = POTENTIAL.coefficients.tolist()
    lines = []
    for i, j in ((0, 0), (0, 1), (1, 1)):
        sigma = float(POTENTIAL.pair_diameter(SIZES[i], SIZES[j]))
        formula = f"x^-12+{c0!r}+{c2!r}*x^2+{c4!r}*x^4;x=r/{sigma!r}"
        lines.append(f'pair_coeff {i + 1} {j + 1} "{formula}" {POTENTIAL.cutoff * sigma!r}')
    return "\n".join(lines)


def test_a_dump_of_lammps_becomes_classified_modes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LAMMPS minimizes a binary sample in our potential; both agree on the energy, and one command does the rest."""
    energy = run_lammps(LAMMPS.format(*SIZES, pairs=lepton_pairs()), tmp_path)
    exact = ag.read(tmp_path / "glass.data")
    assert ag.energy(exact, POTENTIAL) == pytest.approx(energy, rel=1e-12)
    assert np.abs(ag.forces(exact, POTENTIAL)).max() < 1e-8
    monkeypatch.chdir(tmp_path)
    output = said("modes", "glass.lammpstrj", "--quench", "--count", 6, "--out", "modes.extxyz", "--out", "modes.csv")
    assert "160 particles in 2 dimensions" in output and "written: modes.extxyz" in output
    direct = ag.lowest_modes(exact, POTENTIAL, 6)
    table, frames = pd.read_csv("modes.csv"), ase_io.read("modes.extxyz", index=":")
    np.testing.assert_allclose(table.frequency, direct.frequencies, rtol=1e-6)
    assert [atoms.info["group"] for atoms in frames] == table.group.tolist()
    assert all(set(atoms.arrays) >= {"disp", "radius", "species_index"} for atoms in frames)


def test_the_options_of_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sample = glass("kumar2021", 64, 2, 1)
    kinds = (sample.diameters > 1).astype(int)
    ag.write("glass.dump", ag.Configuration(sample.positions, None, sample.box, kinds))
    said("quench", "glass.dump", "--out", "a.npz", "--diameters-by-type", "1=0.9,2=1.2", "--species", "2,1")
    found = ag.read("a.npz")
    np.testing.assert_array_equal(found.diameters, np.where(kinds, 1.2, 0.9))
    np.testing.assert_array_equal(found.species, 1 - kinds)
    said("sample", "--from", "glass.dump", "--diameters-by-type", "1=0.9,2=1.2", "--sweeps", 2, "--out", "b.data")
    np.testing.assert_array_equal(np.sort(ag.read("b.data").diameters), np.sort(found.diameters))


MIXTURE = """
name = "mixture"
source = "Kob and Andersen's parameters"
[pair]
form = "lennard_jones"
order = 2
cutoff = 2.5
[species]
names = [{names}]
composition = [0.65, 0.35]
sigma = [[1.0, 0.8], [0.8, 0.88]]
epsilon = [[1.0, 1.5], [1.5, 0.5]]
"""
LAMMPS_MIXTURE = """
units lj
atom_style atomic
region b block 0 6 0 6 0 6
create_box 2 b
labelmap atom 1 A 2 B
create_atoms 1 random 120 123 NULL
create_atoms 2 random 60 1234 NULL
mass * 1
pair_style soft 1.0
pair_coeff * * 20
minimize 0 1e-2 200 1000
pair_style lepton 2.5
{pairs}
thermo_modify norm no
run 0
write_data mixture.data nocoeff types labels
"""


def test_a_mixture_of_lammps_has_the_same_energy(tmp_path: Path) -> None:
    """Species without sizes, by the labels of LAMMPS's types; the forces of both programs need not vanish."""
    (tmp_path / "mixture.toml").write_text(MIXTURE.format(names='"A", "B"'))
    potential = ag.load_potential(tmp_path / "mixture.toml")
    c0, c2, c4 = potential.coefficients.tolist()
    lines = []
    for i, j, sigma, epsilon in ((1, 1, 1.0, 1.0), (1, 2, 0.8, 1.5), (2, 2, 0.88, 0.5)):
        formula = f"{epsilon}*(4*(x^-12-x^-6)+{c0!r}+{c2!r}*x^2+{c4!r}*x^4);x=r/{sigma}"
        lines.append(f'pair_coeff {i} {j} "{formula}" {2.5 * sigma!r}')
    energy = run_lammps(LAMMPS_MIXTURE.format(pairs="\n".join(lines)), tmp_path)
    found = InputFile(tmp_path / "mixture.data").read(potential)
    assert not found.sized and np.bincount(found.species).tolist() == [120, 60]
    assert ag.energy(found, potential) == pytest.approx(energy, rel=1e-12)


def test_names_of_the_potential_tell_which_species_is_which(tmp_path: Path) -> None:
    (tmp_path / "mixture.toml").write_text(MIXTURE.format(names='"Si", "O"'))
    potential = ag.load_potential(tmp_path / "mixture.toml")
    rows = "{0} 0 0 0\n{1} 1 1 1\n{1} 2 2 2\n"
    head = '3\nLattice="8 0 0 0 8 0 0 0 8" Properties=species:S:1:pos:R:3\n'
    for names, expected in ((("Si", "O"), [0, 1, 1]), (("O", "O"), [1, 1, 1]), (("A", "B"), [0, 1, 1])):
        (tmp_path / "a.xyz").write_text(head + rows.format(*names))
        assert InputFile(tmp_path / "a.xyz").read(potential).species.tolist() == expected
    (tmp_path / "a.xyz").write_text(head + rows.format("Si", "O"))
    assert InputFile(tmp_path / "a.xyz", species="O,Si").read(potential).species.tolist() == [1, 0, 0]
    assert ag.read(tmp_path / "a.xyz").species.tolist() == [1, 0, 0]  # alphabetical, without a potential
