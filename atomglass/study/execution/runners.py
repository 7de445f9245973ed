"""Run a study in this process, or in several processes on this machine; the result is the same."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import signal
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from atomglass.io.atomic import publish
from atomglass.study.execution.leases import CLAIM_LIFE
from atomglass.study.execution.shutdown import SIGNALS, Stop
from atomglass.study.execution.worker import Outcome, Progress, Share, work
from atomglass.study.store.provenance import Origin
from atomglass.study.store.study_store import StudyStore

#: How often a worker that was killed is replaced by a new one, altogether.
REPLACEMENTS = 3
#: The same of workers that died of a fault of their own, each of which counts against one realization.
CRASH_REPLACEMENTS = 60
_CRASHES = (signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT)


def unfinished(store: StudyStore) -> list[int]:
    """Return the chains that lack realizations."""
    return [chain for chain in range(store.settings.ensemble.chains) if not store.is_complete(chain)]


def run_serial(
    store: StudyStore,
    progress: Progress,
    stop: Stop | None = None,
    share: Share = Share(),  # noqa: B008 (frozen)
    claim_life: float = CLAIM_LIFE,
) -> Outcome:
    """Run a study in this process.

    Parameters
    ----------
    store : StudyStore
        The study.
    progress : Progress
        Where progress is shown.
    stop : Stop, optional
        Asked between blocks; by default signals stop the run.
    share : Share
        Which chains to begin with, and whether to wait for others.
    claim_life : float
        Seconds without a sign of life after which another's claim is taken over.
    """
    stop = stop or Stop()
    origin = Origin.of_this_process()
    record(store, origin, "serial" if share.size == 1 else f"part {share.rank} of {share.size}")
    with stop.on_signals():
        return work(store, progress, stop, share, origin, claim_life)


def run_workers(
    store: StudyStore,
    progress: Progress,
    workers: int,
    stop: Stop | None = None,
    share: Share = Share(),  # noqa: B008 (frozen)
    claim_life: float = CLAIM_LIFE,
) -> Outcome:
    """Run a study in several processes; a worker that dies costs what it had not checkpointed, and is replaced.

    Parameters as of `run_serial`; `workers` is the number of processes.
    """
    stop = stop or Stop()
    origin = Origin.of_this_process()
    record(store, origin, f"{workers} workers")
    crew = _Crew(store, share, workers, origin.run, claim_life)
    errors: list[str] = []
    outcomes: list[Outcome] = []
    with stop.on_signals():
        for number in range(workers):
            crew.start(number)
        replacements = crashes = told = 0
        while crew.pipes:
            for pipe, message in crew.messages(timeout=0.2):
                if message is None:
                    number, code = crew.end(pipe)
                    if code == 0:
                        continue
                    errors.append(f"a worker died ({_how(code)}); what it had checkpointed is kept")
                    crashed = -code in _CRASHES
                    crashes, replacements = crashes + crashed, replacements + (not crashed)
                    if replacements <= REPLACEMENTS and crashes <= CRASH_REPLACEMENTS and not stop.asked():
                        progress.notice(f"{errors[-1]}; another one goes on")
                        crew.start(number)
                elif isinstance(message, Outcome):
                    outcomes.append(message)
                else:
                    getattr(progress, message[0])(*message[1:])
            if stop.asked() and told < len(crew.pipes):
                told = crew.tell_to_stop()
    crew.close()
    complete = not unfinished(store)
    return Outcome(
        complete=complete,
        stopped=stop.asked() and not complete,
        errors=([] if complete or stop.asked() else errors) + sorted({e for o in outcomes for e in o.errors}),
        elsewhere=sorted({c for o in outcomes for c in o.elsewhere} & set(unfinished(store))),
        working=sum(o.working for o in outcomes),
        idle=sum(o.idle for o in outcomes),
    )


def record(store: StudyStore, origin: Origin, runner: str) -> None:
    """Keep who ran what: a file of its own for each run, never part of the data."""
    data = {"run": origin.run, "runner": runner, **origin.provenance, "physics_hash": store.physics_hash}
    content = (json.dumps(data, indent=2) + "\n").encode()
    publish(store.folder / "runs" / f"{origin.run}.json", content, "run")


class _Crew:
    """The worker processes, each with a pipe of its own: one that dies cannot block another's messages."""

    def __init__(self, store: StudyStore, share: Share, size: int, run: str, claim_life: float) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._arguments = (str(store.folder), run, claim_life)
        self._share, self._size = share, size
        self.pipes: dict[Connection, tuple[int, Any]] = {}

    def start(self, number: int) -> None:
        # Worker w of part p of P is process p + P w of P * workers, so that it begins with the part's own chains.
        size = self._share.size * self._size
        share = Share(self._share.rank + self._share.size * number, size, self._share.wait)
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_work, args=(*self._arguments, share, theirs), daemon=True)
        # A signal that comes while the process starts waits until it can be answered.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        process.start()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        theirs.close()
        self.pipes[ours] = number, process

    def messages(self, timeout: float) -> list[tuple[Connection, Any]]:
        """Return what the workers said meanwhile; None from one that ended."""
        found: list[tuple[Connection, Any]] = []
        for pipe in wait(list(self.pipes), timeout):
            assert isinstance(pipe, Connection)
            try:
                while True:
                    found.append((pipe, pipe.recv()))
                    if not pipe.poll():
                        break
            except Exception:  # the end of the pipe, or half a message of a worker that was killed
                found.append((pipe, None))
        return found

    def end(self, pipe: Connection) -> tuple[int, int]:
        number, process = self.pipes.pop(pipe)
        pipe.close()
        process.join()
        return number, process.exitcode

    def tell_to_stop(self) -> int:
        for _, process in self.pipes.values():
            process.terminate()
        return len(self.pipes)

    def close(self) -> None:
        for _, process in self.pipes.values():
            process.join()


class _PipeProgress:
    """Progress sent to the process that shows it."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def advance(self, chain: int, sweeps: int) -> None:
        self._send("advance", chain, sweeps)

    def finished(self, chain: int, status: str, modes: int, seconds: float) -> None:
        self._send("finished", chain, status, modes, seconds)

    def notice(self, text: str) -> None:
        self._send("notice", text)

    def _send(self, *message: Any) -> None:
        with contextlib.suppress(BrokenPipeError):  # the parent is gone: `Stop.with_parent` will see it
            self._pipe.send(message)


def _work(folder: str, run: str, claim_life: float, share: Share, pipe: Connection) -> None:
    """What a worker process does; the same signals stop it as stop a serial run."""
    stop, parent = Stop(), multiprocessing.parent_process()
    stop.also(lambda: "the parent process ended" if parent is None or not parent.is_alive() else "")
    with stop.on_signals():
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        store = StudyStore(Path(folder))
        outcome = work(store, _PipeProgress(pipe), stop, share, Origin.of_this_process(run), claim_life)
    with contextlib.suppress(BrokenPipeError):
        pipe.send(outcome)


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit status {code}"
