"""Does an exponent depend on the bound on the frequency? The modes below a lower bound against those below a higher."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from atomglass.analysis.selection import Selection, in_group, select
from atomglass.analysis.statistics.exponents import MIN_MODES, exponent_and_error
from atomglass.analysis.statistics.ratio_of_sums import difference_error, exponent_ratio

#: An exponent is compared with the one below this fraction of its frequency bound, and may differ by so many errors.
DRIFT_RANGE, DRIFT_ERRORS = 1.5, 2.0


def drift_in_errors(inner: pd.DataFrame, outer: pd.DataFrame) -> float:
    """Return how far the exponents below two bounds lie apart, in standard errors of their difference.

    One sample lies within the other, so that their fits are correlated. The contributions of each chain to both are
    therefore subtracted before they are squared; so are those of each mode, and the larger error is taken. The
    difference of the squared errors of the fits (Hausman, Econometrica 46, 1251 (1978)) is no substitute: it holds for
    independent modes alone, and is negative where chains move the outer fit more than the inner one.

    Parameters
    ----------
    inner, outer : DataFrame
        The modes of one group below the lower and below the higher bound, from `select` or `select_spots`, with their
        index: `inner` is a part of `outer`.

    Returns
    -------
    float
        NaN with fewer than ten modes below the lower bound.
    """
    if len(inner) < MIN_MODES:
        return math.nan

    def error(inner_label: ArrayLike, outer_label: ArrayLike) -> float:
        labels = np.unique(np.asarray(outer_label))
        return difference_error(
            exponent_ratio(inner["x"], inner_label, labels), exponent_ratio(outer["x"], outer_label, labels)
        )

    (low, _), (high, _) = (exponent_and_error(rows["x"], rows["chain"]) for rows in (inner, outer))
    return abs(high - low) / float(np.fmax(error(inner.index, outer.index), error(inner["chain"], outer["chain"])))


def exponent_drift_warnings(modes: pd.DataFrame, realizations: pd.DataFrame, rule: Selection) -> list[str]:
    """Return a warning for each group whose exponent still changes by a factor 1.5 in frequency below the rule's bound.

    A difference of more than two standard errors, see `drift_in_errors`, means that the exponent depends on the bound:
    there is no plateau.

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
        below = in_group(inner, group), in_group(outer, group)
        if drift_in_errors(*below) > DRIFT_ERRORS:
            (low, low_error), (high, high_error) = (exponent_and_error(rows["x"], rows["chain"]) for rows in below)
            lines.append(
                f"The exponent of {group} drifts with the bound, {low:.1f} +- {low_error:.1f} {words} "
                f"{lower.share:.3g} and {high:.1f} +- {high_error:.1f} {words} {rule.share:.3g}: it depends on the "
                "selection, there is no plateau."
            )
    return lines
