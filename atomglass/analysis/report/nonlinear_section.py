"""The sections of a report on what makes the exponents: bounds, the cut on PR, chains, pseudo-harmonic modes."""

from __future__ import annotations

import math

import pandas as pd

from atomglass.analysis.report.report_tables import ReportTable, report_table, verdict_mark
from atomglass.analysis.report.text_tables import particle_number_rows
from atomglass.analysis.results.paper_statements import side_by_side
from atomglass.analysis.statistics.number_format import TYPESET


def bounds_table(table: pd.DataFrame) -> ReportTable:
    """Return the exponents below fixed frequencies, one row per bound, kind of modes and group."""
    rows = [
        (
            r.kind,
            r.group,
            TYPESET.number(r.share),
            TYPESET.number(r.frequency),
            r.modes,
            TYPESET.number(r.effective_chains, 2),
            TYPESET.with_error(r.exponent, r.error),
            TYPESET.interval(r.low95, r.high95),
            verdict_mark(r.verdict),
            TYPESET.number(r.beyond_starts, 2),
        )
        for r in table.itertuples()
    ]
    return report_table(
        "Exponents below fixed frequencies. Share: the bound in units of the study's median omega_1. Effective chains: "
        "number of equally rich chains that would hold the modes. The verdict here is that of the 95 % interval alone, "
        "without a test of the fit. Beyond starts: share of the glasses whose highest start of the search lies below "
        "the bound; pseudo-harmonic modes may be missing there.",
        ("kind", "group", "share", "omega <", "modes", "effective chains", "s", "95 %", "verdict", "beyond starts"),
        rows,
    )


def particle_number_table(table: pd.DataFrame) -> ReportTable:
    """Return the exponents of pseudo-harmonic modes of few and of many particles."""
    return report_table(
        "Exponents of pseudo-harmonic modes by the number of particles that take part, N PR, below the share f of the "
        "median omega_1 of their chain; the number of modes in parentheses. Vibrations of few particles, which only "
        "contacts near their cutoff hold, obey a law of their own.",
        *particle_number_rows(table, TYPESET),
    )


def cut_table(table: pd.DataFrame) -> ReportTable:
    """Return the share of modes that the bound on the participation ratio cuts, bin by bin."""
    rows = [
        (_bin(r.low, r.high), r.modes, r.passed, TYPESET.number(math.nan if math.isnan(r.share) else 1 - r.share, 2))
        for r in table.itertuples()
    ]
    caption = "Harmonic modes below the bound on the frequency, and those that pass the bound on PR."
    return report_table(caption, ("omega", "modes", "passed", "share cut"), rows)


def chain_stiffness_table(table: pd.DataFrame) -> ReportTable:
    """Return the exponents by thirds of the chains' median omega_1."""
    rows = [
        (
            r.kind,
            r.third,
            TYPESET.interval(r.lowest, r.highest),
            r.group,
            r.modes,
            TYPESET.number(r.effective_chains, 2),
            TYPESET.with_error(r.exponent, r.error),
        )
        for r in table.itertuples()
    ]
    return report_table(
        "Exponents by thirds of the chains, ordered by their median omega_1.",
        ("kind", "third", "median omega_1", "group", "modes", "effective chains", "s"),
        rows,
    )


def spot_bins_table(table: pd.DataFrame) -> ReportTable:
    """Return the shares of A and B among pseudo-harmonic modes, and the evidence that these are complete."""
    rows = [
        (
            _bin(r.low, r.high),
            r.modes,
            r.not_converged,
            TYPESET.number(r.share_A, 2),
            TYPESET.number(r.share_B, 2),
            r.unbounded,
            TYPESET.number(r.hits, 2),
            TYPESET.number(r.hit_once, 2),
            TYPESET.number(r.beyond_starts, 2),
        )
        for r in table.itertuples()
    ]
    return report_table(
        "Pseudo-harmonic modes in bins of frequency. Hits: mean number of starts that led to a mode; hit once: share "
        "of the modes that a single start led to. The more there are, the more were missed. Beyond starts: share of "
        "the glasses whose highest start lies below the bin's upper edge.",
        ("omega", "modes", "not converged", "A", "B", "b4 <= 0", "hits", "hit once", "beyond starts"),
        rows,
    )


def both_statements_table(harmonic: pd.DataFrame, spots: pd.DataFrame) -> ReportTable:
    """Return the paper's numbers beside those of harmonic and of pseudo-harmonic modes."""
    rows = [
        (
            r.quantity,
            TYPESET.number(r.paper),
            TYPESET.with_error(r.ours, r.error),
            verdict_mark(r.verdict, r.needed),
            TYPESET.with_error(r.ours_spots, r.error_spots),
            verdict_mark(r.verdict_spots, r.needed_spots),
        )
        for r in side_by_side(harmonic, spots).itertuples()
    ]
    return report_table(
        "The paper's quantities for harmonic and for pseudo-harmonic modes, side by side.",
        ("quantity", "paper", "harmonic", "verdict", "pseudo-harmonic", "verdict"),
        rows,
    )


def _bin(low: float, high: float) -> str:
    return f"{low:g} to {high:g}"
