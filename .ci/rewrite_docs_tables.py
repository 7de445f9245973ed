#!/usr/bin/env python3
"""Rewrite the tables in the documentation that hold our own numbers; they are never edited by hand.

python .ci/rewrite_docs_tables.py exponents docs/exponents_published.md data/kumar2021
python .ci/rewrite_docs_tables.py studies docs/results.md data/kumar2021 data/kumar2021_n1000 ...
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import pandas as pd

from atomglass.analysis.results.selected_modes import selection_from_options
from atomglass.analysis.results.study_analysis import Analysis, analyze
from atomglass.analysis.results.study_comparison import compare_studies
from atomglass.analysis.statistics.number_format import TYPESET
from atomglass.errors import InputError
from atomglass.io.atomic import replace
from atomglass.study.followup.recurrence_table import load_recurrences
from atomglass.study.load import load_study

#: The lines of a page between which its table stands.
EXPONENTS_BEGIN = "<!-- our exponents: written by `.ci/rewrite_docs_tables.py exponents` -->"
EXPONENTS_END = "<!-- end of our exponents -->"
STUDIES_BEGIN = "<!-- studies: written by `.ci/rewrite_docs_tables.py studies` -->"
STUDIES_END = "<!-- end of studies -->"
EXPONENTS_HEADER = "| study | N | d | T | modes | group | count | worth | s | 95 % | verdict on the theory's s |"
#: Heading of each column of the table of studies, and the column of `compare_studies` without an error ...
PLAIN_COLUMNS = {
    "N": "N",
    "d": "d",
    "T": "T",
    "q": "q",
    "glasses": "realizations",
    "chains": "chains",
    "QLMs": "qlms",
}
#: ... and with one.
MEASURED_COLUMNS = {
    "QLMs a glass": "per_realization",
    "B": "share_B",
    "hidden in A": "hidden",
    "new from B": "new_B",
    "new from hidden": "new_hidden",
    "new from other A": "new_A",
    "s of A": "exponent_A",
    "s of B": "exponent_B",
    "s of all": "exponent_all",
}


def exponent_rows(found: Analysis, realizations: pd.DataFrame) -> list[str]:
    """Return a row of Markdown for each group of a study, for pseudo-harmonic modes (if any) and for harmonic ones.

    Parameters
    ----------
    found : Analysis
        Results of the study. Bars in its name are replaced.
    realizations : DataFrame
        Its table of realizations, for N, dimension and temperature.
    """
    good = realizations[realizations["status"] == "ok"]
    glass = [_distinct_values(good, column) for column in ("number", "dimension", "temperature")]
    name = " ".join(found.name.replace("|", "/").split())
    rows = []
    kinds = {"pseudo-harmonic": found.spot_exponents, "harmonic": found.exponents}
    for kind, r in ((kind, r) for kind, fits in kinds.items() if fits is not None for r in fits.itertuples()):
        if math.isnan(r.exponent):
            value, interval = "too few modes", "–"
        else:
            value, interval = TYPESET.with_error(r.exponent, r.error), TYPESET.interval(r.low95, r.high95)
        group = r.group if r.returns == "kept" else f"{r.group}, each defect once"
        counts = TYPESET.number(r.modes), TYPESET.number(r.effective)
        rows.append(_row([name, *glass, kind, group, *counts, value, interval, r.verdict]))
    return rows


def study_rows(table: pd.DataFrame) -> list[str]:
    """Return the lines of a Markdown table of studies, one row per study.

    Parameters
    ----------
    table : DataFrame
        From `compare_studies`.
    """
    headings = ["study", *PLAIN_COLUMNS, *MEASURED_COLUMNS]
    lines = [_row(headings), "|---" * len(headings) + "|"]
    for row in table.to_dict("records"):
        cells = [str(row["study"]).replace("|", "/")]
        cells += [TYPESET.number(row[name]) for name in PLAIN_COLUMNS.values()]
        cells += [TYPESET.with_error(row[name], row[f"{name}_error"]) or "–" for name in MEASURED_COLUMNS.values()]
        lines.append(_row(cells))
    return lines


def rewrite_exponents(page: str | Path, rows: list[str]) -> Path:
    """Replace the rows of a study in a page, or add them; rows of other studies stay.

    Parameters
    ----------
    page : str or Path
        A Markdown file with the lines `EXPONENTS_BEGIN` and `EXPONENTS_END`.
    rows : list of str
        From `exponent_rows`.

    Raises
    ------
    InputError
        The file does not exist, or has no place for the table.
    """
    page = Path(page)
    before, old, after = _parts(page, EXPONENTS_BEGIN, EXPONENTS_END)
    names = {_name(row) for row in rows}
    kept = [line for line in old.splitlines() if line.startswith("| ") and _name(line) not in {*names, "study"}]
    rule = "|---" * EXPONENTS_HEADER.count(" | ") + "|---|"
    lines = [EXPONENTS_HEADER, rule, *sorted(kept + rows, key=_name)]
    replace(page, "\n".join([f"{before}{EXPONENTS_BEGIN}", *lines, f"{EXPONENTS_END}{after}"]).encode())
    return page


def rewrite_studies(page: str | Path, table: pd.DataFrame) -> Path:
    """Replace the table of studies in a page.

    Parameters
    ----------
    page : str or Path
        A Markdown file with the lines `STUDIES_BEGIN` and `STUDIES_END`.
    table : DataFrame
        From `compare_studies`.

    Raises
    ------
    InputError
        The file does not exist, or has no place for the table.
    """
    page = Path(page)
    before, _, after = _parts(page, STUDIES_BEGIN, STUDIES_END)
    lines = [f"{before}{STUDIES_BEGIN}", *study_rows(table), f"{STUDIES_END}{after}"]
    replace(page, "\n".join(lines).encode())
    return page


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(" ".join(str(cell).split()) for cell in cells) + " |"


def _distinct_values(good: pd.DataFrame, column: str) -> str:
    """Return the values of a column, usually one."""
    values = sorted(good[column].dropna().unique()) if column in good else []
    return ", ".join(f"{value:g}" for value in values[:4]) or "–"


def _parts(page: Path, begin: str, end: str) -> tuple[str, str, str]:
    """Return the text before, between and after two lines of a page."""
    if not page.is_file():
        raise InputError("the page", str(page), "a Markdown file")
    text = page.read_text(encoding="utf-8")
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise InputError(str(page), "no place for the table", f"the lines {begin} and {end}, once each", "add them")
    before, rest = text.split(begin)
    old, after = rest.split(end)
    return before, old, after


def _name(row: str) -> str:
    return row.split("|")[1].strip()


def main() -> None:
    """Rewrite a table from the folders of collected studies."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", choices=["exponents", "studies"])
    parser.add_argument("page", type=Path)
    for option in ("--frequency", "--share"):
        parser.add_argument(option, type=float, help="of the selection, as in `atomglass analyze`")
    for option in ("--reference", "--participation"):
        parser.add_argument(option, help="of the selection, as in `atomglass analyze`")
    parser.add_argument("folders", type=Path, nargs="+", help="directories of collected studies")
    options = parser.parse_args()
    rule = selection_from_options(options.frequency, options.share, options.reference, options.participation)
    studies = [load_study(folder) for folder in options.folders]
    if options.table == "studies":
        table = compare_studies(studies, rule)
        if table["study"].duplicated().any():
            table["study"] = [folder.resolve().name for folder in options.folders]
        rewrite_studies(options.page, table)
    else:
        for folder, study in zip(options.folders, studies, strict=True):
            found = analyze(study, rule=rule, recurrences=load_recurrences(folder))
            rewrite_exponents(options.page, exponent_rows(found, study.realizations))
    print(f"written: {options.page}")


if __name__ == "__main__":
    main()
