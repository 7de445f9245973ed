"""The identity of a process across machines and restarts, and whether a process has certainly ended."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class ProcessIdentity:
    """A process, distinguished from later ones with the same number by the boot of the machine and its start time.

    Attributes
    ----------
    host : str
        Name of the machine.
    boot : str
        Identifier of the machine's current boot and, after a point, of the namespace in which the process has its
        number: containers number their processes on their own. Empty if unknown.
    process : int
        Process number (PID).
    started : str
        Start time of the process in clock ticks since boot; empty if unknown.
    """

    host: str
    boot: str
    process: int
    started: str

    @classmethod
    def current(cls) -> ProcessIdentity:
        """Return the identity of this process."""
        host = platform.node().replace("~", "-").replace("/", "-")
        return cls(host, _boot(), os.getpid(), _start_time(os.getpid()))

    @property
    def text(self) -> str:
        """All fields as a single word that is valid in a file name."""
        return f"{self.host}~{self.boot}~{self.process}~{self.started}"

    @classmethod
    def from_text(cls, text: str) -> ProcessIdentity | None:
        """Return the process that `text` describes, or None if the text has another form."""
        parts = text.split("~")
        if len(parts) != 4 or not (parts[2].isascii() and parts[2].isdigit() and len(parts[2]) < 20):
            return None
        return cls(parts[0], parts[1], int(parts[2]), parts[3])


def is_dead(identity: ProcessIdentity | None) -> bool:
    """Return whether a process has certainly ended: never certain on other machines and in other containers."""
    here = ProcessIdentity.current()
    if identity is None or identity.host != here.host:
        return False
    (boot, _, namespace), (this_boot, _, this_namespace) = identity.boot.partition("."), here.boot.partition(".")
    if boot != this_boot:
        return bool(boot and this_boot)
    if namespace and this_namespace and namespace != this_namespace:  # here its number is that of another process
        return False
    return _start_time(identity.process) != identity.started


@cache
def _boot() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().split("-")[0]
    except OSError:
        return ""
    try:
        namespace = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        return boot
    return f"{boot}.{namespace}"


def _start_time(process: int) -> str:
    """Return the start time of a running process; empty if there is no such process, or if it is a zombie."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return ""
    return "" if fields[0] in "ZX" else fields[19]
