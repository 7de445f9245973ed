"""Second wells in a report: where the displaced glasses went, class by class."""

from __future__ import annotations

from typing import Any

import pandas as pd

from atomglass.analysis.report.report_tables import ReportTable, report_table
from atomglass.analysis.report.typesetting import interval, number, typeset, with_error
from atomglass.analysis.results.well_exponents import exponents_by_outcome
from atomglass.analysis.selection import require
from atomglass.landscape.double_wells import Outcome

_NEEDED = ("realization", "mode", "group", "second_minimum", "outcome", "quartic_barrier", "energy_difference")
#: Most rows of the table of single wells; the rest is in the Parquet file.
MOST_ROWS = 30


def wells_tables(wells: pd.DataFrame, modes: pd.DataFrame) -> list[ReportTable]:
    """Return the summary of all displaced glasses, exponents by where they went, and the new minima one by one.

    Parameters
    ----------
    wells : DataFrame
        As of `second_wells`: one row a displaced mode.
    modes : DataFrame
        All collected modes.

    Raises
    ------
    InputError
        A column is missing.
    """
    require(wells, _NEEDED, "wells")
    if not len(wells):
        return []
    second = wells["second_minimum"].astype(bool)
    classes = {
        "B": wells["group"] == "B",
        "A, hidden well": (wells["group"] == "A") & second,
        "A, single minimum": (wells["group"] == "A") & ~second,
    }
    rows = [_summary(name, wells[chosen]) for name, chosen in classes.items() if chosen.any()]
    summary = report_table(
        "Every mode displaced to where its quartic has (or nearly has) a second minimum, and quenched: where the glass "
        "went. Numbers of the new minima are medians with the central 68 % of the modes in brackets; saddle: share of "
        "the new minima for which a saddle between the two was found.",
        ("modes", "number", "same minimum", "new minimum", "other", "energy difference (epsilon)", "distance (sigma)",
         "particles that move", "true barrier / quartic's", "saddle"),
        rows,
    )  # fmt: skip
    exponents = report_table(
        "Exponents of D(omega) ~ omega^s by where the displaced glass went; selection as above, one standard error.",
        ("group", "led to", "number", "s"),
        [
            (r.group, r.led_to, r.modes, with_error(r.exponent, r.error))
            for r in exponents_by_outcome(modes, wells).itertuples()
        ],
    )  # fmt: skip
    return [summary, exponents, *_single(wells[(wells["outcome"] == str(Outcome.NEW)) & second])]


def _summary(name: str, rows: pd.DataFrame) -> tuple[Any, ...]:
    new = rows[rows["outcome"] == str(Outcome.NEW)]
    same = int((rows["outcome"] == str(Outcome.SAME)).sum())
    ratio = new["barrier"] / new["quartic_barrier"] if "barrier" in new else pd.Series(dtype=float)
    found = f"{int(new['barrier'].notna().sum())} of {len(new)}" if "barrier" in new and len(new) else "–"
    return (
        name, len(rows), same, len(new), len(rows) - same - len(new), _middle(new["energy_difference"]),
        _middle(new.get("distance")), _middle(new.get("moved_particles")), _middle(ratio), found,
    )  # fmt: skip


def _middle(values: pd.Series | None) -> str:
    """Return the median and, of three values or more, the central 68 %."""
    known = pd.Series(dtype=float) if values is None else values.dropna()
    if not len(known):
        return "–"
    spread = f" ({interval(*known.quantile([0.16, 0.84]))})" if len(known) >= 3 else ""
    return number(float(known.median()), 2) + spread


def _single(new: pd.DataFrame) -> list[ReportTable]:
    """The new minima that a quartic announced, lowest first."""
    if not len(new):
        return []
    columns = {
        "realization": "realization", "mode": "mode", "group": "group", "beta": "beta", "energy_difference":
        "energy difference", "distance": "distance", "moved_particles": "particles that move", "quartic_barrier":
        "quartic's barrier", "barrier": "true barrier",
    }  # fmt: skip
    shown = new.sort_values("energy_difference").head(MOST_ROWS)
    present = {column: name for column, name in columns.items() if column in shown}
    more = f" The {MOST_ROWS} deepest of {len(new)}; the others are in wells.parquet." if len(new) > MOST_ROWS else ""
    rows = [
        [typeset(number(value, 3)) for value in row] for row in shown[list(present)].itertuples(index=False, name=None)
    ]
    return [report_table(f"New minima where a quartic has a second one.{more}", list(present.values()), rows)]
