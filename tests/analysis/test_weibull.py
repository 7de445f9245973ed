"""The Weibull law of smallest frequencies: against scipy's fit of censored data, and on samples of known law."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import atomglass as ag
from atomglass.analysis.statistics.exponents import truncated_power_law
from atomglass.analysis.statistics.fitted_scale import fitted_scale_bias
from atomglass.analysis.statistics.weibull import (
    _resampled_shapes,
    _Sample,
    weibull_fit,
    weibull_interval,
)


def drawn(
    rng: np.random.Generator, exponent: float, glasses: int, bound, chains: int = 20, scale: float = 1.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Smallest frequencies of a Weibull law, censored at `bound`, and their chains."""
    smallest = scale * rng.weibull(exponent + 1, glasses)
    event = smallest < bound
    return np.where(event, smallest, bound), event, np.arange(glasses) % chains


@pytest.mark.parametrize("exponent", [0.5, 3.0, 4.0])
@pytest.mark.parametrize("bound", [0.6, 1.0, 10.0])
def test_the_fit_is_that_of_scipy(exponent: float, bound: float) -> None:
    time, event, chain = drawn(np.random.default_rng(1), exponent, 3000, bound, scale=0.7)
    found = weibull_fit(time, event, chain)
    data = stats.CensoredData(uncensored=time[event], right=time[~event])
    shape, _, scale = stats.weibull_min.fit(data, floc=0)
    assert found.exponent + 1 == pytest.approx(shape, rel=1e-3)
    assert found.scale == pytest.approx(scale, rel=1e-3)
    assert found.events == event.sum() and found.glasses == 3000 and found.chains == 20


def log_likelihood(shape: float, scale: float, time: np.ndarray, event: np.ndarray) -> float:
    """The likelihood, term by term."""
    total = 0.0
    for t, seen in zip(time.tolist(), event.tolist(), strict=True):
        total -= (t / scale) ** shape
        if seen:
            total += np.log(shape / scale) + (shape - 1) * np.log(t / scale)
    return total


def test_the_fit_is_a_maximum_and_its_error_the_curvature() -> None:
    time, event, _ = drawn(np.random.default_rng(2), 4.0, 800, np.linspace(0.5, 0.9, 800))
    found = weibull_fit(time, event, np.arange(800))
    k, h = found.exponent + 1, 1e-2

    def profile(shape: float) -> float:
        scale = ((time**shape).sum() / event.sum()) ** (1 / shape)
        return log_likelihood(shape, scale, time, event)

    assert max(profile(k - h), profile(k + h)) < profile(k)
    curvature = -(profile(k + h) - 2 * profile(k) + profile(k - h)) / h**2
    assert found.independent_error == pytest.approx(curvature**-0.5, rel=1e-3)
    assert log_likelihood(k, found.scale * 1.01, time, event) < profile(k)
    assert log_likelihood(k, found.scale * 0.99, time, event) < profile(k)


def test_rare_modes_give_the_exponent_of_the_truncated_power_law() -> None:
    """Where hardly any glass has a mode, the smallest frequencies are all frequencies."""
    rng = np.random.default_rng(3)
    time, event, chain = drawn(rng, 3.5, 200_000, 0.35)
    assert 0.001 < event.mean() < 0.02
    hill = truncated_power_law(time[event] / 0.35, chain[event])
    found = weibull_fit(time, event, chain)
    assert found.exponent == pytest.approx(hill.exponent, abs=0.1 * hill.error)
    assert found.error == pytest.approx(hill.standard_error, rel=0.15)


def test_the_smallest_of_a_poisson_process_of_modes() -> None:
    """Modes of density c omega^s, any number a glass: the smallest follow the law with omega_0^(s+1) = (s+1)/c."""
    rng = np.random.default_rng(4)
    exponent, bound, mean = 4.0, 1.0, 1.5
    counts = rng.poisson(mean, 20_000)
    smallest = np.array([rng.random(n).min() ** (1 / (exponent + 1)) if n else np.inf for n in counts])
    event = smallest < bound
    found = weibull_fit(np.where(event, smallest, bound), event, np.arange(20_000) % 50)
    assert found.exponent == pytest.approx(exponent, abs=3.5 * found.error)
    assert found.scale == pytest.approx(mean ** (-1 / (exponent + 1)), rel=0.02)


@pytest.mark.parametrize(("exponent", "glasses", "bound"), [(3.0, 400, 0.7), (4.0, 2000, 0.5)])
def test_the_intervals_cover(exponent: float, glasses: int, bound: float) -> None:
    """68 % of the intervals contain the truth, within three binomial errors; wider ones are allowed a little more."""
    rng = np.random.default_rng(5)
    trials = 300
    inside = pulls = 0.0
    for _ in range(trials):
        sample = drawn(rng, exponent, glasses, bound)
        inside += weibull_interval(*sample, rng, resamples=300).contains(exponent)
        fit = weibull_fit(*sample)
        pulls += ((fit.exponent - exponent) / fit.error) ** 2
    spread = 3 * np.sqrt(0.68 * 0.32 / trials)
    assert 0.68 - spread < inside / trials < 0.68 + spread + 0.04
    assert pulls / trials == pytest.approx(1, abs=0.3)


