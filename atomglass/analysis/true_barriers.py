"""Whether the barrier of a mode's quartic exists in the true energy along the mode."""

from __future__ import annotations

import math

import pandas as pd


def barrier_is_real(modes: pd.DataFrame, factor: float = 3.0) -> pd.Series:
    """Return for which modes the true energy has the quartic's barrier.

    Parameters
    ----------
    modes : DataFrame
        One row per mode, with the columns `barrier` and `true_barrier`.
    factor : float
        Largest ratio of the two heights: a far higher barrier is a different one.
    """
    return (modes["true_barrier"] / modes["barrier"]).between(1 / factor, factor)


def barrier_sought(modes: pd.DataFrame) -> pd.Series:
    """Return for which modes with a second minimum the barrier was sought in the true energy.

    It is sought for all of them, except in full spectra: there only for the modes marked `is_qlm`. In the others
    `true_barrier` is NaN although there may be a barrier. A full spectrum is known up to infinity or, if it was
    published up to a bound, recognized by modes that are not marked and none of which has a barrier.

    Parameters
    ----------
    modes : DataFrame
        One row per mode, with the columns `is_qlm` and `complete_below` if it may come from full spectra.
    """
    if not {"is_qlm", "complete_below"} <= set(modes.columns):
        return pd.Series(True, modes.index)
    others = ~modes["is_qlm"].eq(True)
    full = modes["complete_below"].eq(math.inf) | modes.loc[others, "true_barrier"].isna().all()
    return ~(others & full)
