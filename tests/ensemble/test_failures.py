"""A realization that fails is a row with its status and reason; a damaged file is found; mistakes are one line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import Silent, atomglass, same_tables

from atomglass.ensemble import chain as chains
from atomglass.ensemble import realization as realizations
from atomglass.ensemble.runners import run_serial
from atomglass.ensemble.store import StudyStore
from atomglass.ensemble.tables import collect, load_study
from atomglass.errors import InputError
from atomglass.interactions import energy


def collected(store: StudyStore):
    assert run_serial(store, Silent()).complete
    collect(store)
    return load_study(store.folder)


def test_a_quench_that_does_not_converge_is_a_row(settings, tmp_path: Path) -> None:
    study = collected(StudyStore.create(tmp_path / "out", settings(iterations=5, chains=2)))
    rows = study.realizations
    assert rows["status"].tolist() == ["not_converged"] * 10 and not len(study.modes)
    assert rows["reason"].str.contains("raise max_iterations").all()
    assert (rows["max_force"] > 1e-10).all() and rows["energy"].notna().all(), "what is known of it is kept"
    assert rows["shear_modulus"].isna().all()


def test_a_saddle_is_a_row(settings, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(realizations.ReducedHessian, "is_minimum", property(lambda self: False))
    study = collected(StudyStore.create(tmp_path / "out", settings(chains=1)))
    assert (study.realizations["status"] == "not_a_minimum").all()
    assert (study.realizations["is_minimum"] == False).all() and not len(study.modes)  # noqa: E712
    assert study.realizations["reason"].str.contains("negative eigenvalue").all()


def test_an_exception_is_a_row_and_the_others_are_unharmed(
    undisturbed: Path, settings, tmp_path: Path, monkeypatch
) -> None:
    honest = chains.realize
    store = StudyStore.create(tmp_path / "out", settings())
    healthy = load_study(undisturbed).realizations
    sick = healthy.query("chain == 1 and index_in_chain == 2")["liquid_energy_per_particle"].item()

    def sickly(configuration, potential, *rest):
        if energy(configuration, potential) / len(configuration) == sick:
            raise ZeroDivisionError("made up")
        return honest(configuration, potential, *rest)

    monkeypatch.setattr(chains, "realize", sickly)
    rows = collected(store).realizations
    failed = rows[rows["status"] != "ok"]
    assert failed[["chain", "index_in_chain", "status"]].to_numpy().tolist() == [[1, 2, "error"]]
    assert failed["reason"].item() == "ZeroDivisionError: made up"
    pd.testing.assert_frame_equal(rows.drop(index=7), healthy.drop(index=7), check_dtype=False, check_exact=True)


@pytest.mark.parametrize("harm", ["truncated", "bit flipped", "emptied"])
def test_a_damaged_checkpoint_is_found_and_the_one_before_it_taken(
    undisturbed: Path, settings, tmp_path: Path, harm: str
) -> None:
    store = StudyStore.create(tmp_path / "out", settings())
    from test_one_result import StopAfter

    for chain in range(3):
        with pytest.raises(chains.Stopped):
            chains.run_chain(store, chain, StopAfter(7))
        newest = store._checkpoint(chain)
        spoil(newest, harm)
    assert run_serial(store, Silent()).complete
    collect(store)
    assert same_tables(undisturbed, store.folder)


def test_a_chain_whose_first_shard_is_lost_is_computed_again(undisturbed: Path, settings, tmp_path: Path) -> None:
    store = StudyStore.create(tmp_path / "out", settings())
    assert run_serial(store, Silent()).complete
    next((store.folder / "shards" / "00001").glob("000000-*")).unlink()
    next((store.folder / "shards" / "00002").glob("000002-*")).unlink()
    assert run_serial(store, Silent()).complete
    collect(store)
    assert same_tables(undisturbed, store.folder)


def test_two_sizes_of_sample_disorder(settings, tmp_path: Path) -> None:
    means = {}
    for kind in ("iid", "quantile"):
        store = StudyStore.create(tmp_path / kind, settings(diameters=kind, realizations=1))
        means[kind] = collected(store).realizations["mean_diameter"]
    assert means["quantile"].std() < 1e-12 and means["iid"].std() > 1e-3
    # The law p ~ sigma^-3 on [smin, 2.219 smin], scaled to mean 1 in the paper's own way, has mean 1.
    assert means["quantile"][0] == pytest.approx(1, abs=0.02)


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
    ],
)
def test_a_mistake_in_the_settings_is_one_line_and_writes_nothing(study_file, tmp_path: Path, changes, words) -> None:
    from typer.testing import CliRunner

    from atomglass.cli import app

    done = CliRunner().invoke(app, ["run", str(study_file(**changes)), "--out", str(tmp_path / "out")])
    assert isinstance(done.exception, InputError)
    assert words in str(done.exception) and "\n" not in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_a_folder_with_other_files_is_left_alone(study_file, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("x")
    done = atomglass("run", study_file(), "--out", tmp_path / "thesis")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1) and "holds other files" in done.stderr
    assert [p.name for p in (tmp_path / "thesis").iterdir()] == ["chapter.tex"]


def test_collect_and_load_say_what_is_missing(settings, tmp_path: Path) -> None:
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


def spoil(path: Path, harm: str) -> None:
    """Damage a file in one of the ways that disks and networks do."""
    content = bytearray(path.read_bytes())
    if harm == "truncated":
        content = content[: len(content) // 2]
    elif harm == "emptied":
        content = content[:0]
    else:
        content[len(content) // 2] ^= 4
    path.write_bytes(content)


@pytest.mark.parametrize("harm", ["truncated", "bit flipped", "emptied"])
def test_a_damaged_shard_is_found(undisturbed: Path, settings, tmp_path: Path, harm: str) -> None:
    store = StudyStore.create(tmp_path / "out", settings())
    assert run_serial(store, Silent()).complete
    spoil(next((store.folder / "shards" / "00001").glob("000002-*")), harm)
    with pytest.raises(InputError, match=r"000002-000004.*damaged"):
        collect(store)
