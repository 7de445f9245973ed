"""The analysis as a whole: its tables, its files, its command."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from study_tables import fake_study

from atomglass.analysis.gather import Analysis, analyse, write_analysis


@pytest.fixture(scope="module")
def study() -> SimpleNamespace:
    modes, realizations = fake_study(chains=30, group_a=400, group_b=200, hidden=20)
    return SimpleNamespace(modes=modes, realizations=realizations, settings={"name": "fake"})


@pytest.fixture(scope="module")
def found(study) -> Analysis:
    return analyse(study, seed=3)


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
    primary = found.selection[(found.selection.frequency_share == 0.8) & (found.selection.participation_ratio == 0.27)]
    assert primary.set_index("group").exponent["A"] == fits.exponent["A"]


def test_the_same_seed_gives_the_same_files(study, found, tmp_path):
    paths = write_analysis(found, tmp_path / "one")
    again = write_analysis(analyse(study, seed=3), tmp_path / "two")
    assert [p.read_bytes() for p in paths] == [p.read_bytes() for p in again]
    content = json.loads((tmp_path / "one" / "analysis.json").read_text())
    assert content["exponents"][0]["exponent"] == found.exponents.exponent[0]
    table = pd.read_csv(tmp_path / "one" / "statements.csv")
    assert np.allclose(table.ours, found.statements.ours, equal_nan=True)
    assert not list((tmp_path / "one").glob(".*"))
