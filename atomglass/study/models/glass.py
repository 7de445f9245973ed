"""Glasses as a study: each chain a liquid under Swap Monte Carlo, quenched a stated number of sweeps apart."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from atomglass.minimization.random_start import random_start
from atomglass.sampling.swap_monte_carlo import TUNING_SWEEPS, HybridMonteCarlo, SwapMonteCarlo
from atomglass.settings import validated
from atomglass.study.models.glass_realization import realize
from atomglass.study.realization import Realization
from atomglass.study.registry import Words, stream
from atomglass.study.schema import MODES, REALIZATIONS
from atomglass.study.settings import StudySettings, read_glass_study

#: Moves between two looks at whether to stop: a part of a second.
BLOCK_MOVES = 1_000_000

# Stages of a chain, for its random streams.
_POSITIONS, _DIAMETERS, _SAMPLER = 0, 1, 2


class Glass:
    """Studies of glasses."""

    name = "glass"
    words = Words("glass", "glasses", "sweeps", "quasi-localized modes")
    realization_columns, mode_columns = REALIZATIONS, MODES

    def read(self, data: dict[str, Any], source: Path) -> StudySettings:
        """Return the settings in a TOML file, with the potential resolved."""
        return read_glass_study(data, source)

    def stored(self, data: dict[str, Any], source: str) -> StudySettings:
        """Return the settings in a study's manifest, which hold the potential whole."""
        return validated(StudySettings, data, source)

    def describe(self, settings: StudySettings) -> str:
        """Return size and temperature."""
        return f"N = {settings.sample.particles}, T = {settings.sample.temperature:g}"

    def warm_up(self, tell: Callable[[str], object]) -> None:
        """Compile the kernels if the cache does not hold them yet."""
        from atomglass.study.warmup import warm_up

        warm_up(tell)

    def steps(self, settings: StudySettings, index: int) -> int:
        """Return the age of a chain, in sweeps, at a realization."""
        return settings.sample.equilibration_sweeps + index * settings.sample.sweeps_between

    def start(self, settings: StudySettings, chain: int) -> SwapMonteCarlo:
        """Return a chain's liquid at sweep 0."""
        return start_chain(settings, chain)

    def restore(self, settings: StudySettings, chain: int, state: dict[str, Any]) -> SwapMonteCarlo:
        """Return the liquid that has this state."""
        return SwapMonteCarlo.restore(state, settings.pair_potential)

    def advance(
        self, settings: StudySettings, sampler: SwapMonteCarlo, target: int, pulse: Callable[[int], None]
    ) -> None:
        """Run a part of a second; the step is tuned during equilibration if an acceptance is wanted, else never."""
        equilibration, acceptance = settings.sample.equilibration_sweeps, settings.sample.target_acceptance
        block = max(TUNING_SWEEPS, BLOCK_MOVES // len(sampler) // TUNING_SWEEPS * TUNING_SWEEPS)
        if sampler.sweep < equilibration and acceptance is not None:
            # Blocks are whole tuning intervals, so that an interrupted chain tunes at the same sweeps.
            sampler.equilibrate(min(block, equilibration - sampler.sweep), acceptance, pulse)
        else:
            limit = equilibration if sampler.sweep < equilibration else target
            sampler.run(min(block, limit - sampler.sweep), progress=pulse)

    def realize(self, settings: StudySettings, sampler: SwapMonteCarlo, check: Callable[[], object]) -> Realization:
        """Quench the liquid and analyze its modes."""
        return realize(sampler.configuration, settings.pair_potential, settings, check)

    def timed_step(self, sampler: SwapMonteCarlo, seconds: float) -> float:
        """Return the wall time of one sweep."""
        sampler.run(1)
        began, first = time.perf_counter(), sampler.sweep
        while time.perf_counter() - began < seconds:
            sampler.run(max(1, 100_000 // len(sampler)))
        return (time.perf_counter() - began) / (sampler.sweep - first)

    def plan_lines(self, settings: StudySettings) -> list[tuple[str, str]]:
        """Return the size of the glasses that are kept."""
        return [("kept glasses", _kept(settings))]


def start_chain(settings: StudySettings, chain: int) -> SwapMonteCarlo:
    """Return a chain's sampler at sweep 0: random positions freed of overlaps, own diameters."""
    potential, sample = settings.pair_potential, settings.sample
    start = random_start(
        sample.particles, potential, settings.density, sample.diameters,
        stream(settings, _DIAMETERS, chain), stream(settings, _POSITIONS, chain),
    )  # fmt: skip
    seed = stream(settings, _SAMPLER, chain)
    if sample.trajectories is not None:
        schedule = HybridMonteCarlo(**sample.trajectories.model_dump())
        return SwapMonteCarlo(start, potential, sample.temperature, seed=seed, trajectories=schedule)
    return SwapMonteCarlo(start, potential, sample.temperature, sample.swap_fraction, sample.max_displacement, seed)


def _kept(settings: StudySettings) -> str:
    """Return what the inherent states take that the study keeps: positions and diameters, eight bytes each."""
    ensemble = settings.ensemble
    glasses = ensemble.chains * ensemble.realizations_per_chain
    size = 8 * settings.sample.particles * (settings.pair_potential.dimension + 1)
    if ensemble.keep_configurations == "none":
        return "none"
    if ensemble.keep_configurations == "all":
        return f"{glasses * size / 1e6:.3g} MB, all of them"
    return f"those with quasi-localized modes, {size / 1e3:.3g} kB each"


#: As the registry of models names it.
GLASS = Glass()
