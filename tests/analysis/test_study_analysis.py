"""The analysis as a whole: its tables, its files, its command."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from study_tables import fake_study

from atomglass.analysis.report.report_tables import grid_table
from atomglass.analysis.report.text_tables import analysis_tables
from atomglass.analysis.results.analysis_files import write_analysis
from atomglass.analysis.results.exponent_tables import share_of_grid
from atomglass.analysis.results.study_analysis import Analysis, analyze
from atomglass.analysis.selection import Selection
from atomglass.errors import InputError


@pytest.fixture(scope="module")
def study() -> SimpleNamespace:
    modes, realizations = fake_study(chains=30, group_a=400, group_b=200, hidden=20)
    return SimpleNamespace(modes=modes, realizations=realizations, settings={"name": "fake"})


@pytest.fixture(scope="module")
def found(study) -> Analysis:
    return analyze(study, seed=3)


def test_counts_and_exponents_are_those_of_the_tables(study, found):
    overview = found.overview.set_index("quantity")["value"]
    assert overview["realizations"] == len(study.realizations)
    assert overview["QLMs"] == study.modes["is_qlm"].sum()
    assert overview["QLMs per realization"] == pytest.approx(600 / len(study.realizations))
    assert overview["share of A"] == pytest.approx(400 / 600)
    assert overview["share of A with a hidden well"] == pytest.approx(20 / 400)
    fits = found.exponents.set_index("group")
    assert abs(fits.exponent["A"] - 4) < 3 * fits.error["A"] < 1
    assert abs(fits.exponent["B"] - 3) < 3 * fits.error["B"] < 1.2
    assert fits.verdict["A"] == "agrees"
    primary = found.selection[(found.selection.frequency_share == 0.6) & (found.selection.participation_ratio == 0.27)]
    assert primary.set_index("group").exponent["A"] == fits.exponent["A"]


def test_the_same_seed_gives_the_same_files(study, found, tmp_path):
    paths = write_analysis(found, tmp_path / "one")
    again = write_analysis(analyze(study, seed=3), tmp_path / "two")
    assert [p.read_bytes() for p in paths] == [p.read_bytes() for p in again]
    content = json.loads((tmp_path / "one" / "analysis.json").read_text())
    assert content["exponents"][0]["exponent"] == found.exponents.exponent[0]
    table = pd.read_csv(tmp_path / "one" / "statements.csv")
    assert np.allclose(table.ours, found.statements.ours, equal_nan=True)
    assert not list((tmp_path / "one").glob(".*"))


def test_tables_of_an_earlier_rule_do_not_stay_beside_new_ones(study, found, tmp_path):
    """A rule that follows the own omega_1 has no other spectra; files that no analysis wrote stay."""
    write_analysis(found, tmp_path)
    assert (tmp_path / "excess_density.csv").is_file()
    own = [tmp_path / "notes.csv", tmp_path / "exponents_of_mine.csv", tmp_path.parent / "outside.csv"]
    for path in own:
        path.write_text("mine")
    again = analyze(study, seed=3, rule=Selection(reference="own", frequency_share=0.5))
    written = write_analysis(again, tmp_path)
    assert "excess_density" in found.tables() and "excess_density" not in again.tables()
    assert sorted(tmp_path.iterdir()) == sorted([*written, *own[:2]])
    index = tmp_path / "analysis.json"
    for broken in ('{"files": ["../outside.csv", "notes.txt", 3]}', '{"files": 1}', "[]", "{"):
        index.write_text(broken)
        write_analysis(again, tmp_path)
        assert own[2].is_file() and sorted(tmp_path.iterdir()) == sorted([*written, *own[:2]])


def test_a_study_without_modes_is_undecided_throughout():
    modes, realizations = fake_study(group_a=0, group_b=0, hidden=0)
    found = analyze(SimpleNamespace(modes=modes, realizations=realizations, settings={}))
    assert set(found.exponents.verdict) == {"undecided"}
    assert set(found.theory.verdict) == {"undecided"}
    assert found.two_terms is None
    assert analysis_tables(found)
    json.loads(found.to_json())


def test_a_fixed_frequency_analyzes_glasses_most_of_which_are_not_rigid(study):
    """The median omega_1 is 0, and the refusal of the primary rule advises a fixed frequency."""
    soft = np.random.default_rng(0).random(len(study.realizations)) < 0.8
    first = study.realizations["first_phonon_frequency"].mask(soft)
    realizations = study.realizations.assign(first_phonon_frequency=first, complete_below=1.0)
    liquid = SimpleNamespace(modes=study.modes, realizations=realizations, settings={})
    with pytest.raises(InputError, match="--frequency"):
        analyze(liquid)
    rule = Selection(frequency=0.45)
    found = analyze(liquid, rule=rule)
    assert found.exponents["modes"].tolist() == analyze(study, rule=rule).exponents["modes"].tolist()
    statement = found.statements.set_index("quantity").ours["f that gives the paper's QLMs per realization"]
    assert len(found.selection) == len(found.bounds) == 0 and np.isnan(statement)
    assert np.isnan(share_of_grid(realizations, rule))
    assert analysis_tables(found) and grid_table(found.selection)


def test_recurrences_have_rows_of_their_own(study):
    qlms = study.modes[study.modes.is_qlm]
    table = qlms[["realization", "mode", "chain"]].reset_index(drop=True)
    table["defect"] = table.index // 2
    table["recurrence_of"] = pd.array(np.where(table.index % 2, table.index - 1, -1), dtype="Int64")
    table.loc[table.index % 2 == 0, "recurrence_of"] = pd.NA
    found = analyze(study, seed=3, recurrences=table.iloc[:500])
    fits = found.exponents.set_index(["group", "returns"])
    assert fits.modes["all", "kept"] - fits.modes["all", "dropped"] == 250  # those not in the table count once each
    assert found.overview.set_index("quantity").value["share of QLMs that are returns"] == pytest.approx(250 / 600)


def test_a_campaign_is_analyzed_in_seconds():
    """700 QLMs, 24,000 phonons: the work must not grow with the phonons."""
    modes, realizations = fake_study(group_a=540, group_b=160, chains=60)
    began = time.process_time()
    analyze(SimpleNamespace(modes=modes, realizations=realizations, settings={}))
    assert time.process_time() - began < 15
