"""Portions of one study, run under seeds of their own, joined into one set of tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from atomglass.errors import InputError
from atomglass.io.atomic import replace
from atomglass.study.archive.publish import TABLES
from atomglass.study.store.study_store import FORMAT, StudyStore, flat

#: What of the physics may differ between portions.
_FREE = ("seed", "kernel_version")
#: Columns that hold the number of a realization of the whole study, of a defect and of a row of the same table.
_REALIZATIONS, _DEFECTS, _ROWS = ("realization", "recurrence_realization"), ("defect",), ("recurrence_of",)


@dataclass(frozen=True)
class _Portion:
    """A collected study, and where its chains and realizations go in the whole."""

    folder: Path
    manifest: dict[str, Any]
    physics: dict[str, Any]
    chains: int
    first: int

    @classmethod
    def of(cls, folder: Path, first: int) -> _Portion:
        store = StudyStore(folder)  # refuses what is no study, or a damaged one
        store.need_glasses()
        for name in TABLES[:2]:
            if not (folder / f"{name}.parquet").is_file():
                remedy = f"run `atomglass collect {folder}` first"
                raise InputError(f"{folder / name}.parquet is missing", remedy=remedy)
        manifest = json.loads((folder / "study.json").read_text(encoding="utf-8"))
        physics = {key: value for key, value in store.settings.physics().items() if key not in _FREE}
        chains = pc.max(pq.read_table(folder / "realizations.parquet", columns=["chain"])["chain"]).as_py()
        return cls(folder, manifest, physics, (chains or 0) + 1, first)

    @property
    def settings(self) -> dict[str, Any]:
        return self.manifest["settings"]

    @property
    def per_chain(self) -> int:
        return self.settings["ensemble"]["realizations_per_chain"]

    def parts(self) -> list[dict[str, Any]]:
        """Return the portions that this one was joined from; itself where it was not."""
        own = {
            "name": self.settings["name"], "seed": self.settings["seed"],
            "kernel_version": self.manifest["kernel_version"], "first_chain": 0, "chains": self.chains,
        }  # fmt: skip
        return [
            part | {"first_chain": part["first_chain"] + self.first} for part in self.manifest.get("portions", [own])
        ]

    def table(self, name: str, per_chain: int, defects: int, rows: int) -> pa.Table:
        """Return a table with its chains, realizations, defects and rows numbered as in the whole."""
        table = pq.read_table(self.folder / f"{name}.parquet")
        for place, field in enumerate(table.schema):
            column = table[field.name]
            if field.name == "chain":
                column = pc.add(column, pa.scalar(self.first, field.type))
            elif field.name in _REALIZATIONS:
                column = self._realizations(column.cast(pa.int64()), per_chain).cast(field.type)
            elif field.name in _DEFECTS + _ROWS:
                column = pc.add(column, pa.scalar(defects if field.name in _DEFECTS else rows, field.type))
            table = table.set_column(place, field, column)
        return table

    def _realizations(self, numbers: pa.ChunkedArray, per_chain: int) -> pa.ChunkedArray:
        chain = pc.divide(numbers, self.per_chain)
        index = pc.subtract(numbers, pc.multiply(chain, self.per_chain))
        return pc.add(pc.multiply(pc.add(chain, self.first), per_chain), index)


def join_studies(folders: Sequence[Path], out: Path) -> list[Path]:
    """Join the tables of studies that differ in their seeds alone, as if one study had run all of their chains.

    Parameters
    ----------
    folders : sequence of Path
        At least two collected or published studies of glasses.
    out : Path
        A new or an empty directory.

    Returns
    -------
    list of Path
        What was written: tables, and a `study.json` whose `portions` tell seed, kernel version, and chains of each.
        A chain keeps its realizations; it is numbered after those of the portions before. `analyze`, `report`,
        `compare` and `publish` read the whole as they read a study; `run` does not go on with it.

    Raises
    ------
    InputError
        Fewer than two studies, another physics, the same seed twice, or `out` holds something.
    """
    portions = _placed(folders)
    if out.is_dir() and any(out.iterdir()):
        raise InputError(f"{out} holds files", remedy="choose a new or an empty --out")
    per_chain = max(portion.per_chain for portion in portions)
    written = []
    tables = {name: _joined(portions, name, per_chain) for name in TABLES}
    out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        if table is not None:
            sink = pa.BufferOutputStream()
            pq.write_table(table, sink, compression="zstd")
            written.append(out / f"{name}.parquet")
            replace(written[-1], sink.getvalue().to_pybytes(), "table")
    manifest = (json.dumps(_manifest(portions, per_chain), indent=2) + "\n").encode()
    replace(out / "study.json", manifest, "manifest")
    return [*written, out / "study.json"]


def _placed(folders: Sequence[Path]) -> list[_Portion]:
    if len(folders) < 2:
        raise InputError("the number of studies to join", len(folders), ">= 2")
    portions: list[_Portion] = []
    seeds: dict[int, Path] = {}
    for folder in folders:
        portion = _Portion.of(Path(folder), first=sum(p.chains for p in portions))
        _same_physics(portions[0] if portions else portion, portion)
        for part in portion.parts():
            if part["seed"] in seeds:
                raise InputError(
                    f"seed {part['seed']} is that of {seeds[part['seed']]} and of {folder}",
                    allowed="a seed of its own for each", remedy="chains of one seed are not independent",
                )  # fmt: skip
            seeds[part["seed"]] = folder
        portions.append(portion)
    return portions


def _same_physics(one: _Portion, other: _Portion) -> None:
    mine, theirs = flat(one.physics), flat(other.physics)
    for key in sorted({*mine, *theirs}):
        if mine.get(key) != theirs.get(key):
            raise InputError(
                f"{other.folder} has other physics than {one.folder} ({key} is {theirs.get(key)}, not {mine.get(key)})",
                remedy="set studies of different physics side by side with `atomglass compare`",
            )


def _joined(portions: list[_Portion], name: str, per_chain: int) -> pa.Table | None:
    """Return a table of the whole; None where no portion has it."""
    parts: list[pa.Table] = []
    defects = 0
    for portion in portions:
        if (portion.folder / f"{name}.parquet").is_file():
            part = portion.table(name, per_chain, defects, sum(len(p) for p in parts))
            if "defect" in part.column_names and len(part):
                defects = int(pc.max(part["defect"]).as_py()) + 1
            parts.append(part)
    if not parts:
        return None
    # Published modes are in single precision: then all are.
    common = pa.unify_schemas([_single(p.schema, parts) for p in parts])
    return pa.concat_tables([p.cast(common) for p in parts])


def _single(schema: pa.Schema, parts: list[pa.Table]) -> pa.Schema:
    return pa.schema(
        [
            field.with_type(pa.float32())
            if pa.types.is_floating(field.type) and any(p.schema.field(field.name).type == pa.float32() for p in parts)
            else field
            for field in schema
        ],
        schema.metadata,
    )


def _manifest(portions: list[_Portion], per_chain: int) -> dict[str, Any]:
    first = portions[0].manifest
    parts = [part for portion in portions for part in portion.parts()]
    versions = sorted({part["kernel_version"] for part in parts})
    ensemble = first["settings"]["ensemble"] | {
        "chains": sum(portion.chains for portion in portions), "realizations_per_chain": per_chain,
    }  # fmt: skip
    return {
        "format": FORMAT,
        "kernel_version": versions[0] if len(versions) == 1 else " and ".join(map(str, versions)),
        "physics_hash": " and ".join(portion.manifest["physics_hash"] for portion in portions),
        "settings": first["settings"] | {"ensemble": ensemble},
        "portions": parts,
    }
