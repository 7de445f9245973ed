"""Compile every kernel once, before many processes start."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from atomglass.kernels.compile import cache_folder


def warm_up(tell: Callable[[str], object]) -> None:
    """Compile what a study needs, if the cache does not hold it yet.

    Parameters
    ----------
    tell : callable
        Called with a line of text before and after, where there is anything to compile.
    """
    from atomglass.ensemble.glass import start_chain
    from atomglass.ensemble.realization import realize
    from atomglass.ensemble.settings import read_study
    from atomglass.quench import Method, quench
    from atomglass.swap import SwapMonteCarlo, Trajectories

    stamp = cache_folder() / "complete"
    if stamp.exists():
        return
    tell("compiling (once on this machine, about half a minute) ...")
    began = time.monotonic()
    settings = read_study("tiny")
    sampler = start_chain(settings, 0)
    sampler.run(2)
    SwapMonteCarlo(sampler.configuration, settings.pair_potential, 0.1, trajectories=Trajectories()).run(1)
    with np.errstate(all="ignore"):
        realize(sampler.configuration, settings.pair_potential, settings)
        for method in Method:
            quench(sampler.configuration, settings.pair_potential, max_iterations=1, method=method)
    stamp.touch()
    tell(f"compiled in {time.monotonic() - began:.0f} s")
