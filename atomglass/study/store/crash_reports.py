"""Crashes of worker processes, recorded so that a realization that always crashes is given up after a few attempts.

While a process works on a chain, Python's `faulthandler` writes a traceback into its lease if it dies from SIGSEGV,
SIGBUS, SIGFPE, SIGILL or SIGABRT. The process that takes over the chain finds the traceback at the end of the lease
file and records it in `DIR/crashes`. SIGKILL (sent by a scheduler, a user, or a machine out of memory) leaves no
traceback and is not counted: the realization did not cause it, and another attempt or another machine may succeed.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from atomglass.io.atomic import replace
from atomglass.io.json_content import parse_json
from atomglass.study.protocol import Realization, Row

#: Number of crashes in the same realization after which it is given up, as a row with status `crashed`.
MAX_CRASHES = 3
#: Largest number of characters of a traceback that are kept.
_MAX_TRACEBACK = 4000


class CrashReports:
    """The crashes of all chains of a study.

    Parameters
    ----------
    folder : Path
        `DIR/crashes`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, chain: int) -> Path:
        """Return the file with the crashes of a chain and their tracebacks."""
        return self._folder / f"{chain:05d}.json"

    def of_chain(self, chain: int) -> list[dict[str, Any]]:
        """Return the crashes of a chain, in order."""
        try:
            found = parse_json(self.path(chain).read_bytes())
        except (OSError, ValueError):
            return []
        return [crash for crash in found if _is_crash(crash)] if isinstance(found, list) else []

    def count(self) -> int:
        """Return the number of crashes in all chains."""
        chains = [path.stem for path in self._folder.glob("[0-9]*.json")]
        return sum(len(self.of_chain(int(chain))) for chain in chains if chain.isdecimal() and len(chain) < 10)

    def add(self, chain: int, lease: dict[str, Any], traceback: str) -> None:
        """Record a crash; one that was already recorded is not added again.

        Parameters
        ----------
        chain : int
            Number of the chain.
        lease : dict
            The lease that the dead process left.
        traceback : str
            What `faulthandler` wrote.
        """
        place = {key: lease.get(key) for key in ("index", "realizing", "owner", "run")}
        known = self.of_chain(chain)
        crash = place | {"signal": _signal(traceback), "trace": traceback[:_MAX_TRACEBACK]}
        if crash in known:
            return
        self._folder.mkdir(exist_ok=True)
        replace(self.path(chain), (json.dumps([*known, crash], indent=1) + "\n").encode())


@contextlib.contextmanager
def traceback_on_crash(descriptor: int) -> Iterator[None]:
    """Append the traceback of a crash to an open file while the block runs."""
    before = faulthandler.is_enabled()
    os.lseek(descriptor, 0, os.SEEK_END)
    faulthandler.enable(descriptor, all_threads=False)
    try:
        yield
    finally:
        faulthandler.disable()
        if before:
            with contextlib.suppress(Exception):  # stderr may not exist
                faulthandler.enable(sys.__stderr__ or sys.stderr)


def crashed_attempts(crashes: list[dict[str, Any]], index: int) -> list[Row]:
    """Return the crashes in a realization as rows of the table of attempts, numbered ..., -2, -1."""
    here = [crash for crash in crashes if crash.get("index") == index and crash.get("realizing")]
    rows = []
    for number, crash in enumerate(here, -len(here)):
        owner = str(crash.get("owner"))
        host, _, process, _ = owner.split("~") if owner.count("~") == 3 else [""] * 4
        outcome = {
            "attempt": number,
            "solver": "",
            "status": "crashed",
            "reason": crash["signal"],
            "run": crash.get("run"),
        }
        rows.append(outcome | {"host": host, "process": int(process) if process.isdigit() else None})
    return rows


def crashed_realization(attempts: list[Row]) -> Realization:
    """Return the row of a realization in which every process that computed it crashed."""
    how = ", ".join(sorted({row["reason"] for row in attempts}))
    reason = f"every process that computed it died ({how}); the folder crashes of the study says where"
    return Realization({"status": "crashed", "reason": reason, "solver": "", "attempt_count": 0})


def _is_crash(crash: Any) -> bool:
    """Return whether an entry of a file of crashes is one; the file may be damaged."""
    if not (isinstance(crash, dict) and isinstance(crash.get("signal"), str)):
        return False
    kinds = {"index": int, "realizing": bool, "owner": str, "run": str}  # each is null if the lease did not say
    return all(crash.get(name) is None or isinstance(crash[name], kind) for name, kind in kinds.items())


def _signal(traceback: str) -> str:
    """Return the signal named in the first line, such as `Segmentation fault`."""
    return traceback.strip().split("\n", 1)[0].removeprefix("Fatal Python error: ").strip()[:80]
