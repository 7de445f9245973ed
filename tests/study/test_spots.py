"""The table of pseudo-harmonic modes: the same bytes however a study is run, and everywhere a table goes."""

from __future__ import annotations

import hashlib
import multiprocessing
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from studies import DEFAULTS, SPOTS, STUDY, Silent, atomglass, require_extended, same_tables
from study_runs import edit, edit_manifest, run_in_pieces, run_until_killed, said, whole_run

import atomglass as ag
from atomglass.study.archive.join import join_studies
from atomglass.study.archive.publish import publish_tables
from atomglass.study.collect import collect
from atomglass.study.crosscheck import crosscheck
from atomglass.study.errors import DamagedShard
from atomglass.study.execution import chain as chains
from atomglass.study.execution.runners import run_serial
from atomglass.study.load import load_study
from atomglass.study.registry import read_study
from atomglass.study.schema import REALIZATIONS, schema
from atomglass.study.schema import SPOTS as COLUMNS
from atomglass.study.store import checkpoints, shards
from atomglass.study.store.study_store import StudyStore

#: Columns of the realizations that earlier versions did not write.
NEW = {"rigid", "spot_count", "spot_starts", "spots_below", "spots_not_converged", "spot_start_frequency"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with pseudo-harmonic modes after one uninterrupted serial run, collected."""
    folder = tmp_path_factory.mktemp("spots")
    file = folder / "study.toml"
    file.write_text(STUDY.format(**DEFAULTS | SPOTS), encoding="utf-8")
    store = StudyStore.create(folder / "out", read_study(file))
    assert run_serial(store, Silent()).complete
    assert collect(store).rows["spots"] > 15
    return store.folder


def test_the_table_agrees_with_the_realizations(whole: Path) -> None:
    study = load_study(whole)
    spots, realizations = study.spots, study.realizations.set_index("realization")
    assert spots is not None and list(spots.columns) == [column.name for column in COLUMNS]
    counts = spots.groupby("realization").size().reindex(realizations.index, fill_value=0)
    assert (counts == realizations["spot_count"]).all()
    assert (spots["chain"] == realizations["chain"].loc[spots["realization"]].to_numpy()).all()
    assert (spots["spot"] == spots.groupby("realization").cumcount()).all()
    assert (spots.groupby("realization")["stiffness"].diff().dropna() >= 0).all()
    np.testing.assert_allclose(spots["frequency"] ** 2, spots["stiffness"], rtol=1e-12)
    np.testing.assert_allclose(spots["b2"], spots["stiffness"], rtol=1e-6)
    described = study.columns[study.columns["table"] == "spots"]
    assert described["column"].tolist() == list(spots.columns) and (described["meaning"] != "").all()
    assert pq.read_schema(whole / "spots.parquet").equals(schema(COLUMNS), check_metadata=True)


@pytest.mark.extended
def test_two_workers_give_the_bytes_of_a_serial_run(whole: Path, study_file, tmp_path: Path) -> None:
    done = atomglass("run", study_file(**SPOTS), "--out", tmp_path / "out", "--workers", 2)
    assert done.returncode == 0, done.stderr
    collect(StudyStore(tmp_path / "out"))
    assert same_tables(whole, tmp_path / "out")


def test_an_interrupted_run_gives_the_bytes_of_a_serial_run(
    whole: Path, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chains, "CHECKPOINT_FRACTION", 1e9)
    store = StudyStore.create(tmp_path / "out", settings(**SPOTS))
    assert run_in_pieces(store, 1) >= 10
    collect(store)
    assert same_tables(whole, store.folder)


@pytest.mark.extended
@pytest.mark.parametrize("point", ["shard.name:2", "shard.write:3", "checkpoint.name:5", "checkpoint.write:8"])
def test_a_killed_run_gives_the_bytes_of_a_serial_run(whole: Path, settings, tmp_path: Path, point: str) -> None:
    child = multiprocessing.get_context("fork").Process(
        target=run_until_killed, args=(tmp_path / "out", settings(**SPOTS), point)
    )
    child.start()
    child.join(60)
    assert child.exitcode == -9, f"{point} was not reached"
    whole_run(tmp_path / "out", settings(**SPOTS))
    assert same_tables(whole, tmp_path / "out")


def test_an_extended_study_equals_a_larger_one_but_for_its_numbers(whole: Path, settings, tmp_path: Path) -> None:
    small = StudyStore.create(tmp_path / "out", settings(chains=2, realizations=3, **SPOTS))
    assert run_serial(small, Silent()).complete
    larger = StudyStore.create(tmp_path / "out", settings(**SPOTS), extend=True)
    assert run_serial(larger, Silent()).complete
    collect(larger)
    require_extended(larger.folder, 2, 3, whole)


def test_pending_spots_survive_a_checkpoint(whole: Path, settings) -> None:
    study = settings(**SPOTS)
    model = StudyStore(whole).model
    sampler = model.start(study, 0)
    model.advance(study, sampler, model.steps(study, 0), lambda count: None)
    done = model.realize(study, sampler, lambda: None)
    assert len(done.tables["spots"]) == done.row["spot_count"] > 0
    before = checkpoints.Checkpoint(sampler.state(), 1, [done])
    after = checkpoints.decode(checkpoints.encode(before, 0, sampler.sweep, "x"), 0, "x").pending[0]
    further = model.further_tables(study)
    one, two = (shards.encode([found], {}, model, further) for found in (done, after))
    assert one == two


def test_a_study_without_spots_has_no_table(undisturbed: Path, tmp_path: Path) -> None:
    assert load_study(undisturbed).spots is None and not (undisturbed / "spots.parquet").exists()
    shutil.copytree(undisturbed, tmp_path / "out")
    (tmp_path / "out" / "spots.parquet").write_bytes(b"stale")
    before = (tmp_path / "out" / "modes.parquet").read_bytes()
    with pytest.raises(ag.InputError, match=r"spots\.parquet does not belong to this study"):
        collect(StudyStore(tmp_path / "out"))
    assert (tmp_path / "out" / "modes.parquet").read_bytes() == before


class _Older:
    """The model as it was before the new columns of the realizations."""

    def __init__(self, model) -> None:
        self.mode_columns = model.mode_columns
        self.realization_columns = tuple(column for column in REALIZATIONS if column.name not in NEW)


def test_shards_of_an_earlier_version_are_collected(settings, tmp_path: Path) -> None:
    store = StudyStore.create(tmp_path / "out", settings(chains=1))
    assert run_serial(store, Silent()).complete
    collect(store)
    new = load_study(store.folder)
    path = next((store.folder / "shards" / "00000").glob("000002-*"))
    shard = shards.read(path)
    realizations = [
        chains.Realization(
            {key: value for key, value in row.items() if key not in NEW},
            [mode for mode in shard.modes.to_pylist() if mode["index_in_chain"] == row["index_in_chain"]],
        )
        for row in shard.realizations.to_pylist()
    ]
    path.write_bytes(shards.encode(realizations, shard.provenance, _Older(store.model), {}))
    collect(store)
    old = load_study(store.folder)
    assert old.realizations["rigid"].isna().tolist() == [False, False, True, True, False]
    unchanged = [name for name in new.realizations if name not in NEW]
    pd.testing.assert_frame_equal(old.realizations[unchanged], new.realizations[unchanged])
    pd.testing.assert_frame_equal(old.modes, new.modes)


def test_a_shard_that_lacks_the_table_is_computed_again(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "out")
    store = StudyStore(tmp_path / "out")
    path = next((store.folder / "shards" / "00001").glob("000002-*"))
    shard = shards.read(path)
    realizations = [chains.Realization(row) for row in shard.realizations.to_pylist()]
    path.write_bytes(shards.encode(realizations, shard.provenance, store.model, {}))
    with pytest.raises(DamagedShard, match="no table spots"):
        store.read_shard(1, (2, 4))
    assert run_serial(store, Silent()).complete
    assert not collect(store).damaged
    assert same_tables(whole, store.folder)


def test_published_spots_are_those_of_the_study(whole: Path, tmp_path: Path) -> None:
    publish_tables(whole, tmp_path / "data")
    ours, theirs = load_study(whole), load_study(tmp_path / "data")
    assert theirs.spots is not None and theirs.spots["stiffness"].dtype == np.float32
    pd.testing.assert_frame_equal(ours.spots, theirs.spots, check_dtype=False, rtol=1e-6)
    assert theirs.realizations.equals(ours.realizations)
    sums = dict(reversed(line.split()) for line in (tmp_path / "data" / "SHA256SUMS").read_text().splitlines())
    assert sums["spots.parquet"] == hashlib.sha256((tmp_path / "data" / "spots.parquet").read_bytes()).hexdigest()
    shutil.copytree(whole, tmp_path / "bare")
    (tmp_path / "bare" / "spots.parquet").unlink()
    with pytest.raises(ag.InputError, match=r"other files \(spots\.parquet\)"):
        publish_tables(tmp_path / "bare", tmp_path / "data")


def test_modes_and_spots_above_a_fixed_frequency_are_left_out(whole: Path, tmp_path: Path) -> None:
    full = load_study(whole)
    bound = float(full.spots["frequency"].median())
    said("publish", whole, "--out", tmp_path / "data", "--below-frequency", bound, "--spots-below", bound)
    cut = load_study(tmp_path / "data")
    for name, count in (("modes", "mode_count"), ("spots", "spot_count")):
        before, after = getattr(full, name), getattr(cut, name)
        kept = before[before["frequency"] < bound]
        assert len(kept) < len(before)
        assert after["realization"].tolist() == kept["realization"].tolist()
        np.testing.assert_allclose(after["frequency"], kept["frequency"], rtol=1e-6)
        expected = kept.groupby("realization").size().reindex(full.realizations["realization"], fill_value=0)
        assert cut.realizations[count].tolist() == expected.tolist()
    selected = cut.modes[cut.modes["is_qlm"]].groupby("realization").size()
    assert cut.realizations["qlm_count"].tolist() == selected.reindex(range(15), fill_value=0).tolist()
    for name in ("complete_below", "spots_below"):
        np.testing.assert_array_equal(cut.realizations[name], np.minimum(full.realizations[name], bound))
    assert len(cut.realizations) == len(full.realizations)
    with pytest.raises(ag.InputError, match="--below-frequency is 0"):
        publish_tables(whole, tmp_path / "other", below_frequency=0)


def test_glasses_without_a_first_phonon_survive_a_cut_at_a_multiple_of_it(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "out", ignore=shutil.ignore_patterns("SHA256SUMS"))
    soft = int(load_study(whole).modes["realization"].iloc[0])
    for name in ("modes", "realizations"):  # whichever glasses are rigid on this processor, this one is not
        edit(tmp_path / "out", name, soft, first_phonon_frequency=np.nan)
    edit(tmp_path / "out", "realizations", soft + 1, complete_below=np.nan)
    publish_tables(tmp_path / "out", tmp_path / "data", below=0.5)
    full, cut = load_study(tmp_path / "out"), load_study(tmp_path / "data")
    of_soft = cut.modes[cut.modes["realization"] == soft]
    assert len(of_soft) == (full.modes["realization"] == soft).sum()
    rows = cut.realizations.set_index("realization")
    assert rows["complete_below"][soft] == full.realizations.set_index("realization")["complete_below"][soft]
    assert np.isnan(rows["complete_below"][soft + 1]), "what was not known to be complete has no bound"
    rest = cut.modes[cut.modes["first_phonon_frequency"].notna()]
    assert (rest["frequency"] < 0.5 * rest["first_phonon_frequency"] * (1 + 1e-6)).all()
    pd.testing.assert_frame_equal(cut.spots, full.spots, check_dtype=False, rtol=1e-6)


def test_joined_spots_keep_every_number(whole: Path, study_file, tmp_path: Path) -> None:
    other = tmp_path / "other"
    file = study_file(chains=1, **SPOTS)
    file.write_text(file.read_text().replace("seed = 7", "seed = 8"))
    store = StudyStore.create(other, read_study(file))
    assert run_serial(store, Silent()).complete
    collect(store)
    publish_tables(other, tmp_path / "published")
    join_studies([whole, tmp_path / "published"], tmp_path / "joined")
    joined, parts = load_study(tmp_path / "joined"), [load_study(whole), load_study(other)]
    assert len(joined.spots) == sum(len(part.spots) for part in parts)
    counts = joined.spots.groupby("realization").size().reindex(joined.realizations["realization"], fill_value=0)
    assert counts.tolist() == joined.realizations["spot_count"].tolist()
    assert sorted(joined.spots["chain"].unique()) == [0, 1, 2, 3]
    np.testing.assert_allclose(
        joined.spots["stiffness"], pd.concat([part.spots["stiffness"] for part in parts]), rtol=1e-6
    )


def test_a_table_of_an_earlier_version_joins_one_of_this(whole: Path, study_file, tmp_path: Path) -> None:
    later = tmp_path / "later"
    shutil.copytree(whole, later, ignore=shutil.ignore_patterns("SHA256SUMS"))
    edit_manifest(later, lambda manifest: manifest["settings"].update(seed=9))
    table = pq.read_table(later / "realizations.parquet").drop_columns(sorted(NEW))
    pq.write_table(table, later / "realizations.parquet")
    for order in ([whole, later], [later, whole]):
        out = tmp_path / f"joined{order[0].name}"
        join_studies(order, out)
        joined = load_study(out).realizations
        assert joined["rigid"].isna().sum() == 15 and joined["energy"].notna().sum() == 30


def test_crosscheck_compares_spots(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "out", ignore=shutil.ignore_patterns("SHA256SUMS"))
    found = crosscheck(whole, tmp_path / "out")
    assert found.spots == len(load_study(whole).spots) and not found.disagreeing_spots
    assert found.worst_spot_frequency == 0
    spots = pd.read_parquet(tmp_path / "out" / "spots.parquet")
    spots.loc[0, "frequency"] *= 1 + 1e-6
    spots.drop(index=len(spots) - 1).to_parquet(tmp_path / "out" / "spots.parquet")
    found = crosscheck(whole, tmp_path / "out")
    assert found.disagreeing_spots == [int(spots["realization"].iloc[0]), int(spots["realization"].iloc[-1])]
    assert not found.disagreeing
    assert "pseudo-harmonic" in said("crosscheck", whole, tmp_path / "out", status=1)
    (tmp_path / "out" / "spots.parquet").unlink()
    with pytest.raises(ag.InputError, match="only one"):
        crosscheck(whole, tmp_path / "out")


def test_commands_name_the_table(whole: Path, study_file, tmp_path: Path) -> None:
    assert "realizations, modes, spots" in said("plan", study_file(**SPOTS), "--no-measure")
    assert "further tables: spots" in said("status", whole)
    shutil.copytree(whole, tmp_path / "out")
    printed = said("collect", tmp_path / "out", "--no-figures")
    assert "spots.parquet" in printed and f"spots: {len(load_study(whole).spots)} rows" in printed


def test_a_column_that_follows_from_the_settings_is_filled_in_older_shards(
    settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = tuple(column for column in REALIZATIONS if column.name != "spots_below")
    store = StudyStore.create(tmp_path / "out", settings(chains=1, realizations=2, **SPOTS))
    monkeypatch.setattr(type(store.model), "realization_columns", older)
    assert run_serial(store, Silent()).complete
    monkeypatch.undo()
    collect(StudyStore(store.folder))
    assert (load_study(store.folder).realizations["spots_below"] == store.settings.modes.below).all()
