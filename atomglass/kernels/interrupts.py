"""Ctrl-C at safe points only: interrupts that arrive while compiled code runs are delivered when it has returned.

Python delivers an interrupt wherever it next executes bytecode. In a call of compiled code this is the conversion of
the result to a named tuple, and an exception there crashes the process. Between two steps of a sampler it would leave
positions and neighbor list in different states.
"""

from __future__ import annotations

import _signal  # the same functions as in `signal`, ten times faster: they are called for every kernel
import threading
from types import FrameType, TracebackType
from typing import Any

_SIGINT = _signal.SIGINT


class DeferredInterrupt:
    """Context manager that delivers an interrupt (SIGINT) at its end, if one arrived inside.

    It has no effect in other threads than the main one, to which Python never delivers an interrupt, or where the
    handler was not installed by Python. Contexts may be nested: the outermost one delivers.

    Examples
    --------
    >>> with DeferredInterrupt():
    ...     state = 1  # all of this happens, or none
    """

    __slots__ = ("_arrived", "_handler")

    def __enter__(self) -> DeferredInterrupt:
        self._arrived: tuple[int, FrameType | None] | None = None
        self._handler: Any = None
        if threading.get_ident() == threading.main_thread().ident:
            handler = _signal.getsignal(_SIGINT)
            if callable(handler):
                self._handler = handler
                _signal.signal(_SIGINT, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handler is not None:
            _signal.signal(_SIGINT, self._handler)
            if self._arrived is not None:
                self._handler(*self._arrived)

    def _note(self, number: int, frame: FrameType | None) -> None:
        """Remember that an interrupt arrived."""
        self._arrived = (number, frame)


class AllowedInterrupt:
    """Context manager that lets interrupts through inside a `DeferredInterrupt`: compilation may take a minute."""

    __slots__ = ("_deferring",)

    def __enter__(self) -> AllowedInterrupt:
        self._deferring: Any = None
        if threading.get_ident() == threading.main_thread().ident:
            handler = self._deferring = _signal.getsignal(_SIGINT)
            while isinstance(getattr(handler, "__self__", None), DeferredInterrupt):
                handler = handler.__self__._handler  # type: ignore[union-attr]
            if callable(handler):
                _signal.signal(_SIGINT, handler)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if callable(self._deferring):
            _signal.signal(_SIGINT, self._deferring)
