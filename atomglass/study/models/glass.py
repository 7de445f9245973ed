"""Studies of glasses: each chain is a liquid under swap Monte Carlo, quenched at a fixed interval of sweeps."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from atomglass.minimization.random_start import random_start
from atomglass.sampling.moves import HybridMonteCarlo
from atomglass.sampling.swap_monte_carlo import TUNING_SWEEPS, SwapMonteCarlo
from atomglass.settings import validated
from atomglass.study.models.glass_realization import realize
from atomglass.study.protocol import Column, Labels, Realization, stream
from atomglass.study.schema import MODES, REALIZATIONS, SPOTS
from atomglass.study.settings import StudySettings, read_glass_study

#: Number of Monte Carlo moves between two checks for a stop request, which take a fraction of a second.
BLOCK_MOVES = 1_000_000

# Stages of a chain, each with its own random stream.
_POSITIONS, _DIAMETERS, _SAMPLER = 0, 1, 2


class Glass:
    """The `StudyModel` of glasses."""

    name = "glass"
    labels = Labels("glass", "glasses", "sweeps", "quasi-localized modes")
    needs_kernels = True
    realization_columns: tuple[Column, ...] = REALIZATIONS
    mode_columns: tuple[Column, ...] = MODES

    def read(self, data: dict[str, Any], source: Path) -> StudySettings:
        """Return the validated settings from the content of a TOML file, with the potential resolved."""
        return read_glass_study(data, source, StudySettings)

    def stored(self, data: dict[str, Any], source: str) -> StudySettings:
        """Return the settings stored in a study's manifest, which contains all parameters of the potential."""
        return validated(StudySettings, data, source)

    def further_tables(self, settings: StudySettings) -> dict[str, tuple[Column, ...]]:
        """Return the columns of the table of pseudo-harmonic modes, if the study computes them."""
        return {"spots": SPOTS} if settings.modes.nonlinear == "pseudoharmonic" else {}

    def settled_columns(self, settings: StudySettings) -> dict[str, float]:
        """Return the bound of the search for pseudo-harmonic modes, if the study computes them."""
        below = settings.modes.below
        return {} if below is None or settings.modes.nonlinear == "none" else {"spots_below": below}

    def describe(self, settings: StudySettings) -> str:
        """Return the number of particles and the temperature."""
        return f"N = {settings.sample.particles}, T = {settings.sample.temperature:g}"

    def steps(self, settings: StudySettings, index: int) -> int:
        """Return the age of a chain, in sweeps, at its realization `index`."""
        return settings.sample.equilibration_sweeps + index * settings.sample.sweeps_between

    def start(self, settings: StudySettings, chain: int, check: Callable[[], object] = lambda: None) -> SwapMonteCarlo:
        """Return the sampler of a chain's liquid at sweep 0.

        Parameters
        ----------
        settings : StudySettings
            The study's settings.
        chain : int
            Number of the chain.
        check : callable
            Called from time to time; an exception that it raises ends the work.
        """
        return start_chain(settings, chain, check)

    def restore(self, settings: StudySettings, chain: int, state: dict[str, Any]) -> SwapMonteCarlo:
        """Return the sampler of a chain's liquid from its saved state.

        Parameters
        ----------
        settings : StudySettings
            The study's settings.
        chain : int
            Number of the chain; not used.
        state : dict
            State returned by `SwapMonteCarlo.state`.
        """
        return SwapMonteCarlo.restore(state, settings.pair_potential)

    def advance(
        self, settings: StudySettings, sampler: SwapMonteCarlo, target: int, on_progress: Callable[[int], None]
    ) -> None:
        """Run for a fraction of a second; the step is tuned only during equilibration, if an acceptance is prescribed.

        Parameters
        ----------
        settings : StudySettings
            The study's settings.
        sampler : SwapMonteCarlo
            Changed in place.
        target : int
            The age, in sweeps, that must not be exceeded.
        on_progress : callable
            Called with the number of sweeps done.
        """
        equilibration, acceptance = settings.sample.equilibration_sweeps, settings.sample.target_acceptance
        block = max(1, BLOCK_MOVES // len(sampler))
        if sampler.sweep < equilibration and acceptance is not None:
            # Blocks consist of whole tuning intervals, so that an interrupted chain tunes at the same sweeps.
            block = max(TUNING_SWEEPS, block // TUNING_SWEEPS * TUNING_SWEEPS)
            sampler.equilibrate(min(block, equilibration - sampler.sweep), acceptance, on_progress)
        else:
            limit = equilibration if sampler.sweep < equilibration else target
            sweeps = min(block, limit - sampler.sweep)
            sampler.run(sweeps, record_every=max(1, sweeps), progress=on_progress)

    def realize(self, settings: StudySettings, sampler: SwapMonteCarlo, check: Callable[[], object]) -> Realization:
        """Quench the liquid and analyze its modes.

        Parameters
        ----------
        settings : StudySettings
            The study's settings.
        sampler : SwapMonteCarlo
            Sampler of the chain's liquid; not changed.
        check : callable
            Called from time to time; an exception that it raises ends the work.
        """
        return realize(sampler.configuration, settings.pair_potential, settings, check)

    def timed_step(self, sampler: SwapMonteCarlo, seconds: float) -> float:
        """Return the CPU time of one sweep, measured for some seconds."""
        sampler.run(1)
        began, first = time.process_time(), sampler.sweep
        while time.process_time() - began < seconds:
            sweeps = max(1, 100_000 // len(sampler))
            sampler.run(sweeps, record_every=sweeps)
        return (time.process_time() - began) / (sampler.sweep - first)

    def plan_lines(self, settings: StudySettings) -> list[tuple[str, str]]:
        """Return a line on the bound of the modes, and one with the disk space of the glasses that are kept."""
        return [("modes", _modes(settings)), ("kept glasses", _kept(settings))]


def start_chain(settings: StudySettings, chain: int, check: Callable[[], object] = lambda: None) -> SwapMonteCarlo:
    """Return a chain's sampler at sweep 0: its own diameters, and random positions relaxed to remove overlaps.

    Parameters
    ----------
    settings : StudySettings
        The study's settings.
    chain : int
        Number of the chain.
    check : callable
        Called from time to time; an exception that it raises ends the work.
    """
    potential, sample = settings.pair_potential, settings.sample
    diameters, positions = stream(settings.seed, _DIAMETERS, chain), stream(settings.seed, _POSITIONS, chain)
    start = random_start(
        sample.particles,
        potential,
        settings.density,
        sample.diameters,
        diameters,
        positions,
        sample.dimension,
        lambda force: check(),
    )
    seed = stream(settings.seed, _SAMPLER, chain)
    if sample.trajectories is not None:
        hybrid = HybridMonteCarlo(**sample.trajectories.model_dump())
        return SwapMonteCarlo(start, potential, sample.temperature, seed=seed, trajectories=hybrid)
    return SwapMonteCarlo(start, potential, sample.temperature, sample.swap_fraction, sample.max_displacement, seed)


def _modes(settings: StudySettings) -> str:
    """Return, as text, which modes are computed."""
    modes = settings.modes
    bound = f"below {modes.phonon_multiple:g} times the first phonon frequency of each glass"
    if modes.below is not None:
        bound += f", but at least below {modes.below:g}"
    text = "all" if modes.full_spectrum else bound
    return f"{text}; pseudo-harmonic modes as well" if modes.nonlinear == "pseudoharmonic" else text


def _kept(settings: StudySettings) -> str:
    """Return, as text, the disk space of the kept inherent states: eight bytes per coordinate and diameter."""
    ensemble = settings.ensemble
    glasses = ensemble.chains * ensemble.realizations_per_chain
    size = 8 * settings.sample.particles * (settings.dimension + 1)
    if ensemble.keep_configurations == "none":
        return "none"
    if ensemble.keep_configurations == "all":
        return f"{glasses * size / 1e6:.3g} MB, all of them"
    return f"those with quasi-localized modes, or with modes and no shear modulus, {size / 1e3:.3g} kB each"


#: The instance loaded by the registry of models.
GLASS = Glass()
