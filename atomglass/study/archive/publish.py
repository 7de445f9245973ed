"""Publish the tables of a study, small enough for a repository and complete enough for every figure."""

from __future__ import annotations

import contextlib
import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from atomglass.errors import InputError, shell_command
from atomglass.io.atomic import is_temporary, new_folder, remove_stale_temporaries, replace
from atomglass.study.schema import FURTHER_TABLES
from atomglass.study.store.checksums import SUMS, checked_table, require_folder
from atomglass.study.store.manifest import read_manifest
from atomglass.study.store.portions import portions
from atomglass.types import Array

#: The tables that are published if they exist. Attempts and runs are left out because they describe hosts and times.
TABLES = (
    "realizations",
    "modes",
    *FURTHER_TABLES,
    "wells",
    "recurrences",
    "pinned",
    "pinned_glasses",
    "density_of_states",
)
#: Tables stored in single precision, whose relative error of 6e-8 is far below any statistical error.
SINGLE_PRECISION = ("modes", *FURTHER_TABLES)

#: The columns of the realizations that count the rows of a table.
_COUNTS = {"modes": "mode_count", "spots": "spot_count"}
#: The columns that say below which frequency the rows of a table are known.
_KNOWN_BELOW = {"modes": "complete_below", "spots": "spots_below"}


@dataclass(frozen=True)
class Cuts:
    """Bounds above which the modes of published tables are left out; None keeps all modes.

    Attributes
    ----------
    below : float or None
        Bound on harmonic modes, as a multiple of the first phonon frequency of each glass.
    below_frequency : float or None
        Bound on the frequency of harmonic modes, the same in all glasses.
    spots_below : float or None
        Bound on the frequency of pseudo-harmonic modes.
    """

    below: float | None = None
    below_frequency: float | None = None
    spots_below: float | None = None

    def __post_init__(self) -> None:
        units = {"below": ", in units of the first phonon frequency"}
        for name, value in vars(self).items():
            if value is not None and not 0 < value < math.inf:
                raise InputError(f"--{name.replace('_', '-')}", value, "> 0" + units.get(name, ""))

    def applied(self, tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
        """Return the tables, by name, without the modes above the bounds."""
        if self.below is not None:
            tables = _cut(tables, _multiples(tables["realizations"], self.below), "modes")
        for name, bound in (("modes", self.below_frequency), ("spots", self.spots_below)):
            if bound is not None and name in tables:
                tables = _cut(tables, np.full(len(tables["realizations"]), bound), name)
        return tables


def publish_tables(
    folder: Path,
    out: Path,
    below: float | None = None,
    below_frequency: float | None = None,
    spots_below: float | None = None,
) -> list[Path]:
    """Write compact copies of a collected study's tables, with its manifest and a file of checksums.

    Parameters
    ----------
    folder : Path
        The study's directory.
    out : Path
        A new or empty directory, or one that was published before.
    below : float, optional
        Multiple of the first phonon frequency of each glass above which its modes are left out. Soft modes lower this
        frequency, so that the table cannot be used for bounds at a fixed frequency. Pseudo-harmonic modes are all
        kept, as are the modes of glasses without a first phonon frequency.
    below_frequency : float, optional
        Frequency above which harmonic modes are left out, the same in all glasses. `complete_below`, `mode_count` and
        `qlm_count` of the realizations are adjusted to either bound.
    spots_below : float, optional
        Frequency above which pseudo-harmonic modes are left out; `spots_below` and `spot_count` are adjusted.

    Returns
    -------
    list of Path
        The files written. `load_study`, `analyze` and `report` accept `out` like a study.

    Raises
    ------
    InputError
        There are no collected tables, `out` contains other files or another study, or a bound is out of range.
    """
    cuts = Cuts(below, below_frequency, spots_below)
    sources = collected_tables(folder)
    manifest = read_manifest(folder)  # raises if it was edited
    known = {path.name for path in sources} | {"study.json", SUMS, "README.md", "analysis", "report.html"}
    known -= {path.name for path in sources if not path.is_file()}
    others = [name for name in _present(out) if name not in known]
    if others:
        raise InputError(f"{out} holds other files ({others[0]})", remedy="choose a new or an empty --out")
    if (out / "study.json").is_file() and read_manifest(out).get("physics_hash") != manifest.get("physics_hash"):
        raise InputError(f"{out} holds another study", remedy="choose a new or an empty --out")
    tables = {path.stem: checked_table(path) for path in sources if path.is_file()}
    return write_compact(out, tables, cuts, (folder / "study.json").read_bytes())


def require_empty(out: Path) -> None:
    """Reject a directory with files; the working directory, which cannot be replaced; and a file.

    Raises
    ------
    InputError
        The path is one of these.
    """
    if _present(out):
        raise InputError(f"{out} holds files", remedy="choose a new or an empty --out")
    if _is_working_folder(out):
        raise InputError(f"{out} is the working directory", remedy="choose a new --out inside it")


def _present(out: Path) -> list[str]:
    """Return the names in a directory, without what a process that died has left there; none if there is none."""
    if not out.is_dir():
        if out.exists():
            raise InputError(f"{out} is a file", remedy="choose a new or an empty --out")
        return []
    remove_stale_temporaries(out)
    return sorted(path.name for path in out.iterdir() if not is_temporary(path))


def collected_tables(folder: Path) -> list[Path]:
    """Return the paths of all tables that a study may have.

    Raises
    ------
    InputError
        The study was not collected.
    """
    require_folder(folder)
    if portions(folder):
        raise InputError(f"{folder} is published in portions already", remedy="give the study that they came from")
    sources = [folder / f"{name}.parquet" for name in TABLES]
    for path in (*sources[:2], folder / "study.json"):
        if not path.is_file():
            remedy = f"run `{shell_command('atomglass', 'collect', str(folder))}` first"
            raise InputError(f"{path} is missing", remedy=remedy)
    return sources


def write_compact(out: Path, tables: dict[str, pa.Table], cuts: Cuts, manifest: bytes) -> list[Path]:
    """Write tables in compact form, with a manifest and a file of checksums.

    Parameters
    ----------
    out : Path
        The directory, which is created if it does not exist.
    tables : dict
        The tables by name.
    cuts : Cuts
        Bounds above which modes are left out.
    manifest : bytes
        The content of `study.json`.

    Returns
    -------
    list of Path
        The files written.
    """
    contents = {"study.json": manifest}
    contents |= {f"{name}.parquet": _compact(name, table) for name, table in cuts.applied(tables).items()}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(contents.items()))
    contents[SUMS] = sums.encode()
    used = out.is_dir() and (any(out.iterdir()) or _is_working_folder(out))
    whole = contextlib.nullcontext(out) if used else new_folder(out)
    with whole as folder:
        for name, content in contents.items():
            replace(folder / name, content)
    return [out / name for name in contents]


