"""Progress of a running study, as bars on a terminal or lines in a log file."""

from __future__ import annotations

import sys
import time
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from atomglass.cli.printing import say_above, warn
from atomglass.study.status import study_status
from atomglass.study.store.study_store import StudyStore

#: Time between lines in a log file, in seconds.
LOG_SECONDS = 15.0


class StudyProgress:
    """Display of the progress of a study: sweeps, finished realizations and failures; modes that were found here.

    What was done before this run, or by other processes, counts as done; the modes are those of this run alone, whose
    share of the realizations is named where it is not all of them.

    Parameters
    ----------
    store : StudyStore
        The study. Earlier results count as done.
    others : bool
        Whether other processes that do not report here are also working on the study, so that its directory must be
        read from time to time.
    silent : bool
        Whether to show notices only.
    """

    def __init__(self, store: StudyStore, others: bool = False, silent: bool = False) -> None:
        self._store, self._others, self._silent = store, others, silent
        self._labels = store.model.labels
        now = study_status(store)
        self._total, self._sweeps_total = now.total, now.sweeps_total
        self._done, self._failed, self._sweeps = now.finished, now.failed, now.sweeps
        self._before, self._own, self._qlms = now.finished, 0, 0
        self._began = self._logged = self._read = time.monotonic()
        self._bars = _bars(Console(stderr=True)) if sys.stderr.isatty() and not silent else None
        self._tasks: list[Any] = []

    def __enter__(self) -> StudyProgress:
        if self._bars:
            self._bars.start()
            shown = bool(self._labels.steps)  # independent realizations have no steps
            self._tasks = [
                self._bars.add_task(
                    f"sampling ({self._labels.steps})", total=self._sweeps_total, completed=self._sweeps, visible=shown
                ),
                self._bars.add_task(self._labels.plural, total=self._total, completed=self._done),
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
            self._read_study(LOG_SECONDS)
            self._bars.update(self._tasks[0], completed=min(self._sweeps, self._sweeps_total))
        self._log_if_due()

    def finished(self, chain: int, status: str, modes: int, seconds: float) -> None:
        """Count a finished realization.

        Parameters
        ----------
        chain : int
            Number of the chain.
        status : str
            `ok`, or what failed.
        modes : int
            Number of modes found.
        seconds : float
            Wall time.
        """
        self._done += 1
        self._own += 1
        self._failed += status != "ok"
        self._qlms += int(modes or 0)
        if self._bars:
            text = f"{self._labels.plural} ({self._counts()})"
            self._bars.update(self._tasks[1], completed=self._done, description=text)
        self._log_if_due()

    def notice(self, text: str) -> None:
        """Show a line to the user."""
        if self._bars:
            say_above(self._bars.console, text)
        else:
            warn(text)

    def _counts(self) -> str:
        """Return the failures of the whole study, and the modes of this run with the realizations they belong to."""
        failed = f"{self._failed} failed, " if self._failed else ""
        found = f"{self._qlms} {self._labels.modes}"
        if self._own == self._done:
            return failed + found
        share = "this process" if self._others else "this run"
        return f"{failed}{found} in the {self._own} of {share}"

    def _log_if_due(self) -> None:
        if not self._bars and time.monotonic() - self._logged > LOG_SECONDS:
            self._log()

    def _read_study(self, interval: float) -> None:
        """Count what other processes have finished, which is in the directory, if that was not done just now."""
        if not self._others or time.monotonic() - self._read < interval:
            return
        self._read = time.monotonic()
        now = study_status(self._store)
        self._done, self._sweeps = max(now.finished, self._before + self._own), max(now.sweeps, self._sweeps)
        self._failed = max(now.failed, self._failed)

    def _log(self) -> None:
        self._logged = time.monotonic()
        if self._silent:
            return
        self._read_study(0.0)
        fraction = self._sweeps / self._sweeps_total if self._sweeps_total else 1.0
        steps = f"{self._labels.steps} {min(fraction, 1):4.0%}, " if self._labels.steps else ""
        warn(
            f"[{self._logged - self._began:7.0f} s] {steps}{self._labels.plural} {self._done}/{self._total}, "
            f"{self._counts()}"
        )


def duration(seconds: float) -> str:
    """Return a duration as text: 42 s, 12 min, 3.4 h, 5.6 d."""
    for limit, size, unit in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 86_400:.3g} d"


def _bars(console: Console) -> Progress:
    """Return the bars; what a user has named is never markup."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
    )
