"""What every process of a run does: take a chain that nobody works on, bring it to its end, take the next.

Serial runs, workers, MPI ranks and array tasks all run this loop and agree by claims alone; none of them sends work to
another, so none waits in a queue, and a dead one costs the others nothing but its unfinished block.
"""

from __future__ import annotations

import errno
import time
from dataclasses import dataclass, field
from typing import Protocol

from atomglass.study.execution.chain import run_chain
from atomglass.study.execution.leases import CLAIM_LIFE, Claims
from atomglass.study.execution.shutdown import Stop
from atomglass.study.realization import ClaimLost, Realization, Stopped
from atomglass.study.store.provenance import Origin
from atomglass.study.store.study_store import StudyStore

#: Seconds between two looks at the chains of others, at first and at most.
SHORT_NAP, LONG_NAP = 0.2, 5.0
#: Faults of the directory, after which other chains would only fail too.
_DIRECTORY_FAULTS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)


class Progress(Protocol):
    """Where progress is shown."""

    def advance(self, chain: int, sweeps: int) -> None:
        """So many sweeps more."""

    def finished(self, chain: int, status: str, modes: int, seconds: float) -> None:
        """A realization more."""

    def notice(self, text: str) -> None:
        """Something that a person should know."""


@dataclass(frozen=True)
class Share:
    """Which chains a process begins with: every `size`-th, from number `rank`; then it helps with the others.

    Attributes
    ----------
    rank, size : int
        This process, and how many there are.
    wait : bool
        When the chains that are left are in other hands: wait until they are complete, or leave.
    """

    rank: int = 0
    size: int = 1
    wait: bool = True

    def own(self, chains: int) -> list[int]:
        """Return the numbers of its chains."""
        return list(range(self.rank % self.size, chains, self.size))

    def order(self, chains: int) -> list[int]:
        """Return all chains in the order in which this process tries to take them."""
        own = self.own(chains)
        mine, first = set(own), self.rank * chains // self.size
        others = [*range(first, chains), *range(first)]
        return own + [chain for chain in others if chain not in mine]


@dataclass
class Outcome:
    """How a run ended.

    Attributes
    ----------
    complete : bool
        Every chain is complete.
    stopped : bool
        It was asked to stop, and can go on.
    errors : list of str
        What went wrong, a line each.
    elsewhere : list of int
        Chains that another run has in hand.
    working, idle : float
        Seconds of wall time at work on chains, and waiting for others.
    """

    complete: bool
    stopped: bool
    errors: list[str] = field(default_factory=list)
    elsewhere: list[int] = field(default_factory=list)
    working: float = 0.0
    idle: float = 0.0


class Reporter:
    """Reports of chains to a progress display; stops them when asked, and gives signs of life."""

    def __init__(self, progress: Progress, stop: Stop, claims: Claims) -> None:
        self._progress, self._stop, self._claims = progress, stop, claims

    def sweeps(self, chain: int, count: int) -> None:
        """Count sweeps."""
        self._progress.advance(chain, count)

    def realization(self, chain: int, realization: Realization, seconds: float) -> None:
        """Count a realization."""
        row = realization.row
        self._progress.finished(chain, row["status"], row.get("qlm_count", row.get("mode_count")) or 0, seconds)

    def notice(self, text: str) -> None:
        """Pass a line on."""
        self._progress.notice(text)

    def at(self, chain: int, index: int, realizing: bool) -> None:
        """Note in the claim where the work is."""
        self._claims.at(chain, index, realizing)

    def check(self, chain: int, sweep: int) -> None:
        """Raise `Stopped` when asked to, `ClaimLost` when another has the chain."""
        if self._stop.asked():
            raise Stopped
        self._claims.beat(chain, sweep)


def work(
    store: StudyStore, progress: Progress, stop: Stop, share: Share, origin: Origin, claim_life: float = CLAIM_LIFE
) -> Outcome:
    """Work on chains until all are complete, or the run is to stop, or the rest is in other hands.

    Parameters
    ----------
    store : StudyStore
        The study.
    progress : Progress
        Where progress is shown.
    stop : Stop
        Asked between blocks.
    share : Share
        Which chains to begin with.
    origin : Origin
        Who computes, for the record.
    claim_life : float
        Seconds without a sign of life after which another's claim is taken over.
    """
    chains = store.settings.ensemble.chains
    claims = Claims(store.folder / "claims", origin.run, claim_life)
    reporter = Reporter(progress, stop, claims)
    outcome = Outcome(complete=False, stopped=False)
    store.sweep_asides(share.own(chains))
    for chain in share.own(chains):
        for line in store.set_damaged_aside(chain):
            progress.notice(line)
    todo = [chain for chain in share.order(chains) if not store.is_complete(chain)]
    nap = SHORT_NAP
    while todo and not stop.asked():
        took = False
        for chain in list(todo):
            if stop.asked():
                break
            if store.is_complete(chain):
                todo.remove(chain)
            else:
                began = time.monotonic()
                if _run(store, chain, reporter, origin, claims, outcome, todo):
                    took, nap = True, SHORT_NAP
                    outcome.working += time.monotonic() - began
        if todo and not took and not stop.asked():
            if not share.wait and all(claims.alive(chain) for chain in todo):
                break
            time.sleep(nap)
            outcome.idle += nap
            nap = min(LONG_NAP, 1.3 * nap)
    outcome.stopped = stop.asked() and bool(todo)
    outcome.elsewhere = [] if outcome.stopped else todo
    outcome.complete = all(store.is_complete(chain) for chain in range(chains))
    return outcome


def _run(
    store: StudyStore,
    chain: int,
    reporter: Reporter,
    origin: Origin,
    claims: Claims,
    outcome: Outcome,
    todo: list[int],
) -> bool:
    """Run one chain if it can be claimed; what it raises is noted, and the other chains go on."""
    try:
        if not claims.take(chain):
            return False
        run_chain(store, chain, reporter, origin)
        todo.remove(chain)
    except Stopped:
        pass
    except ClaimLost:
        reporter.notice(f"chain {chain} was taken over by another process while this one was paused; it is left to it")
    except Exception as error:
        outcome.errors.append(f"chain {chain}: {type(error).__name__}: {' '.join(str(error).split())}")
        if isinstance(error, OSError) and error.errno in _DIRECTORY_FAULTS:
            todo.clear()
        else:
            todo.remove(chain)
    claims.release(chain)
    return True
