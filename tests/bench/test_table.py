"""The benchmark's table: numbers, targets, notes, Markdown, and plain data."""

from __future__ import annotations

import json

import pytest

from atomglass.bench import table
from atomglass.bench.clock import Timing
from atomglass.bench.table import Row, Target


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.234, "1.23"),
        (12.34, "12.3"),
        (123.4, "123"),
        (1234.5, "1,234"),
        (0.1, "0.1"),
        (100.0, "100"),
        (10.0, "10"),
        (1e-10, "1e-10"),
        (1.0, "1"),
        (0.0, "0"),
        (2.5e7, "2.5e+07"),
    ],
)
def test_numbers_are_written_as_people_write_them(value: float, text: str) -> None:
    assert table.format_number(value) == text


@pytest.mark.parametrize(
    ("sense", "bound", "of", "met"),
    [
        ("<=", 3, "ratio", True),
        ("<=", 1.9, "ratio", False),
        (">=", 2, "ratio", True),
        (">=", 2.1, "ratio", False),
        ("<=", 0.5, "measured", True),
        (">=", 0.6, "measured", False),
    ],
)
def test_a_target_is_met_or_missed(sense, bound, of, met) -> None:
    row = Row("x", "y", Timing((0.4, 0.5, 0.6)), "s", Timing((1.0, 2.0, 3.0)), "evaluations", Target(sense, bound, of))
    assert row.met is met
    assert row.cells()[-1] == ("met" if met else "MISSED")


def test_without_a_yardstick_there_is_no_verdict() -> None:
    row = Row("x", "y", Timing((1.0,)), "s", None, "evaluations", Target("<=", 900))
    assert row.met is None
    assert row.cells() == ["y", "1 s", "", "<= 900 evaluations", ""]


def test_a_false_claim_is_a_miss() -> None:
    assert Row("x", "y", claim=False).cells() == ["y", "no", "", "yes", "MISSED"]
    assert Row("x", "y", claim=True).cells()[-1] == "met"


def test_markdown_lists_equal_notes_once() -> None:
    rows = [Row("a", "one", note="n"), Row("b", "two", note="m"), Row("c", "three", note="n"), Row("d", "four")]
    lines = table.markdown(rows).splitlines()
    assert [line.split(" | ")[0] for line in lines[2:6]] == ["| one [1]", "| two [2]", "| three [1]", "| four"]
    assert [line.strip() for line in lines[7:]] == ["[1] n", "[2] m"]


def test_rows_as_plain_data() -> None:
    row = Row("x", "y", Timing((1.0, 2.0)), "s", None, "", Target("<=", 1.0, "measured"))
    data = json.loads(json.dumps(row.data()))
    assert data["values"] == [1.0, 2.0]
    assert data["median"] == 1.5
    assert data["ratio_median"] is None
    assert data["target"] == {"sense": "<=", "value": 1.0, "of": "measured"}
    assert data["met"] is False
