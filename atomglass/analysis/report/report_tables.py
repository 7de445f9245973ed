"""The tables of an HTML report: header, rows and layout, with all text typeset."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from atomglass.analysis.report.typesetting import typeset
from atomglass.analysis.results.paper_values import verdict_with_needed
from atomglass.analysis.results.study_analysis import Analysis
from atomglass.analysis.statistics.number_format import TYPESET
from atomglass.analysis.statistics.verdicts import AGREES, DIFFERS, UNDECIDED

_RANGE = re.compile(r"(lowest|highest) (.+) in (\w+)")
#: A sign in addition to the color, for print in gray and for color-blind readers.
_SIGNS = {AGREES: "✓", DIFFERS: "≠", UNDECIDED: "?"}


@dataclass(frozen=True)
class ReportTable:
    """One table of a report.

    Attributes
    ----------
    caption : Markup
        What the table shows.
    header : tuple of Markup
        Names of the columns; on a phone every cell repeats its own.
    rows : tuple of tuple of Markup
        Cells.
    grid : bool
        Whether it is a grid of numbers, which scrolls sideways on a phone; other tables become cards.
    """

    caption: Markup
    header: tuple[Markup, ...]
    rows: tuple[tuple[Markup, ...], ...]
    grid: bool = False


def report_table(caption: str, header: Sequence[str], rows: Iterable[Sequence[Any]], grid: bool = False) -> ReportTable:
    """Typeset a table; cells that are already Markup stay as they are.

    Parameters
    ----------
    caption : str
        What the table shows.
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
    return typeset(TYPESET.number(value) if isinstance(value, (int, float)) else value)


def verdict_mark(verdict: str, needed: float = math.nan) -> Markup:
    """Return a verdict with its sign and color, and how many modes would decide; an empty text stays empty."""
    if verdict not in _SIGNS:
        return typeset(verdict)
    text = verdict_with_needed(verdict, needed)
    return Markup('<span class="verdict {0}">{1} {2}</span>').format(verdict, _SIGNS[verdict], text)


def statements_table(statements: pd.DataFrame) -> ReportTable:
    """Return the table "paper | ours | verdict" of the quantities for which the paper gives a number."""
    rows = [
        (
            *(r.quantity, TYPESET.number(r.paper), TYPESET.with_error(r.ours, r.error)),
            *(verdict_mark(r.verdict, r.needed), r.note),
        )
        for r in statements[statements["paper"].notna()].itertuples()
    ]
    return report_table(
        "What the paper states and what this study found (± one standard error that allows for correlated glasses).",
        ("quantity", "paper", "ours", "verdict", "note"),
        rows,
    )


def own_numbers_table(statements: pd.DataFrame) -> ReportTable:
    """Return the table of quantities for which the paper gives no number; each range takes one row."""
    ranges: dict[tuple[str, str], dict[str, float]] = {}
    rows: list[tuple[str, ...]] = []
    for r in statements[statements["paper"].isna()].itertuples():
        bound = _RANGE.fullmatch(r.quantity)
        if bound is None:
            rows.append((r.quantity, TYPESET.with_error(r.ours, r.error), r.note))
        else:
            ranges.setdefault((bound[2], bound[3]), {})[bound[1]] = r.ours
    rows += [
        (
            f"range of {name} in {group}",
            TYPESET.interval(ends.get("lowest", math.nan), ends.get("highest", math.nan)),
            "",
        )
        for (name, group), ends in ranges.items()
    ]
    return report_table("Also measured, without a number in the paper.", ("quantity", "ours", "note"), rows)


def overview_table(overview: pd.DataFrame) -> ReportTable:
    """Return the counts and shares, and whether the chains are stationary."""
    rows = [(r.quantity, TYPESET.with_error(r.value, r.error)) for r in overview.itertuples()]
    return report_table("Counts, shares, and the change of the energy along the chains.", ("quantity", "value"), rows)


def exponents_table(exponents: pd.DataFrame, what: str) -> ReportTable:
    """Return the exponents with their intervals and tests, of modes that `what` names."""
    columns: dict[str, Callable[[Any], Any]] = {
        "group": lambda r: r.group,
        "returns": lambda r: r.returns,
        "modes": lambda r: r.modes,
        "worth": lambda r: TYPESET.number(r.effective),
        "s": lambda r: TYPESET.with_error(r.exponent, r.error),
        "68 %": lambda r: TYPESET.interval(r.low68, r.high68),
        "95 %": lambda r: TYPESET.interval(r.low95, r.high95),
        "p (any s)": lambda r: TYPESET.number(r.p_fit, 2),
        "p (s = 3)": lambda r: TYPESET.number(r.p3, 2),
        "p (s = 4)": lambda r: TYPESET.number(r.p4, 2),
        "needed": lambda r: TYPESET.number(r.needed),
        "power": lambda r: TYPESET.number(r.power, 2),
        "verdict": lambda r: verdict_mark(r.verdict),
        "because": lambda r: r.because,
    }
    return report_table(
        f"{what}: D(omega) ~ omega^s up to the bound of each glass. Returns: recurrences of one defect in later "
        "glasses of a chain. Intervals: chains as units. Worth: number of independent modes that would give this "
        "error. p: Kolmogorov-Smirnov test, simulated. Needed: independent modes that distinguish 3 from 4; power: "
        "probability that this sample does. The verdict asks for a fit as well: with p (any s) below 0.01 it is "
        "“differs”.",
        tuple(columns),
        [[cell(r) for cell in columns.values()] for r in exponents.itertuples()],
    )


def grid_table(grid: pd.DataFrame) -> ReportTable:
    """Return the exponents on the grid of selections: one row per group and threshold, one column per bound f."""
    shares = sorted(grid["frequency_share"].unique())
    rows = []
    for (group, ratio), lines in grid.groupby(["group", "participation_ratio"], sort=True):
        at = lines.set_index("frequency_share")
        threshold = "none" if math.isinf(ratio) else TYPESET.number(ratio)
        rows.append((str(group), threshold, *(_grid_cell(at, share) for share in shares)))
    return report_table(
        "The exponent s on a grid of selections (number of modes in brackets): threshold of the participation ratio "
        "in rows, bound f = omega_max/omega_1 in columns.",
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
        (
            r.group,
            TYPESET.number(r.exponent),
            r.modes,
            TYPESET.with_error(r.prefactor, r.error),
            TYPESET.with_error(r.scaled, r.scaled_error),
        )
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
            r.name,
            r.meaning,
            TYPESET.with_error(r.value, r.error),
            TYPESET.number(r.expected),
            TYPESET.number(r.p, 2),
            r.modes,
            verdict_mark(r.verdict),
        )
        for r in theory.rename(columns={"count": "modes"}).itertuples()
    ]
    return report_table(
        "Each row compares one prediction of the theory with the modes of this study.",
        ("test", "number", "measured", "expected", "p", "modes", "verdict"),
        rows,
    )


def two_terms_table(found: Analysis) -> ReportTable | None:
    """Return the fit of c3 omega^3 - c4 omega^4 to group B; None with too few modes."""
    fit = found.two_terms
    if fit is None:
        return None
    rows = [
        ("modes", fit.count),
        ("crossing frequency c3/c4 (ω)", TYPESET.number(fit.crossing)),
        ("its 95 % interval", TYPESET.interval(fit.low, fit.high)),
        ("log-likelihood above ω^3 alone", TYPESET.number(fit.over_cubic)),
        ("log-likelihood above ω^4 alone", TYPESET.number(fit.over_quartic)),
    ]
    return report_table("Group B as c3 omega^3 − c4 omega^4, the theory's own form.", ("quantity", "value"), rows)
