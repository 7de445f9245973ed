"""One chain of a study: from realization to realization, each at an age of the chain that the settings alone fix."""

from __future__ import annotations

import time
from typing import Protocol

from atomglass.study.execution.crash_reports import MOST_CRASHES, attempts_of, given_up
from atomglass.study.realization import Realization, Stopped
from atomglass.study.registry import Sampler
from atomglass.study.store.checkpoints import Checkpoint
from atomglass.study.store.provenance import Origin
from atomglass.study.store.study_store import StudyStore

#: Seconds between checkpoints while no realization is finished.
CHECKPOINT_SECONDS = 30.0
#: Most of the time that checkpoints may take, so that all that is done between glasses stays below a hundredth: after a
#: glass that took less than 200 times as long as a checkpoint does, none is written, until that time is over.
CHECKPOINT_SHARE = 0.005


class Reporter(Protocol):
    """Who wants to know how a chain gets on."""

    def sweeps(self, chain: int, count: int) -> None:
        """So many sweeps were done."""

    def realization(self, chain: int, realization: Realization, seconds: float) -> None:
        """A realization is finished."""

    def notice(self, text: str) -> None:
        """Something was found that a person should know."""

    def at(self, chain: int, index: int, realizing: bool) -> None:
        """The work is on the way to a realization, or in it."""

    def check(self, chain: int, sweep: int) -> None:
        """Raise `Stopped` or `ClaimLost` if the work on the chain is to end here."""


def run_chain(store: StudyStore, chain: int, reporter: Reporter, origin: Origin) -> None:
    """Bring a chain to its last realization, from wherever it stands.

    Parameters
    ----------
    store : StudyStore
        The study.
    chain : int
        Number of the chain.
    reporter : Reporter
        Told of progress, asked whether to stop.
    origin : Origin
        Who computes, for the record.

    Raises
    ------
    Stopped
        The reporter asked for it; everything is checkpointed.
    ClaimLost
        Another process has the chain; nothing more is written.
    """
    ensemble = store.settings.ensemble
    store.sweep_asides([chain])
    if store.is_complete(chain):
        return
    published = store.published(chain)
    at, lines = store.load_checkpoint(chain)
    for line in lines:
        reporter.notice(line)
    at.pending = [r for r in at.pending if r.row["index_in_chain"] >= published]
    if at.index - len(at.pending) > published:  # a shard was lost since: begin before it
        at = Checkpoint()
    work = _Work(store, chain, at, reporter, origin)
    try:
        while at.index < ensemble.realizations_per_chain:
            work.advance()
            # What is published is not computed again, where a gap before it made the chain start anew.
            if at.index >= published:
                began = time.perf_counter()
                done = work.realization()
                at.pending.append(done)
                at.failed += done.row["status"] != "ok"
                reporter.realization(chain, done, time.perf_counter() - began)
            at.index += 1
            ends = at.index % ensemble.realizations_per_shard == 0 or at.index == ensemble.realizations_per_chain
            if at.pending and ends:
                store.write_shard(chain, published, at.pending, origin.provenance)
                published, at.pending = store.published(chain), []
            work.keeper.save_after(0.0)
        work.keeper.save()
    except Stopped:
        work.keeper.save()
        raise
    store.tidy(chain)


class _Work:
    """The work on one chain."""

    def __init__(self, store: StudyStore, chain: int, at: Checkpoint, reporter: Reporter, origin: Origin) -> None:
        self._model, self._settings = store.model, store.settings
        self._chain, self._at, self._reporter, self._origin = chain, at, reporter, origin
        self._crashes = store.crashes.of(chain)
        self._sampler = (
            self._model.start(self._settings, chain)
            if at.state is None
            else self._model.restore(self._settings, chain, at.state)
        )
        self.keeper = _Keeper(store, chain, at, self._sampler)

    def advance(self) -> None:
        """Sample up to the next realization."""
        target = self._model.steps(self._settings, self._at.index)
        self._refuse_a_crashing_sampler()
        self._reporter.at(self._chain, self._at.index, False)

        def pulse(count: int) -> None:
            self._reporter.sweeps(self._chain, count)

        while self._sampler.sweep < target:
            self._model.advance(self._settings, self._sampler, target, pulse)
            self._check()
            self.keeper.save_after(CHECKPOINT_SECONDS)

    def _refuse_a_crashing_sampler(self) -> None:
        """Leave a chain that cannot be sampled: what comes later in it rests on what comes before."""
        died = [c for c in self._crashes if c["index"] == self._at.index and not c["realizing"]]
        if len(died) >= MOST_CRASHES:
            raise RuntimeError(
                f"{len(died)} processes died ({died[-1]['signal']}) while they sampled for realization "
                f"{self._at.index}; delete the chain's file in the folder crashes to try again"
            )

    def realization(self) -> Realization:
        """Return the next realization, with keys on every row."""
        index = self._at.index
        earlier = attempts_of(self._crashes, index)
        self._check()
        if len(earlier) < MOST_CRASHES:
            self._reporter.at(self._chain, index, True)
            result = self._model.realize(self._settings, self._sampler, self._check)
            self._reporter.at(self._chain, index + 1, False)
        else:
            result = given_up(earlier)
        keys = {
            "realization": self._chain * self._settings.ensemble.realizations_per_chain + index,
            "chain": self._chain,
            "index_in_chain": index,
        }
        result.row |= keys | {"sweep": self._sampler.sweep}
        result.modes = [keys | mode for mode in result.modes]
        attempts = [attempt | self._origin.keys for attempt in result.attempts]
        result.attempts = [keys | attempt for attempt in (*earlier, *attempts)]
        return result

    def _check(self) -> None:
        self._reporter.check(self._chain, self._sampler.sweep)


class _Keeper:
    """Keeps a chain's checkpoint, seldom enough to cost next to nothing."""

    def __init__(self, store: StudyStore, chain: int, at: Checkpoint, sampler: Sampler) -> None:
        self._store, self._chain, self._at, self._sampler = store, chain, at, sampler
        self._saved, self._cost = time.monotonic(), 0.0

    def save(self) -> None:
        """Write a checkpoint."""
        began = time.monotonic()
        self._at.state = self._sampler.state()
        self._store.save_checkpoint(self._chain, self._at, self._sampler.sweep)
        self._saved = time.monotonic()
        self._cost = self._saved - began

    def save_after(self, seconds: float) -> None:
        """Write one if so many seconds have gone since the last, and 200 times what that one took."""
        if time.monotonic() - self._saved >= max(seconds, self._cost / CHECKPOINT_SHARE):
            self.save()
