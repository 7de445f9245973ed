"""Compile every kernel once, before many processes start."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from atomglass.kernels.jit import cache_folder


def warm_up(tell: Callable[[str], object], everything: bool = False) -> None:
    """Compile what a study needs, if the cache does not hold it yet.

    Parameters
    ----------
    tell : callable
        Called with a line of text before and after, where there is anything to compile.
    everything : bool
        Also what only studies with trajectories need; without, that is compiled when one of them begins.
    """
    parts = {"complete": _common} | ({"trajectories": _trajectories} if everything else {})
    missing = {name: part for name, part in parts.items() if not (cache_folder() / name).exists()}
    if not missing:
        return
    tell("compiling (once on this machine, about a minute) ...")
    began = time.monotonic()
    for name, part in missing.items():
        part()
        (cache_folder() / name).touch()
    tell(f"compiled in {time.monotonic() - began:.0f} s")


def _common() -> None:
    from atomglass.minimization.quench import Method, quench
    from atomglass.study.models.glass import start_chain
    from atomglass.study.models.glass_realization import realize
    from atomglass.study.settings import read_study

    settings = read_study("tiny")
    sampler = start_chain(settings, 0)
    sampler.run(2)
    with np.errstate(all="ignore"):
        realize(sampler.configuration, settings.pair_potential, settings)
        for method in Method:
            quench(sampler.configuration, settings.pair_potential, max_iterations=1, method=method)


def _trajectories() -> None:
    from atomglass.sampling.swap_monte_carlo import HybridMonteCarlo, SwapMonteCarlo
    from atomglass.study.models.glass import start_chain
    from atomglass.study.settings import read_study

    settings = read_study("tiny")
    start = start_chain(settings, 0).configuration
    SwapMonteCarlo(start, settings.pair_potential, settings.sample.temperature, trajectories=HybridMonteCarlo()).run(1)
