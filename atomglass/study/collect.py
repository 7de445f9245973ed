"""Collect the shards of a study into tables, verifying every checksum and taking every realization exactly once."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from atomglass.errors import InputError
from atomglass.io.atomic import remove_stale_temporaries, replace, replacing
from atomglass.io.json_content import parse_object
from atomglass.study.errors import DamagedShard
from atomglass.study.numbering import Numbering
from atomglass.study.schema import ATTEMPTS, FURTHER_TABLES, schema
from atomglass.study.store.checksums import changed_files, checked_table, forget_checksums, write_checksums
from atomglass.study.store.shards import Shard
from atomglass.study.store.study_store import StudyStore

#: Rows in one row group of a collected table.
ROW_GROUP = 100_000
#: Columns that must agree, bit for bit, where two shards hold the same realization.
_COMPARED = ("chain", "index_in_chain", "status", "sweep", "energy", "liquid_energy_per_particle", "mode_count")
#: Provenance that all shards must share for numbers to agree bit for bit, and its names in messages.
_PROVENANCE = {
    "processor": "processors",
    "blas": "BLAS kernels",
    "packages": "package versions",
    "python": "Python versions",
    "kernel_sources": "kernels",
    "atomglass": "versions of atomglass",
    "threads": "numbers of threads",
}


@dataclass(frozen=True)
class Collected:
    """The result of `collect`.

    Attributes
    ----------
    folder : Path
        Directory of the tables.
    rows : dict of str to int
        Number of rows of each table.
    missing : list of (chain, start, stop)
        Realizations that are not in any shard.
    damaged : list of str
        One line per damaged shard, whose realizations are missing.
    failed : Counter
        Number of realizations by status, except `ok`.
    not_rigid, unbounded : int
        Number of glasses without a positive shear modulus, and number of these whose modes have no bound.
    warnings : list of str
        One line per difference in processors or package versions between shards, whose numbers then agree up to
        rounding errors, not bit for bit.
    """

    folder: Path
    rows: dict[str, int]
    missing: list[tuple[int, int, int]]
    damaged: list[str]
    failed: Counter[str]
    warnings: list[str]
    not_rigid: int = 0
    unbounded: int = 0

    def _table(self, name: str) -> pa.Table:
        return checked_table(self.folder / f"{name}.parquet")

    @cached_property
    def modes(self) -> pa.Table:
        """The table of modes; like that of realizations, it does not depend on how the study was run."""
        return self._table("modes")

    @cached_property
    def realizations(self) -> pa.Table:
        """The table of realizations."""
        return self._table("realizations")

    @cached_property
    def attempts(self) -> pa.Table:
        """The table of attempts, with the processes that made them."""
        return self._table("attempts")

    @cached_property
    def runs(self) -> pa.Table:
        """The table of runs."""
        return self._table("runs")


@dataclass
class _Findings:
    """Findings while shards are read."""

    missing: list[tuple[int, int, int]] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    provenances: Counter[str] = field(default_factory=Counter)
    not_rigid: int = 0
    unbounded: int = 0


def collect(store: StudyStore) -> Collected:
    """Verify all shards, and write `modes`, `realizations`, `attempts`, `runs` and further tables as Parquet files.

    Rows are in the order of chains and realizations, no matter which process computed them, and each realization occurs
    exactly once. Only one shard is in memory at a time, with the rows that do not yet fill a row group.

    Raises
    ------
    InputError
        There is nothing to collect, the tables were joined or published, two shards disagree about a realization, or
        there is a file with the name of a table that the study does not have.
    """
    store.require_shards()
    found = _Findings()
    store.require_known_shards()
    _refuse_foreign_tables(store)
    columns = {
        "realizations": store.model.realization_columns,
        "modes": store.model.mode_columns,
        "attempts": ATTEMPTS,
        **store.further_tables,
    }
    names = [f"{name}.parquet" for name in (*columns, "runs")]
    remove_stale_temporaries(store.folder)
    with ExitStack() as files:

        def writer(name: str, table_schema: pa.Schema) -> _TableWriter:
            file = files.enter_context(replacing(store.folder / f"{name}.parquet"))
            settled = store.model.settled_columns(store.settings) if name == "realizations" else {}
            return files.enter_context(_TableWriter(file, table_schema, settled))

        writers = {name: writer(name, schema(described)) for name, described in columns.items()}
        for chain in range(store.settings.ensemble.chains):
            for shard, end in _shards(store, chain, found):
                _add(shard, end, store.settings.ensemble.numbering, writers, found)
        if not writers["realizations"].rows + writers["realizations"].pending_rows:
            raise _nothing(store, found.damaged)
        runs = _runs(store)
        writer("runs", runs.schema).add(runs)
        forget_checksums(store.folder, names)  # of the tables that are replaced when the block ends
    write_checksums(store.folder, names)
    found.failed.pop("ok", None)
    counts = {name: table.rows for name, table in writers.items()}
    warnings = provenance_warnings(found.provenances)
    return Collected(
        folder=store.folder,
        rows=counts,
        missing=found.missing,
        damaged=found.damaged,
        failed=found.failed,
        warnings=warnings,
        not_rigid=found.not_rigid,
        unbounded=found.unbounded,
    )


def _add(shard: Shard, end: int, numbering: Numbering, writers: dict[str, _TableWriter], found: _Findings) -> None:
    """Add the realizations of a shard, from index `end` on, to the tables."""
    found.provenances[json.dumps({key: shard.provenance.get(key) for key in _PROVENANCE}, sort_keys=True)] += 1
    for name, writer in writers.items():
        rows = _rows_from(shard.table(name), end, numbering)
        writer.add(rows)
        if name == "realizations":
            found.failed.update(rows["status"].to_pylist())
            if "rigid" in rows.column_names:
                soft = pc.fill_null(pc.invert(rows["rigid"]), False)
                found.not_rigid += pc.sum(soft).as_py() or 0
                found.unbounded += pc.sum(pc.and_(soft, pc.is_nan(rows["complete_below"]))).as_py() or 0


def _refuse_foreign_tables(store: StudyStore) -> None:
    """Reject a file that would be taken for a table of this study, which has none of that name."""
    for name in FURTHER_TABLES.keys() - store.further_tables.keys():
        path = store.folder / f"{name}.parquet"
        if path.exists():
            raise InputError(
                f"{path} does not belong to this study", remedy="remove it: its settings ask for no such table"
            )


def _nothing(store: StudyStore, damaged: list[str]) -> InputError:
    if damaged:
        return InputError(f"every shard in {store.folder} is damaged ({damaged[0]})", remedy="run the study again")
    return InputError(
        f"nothing to collect in {store.folder}", remedy="run the study first, or wait for its first shard"
    )


def _shards(store: StudyStore, chain: int, found: _Findings) -> Iterator[tuple[Shard, int]]:
    """Yield a chain's intact shards in order, each with the index from which its realizations are new."""
    spans, end, earlier = store.shard_ranges(chain), 0, dict[int, str]()
    overlap = any(start < stop for (_, stop), (start, _) in pairwise(spans))
    for start, stop in spans:
        try:
            shard = store.read_shard(chain, (start, stop))
        except DamagedShard as why:
            found.damaged.append(f"chain {chain}, realizations {start} to {stop - 1}: {why}")
            continue
        if start > end:
            found.missing.append((chain, end, start))
        if overlap:
            _require_agreement(shard, chain, earlier)
        if stop > end:
            yield shard, end
        end = max(end, stop)
    if end < store.settings.ensemble.realizations_per_chain:
        found.missing.append((chain, end, store.settings.ensemble.realizations_per_chain))


