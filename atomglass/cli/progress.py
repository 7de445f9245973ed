"""What a person sees while a study runs: bars on a terminal, lines in a log file."""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from atomglass.study.status import survey
from atomglass.study.store.study_store import StudyStore

#: Seconds between two lines in a log file.
LOG_SECONDS = 15.0


class StudyProgress:
    """Progress of a study: sampled sweeps and finished realizations, quasi-localized modes and failures counted.

    Parameters
    ----------
    store : StudyStore
        The study, whose finished part counts from the start.
    others : bool
        Other processes work on the study too and do not report here: look at the directory now and then.
    silent : bool
        Show nothing but what must be said.
    """

    def __init__(self, store: StudyStore, others: bool = False, silent: bool = False) -> None:
        self._store, self._others, self._silent = store, others, silent
        self._words = store.model.words
        now = survey(store)
        self._total, self._sweeps_total = now.total, now.sweeps_total
        self._done, self._sweeps = now.finished, now.sweeps
        self._status: Counter[str] = Counter()
        self._qlms = 0
        self._began = self._logged = time.monotonic()
        self._bars = _bars() if sys.stderr.isatty() and not silent else None
        self._tasks: list[Any] = []

    def __enter__(self) -> StudyProgress:
        if self._bars:
            self._bars.start()
            shown = bool(self._words.steps)  # a chain may have none worth showing
            self._tasks = [
                self._bars.add_task(
                    f"sampling ({self._words.steps})", total=self._sweeps_total, completed=self._sweeps, visible=shown
                ),
                self._bars.add_task(self._words.many, total=self._total, completed=self._done),
            ]
        else:
            self._log()
        return self

    def __exit__(self, *exception: object) -> None:
        if self._bars:
            self._bars.stop()
        else:
            self._log()

    def advance(self, chain: int, sweeps: int) -> None:
        """Count sweeps of a chain."""
        self._sweeps += sweeps
        if self._bars:
            self._bars.update(self._tasks[0], completed=min(self._sweeps, self._sweeps_total))
        self._log_now_and_then()

    def finished(self, chain: int, status: str, modes: int, seconds: float) -> None:
        """Count a realization."""
        self._done += 1
        self._status[status] += 1
        self._qlms += int(modes or 0)
        if self._bars:
            text = f"{self._words.many} ({self._qlms} {self._words.modes}{self._failures()})"
            self._bars.update(self._tasks[1], completed=self._done, description=text)
        self._log_now_and_then()

    def notice(self, text: str) -> None:
        """Show a line that a person should see."""
        if self._bars:
            self._bars.console.print(text)
        else:
            print(text, file=sys.stderr, flush=True)

    def _failures(self) -> str:
        failed = sum(self._status.values()) - self._status["ok"]
        return f", {failed} failed" if failed else ""

    def _log_now_and_then(self) -> None:
        if not self._bars and time.monotonic() - self._logged > LOG_SECONDS:
            self._log()

    def _log(self) -> None:
        self._logged = time.monotonic()
        if self._silent:
            return
        if self._others:
            now = survey(self._store)
            self._done, self._sweeps = now.finished, now.sweeps
        share = self._sweeps / self._sweeps_total if self._sweeps_total else 1.0
        steps = f"{self._words.steps} {min(share, 1):4.0%}, " if self._words.steps else ""
        print(
            f"[{self._logged - self._began:7.0f} s] {steps}{self._words.many} {self._done}/{self._total}, "
            f"{self._words.modes} {self._qlms}{self._failures()}",
            file=sys.stderr,
            flush=True,
        )


def duration(seconds: float) -> str:
    """Return a time in words: 42 s, 12 min, 3.4 h, 5.6 d."""
    for limit, size, unit in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 86_400:.3g} d"


def _bars() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"),
        TimeRemainingColumn(), console=Console(stderr=True),
    )  # fmt: skip
