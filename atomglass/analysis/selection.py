"""Pick from the collected tables what the figures and the summary are about."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from atomglass.errors import InputError


def require(table: pd.DataFrame, columns: Iterable[str], name: str = "modes") -> None:
    """Refuse a table that lacks columns.

    Raises
    ------
    InputError
        Naming the missing columns.
    """
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise InputError(
            f"the {name} table lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}",
            remedy=f"use the table that `atomglass collect` writes, {name}.parquet",
        )


def quasi_localized(modes: pd.DataFrame, group: str | None = None) -> pd.DataFrame:
    """Return the quasi-localized modes, of one group or of all.

    Parameters
    ----------
    modes : DataFrame
        One row a mode, as collected.
    group : str, optional
        `A`, `B`, `unbounded` or `unstable`.
    """
    require(modes, ("is_qlm", "group"))
    chosen = modes["is_qlm"].fillna(False).astype(bool)
    if group is not None:
        chosen &= modes["group"] == group
    return modes[chosen]


def selection_bound(qlms: pd.DataFrame, frequency_share: float) -> pd.Series:
    """Return the frequency below which a mode's realization kept every quasi-localized mode; NaN where that is unknown.

    That is f omega_1, or the frequency up to which the modes were computed where this is lower; it is unknown where the
    count of modes does not prove that none was missed.

    Parameters
    ----------
    qlms : DataFrame
        One row a mode.
    frequency_share : float
        f, the selection's bound in units of the first phonon frequency.
    """
    require(qlms, ("first_phonon_frequency", "complete_below"))
    # np.minimum, unlike DataFrame.min, keeps the NaN of an incomplete realization.
    return np.minimum(frequency_share * qlms["first_phonon_frequency"], qlms["complete_below"])