class _TableWriter:
    """Writes a table in row groups of equal size, so that its bytes do not depend on how the rows were divided."""

    def __init__(self, file: BinaryIO, table_schema: pa.Schema, settled: dict[str, float] | None = None) -> None:
        self._writer = pq.ParquetWriter(file, table_schema, compression="zstd", write_page_checksum=True)
        self._schema, self._settled = table_schema, settled or {}
        self._pending: list[pa.Table] = []
        self.rows = self.pending_rows = 0

    def __enter__(self) -> _TableWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None:
            self._write(self.pending_rows)
        self._writer.close()

    def add(self, rows: pa.Table) -> None:
        """Append rows; a column that an earlier version did not write follows from the settings, or is NaN or null."""
        self._pending.append(completed(rows, self._schema, self._settled).cast(self._schema))
        self.pending_rows += rows.num_rows
        while self.pending_rows >= ROW_GROUP:
            self._write(ROW_GROUP)

    def _write(self, count: int) -> None:
        whole = pa.concat_tables([self._schema.empty_table(), *self._pending])
        self._writer.write_table(whole.slice(0, count).combine_chunks(), row_group_size=ROW_GROUP)
        self._pending = [whole.slice(count)]
        self.pending_rows -= count
        self.rows += count


def completed(rows: pa.Table, table_schema: pa.Schema, settled: dict[str, float] | None = None) -> pa.Table:
    """Return rows with the columns of a schema, in its order.

    Parameters
    ----------
    rows : Table
        Rows of this or of an earlier version.
    table_schema : Schema
        All columns.
    settled : dict, optional
        Values of columns that `rows` may lack; others that it lacks are NaN or null.
    """
    for column in table_schema:
        if column.name not in rows.column_names:
            missing = (settled or {}).get(column.name, math.nan if pa.types.is_floating(column.type) else None)
            rows = rows.append_column(column, pa.array([missing] * rows.num_rows, column.type))
    return rows.select(table_schema.names)


