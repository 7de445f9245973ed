"""The paper's counts compared with ours: realizations, quasi-localized modes, and the fractions in groups A and B."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from atomglass.analysis.counted_glasses import reference_frequency
from atomglass.analysis.mode_fractions import fraction_of
from atomglass.analysis.results.mode_counts import qlms_per_realization
from atomglass.analysis.results.paper_values import (
    PAPER_A,
    PAPER_B,
    PAPER_QLMS,
    PAPER_REALIZATIONS,
    PaperStatement,
    own_number,
)
from atomglass.analysis.selection import Selection, counted_realizations, in_group, known_shares, select
from atomglass.analysis.statistics.fraction_differences import compare_fractions, independent_fraction
from atomglass.analysis.statistics.verdicts import AGREES, DIFFERS

#: A share of a group agrees with the paper's if it is certainly within this of it.
_SHARE_RESOLUTION = 0.15


def count_statements(qlms: pd.DataFrame, whole: pd.DataFrame, realizations: pd.DataFrame) -> list[PaperStatement]:
    """Return the rows on numbers of glasses and modes, and on the fractions of A and B.

    Parameters
    ----------
    qlms : DataFrame
        Selected modes.
    whole : DataFrame
        Complete realizations.
    realizations : DataFrame
        All realizations.
    """
    both = qlms[qlms["group"].isin(["A", "B"])]
    other = len(qlms) - len(both)
    return [
        PaperStatement("realizations", PAPER_REALIZATIONS, float(len(realizations)), math.nan, "", "each a glass"),
        own_number(
            "independent chains",
            float(realizations["chain"].nunique()),
            "the paper calls its realizations independent and gives no sweeps between them",
        ),
        PaperStatement("QLMs", PAPER_QLMS, float(len(qlms)), math.nan, "", "in complete realizations"),
        _rate("QLMs", PAPER_QLMS, qlms, whole),
        _rate("A modes", PAPER_A, in_group(qlms, "A"), whole),
        _rate("B modes", PAPER_B, in_group(qlms, "B"), whole),
        _fraction("A", PAPER_A, both),
        _fraction("B", PAPER_B, both),
        PaperStatement(
            "modes in neither group", 0.0, float(other), math.nan, AGREES if not other else DIFFERS, "b4 <= 0"
        ),
    ]


def _rate(name: str, count: int, rows: pd.DataFrame, whole: pd.DataFrame) -> PaperStatement:
    """Return modes per realization; without a verdict, since the number depends on a bound that is not stated."""
    found = qlms_per_realization(rows, whole)
    note = "the paper's bound in frequency is not stated"
    return PaperStatement(f"{name} per realization", count / PAPER_REALIZATIONS, found.value, found.error, "", note)


def _fraction(name: str, count: int, both: pd.DataFrame) -> PaperStatement:
    """Compare the fraction of a group with the paper's, which is uncertain, too."""
    found, paper = fraction_of(both["group"] == name, both), independent_fraction(count, PAPER_QLMS)
    verdict, needed = compare_fractions(found, paper, _SHARE_RESOLUTION, both["chain"])
    note = "of A and B together"
    return PaperStatement(f"share of {name}", paper.value, found.value, found.error, verdict, note, needed)


def matching_bound(modes: pd.DataFrame, realizations: pd.DataFrame, rule: Selection) -> PaperStatement:
    """Return the bound f at which this study would find as many QLMs per realization as the paper did.

    Parameters
    ----------
    modes, realizations : DataFrame
        The collected tables.
    rule : Selection
        Gives the bound on the participation ratio and the unit of f; for a fixed frequency it is the study's median
        omega_1. Where that unit is 0 for a glass there is no such f: NaN.
    """
    if rule.frequency is not None:
        rule = replace(rule, frequency=None, reference="study")
    whole, largest = counted_realizations(realizations, rule), known_shares(realizations, rule).min()
    widest = replace(rule, frequency_share=min(1.2, largest)) if largest > 0 else rule
    ratio = np.empty(0)
    if not reference_frequency(realizations, rule.reference)[whole["realization"]].eq(0).any():
        ratio = np.sort(widest.frequency_share * select(modes, realizations, widest)["x"].to_numpy())
    count = round(PAPER_QLMS / PAPER_REALIZATIONS * len(whole))
    known = len(whole) > 0 and 1 <= count <= len(ratio)
    f = float(ratio[count - 1]) if known else math.nan
    return own_number(
        "f that gives the paper's QLMs per realization",
        f,
        f"bound omega < f {rule.unit} at the same bound on PR; error: counting, at omega^4",
        error=f / (5 * math.sqrt(count)) if known else math.nan,
    )
