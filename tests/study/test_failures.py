"""Failed realizations are rows with status and reason; damaged files are found; errors are one line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from studies import Silent, atomglass, same_tables
from study_runs import ORIGIN, StopAfter

from atomglass.errors import InputError
from atomglass.settings import shipped_folder
from atomglass.study.collect import collect
from atomglass.study.errors import DamagedShard, Stopped
from atomglass.study.execution import chain as chains
from atomglass.study.execution.runners import run_serial
from atomglass.study.load import load_study
from atomglass.study.models import glass_realization as realizations
from atomglass.study.registry import read_study
from atomglass.study.store import shards
from atomglass.study.store.study_store import StudyStore
from atomglass.system.interactions import energy


def collected(store: StudyStore):
    assert run_serial(store, Silent()).complete
    collect(store)
    return load_study(store.folder)


def test_a_quench_that_does_not_converge_is_a_row(settings, tmp_path: Path) -> None:
    study_folder = tmp_path / "out"
    study = collected(StudyStore.create(study_folder, settings(iterations=5, chains=2)))
    rows = study.realizations
    assert rows["status"].tolist() == ["not_converged"] * 10 and not len(study.modes)
    assert rows["reason"].str.contains("raise max_iterations").all()
    assert (rows["max_force"] > 1e-10).all() and rows["energy"].notna().all(), "what is known of it is kept"
    assert rows["shear_modulus"].isna().all()
    # Every solver was tried, from the same liquid, and left a row.
    assert (rows["attempt_count"] == 3).all() and (rows["solver"] == "short steps").all()
    attempts = pd.read_parquet(study_folder / "attempts.parquet")
    assert attempts["solver"].tolist() == [solver.name for solver in realizations.SOLVERS] * 10
    assert (attempts["status"] == "not_converged").all() and (attempts["seconds"] > 0).all()
    assert attempts["realization"].tolist() == [i for i in range(10) for _ in range(3)]


def test_the_next_solver_succeeds_where_one_fails(undisturbed: Path, settings, tmp_path: Path, monkeypatch) -> None:
    original = realizations.quench

    def newton_fails(configuration, potential, tolerance, iterations, step, newton, *rest):
        return original(configuration, potential, tolerance, 3 if newton else iterations, step, newton, *rest)

    monkeypatch.setattr(realizations, "quench", newton_fails)
    rows = collected(StudyStore.create(tmp_path / "out", settings())).realizations
    first = load_study(undisturbed).realizations
    assert (rows["status"] == "ok").all() and (rows["solver"] == "conjugate gradients").all()
    assert (rows["attempt_count"] == 2).all()
    assert rows["liquid_energy_per_particle"].tolist() == first["liquid_energy_per_particle"].tolist()
    # A different path may end in a different basin, but rarely does.
    assert (np.abs(rows["energy"] - first["energy"]) < 1e-9).sum() >= 12


def test_a_saddle_is_a_row(settings, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(realizations.ReducedHessian, "is_minimum", property(lambda self: False))
    study = collected(StudyStore.create(tmp_path / "out", settings(chains=1)))
    assert (study.realizations["status"] == "not_a_minimum").all()
    assert (study.realizations["is_minimum"] == False).all() and not len(study.modes)  # noqa: E712
    assert study.realizations["reason"].str.contains("negative eigenvalue").all()


def test_an_exception_is_a_row_and_does_not_affect_others(
    undisturbed: Path, settings, tmp_path: Path, monkeypatch
) -> None:
    original = realizations.quench
    store = StudyStore.create(tmp_path / "out", settings())
    healthy = load_study(undisturbed).realizations
    sick = healthy.query("chain == 1 and index_in_chain == 2")["liquid_energy_per_particle"].item()

    def failing_quench(configuration, potential, *rest):
        if energy(configuration, potential) / len(configuration) == sick:
            raise ZeroDivisionError("made up")
        return original(configuration, potential, *rest)

    monkeypatch.setattr(realizations, "quench", failing_quench)
    rows = collected(store).realizations
    failed = rows[rows["status"] != healthy["status"]]
    assert failed[["chain", "index_in_chain", "status"]].to_numpy().tolist() == [[1, 2, "error"]]
    assert failed["reason"].item() == "ZeroDivisionError: made up"
    assert failed["attempt_count"].item() == 2, "an exception is tried again, identically"
    pd.testing.assert_frame_equal(rows.drop(index=7), healthy.drop(index=7), check_dtype=False, check_exact=True)


@pytest.mark.parametrize("harm", ["truncated", "bit flipped", "emptied"])
def test_a_damaged_checkpoint_is_replaced_by_the_one_before(
    undisturbed: Path, settings, tmp_path: Path, harm: str
) -> None:
    store = StudyStore.create(tmp_path / "out", settings())
    for chain in range(3):
        with pytest.raises(Stopped):
            chains.run_chain(store, chain, StopAfter(4), ORIGIN)
        damage(store.checkpoint_path(chain), harm)
    progress = Silent()
    assert run_serial(store, progress).complete
    assert len(progress.notices) == 3 and all("is damaged" in line for line in progress.notices)
    collect(store)
    assert same_tables(undisturbed, store.folder)


def test_a_chain_that_lost_a_shard_is_computed_again(undisturbed: Path, settings, tmp_path: Path) -> None:
    store = StudyStore.create(tmp_path / "out", settings())
    assert run_serial(store, Silent()).complete
    next((store.folder / "shards" / "00001").glob("000000-*")).unlink()
    next((store.folder / "shards" / "00002").glob("000002-*")).unlink()
    assert run_serial(store, Silent()).complete
    collect(store)
    assert same_tables(undisturbed, store.folder)


def test_diameters_drawn_independently_or_at_quantiles(settings, tmp_path: Path) -> None:
    means = {}
    for kind in ("iid", "quantile"):
        store = StudyStore.create(tmp_path / kind, settings(diameters=kind, realizations=1))
        means[kind] = collected(store).realizations["mean_diameter"]
    assert means["quantile"].std() < 1e-12 and means["iid"].std() > 1e-3
    # The density p ~ sigma^-3 on [smin, 2.219 smin], scaled as in the paper, has mean 1.
    assert means["quantile"][0] == pytest.approx(1, abs=0.02)


def test_a_study_with_sizes_of_its_own(study_file, tmp_path: Path) -> None:
    """`[sample.sizes]` replaces the size law of a potential given by name, and is stored with the potential."""
    law = 'law = "discrete"\nvalues = [1.0, 1.4]'
    settings = read_study(study_file(diameters="quantile", realizations=1, sample=f"[sample.sizes]\n{law}"))
    store = StudyStore.create(tmp_path / "named", settings)
    assert collected(store).realizations["mean_diameter"].tolist() == pytest.approx([1.2] * 3)
    stored = json.loads((store.folder / "study.json").read_text())["settings"]
    assert stored["potential"]["diameters"] == {"law": "discrete", "values": [1.0, 1.4], "fractions": []}
    assert StudyStore(store.folder).physics_hash == settings.physics_hash

    whole = shipped_folder("potentials").joinpath("kumar2021.toml").read_text().split("[diameters]")[0]
    (tmp_path / "own.toml").write_text(f"{whole}[diameters]\n{law}\n")
    file = study_file(diameters="quantile", realizations=1, potential=str(tmp_path / "own.toml"))
    assert read_study(file).physics_hash == settings.physics_hash


def test_a_study_in_three_dimensions(settings, tmp_path: Path) -> None:
    three = settings(potential="kumar2021_3d", particles=216, chains=1, realizations=2, equilibration=100)
    study = collected(StudyStore.create(tmp_path / "out", three))
    rows = study.realizations
    assert rows["status"].tolist() == ["ok", "ok"] and (rows["dimension"] == 3).all()
    np.testing.assert_allclose(rows["transverse_speed"], np.sqrt(rows["shear_modulus"] / rows["density"]))
    side = (216 / rows["density"]) ** (1 / 3)
    np.testing.assert_allclose(rows["first_phonon_frequency"], 2 * np.pi * rows["transverse_speed"] / side)
    assert rows["complete"].all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"particles": 20}, "sample.particles"),
        ({"diameters": "iidd"}, "'iid' or 'quantile'"),
        ({"potential": "kumar2022"}, "did you mean 'kumar2021'"),
        ({"chains": 0}, "ensemble.chains"),
        ({"sample": "tempreture = 1"}, "did you mean 'temperature'"),
        ({"sample": "max_displacement = -1"}, "sample.max_displacement"),
        ({"shard": "true"}, "realizations_per_shard"),
        ({"potential": "kob_andersen_2d", "sample": "[sample.sizes]\nratio = 1.1"}, "its species have their sizes"),
        ({"sample": '[sample.sizes]\nlaw = "gauss"'}, "sample.sizes: law is 'gauss'"),
        ({"sample": '[sample.sizes]\nlaw = "file"\npath = "none.txt"'}, "(No such file or directory)"),
        ({"sample": '[sample.sizes]\nlaw = "uniform"\nminimum = 1\nmaximum = 7'}, "spread of the diameters"),
        ({"sample": '[sample.sizes]\nlaw = "gaussian"\nmean = 3\npolydispersity = 0.05'}, "sample.particles"),
    ],
)
def test_an_invalid_setting_is_one_line_and_writes_nothing(study_file, tmp_path: Path, changes, words) -> None:
    from typer.testing import CliRunner

    from atomglass.cli.main import app

    done = CliRunner().invoke(app, ["run", str(study_file(**changes)), "--out", str(tmp_path / "out")])
    assert isinstance(done.exception, InputError)
    assert words in str(done.exception) and "\n" not in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_a_folder_with_other_files_is_not_changed(study_file, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("x")
    done = atomglass("run", study_file(), "--out", tmp_path / "thesis")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1) and "holds other files" in done.stderr
    assert [p.name for p in (tmp_path / "thesis").iterdir()] == ["chapter.tex"]


def test_collect_and_load_report_what_is_missing(settings, tmp_path: Path) -> None:
    store = StudyStore.create(tmp_path / "out", settings())
    with pytest.raises(InputError, match="nothing to collect"):
        collect(store)
    with pytest.raises(InputError, match="run `atomglass collect"):
        load_study(store.folder)
    with pytest.raises(InputError, match="no study in"):
        StudyStore(tmp_path)
    (store.folder / "study.json").write_text(json.dumps({"settings": {"name": "x"}}))
    with pytest.raises(InputError, match="is missing"):
        StudyStore(store.folder)


def damage(path: Path, harm: str) -> None:
    """Damage a file as disks and networks do."""
    content = bytearray(path.read_bytes())
    if harm == "truncated":
        content = content[: len(content) // 2]
    elif harm == "emptied":
        content = content[:0]
    else:
        content[_place(path, len(content))] ^= 4
    path.write_bytes(content)


def _place(path: Path, size: int) -> int:
    """Return the place of a byte that matters: a shard also holds statistics, names and meanings."""
    if path.suffix != ".parquet":
        return size // 8
    group = pq.read_metadata(path).row_group(0)
    energy = next(group.column(k) for k in range(group.num_columns) if group.column(k).path_in_schema == "energy")
    start = energy.dictionary_page_offset if energy.has_dictionary_page else energy.data_page_offset
    return start + energy.total_compressed_size - 2  # in the values of its last page


@pytest.mark.parametrize("harm", ["truncated", "bit flipped", "emptied"])
def test_a_damaged_shard_is_found_reported_and_computed_again(
    undisturbed: Path, settings, tmp_path: Path, harm: str
) -> None:
    store = StudyStore.create(tmp_path / "out", settings())
    assert run_serial(store, Silent()).complete
    damage(next((store.folder / "shards" / "00001").glob("000002-*")), harm)
    found = collect(store)
    assert len(found.damaged) == 1 and found.damaged[0].startswith("chain 1, realizations 2 to 3: ")
    assert found.missing == [(1, 2, 4)] and found.realizations.num_rows == 13
    progress = Silent()
    assert run_serial(store, progress).complete
    assert len(progress.notices) == 1 and "computed again" in progress.notices[0]
    assert len(list((store.folder / "damaged").iterdir())) == 1
    assert collect(store).damaged == []
    assert same_tables(undisturbed, store.folder)


def test_every_flipped_bit_of_a_shard_is_found(undisturbed: Path, tmp_path: Path) -> None:
    path = next((undisturbed / "shards" / "00001").glob("000002-*"))
    good, damaged = path.read_bytes(), tmp_path / "damaged.parquet"
    rng = np.random.default_rng(3)
    whole = shards.read(path)
    for place in rng.integers(0, len(good), 300):
        content = bytearray(good)
        content[place] ^= 1 << rng.integers(0, 8)
        damaged.write_bytes(content)
        try:
            read = shards.read(damaged)
        except DamagedShard:
            continue
        # Some bytes of the file (versions, statistics, padding) do not affect the data.
        for name in ("realizations", "modes", "attempts"):
            assert getattr(read, name).to_pandas().equals(getattr(whole, name).to_pandas())
