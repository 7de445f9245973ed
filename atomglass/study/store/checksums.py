"""Tables whose content is checked when they are read, against the file `SHA256SUMS` beside them."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from atomglass.errors import InputError
from atomglass.io.atomic import replace

#: The file of checksums, in the format of `sha256sum`.
SUMS = "SHA256SUMS"
#: Number of bytes that are read at a time.
_BLOCK = 1 << 20


def write_checksums(folder: Path, names: Iterable[str]) -> None:
    """Write the checksums of files in a folder.

    Parameters
    ----------
    folder : Path
        The folder.
    names : iterable of str
        Names of the files.
    """
    lines = []
    for name in names:
        digest = hashlib.sha256()
        with (folder / name).open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
        lines.append(f"{digest.hexdigest()}  {name}\n")
    replace(folder / SUMS, "".join(lines).encode())


def checked_table(path: Path) -> pa.Table:
    """Return the table in a Parquet file.

    Raises
    ------
    InputError
        The file is unreadable or damaged, or is not the one whose checksum was written.
    """
    remedy = f"restore it from a copy, or run `atomglass collect {shlex.quote(str(path.parent))}` again"
    try:
        content = path.read_bytes()
        expected = _expected(path)
        if expected is not None and hashlib.sha256(content).hexdigest() != expected:
            raise InputError(f"{path} is damaged or was changed (its SHA-256 is not that in {SUMS})", remedy=remedy)
        with pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True) as file:
            return file.read()
    except (OSError, ValueError, pa.ArrowException) as error:
        if isinstance(error, InputError):
            raise
        text = " ".join(str(error).split())[:200]
        raise InputError(f"{path} is damaged ({text})", remedy=remedy) from None


def _expected(path: Path) -> str | None:
    """Return the checksum of a file in the list beside it; None if it is not listed, or there is no list."""
    try:
        lines = (path.parent / SUMS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    return listed.get(path.name)
