"""Exponents of real double wells and of the rest, on modes whose laws are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from study_tables import fake_study

from atomglass.analysis.results.well_exponents import exponents_by_quench_outcome
from atomglass.analysis.selection import select


@pytest.fixture(scope="module")
def table():
    """B ~ omega^3; its modes lead to new minima with a probability ~ 1/omega, so that these are ~ omega^2."""
    modes, realizations = fake_study(group_a=40, group_b=4000, hidden=0, chains=40, seed=3)
    qlms = modes[modes["is_qlm"]]
    x = select(modes, realizations)["x"]
    assert x.index.equals(qlms.index)
    real = np.random.default_rng(1).random(len(qlms)) < np.minimum(0.3 / x, 1)
    wells = qlms[["realization", "mode"]].assign(
        outcome=np.where((qlms["group"] == "B") & real, "new minimum", "same minimum")
    )
    wells = wells[qlms["chain"] < 30]  # the others were not tested
    return exponents_by_quench_outcome(modes, realizations, wells).set_index(["group", "led_to"]), len(wells)


def test_each_outcome_has_its_own_exponent(table):
    rows, tested = table
    assert rows["modes"].sum() == tested
    real, rest, single = (
        rows.loc[("B", "new minimum")],
        rows.loc[("B", "same minimum")],
        rows.loc[("A", "same minimum")],
    )
    assert abs(real.exponent - 2) < 3 * real.error < 0.5
    # (x^3 - 0.3 x^2) has the mean of -ln x of 1/16 - 0.3/9 over 1/4 - 0.3/3, hence this exponent.
    assert abs(rest.exponent - ((1 / 4 - 0.3 / 3) / (1 / 16 - 0.3 / 9) - 1)) < 3 * rest.error < 0.5
    assert abs(single.exponent - 4) < 3 * single.error
    assert 0 < real.softest < 0.5


def test_too_few_modes_have_no_exponent(table):
    row = table[0].loc[("A", "new minimum")]
    assert row.modes == 0
    assert math.isnan(row.exponent)
