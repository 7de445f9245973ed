"""Publish the tables of a study, small enough for a repository and complete enough for every figure."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from atomglass.errors import InputError
from atomglass.io.atomic import replace

#: The tables that are published if they exist. Attempts and runs are left out because they describe hosts and times.
TABLES = ("realizations", "modes", "wells", "recurrences")
#: Tables stored in single precision, whose relative error of 6e-8 is far below any statistical error.
SINGLE_PRECISION = ("modes",)


def publish_tables(folder: Path, out: Path, below: float | None = None) -> list[Path]:
    """Write compact copies of a collected study's tables, with its manifest and a file of checksums.

    Parameters
    ----------
    folder : Path
        The study's directory.
    out : Path
        A new or empty directory, or one that was published before.
    below : float, optional
        Multiple of the first phonon frequency of each glass above which modes, most of which are phonons, are left out.
        `complete_below` and `mode_count` of the realizations are adjusted.

    Returns
    -------
    list of Path
        The files written. `load_study`, `analyze` and `report` accept `out` like a study.

    Raises
    ------
    InputError
        There are no collected tables, `out` contains other files, or `below` is out of range.
    """
    if below is not None and not 0 < below < math.inf:
        raise InputError("--below", below, "> 0, in units of the first phonon frequency")
    sources = [folder / f"{name}.parquet" for name in TABLES]
    for path in (*sources[:2], folder / "study.json"):
        if not path.is_file():
            raise InputError(f"{path} is missing", remedy=f"run `atomglass collect {folder}` first")
    known = {path.name for path in sources} | {"study.json", "SHA256SUMS", "README.md", "analysis", "report.html"}
    others = sorted(path.name for path in out.iterdir() if path.name not in known) if out.is_dir() else []
    if others:
        raise InputError(f"{out} holds other files ({others[0]})", remedy="choose a new or an empty --out")
    contents = {"study.json": (folder / "study.json").read_bytes()}
    tables = {path.name: pq.read_table(path) for path in sources if path.is_file()}
    if below is not None:
        tables |= _cut(tables["modes.parquet"], tables["realizations.parquet"], below)
    contents |= {name: _compact(name, table) for name, table in tables.items()}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(contents.items()))
    out.mkdir(parents=True, exist_ok=True)
    for name, content in (contents | {"SHA256SUMS": sums.encode()}).items():
        replace(out / name, content)
    return [out / name for name in (*contents, "SHA256SUMS")]


def _cut(modes: pa.Table, realizations: pa.Table, below: float) -> dict[str, pa.Table]:
    """Return the tables without modes above a multiple of the first phonon frequency."""
    modes = modes.filter(pc.less(modes["frequency"], pc.multiply(modes["first_phonon_frequency"], below)))
    modes = _with(modes, "complete_below", _lower(modes, below))
    counts = modes.group_by("realization").aggregate([("frequency", "count")])
    place = pc.index_in(realizations["realization"], counts["realization"])
    count = pc.fill_null(counts["frequency_count"].combine_chunks().take(place), 0)
    known = pc.is_valid(realizations["mode_count"])
    realizations = _with(realizations, "mode_count", pc.if_else(known, count, pa.scalar(None, pa.int64())))
    realizations = _with(realizations, "complete_below", _lower(realizations, below))
    return {"modes.parquet": modes, "realizations.parquet": realizations}


def _lower(table: pa.Table, below: float) -> pa.ChunkedArray:
    bound = pc.multiply(table["first_phonon_frequency"], below)
    return pc.min_element_wise(table["complete_below"], bound, skip_nulls=False)


def _with(table: pa.Table, name: str, values: pa.ChunkedArray) -> pa.Table:
    place = table.schema.get_field_index(name)
    field = table.schema.field(place)
    return table.set_column(place, field, values.cast(field.type))


def _compact(name: str, table: pa.Table) -> bytes:
    if name.removesuffix(".parquet") in SINGLE_PRECISION:
        fields = [f.with_type(pa.float32()) if pa.types.is_floating(f.type) else f for f in table.schema]
        table = table.cast(pa.schema(fields, table.schema.metadata))
    floats = [f.name for f in table.schema if pa.types.is_floating(f.type)]
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        compression="zstd",
        compression_level=12,
        use_dictionary=[name for name in table.column_names if name not in floats],
        column_encoding=dict.fromkeys(floats, "BYTE_STREAM_SPLIT"),
    )
    return sink.getvalue().to_pybytes()
