"""Numbers with their errors, plain and typeset."""

from __future__ import annotations

import math

import pytest

from atomglass.analysis.number_format import PLAIN, TYPESET


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [(4.2297, 0.448, "4.23 +- 0.45"), (0.0, 0.0, "0"), (3.4e-9, 1e-10, "3.4e-09 +- 1e-10"), (12, math.nan, "12")],
)
def test_numbers_are_rounded_to_their_errors(value, error, text):
    assert PLAIN.with_error(value, error) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (0.31017, "0.31"),
        (-2.5, "−2.5"),
        (3.4e-9, "3.4 × 10^−9"),
        (60000, "60\u202f000"),
        (math.inf, "∞"),
        (math.nan, "–"),
        (True, "yes"),
        (None, "–"),
        ("x", "x"),
    ],
)
def test_typeset_numbers(value, text):
    assert TYPESET.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(3.0, "3"), (123456, "123456"), (1.2e-5, "1.2e-05"), (-math.inf, "none"), (math.nan, "")]
)
def test_plain_numbers(value, text):
    assert PLAIN.number(value) == text


def test_typeset_numbers_with_errors():
    assert TYPESET.with_error(4.2298, 0.4484) == "4.23 ± 0.45"
    assert TYPESET.with_error(8.92e-6, 2.6e-7) == "(8.92 ± 0.26) × 10^−6"
    assert TYPESET.with_error(12.0, math.nan) == "12" and TYPESET.with_error(-0.268, 0.257) == "−0.27 ± 0.26"
    assert TYPESET.interval(math.nan, 1) == "–"
