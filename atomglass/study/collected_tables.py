"""Check the tables written by `collect`, and select their quasi-localized modes."""

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
        Names of the required columns.
    name : str
        Name of the table, in the error message and on disk.

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
        The table of modes, one row per mode.
    group : str, optional
        `A`, `B`, `unbounded` or `unstable`; all groups by default.
    """
    require_columns(modes, ("is_qlm", "group"))
    chosen = modes["is_qlm"].fillna(False).astype(bool)
    if group is not None:
        chosen &= modes["group"] == group
    return modes[chosen]
