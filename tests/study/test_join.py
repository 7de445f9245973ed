"""Joined studies: same physics and different seeds, every number kept, every label unique."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from study_tables import CHAINS, write_study
from typer.testing import CliRunner

import atomglass as ag
from atomglass.analysis.results.study_analysis import analyze
from atomglass.cli.main import app
from atomglass.errors import InputError
from atomglass.study.archive.join import join_studies
from atomglass.study.registry import read_study
from atomglass.study.store.study_store import StudyStore


@pytest.fixture
def two(tmp_path: Path) -> list[Path]:
    return [write_study(tmp_path / "one", 1), write_study(tmp_path / "two", 2, kernel_version=2)]


def test_every_row_occurs_once_with_unique_labels(two: list[Path], tmp_path: Path):
    join_studies(two, tmp_path / "whole")
    whole, parts = ag.load_study(tmp_path / "whole"), [ag.load_study(folder) for folder in two]
    assert not whole.realizations["realization"].duplicated().any()
    for name in ("modes", "realizations", "wells"):
        pieces = [getattr(part, name) for part in parts]
        joined = getattr(whole, name)
        labels = [column for column in ("realization", "chain") if column in joined]
        pd.testing.assert_frame_equal(
            joined.drop(columns=labels), pd.concat(pieces, ignore_index=True).drop(columns=labels)
        )
        chain = np.concatenate([pieces[0]["chain"], pieces[1]["chain"] + CHAINS])
        assert (joined["chain"] == chain).all()
    modes = whole.modes.merge(whole.realizations, on="realization", suffixes=("", "_of"))
    assert len(modes) == len(whole.modes)
    assert (modes["first_phonon_frequency"] == modes["first_phonon_frequency_of"]).all()
    assert (modes["index_in_chain"] == modes["index_in_chain_of"]).all()


def test_recurrences_still_refer_to_their_first_appearance(two: list[Path], tmp_path: Path):
    join_studies(two, tmp_path / "whole")
    table = pd.read_parquet(tmp_path / "whole" / "recurrences.parquet")
    returned = table[table["recurrence_of"].notna()]
    assert len(returned) == 2
    for row in returned.itertuples():
        origin = table.iloc[row.recurrence_of]
        assert origin["defect"] == row.defect
        assert origin["realization"] == row.recurrence_realization
    assert table["defect"].nunique() == len(table) - 2


def test_a_joined_study_can_be_analyzed_compared_and_joined_again(two: list[Path], tmp_path: Path):
    join_studies(two, tmp_path / "whole")
    found = analyze(ag.load_study(tmp_path / "whole"))
    counts = [len(ag.load_study(folder).modes.query("is_qlm")) for folder in two]
    assert found.exponents.set_index("group")["modes"]["all"].max() <= sum(counts)
    join_studies([tmp_path / "whole", write_study(tmp_path / "three", 3)], tmp_path / "more")
    study = ag.load_study(tmp_path / "more")
    assert study.settings["seed"] == "1, 2, 3"
    assert study.realizations["chain"].nunique() == 3 * CHAINS
    assert f"chains {2 * CHAINS} to {3 * CHAINS - 1}: seed 3, kernel version 1" in study.settings["portions"]


def test_single_precision_of_one_portion_applies_to_all(two: list[Path], tmp_path: Path):
    modes = pd.read_parquet(two[0] / "modes.parquet")
    modes.astype({"frequency": "float32"}).to_parquet(two[0] / "modes.parquet")
    join_studies(two, tmp_path / "whole")
    assert ag.load_study(tmp_path / "whole").modes["frequency"].dtype == np.float32


def test_a_portion_without_wells_keeps_those_of_the_other(two: list[Path], tmp_path: Path):
    join_studies([two[0], write_study(tmp_path / "plain", 5, extra=False)], tmp_path / "whole")
    assert len(ag.load_study(tmp_path / "whole").wells) == len(ag.load_study(two[0]).wells)


def test_a_joined_study_cannot_be_continued(two: list[Path], tmp_path: Path):
    join_studies(two, tmp_path / "whole")
    with pytest.raises(InputError, match="joined from several studies"):
        StudyStore.create(tmp_path / "whole", read_study("kumar2021_n400"))


def test_incompatible_studies_are_refused_and_nothing_is_written(two: list[Path], tmp_path: Path):
    out = tmp_path / "whole"
    hot = write_study(tmp_path / "hot", 7, temperature=0.2)
    again = write_study(tmp_path / "again", 1)
    bare = write_study(tmp_path / "bare", 9)
    (bare / "modes.parquet").unlink()
    for folders, message in (
        ([two[0]], "the number of studies to join is 1"),
        ([two[0], hot], "sample.temperature is 0.2, not 0.1"),
        ([two[0], again], "seed 1 is that of"),
        ([two[0], bare], "modes.parquet is missing"),
        ([two[0], tmp_path / "nowhere"], "no study in"),
    ):
        result = CliRunner().invoke(app, ["join", *map(str, folders), "--out", str(out)])
        assert isinstance(result.exception, InputError)
        assert message in str(result.exception)
        assert not out.exists()
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="holds files"):
        join_studies(two, out)


def test_joined_tables_are_not_sent_to_be_run_or_collected(two: list[Path], tmp_path: Path):
    out = tmp_path / "whole"
    join_studies(two, out)
    for command, advice in (
        (["collect", out], "collected already; go on with `atomglass analyze"),
        (["status", out], "collected already; go on with `atomglass analyze"),
        (["export", out, 0, "--out", tmp_path / "glass.npz"], "in the directory in which the study was run"),
        (["wells", out], "in the directory in which the study was run"),
    ):
        result = CliRunner().invoke(app, [str(word) for word in command])
        assert isinstance(result.exception, InputError) and advice in str(result.exception), command
    (out / "modes.parquet").unlink()
    with pytest.raises(InputError, match="join or publish its studies again"):
        ag.load_study(out)
