"""The text of the tables says what the tables hold."""

from __future__ import annotations

import math

import pandas as pd

from atomglass.analysis.report.other_spectra_tables import other_spectra_tables


def test_one_row_per_sample_and_one_column_per_bound() -> None:
    rows = [
        ("own", "box", 0.3, 0.5, 90, 3, 4.0, math.nan, math.nan),
        ("own", "box", 0.6, 1.0, 90, 3, 60.0, 3.94, 0.31),
        ("chain", "box", 0.3, 0.5, 90, 3, 4.0, math.nan, math.nan),
        ("chain", "box", 0.6, 1.0, 90, 3, 61.0, 4.06, 0.32),
    ]
    names = ["moduli", "waves", "bound", "share", "glasses", "left_out", "excess", "exponent", "error"]
    ((title, header, cells),) = other_spectra_tables({"excess_exponents": pd.DataFrame(rows, columns=names)})
    assert "90 glasses, 3 left out" in title
    assert header == ["moduli", "phonons", "omega < 0.3", "omega < 0.6"]
    assert cells == [["own", "box", "(4)", "3.9 +- 0.3 (60)"], ["chain", "box", "(4)", "4.1 +- 0.3 (61)"]]
