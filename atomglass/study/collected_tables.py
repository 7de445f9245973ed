"""Check the tables that `collect` writes, and pick the quasi-localized modes from them."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from atomglass.errors import InputError


def require_columns(table: pd.DataFrame, columns: Iterable[str], name: str = "modes") -> None:
    """Reject a table that lacks columns.

    Parameters
    ----------
    table : DataFrame
        The table.
    columns : iterable of str
        Names of the columns that it must have.
    name : str
        What the table is called in the error message and on disk.

    Raises
    ------
    InputError
        A column is missing; the message names it.
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
        One row per mode, as collected.
    group : str, optional
        `A`, `B`, `unbounded` or `unstable`; all groups by default.
    """
    require_columns(modes, ("is_qlm", "group"))
    chosen = modes["is_qlm"].fillna(False).astype(bool)
    if group is not None:
        chosen &= modes["group"] == group
    return modes[chosen]
