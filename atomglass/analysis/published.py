"""Our exponents for the page that sets them beside published ones: rows of a Markdown table, never typed by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd

from atomglass.analysis.gather import Analysis
from atomglass.analysis.typesetting import interval, number, with_error
from atomglass.ensemble.disk import replace
from atomglass.errors import InputError

#: The lines of a page between which the table stands.
BEGIN, END = "<!-- our exponents: written by `atomglass report --exponents` -->", "<!-- end of our exponents -->"
_HEADER = "| study | N | d | T | group | QLMs | worth | s | 95 % | verdict on the theory's s |"


def exponent_rows(found: Analysis, realizations: pd.DataFrame) -> list[str]:
    """Return a line of Markdown for each group of a study, without bars that its name may hold.

    Parameters
    ----------
    found : Analysis
        Of the study.
    realizations : DataFrame
        Its table of realizations, for N, dimension and temperature.
    """
    good = realizations[realizations["status"] == "ok"]
    glass = [_only(good, column) for column in ("number", "dimension", "temperature")]
    name = " ".join(found.name.replace("|", "/").split())
    rows = []
    for r in found.exponents.itertuples():
        if math.isnan(r.exponent):
            value, between = "too few modes", "–"
        else:
            value, between = with_error(r.exponent, r.error), interval(r.low95, r.high95)
        group = r.group if r.returns == "kept" else f"{r.group}, each defect once"
        cells = [name, *glass, group, number(r.modes), number(r.effective), value, between, r.verdict]
        rows.append("| " + " | ".join(" ".join(cell.split()) for cell in cells) + " |")
    return rows


def _only(good: pd.DataFrame, column: str) -> str:
    """Return the values of a column, mostly one."""
    values = sorted(good[column].dropna().unique()) if column in good else []
    return ", ".join(f"{value:g}" for value in values[:4]) or "–"


def rewrite_page(page: str | Path, rows: list[str]) -> Path:
    """Put the rows of a study into a page, in place of those of a study of the same name; other studies stay.

    Parameters
    ----------
    page : str or Path
        A Markdown file with the lines `BEGIN` and `END`.
    rows : list of str
        From `exponent_rows`.

    Raises
    ------
    InputError
        There is no such file, or it has no place for a table.
    """
    page = Path(page)
    if not page.is_file():
        raise InputError("--exponents", str(page), "a Markdown file", "docs/exponents_published.md is one")
    text = page.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise InputError(str(page), "no place for the table", f"the lines {BEGIN} and {END}, once each", "add them")
    before, rest = text.split(BEGIN)
    old, after = rest.split(END)
    names = {_name(row) for row in rows}
    kept = [line for line in old.splitlines() if line.startswith("| ") and _name(line) not in {*names, "study"}]
    table = [_HEADER, "|---" * _HEADER.count(" | ") + "|---|", *sorted(kept + rows, key=_name)]
    replace(page, "\n".join([f"{before}{BEGIN}", *table, f"{END}{after}"]).encode(), "table")
    return page


def _name(row: str) -> str:
    return row.split("|")[1].strip()
