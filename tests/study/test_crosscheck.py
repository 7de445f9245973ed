"""Two computations of one study: rounding is no difference, changed basins are counted, wrong modes are listed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from study_runs import edit, edit_manifest, said

from atomglass.errors import InputError
from atomglass.study.crosscheck import crosscheck


@pytest.fixture
def elsewhere(undisturbed: Path, tmp_path: Path) -> Path:
    """The small study with different rounding, as on another machine."""
    out = tmp_path / "elsewhere"
    shutil.copytree(undisturbed, out, ignore=shutil.ignore_patterns("SHA256SUMS"))
    for name, column in (("modes", "frequency"), ("realizations", "energy")):
        table = pd.read_parquet(out / f"{name}.parquet")
        table[column] *= 1 + 3e-13
        table.to_parquet(out / f"{name}.parquet")
    return out


def test_rounding_is_no_difference(undisturbed: Path, elsewhere: Path) -> None:
    found = crosscheck(undisturbed, elsewhere)
    assert (found.common, found.same_status, found.same_basin) == (15, 15, 15) and found.modes > 0
    assert not found.different_basins and not found.disagreeing and not found.different_samples
    assert 1e-13 < found.worst_frequency < 1e-12
    assert "changed basin 0" in " ".join(said("crosscheck", undisturbed, elsewhere).split())


def test_differences_are_counted(undisturbed: Path, elsewhere: Path) -> None:
    mode = pd.read_parquet(elsewhere / "modes.parquet").iloc[0]
    sick = int(mode["realization"])
    edit(elsewhere, "modes", sick, frequency=mode["frequency"] * (1 + 1e-6))
    others = [number for number in range(15) if number != sick]
    edit(elsewhere, "realizations", others[3], energy=1.0)
    edit(elsewhere, "realizations", others[5], liquid_energy_per_particle=1.0, energy=1.0)
    edit(elsewhere, "realizations", others[7], status="not_converged")
    found = crosscheck(undisturbed, elsewhere)
    assert (found.same_status, found.same_basin) == (14, 12)
    assert (
        found.different_basins == [others[3]] and found.different_samples == [others[5]] and found.disagreeing == [sick]
    )
    assert f"1 ({others[3]})" in said("crosscheck", undisturbed, elsewhere, status=1)


def test_other_physics_is_refused(undisturbed: Path, elsewhere: Path) -> None:
    edit_manifest(elsewhere, lambda manifest: manifest["settings"]["sample"].update(temperature=0.4))
    with pytest.raises(InputError, match="different physics"):
        crosscheck(undisturbed, elsewhere)
