"""Results as tables of text for a terminal."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pandas as pd

from atomglass.analysis.results.paired_studies import PairedComparison
from atomglass.analysis.results.study_analysis import Analysis
from atomglass.analysis.selection import Selection
from atomglass.analysis.statistics.chain_errors import fraction
from atomglass.analysis.statistics.number_format import PLAIN
from atomglass.landscape.double_wells import WellOutcome

#: Title, header and rows.
TextTable = tuple[str, list[str], list[list[str]]]
#: Smaller differences of paired quantities are rounding errors: published tables hold modes in single precision.
ROUNDING = 1e-6


def analysis_tables(found: Analysis) -> list[TextTable]:
    """Return all tables of an analysis."""
    tables = [_overview(found.overview), _exponents(found.exponents, found.rule), _selection(found.selection)]
    if found.two_terms is not None:
        t = found.two_terms
        rows = [
            ["omega_c = c3/c4", PLAIN.number(t.crossing)],
            ["95 % interval", f"{PLAIN.number(t.low)} to {PLAIN.number(t.high)}"],
            ["log-likelihood above omega^3", PLAIN.number(t.over_cubic)],
            ["log-likelihood above omega^4", PLAIN.number(t.over_quartic)],
        ]
        tables.append(("Group B as c3 omega^3 - c4 omega^4", ["", ""], rows))
    return [*tables, _prefactors(found.prefactors), _statements(found.statements), _theory(found.theory)]


def _overview(table: pd.DataFrame) -> TextTable:
    rows = [[r.quantity, PLAIN.with_error(r.value, r.error)] for r in table.itertuples()]
    return "The study", ["", ""], rows


def _exponents(table: pd.DataFrame, rule: Selection) -> TextTable:
    title = f"Exponents: D(omega) ~ omega^s, {rule}; theory: 4 in A, 3 in B"
    columns: dict[str, Callable[[Any], str]] = {
        "group": lambda r: r.group,
        "returns": lambda r: r.returns,
        "modes": lambda r: PLAIN.number(r.modes),
        "worth": lambda r: PLAIN.number(r.effective),
        "s": lambda r: PLAIN.with_error(r.exponent, r.error),
        "68 %": lambda r: _interval(r.low68, r.high68),
        "95 %": lambda r: _interval(r.low95, r.high95),
        "p(fit)": lambda r: PLAIN.number(r.p_fit, 2),
        "p(3)": lambda r: PLAIN.number(r.p3, 2),
        "p(4)": lambda r: PLAIN.number(r.p4, 2),
        "dlnL(3)": lambda r: PLAIN.number(r.dlnL3, 2),
        "dlnL(3.5)": lambda r: PLAIN.number(r.dlnL35, 2),
        "dlnL(4)": lambda r: PLAIN.number(r.dlnL4, 2),
        "needed": lambda r: PLAIN.number(r.needed),
        "power": lambda r: PLAIN.number(r.power, 2),
        "verdict": lambda r: f"{r.verdict}: {r.because}",
    }
    rows = [[cell(r) for cell in columns.values()] for r in table.itertuples()]
    return title, list(columns), rows


def _interval(low: float, high: float) -> str:
    return "" if math.isnan(low) else f"{low:.2f} to {high:.2f}"


def _selection(table: pd.DataFrame) -> TextTable:
    """Return one row per group and bound on the participation ratio, one column per bound f."""
    shares = sorted(table["frequency_share"].unique())
    rows = []
    for (group, ratio), lines in table.groupby(["group", "participation_ratio"]):
        at = lines.set_index("frequency_share")
        cells = [
            "" if math.isnan(at.exponent[f]) else f"{at.exponent[f]:.1f} +- {at.error[f]:.1f} ({at.modes[f]})"
            for f in shares
        ]
        rows.append([str(group), PLAIN.number(ratio), *cells])
    return "Exponent against selection (modes)", ["group", "PR <", *(f"f = {f:g}" for f in shares)], rows


def _prefactors(table: pd.DataFrame) -> TextTable:
    rows = [
        [
            r.group,
            PLAIN.number(r.exponent),
            PLAIN.number(r.modes),
            PLAIN.with_error(r.prefactor, r.error),
            PLAIN.with_error(r.scaled, r.scaled_error),
        ]
        for r in table.itertuples()
    ]
    header = ["group", "s", "modes", "A", "A omega_1^(s+1)"]
    return "Prefactor of D(omega) = A omega^s, per degree of freedom", header, rows


def _statements(table: pd.DataFrame) -> TextTable:
    rows = [
        [r.quantity, PLAIN.number(r.paper), PLAIN.with_error(r.ours, r.error), r.verdict, r.note]
        for r in table.itertuples()
    ]
    return "The paper's statements", ["quantity", "paper", "ours", "verdict", "note"], rows


def _theory(table: pd.DataFrame) -> TextTable:
    rows = [
        [
            r.name,
            r.meaning,
            PLAIN.with_error(r.value, r.error),
            PLAIN.number(r.expected),
            PLAIN.number(r.p, 2),
            PLAIN.number(r.modes),
            r.verdict,
        ]
        for r in table.rename(columns={"count": "modes"}).itertuples()
    ]
    return "Tests of the theory", ["test", "number", "measured", "expected", "p", "modes", "verdict"], rows


def well_outcomes_table(wells: pd.DataFrame) -> TextTable:
    """Return how many displaced glasses of each kind went where; medians are those of the new minima."""
    header = ["modes", "count", *map(str, WellOutcome), "share new", "saddles", "height", "of quartic's", "particles"]
    hidden = wells["second_minimum"].astype(bool)
    kinds = {
        "B": wells["group"] == "B",
        "A, hidden well": (wells["group"] == "A") & hidden,
        "A, no second well": (wells["group"] == "A") & ~hidden,
        "unbounded": ~wells["group"].isin(["A", "B"]),
    }
    rows = [_well_outcomes(name, wells[chosen]) for name, chosen in kinds.items() if chosen.any()]
    return "Displaced to the second well and quenched", [*header, "overlap", "deeper"], rows


def _well_outcomes(name: str, rows: pd.DataFrame) -> list[str]:
    counts = rows["outcome"].value_counts()
    is_new = rows["outcome"] == str(WellOutcome.NEW)
    new, found = rows[is_new], fraction(is_new, rows["chain"])
    return [
        name,
        str(len(rows)),
        *(str(counts.get(str(outcome), 0)) for outcome in WellOutcome),
        f"{found.value:.3f} +- {found.error:.3f}",
        str(int(new["barrier"].notna().sum())),
        f"{new['barrier'].median():.2g}",
        f"{(new['barrier'] / new['quartic_barrier']).median():.2g}",
        f"{new['moved_particles'].median():.0f}",
        f"{new['overlap'].median():.2f}",
        f"{(new['energy_difference'] < 0).mean():.2f}",
    ]


def outcome_exponents_table(table: pd.DataFrame) -> TextTable:
    """Return the exponents of the modes that led to another minimum, and of those that did not."""
    rows = [
        [r.group, r.led_to, str(r.modes), PLAIN.with_error(r.exponent, r.error), PLAIN.number(r.softest, 2)]
        for r in table.itertuples()
    ]
    return "Exponents by where the displaced glass went", ["group", "led to", "modes", "s", "softest / bound"], rows


def comparison_table(table: pd.DataFrame) -> TextTable:
    """Return studies side by side: one column per study, one row per quantity."""
    measured = [name for name in table.columns if f"{name}_error" in table.columns]
    plain = [name for name in table.columns if name not in measured and not name.endswith("_error") and name != "study"]
    rows = [[name, *(PLAIN.number(value) for value in table[name])] for name in plain]
    rows += [
        [name, *(PLAIN.with_error(v, e) for v, e in zip(table[name], table[f"{name}_error"], strict=True))]
        for name in measured
    ]
    return "Studies side by side", ["", *map(str, table["study"])], rows


def paired_table(found: PairedComparison) -> TextTable:
    """Return the comparison of two studies of the same liquids: how many glasses changed, and each quantity."""
    first, second = found.names
    same = found.same
    rows = [
        ["glasses in both, chains", f"{found.pairs}, {found.chains}", "", ""],
        ["same inherent state", "", "", f"{int(same.count)}: {PLAIN.with_error(same.value, same.error)}"],
        ["other one: second lower, higher", "", "", f"{found.lower}, {found.higher}"],
        ["energy per particle", "", "", f"{found.energy:+.2g} +- {found.energy_error:.1g}"],
    ]
    if found.other_liquids:
        rows.append(["from other liquids, left out", str(found.other_liquids), "", ""])
    for r in found.table.itertuples():
        rounding = abs(r.difference) < ROUNDING and r.error < ROUNDING
        rows.append(
            [
                r.quantity,
                PLAIN.number(r.first),
                PLAIN.number(r.second),
                "0" if rounding else PLAIN.with_error(r.difference, r.error),
            ]
        )
    return f"Paired glasses: {first} and {second}", ["", "first", "second", "second - first"], rows
