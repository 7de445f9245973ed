"""Tables whose content is checked when they are read, against the file `SHA256SUMS` beside them."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from atomglass.errors import InputError, shell_command
from atomglass.io.atomic import replace
from atomglass.study.store.table_checks import require_fitting

#: The file of checksums, in the format of `sha256sum`.
SUMS = "SHA256SUMS"
#: Number of bytes that are read at a time.
_BLOCK = 1 << 20


#: How the derived tables are made again, by name.
_COMMANDS = {"wells": "wells", "recurrences": "recurrences", "pinned": "pinned", "pinned_glasses": "pinned"}


@contextlib.contextmanager
def changed_files(folder: Path, names: Iterable[str]) -> Iterator[None]:
    """Leave files out of the list of checksums while they are written, and list them when the block ends.

    Parameters
    ----------
    folder : Path
        The folder.
    names : iterable of str
        Names of the files; the checksums of others stay in the list.
    """
    names = list(names)
    forget_checksums(folder, names)
    yield
    write_checksums(folder, names)


def forget_checksums(folder: Path, names: Iterable[str]) -> None:
    """Leave files out of the list of checksums, before they are replaced.

    Parameters
    ----------
    folder : Path
        The folder.
    names : iterable of str
        Names of the files.
    """
    before, forgotten = _listed(folder), set(names)
    others = {name: digest for name, digest in before.items() if name not in forgotten}
    if before != others:
        _write(folder, others)


def write_checksums(folder: Path, names: Iterable[str]) -> None:
    """Write the checksums of files in a folder; those of other files stay.

    The list is read again at the end: another command may have written its own table in the meantime.

    Parameters
    ----------
    folder : Path
        The folder.
    names : iterable of str
        Names of the files.
    """
    listed = {}
    for name in names:
        digest = hashlib.sha256()
        with (folder / name).open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
        listed[name] = digest.hexdigest()
    _write(folder, _listed(folder) | listed)


def _write(folder: Path, listed: dict[str, str]) -> None:
    replace(folder / SUMS, "".join(f"{digest}  {name}\n" for name, digest in listed.items()).encode())


def checked_table(path: Path) -> pa.Table:
    """Return the table in a Parquet file.

    Raises
    ------
    InputError
        The file is unreadable or damaged, is not the one whose checksum was written, or is no table of a study.
    """
    command = shell_command("atomglass", _COMMANDS.get(path.stem, "collect"), str(path.parent))
    remedy = f"restore it from a copy, or run `{command}` again"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})", remedy=remedy) from None
    expected = _listed(path.parent).get(path.name)
    if expected is not None and hashlib.sha256(content).hexdigest() != expected:
        raise InputError(f"{path} is damaged or was changed (its SHA-256 is not that in {SUMS})", remedy=remedy)
    return table_of(path, content, remedy)


def table_of(path: Path, content: bytes, remedy: str) -> pa.Table:
    """Return the table in the content of a Parquet file.

    Parameters
    ----------
    path : Path
        The file.
    content : bytes
        Its content.
    remedy : str
        What to do about a damaged file.

    Raises
    ------
    InputError
        The content is damaged, or is no table of a study.
    """
    try:
        with pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True) as file:
            table = file.read()
        table.validate(full=True)
    except (OSError, ValueError, KeyError, MemoryError, OverflowError, pa.ArrowException) as error:
        text = " ".join(str(error).split())[:200]
        raise InputError(f"{path} is damaged ({text})", remedy=remedy) from None
    require_fitting(path, table)
    return table


def require_folder(folder: Path) -> None:
    """Reject the name of a folder that does not exist.

    Raises
    ------
    InputError
        There is no such folder.
    """
    if not folder.is_dir():
        raise InputError(f"no folder {folder}", remedy="name the folder of a collected study")


def _listed(folder: Path) -> dict[str, str]:
    """Return the checksums that are listed in a folder, by name; none if there is no list."""
    path = folder / SUMS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        text = " ".join(str(error).split())[:200]
        remedy = f"restore it from a copy, or run `{shell_command('atomglass', 'collect', str(folder))}` again"
        raise InputError(f"{path} cannot be read ({text})", remedy=remedy) from None
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
