"""Collect a study's shards into two tables, and load them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from atomglass.ensemble.columns import MODES, REALIZATIONS, Column, table
from atomglass.ensemble.store import StudyStore, replace
from atomglass.errors import InputError


@dataclass(frozen=True)
class Study:
    """The tables of a study.

    Attributes
    ----------
    modes, realizations : DataFrame
        One row a mode, one row a realization; `columns` explains each column.
    settings : dict
        The resolved settings.
    columns : DataFrame
        Table, column, unit and meaning of every column.
    """

    modes: pd.DataFrame
    realizations: pd.DataFrame
    settings: dict
    columns: pd.DataFrame


def collect(store: StudyStore) -> tuple[pa.Table, pa.Table]:
    """Gather all shards, check each, and write `modes.parquet`, `realizations.parquet` and `study.json` beside them.

    Returns
    -------
    modes, realizations : pyarrow.Table
        In the order of chains and realizations, whoever computed them.

    Raises
    ------
    InputError
        There is nothing to collect, or a shard is damaged.
    """
    per_chain = store.settings.ensemble.realizations_per_chain
    realizations, modes = [table(REALIZATIONS, [])], [table(MODES, [])]
    for chain in range(store.settings.ensemble.chains):
        upto = 0
        for start, stop in store.shard_ranges(chain):
            rows, mode_rows = store.read_shard(chain, (start, stop))
            if start < upto:  # two shards share realizations: they are equal, take each once
                rows = rows.filter(pa.compute.greater_equal(rows["index_in_chain"], upto))
                mode_rows = mode_rows.filter(pa.compute.greater_equal(mode_rows["index_in_chain"], upto))
            realizations.append(_in_order(rows, REALIZATIONS))
            modes.append(_in_order(mode_rows, MODES))
            upto = max(upto, stop)
    collected = _numbered(modes, per_chain), _numbered(realizations, per_chain)
    if not collected[1].num_rows:
        raise InputError(f"nothing to collect in {store.folder}", remedy="run the study first, or let it get further")
    for name, content in zip(("modes", "realizations"), collected, strict=True):
        sink = pa.BufferOutputStream()
        pq.write_table(content, sink, compression="zstd")
        replace(store.folder / f"{name}.parquet", sink.getvalue().to_pybytes())
    return collected


def load_study(folder: str | Path) -> Study:
    """Return the collected tables of a study as pandas DataFrames.

    Parameters
    ----------
    folder : str or Path
        The study's directory, after `atomglass collect`.

    Raises
    ------
    InputError
        The directory holds no collected tables.
    """
    folder = Path(folder)
    frames = []
    for name in ("modes", "realizations"):
        path = folder / f"{name}.parquet"
        try:
            frames.append(pq.read_table(path).to_pandas())
        except FileNotFoundError:
            raise InputError(f"{path} is missing", remedy=f"run `atomglass collect {folder}` first") from None
        except (OSError, pa.ArrowException) as error:
            raise InputError(f"{path} is damaged ({error})", remedy=f"run `atomglass collect {folder}` again") from None
    manifest = folder / "study.json"
    settings = json.loads(manifest.read_text(encoding="utf-8"))["settings"] if manifest.is_file() else {}
    described = [
        (name, c.name, c.unit, c.meaning)
        for name, columns in (("modes", MODES), ("realizations", REALIZATIONS))
        for c in columns
    ]
    modes, realizations = frames
    return Study(modes, realizations, settings, pd.DataFrame(described, columns=["table", "column", "unit", "meaning"]))


def _in_order(rows: pa.Table, columns: tuple[Column, ...]) -> pa.Table:
    return rows.select([c.name for c in columns]).cast(table(columns, []).schema)


def _numbered(parts: list[pa.Table], per_chain: int) -> pa.Table:
    """Join tables and number the realizations anew: an extended study has more of them in a chain."""
    whole = pa.concat_tables(parts).combine_chunks()
    number = pa.compute.add(pa.compute.multiply(whole["chain"], per_chain), whole["index_in_chain"])
    place = whole.schema.get_field_index("realization")
    return whole.set_column(place, whole.schema.field(place), number)
