"""How many second wells are real, in three readings: on rows counted by hand, and on the published tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import atomglass as ag
from atomglass.analysis.report.comparison_text_tables import well_outcomes_table, well_readings_table
from atomglass.analysis.results.well_readings import READINGS, well_readings

DATA = Path(__file__).parents[2] / "data"


def rows(count: int, chain: int, **values: object) -> pd.DataFrame:
    usual = {"group": "B", "second_minimum": True, "outcome": "new minimum", "leads_to_new": True, "barrier": 1.0}
    return pd.DataFrame([{"chain": chain, "quartic_barrier": 1.0, **usual, **values}] * count)


def test_each_reading_is_counted_by_hand() -> None:
    parts = []
    for chain in range(4):
        parts += [
            rows(2, chain),
            rows(3, chain, outcome="same minimum", leads_to_new=False, barrier=np.nan),
            rows(1, chain, leads_to_new=False),  # the saddle leads to a third minimum
            rows(2, chain, barrier=5.0),
            rows(2, chain, barrier=0.01),
            rows(1, chain, group="A"),
            rows(4, chain, group="A", second_minimum=False, outcome="same minimum", quartic_barrier=np.nan),
            rows(1, chain, group="A", second_minimum=False, quartic_barrier=np.nan),
        ]
    table = well_readings(pd.concat(parts, ignore_index=True)).set_index("modes")
    assert table["count"].to_dict() == {"B": 40, "A with a hidden well": 4, "A without": 20}
    assert table.loc["B", list(READINGS)].tolist() == pytest.approx([0.7, 0.6, 0.2])
    assert table.loc["A with a hidden well", list(READINGS)].tolist() == [1, 1, 1]
    assert table.loc["A without", ["new", "leads_there"]].tolist() == pytest.approx([0.2, 0.2])
    assert np.isnan(table.loc["A without", "same_barrier"])


def test_the_table_of_text_has_a_row_for_each_kind() -> None:
    _, header, lines = well_readings_table(well_readings(rows(20, 0)))
    assert len(lines) == 3 and all(len(line) == len(header) for line in lines)


def test_a_table_without_the_columns_is_refused() -> None:
    with pytest.raises(ag.InputError, match="leads_to_new"):
        well_readings(rows(2, 0).drop(columns="leads_to_new"))


@pytest.mark.parametrize(
    "study, b, control",
    [("smoothness_q4", (1.0, 0.985, 0.985), 0.0301), ("kumar2021_n400", (0.359, 0.337, 0.274), 0.0545)],
)
def test_the_figures_of_the_documentation_are_those_of_the_data(
    study: str, b: tuple[float, ...], control: float
) -> None:
    table = well_readings(ag.load_study(DATA / study).wells).set_index("modes")
    assert table.loc["B", list(READINGS)].tolist() == pytest.approx(b, abs=6e-4)
    assert table.loc["A without", "new"] == pytest.approx(control, abs=6e-4)


def test_a_quench_that_did_not_converge_belongs_to_no_fraction() -> None:
    """It is counted beside, not as a well that is not real."""
    failed = rows(5, 1, outcome="not converged", leads_to_new=False, barrier=np.nan)
    line = well_readings(pd.concat([rows(4, 0), failed])).set_index("modes").loc["B"]
    assert (line["count"], line["unknown"], line["new"]) == (4, 5, 1)
    _, header, (row,) = well_outcomes_table(
        pd.concat([rows(4, 0), failed]).assign(moved_particles=3.0, overlap=0.5, energy_difference=0.1)
    )
    assert row[header.index("share new")] == "1.000 +- 0.000"
    assert row[header.index("not converged")] == "5"