def provenance_warnings(provenances: Counter[str]) -> list[str]:
    """Return one line for each part of the provenance in which shards differ.

    Parameters
    ----------
    provenances : Counter
        Number of shards by provenance, which is given as JSON.
    """
    lines = []
    known = [(json.loads(provenance), count) for provenance, count in provenances.items()]
    for key, name in _PROVENANCE.items():
        values: Counter[str] = Counter()
        for provenance, count in known:
            values[json.dumps(provenance.get(key), sort_keys=True)] += count
        if len(values) > 1:
            shown = "; ".join(f"{value} ({count} shards)" for value, count in values.most_common(4))
            lines.append(f"{name} differ between shards: {shown}: numbers agree to rounding, not bit for bit")
    return lines


def write_frame(path: Path, frame: pd.DataFrame) -> None:
    """Write a derived table of a study as a Parquet file with a checksum, either completely or not at all."""
    sink = pa.BufferOutputStream()
    frame.to_parquet(sink, write_page_checksum=True)
    remove_stale_temporaries(path.parent)
    with changed_files(path.parent, [path.name]):
        replace(path, sink.getvalue().to_pybytes())


def _rows_from(rows: pa.Table, start: int, numbering: Numbering) -> pa.Table:
    """Return the rows from index `start` of the chain on, with the numbers of realizations in the study.

    Earlier versions gave other numbers to the realizations of an extended study when they wrote its first shards.
    """
    if start and rows.num_rows:
        rows = rows.filter(pc.greater_equal(rows["index_in_chain"], start))
    number = numbering.numbers(rows["chain"].to_numpy(), rows["index_in_chain"].to_numpy())
    place = rows.schema.get_field_index("realization")
    return rows.set_column(place, rows.schema.field(place), pa.array(number))


def _require_agreement(shard: Shard, chain: int, earlier: dict[int, str]) -> None:
    """Check that realizations in several shards, computed from the same random streams, are equal."""
    compared = [name for name in _COMPARED if name in shard.realizations.column_names]
    for row in shard.realizations.select(compared).to_pylist():
        index = row["index_in_chain"]
        if earlier.setdefault(index, repr(row)) != repr(row):
            raise InputError(
                f"realization {index} of chain {chain} is in two shards that disagree",
                remedy="two different programs or machines computed the study; find out which shard to delete",
            )


def _runs(store: StudyStore) -> pa.Table:
    """Return one row per run, from the files in `DIR/runs`; unreadable files are left out."""
    rows = []
    for path in sorted((store.folder / "runs").glob("*.json")):
        try:
            rows.append({key: _as_text(value) for key, value in parse_object(path.read_bytes()).items()})
        except (OSError, ValueError):
            continue
    return pa.Table.from_pylist(rows) if rows else pa.table({"run": pa.array([], pa.string())})


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
