"""Studies that differ only in the minimizer: same liquids, different hashes; and older studies without the choice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from studies import Silent
from study_runs import edit_manifest, said

from atomglass.errors import InputError
from atomglass.minimization.quench import Method
from atomglass.study.collect import collect
from atomglass.study.execution.runners import run_serial
from atomglass.study.load import load_study
from atomglass.study.models.glass_realization import SOLVERS, solver_name
from atomglass.study.registry import read_study
from atomglass.study.store.study_store import StudyStore

OLDER = Path(__file__).parents[1] / "data" / "older_studies"
#: Modes of such small studies are known only below a share of each glass's own omega_1.
OWN = ("--reference", "own")


def test_the_liquids_are_the_same(undisturbed: Path, study_file, tmp_path: Path) -> None:
    """The liquids agree bit for bit whatever the minimizer; the inherent states may differ."""
    rows = [load_study(undisturbed).realizations]
    for method in (Method.STEEPEST_DESCENT, Method.FIRE):
        file = study_file()
        file.write_text(file.read_text() + f'method = "{method}"\n')
        store = StudyStore.create(tmp_path / method, read_study(file))
        assert run_serial(store, Silent()).complete
        collect(store)
        rows.append(load_study(store.folder).realizations)
    for name in ("realization", "sweep", "liquid_energy_per_particle", "mean_diameter"):
        assert all(other[name].tolist() == rows[0][name].tolist() for other in rows[1:])
    assert [set(r["solver"]) for r in rows] == [{"newton"}, {"steepest descent, then newton"}, {"FIRE, then newton"}]
    assert all((r["status"] == "ok").all() for r in rows)
    assert all((r["energy_per_particle"] < r["liquid_energy_per_particle"]).all() for r in rows)
    assert rows[1]["iterations"].min() > 5 * rows[0]["iterations"].max()
    assert not rows[0]["energy"].equals(rows[1]["energy"]), "at the least rounding differs"
    text = said("compare", undisturbed, *(tmp_path / method for method in ("steepest_descent", "fire")), *OWN)
    assert text.count("Paired glasses: small and small") == 2


@pytest.mark.parametrize("study", ["kumar2021_n400_q4", "kumar2021_n400_short"])
def test_older_studies_keep_their_hash(study: str) -> None:
    manifest = json.loads((OLDER / study / "study.json").read_text())
    assert "method" not in manifest["settings"]["quench"]
    assert StudyStore(OLDER / study).physics_hash == manifest["physics_hash"]


def test_an_older_study_can_be_continued(undisturbed: Path, study_file, tmp_path: Path) -> None:
    """Its manifest lacks the key: it is opened, enlarged by a file with the default, collected and compared."""
    old = StudyStore.create(tmp_path / "old", read_study(study_file(chains=1)))
    edit_manifest(old.folder, lambda manifest: manifest["settings"]["quench"].pop("method"))
    manifest = json.loads((old.folder / "study.json").read_text())
    assert "method" not in manifest["settings"]["quench"]
    assert run_serial(StudyStore(old.folder), Silent()).complete
    file = study_file(chains=2)
    file.write_text(file.read_text() + 'method = "conjugate_gradients"\n')
    store = StudyStore.create(old.folder, read_study(file), extend=True)
    assert store.physics_hash == manifest["physics_hash"]
    assert run_serial(store, Silent()).complete
    assert not collect(store).warnings
    first = load_study(undisturbed).realizations
    assert load_study(store.folder).realizations["energy"].tolist() == first["energy"].tolist()[:10]
    assert "Studies side by side" in said("compare", store.folder, undisturbed, *OWN)


def test_another_minimizer_is_another_study(undisturbed: Path, study_file) -> None:
    file = study_file()
    file.write_text(file.read_text() + 'method = "fire"\n')
    with pytest.raises(InputError, match=r"quench.method: the default there, fire now"):
        StudyStore.create(undisturbed, read_study(file))


def test_solver_names_are_distinct() -> None:
    names = {solver_name(solver, method) for solver in SOLVERS for method in Method}
    assert len(names) == 9 and {solver.name for solver in SOLVERS} < names
