"""The fraction of a table's modes for which something holds."""

from __future__ import annotations

import pandas as pd

from atomglass.analysis.statistics.chain_errors import Fraction, fraction


def fraction_of(event: pd.Series, modes: pd.DataFrame) -> Fraction:
    """Return the fraction of modes for which something holds, with the clusters that their table knows.

    Parameters
    ----------
    event : Series of bool
        Whether it holds, with the index of `modes`.
    modes : DataFrame
        One row per mode, with the column `chain` and, where recurrences are marked, `defect`.
    """
    return fraction(event, modes["chain"], modes["defect"] if "defect" in modes.columns else None)
