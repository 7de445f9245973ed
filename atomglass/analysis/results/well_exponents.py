"""Exponents of the modes that do, and that do not, lie beside another minimum of the landscape."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from atomglass.analysis.selection import Selection, select
from atomglass.analysis.statistics.exponents import exponent_and_error
from atomglass.landscape.double_wells import Outcome


def exponents_by_outcome(modes: pd.DataFrame, wells: pd.DataFrame, rule: Selection | None = None) -> pd.DataFrame:
    """Return the exponents of A and B, divided by where the displaced glass was quenched to.

    The quartic alone calls a mode a double well. Whether the glass agrees divides B into real double wells and the
    rest, and A into modes beside another minimum and true single wells; a theory of double wells speaks of the former.

    Parameters
    ----------
    modes : DataFrame
        All collected modes.
    wells : DataFrame
        From `second_wells`; chains that it does not hold are left out.
    rule : Selection, optional
        The primary rule by default.

    Returns
    -------
    DataFrame
        group, led_to (`new minimum`, `same minimum`), modes, exponent, error (one standard error, chains as units),
        softest (lowest frequency in units of the bound, `x` of `select`). NaN with fewer than ten modes.
    """
    chosen = select(modes, rule)
    tested = chosen.merge(wells[["realization", "mode", "outcome"]], on=["realization", "mode"])
    return pd.DataFrame(list(_rows(tested)), columns=["group", "led_to", "modes", "exponent", "error", "softest"])


def _rows(tested: pd.DataFrame) -> Iterator[tuple[str, str, int, float, float, float]]:
    for group in ("A", "B"):
        for outcome in (Outcome.NEW, Outcome.SAME):
            rows = tested[(tested["group"] == group) & (tested["outcome"] == str(outcome))]
            value, error = exponent_and_error(rows["x"], rows["chain"])
            yield group, str(outcome), len(rows), value, error, float(rows["x"].min())
