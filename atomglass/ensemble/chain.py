"""One chain of a study: its own diameters, thermalisation, then realizations a stated number of sweeps apart."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from atomglass.configuration import Configuration
from atomglass.diameters import sample_diameters
from atomglass.ensemble.realization import Realization, realize
from atomglass.ensemble.settings import StudySettings
from atomglass.ensemble.store import StudyStore
from atomglass.quench import quench
from atomglass.swap import TUNING_SWEEPS, SwapMonteCarlo

#: Seconds between checkpoints while no realization is finished.
CHECKPOINT_SECONDS = 30.0
#: Force to which the random start is relaxed: enough that no two particles overlap.
START_FORCE = 1.0
#: Moves between two looks at whether to stop: a part of a second.
BLOCK_MOVES = 1_000_000

# Stages of a chain, for its random streams.
_POSITIONS, _DIAMETERS, _SAMPLER = 0, 1, 2


class Stopped(Exception):
    """The run was asked to stop; raised between blocks, when the sampler's state is whole."""


class Reporter(Protocol):
    """Who wants to know how a chain gets on, and may raise `Stopped`."""

    def sweeps(self, chain: int, count: int) -> None:
        """So many sweeps were done."""

    def realization(self, chain: int, realization: Realization, seconds: float) -> None:
        """A realization is finished."""

    def check(self) -> None:
        """Raise `Stopped` if the run is to stop."""


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


def run_chain(store: StudyStore, chain: int, reporter: Reporter) -> None:
    """Bring a chain to its last realization, from wherever it stands.

    Raises
    ------
    Stopped
        The reporter asked for it; everything is checkpointed.
    """
    ensemble = store.settings.ensemble
    published = store.published(chain)
    if published >= ensemble.realizations_per_chain:
        return
    state, index, pending = store.load_checkpoint(chain) or (None, 0, [])
    pending = [r for r in pending if r.row["index_in_chain"] >= published]
    if index - len(pending) > published:  # a shard was lost since: what came before the checkpoint is needed again
        state, index, pending = None, 0, []
    sampler = _restored(store.settings, chain, state)
    try:
        while index < ensemble.realizations_per_chain:
            _advance(sampler, store, chain, index, pending, reporter)
            if index >= published:
                reporter.check()
                began = time.perf_counter()
                pending.append(_realization(store.settings, sampler, chain, index))
                reporter.realization(chain, pending[-1], time.perf_counter() - began)
            index += 1
            if pending and (index % ensemble.realizations_per_shard == 0 or index == ensemble.realizations_per_chain):
                store.write_shard(chain, published, pending)
                published, pending = index, []
            store.save_checkpoint(chain, sampler.state(), index, pending)
    except Stopped:
        store.save_checkpoint(chain, sampler.state(), index, pending)
        raise
    store.remove_checkpoints(chain)


def _restored(settings: StudySettings, chain: int, state: dict[str, Any] | None) -> SwapMonteCarlo:
    if state is None:
        return start_chain(settings, chain)
    return SwapMonteCarlo.restore(state, settings.pair_potential)


def _advance(
    sampler: SwapMonteCarlo, store: StudyStore, chain: int, index: int, pending: list[Realization], reporter: Reporter
) -> None:
    """Sample up to the sweep of realization `index`; its number is fixed by the settings alone."""
    sample = store.settings.sample
    target = sample.equilibration_sweeps + index * sample.sweeps_between
    saved = time.monotonic()

    def pulse(count: int) -> None:
        reporter.sweeps(chain, count)

    while sampler.sweep < target:
        _sample_block(sampler, sample.equilibration_sweeps, target, sample.target_acceptance, pulse)
        reporter.check()
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            store.save_checkpoint(chain, sampler.state(), index, pending)
            saved = time.monotonic()


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


def _realization(settings: StudySettings, sampler: SwapMonteCarlo, chain: int, index: int) -> Realization:
    """Analyse the sampler's configuration; an exception becomes a row with its reason."""
    keys = {
        "realization": chain * settings.ensemble.realizations_per_chain + index,
        "chain": chain,
        "index_in_chain": index,
    }
    try:
        result = realize(sampler.configuration, settings.pair_potential, settings)
    except Exception as error:  # one realization's fault must not take the chain down, nor be lost
        result = Realization({"status": "error", "reason": f"{type(error).__name__}: {error}"})
    result.row |= keys | {"sweep": sampler.sweep}
    result.modes = [keys | mode for mode in result.modes]
    return result
