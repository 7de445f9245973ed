"""Checks on, and selections from, the collected tables of a study."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from atomglass.errors import InputError


def require(table: pd.DataFrame, columns: Iterable[str], name: str = "modes") -> None:
    """Refuse a table that lacks columns.

    Parameters
    ----------
    table : DataFrame
        A collected table.
    columns : iterable of str
        The columns that it must have.
    name : str
        Name of the table, for the error message.

    Raises
    ------
    InputError
        A column is missing.
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
        The collected table, one row per mode.
    group : str, optional
        `A`, `B`, `unbounded` or `unstable`.
    """
    require(modes, ("is_qlm", "group"))
    chosen = modes["is_qlm"].fillna(False).astype(bool)
    if group is not None:
        chosen &= modes["group"] == group
    return modes[chosen]
