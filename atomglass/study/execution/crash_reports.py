"""Deaths of processes by a fault of their own, so that a realization that always kills its process does not for ever.

While a process works on a chain, Python's `faulthandler` writes into the claim when the process dies of SIGSEGV,
SIGBUS, SIGFPE, SIGILL or SIGABRT. Who takes the chain over finds that below the claim, and keeps it in `DIR/crashes`.
A SIGKILL (of a scheduler, a user, or a machine out of memory) leaves nothing there and never counts: it is not the
realization's fault, and another attempt, or another machine, may do.
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
from atomglass.study.realization import Realization, Row

#: After so many crashes in the same realization it is given up, as a row with status `crashed`.
MOST_CRASHES = 3


class Crashes:
    """The crashes of each chain of a study.

    Parameters
    ----------
    folder : Path
        `DIR/crashes`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, chain: int) -> Path:
        """Return the file of a chain: a list of crashes with their tracebacks."""
        return self._folder / f"{chain:05d}.json"

    def of(self, chain: int) -> list[dict[str, Any]]:
        """Return the crashes of a chain, in order."""
        try:
            found = json.loads(self.path(chain).read_bytes())
        except (OSError, ValueError):
            return []
        return found if isinstance(found, list) else []

    def count(self) -> int:
        """Return how many crashes all chains had."""
        return sum(len(self.of(int(path.stem))) for path in self._folder.glob("[0-9]*.json"))

    def note(self, chain: int, claim: dict[str, Any], trace: str) -> None:
        """Keep a crash, as told by the claim that a dead process left; the same one is kept once."""
        told = {key: claim.get(key) for key in ("index", "realizing", "owner", "run")}
        known = self.of(chain)
        crash = told | {"signal": _signal(trace), "trace": trace[:4000]}
        if crash in known:
            return
        self._folder.mkdir(exist_ok=True)
        replace(self.path(chain), (json.dumps([*known, crash], indent=1) + "\n").encode(), "crash")


@contextlib.contextmanager
def told_of_crashes(descriptor: int) -> Iterator[None]:
    """Have the traceback of a crash written to the end of an open file."""
    before = faulthandler.is_enabled()
    os.lseek(descriptor, 0, os.SEEK_END)
    faulthandler.enable(descriptor, all_threads=False)
    try:
        yield
    finally:
        faulthandler.disable()
        if before:
            with contextlib.suppress(Exception):  # where there is no stderr
                faulthandler.enable(sys.__stderr__ or sys.stderr)


def attempts_of(crashes: list[dict[str, Any]], index: int) -> list[Row]:
    """Return the crashes in a realization as rows of the table of attempts, numbered up to -1."""
    here = [c for c in crashes if c["index"] == index and c["realizing"]]
    rows = []
    for number, crash in enumerate(here, -len(here)):
        host, _, process, _ = str(crash["owner"]).split("~") if str(crash["owner"]).count("~") == 3 else [""] * 4
        told = {"attempt": number, "solver": "", "status": "crashed", "reason": crash["signal"], "run": crash["run"]}
        rows.append(told | {"host": host, "process": int(process) if process.isdigit() else None})
    return rows


def given_up(attempts: list[Row]) -> Realization:
    """Return the row of a realization that killed every process that tried it."""
    how = ", ".join(sorted({row["reason"] for row in attempts}))
    reason = f"every process that computed it died ({how}); the folder crashes of the study says where"
    return Realization({"status": "crashed", "reason": reason, "solver": "", "attempt_count": 0})


def _signal(trace: str) -> str:
    """The first line's news: `Segmentation fault`."""
    return trace.strip().split("\n", 1)[0].removeprefix("Fatal Python error: ").strip()[:80]
