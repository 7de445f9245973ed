"""Results as tables of text for a terminal."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pandas as pd

from atomglass.analysis.results.paper_statements import side_by_side
from atomglass.analysis.results.paper_values import verdict_with_needed
from atomglass.analysis.results.participation_cut import without_cut
from atomglass.analysis.results.study_analysis import Analysis
from atomglass.analysis.results.two_level_theories import THEORIES
from atomglass.analysis.selection import Selection
from atomglass.analysis.statistics.number_format import PLAIN, NumberFormat

#: Title, header and rows.
TextTable = tuple[str, list[str], list[list[str]]]


def analysis_tables(found: Analysis) -> list[TextTable]:
    """Return all tables of an analysis."""
    tables = [_overview(found.overview)]
    if found.two_level_systems is not None:
        tables.append(_overview(found.two_level_systems, "Two-level systems"))
    if found.two_level_theories is not None:
        tables.append(_theories(found.two_level_theories))
    if found.two_level_links is not None:
        tables.append(_overview(found.two_level_links, "Two-level systems and soft modes"))
    tables += [*_spot_exponents(found), _exponents(found.exponents, found.rule)]
    tables += [_exponents(found.exponents_without_cut, without_cut(found.rule)), _cut(found.participation_cut)]
    tables += [_bounds(found.bounds), *_spot_bins(found.spot_bins), *_particle_numbers(found.particle_numbers)]
    tables.append(_chain_stiffness(found.chain_stiffness))
    tables.append(_selection(found.selection, found.rule))
    if found.two_terms is not None:
        t = found.two_terms
        rows = [
            ["omega_c = c3/c4", PLAIN.number(t.crossing)],
            ["95 % interval", f"{PLAIN.number(t.low)} to {PLAIN.number(t.high)}"],
            ["log-likelihood above omega^3", PLAIN.number(t.over_cubic)],
            ["log-likelihood above omega^4", PLAIN.number(t.over_quartic)],
        ]
        tables.append(("Group B as c3 omega^3 - c4 omega^4", ["", ""], rows))
    tables += [_prefactors(found.prefactors), _statements(found.statements, found.spot_statements)]
    tables.append(_theory(found.theory, "harmonic modes"))
    return tables if found.spot_theory is None else [*tables, _theory(found.spot_theory, "pseudo-harmonic modes")]


def _overview(table: pd.DataFrame, title: str = "The study") -> TextTable:
    rows = [[r.quantity, PLAIN.with_error(r.value, r.error)] for r in table.itertuples()]
    return title, ["", ""], rows


def _theories(table: pd.DataFrame) -> TextTable:
    rows = []
    for _, r in table.iterrows():
        search = PLAIN.with_error(r["search"], r["search_error"])
        rows.append([r["quantity"], search, *(PLAIN.number(r[name]) for name in THEORIES[1:])])
    return "Two-level systems beside theories, each from the same glasses", ["", *THEORIES], rows


def _spot_exponents(found: Analysis) -> list[TextTable]:
    if found.spot_exponents is None:
        return []
    title = f"Exponents of pseudo-harmonic modes, D(omega) ~ omega^s, {without_cut(found.rule)}; theory: 4 in A, 3 in B"
    return [_exponents(found.spot_exponents, found.rule, title)]


def _exponents(table: pd.DataFrame, rule: Selection, title: str = "") -> TextTable:
    title = title or f"Effective exponents of harmonic modes, D(omega) ~ omega^s, {rule}; theory: 4 in A, 3 in B"
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
        "verdict (interval and fit)": lambda r: f"{r.verdict}: {r.because}",
    }
    rows = [[cell(r) for cell in columns.values()] for r in table.itertuples()]
    return title, list(columns), rows


def _interval(low: float, high: float) -> str:
    return "" if math.isnan(low) else f"{low:.2f} to {high:.2f}"


def _cut(table: pd.DataFrame) -> TextTable:
    rows = [
        [f"{r.low:g} to {r.high:g}", str(r.modes), str(r.passed), "" if math.isnan(r.share) else f"{1 - r.share:.2f}"]
        for r in table.itertuples()
    ]
    return "Share of harmonic modes that the bound on PR cuts", ["omega", "modes", "passed", "share cut"], rows


def _bounds(table: pd.DataFrame) -> TextTable:
    """Return one row per bound and kind of modes, the groups in columns."""
    rows = []
    for (kind, share, frequency), lines in table.groupby(["kind", "share", "frequency"], sort=False):
        at = lines.set_index("group")
        known = at.exponent.notna()
        cells = [f"{at.exponent[g]:.1f} +- {at.error[g]:.1f}" if known[g] else "" for g in at.index]
        counts = [f"{at.modes[g]} ({at.effective_chains[g]:.0f})" if at.modes[g] else "0" for g in at.index]
        verdicts = [at.verdict[g] for g in at.index]
        row = [cell for each in zip(cells, counts, verdicts, strict=True) for cell in each]
        rows.append([str(kind), f"{share:g}", f"{frequency:.3g}", *row, PLAIN.number(at.beyond_starts["all"], 2)])
    header = [name for g in ("A", "B", "all") for name in (f"s of {g}", "modes (chains)", "interval")]
    title = "Exponents below fixed frequencies (share of the study's median omega_1; verdict: 95 % interval alone)"
    return title, ["modes", "share", "omega <", *header, "beyond starts"], rows


def _particle_numbers(table: pd.DataFrame | None) -> list[TextTable]:
    if table is None or not len(table):
        return []
    title = "Exponents of pseudo-harmonic modes by number of particles, N PR, below f times the chain's median omega_1"
    return [(title, *particle_number_rows(table, PLAIN))]


def particle_number_rows(
    table: pd.DataFrame, style: NumberFormat, shares: tuple[float, ...] | None = None
) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of exponents by the number of particles: one column per bound.

    Parameters
    ----------
    table : DataFrame
        From `exponents_by_particle_number`.
    style : NumberFormat
        How numbers are written.
    shares : tuple of float, optional
        The bounds; those of the table by default. A dash stands where the table has none.
    """
    shares = shares or tuple(sorted(table["share"].unique()))
    rows = []
    for (particles, group), lines in table.groupby(["particles", "group"], sort=False):
        at = lines.set_index("share")
        cells = [
            f"{style.with_error(at.exponent[s], at.error[s]) or '–'} ({style.number(at.modes[s])})"
            if s in at.index
            else "–"
            for s in shares
        ]
        rows.append([str(particles), str(group), *cells])
    return ["particles", "group", *(f"f = {share:g}" for share in shares)], rows


