"""Run a study in this process or in several processes on this machine, with identical results."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import signal
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from atomglass.io.atomic import create
from atomglass.study.execution.leases import LEASE_SECONDS
from atomglass.study.execution.shutdown import SIGNALS, StopRequest
from atomglass.study.execution.worker import Partition, Progress, RunOutcome, work
from atomglass.study.store.provenance import Origin
from atomglass.study.store.study_store import StudyStore

#: Largest number of killed workers that are replaced in one run.
MAX_REPLACEMENTS = 3
#: Largest number of crashed workers that are replaced; each crash is attributed to one realization.
MAX_CRASH_REPLACEMENTS = 60
_CRASH_SIGNALS = (signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT)


def unfinished(store: StudyStore) -> list[int]:
    """Return the chains that still lack realizations."""
    return [chain for chain in range(store.settings.ensemble.chains) if not store.is_complete(chain)]


def run_serial(
    store: StudyStore,
    progress: Progress,
    stop: StopRequest | None = None,
    partition: Partition = Partition(),  # noqa: B008 (frozen)
    lease_seconds: float = LEASE_SECONDS,
) -> RunOutcome:
    """Run a study in this process.

    Parameters
    ----------
    store : StudyStore
        The study.
    progress : Progress
        Display of the progress.
    stop : StopRequest, optional
        Checked between blocks; by default, only signals stop the run.
    partition : Partition
        Chains to begin with, and whether to wait for other processes.
    lease_seconds : float
        Time without an update after which the lease of another process expires, in seconds.
    """
    stop = stop or StopRequest()
    origin = Origin.of_this_process()
    record_run(store, origin, "serial" if partition.size == 1 else f"part {partition.rank} of {partition.size}")
    with stop.on_signals():
        return work(store, progress, stop, partition, origin, lease_seconds)


def run_workers(
    store: StudyStore,
    progress: Progress,
    workers: int,
    stop: StopRequest | None = None,
    partition: Partition = Partition(),  # noqa: B008 (frozen)
    lease_seconds: float = LEASE_SECONDS,
) -> RunOutcome:
    """Run a study in several processes; one that dies loses its work since its last checkpoint and is replaced.

    Parameters
    ----------
    store : StudyStore
        The study.
    progress : Progress
        Display of the progress of all workers.
    workers : int
        Number of processes.
    stop : StopRequest, optional
        Checked between blocks; by default, only signals stop the run.
    partition : Partition
        Chains to begin with, and whether to wait for other processes.
    lease_seconds : float
        Time without an update after which the lease of another process expires, in seconds.
    """
    stop = stop or StopRequest()
    origin = Origin.of_this_process()
    record_run(store, origin, f"{workers} workers")
    pool = _WorkerPool(store, partition, workers, origin.run, lease_seconds)
    deaths: list[str] = []
    outcomes: list[RunOutcome] = []
    with stop.on_signals():
        for number in range(workers):
            pool.start(number)
        replacements = crashes = terminated = 0
        while pool.pipes:
            for pipe, message in pool.messages(timeout=0.2):
                if message is None:
                    number, code = pool.join(pipe)
                    if code == 0:
                        continue
                    deaths.append(f"a worker died ({_cause(code)}); its work up to the last checkpoint is kept")
                    crashed = -code in _CRASH_SIGNALS
                    crashes, replacements = crashes + crashed, replacements + (not crashed)
                    if replacements <= MAX_REPLACEMENTS and crashes <= MAX_CRASH_REPLACEMENTS and not stop.is_set():
                        progress.notice(f"{deaths[-1]}; another one takes its place")
                        pool.start(number)
                elif isinstance(message, RunOutcome):
                    outcomes.append(message)
                else:
                    method, *arguments = message
                    getattr(progress, method)(*arguments)
            if stop.is_set() and terminated < len(pool.pipes):
                terminated = pool.terminate()
    pool.close()
    remaining = unfinished(store)
    complete = not remaining
    return RunOutcome(
        complete=complete,
        stopped=stop.is_set() and not complete,
        errors=([] if complete or stop.is_set() else deaths) + sorted({e for o in outcomes for e in o.errors}),
        elsewhere=sorted({chain for o in outcomes for chain in o.elsewhere} & set(remaining)),
        working=sum(o.working for o in outcomes),
        idle=sum(o.idle for o in outcomes),
    )


def record_run(store: StudyStore, origin: Origin, runner: str) -> None:
    """Record the run and its provenance in a separate file, which is never part of the data.

    Parameters
    ----------
    store : StudyStore
        The study.
    origin : Origin
        Run and process.
    runner : str
        Description of how the study is run, such as `4 workers`.
    """
    data = {"run": origin.run, "runner": runner, **origin.provenance, "physics_hash": store.physics_hash}
    content = (json.dumps(data, indent=2) + "\n").encode()
    create(store.folder / "runs" / f"{origin.run}.json", content)


class _WorkerPool:
    """The worker processes, each with its own pipe, so that a dying worker cannot block messages of others."""

    def __init__(self, store: StudyStore, partition: Partition, size: int, run: str, lease_seconds: float) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._arguments = (str(store.folder), run, lease_seconds)
        self._partition, self._size = partition, size
        self.pipes: dict[Connection, tuple[int, Any]] = {}

    def start(self, number: int) -> None:
        """Start a worker process."""
        # Worker w of part p of P is process p + P w of P * workers, and thus begins with chains of its own part.
        size = self._partition.size * self._size
        rank = self._partition.rank + self._partition.size * number
        partition = Partition(rank, size, self._partition.wait)
        receiver, sender = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_run_worker, args=(*self._arguments, partition, sender), daemon=True)
        # A signal that arrives while the process starts is delivered only once it can be handled.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        process.start()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        sender.close()
        self.pipes[receiver] = number, process

    def messages(self, timeout: float) -> list[tuple[Connection, Any]]:
        """Return the messages received within `timeout` seconds, by pipe; None from a worker that ended."""
        found: list[tuple[Connection, Any]] = []
        for pipe in wait(list(self.pipes), timeout):
            assert isinstance(pipe, Connection)
            try:
                while True:
                    found.append((pipe, pipe.recv()))
                    if not pipe.poll():
                        break
            except Exception:  # end of the pipe, or a partial message of a worker that was killed
                found.append((pipe, None))
        return found

    def join(self, pipe: Connection) -> tuple[int, int]:
        """Wait for the process of a worker that ended; return the worker's number and its exit code."""
        number, process = self.pipes.pop(pipe)
        pipe.close()
        process.join()
        return number, process.exitcode

    def terminate(self) -> int:
        """Ask all workers to stop; return how many there are."""
        for _, process in self.pipes.values():
            process.terminate()
        return len(self.pipes)

    def close(self) -> None:
        """Wait for all workers to exit."""
        for _, process in self.pipes.values():
            process.join()


class _PipeProgress:
    """Progress that is sent to the process that displays it."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def advance(self, chain: int, sweeps: int) -> None:
        self._send("advance", chain, sweeps)

    def finished(self, chain: int, status: str, modes: int, seconds: float) -> None:
        self._send("finished", chain, status, modes, seconds)

    def notice(self, text: str) -> None:
        self._send("notice", text)

    def _send(self, *message: Any) -> None:
        with contextlib.suppress(BrokenPipeError):  # the parent has ended, which stops this worker
            self._pipe.send(message)


def _run_worker(folder: str, run: str, lease_seconds: float, partition: Partition, pipe: Connection) -> None:
    """Run one worker process, which stops on the same signals as a serial run and when its parent ends."""
    stop, parent = StopRequest(), multiprocessing.parent_process()
    stop.add_source(lambda: "the parent process ended" if parent is None or not parent.is_alive() else "")
    with stop.on_signals():
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        store = StudyStore(Path(folder), load_model=True)
        outcome = work(store, _PipeProgress(pipe), stop, partition, Origin.of_this_process(run), lease_seconds)
    with contextlib.suppress(BrokenPipeError):
        pipe.send(outcome)


def _cause(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit status {code}"
