"""Does an exponent depend on the bound on the frequency? The modes below a lower bound against those below a higher."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd

from atomglass.analysis.selection import Selection, in_group, select
from atomglass.analysis.statistics.exponents import exponent_and_error

#: An exponent is compared with the one below this fraction of its frequency bound, and may differ by so many errors.
DRIFT_RANGE, DRIFT_ERRORS = 1.5, 2.0


def exponent_drift_warnings(modes: pd.DataFrame, realizations: pd.DataFrame, rule: Selection) -> list[str]:
    """Return a warning for each group whose exponent still changes by a factor 1.5 in frequency below the rule's bound.

    One sample lies within the other. Where a power law holds, the difference of the two fits has a variance equal to
    the difference of their variances (Hausman, Econometrica 46, 1251 (1978)). A difference of more than two standard
    errors means that the exponent depends on the bound: there is no plateau.

    Parameters
    ----------
    modes, realizations : DataFrame
        The collected tables.
    rule : Selection
        The primary rule; its bound on the participation holds at both bounds on the frequency.
    """
    share = rule.share / DRIFT_RANGE
    lower = replace(rule, frequency_share=share) if rule.unit else replace(rule, frequency=share)
    inner, outer = (select(modes, realizations, each) for each in (lower, rule))
    words = "at f =" if rule.unit else "below omega ="
    lines = []
    for group in ("A", "B", "all"):
        (low, low_error), (high, high_error) = (
            exponent_and_error(rows["x"], rows["chain"]) for rows in (in_group(inner, group), in_group(outer, group))
        )
        variance = low_error**2 - high_error**2
        if variance > 0 and abs(low - high) > DRIFT_ERRORS * math.sqrt(variance):
            lines.append(
                f"The exponent of {group} drifts with the bound, {low:.1f} +- {low_error:.1f} {words} "
                f"{lower.share:.3g} and {high:.1f} +- {high_error:.1f} {words} {rule.share:.3g}: it depends on the "
                "selection, there is no plateau."
            )
    return lines
