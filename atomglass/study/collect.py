"""Collect a study's shards into two tables, and load them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from atomglass.errors import InputError
from atomglass.io.atomic import replace, replacing
from atomglass.study.schema import ATTEMPTS, schema
from atomglass.study.store.shards import DamagedShard, Shard
from atomglass.study.store.study_store import StudyStore

#: Rows of one row group of a collected table.
ROW_GROUP = 100_000
#: What tells one realization from another, bit for bit, where a model has it.
_COMPARED = ("chain", "index_in_chain", "status", "sweep", "energy", "liquid_energy_per_particle", "mode_count")
#: What must be the same for bit-for-bit equal numbers.
_SAME = {
    "processor": "processors", "blas": "BLAS kernels", "packages": "package versions", "python": "Python versions",
    "kernel_sources": "kernels", "atomglass": "versions of atomglass", "threads": "numbers of threads",
}  # fmt: skip


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
    wells : DataFrame or None
        Where displaced glasses went, one row a quasi-localized mode, if `atomglass wells` was run.
    """

    modes: pd.DataFrame
    realizations: pd.DataFrame
    settings: dict
    columns: pd.DataFrame
    wells: pd.DataFrame | None = None


@dataclass(frozen=True)
class Collected:
    """What `collect` found.

    Attributes
    ----------
    folder : Path
        Where the tables are.
    rows : dict of str to int
        How many rows each table has.
    missing : list of (chain, start, stop)
        Realizations that no shard holds.
    damaged : list of str
        Shards that cannot be trusted, a line each; their realizations are missing.
    failed : Counter
        How many realizations have each status other than `ok`.
    warnings : list of str
        Mixtures of processors or package versions: numbers then agree to rounding, not bit for bit.
    """

    folder: Path
    rows: dict[str, int]
    missing: list[tuple[int, int, int]]
    damaged: list[str]
    failed: Counter[str]
    warnings: list[str]

    def _table(self, name: str) -> pa.Table:
        return pq.read_table(self.folder / f"{name}.parquet")

    @cached_property
    def modes(self) -> pa.Table:
        """The table of modes; like that of the realizations it depends on the study alone, not on how it was run."""
        return self._table("modes")

    @cached_property
    def realizations(self) -> pa.Table:
        """The table of realizations."""
        return self._table("realizations")

    @cached_property
    def attempts(self) -> pa.Table:
        """The table of attempts, and who made them."""
        return self._table("attempts")

    @cached_property
    def runs(self) -> pa.Table:
        """The table of runs."""
        return self._table("runs")


def collect(store: StudyStore) -> Collected:
    """Gather all shards, check each, and write `modes`, `realizations`, `attempts` and `runs` as Parquet files.

    Rows come in the order of chains and realizations, whoever computed them, each realization exactly once. One shard
    is in memory at a time, and the rows that do not yet fill a row group.

    Raises
    ------
    InputError
        There is nothing to collect, or two shards disagree on a realization.
    """
    missing: list[tuple[int, int, int]] = []
    damaged: list[str] = []
    origins: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    columns = {
        "realizations": store.model.realization_columns, "modes": store.model.mode_columns, "attempts": ATTEMPTS,
    }  # fmt: skip
    with ExitStack() as files:
        writers = {
            name: files.enter_context(_Writer(files.enter_context(replacing(store.folder / f"{name}.parquet", "table")),
                                              schema(described)))
            for name, described in columns.items()
        }  # fmt: skip
        for chain in range(store.settings.ensemble.chains):
            for shard, upto in _shards(store, chain, missing, damaged):
                origins[json.dumps({key: shard.provenance.get(key) for key in _SAME}, sort_keys=True)] += 1
                for name, writer in writers.items():
                    rows = _beyond(getattr(shard, name), upto, store.settings.ensemble.realizations_per_chain)
                    writer.add(rows)
                    if name == "realizations":
                        failed.update(rows["status"].to_pylist())
        if not writers["realizations"].rows + writers["realizations"].waiting:
            raise _nothing(store, damaged)
        runs = _runs(store)
        files.enter_context(
            _Writer(files.enter_context(replacing(store.folder / "runs.parquet", "table")), runs.schema)
        ).add(runs)
    failed.pop("ok", None)
    counts = {name: writer.rows for name, writer in writers.items()}
    return Collected(store.folder, counts, missing, damaged, failed, mixtures(origins))


def _nothing(store: StudyStore, damaged: list[str]) -> InputError:
    if damaged:
        return InputError(f"every shard in {store.folder} is damaged ({damaged[0]})", remedy="run the study again")
    return InputError(f"nothing to collect in {store.folder}", remedy="run the study first, or let it get further")


def _shards(
    store: StudyStore, chain: int, missing: list[tuple[int, int, int]], damaged: list[str]
) -> Iterator[tuple[Shard, int]]:
    """Yield a chain's shards in order, each with the realization from which on it is new; note what is not there."""
    spans, upto, earlier = store.shard_ranges(chain), 0, dict[int, str]()
    overlap = any(start < stop for (_, stop), (start, _) in pairwise(spans))
    for start, stop in spans:
        try:
            shard = store.read_shard(chain, (start, stop))
        except DamagedShard as why:
            damaged.append(f"chain {chain}, realizations {start} to {stop - 1}: {why}")
            continue
        if start > upto:
            missing.append((chain, upto, start))
        if overlap:
            _agree(shard, chain, earlier)
        if stop > upto:
            yield shard, upto
        upto = max(upto, stop)
    if upto < store.settings.ensemble.realizations_per_chain:
        missing.append((chain, upto, store.settings.ensemble.realizations_per_chain))


