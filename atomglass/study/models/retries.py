"""Repeated attempts at one realization; each becomes a row, whether it succeeds, fails, or raises an exception."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable

from atomglass.study.errors import WorkEnded
from atomglass.study.protocol import Realization, Row


class Attempts:
    """The attempts at one realization, in order."""

    def __init__(self) -> None:
        self._rows: list[Row] = []

    def run(self, solver: str, compute: Callable[[], Realization]) -> Realization:
        """Return the result of one attempt; an exception becomes a result with status `error`.

        Lack of memory or disk space is not the realization's fault, and is raised.
        """
        began = time.perf_counter()
        try:
            result = compute()
        except (WorkEnded, MemoryError, OSError):
            raise
        except Exception as error:  # an error in one realization must neither end the chain nor go unrecorded
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            result = Realization({"status": "error", "reason": reason, "solver": solver})
        outcome = {"solver": solver, "status": result.row["status"], "reason": result.row["reason"]}
        self._rows.append({"attempt": len(self._rows), **outcome, "seconds": time.perf_counter() - began})
        return result

    def run_twice_on_error(self, solver: str, compute: Callable[[], Realization]) -> Realization:
        """Return the result of one attempt, or of a second, identical attempt if the first raised an exception."""
        result = self.run(solver, compute)
        return self.run(solver, compute) if result.row["status"] == "error" else result

    def attached_to(self, result: Realization) -> Realization:
        """Return the result with one row for each attempt."""
        row = result.row | {"attempt_count": len(self._rows)}
        return dataclasses.replace(result, row=row, attempts=self._rows)
