"""Say that kernels are being compiled: their first use on a machine takes a minute or more, and would be silent.

The line is written to stderr, in a terminal, a log file or a notebook, when the first kernel that is not in the cache
is compiled; others follow while it goes on. `ATOMGLASS_QUIET=1` in the environment silences them.
"""

from __future__ import annotations

import os
import sys
import time

from numba.core import event
from numba.core.registry import CPUDispatcher

from atomglass.errors import printable
from atomglass.kernels.jit import cache_folder

#: Time between two lines, in seconds.
LINE_SECONDS = 15.0


class CompilationNotice(event.Listener):  # type: ignore[misc]  # numba has no types
    """A listener to the compilations of this process that tells the user of those of atomglass.

    Attributes
    ----------
    announced : bool
        Whether the user knows already that kernels are compiled. `atomglass run` and `warmup` say so themselves.
    kernels : int
        Number of kernels that this process has compiled.
    """

    def __init__(self) -> None:
        self.announced = False
        self._depth = self.kernels = 0
        self._began = self._spoke = self._spent = 0.0

    def on_start(self, occurrence: event.Event) -> None:
        """Note the begin of a compilation; those of the functions that it calls are parts of it."""
        if not self._depth and not _is_own(occurrence.data["dispatcher"]):
            return
        self._depth += 1
        if self._depth > 1:
            return
        self._began = time.monotonic()
        self._spoke = self._spoke or self._began
        if not self.announced:
            self.announced = True
            self._say(f"compiling (once on this machine, about a minute); the result is kept in {cache_folder()}")

    def on_end(self, occurrence: event.Event) -> None:
        """Note the end of a compilation."""
        if not self._depth:
            return
        self._depth -= 1
        if self._depth:
            return
        now = time.monotonic()
        self.kernels += 1
        self._spent += now - self._began
        if now - self._spoke > LINE_SECONDS:
            self._say(f"compiled {self.kernels} kernels in {self._spent:.0f} s ...")

    def _say(self, text: str) -> None:
        self._spoke = time.monotonic()
        if sys.stderr is not None and os.environ.get("ATOMGLASS_QUIET", "0") in ("", "0"):
            print(printable(f"atomglass: {text}"), file=sys.stderr, flush=True)


def _is_own(dispatcher: object) -> bool:
    """Return whether a compiled function is one of this package, not one of the user's own."""
    function = dispatcher.py_func if isinstance(dispatcher, CPUDispatcher) else None
    return function is not None and function.__module__.startswith("atomglass.")


#: The listener of this process.
NOTICE = CompilationNotice()
event.register("numba:compile", NOTICE)
