"""Benchmarks of the sampler."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import atomglass as ag
from atomglass.bench import sampling


def test_the_correlation_time_of_a_study(monkeypatch: pytest.MonkeyPatch) -> None:
    """An autoregressive series with coefficient a has the statistical inefficiency (1 + a) / (1 - a)."""
    rng, a, spacing = np.random.default_rng(1), 0.8, 100
    series = np.zeros((20, 4000))
    noise = rng.standard_normal(series.shape)
    for t in range(1, series.shape[1]):
        series[:, t] = a * series[:, t - 1] + noise[:, t]
    energies = (series + 50 * np.arange(20)[:, None]).ravel()  # each chain has a mean of its own
    chain = np.repeat(np.arange(20), series.shape[1])
    rows = {"status": "ok", "realization": np.arange(energies.size), "chain": chain, "energy_per_particle": energies}
    moves = {"every": 6, "steps": 8, "time_step": 0.05}
    settings = {"sample": {"sweeps_between": spacing, "trajectories": moves}, "name": "artificial"}
    study = SimpleNamespace(realizations=pd.DataFrame(rows), settings=settings)
    monkeypatch.setattr(sampling, "load_study", lambda folder: study)
    tau, source = sampling._correlation_time_of_study(Path("x"))
    assert tau == pytest.approx(spacing * (1 + a) / (1 - a), rel=0.15)
    assert "20 chains of the study artificial" in source
    for other in (moves | {"steps": 16}, None):
        settings["sample"]["trajectories"] = other
        with pytest.raises(ag.InputError, match="with the default moves"):
            sampling._correlation_time_of_study(Path("x"))
