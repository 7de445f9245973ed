"""Which process on which machine, and whether it is certainly dead."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Identity:
    """A process, told apart from a later one with the same number by when the machine and the process started.

    Attributes
    ----------
    host : str
        The machine.
    boot : str
        Its present boot; empty where that cannot be told.
    process : int
        Process number.
    started : str
        When it started, in the machine's ticks; empty where that cannot be told.
    """

    host: str
    boot: str
    process: int
    started: str

    @classmethod
    def mine(cls) -> Identity:
        """Return this process."""
        return cls(platform.node().replace("~", "-").replace("/", "-"), _boot(), os.getpid(), _started(os.getpid()))

    @property
    def text(self) -> str:
        """All of it in one word, fit for a file name."""
        return f"{self.host}~{self.boot}~{self.process}~{self.started}"

    @classmethod
    def from_text(cls, text: str) -> Identity | None:
        """Return the process that `text` names; None if it names none."""
        parts = text.split("~")
        if len(parts) != 4 or not parts[2].isdigit():
            return None
        return cls(parts[0], parts[1], int(parts[2]), parts[3])


def is_dead(identity: Identity | None) -> bool:
    """Whether a process has certainly ended, as can be told only of this machine's own."""
    if identity is None or identity.host != Identity.mine().host:
        return False
    if identity.boot != _boot():
        return bool(identity.boot and _boot())
    return _started(identity.process) != identity.started


@cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().split("-")[0]
    except OSError:
        return ""


def _started(process: int) -> str:
    """The start time of a running process; empty if there is none, or it is a zombie."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return ""
    return "" if fields[0] in "ZX" else fields[19]
