"""The exponents in the summary of a study: the same numbers and verdicts as in the analysis and the report."""

from __future__ import annotations

import math

import pandas as pd

from atomglass.analysis.report.paragraphs import paragraph
from atomglass.analysis.results.exponent_tables import primary_exponents
from atomglass.analysis.statistics.exponents import EXPECTED_EXPONENT, MIN_MODES

_QUESTION = (
    "Density of states ~ omega^s up to the selection's bound; s by maximum likelihood, +- one standard error. The "
    f"paper (Kumar, Procaccia and Singh) expects s = {EXPECTED_EXPONENT['A']} in A and {EXPECTED_EXPONENT['B']} in B. "
    "A verdict asks for both: the 95 % interval, and that a power law fits."
)


def exponents_section(qlms: pd.DataFrame, refusal: str = "", spots: pd.DataFrame | None = None) -> str:
    """Return the exponents of the densities of states, group by group, at most 80 columns wide.

    Parameters
    ----------
    qlms : DataFrame
        From `select`.
    refusal : str
        Why the primary selection cannot be used; it is given instead of the exponents of harmonic modes.
    spots : DataFrame, optional
        From `select_spots`: the pseudo-harmonic modes, whose exponents are the study's answer.
    """
    lines = ["HOW D(omega) GROWS", paragraph(_QUESTION)]
    if spots is not None:
        lines += [
            paragraph("Pseudo-harmonic modes, which do not mix with phonons: the answer of this study."),
            *_rows(spots),
        ]
    if refusal:
        return "\n".join([*lines, paragraph(f"No exponents of harmonic modes are given: {refusal}.")])
    effective = (
        "Harmonic modes: effective exponents, since they mix with phonons, and the bound on PR cuts those that do."
    )
    return "\n".join([*lines, paragraph(effective), *_rows(qlms)])


def _rows(modes: pd.DataFrame) -> list[str]:
    """Return the table of exponents of selected modes."""
    lines = [f"  {'':<4}{'modes':>6}  {'s':<14}{'95 % interval':<15}verdict"]
    for line in primary_exponents(modes).itertuples():
        if line.returns != "kept":
            continue
        if math.isnan(line.exponent):
            lines.append(f"  {line.group:<4}{line.modes:>6}  too few to say: at least {MIN_MODES} are needed")
            continue
        value, interval = f"{line.exponent:.2f} +- {line.error:.2f}", f"{line.low95:.1f} to {line.high95:.1f}"
        lines.append(f"  {line.group:<4}{line.modes:>6}  {value:<14}{interval:<15}{line.verdict}: {line.because}")
    return lines
