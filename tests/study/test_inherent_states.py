"""A study keeps the inherent states that its settings ask for, and they belong to its rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from studies import Silent, atomglass

import atomglass as ag
from atomglass.study.collect import collect
from atomglass.study.execution.runners import run_serial
from atomglass.study.settings import StudySettings
from atomglass.study.store.study_store import StudyStore


@pytest.fixture
def study(settings: Callable[..., StudySettings], tmp_path: Path) -> StudyStore:
    """A small, complete study with every glass kept."""
    store = StudyStore.create(tmp_path / "study", settings(chains=2))
    assert run_serial(store, Silent()).complete
    collect(store)
    return store


def with_keep(settings: StudySettings, keep: str) -> StudySettings:
    return settings.model_copy(
        update={"ensemble": settings.ensemble.model_copy(update={"keep_configurations": keep})}
    )  # fmt: skip


def test_the_glass_has_the_energy_and_the_modes_of_its_row(study: StudyStore):
    tables = ag.load_study(study.folder)
    potential = study.settings.pair_potential
    for _, row in tables.realizations.iterrows():
        glass = ag.load_configuration(study.folder, row["realization"])
        assert ag.energy(glass, potential) == pytest.approx(row["energy"], rel=1e-13)
        assert np.abs(ag.forces(glass, potential)).max() <= 1e-10
    row = tables.modes.iloc[0]
    modes = ag.lowest_modes(ag.load_configuration(study.folder, row["realization"]), potential, 1)
    assert modes.frequencies[0] == pytest.approx(row["frequency"], rel=1e-8)


def test_all_are_kept_in_order(study: StudyStore):
    numbers = [number for number, _ in ag.kept_configurations(study.folder)]
    assert numbers == list(range(10))


def test_only_glasses_with_quasi_localized_modes_are_kept_by_default(
    settings: Callable[..., StudySettings], tmp_path: Path
):
    # At this size no mode satisfies the default selection; some satisfy a wider one.
    wide = settings(particles=100)
    wide = wide.model_copy(
        update={"qlm": wide.qlm.model_copy(update={"participation_ratio": 0.45, "frequency_share": 1.0})}
    )
    store = StudyStore.create(tmp_path / "qlm", with_keep(wide, "qlm"))
    run_serial(store, Silent())
    collect(store)
    rows = ag.load_study(store.folder).realizations
    wanted = rows.loc[rows["qlm_count"] > 0, "realization"].tolist()
    assert 0 < len(wanted) < len(rows)
    assert [number for number, _ in ag.kept_configurations(store.folder)] == wanted


def test_none_are_kept_if_none_are_asked_for(settings: Callable[..., StudySettings], tmp_path: Path):
    store = StudyStore.create(tmp_path / "none", with_keep(settings(chains=1), "none"))
    run_serial(store, Silent())
    assert not list(ag.kept_configurations(store.folder))
    with pytest.raises(ag.InputError, match="keep_configurations"):
        ag.load_configuration(store.folder, 0)


def test_a_damaged_file_is_found_and_computed_again(study: StudyStore):
    before = {number: state.positions.tobytes() for number, state in ag.kept_configurations(study.folder)}
    path = next((study.folder / "configurations" / "00001").glob("*.parquet"))
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)
    with pytest.raises(ag.InputError, match="chain 1"):
        list(ag.kept_configurations(study.folder))
    progress = Silent()
    assert run_serial(study, progress).complete
    assert any("inherent states" in line for line in progress.notices)
    after = {number: state.positions.tobytes() for number, state in ag.kept_configurations(study.folder)}
    assert after == before


def test_export_writes_a_file_that_reads_back(study: StudyStore, tmp_path: Path):
    done = atomglass("export", study.folder, 3, "--out", tmp_path / "glass.extxyz")
    assert done.returncode == 0, done.stderr
    glass = ag.load_configuration(study.folder, 3)
    assert np.array_equal(ag.read(tmp_path / "glass.extxyz").positions, glass.positions)


@pytest.mark.parametrize("number", [-1, 10])
def test_a_missing_realization_is_refused(study: StudyStore, number: int, tmp_path: Path):
    done = atomglass("export", study.folder, "--out", tmp_path / "x.npz", "--", number)
    assert done.returncode == 2
    assert "0 to 9" in done.stderr and len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "x.npz").exists()


def test_a_study_of_an_earlier_version_can_be_collected_but_not_continued(
    study: StudyStore, settings: Callable[..., StudySettings], monkeypatch: pytest.MonkeyPatch
):
    before = (study.folder / "modes.parquet").read_bytes()
    monkeypatch.setattr("atomglass.study.settings.StudyBase.version", 1_000_000)
    collected = collect(StudyStore(study.folder))
    assert not collected.damaged and not collected.missing
    assert (study.folder / "modes.parquet").read_bytes() == before
    with pytest.raises(ag.InputError, match="kernel_version"):
        StudyStore.create(study.folder, settings(chains=2))
