"""The loop that every process of a run executes: take a free chain, finish it, take the next.

Serial runs, workers, MPI ranks and array tasks all execute this loop, and coordinate only by leases. No process assigns
work to another one, so that none waits in a queue, and if one dies only its unfinished block is lost.
"""

from __future__ import annotations

import errno
import time
from dataclasses import dataclass, field
from typing import Protocol

from atomglass.study.errors import LeaseLost, Stopped
from atomglass.study.execution.chain import run_chain
from atomglass.study.execution.leases import LEASE_SECONDS, Leases
from atomglass.study.execution.shutdown import StopRequest
from atomglass.study.protocol import Realization
from atomglass.study.store.provenance import Origin
from atomglass.study.store.study_store import StudyStore

#: Shortest and longest time in seconds between two attempts to take over a chain of another process.
MIN_WAIT, MAX_WAIT = 0.2, 5.0
#: Errors of the study's directory, after which all other chains would fail as well.
_DIRECTORY_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)


class Progress(Protocol):
    """Display of the progress of a run."""

    def advance(self, chain: int, sweeps: int) -> None:
        """Count `sweeps` further sweeps of a chain."""

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

    def notice(self, text: str) -> None:
        """Show a line to the user."""


@dataclass(frozen=True)
class Partition:
    """The chains with which one of several processes begins: every `size`-th one from number `rank`; others follow.

    Attributes
    ----------
    rank, size : int
        Number of this process, from 0, and number of processes.
    wait : bool
        Whether to wait until the chains of other processes are complete, instead of returning.
    """

    rank: int = 0
    size: int = 1
    wait: bool = True

    def own(self, chains: int) -> list[int]:
        """Return the chains with which this process begins."""
        return list(range(self.rank % self.size, chains, self.size))

    def order(self, chains: int) -> list[int]:
        """Return all chains in the order in which this process tries to take them."""
        own = self.own(chains)
        owned, first = set(own), self.rank * chains // self.size
        others = [*range(first, chains), *range(first)]
        return own + [chain for chain in others if chain not in owned]


@dataclass
class RunOutcome:
    """The outcome of a run.

    Attributes
    ----------
    complete : bool
        Whether every chain is complete.
    stopped : bool
        Whether the run was asked to stop, and can be continued.
    errors : list of str
        One line per error.
    elsewhere : list of int
        Chains on which another run is working.
    working, idle : float
        Wall time spent on chains, and on waiting for other processes, in seconds.
    """

    complete: bool
    stopped: bool
    errors: list[str] = field(default_factory=list)
    elsewhere: list[int] = field(default_factory=list)
    working: float = 0.0
    idle: float = 0.0


class LeasedChainObserver:
    """The `ChainObserver` of a worker, which forwards progress, renews the lease, and stops the chain on request.

    Parameters
    ----------
    progress : Progress
        Display of the progress.
    stop : StopRequest
        Checked between blocks.
    leases : Leases
        The leases of this process.
    """

    def __init__(self, progress: Progress, stop: StopRequest, leases: Leases) -> None:
        self._progress, self._stop, self._leases = progress, stop, leases

    def sweeps(self, chain: int, count: int) -> None:
        """Count sweeps."""
        self._progress.advance(chain, count)

    def realization(self, chain: int, realization: Realization, seconds: float) -> None:
        """Count a finished realization.

        Parameters
        ----------
        chain : int
            Number of the chain.
        realization : Realization
            The result.
        seconds : float
            Wall time.
        """
        row = realization.row
        self._progress.finished(chain, row["status"], row.get("qlm_count", row.get("mode_count")) or 0, seconds)

    def notice(self, text: str) -> None:
        """Show a line to the user."""
        self._progress.notice(text)

    def position(self, chain: int, index: int, realizing: bool) -> None:
        """Record the current position of the work in the lease.

        Parameters
        ----------
        chain : int
            Number of the chain.
        index : int
            Index in the chain of the realization in progress.
        realizing : bool
            Whether the realization itself is being computed, rather than the samples that lead to it.
        """
        self._leases.record_position(chain, index, realizing)

    def check(self, chain: int, sweep: int) -> None:
        """Renew the lease; raise `Stopped` if the run must stop, `LeaseLost` if another process has the chain."""
        if self._stop.is_set():
            raise Stopped
        self._leases.renew(chain, sweep)


