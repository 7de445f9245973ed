"""Modes as frames of a file: what this package, ASE and the columns themselves say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from ase import io as ase_io
from numpy.testing import assert_allclose, assert_array_equal
from samples import glass

import atomglass as ag

CASES = [("kumar2021", 64, 2, False), ("kumar2021_3d", 90, 3, True)]


@pytest.mark.parametrize("name, n, d, sheared", CASES)
def test_extended_xyz(tmp_path, name, n, d, sheared):
    sample, potential = glass(name, n, d, 1, sheared), ag.load_potential(name)
    modes, energies = ag.lowest_modes(sample, potential, 4), ag.particle_energies(sample, potential)
    table = pd.DataFrame({"group": ["A", "B", "A", "un stable"], "b4": [1.5, np.nan, 2.0, -1.0], "is_qlm": [True] * 4})
    ag.write(tmp_path / "modes.extxyz", sample, modes=modes, energies=energies, table=table)
    assert all(frame.identical(sample) for frame in ag.frames(tmp_path / "modes.extxyz"))
    for k, atoms in enumerate(ase_io.read(tmp_path / "modes.extxyz", index=":")):
        assert_array_equal(atoms.arrays["disp"][:, :d], modes.eigenvectors[k])
        assert not atoms.arrays["disp"][:, d:].any()
        assert_array_equal(atoms.arrays["radius"], sample.diameters / 2)
        assert_array_equal(atoms.calc.results["energies"], energies)
        assert atoms.info["mode"] == k
        assert atoms.info["frequency"] == modes.frequencies[k]
        assert atoms.info["participation_ratio"] == modes.participation_ratios[k]
        assert atoms.info["group"] == table.group[k] and atoms.info["is_qlm"]
        assert_array_equal(atoms.info["b4"], table.b4[k])
    assert energies.sum() == pytest.approx(ag.energy(sample, potential), rel=1e-12)


@pytest.mark.parametrize("name, n, d, sheared", CASES)
def test_dump(tmp_path, name, n, d, sheared):
    sample, potential = glass(name, n, d, 1, sheared), ag.load_potential(name)
    modes = ag.lowest_modes(sample, potential, 3)
    ag.write(tmp_path / "modes.lammpstrj", sample, modes=modes, energies=ag.particle_energies(sample, potential))
    found = list(ag.frames(tmp_path / "modes.lammpstrj"))
    assert len(found) == 3
    assert_allclose(found[2].positions, sample.positions, rtol=1e-15)
    lines = (tmp_path / "modes.lammpstrj").read_text().split("\n")
    heads = [k for k, line in enumerate(lines) if line.startswith("ITEM: ATOMS")]
    columns = lines[heads[1]].split()[2:]
    rows = np.array([line.split() for line in lines[heads[1] + 1 : heads[1] + 1 + n]], float)
    assert_array_equal(rows[:, columns.index("vx") :][:, :d], modes.eigenvectors[1])


def test_what_does_not_fit_is_refused(tmp_path):
    sample, potential = glass("kumar2021", 64, 2, 1), ag.load_potential("kumar2021")
    modes, path = ag.lowest_modes(sample, potential, 2), tmp_path / "modes.extxyz"

    def refusal(*arguments, **options):
        with pytest.raises(ag.InputError) as caught:
            ag.write(*arguments, **options)
        return str(caught.value)

    other = glass("kumar2021", 36, 2, 1)
    assert "give the configuration they were computed for" in refusal(path, other, modes=modes)
    assert "configurations with modes or energies is 2" in refusal(path, [sample, sample], modes=modes)
    assert "the result of lowest_modes" in refusal(path, sample, modes=modes.eigenvectors)
    assert "one for each mode" in refusal(path, sample, modes=modes, table=pd.DataFrame({"a": [1]}))
    assert "given without modes" in refusal(path, sample, table=pd.DataFrame({"a": [1]}))
    assert "one for each particle" in refusal(path, sample, modes=modes, energies=np.ones(3))
    assert "write an .extxyz file" in refusal(tmp_path / "modes.npz", sample, modes=modes)
    assert "write an .extxyz file" in refusal(tmp_path / "modes.data", sample, modes=modes)
    assert list(tmp_path.iterdir()) == []


def test_energies_without_modes(tmp_path):
    sample, potential = glass("kumar2021", 64, 2, 1), ag.load_potential("kumar2021")
    energies = ag.particle_energies(sample, potential)
    ag.write(tmp_path / "a.extxyz", sample, energies=energies)
    assert_array_equal(ase_io.read(tmp_path / "a.extxyz").calc.results["energies"], energies)
    assert ag.read(tmp_path / "a.extxyz").identical(sample)
