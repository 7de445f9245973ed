"""Our numbers on pages of the documentation: rows of Markdown tables, never typed by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd

from atomglass.analysis.report.typesetting import interval, number, with_error
from atomglass.analysis.results.study_analysis import Analysis
from atomglass.errors import InputError
from atomglass.io.atomic import replace

#: The lines of a page between which the table stands.
BEGIN, END = "<!-- our exponents: written by `atomglass report --exponents` -->", "<!-- end of our exponents -->"
STUDIES_BEGIN, STUDIES_END = "<!-- studies: written by `atomglass compare --page` -->", "<!-- end of studies -->"
#: Columns of `compare_studies` without and with an error, and what a page calls them all.
_PLAIN = ("N", "d", "T", "q", "realizations", "chains", "qlms")
_MEASURED = (
    "per_realization", "share_B", "hidden", "new_B", "new_hidden", "new_A", "exponent_A", "exponent_B", "exponent_all",
)  # fmt: skip
_COMPARED = (
    "study", "N", "d", "T", "q", "glasses", "chains", "QLMs", "QLMs a glass", "B", "hidden in A", "new from B",
    "new from hidden", "new from other A", "s of A", "s of B", "s of all",
)  # fmt: skip
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
    before, old, after = _parts(page, BEGIN, END, "--exponents", "docs/exponents_published.md is one")
    names = {_name(row) for row in rows}
    kept = [line for line in old.splitlines() if line.startswith("| ") and _name(line) not in {*names, "study"}]
    table = [_HEADER, "|---" * _HEADER.count(" | ") + "|---|", *sorted(kept + rows, key=_name)]
    replace(page, "\n".join([f"{before}{BEGIN}", *table, f"{END}{after}"]).encode())
    return page


def rewrite_comparison(page: str | Path, table: pd.DataFrame) -> Path:
    """Put studies side by side into a page, a line each, in place of the table that is there.

    Parameters
    ----------
    page : str or Path
        A Markdown file with the lines `STUDIES_BEGIN` and `STUDIES_END`.
    table : DataFrame
        From `compare_studies`.

    Raises
    ------
    InputError
        There is no such file, or it has no place for a table.
    """
    page = Path(page)
    before, _, after = _parts(page, STUDIES_BEGIN, STUDIES_END, "--page", "docs/results.md is one")
    lines = ["| " + " | ".join(_COMPARED) + " |", "|---" * len(_COMPARED) + "|"]
    for row in table.to_dict("records"):
        cells = [str(row["study"]).replace("|", "/"), *(number(row[name]) for name in _PLAIN)]
        cells += [with_error(row[name], row[f"{name}_error"]) or "–" for name in _MEASURED]
        lines.append("| " + " | ".join(" ".join(str(cell).split()) for cell in cells) + " |")
    replace(page, "\n".join([f"{before}{STUDIES_BEGIN}", *lines, f"{STUDIES_END}{after}"]).encode())
    return page


def _parts(page: Path, begin: str, end: str, option: str, example: str) -> tuple[str, str, str]:
    """Return what stands before, between and after two lines of a page."""
    if not page.is_file():
        raise InputError(option, str(page), "a Markdown file", example)
    text = page.read_text(encoding="utf-8")
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise InputError(str(page), "no place for the table", f"the lines {begin} and {end}, once each", "add them")
    before, rest = text.split(begin)
    old, after = rest.split(end)
    return before, old, after


def _name(row: str) -> str:
    return row.split("|")[1].strip()
