"""The section on second wells in a report: where the displaced glasses went, class by class."""

from __future__ import annotations

from typing import Any

import pandas as pd

from atomglass.analysis.report.report_tables import ReportTable, report_table
from atomglass.analysis.report.typesetting import typeset
from atomglass.analysis.results.well_exponents import exponents_by_quench_outcome
from atomglass.analysis.selection import Selection
from atomglass.analysis.statistics.number_format import TYPESET
from atomglass.landscape.double_wells import WellOutcome
from atomglass.study.collected_tables import require_columns

_NEEDED = ("realization", "mode", "group", "second_minimum", "outcome", "quartic_barrier", "energy_difference")
#: Most rows of the table of individual wells; the others are only in the Parquet file.
MAX_ROWS = 30


def wells_tables(
    wells: pd.DataFrame, modes: pd.DataFrame, realizations: pd.DataFrame, rule: Selection
) -> list[ReportTable]:
    """Return a summary of all displaced glasses, exponents by where they went, and a list of the new minima.

    Parameters
    ----------
    wells : DataFrame
        From `second_wells`, one row per displaced mode.
    modes, realizations : DataFrame
        The collected tables.
    rule : Selection
        Which modes the exponents are of.

    Raises
    ------
    InputError
        A column is missing.
    """
    require_columns(wells, _NEEDED, "wells")
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
        "Each glass was displaced along a mode to where the quartic has (or nearly has) a second minimum, and "
        "quenched. Values for new minima are medians, with the central 68 % of the modes in brackets. Saddle: number "
        "of new minima for which a saddle between the two minima was found.",
        (
            "modes",
            "number",
            "same minimum",
            "new minimum",
            "other",
            "energy difference (epsilon)",
            "distance (sigma)",
            "particles that move",
            "true barrier / quartic's",
            "saddle",
        ),
        rows,
    )
    exponents = report_table(
        "Exponents of D(omega) ~ omega^s by where the displaced glass went; selection as above, one standard error.",
        ("group", "led to", "number", "s"),
        [
            (r.group, r.led_to, r.modes, TYPESET.with_error(r.exponent, r.error))
            for r in exponents_by_quench_outcome(modes, realizations, wells, rule).itertuples()
        ],
    )
    return [summary, exponents, *_new_minima(wells[(wells["outcome"] == str(WellOutcome.NEW)) & second])]


def _summary(name: str, rows: pd.DataFrame) -> tuple[Any, ...]:
    new = rows[rows["outcome"] == str(WellOutcome.NEW)]
    same = int((rows["outcome"] == str(WellOutcome.SAME)).sum())
    ratio = new["barrier"] / new["quartic_barrier"] if "barrier" in new else pd.Series(dtype=float)
    found = f"{int(new['barrier'].notna().sum())} of {len(new)}" if "barrier" in new and len(new) else "–"
    return (
        name,
        len(rows),
        same,
        len(new),
        len(rows) - same - len(new),
        _median(new["energy_difference"]),
        _median(new.get("distance")),
        _median(new.get("moved_particles")),
        _median(ratio),
        found,
    )


def _median(values: pd.Series | None) -> str:
    """Return the median and, for three or more values, the central 68 %."""
    known = pd.Series(dtype=float) if values is None else values.dropna()
    if not len(known):
        return "–"
    spread = f" ({TYPESET.interval(*known.quantile([0.16, 0.84]))})" if len(known) >= 3 else ""
    return TYPESET.number(float(known.median()), 2) + spread


def _new_minima(new: pd.DataFrame) -> list[ReportTable]:
    """Return a table of the new minima where the quartic has a second one, lowest first."""
    if not len(new):
        return []
    columns = {
        "realization": "realization",
        "mode": "mode",
        "group": "group",
        "beta": "beta",
        "energy_difference": "energy difference",
        "distance": "distance",
        "moved_particles": "particles that move",
        "quartic_barrier": "quartic's barrier",
        "barrier": "true barrier",
    }
    shown = new.sort_values("energy_difference").head(MAX_ROWS)
    present = {column: name for column, name in columns.items() if column in shown}
    more = f" The {MAX_ROWS} deepest of {len(new)}; the others are in wells.parquet." if len(new) > MAX_ROWS else ""
    rows = [
        [typeset(TYPESET.number(value)) for value in row]
        for row in shown[list(present)].itertuples(index=False, name=None)
    ]
    return [report_table(f"New minima where the quartic has a second one.{more}", list(present.values()), rows)]
