"""Exponents by the stiffness of the chains: whether soft liquids and stiff ones give the same law.

With diameters drawn independently each chain has its own composition and its own median omega_1, and a few soft chains
hold a large part of the soft modes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from atomglass.analysis.counted_glasses import reference_frequency
from atomglass.analysis.results.mode_counts import effective_chains
from atomglass.analysis.selection import in_group
from atomglass.analysis.statistics.exponents import exponent_and_error

THIRDS = ("softest", "middle", "stiffest")


def exponents_by_chain_stiffness(qlms: pd.DataFrame, realizations: pd.DataFrame) -> pd.DataFrame:
    """Return the exponents of A, B and all in the thirds of the chains, ordered by their median omega_1.

    Parameters
    ----------
    qlms : DataFrame
        From `select` or `select_spots`.
    realizations : DataFrame
        All realizations of the study.

    Returns
    -------
    DataFrame
        third; lowest, highest (median omega_1 of its chains); chains; group; modes; effective_chains (number of equally
        rich chains that would hold the modes); exponent; error (one standard error, chains as units). NaN with fewer
        than ten modes. Chains are split into thirds of equal number; a chain of none of the modes counts as well.
    """
    median = pd.Series(reference_frequency(realizations, "chain").to_numpy(), index=realizations["chain"].to_numpy())
    median = median[~median.index.duplicated()].dropna().sort_values(kind="stable")
    rows = []
    for name, chains in zip(THIRDS, np.array_split(median.index.to_numpy(), 3), strict=True):
        inside = qlms[qlms["chain"].isin(chains)]
        ends = (median[chains].min(), median[chains].max())
        for group in ("A", "B", "all"):
            members = in_group(inside, group)
            value, error = exponent_and_error(members["x"], members["chain"])
            rows.append((name, *ends, len(chains), group, len(members), effective_chains(members), value, error))
    columns = ["third", "lowest", "highest", "chains", "group", "modes", "effective_chains", "exponent", "error"]
    return pd.DataFrame(rows, columns=columns)
