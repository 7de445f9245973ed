"""Published tables tell what the study's own tables tell."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from study_tables import fake_study

import atomglass as ag
from atomglass.analysis.report.comparison_text_tables import well_outcomes_table
from atomglass.analysis.results.study_analysis import analyze
from atomglass.study.archive.publish import publish_tables
from atomglass.study.followup.double_wells import second_wells
from atomglass.study.followup.recurrence_table import find_recurrences

DATA = Path(__file__).parent.parent.parent / "data"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    folder.mkdir()
    modes, realizations = fake_study()
    modes.to_parquet(folder / "modes.parquet")
    realizations.to_parquet(folder / "realizations.parquet")
    (folder / "study.json").write_text(json.dumps({"settings": {"name": "fake"}}))
    return folder


def test_the_analysis_is_the_same(study: Path, tmp_path: Path):
    publish_tables(study, tmp_path / "data")
    ours, theirs = (analyze(ag.load_study(folder)) for folder in (study, tmp_path / "data"))
    columns = ["modes", "exponent", "error"]
    np.testing.assert_allclose(
        theirs.exponents[columns].to_numpy(float), ours.exponents[columns].to_numpy(float), rtol=1e-4
    )
    assert ours.exponents["verdict"].tolist() == theirs.exponents["verdict"].tolist()


def test_realizations_keep_every_digit_and_sums_are_right(study: Path, tmp_path: Path):
    publish_tables(study, tmp_path / "data")
    before, after = (ag.load_study(folder).realizations for folder in (study, tmp_path / "data"))
    assert before.equals(after)
    for line in (tmp_path / "data" / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((tmp_path / "data" / name).read_bytes()).hexdigest() == digest


def test_published_again_it_is_the_same_to_the_byte(study: Path, tmp_path: Path):
    first = [path.read_bytes() for path in publish_tables(study, tmp_path / "data")]
    assert [path.read_bytes() for path in publish_tables(study, tmp_path / "data")] == first


def test_modes_above_a_bound_are_left_out_and_the_realizations_say_so(study: Path, tmp_path: Path):
    publish_tables(study, tmp_path / "data", below=0.9)
    full, cut = (ag.load_study(folder) for folder in (study, tmp_path / "data"))
    kept = full.modes[full.modes["frequency"] < 0.9 * full.modes["first_phonon_frequency"]]
    assert 0 < len(kept) < len(full.modes)
    assert (cut.modes[["realization", "mode"]].to_numpy() == kept[["realization", "mode"]].to_numpy()).all()
    bound = 0.9 * full.realizations["first_phonon_frequency"]
    np.testing.assert_allclose(cut.realizations["complete_below"], bound, rtol=1e-15)
    expected = kept.groupby("realization").size().reindex(full.realizations["realization"], fill_value=0)
    assert cut.realizations["mode_count"].tolist() == expected.tolist()
    ours, theirs = (analyze(found) for found in (full, cut))
    columns = ["modes", "exponent", "error"]
    np.testing.assert_allclose(
        theirs.exponents[columns].to_numpy(float), ours.exponents[columns].to_numpy(float), rtol=1e-4
    )
    assert (ours.selection["frequency_share"].max(), theirs.selection["frequency_share"].max()) == (0.9, 0.7)
    with pytest.raises(ag.InputError, match="--below is -1"):
        publish_tables(study, tmp_path / "other", below=-1)
    assert not (tmp_path / "other").exists()


def test_other_files_are_not_mixed_with_it(study: Path, tmp_path: Path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "thesis.tex").write_text("")
    with pytest.raises(ag.InputError, match=r"thesis\.tex"):
        publish_tables(study, tmp_path / "data")
    (study / "modes.parquet").unlink()
    with pytest.raises(ag.InputError, match="collect"):
        publish_tables(study, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("derive", [second_wells, find_recurrences])
def test_tables_without_their_glasses_are_refused_and_left_as_they_are(derive, tmp_path: Path):
    folder = tmp_path / "published"
    shutil.copytree(DATA / "kumar2021_n400_t008", folder, ignore=shutil.ignore_patterns("analysis"))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ag.InputError, match="without inherent states"):
        derive(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_outcomes_count_what_the_table_holds():
    wells = pd.read_parquet(DATA / "kumar2021_n400" / "wells.parquet")
    _, heads, rows = well_outcomes_table(wells)
    deep = wells[wells["group"] == "B"]
    row = dict(zip(heads, rows[0], strict=True))
    assert row["modes"] == "B" and int(row["count"]) == len(deep)
    new = deep[deep["outcome"] == "new minimum"]
    assert int(row["new minimum"]) == len(new)
    assert float(row["share new"].split()[0]) == pytest.approx(len(new) / len(deep), abs=1e-3)
    assert float(row["height"]) == pytest.approx(new["barrier"].median(), rel=0.05)


def test_a_table_that_the_study_no_longer_has_is_not_left_behind(study: Path, tmp_path: Path):
    publish_tables(study, tmp_path / "data")
    shutil.copy(tmp_path / "data" / "modes.parquet", tmp_path / "data" / "wells.parquet")
    with pytest.raises(ag.InputError, match=r"holds other files \(wells\.parquet\)"):
        publish_tables(study, tmp_path / "data")


def test_another_study_is_not_overwritten(study: Path, tmp_path: Path):
    publish_tables(study, tmp_path / "data")
    (study / "study.json").write_text(json.dumps({"settings": {"name": "fake"}, "physics_hash": "another"}))
    with pytest.raises(ag.InputError, match="holds another study"):
        publish_tables(study, tmp_path / "data")
