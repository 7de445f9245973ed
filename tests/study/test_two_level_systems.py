"""Studies of two-level systems: their tables agree with one another, and interrupted runs give the same ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from studies import Silent
from study_runs import run_in_pieces

import atomglass as ag
from atomglass.landscape.strain_coupling import deformation_potentials, energy_difference_per_strain
from atomglass.study.collect import collect
from atomglass.study.execution.runners import run_serial
from atomglass.study.registry import read_study
from atomglass.study.schema import MINIMA, TLS, TRANSITIONS
from atomglass.study.store.study_store import StudyStore

pytestmark = pytest.mark.extended

STUDY = """
name = "tls_small"
model = "two_level_systems"
potential = "kumar2021"
seed = 3

[sample]
particles = 64
temperature = 0.3
diameters = "quantile"
equilibration_sweeps = 100
sweeps_between = 40

[ensemble]
chains = 2
realizations_per_chain = 2
realizations_per_shard = 1
keep_configurations = "all"

[modes]
below = 2.0
nonlinear = "pseudoharmonic"

[search]
temperature = 0.2
steps_between = 100
quenches = 12
runs = 2

[paths]
largest_difference = 1.0
both_ways = false
most = 3
hbar = 0.0295
{paths}
"""
WORKFLOWS = Path(__file__).parents[2] / "workflows"
FILES = ("minima.parquet", "transitions.parquet", "tls.parquet", "realizations.parquet", "modes.parquet")


def study_file(folder: Path, paths: str = "") -> Path:
    file = folder / "study.toml"
    file.write_text(STUDY.format(paths=paths), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    store = StudyStore.create(folder / "out", read_study(study_file(folder)))
    assert run_serial(store, Silent()).complete
    collect(store)
    return store.folder


def test_tables_agree_with_one_another(whole: Path):
    study = ag.load_study(whole)
    for name, columns in (("minima", MINIMA), ("transitions", TRANSITIONS), ("tls", TLS)):
        assert list(getattr(study, name).columns) == [column.name for column in columns]
    realizations = study.realizations.set_index("realization")
    assert (realizations["status"] == "ok").all() and (realizations["quenches"] == 24).all()
    for name, count in (("minima", "minima_count"), ("transitions", "pair_count"), ("tls", "path_count")):
        counted = getattr(study, name).groupby("realization").size().reindex(realizations.index, fill_value=0)
        assert (counted == realizations[count]).all()
    visits = study.minima.groupby("realization")["visits"].sum()
    assert (visits == 24 - realizations["failed_quenches"]).all()
    assert (study.transitions["state_i"] < study.transitions["state_j"]).all()
    assert len(study.tls) > 0 and (study.transitions["candidate"].sum() >= 1)
    meanings = study.columns.set_index(["table", "column"])["meaning"]
    assert meanings["tls", "splitting"] and meanings["minima", "visits"]


def test_rows_of_two_level_systems(whole: Path):
    study = ag.load_study(whole)
    tls, minima = study.tls, study.minima.set_index(["realization", "state"])
    dynamics = tls[tls["source"] == "dynamics"]
    assert len(dynamics) > 0 and (tls["energy_difference"] >= -1e-10).all()
    for row in dynamics.itertuples():
        lower, higher = (minima.loc[(row.realization, k), "energy"] for k in (row.state_i, row.state_j))
        assert row.energy_difference == pytest.approx(higher - lower, abs=1e-9)
    found = tls[tls["splitting"].notna()]
    assert np.hypot(found["asymmetry"], found["tunneling"]).to_numpy() == pytest.approx(found["splitting"].to_numpy())
    assert (tls["path_length"] >= tls["distance"] - 1e-9).all()
    assert (tls.groupby("realization")["event"].min() == 0).all()
    linked = tls["spot_overlap"].dropna()
    assert ((linked >= 0) & (linked <= 1)).all()


def test_glasses_are_kept_and_couple_to_strain(whole: Path):
    kept = dict(ag.kept_configurations(whole))
    assert len(kept) == 4
    potential = ag.load_potential("kumar2021")
    one, other = list(kept.values())[:2]
    gamma = deformation_potentials(energy_difference_per_strain(one, other.replace(box=one.box), potential))
    assert min(gamma) >= 0


def test_an_interrupted_run_gives_the_same_tables(whole: Path, tmp_path: Path):
    store = StudyStore.create(tmp_path / "pieces", read_study(study_file(tmp_path)))
    assert run_in_pieces(store, 1) > 1
    collect(store)
    for name in FILES:
        pd.testing.assert_frame_equal(pd.read_parquet(whole / name), pd.read_parquet(store.folder / name))


def test_bad_settings_are_refused_in_one_line(tmp_path: Path):
    for line, message in (("splitting_below = 0", "splitting_below"), ("images = 5", "images"), ("mots = 3", "mots")):
        with pytest.raises(ag.InputError, match=message) as error:
            read_study(study_file(tmp_path, line))
        assert "\n" not in str(error.value)


def test_shipped_workflows():
    for name in sorted(file.stem for file in WORKFLOWS.glob("tls_*.toml")):
        settings = read_study(name)
        assert settings.model == "two_level_systems" and settings.search.temperature < settings.sample.temperature


def test_aging_lowers_the_energy_and_is_the_same_in_pieces(tmp_path: Path, whole: Path):
    file = study_file(tmp_path)
    file.write_text(file.read_text(encoding="utf-8") + "\n[aging]\ntemperature = 0.1\nsteps = 1500\n", encoding="utf-8")
    stores = [StudyStore.create(tmp_path / name, read_study(file)) for name in ("aged", "pieces")]
    assert run_serial(stores[0], Silent()).complete and run_in_pieces(stores[1], 1) > 1
    for store in stores:
        collect(store)
    for name in FILES:
        pd.testing.assert_frame_equal(*(pd.read_parquet(store.folder / name) for store in stores))
    aged, young = ag.load_study(stores[0].folder).realizations, ag.load_study(whole).realizations
    assert (aged["status"] == "ok").all() and (aged["sweep"] == young["sweep"]).all()
    assert aged["energy"].mean() < young["energy"].mean()
    assert stores[0].physics_hash != StudyStore(whole).physics_hash


def test_an_aging_that_fails_is_an_error_of_its_glass(tmp_path: Path):
    """Particles that fly apart end no run: every glass has a row that says what happened."""
    file = study_file(tmp_path)
    aging = "\n[aging]\ntemperature = 1000.0\ntime_step = 0.05\nsteps = 400\n"
    file.write_text(file.read_text(encoding="utf-8") + aging, encoding="utf-8")
    store = StudyStore.create(tmp_path / "out", read_study(file))
    assert run_serial(store, Silent()).complete
    collect(store)
    realizations = ag.load_study(store.folder).realizations
    assert len(realizations) == 4 and (realizations["status"] == "error").all()
    assert realizations["reason"].str.len().min() > 10