def test_glasses_of_a_chain_that_are_alike_widen_the_interval() -> None:
    rng = np.random.default_rng(6)
    time, event, _ = drawn(rng, 4.0, 300, 0.8)
    repeated = [np.repeat(v, 10) for v in (time, event, np.arange(300))]  # ten copies of each glass, a chain of its own
    one, ten = weibull_fit(time, event, np.arange(300)), weibull_fit(*repeated)
    assert ten.exponent == pytest.approx(one.exponent, abs=1e-9)
    assert ten.independent_error == pytest.approx(one.error / np.sqrt(10), rel=0.1)
    assert ten.error == pytest.approx(one.error, rel=0.1)
    wide = weibull_interval(*repeated, np.random.default_rng(1), resamples=500)
    plain = weibull_interval(time, event, np.arange(300), np.random.default_rng(1), resamples=500)
    assert wide.high - wide.low == pytest.approx(plain.high - plain.low, rel=0.15)


@pytest.mark.parametrize("by_chain", [False, True])
def test_resamples_are_fits_of_the_resampled_chains(by_chain: bool) -> None:
    time, event, chain = drawn(np.random.default_rng(7), 4.0, 200, 0.8, chains=8)
    weights = np.random.default_rng(8).multinomial(8, np.full(8, 1 / 8), size=12).astype(float)
    sample = _Sample(time, event, chain, by_chain)
    found = _resampled_shapes(sample, weibull_fit(time, event, chain, by_chain).exponent + 1, weights)
    for row, shape in zip(weights, found, strict=True):
        drawn_chains = np.repeat(np.arange(8), row.astype(int))
        rows = [np.flatnonzero(chain == c) for c in drawn_chains]
        label = np.repeat(np.arange(len(rows)), [len(r) for r in rows])  # a chain drawn twice counts as two
        rows = np.concatenate(rows)
        assert weibull_fit(time[rows], event[rows], label, by_chain).exponent + 1 == pytest.approx(shape, rel=1e-3)


def test_the_bias_of_a_fitted_scale() -> None:
    """The score of a chain with its own scale, averaged over many chains at the true k, without the correction."""
    rng = np.random.default_rng(9)
    shape, glasses, chains = 4.0, 12, 20_000
    for share in (0.1, 0.4, 0.8, 1.0):
        bound = (-np.log1p(-share)) ** (1 / shape) if share < 1 else 100.0
        smallest = rng.weibull(shape, (chains, glasses))
        event = smallest < bound
        time = np.where(event, smallest, bound)
        powers = time**shape
        means = (powers * np.log(time)).sum(axis=1) / powers.sum(axis=1)
        number = event.sum(axis=1)
        scores = number / shape + (event * np.log(time)).sum(axis=1) - number * means
        error = scores.std() / np.sqrt(chains)
        expected = float(fitted_scale_bias(np.array([share]))[0]) / shape
        assert scores.mean() == pytest.approx(expected, abs=4 * error + 0.15 * expected)  # of second order only
    assert fitted_scale_bias(np.array([0.0, 1.0])).tolist() == [0.0, 1.0]


@pytest.mark.parametrize(("bound", "glasses"), [(0.5, 100), (0.8, 50), (1.0, 50), (3.0, 20)])
def test_chains_of_different_scales(bound: float, glasses: int) -> None:
    """One law for all chains has too low an exponent, one scale a chain gives it back, and the intervals cover."""
    rng = np.random.default_rng(10)
    chains, trials, exponent = 40, 80, 4.0
    chain = np.repeat(np.arange(chains), glasses)
    own, common, inside = [], [], 0
    for _ in range(trials):
        scale = np.exp(0.2 * rng.standard_normal(chains))[chain]
        smallest = scale * rng.weibull(exponent + 1, len(chain))
        event = smallest < bound
        time = np.where(event, smallest, bound)
        fit = weibull_fit(time, event, chain, by_chain=True)
        own.append((fit.exponent - exponent, fit.error))
        common.append(weibull_fit(time, event, chain).exponent - exponent)
        inside += weibull_interval(time, event, chain, rng, by_chain=True, resamples=300).contains(exponent)
    bias, error = np.mean(own, axis=0)
    assert abs(bias) < 3 * np.std([value for value, _ in own]) / np.sqrt(trials) + 0.02
    assert np.std([value for value, _ in own]) == pytest.approx(error, rel=0.3)
    if bound > 0.5:
        assert np.mean(common) < -0.5
    assert 0.68 - 3 * np.sqrt(0.68 * 0.32 / trials) < inside / trials < 0.9


def test_what_cannot_be_fitted_is_nan() -> None:
    for event in ([False, False, False], [True, False, False]):
        found = weibull_fit([1.0, 1.0, 1.0], event, [0, 1, 2])
        assert np.isnan(found.exponent) and found.glasses == 3
    assert np.isnan(weibull_fit([], [], []).exponent)
    few = weibull_interval([0.5, 0.7, 1.0], [True, True, False], [0, 1, 1], np.random.default_rng(0))
    assert np.isnan(few.low)
    with pytest.raises(ag.InputError, match="> 0"):
        weibull_fit([0.0, 1.0], [True, True], [0, 1])
    with pytest.raises(ag.InputError, match="numbers of"):
        weibull_fit([1.0], [True, True], [0, 1])
