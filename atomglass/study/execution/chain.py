"""One chain of a study, from realization to realization, each at a chain age determined by the settings."""

from __future__ import annotations

import time
from typing import Protocol

from atomglass.study.errors import Stopped
from atomglass.study.protocol import Realization, Sampler
from atomglass.study.store.checkpoints import Checkpoint
from atomglass.study.store.crash_reports import MAX_CRASHES, crashed_attempts, crashed_realization
from atomglass.study.store.failures import failed_indices
from atomglass.study.store.provenance import Origin
from atomglass.study.store.study_store import StudyStore

#: Time between checkpoints while no realization is finished, in seconds.
CHECKPOINT_SECONDS = 30.0
#: Largest fraction of the wall time spent on checkpoints, so that the overhead stays below one percent: the next
#: checkpoint is written no sooner than 200 times the duration of one after the last.
CHECKPOINT_FRACTION = 0.005
#: Time that a realization must have taken for its loss to be worth a line, in seconds.
NOTICED_SECONDS = 20.0


class ChainObserver(Protocol):
    """Receives reports on a chain, and may stop it."""

    def sweeps(self, chain: int, count: int) -> None:
        """Report that `count` sweeps were done."""

    def realization(self, chain: int, realization: Realization, seconds: float) -> None:
        """Report a finished realization.

        Parameters
        ----------
        chain : int
            Number of the chain.
        realization : Realization
            The result.
        seconds : float
            Wall time that it took, sampling excluded.
        """

    def notice(self, text: str) -> None:
        """Report something that the user should know."""

    def position(self, chain: int, index: int, realizing: bool) -> None:
        """Report the current position of the work.

        Parameters
        ----------
        chain : int
            Number of the chain.
        index : int
            Index in the chain of the realization in progress.
        realizing : bool
            Whether the realization itself is being computed, rather than the samples that lead to it.
        """

    def check(self, chain: int, sweep: int) -> None:
        """Raise `Stopped` or `LeaseLost` if the work on the chain must end here."""


def run_chain(store: StudyStore, chain: int, observer: ChainObserver, origin: Origin) -> None:
    """Bring a chain from its current state to its last realization.

    Parameters
    ----------
    store : StudyStore
        The study.
    chain : int
        Number of the chain.
    observer : ChainObserver
        Receives progress, and may stop the chain.
    origin : Origin
        Run and process, for the provenance.

    Raises
    ------
    Stopped
        The observer requested a stop; everything is in the checkpoint.
    LeaseLost
        Another process has taken over the chain; nothing more is written.
    """
    ensemble = store.settings.ensemble
    store.remove_stale_temporaries([chain])
    if store.is_complete(chain):
        return
    stored = store.stored(chain)
    checkpoint = _restored_checkpoint(store, chain, stored, observer)
    # Normally none: the checkpoint counts them. After the loss of a checkpoint or of a shard the chain starts again.
    failed = failed_indices(store, chain) if checkpoint.index < stored else set()
    run = _ChainRun(store, chain, checkpoint, observer, origin)
    try:
        while checkpoint.index < ensemble.realizations_per_chain:
            run.advance()
            # A gap in the stored realizations restarts the chain, but those after the gap are not recomputed.
            if checkpoint.index >= stored:
                began = time.perf_counter()
                done = run.realization()
                checkpoint.pending.append(done)
                checkpoint.failed += done.row["status"] != "ok"
                observer.realization(chain, done, time.perf_counter() - began)
            else:
                checkpoint.failed += checkpoint.index in failed
            checkpoint.index += 1
            is_last = checkpoint.index == ensemble.realizations_per_chain
            if checkpoint.pending and (is_last or checkpoint.index % ensemble.realizations_per_shard == 0):
                store.write_shard(chain, stored, checkpoint.pending, origin.provenance)
                stored, checkpoint.pending = store.stored(chain), []
            run.checkpoints.save_if_due(0.0)
        run.checkpoints.save()
    except Stopped:
        run.checkpoints.save()
        raise
    store.remove_previous_checkpoint(chain)


def _restored_checkpoint(store: StudyStore, chain: int, stored: int, observer: ChainObserver) -> Checkpoint:
    """Return the newest checkpoint that continues the stored realizations without a gap."""
    checkpoint, lines = store.load_checkpoint(chain)
    for line in lines:
        observer.notice(line)
    checkpoint.pending = [r for r in checkpoint.pending if r.row["index_in_chain"] >= stored]
    has_gap = checkpoint.index - len(checkpoint.pending) > stored  # a shard was lost since the checkpoint
    return Checkpoint() if has_gap else checkpoint


