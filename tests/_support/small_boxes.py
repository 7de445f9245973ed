"""Samples so small that the naive twins, which sum over all pairs, are fast."""

from __future__ import annotations

import numpy as np
from samples import cell_of

import atomglass as ag


def small_sample(n: int, d: int, sheared: bool) -> ag.Configuration:
    """Return an inherent state of particles of nearly equal size, whose box can be small."""
    rng = np.random.default_rng(n)
    cell = cell_of(n, d, sheared)
    start = ag.Configuration(rng.random((n, d)) @ cell, rng.uniform(0.85, 1.1, n), cell)
    return ag.quench(start, ag.load_potential("kumar2021"), force_tolerance=1e-3).configuration
