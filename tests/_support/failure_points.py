"""Kill this process at a chosen step of writing a file, as a power failure or a scheduler may.

`install("shard.name:3")` kills the process by SIGKILL when it is about to give the third shard its name. It replaces
the module `os` that `atomglass.io.atomic` uses. A process started by `command` installs the failure point of its first
argument and then runs the command line with the others.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from atomglass.io import atomic

#: Kinds of files, each with the steps of a write: the temporary file does not exist yet, is half written, is written
#: but not synced, has not got its name, is still there beside it, or its folder has not been synced.
STEPS = ("open", "write", "sync", "name", "unlink", "folder")
KINDS = ("manifest", "configurations", "shard", "checkpoint", "claim", "run", "table")
_KIND_OF_FOLDER = {"checkpoints": "checkpoint", "claims": "claim", "runs": "run"}


def kind_of(path: Path) -> str:
    """Return what kind of file of a study a path is."""
    if path.name == "study.json":
        return "manifest"
    if path.parent.parent.name in ("shards", "configurations"):
        return path.parent.parent.name.replace("shards", "shard")
    return _KIND_OF_FOLDER.get(path.parent.name, "table")


def final_path(temporary: Path) -> Path:
    """Return the name that a temporary file will get."""
    return temporary.with_name(temporary.name[1:].rsplit("@", 1)[0].rsplit(".", 1)[0])


class KillingOs:
    """The module `os`, but for a step at which the process dies."""

    def __init__(self, point: str) -> None:
        name, _, count = point.partition(":")
        self._point, self._left = name, int(count or 1)
        self._last_kind = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def _is_reached(self, kind: str, step: str) -> bool:
        self._left -= f"{kind}.{step}" == self._point
        return not self._left

    def _pass(self, kind: str, step: str) -> None:
        if self._is_reached(kind, step):
            os.kill(os.getpid(), signal.SIGKILL)

    def fsync(self, descriptor: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        if path.is_dir():
            self._pass(self._last_kind, "folder")
        else:
            kind = kind_of(final_path(path))
            if self._is_reached(kind, "open"):
                path.unlink()
                os.kill(os.getpid(), signal.SIGKILL)
            if self._is_reached(kind, "write"):
                os.truncate(path, path.stat().st_size // 2)
                os.kill(os.getpid(), signal.SIGKILL)
            self._pass(kind, "sync")
        os.fsync(descriptor)

    def link(self, temporary: Path, path: Path) -> None:
        self._last_kind = kind_of(path)
        self._pass(self._last_kind, "name")
        os.link(temporary, path)
        self._pass(self._last_kind, "unlink")

    def replace(self, source: Path, target: Path) -> None:
        if source.suffix == ".aside":
            self._last_kind = kind_of(target)
            self._pass(self._last_kind, "name")
        os.replace(source, target)


def install(point: str) -> None:
    """Kill this process at a point, `KIND.STEP` or `KIND.STEP:COUNT`."""
    atomic.os = KillingOs(point)  # type: ignore[assignment]


def command(point: str, *arguments: object) -> list[str]:
    """Return a command that runs the command line until it is killed at a point."""
    return [sys.executable, __file__, point, *map(str, arguments)]


if __name__ == "__main__":
    install(sys.argv[1])
    from atomglass.cli.main import app

    app(sys.argv[2:])
