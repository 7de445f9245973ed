"""Drift and correlation of the energy along chains: stationary series of a known law, and series that relax."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import signal, stats

import atomglass as ag
from atomglass.analysis.results.energy_drift import drift_warnings, energy_drifts
from atomglass.analysis.results.study_overview import next_glass_correlation

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


@pytest.mark.parametrize("sizes", [(24,) * 5, (24,) * 10, (24,) * 9 + (5,)], ids=str)
def test_the_p_values_are_uniform_for_stationary_chains(sizes: tuple[int, ...]) -> None:
    rng = np.random.default_rng(len(sizes))
    drifts = [energy_drifts(cut(table(correlated(rng, len(sizes), 24)), sizes)) for _ in range(400)]
    for k, beginning in enumerate(("first half", "first tenth")):
        assert drifts[0][k].beginning == beginning
        p = np.array([d[k].p for d in drifts])
        assert np.mean(p < 0.1) == pytest.approx(0.1, abs=0.045)  # three binomial errors
        if len(set(sizes)) == 1:  # exact for equal chains, an approximation for unequal ones
            assert stats.kstest(p, "uniform").pvalue > 0.01


def cut(whole: pd.DataFrame, sizes: tuple[int, ...]) -> pd.DataFrame:
    """Return a table whose chains end early."""
    return whole[whole["index_in_chain"] < whole["chain"].map(dict(enumerate(sizes)))]


def announced(energies: np.ndarray) -> str:
    """Return the sentence about energies of these chains, if there is one."""
    return " ".join(drift_warnings(table(energies)))


def test_a_slow_decay_is_announced_with_its_size() -> None:
    rng = np.random.default_rng(2)
    decay = 3 * np.exp(-np.arange(40) / 30)
    drift, _ = energy_drifts(table(100 + correlated(rng, 20, 40) + decay))
    assert drift.change == pytest.approx(decay[20:].mean() - decay[:20].mean(), abs=4 * drift.error)
    assert drift.scatter == pytest.approx(np.sqrt(1 + decay.var()), rel=0.1) and drift.chains == 20
    line = announced(100 + correlated(rng, 20, 40) + decay)
    assert "second half of their glasses the liquid's energy" in line and "20 chains" in line


def test_a_short_decay_is_found_by_the_first_tenth() -> None:
    rng = np.random.default_rng(4)
    decay = 2 * np.exp(-np.arange(200) / 6)
    found = [announced(correlated(rng, 20, 200) + decay) for _ in range(20)]
    assert sum("from the first tenth to the second half" in line for line in found) >= 15


def test_a_short_chain_or_an_unknown_energy_does_not_hide_a_drift() -> None:
    rng = np.random.default_rng(5)
    whole = table(correlated(rng, 20, 100) + 2 * np.exp(-np.arange(100) / 60))
    assert drift_warnings(whole)
    ragged = cut(whole, (100,) * 17 + (4,) * 3)
    ragged.loc[3, "liquid_energy_per_particle"] = np.nan
    assert drift_warnings(ragged) and energy_drifts(ragged)[0].chains == 20


def test_realizations_that_are_no_minima_and_short_chains_are_left_out() -> None:
    whole = table(correlated(np.random.default_rng(3), 5, 20))
    failed = whole.assign(status=np.where(whole["index_in_chain"] == 7, "failed", "ok"))
    assert energy_drifts(failed) == energy_drifts(whole[whole["index_in_chain"] != 7])
    shuffled = whole.sample(frac=1, random_state=1)
    assert energy_drifts(shuffled) == energy_drifts(whole)


def test_too_few_chains_are_said_to_tell_nothing() -> None:
    whole = table(correlated(np.random.default_rng(3), 5, 20))
    for few in (whole[whole["chain"] < 4], cut(whole, (20, 20, 20, 20, 3)), whole[whole["index_in_chain"] == 0]):
        assert "not known" in " ".join(drift_warnings(few))
    assert energy_drifts(whole[whole["index_in_chain"] == 0]) == []
    plain = np.array([1.0, 1.1, 0.9, 1.0]) * np.linspace(5, 0, 20)[:, None]  # four chains that fall alike
    assert "not stationary" in announced(plain.T)
    assert drift_warnings(whole.drop(columns="liquid_energy_per_particle")) == []
    with pytest.raises(ag.InputError, match="index_in_chain"):
        energy_drifts(whole.drop(columns="index_in_chain"))


@pytest.mark.parametrize("glasses, correlation", [(20, 0.3), (20, 0.8), (200, 0.8)])
def test_the_correlation_of_consecutive_glasses_is_right_for_short_chains(glasses: int, correlation: float) -> None:
    rng = np.random.default_rng(7)
    frame = table(correlated(rng, 400, glasses, correlation)).rename(
        columns={"liquid_energy_per_particle": "energy_per_particle"}
    )
    found = [next_glass_correlation(chain) for _, chain in frame.groupby("chain")]
    assert np.mean(found) == pytest.approx(correlation, abs=0.05)
    first = frame[frame["chain"] == 0]
    assert np.isnan(next_glass_correlation(first[first["index_in_chain"] < 5]))
    assert np.isnan(next_glass_correlation(first[first["index_in_chain"] % 2 == 0]))


@pytest.mark.parametrize("study, alarm", [("smoothness_q6", True), ("kumar2021_n400_quantile", False)])
def test_a_published_study_that_still_relaxes_says_so(study: str, alarm: bool) -> None:
    """q = 6 at T = 0.004 was not equilibrated: docs/results.md."""
    assert bool(drift_warnings(ag.load_study(DATA / study).realizations)) == alarm
