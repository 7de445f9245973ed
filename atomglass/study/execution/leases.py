"""Who works on which chain, so that many processes spread over the chains.

A claim is a small file that its owner touches now and then. It only spares work: were two processes to hold the same
chain (one was paused, and its claim taken over), both would compute the same shards, and a shard is published once.

Whether an owner is alive is never read off a clock of another machine: a claim counts as abandoned when its process is
known to be dead, or when this process has watched it unchanged for `life` seconds of its own steady clock.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from atomglass.io.atomic import publish, replace
from atomglass.io.process_identity import Identity, is_dead
from atomglass.study.execution.crash_reports import Crashes, told_of_crashes
from atomglass.study.realization import ClaimLost

#: Seconds without a sign of life after which a claim may be taken over.
CLAIM_LIFE = 600.0
#: Signs of life in one claim's life.
BEATS = 10
#: Bytes of a claim; news of a crash stands below.
_LENGTH = 501


@dataclass
class _Mine:
    """A claim of this process; its file stays open, for news of a crash too."""

    file: int
    told: contextlib.ExitStack
    began: float
    first_sweep: int | None = None
    content: dict[str, Any] = field(default_factory=dict)


@dataclass
class _Seen:
    content: bytes
    since: float
    moved: bool


class Claims:
    """The claims of one process.

    Parameters
    ----------
    folder : Path
        `DIR/claims`.
    run : str
        Name of the run that the process belongs to.
    life : float
        Seconds without a sign of life after which another's claim may be taken over.
    """

    def __init__(self, folder: Path, run: str, life: float = CLAIM_LIFE) -> None:
        self._folder, self._run, self._life = folder, run, life
        self._me = Identity.mine().text
        self._seen: dict[int, _Seen] = {}
        self._mine: dict[int, _Mine] = {}
        self._crashes = Crashes(folder.parent / "crashes")
        self._beaten = 0.0

    def take(self, chain: int) -> bool:
        """Claim a chain, unless somebody who may be alive has it."""
        content = {"chain": chain, "owner": self._me, "run": self._run, "beats": 0, "sweeps": 0, "seconds": 0.0}
        path = self._path(chain)
        path.parent.mkdir(exist_ok=True)
        if not path.exists() and publish(path, _encoded(content), "claim"):
            return self._taken(chain, content)
        theirs = read_claim(path) or {}  # released meanwhile, or not readable: then it must be seen not to change
        if not (is_dead(Identity.from_text(theirs.get("owner", ""))) or self._abandoned(chain, path)):
            return False
        trace = _trace(path)
        if trace:
            self._crashes.note(chain, theirs, trace)
        replace(path, _encoded(content), "claim")
        return self._taken(chain, content)

    def _taken(self, chain: int, content: dict[str, Any]) -> bool:
        try:
            file = os.open(self._path(chain), os.O_RDWR)
        except FileNotFoundError:
            return False
        told = contextlib.ExitStack()
        told.callback(os.close, file)
        if os.pread(file, _LENGTH, 0) != _encoded(content):  # another was faster
            told.close()
            return False
        told.enter_context(told_of_crashes(file))
        self._seen.pop(chain, None)
        self._mine[chain] = _Mine(file, told, time.monotonic(), content=content)
        self._beaten = time.monotonic()
        return True

    def at(self, chain: int, index: int, realizing: bool) -> None:
        """Note where the work on a chain is, in case the process crashes there."""
        self._write(chain, index=index, realizing=realizing)

    def alive(self, chain: int) -> bool:
        """Whether another's claim was seen to change while this process watched."""
        return chain in self._seen and self._seen[chain].moved

    def _abandoned(self, chain: int, path: Path) -> bool:
        try:
            content = path.read_bytes()
        except OSError:
            return False
        now = time.monotonic()
        seen = self._seen.setdefault(chain, _Seen(content, now, False))
        if seen.content != content:
            self._seen[chain] = _Seen(content, now, True)
            return False
        return now - seen.since > self._life

    def beat(self, chain: int, sweep: int) -> None:
        """Give a sign of life, and how far the chain is.

        Raises
        ------
        ClaimLost
            Another process has taken the chain over.
        """
        now = time.monotonic()
        if now - self._beaten < self._life / BEATS:
            return
        self._beaten = now
        mine = self._mine[chain]
        if mine.first_sweep is None:
            mine.began, mine.first_sweep = now, sweep
        theirs = read_claim(self._path(chain))
        if theirs is None or theirs.get("owner") != self._me:
            raise ClaimLost(chain)
        # `beats`, so that every sign of life differs from the one before
        seconds, sweeps = round(now - mine.began, 1), sweep - mine.first_sweep
        self._write(chain, beats=mine.content["beats"] + 1, seconds=seconds, sweeps=sweeps)

    def _write(self, chain: int, **told: Any) -> None:
        """Write over the claim in place: one operation on a network file system. A torn read is no harm."""
        mine = self._mine[chain]
        mine.content |= told
        with contextlib.suppress(OSError):  # a full disk is for the checkpoint to complain of
            os.pwrite(mine.file, _encoded(mine.content), 0)

    def release(self, chain: int) -> None:
        """Give a chain back."""
        mine = self._mine.pop(chain, None)
        if mine is not None:
            mine.told.close()
        theirs = read_claim(self._path(chain))
        if theirs is not None and theirs.get("owner") == self._me:
            self._path(chain).unlink(missing_ok=True)

    def _path(self, chain: int) -> Path:
        return self._folder / f"{chain:05d}.json"


def read_claim(path: Path) -> dict[str, Any] | None:
    """Return what a claim says: its owner, run, and how fast it is; None if there is none or it cannot be read."""
    try:
        return json.loads(path.read_bytes()[:_LENGTH])
    except (OSError, ValueError):
        return None


def _trace(path: Path) -> str:
    """Return what a process that died of a fault of its own left below its claim."""
    try:
        return path.read_bytes()[_LENGTH:].decode(errors="replace")
    except OSError:
        return ""


def _encoded(content: dict[str, Any]) -> bytes:
    """A claim, always of the same length, so that it can be written over in place."""
    return json.dumps(content).encode().ljust(_LENGTH - 1) + b"\n"
