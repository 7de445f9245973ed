"""Run a study's chains, one after another or in several processes; the result is the same."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import queue
import signal
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from atomglass.ensemble.chain import Stopped, run_chain
from atomglass.ensemble.provenance import provenance
from atomglass.ensemble.realization import Realization
from atomglass.ensemble.store import StudyStore, publish

#: Exit status of a run that was asked to stop and can go on (EX_TEMPFAIL: a batch system may requeue it).
STOPPED_STATUS = 75


class Progress(Protocol):
    """Where progress is shown."""

    def advance(self, chain: int, sweeps: int) -> None:
        """So many sweeps more."""

    def finished(self, chain: int, status: str, modes: int, seconds: float) -> None:
        """A realization more."""


@dataclass
class Outcome:
    """How a run ended: whether every chain is complete, whether it was stopped, and what went wrong."""

    complete: bool
    stopped: bool
    errors: list[str]


def unfinished(store: StudyStore) -> list[int]:
    """Return the chains that lack realizations."""
    ensemble = store.settings.ensemble
    return [c for c in range(ensemble.chains) if store.published(c) < ensemble.realizations_per_chain]


def run_serial(store: StudyStore, progress: Progress) -> Outcome:
    """Run all chains in this process."""
    began = time.monotonic()
    errors: list[str] = []
    stopped = False
    with stopping() as asked:
        reporter = _DirectReporter(progress, asked)
        for chain in unfinished(store):
            try:
                run_chain(store, chain, reporter)
            except Stopped:
                stopped = True
                break
            except Exception as error:  # the other chains go on
                errors.append(f"chain {chain}: {type(error).__name__}: {error}")
    _record(store, "serial", time.monotonic() - began)
    return Outcome(not unfinished(store), stopped, errors)


def run_workers(store: StudyStore, progress: Progress, workers: int) -> Outcome:
    """Run the chains in several processes; the chain is the unit of work."""
    context = multiprocessing.get_context("spawn")
    events: Any = context.Queue()
    stop = context.Event()
    errors: list[str] = []
    began = time.monotonic()
    initial = (str(store.folder), events, stop)
    with stopping() as asked, ProcessPoolExecutor(workers, context, _start_worker, initial) as pool:
        running: dict[Future[None], int] = {pool.submit(_work, chain): chain for chain in unfinished(store)}
        while running:
            done, _ = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
            _drain(events, progress)
            if asked():
                stop.set()
            for future in done:
                chain = running.pop(future)
                try:
                    future.result()
                except Stopped:
                    pass
                except BrokenProcessPool:
                    errors.append(f"chain {chain}: a worker process died; what it had checkpointed is kept")
                except Exception as error:
                    errors.append(f"chain {chain}: {type(error).__name__}: {error}")
        _drain(events, progress)
        stopped = stop.is_set()
    _record(store, f"{workers} workers", time.monotonic() - began)
    return Outcome(not unfinished(store), stopped, errors)


@contextlib.contextmanager
def stopping() -> Iterator[Any]:
    """Turn SIGTERM, SIGINT and SIGUSR1 into a question that is asked between blocks."""
    asked: list[int] = []
    signals = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
    old = {s: signal.signal(s, lambda number, frame: asked.append(number)) for s in signals}
    try:
        yield lambda: bool(asked)
    finally:
        for s, handler in old.items():
            signal.signal(s, handler)


class _DirectReporter:
    """Reports of a chain in this process."""

    def __init__(self, progress: Progress, asked: Any) -> None:
        self._progress, self._asked = progress, asked

    def sweeps(self, chain: int, count: int) -> None:
        self._progress.advance(chain, count)

    def realization(self, chain: int, realization: Realization, seconds: float) -> None:
        self._progress.finished(chain, realization.row["status"], realization.row.get("qlm_count", 0), seconds)

    def check(self) -> None:
        if self._asked():
            raise Stopped


class _QueueReporter:
    """Reports of a chain in a worker, sent to the process that shows them."""

    def __init__(self, events: Any, stop: Any) -> None:
        self._events, self._stop = events, stop

    def sweeps(self, chain: int, count: int) -> None:
        self._events.put(("sweeps", chain, count))

    def realization(self, chain: int, realization: Realization, seconds: float) -> None:
        row = realization.row
        self._events.put(("realization", chain, row["status"], row.get("qlm_count", 0), seconds))

    def check(self) -> None:
        if self._stop.is_set():
            raise Stopped


_worker: dict[str, Any] = {}


def _start_worker(folder: str, events: Any, stop: Any) -> None:
    # The terminal sends Ctrl-C to every process; the parent alone decides.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)
    _worker.update(store=StudyStore(Path(folder)), reporter=_QueueReporter(events, stop))


def _work(chain: int) -> None:
    _worker["reporter"].check()
    run_chain(_worker["store"], chain, _worker["reporter"])


def _drain(events: Any, progress: Progress) -> None:
    with contextlib.suppress(queue.Empty):
        while True:
            kind, *rest = events.get_nowait()
            (progress.advance if kind == "sweeps" else progress.finished)(*rest)


def _record(store: StudyStore, runner: str, seconds: float) -> None:
    """Keep who ran what: a file of its own each run, never part of the data."""
    data = provenance() | {
        "runner": runner,
        "seconds": round(seconds, 1),
        "physics_hash": store.settings.physics_hash,
    }
    name = f"{data['time'].replace(':', '')}-{data['host']}-{os.getpid()}.json"
    publish(store.folder / "runs" / name, (json.dumps(data, indent=2) + "\n").encode())
