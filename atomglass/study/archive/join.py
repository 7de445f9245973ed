"""Join the tables of studies that differ only in their seeds."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from atomglass.errors import InputError, shell_command
from atomglass.io.atomic import new_folder, replace
from atomglass.study.archive.publish import TABLES, require_empty
from atomglass.study.collect import completed
from atomglass.study.numbering import Numbering
from atomglass.study.store.checksums import SUMS, forget_checksums, write_checksums
from atomglass.study.store.manifest import FORMAT, read_manifest, require_joinable, sealed
from atomglass.study.store.portions import read_table
from atomglass.study.store.study_store import StudyStore

#: Columns with the number of a realization in the whole study; of a defect; and of a row in the same table.
_REALIZATION_COLUMNS = ("realization", "recurrence_realization")
_DEFECT_COLUMN, _ROW_COLUMN = "defect", "recurrence_of"


@dataclass(frozen=True)
class JoinedPart:
    """A collected study that becomes part of a larger one.

    Attributes
    ----------
    folder : Path
        Its directory.
    manifest, physics : dict
        The content of its `study.json`, and the settings that determine its numbers.
    chains, first_chain : int
        Number of its chains, and number of the first of them in the larger study.
    numbering : Numbering
        The numbers of its realizations.
    """

    folder: Path
    manifest: dict[str, Any]
    physics: dict[str, Any]
    chains: int
    first_chain: int
    numbering: Numbering

    @classmethod
    def read(cls, folder: Path, first_chain: int) -> JoinedPart:
        """Return a study whose first chain has the number `first_chain` in the larger study.

        Raises
        ------
        InputError
            There is no collected study of glasses in the directory, or it is a portion of a published study.
        """
        store = StudyStore(folder)  # raises if there is no intact study
        store.require_glasses()
        realizations, modes = (read_table(folder, name) for name in TABLES[:2])
        if realizations is None or modes is None:
            missing = TABLES[0] if realizations is None else TABLES[1]
            remedy = f"run `{shell_command('atomglass', 'collect', str(folder))}` first"
            raise InputError(f"{folder / missing}.parquet is missing", remedy=remedy)
        manifest = read_manifest(folder)
        if "portion" in manifest:
            raise InputError(f"{folder} is a portion of a larger study", remedy=f"give the whole, {folder.parent}")
        chains = pc.max(realizations["chain"]).as_py()
        numbering = store.settings.ensemble.numbering
        return cls(folder, manifest, store.settings.physics(), (chains or 0) + 1, first_chain, numbering)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the study."""
        return self.manifest["settings"]

    @property
    def per_chain(self) -> int:
        """Number of realizations in each of its chains."""
        return self.settings["ensemble"]["realizations_per_chain"]

    def parts(self) -> list[dict[str, Any]]:
        """Return the portions from which this study was joined; a single one if it was not joined."""
        own = {
            "name": self.settings["name"],
            "seed": self.settings["seed"],
            "kernel_version": self.manifest["kernel_version"],
            "first_chain": 0,
            "chains": self.chains,
        }
        parts = [{name: part[name] for name in own} for part in self.manifest.get("portions", [own])]
        return [part | {"first_chain": part["first_chain"] + self.first_chain} for part in parts]

    def table(self, name: str, per_chain: int, defects: int, rows: int) -> pa.Table | None:
        """Return a table with chains, realizations, defects and rows numbered as in the joined study.

        Parameters
        ----------
        name : str
            Name of the table.
        per_chain : int
            Realizations per chain in the joined study.
        defects, rows : int
            Number of defects and of rows of the same table in the preceding portions.

        Returns
        -------
        Table or None
            None if the study has no table of this name.
        """
        table = read_table(self.folder, name)
        if table is None:
            return None
        try:
            return self._renumbered_table(table, per_chain, defects, rows)
        except pa.ArrowException as error:
            text = " ".join(str(error).split())[:200]
            remedy = "use tables that atomglass writes"
            raise InputError(f"{self.folder / name}.parquet cannot be renumbered ({text})", remedy=remedy) from None

    def _renumbered_table(self, table: pa.Table, per_chain: int, defects: int, rows: int) -> pa.Table:
        for place, field in enumerate(table.schema):
            column = table[field.name]
            if field.name == "chain":
                column = pc.add(column, pa.scalar(self.first_chain, field.type))
            elif field.name in _REALIZATION_COLUMNS:
                column = self._renumbered(column.cast(pa.int64()), per_chain).cast(field.type)
            elif field.name in (_DEFECT_COLUMN, _ROW_COLUMN):
                column = pc.add(column, pa.scalar(defects if field.name == _DEFECT_COLUMN else rows, field.type))
            table = table.set_column(place, field, column)
        return table

    def _renumbered(self, numbers: pa.ChunkedArray, per_chain: int) -> pa.ChunkedArray:
        known = numbers.drop_null().to_numpy()
        chain, index = self.numbering.places(known)
        renumbered = pa.array((chain + self.first_chain) * per_chain + index)
        return pc.replace_with_mask(numbers.combine_chunks(), pc.is_valid(numbers).combine_chunks(), renumbered)