class _ChainRun:
    """The computation of one chain, starting from a checkpoint."""

    def __init__(
        self, store: StudyStore, chain: int, checkpoint: Checkpoint, observer: ChainObserver, origin: Origin
    ) -> None:
        self._model, self._settings = store.model, store.settings
        self._chain, self._checkpoint, self._observer, self._origin = chain, checkpoint, observer, origin
        self._crashes = store.crash_reports.of_chain(chain)
        self._sampler = (
            self._model.start(self._settings, chain, lambda: observer.check(chain, 0))
            if checkpoint.state is None
            else self._model.restore(self._settings, chain, checkpoint.state)
        )
        self.checkpoints = _CheckpointWriter(store, chain, checkpoint, self._sampler)

    def advance(self) -> None:
        """Sample up to the next realization."""
        target = self._model.steps(self._settings, self._checkpoint.index)
        self._refuse_repeated_crashes()
        self._observer.position(self._chain, self._checkpoint.index, False)

        def on_progress(count: int) -> None:
            self._observer.sweeps(self._chain, count)

        while self._sampler.sweep < target:
            self._model.advance(self._settings, self._sampler, target, on_progress)
            self._check()
            self.checkpoints.save_if_due(CHECKPOINT_SECONDS)

    def _refuse_repeated_crashes(self) -> None:
        """Give up a chain whose sampling always crashes, since all later realizations depend on its samples."""
        index = self._checkpoint.index
        crashes = [crash for crash in self._crashes if crash.get("index") == index and not crash.get("realizing")]
        if len(crashes) >= MAX_CRASHES:
            raise RuntimeError(
                f"{len(crashes)} processes died ({crashes[-1]['signal']}) while they sampled for realization "
                f"{index}; delete the chain's file in the folder crashes to try again"
            )

    def realization(self) -> Realization:
        """Return the next realization, with the identifying columns in every row."""
        index = self._checkpoint.index
        earlier = crashed_attempts(self._crashes, index)
        self._check()
        if len(earlier) < MAX_CRASHES:
            self._observer.position(self._chain, index, True)
            result = self._realized(index)
            self._observer.position(self._chain, index + 1, False)
        else:
            result = crashed_realization(earlier)
        keys = {
            "realization": int(self._settings.ensemble.numbering.numbers(self._chain, index)),
            "chain": self._chain,
            "index_in_chain": index,
        }
        result.row |= keys | {"sweep": self._sampler.sweep}
        result.modes = [keys | mode for mode in result.modes]
        result.tables = {name: [keys | row for row in rows] for name, rows in result.tables.items()}
        attempts = [attempt | self._origin.keys for attempt in result.attempts]
        result.attempts = [keys | attempt for attempt in (*earlier, *attempts)]
        return result

    def _realized(self, index: int) -> Realization:
        """Return the next realization; a stop within it loses it, since only the sampler's state can be saved."""
        began = time.monotonic()
        try:
            return self._model.realize(self._settings, self._sampler, self._check)
        except Stopped:
            seconds = time.monotonic() - began
            if seconds > NOTICED_SECONDS:
                self._observer.notice(
                    f"realization {index} of chain {self._chain} was stopped after {seconds:.0f} s; "
                    "it begins again from its sample, and needs more time than that"
                )
            raise

    def _check(self) -> None:
        self._observer.check(self._chain, self._sampler.sweep)


class _CheckpointWriter:
    """Writes a chain's checkpoints, rarely enough that their cost is negligible."""

    def __init__(self, store: StudyStore, chain: int, checkpoint: Checkpoint, sampler: Sampler) -> None:
        self._store, self._chain, self._checkpoint, self._sampler = store, chain, checkpoint, sampler
        self._saved, self._cost = time.monotonic(), 0.0

    def save(self) -> None:
        """Write a checkpoint."""
        began = time.monotonic()
        self._checkpoint.state = self._sampler.state()
        self._store.save_checkpoint(self._chain, self._checkpoint, self._sampler.sweep)
        self._saved = time.monotonic()
        self._cost = self._saved - began

    def save_if_due(self, interval: float) -> None:
        """Write a checkpoint if `interval` seconds, and 1 / `CHECKPOINT_FRACTION` times its duration, have passed."""
        if time.monotonic() - self._saved >= max(interval, self._cost / CHECKPOINT_FRACTION):
            self.save()
