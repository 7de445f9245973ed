"""The tables of a report: header, rows and look, all text already typeset."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from atomglass.analysis.report.typesetting import interval, number, typeset, with_error
from atomglass.analysis.results.study_analysis import Analysis
from atomglass.analysis.statistics.verdicts import AGREES, DIFFERS, UNDECIDED

_RANGE = re.compile(r"(lowest|highest) (.+) in (\w+)")
#: A sign beside the color, for print in gray and for readers who do not tell the colors apart.
_SIGNS = {AGREES: "✓", DIFFERS: "≠", UNDECIDED: "?"}


@dataclass(frozen=True)
class ReportTable:
    """One table.

    Attributes
    ----------
    caption : Markup
        What it shows.
    header : tuple of Markup
        Names of the columns; a phone repeats them in every cell.
    rows : tuple of tuple of Markup
        Cells.
    grid : bool
        A grid of numbers, which scrolls sideways on a phone; other tables become cards.
    """

    caption: Markup
    header: tuple[Markup, ...]
    rows: tuple[tuple[Markup, ...], ...]
    grid: bool = False


def report_table(caption: str, header: Sequence[str], rows: Iterable[Sequence[Any]], grid: bool = False) -> ReportTable:
    """Typeset a table; cells that are Markup already stay as they are.

    Parameters
    ----------
    caption : str
        What it shows.
    header : sequence of str
        Names of the columns.
    rows : iterable of sequences
        Text or numbers.
    grid : bool
        Whether it is a grid of numbers.
    """
    cells = tuple(tuple(_cell(value) for value in row) for row in rows)
    return ReportTable(typeset(caption), tuple(typeset(name) for name in header), cells, grid)


def _cell(value: Any) -> Markup:
    if isinstance(value, Markup):
        return value
    return typeset(number(value) if isinstance(value, (int, float)) else value)


def verdict_mark(word: str) -> Markup:
    """Return a verdict with its sign and color; nothing where there is none."""
    if word not in _SIGNS:
        return typeset(word)
    return Markup('<span class="verdict {0}">{1} {0}</span>').format(word, _SIGNS[word])


def statements_table(statements: pd.DataFrame) -> ReportTable:
    """Return the table "paper | ours | verdict" of what the paper gives a number for."""
    rows = [
        (r.quantity, number(r.paper), with_error(r.ours, r.error), verdict_mark(r.verdict), r.note)
        for r in statements[statements["paper"].notna()].itertuples()
    ]
    return report_table(
        "What the paper states, beside what this study found (± one standard error that allows for chains).",
        ("quantity", "paper", "ours", "verdict", "note"),
        rows,
    )


def own_numbers_table(statements: pd.DataFrame) -> ReportTable:
    """Return what was measured beside the statements: numbers that the paper does not print, ranges in one row each."""
    ranges: dict[tuple[str, str], dict[str, float]] = {}
    rows: list[tuple[str, ...]] = []
    for r in statements[statements["paper"].isna()].itertuples():
        bound = _RANGE.fullmatch(r.quantity)
        if bound is None:
            rows.append((r.quantity, with_error(r.ours, r.error), r.note))
        else:
            ranges.setdefault((bound[2], bound[3]), {})[bound[1]] = r.ours
    rows += [
        (f"range of {name} in {group}", interval(ends.get("lowest", math.nan), ends.get("highest", math.nan)), "")
        for (name, group), ends in ranges.items()
    ]
    return report_table("Measured too, without a number in the paper.", ("quantity", "ours", "note"), rows)


def exponents_table(exponents: pd.DataFrame) -> ReportTable:
    """Return the exponents with their intervals and tests."""
    rows = [
        (
            r.group, r.returns, r.modes, number(r.effective), with_error(r.exponent, r.error),
            interval(r.low68, r.high68), interval(r.low95, r.high95), number(r.p_fit, 2), number(r.p3, 2),
            number(r.p4, 2), number(r.needed), number(r.power, 2), verdict_mark(r.verdict),
        )
        for r in exponents.itertuples()
    ]  # fmt: skip
    header = (
        "group", "returns", "modes", "worth", "s", "68 %", "95 %", "p (any s)", "p (s = 3)", "p (s = 4)", "needed",
        "power", "verdict",
    )  # fmt: skip
    return report_table(
        "D(omega) ~ omega^s up to the bound of each glass. Returns: of one defect in later glasses of a chain. "
        "Intervals: bootstrap over chains. Worth: how many independent modes would give this error. p: "
        "Kolmogorov-Smirnov test, simulated. Needed: independent modes that tell 3 from 4; power: how likely this "
        "sample does.",
        header,
        rows,
    )


def grid_table(grid: pd.DataFrame) -> ReportTable:
    """Return the exponents on the grid of selections: a row a group and threshold, a column a bound f."""
    shares = sorted(grid["frequency_share"].unique())
    rows = []
    for (group, ratio), lines in grid.groupby(["group", "participation_ratio"], sort=True):
        at = lines.set_index("frequency_share")
        threshold = "none" if math.isinf(ratio) else number(ratio)
        rows.append((str(group), threshold, *(_grid_cell(at, share) for share in shares)))
    return report_table(
        "The exponent s on a grid of selections (number of modes in brackets): threshold of the participation ratio "
        "down, bound f = omega_max/omega_1 across.",
        ("group", "PR <", *(f"f = {share:g}" for share in shares)),
        rows,
        grid=True,
    )


def _grid_cell(lines: pd.DataFrame, share: float) -> str:
    line = lines.loc[share]
    if math.isnan(line["exponent"]):
        return f"– ({int(line['modes'])})"
    return f"{line['exponent']:.1f} ± {line['error']:.1f} ({int(line['modes'])})".replace("-", "−")


def prefactors_table(prefactors: pd.DataFrame) -> ReportTable:
    """Return the prefactors A of D = A omega^s."""
    rows = [
        (r.group, number(r.exponent), r.modes, with_error(r.prefactor, r.error), with_error(r.scaled, r.scaled_error))
        for r in prefactors.itertuples()
    ]
    return report_table(
        "Prefactor A_g of D(omega) = A_g omega^s per degree of freedom, s held fixed.",
        ("group", "s", "modes", "A_g", "A_g omega_1^(s+1)"),
        rows,
    )


def theory_table(theory: pd.DataFrame) -> ReportTable:
    """Return the tests of the theory."""
    rows = [
        (
            r.name, r.meaning, with_error(r.value, r.error), number(r.expected), number(r.p, 2), r.modes,
            verdict_mark(r.verdict),
        )
        for r in theory.rename(columns={"count": "modes"}).itertuples()
    ]  # fmt: skip
    return report_table(
        "Each row holds one consequence of the theory against the modes of this study.",
        ("test", "number", "measured", "expected", "p", "modes", "verdict"),
        rows,
    )


def two_terms_table(found: Analysis) -> ReportTable | None:
    """Return the fit of c3 omega^3 - c4 omega^4 to group B; None where there are too few modes."""
    fit = found.two_terms
    if fit is None:
        return None
    rows = [
        ("modes", fit.count),
        ("crossing frequency c3/c4 (ω)", number(fit.crossing)),
        ("its 95 % interval", interval(fit.low, fit.high)),
        ("log-likelihood above ω^3 alone", number(fit.over_cubic)),
        ("log-likelihood above ω^4 alone", number(fit.over_quartic)),
    ]
    return report_table("Group B as c3 omega^3 − c4 omega^4, the theory's own form.", ("quantity", "value"), rows)
