"""The exponents in the summary of a study: the same numbers and verdicts as in the analysis and the report."""

from __future__ import annotations

import math

import pandas as pd

from atomglass.analysis.report.paragraphs import paragraph
from atomglass.analysis.results.exponent_tables import primary_exponents
from atomglass.analysis.statistics.exponents import EXPECTED_EXPONENT, MIN_MODES


def exponents_section(qlms: pd.DataFrame, refusal: str = "") -> str:
    """Return the exponents of the densities of states, group by group, at most 80 columns wide.

    Parameters
    ----------
    qlms : DataFrame
        From `select`.
    refusal : str
        Why the primary selection cannot be used; it is given instead of exponents.
    """
    if refusal:
        return "\n".join(["HOW D(omega) GROWS", paragraph(f"No exponents are given: {refusal}.")])
    lines = [
        "HOW D(omega) GROWS",
        paragraph(
            "Density of states ~ omega^s up to the selection's bound; s by maximum likelihood, +- one standard error. "
            f"The paper (Kumar, Procaccia and Singh) expects s = {EXPECTED_EXPONENT['A']} in A and "
            f"{EXPECTED_EXPONENT['B']} in B. These are effective exponents: harmonic modes mix with phonons, and the "
            "bound on PR cuts those that do. The verdict also asks that a power law fits."
        ),
        f"  {'':<4}{'modes':>6}  {'s':<14}{'95 % interval':<15}verdict",
    ]
    for line in primary_exponents(qlms).itertuples():
        if line.returns != "kept":
            continue
        if math.isnan(line.exponent):
            lines.append(f"  {line.group:<4}{line.modes:>6}  too few to say: at least {MIN_MODES} are needed")
            continue
        value, interval = f"{line.exponent:.2f} +- {line.error:.2f}", f"{line.low95:.1f} to {line.high95:.1f}"
        lines.append(
            f"  {line.group:<4}{line.modes:>6}  {value:<14}{interval:<15}{line.verdict}: {line.because}".rstrip()
        )
    return "\n".join(lines)
