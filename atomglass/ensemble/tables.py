"""Collect a study's shards into two tables, and load them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from atomglass.ensemble.columns import ATTEMPTS, MODES, REALIZATIONS, Column, table
from atomglass.ensemble.disk import replace
from atomglass.ensemble.shards import DamagedShard, Shard
from atomglass.ensemble.store import StudyStore
from atomglass.errors import InputError

_TABLES = {"modes": MODES, "realizations": REALIZATIONS, "attempts": ATTEMPTS}
#: What tells one realization from another, bit for bit.
_COMPARED = ["chain", "index_in_chain", "status", "sweep", "energy", "liquid_energy_per_particle", "mode_count"]
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
    """

    modes: pd.DataFrame
    realizations: pd.DataFrame
    settings: dict
    columns: pd.DataFrame


@dataclass(frozen=True)
class Collected:
    """What `collect` found.

    Attributes
    ----------
    modes, realizations, attempts, runs : pyarrow.Table
        The tables. The first two depend on the study alone, not on how it was run; what varies is in the others.
    missing : list of (chain, start, stop)
        Realizations that no shard holds.
    damaged : list of str
        Shards that cannot be trusted, a line each; their realizations are missing.
    failed : Counter
        How many realizations have each status other than `ok`.
    warnings : list of str
        Mixtures of processors or package versions: numbers then agree to rounding, not bit for bit.
    """

    modes: pa.Table
    realizations: pa.Table
    attempts: pa.Table
    runs: pa.Table
    missing: list[tuple[int, int, int]]
    damaged: list[str]
    failed: Counter[str]
    warnings: list[str]


def collect(store: StudyStore) -> Collected:
    """Gather all shards, check each, and write `modes`, `realizations`, `attempts` and `runs` as Parquet files.

    Rows come in the order of chains and realizations, whoever computed them, each realization exactly once.

    Raises
    ------
    InputError
        There is nothing to collect, or two shards disagree on a realization.
    """
    per_chain = store.settings.ensemble.realizations_per_chain
    parts: dict[str, list[pa.Table]] = {name: [table(columns, [])] for name, columns in _TABLES.items()}
    missing, damaged, origins = [], [], []
    for chain in range(store.settings.ensemble.chains):
        shards = []
        for span in store.shard_ranges(chain):
            try:
                shards.append((span, store.read_shard(chain, span)))
            except DamagedShard as why:
                damaged.append(f"chain {chain}, realizations {span[0]} to {span[1] - 1}: {why}")
        upto = 0
        for (start, stop), shard in sorted(shards, key=lambda entry: entry[0]):
            if start > upto:
                missing.append((chain, upto, start))
            if start < upto:
                _agree(shard, chain, parts["realizations"], start, min(upto, stop))
            origins.append(shard.provenance)
            for name, columns in _TABLES.items():
                parts[name].append(_beyond(getattr(shard, name), columns, upto if start < upto else 0))
            upto = max(upto, stop)
        if upto < per_chain:
            missing.append((chain, upto, per_chain))
    tables = {name: _numbered(rows, per_chain) for name, rows in parts.items()}
    if not tables["realizations"].num_rows:
        if damaged:
            raise InputError(f"every shard in {store.folder} is damaged ({damaged[0]})", remedy="run the study again")
        raise InputError(f"nothing to collect in {store.folder}", remedy="run the study first, or let it get further")
    tables["runs"] = _runs(store)
    for name, content in tables.items():
        sink = pa.BufferOutputStream()
        pq.write_table(content, sink, compression="zstd")
        replace(store.folder / f"{name}.parquet", sink.getvalue(), "table")
    failed = Counter(tables["realizations"]["status"].to_pylist())
    failed.pop("ok", None)
    return Collected(**tables, missing=missing, damaged=damaged, failed=failed, warnings=mixtures(origins))


def mixtures(origins: list[dict[str, Any]]) -> list[str]:
    """Return a line on everything that should have been the same for all shards and was not."""
    lines = []
    for key, name in _SAME.items():
        found = Counter(json.dumps(origin.get(key), sort_keys=True) for origin in origins)
        if len(found) > 1:
            shown = "; ".join(f"{value} ({count} shards)" for value, count in found.most_common(4))
            lines.append(f"{name} differ between shards: {shown}: numbers agree to rounding, not bit for bit")
    return lines


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


def _beyond(rows: pa.Table, columns: tuple[Column, ...], upto: int) -> pa.Table:
    """Return rows from realization `upto` of the chain on, columns in order."""
    if upto:
        rows = rows.filter(pa.compute.greater_equal(rows["index_in_chain"], upto))
    return rows.select([c.name for c in columns]).cast(table(columns, []).schema)


def _agree(shard: Shard, chain: int, before: list[pa.Table], start: int, stop: int) -> None:
    """Compare the realizations that two shards share; they come from the same streams, so that they must be equal."""
    earlier = {
        row["index_in_chain"]: row
        for rows in before
        for row in rows.select(_COMPARED).to_pylist()
        if row["chain"] == chain
    }
    for row in shard.realizations.select(_COMPARED).to_pylist():
        index = row["index_in_chain"]
        if start <= index < stop and repr(row) != repr(earlier.get(index)):
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


def _numbered(parts: list[pa.Table], per_chain: int) -> pa.Table:
    """Join tables and number the realizations anew: an extended study has more of them in a chain."""
    whole = pa.concat_tables(parts)
    number = pa.compute.add(pa.compute.multiply(whole["chain"], per_chain), whole["index_in_chain"])
    place = whole.schema.get_field_index("realization")
    return whole.set_column(place, whole.schema.field(place), number).combine_chunks()
