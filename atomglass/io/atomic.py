"""Files that are either complete or absent.

Content is written to a hidden temporary file in the same folder and synced. The temporary file is then renamed
(`replacing`, `replace`) or hard-linked (`create`: the name must not exist yet) to its final name, and the folder is
synced so that the name survives a power failure. Several files that belong together are written to a temporary folder,
which is renamed (`new_folder`). A process that is killed in between leaves a temporary file or folder, which
`remove_stale_temporaries` deletes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from atomglass.io.process_identity import ProcessIdentity, is_dead

_SUFFIX = ".aside"


@contextlib.contextmanager
def replacing(path: Path, *, previous: Path | None = None) -> Iterator[BinaryIO]:
    """Open a file for writing that replaces `path` when the block ends; if the block raises an error, nothing changes.

    Parameters
    ----------
    path : Path
        The file's final name.
    previous : Path, optional
        Name under which the replaced file is kept.
    """
    with _temporary_file(path) as temporary:
        with temporary.open("wb") as file:
            yield file
            _sync(file)
        if previous is not None:
            with contextlib.suppress(FileNotFoundError):
                os.replace(path, previous)
        os.replace(temporary, path)
    _sync_folder(path.parent)


def replace(path: Path, content: bytes, *, previous: Path | None = None) -> None:
    """Write a whole file, replacing `path` if it exists.

    Parameters
    ----------
    path : Path
        The file's final name.
    content : bytes
        Content of the file.
    previous : Path, optional
        Name under which the replaced file is kept.
    """
    with replacing(path, previous=previous) as file:
        file.write(content)


def create(path: Path, content: bytes) -> bool:
    """Write a whole file unless `path` already exists; return whether it was written."""
    with _temporary_file(path) as temporary:
        with temporary.open("wb") as file:
            file.write(content)
            _sync(file)
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
    _sync_folder(path.parent)
    return True


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a temporary folder that becomes `path` when the block ends; if the block raises an error, nothing remains.

    Parameters
    ----------
    path : Path
        The folder, which does not exist yet or is empty.
    """
    path = Path(os.path.abspath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_stale_temporaries(path.parent)
    with _temporary_file(path) as temporary:
        temporary.mkdir()
        try:
            yield temporary
            _sync_folder(temporary)
            os.replace(temporary, path)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    _sync_folder(path.parent)


def is_temporary(path: Path) -> bool:
    """Return whether a file or folder is one that is being written, or was when its process died."""
    return path.name.startswith(".") and path.suffix == _SUFFIX


def remove_stale_temporaries(folder: Path) -> None:
    """Delete the temporary files and folders of processes on this machine that have died."""
    for path in folder.glob(f".*{_SUFFIX}") if folder.is_dir() else ():
        owner = path.name.rsplit("@", 1)[-1].removesuffix(_SUFFIX)
        if is_dead(ProcessIdentity.from_text(owner)):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


@contextlib.contextmanager
def _temporary_file(path: Path) -> Iterator[Path]:
    """Yield a hidden file name in the same folder that identifies the writing process; remove that file at the end."""
    owner = ProcessIdentity.current().text
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}@{owner}{_SUFFIX}")
    try:
        yield temporary
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