class _Writer:
    """Writes a table in row groups of one size, so that the bytes do not depend on how the rows came."""

    def __init__(self, file: BinaryIO, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(file, schema, compression="zstd")
        self._schema = schema
        self._waiting: list[pa.Table] = []
        self.rows = self.waiting = 0

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None:
            self._write(self.waiting)
        self._writer.close()

    def add(self, rows: pa.Table) -> None:
        """Take some more rows."""
        self._waiting.append(rows.select(self._schema.names).cast(self._schema))
        self.waiting += rows.num_rows
        while self.waiting >= ROW_GROUP:
            self._write(ROW_GROUP)

    def _write(self, count: int) -> None:
        whole = pa.concat_tables([self._schema.empty_table(), *self._waiting])
        self._writer.write_table(whole.slice(0, count).combine_chunks(), row_group_size=ROW_GROUP)
        self._waiting = [whole.slice(count)]
        self.waiting -= count
        self.rows += count


def mixtures(origins: Counter[str]) -> list[str]:
    """Return a line on everything that should have been the same for all shards and was not.

    Parameters
    ----------
    origins : Counter
        How many shards were computed with what, each written as JSON.
    """
    lines = []
    known = [(json.loads(origin), count) for origin, count in origins.items()]
    for key, name in _SAME.items():
        found: Counter[str] = Counter()
        for origin, count in known:
            found[json.dumps(origin.get(key), sort_keys=True)] += count
        if len(found) > 1:
            shown = "; ".join(f"{value} ({count} shards)" for value, count in found.most_common(4))
            lines.append(f"{name} differ between shards: {shown}: numbers agree to rounding, not bit for bit")
    return lines


def write_frame(path: Path, frame: pd.DataFrame) -> None:
    """Write a derived table of a study, whole or not at all."""
    sink = pa.BufferOutputStream()
    frame.to_parquet(sink)
    replace(path, sink.getvalue().to_pybytes(), "table")


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
    frames, described = [], []
    for name in ("modes", "realizations"):
        path = folder / f"{name}.parquet"
        try:
            table = pq.read_table(path)
            frames.append(table.to_pandas())
            described += [(name, field.name, *_meaning(field)) for field in table.schema]
        except FileNotFoundError:
            raise InputError(f"{path} is missing", remedy=f"run `atomglass collect {folder}` first") from None
        except (OSError, pa.ArrowException) as error:
            raise InputError(f"{path} is damaged ({error})", remedy=f"run `atomglass collect {folder}` again") from None
    columns = pd.DataFrame(described, columns=["table", "column", "unit", "meaning"])
    wells = folder / "wells.parquet"
    modes, realizations = frames
    displaced = pd.read_parquet(wells) if wells.is_file() else None
    return Study(modes, realizations, _settings(folder), columns, displaced)


def _settings(folder: Path) -> dict[str, Any]:
    """Return the settings beside a study's tables; where these were joined from portions, with all of their seeds."""
    path = folder / "study.json"
    if not path.is_file():
        return {}
    manifest = json.loads(path.read_text(encoding="utf-8"))
    settings = dict(manifest["settings"])
    if "portions" in manifest:
        settings["seed"] = ", ".join(str(part["seed"]) for part in manifest["portions"])
        settings["portions"] = "; ".join(
            f"chains {part['first_chain']} to {part['first_chain'] + part['chains'] - 1}: seed {part['seed']}, "
            f"kernel version {part['kernel_version']}"
            for part in manifest["portions"]
        )
    return settings


def _meaning(field: pa.Field) -> tuple[str, str]:
    """Return a column's unit and meaning, which travel with the table."""
    told = field.metadata or {}
    return told.get(b"unit", b"").decode(), told.get(b"meaning", b"").decode()


def _beyond(rows: pa.Table, upto: int, per_chain: int) -> pa.Table:
    """Return rows from realization `upto` of the chain on, numbered anew: an extended study has more in a chain."""
    if upto and rows.num_rows:
        rows = rows.filter(pc.greater_equal(rows["index_in_chain"], upto))
    number = pc.add(pc.multiply(rows["chain"], per_chain), rows["index_in_chain"])
    place = rows.schema.get_field_index("realization")
    return rows.set_column(place, rows.schema.field(place), number)


def _agree(shard: Shard, chain: int, earlier: dict[int, str]) -> None:
    """Compare the realizations that shards share; they come from the same streams, so that they must be equal."""
    compared = [name for name in _COMPARED if name in shard.realizations.column_names]
    for row in shard.realizations.select(compared).to_pylist():
        index = row["index_in_chain"]
        if earlier.setdefault(index, repr(row)) != repr(row):
            raise InputError(
                f"realization {index} of chain {chain} is in two shards that disagree",
                remedy="the study was computed by two different programs or machines; find out which shard to delete",
            )


def _runs(store: StudyStore) -> pa.Table:
    """Return one row a run, from the files that runs leave; one that cannot be read is left out."""
    rows = []
    for path in sorted((store.folder / "runs").glob("*.json")):
        try:
            rows.append({key: _text(value) for key, value in json.loads(path.read_bytes()).items()})
        except (OSError, ValueError, AttributeError):
            continue
    return pa.Table.from_pylist(rows) if rows else pa.table({"run": pa.array([], pa.string())})


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
