"""Shards: consecutive realizations of one chain, with their modes and other rows, in one immutable Parquet file.

The file's metadata contain a checksum of all names and values, and their provenance. The data depend only on the study;
attempts (times, hosts) and provenance depend on the run, and are kept separate.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from atomglass.study.errors import DamagedShard
from atomglass.study.protocol import Column, Realization, Row, StudyModel
from atomglass.study.schema import ATTEMPTS, table

_CHECKSUM, _PROVENANCE = b"atomglass.sha256", b"atomglass.provenance"


@dataclass(frozen=True)
class Shard:
    """The tables of one shard, their provenance, and further tables by name."""

    realizations: pa.Table
    modes: pa.Table
    attempts: pa.Table
    provenance: dict[str, Any]
    further: dict[str, pa.Table]

    def table(self, name: str) -> pa.Table:
        """Return a table by its name."""
        own = {"realizations": self.realizations, "modes": self.modes, "attempts": self.attempts}
        return (own | self.further)[name]


def encode(
    realizations: list[Realization],
    provenance: dict[str, Any],
    model: StudyModel,
    further: Mapping[str, tuple[Column, ...]],
) -> bytes:
    """Return realizations as the content of a shard.

    Parameters
    ----------
    realizations : list of Realization
        Consecutive realizations of one chain.
    provenance : dict
        Process, versions and processor with which they were computed.
    model : StudyModel
        Defines the columns.
    further : mapping of str to tuple of Column
        The columns of the study's further tables, by name.
    """
    rows = table(model.realization_columns, [r.row for r in realizations])
    nested = {
        "modes": _nested(model.mode_columns, [r.modes for r in realizations]),
        "attempts": _nested(ATTEMPTS, [r.attempts for r in realizations]),
    }
    for name, columns in further.items():
        nested[name] = _nested(columns, [r.tables.get(name, []) for r in realizations])
    origin = json.dumps(provenance).encode()
    for name, column in nested.items():
        rows = rows.append_column(name, column)
    whole = rows.replace_schema_metadata({_PROVENANCE: origin, _CHECKSUM: _checksum(rows, origin)})
    sink = pa.BufferOutputStream()
    pq.write_table(whole, sink, write_page_checksum=True, compression="zstd")
    return sink.getvalue().to_pybytes()


def read(path: Path) -> Shard:
    """Return the content of a shard.

    Raises
    ------
    DamagedShard
        The shard cannot be read, or its checksum does not match.
    """
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            whole = file.read()
        metadata = whole.schema.metadata or {}
        origin = metadata[_PROVENANCE]
        good = metadata[_CHECKSUM] == _checksum(whole, origin)
        nested = [field.name for field in whole.schema if pa.types.is_list(field.type)]
        tables = {name: _flat(whole[name]) for name in nested}
        modes, attempts = tables.pop("modes"), tables.pop("attempts")
        rows = whole.drop_columns(nested).replace_schema_metadata(None)
    except (OSError, KeyError, AttributeError, ValueError, pa.ArrowException) as error:
        raise DamagedShard(" ".join(str(error).split())[:200]) from None
    if not good:
        raise DamagedShard("its checksum does not match")
    return Shard(rows, modes, attempts, json.loads(origin), tables)


def _nested(columns: tuple[Column, ...], lists: list[list[Row]]) -> pa.Array:
    """Return a column in which each entry is a list of rows."""
    offsets = pa.array(np.cumsum([0, *(len(rows) for rows in lists)]), pa.int32())
    flat = table(columns, [row for rows in lists for row in rows])
    return pa.ListArray.from_arrays(offsets, flat.to_struct_array().combine_chunks())


def _flat(column: pa.ChunkedArray) -> pa.Table:
    return pa.Table.from_struct_array(column.combine_chunks().flatten())


def _checksum(rows: pa.Table, origin: bytes) -> bytes:
    """Return a hash of names and values that does not depend on the file's encoding."""
    digest = hashlib.sha256(origin)
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        _digest_array(digest, name, column.combine_chunks())
    return digest.hexdigest().encode()


def _digest_array(digest: Any, name: str, column: pa.Array) -> None:
    digest.update(name.encode() + b"\0")
    if pa.types.is_list(column.type):
        offsets = column.offsets.to_numpy()
        digest.update((offsets - offsets[0]).astype(np.int64).tobytes())
        inner = pa.Table.from_struct_array(column.flatten())
        for field, part in zip(inner.column_names, inner.columns, strict=True):
            _digest_array(digest, field, part.combine_chunks())
        return
    digest.update(column.is_null().to_numpy(zero_copy_only=False).tobytes())
    if pa.types.is_string(column.type):
        digest.update("\0".join(column.fill_null("").to_pylist()).encode())
    else:
        filler = pa.scalar(0).cast(column.type)
        digest.update(column.fill_null(filler).to_numpy(zero_copy_only=False).tobytes())
