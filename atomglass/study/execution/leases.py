"""Leases on chains, by which many processes share a study without working on the same chain.

A lease is a small file, `DIR/claims/CHAIN.json`, which its owner updates at regular intervals. Leases only avoid
duplicate work: if two processes hold the same chain (one was paused and its lease taken over), both compute the same
shards, and each shard is stored once.

Whether an owner is alive is never judged by the clock of another machine. A lease has expired if its process is known
to be dead, or if this process has seen no change of the file for the duration of a lease by its own monotonic clock. A
lease that is damaged expires after a few seconds without a change: its owner, if there is one, will notice.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atomglass.io.atomic import create, replace
from atomglass.io.json_content import parse_object
from atomglass.io.process_identity import ProcessIdentity, is_dead
from atomglass.study.errors import LeaseLost
from atomglass.study.store.crash_reports import CrashReports, traceback_on_crash

#: Time without an update after which a lease expires, in seconds.
LEASE_SECONDS = 600.0
#: Number of updates within this time.
UPDATES_PER_LEASE = 10
#: Time without a change after which a damaged lease expires, in seconds: much longer than an update takes.
DAMAGED_SECONDS = 5.0
#: Length of a lease in bytes; the traceback of a crash is appended.
_LENGTH = 501
#: Largest number of bytes of a traceback that are read, and how one begins.
_TRACEBACK_LENGTH, _TRACEBACK = 1 << 16, "Fatal Python error"


@dataclass
class _OwnLease:
    """A lease of this process. Its file stays open, so that a crash can be reported in it."""

    file: int
    resources: contextlib.ExitStack
    began: float
    content: dict[str, Any]
    first_sweep: int | None = None


@dataclass
class _Observation:
    """The lease of another process as this process last saw it change."""

    content: bytes
    since: float
    has_changed: bool


class Leases:
    """The leases of one process.

    Parameters
    ----------
    folder : Path
        `DIR/claims`.
    run : str
        Name of the run that the process belongs to.
    duration : float
        Time without an update after which the lease of another process expires, in seconds.
    notice : callable
        Called with a line about each damaged lease that is replaced.
    """

    def __init__(
        self,
        folder: Path,
        run: str,
        duration: float = LEASE_SECONDS,
        notice: Callable[[str], object] = lambda text: None,
    ) -> None:
        self._folder, self._run, self._duration, self._notice = folder, run, duration, notice
        self._owner = ProcessIdentity.current().text
        self._own: dict[int, _OwnLease] = {}
        self._observed: dict[int, _Observation] = {}
        self._crash_reports = CrashReports(folder.parent / "crashes")
        self._updated = 0.0

    def acquire(self, chain: int) -> bool:
        """Try to acquire the lease on a chain; return False if a process that may be alive holds it."""
        content = {"chain": chain, "owner": self._owner, "run": self._run, "beats": 0, "sweeps": 0, "seconds": 0.0}
        path = self._path(chain)
        path.parent.mkdir(exist_ok=True)
        if not path.exists() and create(path, _encoded(content)):
            return self._opened(chain, content)
        other = read_lease(path)
        if not (is_dead(_owner(other)) or self._has_expired(chain, path, other)):
            return False
        traceback = _traceback(path)
        if traceback:
            self._crash_reports.add(chain, other or {}, traceback)
        if other is None and path.exists():
            self._notice(f"the lease {path} was damaged, and has been replaced")
        if path.is_dir():
            self._set_aside(path)
        replace(path, _encoded(content))
        return self._opened(chain, content)

    def _set_aside(self, path: Path) -> None:
        """Move a folder that has the name of a lease to `DIR/damaged`."""
        target = self._folder.parent / "damaged" / f"lease-{path.stem}-{os.urandom(4).hex()}"
        target.parent.mkdir(exist_ok=True)
        os.replace(path, target)

    def _opened(self, chain: int, content: dict[str, Any]) -> bool:
        """Open the file of a lease that was just written; return whether this process still owns it."""
        try:
            file = os.open(self._path(chain), os.O_RDWR)
        except FileNotFoundError:
            return False
        resources = contextlib.ExitStack()
        resources.callback(os.close, file)
        if os.pread(file, _LENGTH, 0) != _encoded(content):  # another process was faster
            resources.close()
            return False
        resources.enter_context(traceback_on_crash(file))
        self._observed.pop(chain, None)
        self._own[chain] = _OwnLease(file, resources, time.monotonic(), content)
        self._updated = time.monotonic()
        return True

    def record_position(self, chain: int, index: int, realizing: bool) -> None:
        """Record the current position in the lease, in case the process crashes there.

        Parameters
        ----------
        chain : int
            Number of the chain.
        index : int
            Index in the chain of the realization in progress.
        realizing : bool
            Whether the realization itself is being computed, rather than the samples that lead to it.
        """
        self._update(chain, index=index, realizing=realizing)

    def is_active(self, chain: int) -> bool:
        """Return whether the lease of another process has changed while this process observed it."""
        observed = self._observed.get(chain)
        return observed is not None and observed.has_changed

    def _has_expired(self, chain: int, path: Path, lease: dict[str, Any] | None) -> bool:
        """Return whether a lease has not changed for its duration, or, if it is damaged, for a few seconds."""
        content = _content(path)
        now = time.monotonic()
        observed = self._observed.setdefault(chain, _Observation(content, now, False))
        if observed.content != content:
            self._observed[chain] = _Observation(content, now, True)
            return False
        duration = self._duration if lease is not None else min(DAMAGED_SECONDS, self._duration)
        return now - observed.since > duration

    def renew(self, chain: int, sweep: int) -> None:
        """Renew the lease if this is due, and record the progress of the chain.

        Parameters
        ----------
        chain : int
            Number of the chain.
        sweep : int
            Age of the chain in steps.

        Raises
        ------
        LeaseLost
            Another process has taken over the chain.
        """
        now = time.monotonic()
        if now - self._updated < self._duration / UPDATES_PER_LEASE:
            return
        self._updated = now
        own = self._own[chain]
        if own.first_sweep is None:
            own.began, own.first_sweep = now, sweep
        present = read_lease(self._path(chain))
        if present is None or present.get("owner") != self._owner:
            raise LeaseLost(chain)
        # The counter `beats` makes every update differ from the previous one.
        seconds, sweeps = round(now - own.began, 1), sweep - own.first_sweep
        self._update(chain, beats=own.content["beats"] + 1, seconds=seconds, sweeps=sweeps)

    def _update(self, chain: int, **values: Any) -> None:
        """Overwrite the lease in place, a single operation on a network file system; torn reads are harmless."""
        own = self._own[chain]
        own.content |= values
        with contextlib.suppress(OSError):  # a full disk will be reported when the checkpoint is written
            os.pwrite(own.file, _encoded(own.content), 0)

    def release(self, chain: int) -> None:
        """Release the lease on a chain."""
        own = self._own.pop(chain, None)
        if own is not None:
            own.resources.close()
        present = read_lease(self._path(chain))
        if present is not None and present.get("owner") == self._owner:
            self._path(chain).unlink(missing_ok=True)

    def _path(self, chain: int) -> Path:
        return self._folder / f"{chain:05d}.json"


def read_lease(path: Path) -> dict[str, Any] | None:
    """Return the content of a lease: owner, run and progress; None if it is missing or damaged."""
    try:
        found = parse_object(_content(path))
    except ValueError:
        return None
    checksum = found.pop("crc32", None)  # leases of earlier versions have none
    counts = [found.get(name, -1) for name in ("beats", "sweeps", "seconds")]
    intact = (
        checksum in (None, _checksum(found))
        and isinstance(found.get("run"), str)
        and _owner(found) is not None
        and all(type(count) in (int, float) and 0 <= count < math.inf for count in counts)
    )
    return found if intact else None


def _owner(lease: dict[str, Any] | None) -> ProcessIdentity | None:
    """Return the process that holds a lease; None if the lease is missing or damaged."""
    text = (lease or {}).get("owner")
    return ProcessIdentity.from_text(text) if isinstance(text, str) else None


def _content(path: Path) -> bytes:
    """Return the bytes of a lease, without a traceback; none if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(_LENGTH)
    except OSError:
        return b""


def _traceback(path: Path) -> str:
    """Return the traceback that a crashed process appended to its lease; empty if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(_LENGTH)
            text = file.read(_TRACEBACK_LENGTH).decode(errors="replace")
    except OSError:
        return ""
    return text if text.startswith(_TRACEBACK) else ""


def _checksum(content: dict[str, Any]) -> int:
    """Return the CRC-32 of a lease, which tells damage from an update."""
    return zlib.crc32(json.dumps(content, sort_keys=True).encode())


def _encoded(content: dict[str, Any]) -> bytes:
    """Return a lease as bytes of constant length, so that it can be overwritten in place."""
    return json.dumps(content | {"crc32": _checksum(content)}).encode().ljust(_LENGTH - 1) + b"\n"
