"""The spectra without phonons by other roads, as tables of text for a terminal."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from atomglass.analysis.report.text_tables import TextTable


def other_spectra_tables(tables: dict[str, pd.DataFrame]) -> list[TextTable]:
    """Return the tables of exponents as text: one row per sample, one column per bound.

    Parameters
    ----------
    tables : dict of DataFrame
        From `other_spectra`.
    """
    written = []
    if "smallest_frequencies" in tables:
        title = "Exponent s of the smallest frequency of a glass, Weibull's law (glasses with a mode)"
        found = tables["smallest_frequencies"]
        written.append(_by_bound(title, found, {"kind": "modes", "group": "group", "scale_of": "omega_0 of"}, "events"))
    if "excess_exponents" in tables:
        title = "Exponent s of D - D_Debye (modes less phonons)"
        found = tables["excess_exponents"]
        written.append(_by_bound(title, found, {"moduli": "moduli", "waves": "phonons"}, "excess"))
    if "pinned_exponents" in tables:
        title = "Exponent s of glasses with pinned particles (modes)"
        found = tables["pinned_exponents"]
        written.append(_by_bound(title, found, {"fraction": "pinned", "group": "group"}, "modes"))
    return written


def _by_bound(title: str, table: pd.DataFrame, keys: dict[str, str], count: str) -> TextTable:
    """Return one row for each combination of the keys, in the order of the table, and one column for each bound."""
    bounds = table.drop_duplicates("share")["bound"]
    rows = []
    for names, lines in table.groupby(list(keys), sort=False):
        rows.append([*(_name(name) for name in names), *(_cell(line, count) for line in lines.to_dict("records"))])
    glasses, left_out = (int(table[name].iloc[0]) if len(table) else 0 for name in ("glasses", "left_out"))
    header = [*keys.values(), *(f"omega < {bound:.3g}" for bound in bounds)]
    return f"{title}; {glasses} glasses, {left_out} left out", header, rows


def _name(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _cell(line: dict[Any, Any], count: str) -> str:
    if math.isnan(line["exponent"]):
        return f"({line[count]:.0f})"
    return f"{line['exponent']:.1f} +- {line['error']:.1f} ({line[count]:.0f})"
