"""Prefactors A of D(omega) = A omega^s at the exponents of the theory."""

from __future__ import annotations

import math

import pandas as pd

from atomglass.analysis.results.mode_counts import qlms_in_each
from atomglass.analysis.selection import Selection, counted_realizations, in_group, selection_bound
from atomglass.analysis.statistics.likelihood import prefactor


def prefactor_table(qlms: pd.DataFrame, realizations: pd.DataFrame, rule: Selection) -> pd.DataFrame:
    """Return A of D(omega) = A omega^s per degree of freedom: A_g of group A at s = 4, of B and all minima at s = 3.

    Parameters
    ----------
    qlms : DataFrame
        From `select`.
    realizations : DataFrame
        All realizations; the complete ones count, those without modes included.
    rule : Selection
        Gives the bound of each realization.

    Returns
    -------
    DataFrame
        group, exponent, modes, prefactor, error, and `scaled`, `scaled_error`: A omega_1^(s + 1) with the mean omega_1,
        which has no unit.
    """
    whole = counted_realizations(realizations, rule)
    bound = selection_bound(realizations, rule)[whole["realization"]].to_numpy()
    freedoms = (whole["dimension"] * (whole["number"] - whole["rattlers"].fillna(0))).to_numpy(dtype=float)
    unit = float(whole["first_phonon_frequency"].mean()) if len(whole) else math.nan
    rows = []
    for group, exponent in (("A", 4.0), ("B", 3.0), ("all", 4.0), ("all", 3.0)):
        count = qlms_in_each(in_group(qlms, group), whole)
        found = prefactor(bound, freedoms, count, whole["chain"].to_numpy(), exponent)
        scale = unit ** (exponent + 1)
        scaled, scaled_error = found.value * scale, found.error * scale
        rows.append((group, exponent, found.count, found.value, found.error, scaled, scaled_error))
    return pd.DataFrame(rows, columns=["group", "exponent", "modes", "prefactor", "error", "scaled", "scaled_error"])
