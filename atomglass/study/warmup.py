"""Compile every kernel once, before many processes start."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from atomglass.kernels.jit import cache_folder
from atomglass.minimization.quench import Method, quench
from atomglass.sampling.moves import HybridMonteCarlo
from atomglass.sampling.swap_monte_carlo import SwapMonteCarlo
from atomglass.study.models.glass import start_chain
from atomglass.study.models.glass_realization import realize
from atomglass.study.registry import read_study


def warm_up(log: Callable[[str], object], everything: bool = False) -> None:
    """Compile the kernels that a study of glasses needs, unless the cache already contains them.

    Parameters
    ----------
    log : callable
        Called with a line of text before and after compilation, if there is anything to compile.
    everything : bool
        Whether to compile also the kernels that only studies with hybrid Monte Carlo need, which are otherwise compiled
        when such a study begins.
    """
    parts = {"complete": _compile_common} | ({"trajectories": _compile_hybrid_monte_carlo} if everything else {})
    missing = {name: part for name, part in parts.items() if not (cache_folder() / name).exists()}
    if not missing:
        return
    log("compiling (once on this machine, about a minute) ...")
    began = time.monotonic()
    for name, part in missing.items():
        part()
        (cache_folder() / name).touch()
    log(f"compiled in {time.monotonic() - began:.0f} s")


def _compile_common() -> None:
    settings = read_study("tiny")
    sampler = start_chain(settings, 0)
    sampler.run(2)
    with np.errstate(all="ignore"):
        realize(sampler.configuration, settings.pair_potential, settings)
        for method in Method:
            quench(sampler.configuration, settings.pair_potential, max_iterations=1, method=method)


def _compile_hybrid_monte_carlo() -> None:
    settings = read_study("tiny")
    start = start_chain(settings, 0).configuration
    SwapMonteCarlo(start, settings.pair_potential, settings.sample.temperature, trajectories=HybridMonteCarlo()).run(1)
