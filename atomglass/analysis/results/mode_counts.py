"""Counts of quasi-localized modes over realizations, those without modes included."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from atomglass.analysis.statistics.chain_errors import Fraction, rate


def qlms_in_each(qlms: pd.DataFrame, whole: pd.DataFrame) -> NDArray[Any]:
    """Return the number of modes in each complete realization, zeros included, shape (len(whole),)."""
    return qlms.groupby("realization").size().reindex(whole["realization"], fill_value=0).to_numpy()


def qlms_per_realization(qlms: pd.DataFrame, whole: pd.DataFrame) -> Fraction:
    """Return the number of modes per complete realization, with an error that allows for correlated realizations."""
    return rate(qlms_in_each(qlms, whole), whole["chain"].to_numpy())


def effective_chains(qlms: pd.DataFrame) -> float:
    """Return the number of equally rich chains that would hold the modes, (sum n)^2 / sum n^2; NaN without modes."""
    counts = qlms["chain"].value_counts().to_numpy(dtype=float)
    return float(counts.sum() ** 2 / (counts**2).sum()) if len(counts) else math.nan