def join_studies(folders: Sequence[Path], out: Path) -> list[Path]:
    """Join the tables of studies that differ only in their seeds, as if one study had run all of their chains.

    Parameters
    ----------
    folders : sequence of Path
        The directories of at least two collected or published studies of glasses.
    out : Path
        A new or empty directory, or the result of an earlier call with the same studies, which is replaced.

    Returns
    -------
    list of Path
        The files written: the tables, their checksums, and a `study.json` whose `portions` give seed, kernel version,
        and chains of each study. Chains are numbered consecutively, in the order of `folders`. `analyze`, `report`,
        `compare` and `publish` accept the result like a study; `run` cannot continue it.

    Raises
    ------
    InputError
        There are fewer than two studies, their physics differs, a seed occurs twice, or `out` is not empty.
    """
    portions = _read_portions(folders)
    per_chain = max(portion.per_chain for portion in portions)
    manifest = sealed(_manifest(portions, per_chain))
    again = _is_joined(out, manifest)
    if not again:
        require_empty(out)
    tables = {name: _fitting(portions, name, per_chain) for name in TABLES}
    written = [f"{name}.parquet" for name, table in tables.items() if table is not None]
    with contextlib.nullcontext(out) if again else new_folder(out) as folder:
        forget_checksums(folder, written)
        for name, table in tables.items():
            if table is not None:
                sink = pa.BufferOutputStream()
                pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
                replace(folder / f"{name}.parquet", sink.getvalue().to_pybytes())
        replace(folder / "study.json", manifest)
        write_checksums(folder, written)
    return [out / name for name in (*written, "study.json", SUMS)]


def _is_joined(out: Path, manifest: bytes) -> bool:
    """Return whether a directory holds the result of an earlier call with the same studies."""
    try:
        return (out / "study.json").read_bytes() == manifest
    except OSError:
        return False


def _read_portions(folders: Sequence[Path]) -> list[JoinedPart]:
    if len(folders) < 2:
        raise InputError("the number of studies to join", len(folders), ">= 2")
    portions: list[JoinedPart] = []
    seeds: dict[int, Path] = {}
    for folder in folders:
        portion = JoinedPart.read(Path(folder), first_chain=sum(p.chains for p in portions))
        first = portions[0] if portions else portion
        require_joinable(first.folder, first.physics, portion.folder, portion.physics)
        for part in portion.parts():
            if part["seed"] in seeds:
                raise InputError(
                    f"seed {part['seed']} is that of {seeds[part['seed']]} and of {folder}",
                    allowed="a different seed for each study",
                    remedy="chains with the same seed are not independent",
                )
            seeds[part["seed"]] = folder
        portions.append(portion)
    return portions


def _fitting(portions: list[JoinedPart], name: str, per_chain: int) -> pa.Table | None:
    """Return a table of the joined study; None if no portion has it.

    Raises
    ------
    InputError
        The tables of the portions have columns of different types.
    """
    try:
        return _joined(portions, name, per_chain)
    except pa.ArrowException as error:
        text = " ".join(str(error).split())[:200]
        remedy = "run `atomglass collect` on each study again"
        raise InputError(
            f"the tables {name}.parquet of the studies do not fit together ({text})", remedy=remedy
        ) from None


def _joined(portions: list[JoinedPart], name: str, per_chain: int) -> pa.Table | None:
    """Return a table of the joined study; None if no portion has it."""
    parts: list[pa.Table] = []
    defects = 0
    for portion in portions:
        part = portion.table(name, per_chain, defects, sum(len(p) for p in parts))
        if part is not None:
            if "defect" in part.column_names and len(part):
                defects = int(pc.max(part["defect"]).as_py()) + 1
            parts.append(part)
    if not parts:
        return None
    # If the modes of any portion were published, and thus rounded to single precision, all are converted to it.
    common = pa.unify_schemas([_lowest_precision(part.schema, parts) for part in parts])
    return pa.concat_tables([completed(part, common).cast(common) for part in parts])


def _lowest_precision(schema: pa.Schema, parts: list[pa.Table]) -> pa.Schema:
    """Return the schema, with single precision for every column that has single precision in any part."""
    single = pa.float32()
    fields = [
        field.with_type(single)
        if pa.types.is_floating(field.type)
        and any(field.name in part.column_names and part.schema.field(field.name).type == single for part in parts)
        else field
        for field in schema
    ]
    return pa.schema(fields, schema.metadata)


def _manifest(portions: list[JoinedPart], per_chain: int) -> dict[str, Any]:
    first = portions[0].manifest
    parts = [part for portion in portions for part in portion.parts()]
    versions = sorted({part["kernel_version"] for part in parts})
    chains = sum(portion.chains for portion in portions)
    ensemble = first["settings"]["ensemble"] | {"chains": chains, "realizations_per_chain": per_chain}
    ensemble.pop("extended_from", None)  # the joined study has numbers of its own
    return {
        "format": FORMAT,
        "kernel_version": versions[0] if len(versions) == 1 else " and ".join(map(str, versions)),
        "physics_hash": " and ".join(portion.manifest["physics_hash"] for portion in portions),
        "settings": first["settings"] | {"ensemble": ensemble},
        "portions": parts,
    }
