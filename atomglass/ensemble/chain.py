"""One chain of a study: its own diameters, thermalisation, then realizations a stated number of sweeps apart."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from atomglass.configuration import Configuration
from atomglass.diameters import sample_diameters
from atomglass.ensemble.checkpoints import Checkpoint
from atomglass.ensemble.provenance import Origin
from atomglass.ensemble.realization import realize
from atomglass.ensemble.rows import Realization, Stopped
from atomglass.ensemble.settings import StudySettings
from atomglass.ensemble.store import StudyStore
from atomglass.quench import quench
from atomglass.swap import TUNING_SWEEPS, SwapMonteCarlo

#: Seconds between checkpoints while no realization is finished.
CHECKPOINT_SECONDS = 30.0
#: Most of the time that checkpoints may take: after a glass that took less than a hundred times as long as a checkpoint
#: does, none is written, until that time is over.
CHECKPOINT_SHARE = 0.01
#: Force to which the random start is relaxed: enough that no two particles overlap.
START_FORCE = 1.0
#: Moves between two looks at whether to stop: a part of a second.
BLOCK_MOVES = 1_000_000

# Stages of a chain, for its random streams.
_POSITIONS, _DIAMETERS, _SAMPLER = 0, 1, 2


class Reporter(Protocol):
    """Who wants to know how a chain gets on."""

    def sweeps(self, chain: int, count: int) -> None:
        """So many sweeps were done."""

    def realization(self, chain: int, realization: Realization, seconds: float) -> None:
        """A realization is finished."""

    def notice(self, text: str) -> None:
        """Something was found that a person should know."""

    def check(self, chain: int, sweep: int) -> None:
        """Raise `Stopped` or `ClaimLost` if the work on the chain is to end here."""


def stream(settings: StudySettings, stage: int, chain: int) -> np.random.SeedSequence:
    """Return the random stream of one stage of one chain, whatever process works on it."""
    return np.random.SeedSequence(settings.seed, spawn_key=(stage, chain))


def start_chain(settings: StudySettings, chain: int) -> SwapMonteCarlo:
    """Return a chain's sampler at sweep 0: random positions freed of overlaps, own diameters."""
    potential = settings.pair_potential
    d, n = potential.dimension, settings.sample.particles
    side = (n / settings.density) ** (1 / d)
    distribution = potential.diameters
    diameters = sample_diameters(
        n, np.random.default_rng(stream(settings, _DIAMETERS, chain)), settings.sample.diameters,
        distribution.maximum, distribution.ratio, distribution.power,
    )  # fmt: skip
    positions = np.random.default_rng(stream(settings, _POSITIONS, chain)).random((n, d)) * side
    loose = quench(Configuration(positions, diameters, np.full(d, side)), potential, START_FORCE, 10_000)
    return SwapMonteCarlo(
        loose.configuration, potential, settings.sample.temperature, settings.sample.swap_fraction,
        settings.sample.max_displacement, stream(settings, _SAMPLER, chain),
    )  # fmt: skip


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
    sampler = _restored(store.settings, chain, at.state)

    keeper = _Keeper(store, chain, at, sampler)
    try:
        while at.index < ensemble.realizations_per_chain:
            _advance(sampler, store.settings, chain, at.index, reporter, keeper)
            # What is published is not computed again, where a gap before it made the chain start anew.
            if at.index >= published:
                began = time.perf_counter()
                done = _realization(store.settings, sampler, chain, at.index, reporter, origin)
                at.pending.append(done)
                at.failed += done.row["status"] != "ok"
                reporter.realization(chain, done, time.perf_counter() - began)
            at.index += 1
            ends = at.index % ensemble.realizations_per_shard == 0 or at.index == ensemble.realizations_per_chain
            if at.pending and ends:
                store.write_shard(chain, published, at.pending, origin.provenance)
                published, at.pending = store.published(chain), []
            keeper.save_after(0.0)
        keeper.save()
    except Stopped:
        keeper.save()
        raise
    store.tidy(chain)


class _Keeper:
    """Keeps a chain's checkpoint, seldom enough to cost next to nothing."""

    def __init__(self, store: StudyStore, chain: int, at: Checkpoint, sampler: SwapMonteCarlo) -> None:
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
        """Write one if so many seconds have gone since the last, and a hundred times what that one took."""
        if time.monotonic() - self._saved >= max(seconds, self._cost / CHECKPOINT_SHARE):
            self.save()


def _restored(settings: StudySettings, chain: int, state: dict[str, Any] | None) -> SwapMonteCarlo:
    if state is None:
        return start_chain(settings, chain)
    return SwapMonteCarlo.restore(state, settings.pair_potential)


def _advance(
    sampler: SwapMonteCarlo,
    settings: StudySettings,
    chain: int,
    index: int,
    reporter: Reporter,
    keeper: _Keeper,
) -> None:
    """Sample up to the sweep of realization `index`; its number is fixed by the settings alone."""
    sample = settings.sample
    target = sample.equilibration_sweeps + index * sample.sweeps_between

    def pulse(count: int) -> None:
        reporter.sweeps(chain, count)

    while sampler.sweep < target:
        _sample_block(sampler, sample.equilibration_sweeps, target, sample.target_acceptance, pulse)
        reporter.check(chain, sampler.sweep)
        keeper.save_after(CHECKPOINT_SECONDS)


def _sample_block(
    sampler: SwapMonteCarlo, equilibration: int, target: int, acceptance: float | None, pulse: Callable[[int], None]
) -> None:
    """Run a part of a second; the step is tuned during equilibration if an acceptance is wanted, else never."""
    block = max(TUNING_SWEEPS, BLOCK_MOVES // len(sampler) // TUNING_SWEEPS * TUNING_SWEEPS)
    if sampler.sweep < equilibration and acceptance is not None:
        # Blocks are whole tuning intervals, so that an interrupted chain tunes at the same sweeps.
        sampler.equilibrate(min(block, equilibration - sampler.sweep), acceptance, pulse)
    else:
        limit = equilibration if sampler.sweep < equilibration else target
        sampler.run(min(block, limit - sampler.sweep), progress=pulse)


def _realization(
    settings: StudySettings, sampler: SwapMonteCarlo, chain: int, index: int, reporter: Reporter, origin: Origin
) -> Realization:
    """Analyse the sampler's configuration, with keys on every row."""
    keys = {
        "realization": chain * settings.ensemble.realizations_per_chain + index,
        "chain": chain,
        "index_in_chain": index,
    }
    reporter.check(chain, sampler.sweep)
    result = realize(
        sampler.configuration, settings.pair_potential, settings, lambda: reporter.check(chain, sampler.sweep)
    )
    result.row |= keys | {"sweep": sampler.sweep}
    result.modes = [keys | mode for mode in result.modes]
    result.attempts = [keys | attempt | origin.keys for attempt in result.attempts]
    return result
