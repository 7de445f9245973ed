"""The section of a report on two-level systems: how many there are, what theories say, and the modes under them."""

from __future__ import annotations

import pandas as pd

from atomglass.analysis.report.report_tables import ReportTable, report_table
from atomglass.analysis.results.study_analysis import Analysis
from atomglass.analysis.results.two_level_theories import THEORIES
from atomglass.analysis.statistics.number_format import TYPESET

#: The sentences below the heading.
TEXT = (
    "Pairs of inherent states with one barrier between them, and the levels along the minimum-energy path. The pairs "
    "of one rearrangement share a weight of one; errors are over glasses."
)


def two_level_tables(found: Analysis) -> list[ReportTable]:
    """Return the tables of the two-level systems of a study; none if it did not search for them.

    Parameters
    ----------
    found : Analysis
        The results of the study.
    """
    tables = []
    if found.two_level_systems is not None:
        tables.append(_quantities("Two-level systems.", found.two_level_systems))
    if found.two_level_theories is not None:
        tables.append(_theories(found.two_level_theories))
    if found.two_level_links is not None:
        tables.append(_quantities("Two-level systems and soft modes, in both directions.", found.two_level_links))
    return tables


def _quantities(caption: str, table: pd.DataFrame) -> ReportTable:
    rows = [(r.quantity, TYPESET.with_error(r.value, r.error)) for r in table.itertuples()]
    return report_table(caption, ("quantity", "value"), rows)


def _theories(table: pd.DataFrame) -> ReportTable:
    rows = [
        (
            r["quantity"],
            TYPESET.with_error(r["search"], r["search_error"]),
            *(TYPESET.number(r[name]) for name in THEORIES[1:]),
        )
        for _, r in table.iterrows()
    ]
    caption = "The search beside three theories, each from what was measured in the same glasses; nothing is fitted."
    return report_table(caption, ("quantity", *THEORIES), rows)
