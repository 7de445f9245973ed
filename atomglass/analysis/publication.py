"""A study's tables in a form to be cited: small enough for a repository, complete enough for every figure."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from atomglass.ensemble.disk import replace
from atomglass.errors import InputError

#: What is published, where it exists. Attempts and runs are left out: they tell of hosts and times.
TABLES = ("realizations", "modes", "wells", "recurrences")
#: Tables whose numbers are kept in single precision: a relative 6e-8, far below any error bar.
SINGLE = ("modes",)


def publish_tables(folder: Path, out: Path) -> list[Path]:
    """Copy a collected study's tables, compactly, with its manifest and a file of checksums.

    Parameters
    ----------
    folder : Path
        The study's directory.
    out : Path
        A new or an empty directory, or one published before.

    Returns
    -------
    list of Path
        What was written. `load_study`, `analyze` and `report` read `out` as they read the study.

    Raises
    ------
    InputError
        There are no collected tables, or `out` holds other files.
    """
    sources = [folder / f"{name}.parquet" for name in TABLES]
    for path in (*sources[:2], folder / "study.json"):
        if not path.is_file():
            raise InputError(f"{path} is missing", remedy=f"run `atomglass collect {folder}` first")
    known = {path.name for path in sources} | {"study.json", "SHA256SUMS", "README.md", "analysis", "report.html"}
    others = sorted(path.name for path in out.iterdir() if path.name not in known) if out.is_dir() else []
    if others:
        raise InputError(f"{out} holds other files ({others[0]})", remedy="choose a new or an empty --out")
    contents = {"study.json": (folder / "study.json").read_bytes()}
    contents |= {path.name: _compact(path) for path in sources if path.is_file()}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(contents.items()))
    out.mkdir(parents=True, exist_ok=True)
    for name, content in (contents | {"SHA256SUMS": sums.encode()}).items():
        replace(out / name, content, "table")
    return [out / name for name in (*contents, "SHA256SUMS")]


def _compact(path: Path) -> bytes:
    table = pq.read_table(path)
    if path.stem in SINGLE:
        fields = [f.with_type(pa.float32()) if pa.types.is_floating(f.type) else f for f in table.schema]
        table = table.cast(pa.schema(fields, table.schema.metadata))
    floats = [f.name for f in table.schema if pa.types.is_floating(f.type)]
    sink = pa.BufferOutputStream()
    pq.write_table(
        table, sink, compression="zstd", compression_level=12,
        use_dictionary=[name for name in table.column_names if name not in floats],
        column_encoding=dict.fromkeys(floats, "BYTE_STREAM_SPLIT"),
    )  # fmt: skip
    return sink.getvalue().to_pybytes()
