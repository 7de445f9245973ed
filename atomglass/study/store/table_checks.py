"""Whether a table is one of a study: tables may be damaged, or written by other programs."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from atomglass.errors import InputError
from atomglass.study.protocol import BOOL, FLOAT, INT, Column
from atomglass.study.schema import ATTEMPTS, FURTHER_TABLES, MODES, REALIZATIONS, SEARCHES

#: The columns of each table whose types are known.
_DESCRIBED: dict[str, tuple[Column, ...]] = {
    "realizations": (*REALIZATIONS, *SEARCHES),
    "modes": MODES,
    "attempts": ATTEMPTS,
    **FURTHER_TABLES,
}
#: Columns without which the rows of a table cannot be assigned to realizations: numbers that are never missing.
_IDENTITY: dict[str, tuple[str, ...]] = {
    name: ("realization", "chain")
    for name in ("realizations", "modes", "wells", "recurrences", "pinned", "pinned_glasses", *FURTHER_TABLES)
} | {"recurrences": ("realization", "chain", "mode", "defect")}
_LARGEST = 2**53


def require_fitting(path: Path, table: pa.Table) -> None:
    """Reject a table that cannot be that of a study.

    Parameters
    ----------
    path : Path
        Its file, whose name says which table it is.
    table : Table
        Its content.

    Raises
    ------
    InputError
        A column occurs twice, is missing or of another type; a number of a realization is missing, negative or occurs
        twice.
    """
    remedy = "use the tables that `atomglass collect` writes"
    names = table.column_names
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise InputError(f"{path} has two columns {repeated[0]}", remedy=remedy)
    for column in _DESCRIBED.get(path.stem, ()):
        if column.name in names and not _holds(table.schema.field(column.name).type, column.type):
            kind = table.schema.field(column.name).type
            raise InputError(f"column {column.name} of {path} holds {kind}", allowed=str(column.type), remedy=remedy)
    for name in _IDENTITY.get(path.stem, ()):
        _require_numbers(path, table, name, remedy)
    if path.stem == "realizations" and len(pc.unique(table["realization"])) < len(table):
        raise InputError(f"a realization occurs twice in {path}", remedy=remedy)


def _require_numbers(path: Path, table: pa.Table, name: str, remedy: str) -> None:
    """Reject a table without a column of integers from 0 on."""
    if name not in table.column_names:
        raise InputError(f"{path} lacks the column {name}", remedy=remedy)
    if not len(table):
        return
    column = table[name]
    if not pa.types.is_integer(column.type) or column.null_count:
        raise InputError(f"column {name} of {path} holds {column.type}", allowed="integers", remedy=remedy)
    found = pc.min_max(column).as_py()
    if found["min"] < 0 or found["max"] > _LARGEST:
        raise InputError(f"{name} in {path}", (found["min"], found["max"]), "integers >= 0", remedy)


def _holds(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Return whether a column of one type may hold values of another one."""
    if pa.types.is_null(found):
        return True
    if wanted in (INT, FLOAT):
        return pa.types.is_integer(found) or pa.types.is_floating(found)
    if wanted == BOOL:
        return pa.types.is_boolean(found) or pa.types.is_floating(found)
    text = found.value_type if pa.types.is_dictionary(found) else found
    return pa.types.is_string(text) or pa.types.is_large_string(text) or pa.types.is_string_view(text)