def work(
    store: StudyStore,
    progress: Progress,
    stop: StopRequest,
    partition: Partition,
    origin: Origin,
    lease_seconds: float = LEASE_SECONDS,
) -> RunOutcome:
    """Work on chains until all are complete, the run must stop, or other processes hold the rest.

    Parameters
    ----------
    store : StudyStore
        The study.
    progress : Progress
        Display of the progress.
    stop : StopRequest
        Checked between blocks.
    partition : Partition
        Chains to begin with, and whether to wait for other processes.
    origin : Origin
        Run and process, for the provenance.
    lease_seconds : float
        Time without an update after which the lease of another process expires, in seconds.
    """
    return _Worker(store, progress, stop, partition, origin, lease_seconds).run()


class _Worker:
    """One process at work on a study."""

    def __init__(
        self,
        store: StudyStore,
        progress: Progress,
        stop: StopRequest,
        partition: Partition,
        origin: Origin,
        lease_seconds: float,
    ) -> None:
        self._store, self._progress, self._stop, self._partition = store, progress, stop, partition
        self._origin = origin
        self._leases = Leases(store.lease_folder, origin.run, lease_seconds, progress.notice)
        self._observer = LeasedChainObserver(progress, stop, self._leases)
        self._outcome = RunOutcome(complete=False, stopped=False)
        self._todo: list[int] = []

    def run(self) -> RunOutcome:
        """Work until nothing is left to do; return the outcome."""
        chains = self._store.settings.ensemble.chains
        self._clean_up(self._partition.own(chains))
        self._todo = [chain for chain in self._partition.order(chains) if not self._store.is_complete(chain)]
        wait = MIN_WAIT
        while self._todo and not self._stop.is_set():
            if self._pass_over_chains():
                wait = MIN_WAIT
            elif self._todo and not self._stop.is_set():
                if not self._partition.wait and all(self._leases.is_active(chain) for chain in self._todo):
                    break
                time.sleep(wait)
                self._outcome.idle += wait
                wait = min(MAX_WAIT, 1.3 * wait)
        outcome = self._outcome
        outcome.stopped = self._stop.is_set() and bool(self._todo)
        outcome.elsewhere = [] if outcome.stopped else self._todo
        outcome.complete = all(self._store.is_complete(chain) for chain in range(chains))
        return outcome

    def _clean_up(self, chains: list[int]) -> None:
        self._store.remove_stale_temporaries(chains)
        for chain in chains:
            for line in self._store.quarantine_damaged_shards(chain):
                self._progress.notice(line)

    def _pass_over_chains(self) -> bool:
        """Try to take each unfinished chain once; return whether any could be taken."""
        worked = False
        for chain in list(self._todo):
            if self._stop.is_set() or chain not in self._todo:  # an error of the directory empties `_todo`
                break
            if self._store.is_complete(chain):
                self._todo.remove(chain)
                continue
            began = time.monotonic()
            if self._run_chain(chain):
                worked = True
                self._outcome.working += time.monotonic() - began
        return worked

    def _run_chain(self, chain: int) -> bool:
        """Run one chain if its lease can be acquired; an error is recorded, and the other chains continue."""
        try:
            if not self._leases.acquire(chain):
                return False
            run_chain(self._store, chain, self._observer, self._origin)
            self._todo.remove(chain)
        except Stopped:
            pass
        except LeaseLost:
            self._observer.notice(f"chain {chain} was taken over by another process while this one was paused")
        except Exception as error:
            self._outcome.errors.append(f"chain {chain}: {type(error).__name__}: {' '.join(str(error).split())}")
            if isinstance(error, OSError) and error.errno in _DIRECTORY_ERRORS:
                self._todo.clear()
            else:
                self._todo.remove(chain)
        self._leases.release(chain)
        return True
