"""Attempts at one realization: each is a row, and an exception is one too."""

from __future__ import annotations

import time
from collections.abc import Callable

from atomglass.study.realization import ControlledEnd, Realization, Row


class Attempts:
    """The attempts at one realization, one after another."""

    def __init__(self) -> None:
        self._rows: list[Row] = []

    def tried(self, solver: str, work: Callable[[], Realization]) -> Realization:
        """Return what an attempt gives; an exception is a failure with status `error`.

        Running out of memory or of disk is no fault of the realization's, and is raised.
        """
        began = time.perf_counter()
        try:
            result = work()
        except (ControlledEnd, MemoryError, OSError):
            raise
        except Exception as error:  # one realization's fault must not take the chain down, nor be lost
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            result = Realization({"status": "error", "reason": reason, "solver": solver})
        told = {"solver": solver, "status": result.row["status"], "reason": result.row["reason"]}
        self._rows.append({"attempt": len(self._rows), **told, "seconds": time.perf_counter() - began})
        return result

    def with_all(self, result: Realization) -> Realization:
        """Return the result with a row for each attempt."""
        row = result.row | {"attempt_count": len(self._rows)}
        return Realization(row, result.modes, self._rows, result.inherent_state)
