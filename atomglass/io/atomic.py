"""Files that are there whole or not at all, and the places where the tests kill a process.

A file is written aside, synced, and then linked (`publish`: it must not exist yet) or renamed (`replace`) to its name;
then its folder is synced, so that the name survives a power cut. A process killed in between leaves a hidden file that
`sweep_asides` removes.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from atomglass.io.process_identity import Identity, is_dead

#: Every place where a process may be killed, for tests that do so: `KIND.STEP`, see `passing`.
KINDS = ("manifest", "configurations", "shard", "checkpoint", "claim", "run", "table", "crash")
STEPS = ("open", "write", "sync", "name", "unlink", "folder")

_passed: dict[str, int] = {}


def passing(point: str) -> None:
    """Die here, by SIGKILL, if $ATOMGLASS_FAILPOINT says so: `shard.name` or, for the third time, `shard.name:3`."""
    wanted = os.environ.get("ATOMGLASS_FAILPOINT")
    if not wanted:
        return
    name, _, count = wanted.partition(":")
    if name == point:
        _passed[point] = _passed.get(point, 0) + 1
        if _passed[point] == int(count or 1):
            os.kill(os.getpid(), signal.SIGKILL)


def publish(path: Path, content: bytes, kind: str) -> bool:
    """Write a file that must not exist yet; if it does by now, it stays as it is. Return whether it is this one."""
    aside = _aside(path)
    try:
        _write(aside, content, kind)
        passing(f"{kind}.name")
        try:
            os.link(aside, path)
        except FileExistsError:
            return False
        passing(f"{kind}.unlink")
    finally:
        with contextlib.suppress(OSError):
            aside.unlink()
    _sync_folder(path.parent, kind)
    return True


def replace(path: Path, content: bytes, kind: str, previous: Path | None = None) -> None:
    """Write a file whole, over the one that may be there, which is kept under the name `previous` if one is given."""
    aside = _aside(path)
    try:
        _write(aside, content, kind)
        if previous is not None:
            with contextlib.suppress(FileNotFoundError):
                os.replace(path, previous)
        passing(f"{kind}.name")
        os.replace(aside, path)
    finally:
        with contextlib.suppress(OSError):
            aside.unlink()
    _sync_folder(path.parent, kind)


@contextlib.contextmanager
def replacing(path: Path, kind: str) -> Iterator[BinaryIO]:
    """Write a file bit by bit, over the one that may be there when all of it is on the disk; nothing if that fails."""
    aside = _aside(path)
    try:
        passing(f"{kind}.open")
        with aside.open("wb") as file:
            yield file
            passing(f"{kind}.write")
            file.flush()
            passing(f"{kind}.sync")
            os.fsync(file.fileno())
        passing(f"{kind}.name")
        os.replace(aside, path)
    finally:
        with contextlib.suppress(OSError):
            aside.unlink()
    _sync_folder(path.parent, kind)


def sweep_asides(folder: Path) -> None:
    """Remove what processes of this machine that are dead by now were writing."""
    for path in folder.glob(".*.aside") if folder.is_dir() else ():
        name = path.name.rsplit("@", 1)[-1].removesuffix(".aside")
        if is_dead(Identity.from_text(name)):
            path.unlink(missing_ok=True)


def _write(aside: Path, content: bytes, kind: str) -> None:
    passing(f"{kind}.open")
    with aside.open("wb") as file:
        half = len(content) // 2
        file.write(content[:half])
        file.flush()
        passing(f"{kind}.write")
        file.write(content[half:])
        file.flush()
        passing(f"{kind}.sync")
        os.fsync(file.fileno())


def _sync_folder(folder: Path, kind: str) -> None:
    passing(f"{kind}.folder")
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.urandom(4).hex()}@{Identity.mine().text}.aside")
