"""The drift of the energy along chains: p-values on stationary series of a known law, and series that relax."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import signal, stats

import atomglass as ag
from atomglass.analysis.results.energy_drift import drift_warnings, energy_drifts

DATA = Path(__file__).parents[2] / "data"


def table(energies: np.ndarray) -> pd.DataFrame:
    """Return realizations with these energies, shape (chains, glasses)."""
    chains, glasses = energies.shape
    return pd.DataFrame(
        {
            "chain": np.repeat(np.arange(chains), glasses),
            "index_in_chain": np.tile(np.arange(glasses), chains),
            "status": "ok",
            "liquid_energy_per_particle": energies.ravel(),
        }
    )


def correlated(rng: np.random.Generator, chains: int, glasses: int, correlation: float = 0.5) -> np.ndarray:
    """Return stationary autoregressive series of variance 1 about means that differ between chains."""
    noise = rng.normal(size=(chains, glasses)) * np.sqrt(1 - correlation**2)
    noise[:, 0] = rng.normal(size=chains)
    return signal.lfilter([1.0], [1.0, -correlation], noise) + 10 * rng.normal(size=(chains, 1))


@pytest.mark.parametrize("chains", [3, 10])
def test_the_p_value_is_uniform_for_stationary_chains(chains: int) -> None:
    rng = np.random.default_rng(chains)
    p = [energy_drifts(table(correlated(rng, chains, 24)))[0].p for _ in range(400)]
    assert stats.kstest(p, "uniform").pvalue > 0.01
    assert np.mean(np.array(p) < 0.1) == pytest.approx(0.1, abs=0.045)  # three binomial errors


def test_a_slow_decay_is_announced_with_its_size() -> None:
    rng = np.random.default_rng(2)
    decay = 3 * np.exp(-np.arange(40) / 30)
    (drift,) = energy_drifts(table(100 + correlated(rng, 20, 40) + decay))
    assert drift.change == pytest.approx(decay[20:].mean() - decay[:20].mean(), abs=4 * drift.error)
    assert drift.mean == pytest.approx(101, abs=8) and drift.chains == 20
    (line,) = drift_warnings(table(100 + correlated(rng, 20, 40) + decay))
    assert "first to the second half" in line and "liquid's energy" in line and "20 chains" in line


def test_realizations_that_are_no_minima_and_short_chains_are_left_out() -> None:
    whole = table(correlated(np.random.default_rng(3), 4, 20))
    failed = whole.assign(status=np.where(whole["index_in_chain"] == 7, "failed", "ok"))
    failed.loc[failed["status"] == "failed", "liquid_energy_per_particle"] = np.nan
    assert energy_drifts(failed) == energy_drifts(whole[whole["index_in_chain"] != 7])
    assert energy_drifts(whole[(whole["chain"] == 0) | (whole["index_in_chain"] < 3)]) == []
    shuffled = whole.sample(frac=1, random_state=1)
    assert energy_drifts(shuffled) == energy_drifts(whole)
    assert energy_drifts(whole.drop(columns="liquid_energy_per_particle")) == []


@pytest.mark.parametrize("study, alarm", [("smoothness_q6", True), ("kumar2021_n400_quantile", False)])
def test_a_published_study_that_still_relaxes_says_so(study: str, alarm: bool) -> None:
    """q = 6 at T = 0.004 was not equilibrated: docs/results.md."""
    assert bool(drift_warnings(ag.load_study(DATA / study).realizations)) == alarm
