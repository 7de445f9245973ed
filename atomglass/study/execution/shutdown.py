"""Requests to stop a run, by a signal, a time limit or the death of the parent process; checked between blocks."""

from __future__ import annotations

import contextlib
import re
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

from atomglass.errors import InputError

#: Exit status of a run that was asked to stop and can be continued (EX_TEMPFAIL: a batch system may requeue it).
STOPPED_STATUS = 75
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class StopRequest:
    """A request to stop a run, and its reason.

    Parameters
    ----------
    max_walltime : float, optional
        Time from `began` after which to stop, in seconds.
    began : float, optional
        Start of the run on the monotonic clock, in seconds; now by default.
    """

    def __init__(self, max_walltime: float | None = None, began: float | None = None) -> None:
        self._deadline = None if max_walltime is None else (began or time.monotonic()) + max_walltime
        self._sources: list[Callable[[], str]] = []
        self.reason = ""

    def is_set(self) -> bool:
        """Return whether the run must stop; once true, it stays true."""
        if not self.reason and self._deadline is not None and time.monotonic() > self._deadline:
            self.reason = "the wall time is over"
        for source in self._sources:
            self.reason = self.reason or source()
        return bool(self.reason)

    def add_source(self, source: Callable[[], str]) -> None:
        """Add a function that returns a reason to stop, or an empty string."""
        self._sources.append(source)

    @contextlib.contextmanager
    def on_signals(self) -> Iterator[StopRequest]:
        """Let SIGTERM, SIGINT and SIGUSR1 set the request while the block runs; a second SIGINT interrupts at once."""

        def handle(number: int, frame: Any) -> None:
            if number == signal.SIGINT and self.reason:
                raise KeyboardInterrupt
            self.reason = self.reason or f"signal {signal.Signals(number).name}"

        old = {s: signal.signal(s, handle) for s in SIGNALS}
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)  # blocked while the program was imported
            yield self
        finally:
            for s, handler in old.items():
                signal.signal(s, handler)


def parse_duration(text: str) -> float:
    """Return in seconds a duration given as `90s`, `30m`, `2h` or `1d`, or in SLURM's form `[D-]HH:MM:SS` or `MM:SS`.

    Raises
    ------
    InputError
        The text has another form, or the duration is not positive.
    """
    short = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text.strip())
    slurm = re.fullmatch(r"(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)", text.strip())
    if short:
        value = float(short[1]) * _UNITS[short[2]]
    elif slurm:
        days, hours, minutes, rest = (int(part or 0) for part in slurm.groups())
        value = ((days * 24 + hours) * 60 + minutes) * 60.0 + rest
    else:
        value = 0.0
    if value <= 0:
        raise InputError("--max-walltime", text, "such as 90s, 30m, 2h, 1d or D-HH:MM:SS")
    return value
