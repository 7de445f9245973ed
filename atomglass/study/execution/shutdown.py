"""When a run is to stop: a signal, a wall time, a parent that died. Asked between blocks."""

from __future__ import annotations

import contextlib
import re
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

from atomglass.errors import InputError

#: Exit status of a run that was asked to stop and can go on (EX_TEMPFAIL: a batch system may requeue it).
STOPPED_STATUS = 75
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Stop:
    """Whether to stop, and why.

    Parameters
    ----------
    max_walltime : float, optional
        Seconds from `began` after which to stop.
    began : float
        On the steady clock; by default now.
    """

    def __init__(self, max_walltime: float | None = None, began: float | None = None) -> None:
        self._deadline = None if max_walltime is None else (began or time.monotonic()) + max_walltime
        self._others: list[Callable[[], str]] = []
        self.reason = ""

    def asked(self) -> bool:
        """Whether the run is to stop now; once it is, it stays so."""
        if not self.reason and self._deadline is not None and time.monotonic() > self._deadline:
            self.reason = "the wall time is over"
        for other in self._others:
            self.reason = self.reason or other()
        return bool(self.reason)

    def also(self, question: Callable[[], str]) -> None:
        """Ask this too: it returns a reason, or an empty text."""
        self._others.append(question)

    @contextlib.contextmanager
    def on_signals(self) -> Iterator[Stop]:
        """Note SIGTERM, SIGINT and SIGUSR1 instead of dying of them; a second SIGINT interrupts at once."""

        def note(number: int, frame: Any) -> None:
            if number == signal.SIGINT and self.reason:
                raise KeyboardInterrupt
            self.reason = self.reason or f"signal {signal.Signals(number).name}"

        old = {s: signal.signal(s, note) for s in SIGNALS}
        try:
            yield self
        finally:
            for s, handler in old.items():
                signal.signal(s, handler)


def seconds(text: str) -> float:
    """Return a duration in seconds: `90s`, `30m`, `2h`, `1d`, or as SLURM writes it, `[D-]HH:MM:SS` or `MM:SS`.

    Raises
    ------
    InputError
        It is none of these, or not positive.
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
