"""Parquet files of the inherent states that a study keeps, one file for each shard.

Sampling a glass again would cost more than everything else. By default, glasses with quasi-localized modes are kept for
figures, for the search for second wells, and for later analysis.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from atomglass.study.errors import DamagedShard
from atomglass.study.protocol import Realization
from atomglass.system.configuration import Configuration

#: The arrays of every configuration, and the one that only configurations with species have.
ARRAYS, SPECIES = ("positions", "diameters", "box"), "species"
_FIELDS = [pa.field("index_in_chain", pa.int64()), *(pa.field(name, pa.list_(pa.float64())) for name in ARRAYS)]
_CHECKSUM = b"atomglass.sha256"


def encode(realizations: list[Realization]) -> bytes | None:
    """Return the kept inherent states of realizations as the content of a file; None if none is kept."""
    kept = [(r.row["index_in_chain"], r.inherent_state) for r in realizations if r.inherent_state is not None]
    if not kept:
        return None
    fields = [*_FIELDS, pa.field(SPECIES, pa.list_(pa.int64()))] if kept[0][1].species is not None else _FIELDS
    columns = {
        "index_in_chain": [index for index, _ in kept],
        **{f.name: [getattr(state, f.name).ravel() for _, state in kept] for f in fields[1:]},
    }
    rows = pa.table(columns, schema=pa.schema(fields))
    sink = pa.BufferOutputStream()
    whole = rows.replace_schema_metadata({_CHECKSUM: _checksum(rows)})
    pq.write_table(whole, sink, write_page_checksum=True, compression="zstd")
    return sink.getvalue().to_pybytes()


def read(path: Path) -> dict[int, Configuration]:
    """Return the inherent states in a file, by their index in the chain.

    Raises
    ------
    DamagedShard
        The file cannot be read, or its checksum does not match.
    """
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            rows = file.read()
        good = (rows.schema.metadata or {}).get(_CHECKSUM) == _checksum(rows)
        found = {row["index_in_chain"]: _configuration(row) for row in rows.to_pylist()} if good else {}
    except (OSError, KeyError, ValueError, pa.ArrowException) as error:
        raise DamagedShard(f"its inherent states: {' '.join(str(error).split())[:200]}") from None
    if not good:
        raise DamagedShard("the checksum of its inherent states does not match")
    return found


def _configuration(row: dict[str, Any]) -> Configuration:
    diameters, box = np.array(row["diameters"]), np.array(row["box"])
    positions = np.array(row["positions"]).reshape(len(diameters), -1)
    d = positions.shape[1]
    return Configuration(positions, diameters, box if box.size == d else box.reshape(d, d), row.get(SPECIES))


def _checksum(rows: pa.Table) -> bytes:
    digest = hashlib.sha256()
    for name in rows.schema.names:
        column = rows[name].combine_chunks()
        values = column.flatten() if pa.types.is_list(column.type) else column
        lengths = column.value_lengths() if pa.types.is_list(column.type) else column
        digest.update(name.encode() + b"\0" + lengths.to_numpy().tobytes() + values.to_numpy().tobytes())
    return digest.hexdigest().encode()
