"""Rows of finished chains, kept until the table of all chains is written; damaged ones are computed again."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from atomglass.errors import printable, warn_caller
from atomglass.io.atomic import replace

_CHECKSUM = b"atomglass.sha256"


def write_part(path: Path, frame: pd.DataFrame) -> None:
    """Write rows with a checksum of all names and values."""
    rows = pa.Table.from_pandas(frame, preserve_index=False)
    whole = rows.replace_schema_metadata({**(rows.schema.metadata or {}), _CHECKSUM: _checksum(rows)})
    sink = pa.BufferOutputStream()
    pq.write_table(whole, sink, write_page_checksum=True)
    replace(path, sink.getvalue().to_pybytes())


def read_part(path: Path) -> pd.DataFrame | None:
    """Return rows that were written before; None, and a warning, if they are damaged; None if there are none."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            rows = file.read()
        expected = (rows.schema.metadata or {}).get(_CHECKSUM)  # parts of earlier versions have none
        intact = expected in (None, _checksum(rows)) and "realization" in rows.column_names
        found = rows.to_pandas() if intact else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        found = None
    if found is None:
        warn_caller(printable(f"{path} is damaged; its chain is computed again"))
    return found


def _checksum(rows: pa.Table) -> bytes:
    text = repr([(field.name, str(field.type)) for field in rows.schema]) + repr(rows.to_pydict())
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest().encode()
