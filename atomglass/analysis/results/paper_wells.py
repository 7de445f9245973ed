"""The paper's second minima and barriers compared with ours."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import special

from atomglass.analysis.mode_fractions import fraction_of
from atomglass.analysis.results.paper_values import MIN_MODES, PAPER_A, PAPER_B, PAPER_BARRIERS, PaperStatement
from atomglass.analysis.selection import cluster_labels
from atomglass.analysis.statistics.chain_errors import Fraction
from atomglass.analysis.statistics.fraction_differences import compare_fractions, independent_fraction, widest_error
from atomglass.analysis.statistics.goodness_of_fit import effective_count
from atomglass.analysis.statistics.verdicts import (
    AGREES,
    DIFFERS,
    UNDECIDED,
    Comparison,
    enough_chains,
    interval_verdict,
    p_value_verdict,
    verdict_over_chains,
)
from atomglass.analysis.true_barriers import barrier_is_real, barrier_sought

#: A share of hidden wells agrees with none if it is certainly smaller than this, and none of 278 leaves room for it.
_HIDDEN_RESOLUTION = 0.03


def well_statements(groups: dict[str, pd.DataFrame]) -> list[PaperStatement]:
    """Return the rows on which quartics, and which true energies, have a second minimum.

    Parameters
    ----------
    groups : dict
        The selected modes of groups A and B.
    """
    hidden, double = (fraction_of(rows["second_minimum"].eq(True), rows) for rows in groups.values())
    hidden_verdict, needed = compare_fractions(
        hidden, independent_fraction(0, PAPER_A), _HIDDEN_RESOLUTION, groups["A"]["chain"]
    )
    rows = [
        PaperStatement(
            "share of A with a second minimum",
            0.0,
            hidden.value,
            hidden.error,
            hidden_verdict,
            "0 of 278; 5.7 % are expected if beta is uniform, which makes 0 of 278 improbable (1e-7)",
            needed,
        ),
        PaperStatement(
            "share of B with a second minimum",
            1.0,
            double.value,
            double.error,
            AGREES if double.value == 1 else (UNDECIDED if math.isnan(double.value) else DIFFERS),
            "125 of 125; true of every quartic with |beta| > 1",
        ),
    ]
    in_b = groups["B"][barrier_sought(groups["B"])]
    if len(in_b) and "true_barrier" in in_b:
        found = fraction_of(barrier_is_real(in_b), in_b)
        note = "the barrier of the true energy along the mode, within a factor of 3 of the quartic's"
        verdict = verdict_over_chains(interval_verdict(*found.interval(0.95), 1.0, resolution=0.2), in_b["chain"])
        needed = _needed(verdict, found, in_b["chain"], 1.0, 0.2)
        quantity = "share of B with the barrier in the true energy"
        rows.append(PaperStatement(quantity, 1.0, found.value, found.error, verdict, note, needed))
    return rows


def _needed(verdict: str, found: Fraction, chain: pd.Series, paper: float, resolution: float) -> float:
    """Return how many modes would decide about a share.

    NaN if it is decided, or if it is more chains that are needed.
    """
    if verdict != UNDECIDED or not enough_chains(chain):
        return math.nan
    return Comparison(found.value, widest_error(found), paper, 0.0, resolution).modes_to_decide(len(chain))


def barrier_statements(in_b: pd.DataFrame) -> list[PaperStatement]:
    """Return the rows on the lowest and the highest barrier, judged by how many of ours lie beyond the paper's.

    Recurrences of one defect have nearly the same barrier, so that it is independent modes that are counted.

    Parameters
    ----------
    in_b : DataFrame
        The selected modes of group B.
    """
    known = in_b[in_b["barrier"].notna()]
    barrier = known["barrier"].to_numpy()
    independent = effective_count(barrier, cluster_labels(known))
    rows, enough = [], math.ceil(PAPER_B / 2)
    for end, paper, pick in (("lowest", PAPER_BARRIERS[0], np.min), ("highest", PAPER_BARRIERS[1], np.max)):
        quantity = f"{end} barrier of B (epsilon)"
        if len(barrier) < MIN_MODES:
            rows.append(PaperStatement(quantity, paper, math.nan, math.nan, UNDECIDED, "too few modes", enough))
            continue
        beyond = int((barrier < paper).sum() if end == "lowest" else (barrier > paper).sum())
        p = beyond_extreme_p(beyond * independent / len(barrier), independent, PAPER_B)
        verdict = verdict_over_chains(p_value_verdict(p, enough=independent >= enough), known["chain"])
        ours = f"{len(barrier)}, effectively {independent:.0f},"
        note = f"{beyond} of our {ours} lie beyond the paper's of 125: p = {p:.2g}"
        needed = math.nan
        if verdict == UNDECIDED and enough_chains(known["chain"]):
            needed = math.ceil(enough * len(barrier) / independent)
        rows.append(PaperStatement(quantity, paper, float(pick(barrier)), math.nan, verdict, note, needed))
    return rows


def beyond_extreme_p(beyond: float, ours: float, theirs: int) -> float:
    """Return the two-sided p-value of a number of values beyond the extreme of another sample of the same law.

    Whatever the law, the k most extreme of all values are ours with probability prod (m - i)/(m + n - i), i < k. This
    is a ratio of Gamma functions, so that effective numbers need not be integers.

    Parameters
    ----------
    beyond : float
        Number of our independent values beyond the extreme of theirs.
    ours, theirs : float, int
        Numbers m and n of independent values.
    """

    def at_least(k: float) -> float:
        if k > ours:
            return 0.0
        logs = [special.gammaln(m + 1) - special.gammaln(m - k + 1) for m in (ours, ours + theirs)]
        return math.exp(logs[0] - logs[1])

    return min(1.0, 2 * min(at_least(beyond), 1 - at_least(beyond + 1)))
