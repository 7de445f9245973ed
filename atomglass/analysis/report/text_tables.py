"""An analysis as tables of text, for a terminal."""

from __future__ import annotations

import math

import pandas as pd

from atomglass.analysis.results.paired_studies import Paired
from atomglass.analysis.results.study_analysis import Analysis

TextTable = tuple[str, list[str], list[list[str]]]
#: Differences of paired quantities below this are rounding: published tables hold modes in single precision.
ROUNDING = 1e-6


def number(value: object, digits: int = 3) -> str:
    """Return a number in a few digits, and nothing for NaN."""
    if not isinstance(value, (int, float)):
        return str(value)
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "none"
    if float(value).is_integer() and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.{digits}g}"


def with_error(value: float, error: float) -> str:
    """Return value +- error, both to the error's second digit."""
    if math.isnan(value) or math.isnan(error) or not error > 0:
        return number(value)
    places = 1 - math.floor(math.log10(error))
    if 0 <= places <= 6 and abs(value) < 1e6:
        return f"{value:.{places}f} +- {error:.{places}f}"
    return f"{value:.3g} +- {error:.2g}"


def analysis_tables(found: Analysis) -> list[TextTable]:
    """Return the tables to print: title, header, rows."""
    tables = [_overview(found.overview), _exponents(found.exponents), _selection(found.selection)]
    if found.two_terms is not None:
        t = found.two_terms
        rows = [
            ["omega_c = c3/c4", number(t.crossing)],
            ["95 % interval", f"{number(t.low)} to {number(t.high)}"],
            ["log-likelihood above omega^3", number(t.over_cubic)],
            ["log-likelihood above omega^4", number(t.over_quartic)],
        ]
        tables.append(("Group B as c3 omega^3 - c4 omega^4", ["", ""], rows))
    return [*tables, _prefactors(found.prefactors), _statements(found.statements), _theory(found.theory)]


def _overview(table: pd.DataFrame) -> TextTable:
    rows = [[r.quantity, with_error(r.value, r.error)] for r in table.itertuples()]
    return "The study", ["", ""], rows


def _exponents(table: pd.DataFrame) -> TextTable:
    header = [
        "group", "returns", "modes", "worth", "s", "68 %", "95 %", "p(fit)", "p(3)", "p(4)", "dlnL(3)", "dlnL(3.5)",
        "dlnL(4)", "needed", "power", "verdict",
    ]  # fmt: skip
    rows = [
        [
            r.group, r.returns, number(r.modes), number(r.effective), with_error(r.exponent, r.error),
            _interval(r.low68, r.high68), _interval(r.low95, r.high95), number(r.p_fit, 2), number(r.p3, 2),
            number(r.p4, 2), number(r.dlnL3, 2), number(r.dlnL35, 2), number(r.dlnL4, 2), number(r.needed),
            number(r.power, 2), r.verdict,
        ]
        for r in table.itertuples()
    ]  # fmt: skip
    return "Exponents: D(omega) ~ omega^s below 0.8 omega_1; theory: 4 in A, 3 in B", header, rows


def _interval(low: float, high: float) -> str:
    return "" if math.isnan(low) else f"{low:.2f} to {high:.2f}"


def _selection(table: pd.DataFrame) -> TextTable:
    """One line a group and participation ratio, one column a frequency share."""
    shares = sorted(table["frequency_share"].unique())
    rows = []
    for (group, ratio), lines in table.groupby(["group", "participation_ratio"]):
        at = lines.set_index("frequency_share")
        cells = [
            "" if math.isnan(at.exponent[f]) else f"{at.exponent[f]:.1f} +- {at.error[f]:.1f} ({at.modes[f]})"
            for f in shares
        ]
        rows.append([str(group), number(ratio), *cells])
    return "Exponent against selection (modes)", ["group", "PR <", *(f"f = {f:g}" for f in shares)], rows


def _prefactors(table: pd.DataFrame) -> TextTable:
    rows = [
        [
            r.group, number(r.exponent), number(r.modes), with_error(r.prefactor, r.error),
            with_error(r.scaled, r.scaled_error),
        ]
        for r in table.itertuples()
    ]  # fmt: skip
    header = ["group", "s", "modes", "A", "A omega_1^(s+1)"]
    return "Prefactor of D(omega) = A omega^s, per degree of freedom", header, rows


def _statements(table: pd.DataFrame) -> TextTable:
    rows = [[r.quantity, number(r.paper), with_error(r.ours, r.error), r.verdict, r.note] for r in table.itertuples()]
    return "The paper's statements", ["quantity", "paper", "ours", "verdict", "note"], rows


def _theory(table: pd.DataFrame) -> TextTable:
    rows = [
        [
            r.name,
            r.meaning,
            with_error(r.value, r.error),
            number(r.expected),
            number(r.p, 2),
            number(r.modes),
            r.verdict,
        ]
        for r in table.rename(columns={"count": "modes"}).itertuples()
    ]
    return "Tests of the theory", ["test", "number", "measured", "expected", "p", "modes", "verdict"], rows


def outcome_exponents_table(table: pd.DataFrame) -> TextTable:
    """Return the exponents of modes that led to another minimum, and of those that did not."""
    rows = [
        [r.group, r.led_to, str(r.modes), with_error(r.exponent, r.error), number(r.softest, 2)]
        for r in table.itertuples()
    ]
    return "Exponents by where the displaced glass went", ["group", "led to", "modes", "s", "softest / bound"], rows


def comparison_table(table: pd.DataFrame) -> TextTable:
    """Return studies side by side: a column each study, a line each quantity."""
    measured = [name for name in table.columns if f"{name}_error" in table.columns]
    plain = [name for name in table.columns if name not in measured and not name.endswith("_error") and name != "study"]
    rows = [[name, *(number(value) for value in table[name])] for name in plain]
    rows += [
        [name, *(with_error(v, e) for v, e in zip(table[name], table[f"{name}_error"], strict=True))]
        for name in measured
    ]
    return "Studies side by side", ["", *map(str, table["study"])], rows


def paired_table(found: Paired) -> TextTable:
    """Return what two studies made of the same liquids: how many glasses changed, and how much each quantity."""
    first, second = found.names
    same = found.same
    told = [
        ["glasses in both, chains", f"{found.pairs}, {found.chains}", "", ""],
        ["same inherent state", "", "", f"{int(same.count)}: {with_error(same.value, same.error)}"],
        ["other one: second lower, higher", "", "", f"{found.lower}, {found.higher}"],
        ["energy per particle", "", "", f"{found.energy:+.2g} +- {found.energy_error:.1g}"],
    ]
    if found.other_liquids:
        told.append(["from other liquids, left out", str(found.other_liquids), "", ""])
    for r in found.table.itertuples():
        rounding = abs(r.difference) < ROUNDING and r.error < ROUNDING
        told.append(
            [r.quantity, number(r.first), number(r.second), "0" if rounding else with_error(r.difference, r.error)]
        )
    return f"Paired glasses: {first} and {second}", ["", "first", "second", "second - first"], told
