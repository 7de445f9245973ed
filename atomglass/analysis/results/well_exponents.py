"""Exponents of the modes that lie next to another minimum of the landscape, and of those that do not."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from atomglass.analysis.selection import Selection, in_group, select
from atomglass.analysis.statistics.exponents import exponent_and_error
from atomglass.landscape.double_wells import WellOutcome


def exponents_by_quench_outcome(
    modes: pd.DataFrame, realizations: pd.DataFrame, wells: pd.DataFrame, rule: Selection | None = None
) -> pd.DataFrame:
    """Return the exponents of A and B, separated by where the displaced glass went when it was quenched.

    Only the quartic says that a mode is a double well. The quench of the displaced glass separates B into real double
    wells and the rest, and A into modes next to another minimum and true single wells. A theory of double wells
    describes the former.

    Parameters
    ----------
    modes, realizations : DataFrame
        The collected tables.
    wells : DataFrame
        From `second_wells`; modes that it does not contain are left out.
    rule : Selection, optional
        The primary rule by default.

    Returns
    -------
    DataFrame
        group, led_to (`new minimum`, `same minimum`), modes, exponent, error (one standard error, chains as units),
        softest (lowest frequency in units of the bound, `x` of `select`). NaN with fewer than ten modes.
    """
    chosen = select(modes, realizations, rule)
    tested = chosen.merge(wells[["realization", "mode", "outcome"]], on=["realization", "mode"])
    return pd.DataFrame(list(_rows(tested)), columns=["group", "led_to", "modes", "exponent", "error", "softest"])


def _rows(tested: pd.DataFrame) -> Iterator[tuple[str, str, int, float, float, float]]:
    for group in ("A", "B"):
        for outcome in (WellOutcome.NEW, WellOutcome.SAME):
            rows = in_group(tested[tested["outcome"] == str(outcome)], group)
            value, error = exponent_and_error(rows["x"], rows["chain"])
            yield group, str(outcome), len(rows), value, error, float(rows["x"].min())
