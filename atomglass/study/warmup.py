"""Compile every kernel once, before many processes start."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from atomglass.kernels.jit import cache_folder
from atomglass.kernels.pair_records import FormParameters
from atomglass.minimization.quench import Method, quench
from atomglass.sampling.moves import MIN_HMC_SKIN, HybridMonteCarlo
from atomglass.sampling.swap_monte_carlo import SwapMonteCarlo
from atomglass.study.models.glass import start_chain
from atomglass.study.models.glass_realization import realize
from atomglass.study.registry import read_study
from atomglass.study.settings import StudySettings
from atomglass.system.compilation import NOTICE


def warm_up(log: Callable[[str], object], everything: bool = False, settings: Any = None) -> None:
    """Compile the kernels that a study of glasses needs, unless the cache already contains them.

    Parameters
    ----------
    log : callable
        Called with a line of text before and after compilation, if there is anything to compile.
    everything : bool
        Whether to compile also the kernels that only studies with hybrid Monte Carlo need.
    settings : StudySettings, optional
        A study of glasses: its moves may need further kernels, and so may the form of its potential, or species.
    """
    parts: dict[str, Callable[[], None]] = {"complete": _compile_common}
    moves = settings.sample.trajectories if isinstance(settings, StudySettings) else None
    if everything or (moves is not None and moves.swap_window is None):
        parts["trajectories"] = lambda: _compile_hybrid_monte_carlo(None)
    if everything or (moves is not None and moves.swap_window is not None):
        parts["similar-swaps"] = lambda: _compile_hybrid_monte_carlo(0.1)
    if isinstance(settings, StudySettings) and isinstance(settings.pair_potential.parameters, FormParameters):
        parts = {_name_of_form(settings): lambda: _compile_form(settings)}
    missing = {name: part for name, part in parts.items() if not (cache_folder() / name).exists()}
    if not missing:
        return
    NOTICE.announced = True
    log("compiling (once on this machine, about a minute) ...")
    began = time.monotonic()
    for name, part in missing.items():
        part()
        (cache_folder() / name).touch()
    log(f"compiled in {time.monotonic() - began:.0f} s")


def _name_of_form(settings: StudySettings) -> str:
    """Return a name for the kernels of a study's form, dimension and moves."""
    form = settings.pair_potential.parameters.form  # type: ignore[union-attr]
    text = f"{form} {settings.dimension} {settings.sample.trajectories is not None}"
    return f"form-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _compile_form(settings: StudySettings) -> None:
    """Run a small sample of a study's potential through all stages."""
    potential = settings.pair_potential
    least = (2.2 * (potential.max_cutoff(potential.diameters.maximum) + MIN_HMC_SKIN)) ** settings.dimension
    particles = min(settings.sample.particles, int(settings.density * least) + 100)
    small = settings.model_copy(update={"sample": settings.sample.model_copy(update={"particles": particles})})
    sampler = start_chain(small, 0)
    sampler.run(2)
    with np.errstate(all="ignore"):
        realize(sampler.configuration, potential, small)


def _compile_common() -> None:
    settings = read_study("tiny")
    sampler = start_chain(settings, 0)
    sampler.run(2)
    with np.errstate(all="ignore"):
        realize(sampler.configuration, settings.pair_potential, settings)
        for method in Method:
            quench(sampler.configuration, settings.pair_potential, max_iterations=1, method=method)


def _compile_hybrid_monte_carlo(swap_window: float | None) -> None:
    settings = read_study("tiny")
    start, moves = start_chain(settings, 0).configuration, HybridMonteCarlo(swap_window=swap_window)
    SwapMonteCarlo(start, settings.pair_potential, settings.sample.temperature, trajectories=moves).run(1)
