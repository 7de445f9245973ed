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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atomglass.ensemble.disk import publish, replace
from atomglass.ensemble.processes import Identity, is_dead
from atomglass.ensemble.rows import ClaimLost

#: Seconds without a sign of life after which a claim may be taken over.
CLAIM_LIFE = 600.0
#: Signs of life in one claim's life.
BEATS = 10


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
        self._mine: dict[int, dict[str, Any]] = {}
        self._beaten = 0.0

    def take(self, chain: int) -> bool:
        """Claim a chain, unless somebody who may be alive has it."""
        content = _content(chain, self._me, self._run, 0.0, 0, 0)
        path = self._path(chain)
        path.parent.mkdir(exist_ok=True)
        if not path.exists() and publish(path, content, "claim"):
            return self._taken(chain)
        theirs = read_claim(path) or {}  # released meanwhile, or not readable: then it must be seen not to change
        if not (is_dead(Identity.from_text(theirs.get("owner", ""))) or self._abandoned(chain, path)):
            return False
        replace(path, content, "claim")
        return self._taken(chain)

    def _taken(self, chain: int) -> bool:
        self._seen.pop(chain, None)
        self._mine[chain] = {"began": time.monotonic(), "first_sweep": None, "beats": 0}
        self._beaten = time.monotonic()
        return True

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
        mine, path = self._mine[chain], self._path(chain)
        if mine["first_sweep"] is None:
            mine.update(began=now, first_sweep=sweep)
        mine["beats"] += 1  # so that every sign of life differs from the one before
        theirs = read_claim(path)
        if theirs is None or theirs.get("owner") != self._me:
            raise ClaimLost(chain)
        with contextlib.suppress(OSError):  # a full disk is for the checkpoint to complain of
            seconds, sweeps = now - mine["began"], sweep - mine["first_sweep"]
            content = _content(chain, self._me, self._run, seconds, sweeps, mine["beats"])
            # In place: one operation on a network file system. A torn read is no harm, see `read_claim`.
            descriptor = os.open(path, os.O_WRONLY)
            try:
                os.pwrite(descriptor, content, 0)
            finally:
                os.close(descriptor)

    def release(self, chain: int) -> None:
        """Give a chain back."""
        self._mine.pop(chain, None)
        theirs = read_claim(self._path(chain))
        if theirs is not None and theirs.get("owner") == self._me:
            self._path(chain).unlink(missing_ok=True)

    def _path(self, chain: int) -> Path:
        return self._folder / f"{chain:05d}.json"


def read_claim(path: Path) -> dict[str, Any] | None:
    """Return what a claim says: its owner, run, and how fast it is; None if there is none or it cannot be read."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _content(chain: int, owner: str, run: str, seconds: float, sweeps: int, beats: int) -> bytes:
    """A claim, always of the same length, so that it can be written over in place."""
    told = {"chain": chain, "owner": owner, "run": run, "beats": beats, "sweeps": sweeps, "seconds": round(seconds, 1)}
    return json.dumps(told).encode().ljust(400) + b"\n"
