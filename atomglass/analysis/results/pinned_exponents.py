"""The exponent of the density of states of glasses with pinned particles."""

from __future__ import annotations

import math

import pandas as pd

from atomglass.analysis.results.glasses_below_bound import BOUND_SHARES, counted_glasses
from atomglass.analysis.selection import in_group
from atomglass.analysis.statistics.exponents import MIN_MODES, truncated_power_law
from atomglass.study.followup.pinned_modes import PinnedTables


def pinned_exponents(pinned: PinnedTables, realizations: pd.DataFrame) -> pd.DataFrame:
    """Return the exponents of A, B and all modes of glasses with pinned particles, on a grid of bounds.

    Parameters
    ----------
    pinned : PinnedTables
        From `pin_kept_glasses`. All modes count, whatever their participation ratio.
    realizations : DataFrame
        The collected table, to count the realizations that have no pinned glass.

    Returns
    -------
    DataFrame
        fraction (of pinned particles); group; bound; share (of the highest bound); glasses; left_out (realizations of
        the same chains without a kept glass, or whose modes are not proven complete); modes; chains; exponent; error
        (one standard error, chains as the unit); effective (number of independent modes); participation (median
        participation ratio). NaN with fewer than ten modes.
    """
    glasses = pinned.glasses.assign(status="ok")
    counted = counted_glasses(glasses, glasses["complete_below"].to_numpy())
    of_these_chains = realizations["chain"].isin(glasses["chain"].unique()).sum()
    left_out = int(of_these_chains) - len(counted.glasses)
    fraction = float(glasses["fraction"].iloc[0]) if len(glasses) else math.nan
    highest = float(counted.bound.max(initial=0.0))
    rows = []
    for group in ("A", "B", "all"):
        for share in BOUND_SHARES:
            below, row = counted.below(in_group(pinned.modes, group), share)
            exponent = error = effective = participation = math.nan
            if len(below) >= MIN_MODES:
                x = below["frequency"].to_numpy(dtype=float) / (share * counted.bound[row])
                fit = truncated_power_law(x, below["chain"])
                exponent, error, effective = fit.exponent, fit.standard_error, fit.effective_count
                participation = float(below["participation_ratio"].median())
            chains = below["chain"].nunique()
            head = (fraction, group, share * highest, share, len(counted.glasses), left_out, len(below), chains)
            rows.append((*head, exponent, error, effective, participation))
    columns = ["fraction", "group", "bound", "share", "glasses", "left_out", "modes", "chains"]
    return pd.DataFrame(rows, columns=[*columns, "exponent", "error", "effective", "participation"])
