"""Joined studies: same physics and different seeds, every number kept, every label unique."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from study_tables import fake_study
from typer.testing import CliRunner

import atomglass as ag
from atomglass.analysis.results.study_analysis import analyze
from atomglass.cli.main import app
from atomglass.errors import InputError
from atomglass.study.archive.join import join_studies
from atomglass.study.registry import read_study
from atomglass.study.store.study_store import StudyStore

CHAINS, PER_CHAIN = 10, 68


def portion(folder: Path, seed: int, kernel_version: int = 1, temperature: float = 0.1, extra: bool = True) -> Path:
    """Write a synthetic study with tables of every kind."""
    modes, realizations = fake_study(seed=seed, chains=CHAINS)
    for table in (modes, realizations):
        table["realization"] = table["chain"] * PER_CHAIN + table["index_in_chain"]
    assert realizations["index_in_chain"].max() < PER_CHAIN
    settings = read_study("kumar2021_n400").model_copy(update={"seed": seed})
    ensemble = settings.ensemble.model_copy(update={"chains": CHAINS, "realizations_per_chain": PER_CHAIN})
    sample = settings.sample.model_copy(update={"temperature": temperature})
    data = settings.model_copy(update={"ensemble": ensemble, "sample": sample}).model_dump(mode="json")
    folder.mkdir()
    manifest = {"format": 1, "kernel_version": kernel_version, "physics_hash": f"hash{seed}", "settings": data}
    (folder / "study.json").write_text(json.dumps(manifest))
    modes.to_parquet(folder / "modes.parquet")
    realizations.to_parquet(folder / "realizations.parquet")
    if extra:
        wells = modes[modes["is_qlm"]][["realization", "chain", "mode", "group", "second_minimum"]]
        wells.assign(outcome="new minimum").reset_index(drop=True).to_parquet(folder / "wells.parquet")
        returns = wells[["realization", "chain", "mode"]].reset_index(drop=True)
        count = len(returns)
        returns["defect"] = np.minimum(np.arange(count), count - 2)  # the last one recurs from the one before
        returns["recurrence_of"] = pd.array([None] * (count - 1) + [count - 2], dtype="Int64")
        before = int(returns["realization"].iloc[-2])
        returns["recurrence_realization"] = pd.array([None] * (count - 1) + [before], dtype="Int64")
        returns.to_parquet(folder / "recurrences.parquet")
    return folder


@pytest.fixture
def two(tmp_path: Path) -> list[Path]:
    return [portion(tmp_path / "one", 1), portion(tmp_path / "two", 2, kernel_version=2)]


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
    join_studies([tmp_path / "whole", portion(tmp_path / "three", 3)], tmp_path / "more")
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
    join_studies([two[0], portion(tmp_path / "plain", 5, extra=False)], tmp_path / "whole")
    assert len(ag.load_study(tmp_path / "whole").wells) == len(ag.load_study(two[0]).wells)


def test_a_joined_study_cannot_be_continued(two: list[Path], tmp_path: Path):
    join_studies(two, tmp_path / "whole")
    with pytest.raises(InputError, match="joined from several studies"):
        StudyStore.create(tmp_path / "whole", read_study("kumar2021_n400"))


def test_incompatible_studies_are_refused_and_nothing_is_written(two: list[Path], tmp_path: Path):
    out = tmp_path / "whole"
    hot = portion(tmp_path / "hot", 7, temperature=0.2)
    again = portion(tmp_path / "again", 1)
    bare = portion(tmp_path / "bare", 9)
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