def _spot_bins(table: pd.DataFrame | None) -> list[TextTable]:
    if table is None:
        return []
    rows = [
        [
            f"{r.low:g} to {r.high:g}",
            *(PLAIN.number(n) for n in (r.modes, r.not_converged)),
            *(PLAIN.number(x, 2) for x in (r.share_A, r.share_B, r.unbounded, r.hits, r.hit_once, r.beyond_starts)),
        ]
        for r in table.itertuples()
    ]
    header = ["omega", "modes", "not converged", "A", "B", "b4 <= 0", "hits", "hit once", "beyond starts"]
    return [("Pseudo-harmonic modes: shares of A and B, and the evidence of completeness", header, rows)]


def _chain_stiffness(table: pd.DataFrame) -> TextTable:
    rows = [
        [
            *(r.kind, r.third, f"{r.lowest:.3g} to {r.highest:.3g}", str(r.chains), r.group, str(r.modes)),
            *(PLAIN.number(r.effective_chains, 2), PLAIN.with_error(r.exponent, r.error)),
        ]
        for r in table.itertuples()
    ]
    header = ["modes", "chains", "median omega_1", "number", "group", "count", "effective", "s"]
    return "Exponents by thirds of the chains' median omega_1", header, rows


def _selection(table: pd.DataFrame, rule: Selection) -> TextTable:
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
    title = f"Effective exponent of harmonic modes below f of the {rule.unit or 'median omega_1 of the study'} (modes)"
    return title, ["group", "PR <", *(f"f = {f:g}" for f in shares)], rows


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


def _statements(table: pd.DataFrame, spots: pd.DataFrame | None) -> TextTable:
    """Return the paper's statements for harmonic modes and, where there are any, pseudo-harmonic ones beside them."""
    if spots is None:
        rows = [
            [*(r.quantity, PLAIN.number(r.paper), PLAIN.with_error(r.ours, r.error)), _verdict(r), r.note]
            for r in table.itertuples()
        ]
        return "The paper's statements", ["quantity", "paper", "ours", "verdict", "note"], rows
    rows = [
        [
            *(r.quantity, PLAIN.number(r.paper), PLAIN.with_error(r.ours, r.error), _verdict(r)),
            *(PLAIN.with_error(r.ours_spots, r.error_spots), _verdict(r, "_spots"), r.note),
        ]
        for r in side_by_side(table, spots).itertuples()
    ]
    header = ["quantity", "paper", "harmonic", "verdict", "pseudo-harmonic", "verdict", "note"]
    return "The paper's statements", header, rows


def _verdict(row: Any, kind: str = "") -> str:
    return verdict_with_needed(getattr(row, f"verdict{kind}"), getattr(row, f"needed{kind}"))


def _theory(table: pd.DataFrame, kind: str) -> TextTable:
    rows = [
        [
            *(r.name, r.meaning, PLAIN.with_error(r.value, r.error), PLAIN.number(r.expected)),
            *(PLAIN.number(r.p, 2), PLAIN.number(r.modes), r.verdict),
        ]
        for r in table.rename(columns={"count": "modes"}).itertuples()
    ]
    return f"Tests of the theory, {kind}", ["test", "number", "measured", "expected", "p", "modes", "verdict"], rows
