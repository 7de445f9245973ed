"""Studies published in portions: joined when they are read, checked, and never rewritten."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from studies import Silent
from study_runs import edit_manifest
from study_tables import CHAINS, PER_CHAIN, write_study
from typer.testing import CliRunner

import atomglass as ag
from atomglass.cli.main import app
from atomglass.errors import InputError
from atomglass.study.archive.join import join_studies
from atomglass.study.archive.portions import publish_portion
from atomglass.study.archive.publish import Cuts, publish_tables
from atomglass.study.collect import collect
from atomglass.study.execution.runners import run_serial
from atomglass.study.followup.recurrence_table import load_recurrences
from atomglass.study.registry import read_study
from atomglass.study.store.manifest import sealed
from atomglass.study.store.study_store import StudyStore

SEEDS = (1, 2, 5)


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three studies that differ in their seeds."""
    folder = tmp_path_factory.mktemp("studies")
    return [write_study(folder / f"seed{seed}", seed, kernel_version=2) for seed in SEEDS]


@pytest.fixture(scope="module")
def published(studies: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("data") / "whole"
    for study in studies:
        publish_portion(study, out, Cuts())
    return out


@pytest.fixture
def copy(published: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return shutil.copytree(published, tmp_path / "copy")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_whole_is_what_joining_gives(studies: list[Path], published: Path, tmp_path: Path):
    join_studies(studies, tmp_path / "joined")
    ours, theirs = ag.load_study(published), ag.load_study(tmp_path / "joined")
    pd.testing.assert_frame_equal(ours.realizations, theirs.realizations)
    pd.testing.assert_frame_equal(ours.wells, theirs.wells)
    pd.testing.assert_frame_equal(load_recurrences(published), load_recurrences(tmp_path / "joined"))
    pd.testing.assert_frame_equal(ours.modes, theirs.modes, check_dtype=False, rtol=1e-6)  # single precision
    assert ours.settings == theirs.settings
    assert ours.settings["ensemble"]["chains"] == len(SEEDS) * CHAINS


def test_every_realization_has_a_number_of_its_own(published: Path):
    table = ag.load_study(published).realizations
    assert not table["realization"].duplicated().any()
    assert (table["realization"] == table["chain"] * PER_CHAIN + table["index_in_chain"]).all()
    assert sorted(table["chain"].unique()) == list(range(len(SEEDS) * CHAINS))


def test_pandas_reads_all_realizations_without_the_package(published: Path):
    expected = ag.load_study(published).realizations
    paths = sorted(published.glob("portion_*/realizations.parquet"))
    pd.testing.assert_frame_equal(pd.read_parquet(paths), expected)


def test_a_new_portion_leaves_the_others_as_they_are(copy: Path, tmp_path: Path):
    before = contents(copy)
    written = publish_portion(write_study(tmp_path / "new", 9, kernel_version=2), copy, Cuts())
    after = contents(copy)
    assert {name for name in before if before[name] != after[name]} == {"study.json"}
    assert {str(path.relative_to(copy)) for path in written} == {*(after.keys() - before.keys()), "study.json"}
    manifest = json.loads(after["study.json"])
    assert [part["first_chain"] for part in manifest["portions"]] == [0, CHAINS, 2 * CHAINS, 3 * CHAINS]
    assert manifest["portions"][:3] == json.loads(before["study.json"])["portions"]


def test_a_portion_is_readable_by_itself_but_cannot_be_continued_or_joined(published: Path, tmp_path: Path):
    whole, part = ag.load_study(published).realizations, ag.load_study(published / "portion_02").realizations
    expected = whole[whole["chain"].between(CHAINS, 2 * CHAINS - 1)].reset_index(drop=True)
    pd.testing.assert_frame_equal(part, expected)
    for folder in (published, published / "portion_02"):
        with pytest.raises(InputError, match="joined from several studies"):
            StudyStore.create(folder, read_study("kumar2021_n400"))
    with pytest.raises(InputError, match="is a portion of a larger study"):
        join_studies([published / "portion_01", published / "portion_02"], tmp_path / "out")


def test_portions_can_be_joined_with_another_study(published: Path, tmp_path: Path):
    join_studies([published, write_study(tmp_path / "more", 7, kernel_version=2)], tmp_path / "out")
    found = ag.load_study(tmp_path / "out")
    assert found.realizations["chain"].nunique() == (len(SEEDS) + 1) * CHAINS
    assert found.settings["seed"] == "1, 2, 5, 7"


def test_many_consecutive_seeds_are_summarized(tmp_path: Path):
    for seed in range(11, 16):
        study = write_study(tmp_path / f"{seed}", seed, kernel_version=2, extra=False)
        publish_portion(study, tmp_path / "whole", Cuts())
    settings = ag.load_study(tmp_path / "whole").settings
    assert settings["seed"] == "11 to 15"
    assert settings["portions"] == f"5 with one seed each: chains 0 to {5 * CHAINS - 1}, kernel version 2"


@pytest.fixture(scope="module")
def without_wells(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two portions without a table of wells, of which the synthetic one lacks columns."""
    folder = tmp_path_factory.mktemp("plain")
    for seed in (1, 2):
        publish_portion(write_study(folder / str(seed), seed, 2, extra=False), folder / "whole", Cuts())
    return folder / "whole"


@pytest.mark.extended
@pytest.mark.parametrize("command", ["analyze", "compare", "report"])
def test_commands_accept_the_folder_like_a_study(command: str, without_wells: Path, tmp_path: Path):
    out = [] if command == "compare" else ["--out", str(tmp_path / "out.html")]
    result = CliRunner().invoke(app, [command, str(without_wells), *out])
    assert result.exit_code == 0, result.output
    if command == "analyze":
        assert str(len(ag.load_study(without_wells).realizations)) in result.output


def test_modes_above_the_bounds_are_left_out(studies: list[Path], tmp_path: Path):
    command = ["publish", str(studies[0]), "--out", str(tmp_path / "out"), "--as-portion", "--below-frequency", "0.3"]
    assert CliRunner().invoke(app, command).exit_code == 0
    found = ag.load_study(tmp_path / "out")
    assert 0 < len(found.modes) == (ag.load_study(studies[0]).modes["frequency"] < 0.3).sum()
    assert found.realizations["complete_below"].max() <= 0.3


# --------------------------------------------------------------------------- damage


def loading_fails(folder: Path, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        ag.load_study(folder)
    assert "\n" not in str(caught.value)


def test_a_missing_portion_is_named(copy: Path):
    shutil.rmtree(copy / "portion_02")
    loading_fails(copy, r"portion_02 is missing, but the study's manifest lists it")


def test_a_missing_last_portion_is_noticed(copy: Path):
    shutil.rmtree(copy / "portion_03")
    loading_fails(copy, "portion_03 is missing")


@pytest.mark.parametrize("name", ["modes.parquet", "realizations.parquet", "wells.parquet"])
def test_a_damaged_table_is_named(copy: Path, name: str):
    path = copy / "portion_03" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    loading_fails(copy, rf"portion_03/{name} is damaged \(its SHA-256")
    path.unlink()
    loading_fails(copy, rf"portion_03/{name} is missing")


def test_a_portion_that_was_rewritten_is_noticed(studies: list[Path], copy: Path, tmp_path: Path):
    publish_portion(studies[0], tmp_path / "other", Cuts(below_frequency=0.5))
    shutil.rmtree(copy / "portion_01")
    shutil.copytree(tmp_path / "other" / "portion_01", copy / "portion_01")
    loading_fails(copy, "portion_01/SHA256SUMS is not the file that the study's manifest lists")


def test_a_folder_that_is_not_listed_is_refused(copy: Path):
    shutil.copytree(copy / "portion_03", copy / "portion_04")
    loading_fails(copy, "portion_04 is not listed in")


def edited(folder: Path, **changes: object) -> None:
    """Change the last portion's entry in the manifest."""
    edit_manifest(folder, lambda manifest: manifest["portions"][-1].update(changes))


def test_inconsistent_entries_are_refused(copy: Path):
    edited(copy, seed=1)
    loading_fails(copy, "seed 1 is that of .*portion_01 and of .*portion_03")
    edited(copy, seed=5, first_chain=CHAINS)
    loading_fails(copy, f"the first chain of .*portion_03 is {CHAINS}; allowed: {2 * CHAINS}")
    edited(copy, first_chain=2 * CHAINS, chains=2)
    loading_fails(copy, r"chains in .*portion_03/modes.parquet is \(20, 29\); allowed: 20 to 21")
    edited(copy, chains="many")
    with pytest.raises((InputError, TypeError)):
        ag.load_study(copy)
    (copy / "study.json").write_text("{")
    loading_fails(copy, "study.json is damaged")


def test_what_does_not_belong_is_not_published(studies: list[Path], copy: Path, tmp_path: Path):
    before = contents(copy)
    short = write_study(tmp_path / "short", 21, kernel_version=2)
    table = pd.read_parquet(short / "realizations.parquet")
    table.iloc[:-1].to_parquet(short / "realizations.parquet")
    uncollected = write_study(tmp_path / "uncollected", 22)
    (uncollected / "modes.parquet").unlink()
    for study, message in (
        (studies[1], "seed 2 is that of"),
        (write_study(tmp_path / "hot", 23, temperature=0.2), "sample.temperature is 0.2, not 0.1"),
        (short, f"has {CHAINS * PER_CHAIN - 1} realizations in 1 studies; allowed: one complete study"),
        (uncollected, "modes.parquet is missing; run `atomglass collect"),
        (copy, "published in portions already"),
    ):
        with pytest.raises(InputError, match=message):
            publish_portion(study, copy, Cuts())
        assert contents(copy) == before
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="holds other files and no portions"):
        publish_portion(studies[0], tmp_path / "notes", Cuts())


def test_an_interrupted_publication_can_be_repeated(copy: Path, tmp_path: Path):
    study, before = write_study(tmp_path / "new", 9, kernel_version=2), contents(copy)
    publish_portion(study, copy, Cuts())
    after = contents(copy)
    (copy / "study.json").write_bytes(before["study.json"])  # as if it had died before the last file
    loading_fails(copy, "portion_04 is not listed")
    with pytest.raises(InputError, match="portion_04 is not listed"):
        publish_portion(write_study(tmp_path / "other", 10, kernel_version=2), copy, Cuts())
    publish_portion(study, copy, Cuts())
    assert contents(copy) == after


# --------------------------------------------------------------------------- runs


def test_portions_that_were_run_are_those_of_the_file_with_other_seeds(study_file, tmp_path: Path):
    file = study_file()
    for number in (1, 2, 3):
        settings = read_study(file).portion(number, 3)
        assert (settings.seed, settings.ensemble.chains) == (7 + number, 1)
        store = StudyStore.create(tmp_path / f"{number}", settings)
        assert run_serial(store, Silent()).complete
        collect(store)
        publish_portion(store.folder, tmp_path / "whole", Cuts())
    whole = ag.load_study(tmp_path / "whole")
    assert whole.realizations["chain"].tolist() == np.repeat([0, 1, 2], 5).tolist()
    assert whole.realizations["energy"].nunique() == 15
    runs = pd.read_parquet(tmp_path / "whole" / "portion_01" / "runs.parquet")
    assert "processor" in runs and not {"host", "process", "run"} & set(runs)


@pytest.mark.parametrize("portion", ["4/3", "0/3", "1/2", "1", "a/b", "1/0"])
def test_impossible_portions_are_refused(portion: str, study_file, tmp_path: Path):
    command = ["run", str(study_file()), "--portion", portion, "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, command)
    assert isinstance(result.exception, InputError)
    assert not (tmp_path / "out").exists()


def test_the_plan_and_the_dry_run_know_portions(study_file, tmp_path: Path):
    file = str(study_file())
    result = CliRunner().invoke(app, ["run", file, "--portion", "2/3", "--out", str(tmp_path / "out"), "--dry-run"])
    assert "seed 9" in result.output and "would start 1 chains, 5 glasses" in result.output
    assert "5 in 1 chains of 5" in CliRunner().invoke(app, ["plan", file, "--portion", "2/3", "--no-measure"]).output


def test_a_table_of_some_portions_only_is_refused(copy: Path, tmp_path: Path):
    without = write_study(tmp_path / "without", 9, kernel_version=2)
    (without / "wells.parquet").unlink()
    with pytest.raises(InputError, match="has a table wells"):
        publish_portion(without, shutil.copytree(copy, tmp_path / "other"), Cuts())
    remove_table(copy, "portion_02", "wells")
    with pytest.raises(InputError, match=r"wells.parquet in 2 of 3 portions, but not in portion_02"):
        ag.load_study(copy)


def remove_table(folder: Path, portion: str, name: str) -> None:
    """Remove a table from a portion, as if it had been published without it."""
    sums = folder / portion / "SHA256SUMS"
    sums.write_text(
        "".join(line for line in sums.read_text().splitlines(keepends=True) if f"{name}.parquet" not in line)
    )
    (folder / portion / f"{name}.parquet").unlink()
    manifest = json.loads((folder / "study.json").read_text())
    for part in manifest["portions"]:
        if part["folder"] == portion:
            part["sums"] = hashlib.sha256(sums.read_bytes()).hexdigest()
    (folder / "study.json").write_bytes(sealed(manifest))


def test_a_study_in_portions_is_not_published_again(published: Path, tmp_path: Path):
    with pytest.raises(InputError, match="published in portions already"):
        publish_tables(published, tmp_path / "again")
    assert not (tmp_path / "again").exists()