def _is_working_folder(out: Path) -> bool:
    return out.is_dir() and out.samefile(".")


def _multiples(realizations: pa.Table, multiple: float) -> Array:
    """Return a multiple of each glass's first phonon frequency; infinity where there is none."""
    bound = multiple * _numbers(realizations, "first_phonon_frequency")
    return np.where(np.isnan(bound), np.inf, bound)


def _cut(tables: dict[str, pa.Table], bound: Array, name: str) -> dict[str, pa.Table]:
    """Return the tables without the rows of `modes` or `spots` that lie above the bound of their realization."""
    realizations, table = tables["realizations"], tables[name]
    order = np.argsort(realizations["realization"].to_numpy())
    place = order[np.searchsorted(realizations["realization"].to_numpy()[order], table["realization"].to_numpy())]
    kept = _numbers(table, "frequency") < bound[place]
    table = table.filter(pa.array(kept))
    realizations = _recounted(realizations, table, _COUNTS[name])
    if "is_qlm" in table.column_names:
        realizations = _recounted(realizations, table.filter(pc.fill_null(table["is_qlm"], False)), "qlm_count")
    known = _KNOWN_BELOW[name]
    changed = {name: _lowered(table, known, bound[place][kept])}
    return tables | changed | {"realizations": _lowered(realizations, known, bound)}


def _recounted(realizations: pa.Table, rows: pa.Table, name: str) -> pa.Table:
    """Return the realizations with the column `name`, where it is known, as the number of their rows."""
    if name not in realizations.column_names:
        return realizations
    counts = rows.group_by("realization").aggregate([("frequency", "count")])
    place = pc.index_in(realizations["realization"], counts["realization"])
    count = pc.fill_null(counts["frequency_count"].combine_chunks().take(place), 0)
    known = pc.is_valid(realizations[name])
    return _with(realizations, name, pc.if_else(known, count, pa.scalar(None, pa.int64())))


def _lowered(table: pa.Table, name: str, bound: Array) -> pa.Table:
    """Return the table with a column of frequencies that are at most the bound; NaN stays NaN."""
    if name not in table.column_names:
        return table
    return _with(table, name, pa.chunked_array([np.minimum(_numbers(table, name), bound)]))


def _numbers(table: pa.Table, name: str) -> Array:
    """Return a column as an array of numbers; null is NaN."""
    return pc.fill_null(table[name].cast(pa.float64()), math.nan).to_numpy()


def _with(table: pa.Table, name: str, values: pa.ChunkedArray) -> pa.Table:
    place = table.schema.get_field_index(name)
    field = table.schema.field(place)
    return table.set_column(place, field, values.cast(field.type))


def _compact(name: str, table: pa.Table) -> bytes:
    if name in SINGLE_PRECISION:
        fields = [f.with_type(pa.float32()) if pa.types.is_floating(f.type) else f for f in table.schema]
        table = table.cast(pa.schema(fields, table.schema.metadata))
    floats = [f.name for f in table.schema if pa.types.is_floating(f.type)]
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        compression="zstd",
        compression_level=12,
        write_page_checksum=True,
        use_dictionary=[name for name in table.column_names if name not in floats],
        column_encoding=dict.fromkeys(floats, "BYTE_STREAM_SPLIT"),
    )
    return sink.getvalue().to_pybytes()
