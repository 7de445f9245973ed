"""The exponent of a truncated power law, on draws from known ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from atomglass.analysis.statistics.exponents import truncated_power_law
from atomglass.errors import InputError

TRIALS = 500


def draw(rng: np.random.Generator, exponent: float, count: int) -> np.ndarray:
    """Draw from (s + 1) x^s on (0, 1] by inverting its distribution function x^(s+1)."""
    return (1 - rng.random(count)) ** (1 / (exponent + 1))


@pytest.mark.parametrize(("exponent", "count"), [(4.0, 80), (3.0, 80), (3.0, 12)])
def test_the_68_percent_interval_has_its_nominal_coverage(exponent, count):
    rng = np.random.default_rng(1)
    by_error = by_interval = 0
    for _ in range(TRIALS):
        fit = truncated_power_law(draw(rng, exponent, count))
        low, high = fit.interval(0.68)
        by_error += abs(fit.exponent - exponent) < fit.error
        by_interval += low < exponent < high
    assert 0.63 < by_error / TRIALS < 0.73
    assert 0.63 < by_interval / TRIALS < 0.73


def test_the_95_percent_interval_has_its_nominal_coverage():
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(TRIALS):
        low, high = truncated_power_law(draw(rng, 4.0, 15)).interval(0.95)
        held += low < 4.0 < high
    assert 0.92 < held / TRIALS < 0.98


def test_estimate_and_error_are_those_of_the_likelihood():
    x = draw(np.random.default_rng(3), 3.5, 40)
    fit = truncated_power_law(x)

    def minus_log_likelihood(s: float) -> float:
        return -float(np.sum(math.log(s + 1) + s * np.log(x)))

    best = minimize_scalar(minus_log_likelihood, bounds=(0, 10), method="bounded", options={"xatol": 1e-10})
    assert fit.exponent == pytest.approx(best.x, rel=1e-5)
    h = 1e-3
    curvature = (
        minus_log_likelihood(fit.exponent + h) + minus_log_likelihood(fit.exponent - h)
        - 2 * minus_log_likelihood(fit.exponent)
    ) / h**2  # fmt: skip
    assert fit.error == pytest.approx(curvature**-0.5, rel=1e-4)


def test_different_bounds_do_not_bias():
    """Every mode is measured in its own bound: mixing bounds leaves the law of x alone."""
    rng = np.random.default_rng(4)
    bound = rng.uniform(0.2, 2.0, 20_000)
    omega = bound * draw(rng, 4.0, bound.size)
    fit = truncated_power_law(omega / bound)
    assert abs(fit.exponent - 4) < 3 * fit.error
    # A common bound does bias: the test can fail.
    wrong = truncated_power_law(omega / bound.max())
    assert abs(wrong.exponent - 4) > 10 * wrong.error


def test_repeated_modes_count_once_in_the_chain_error():
    """Every mode five times, each chain one mode: the honest error is sqrt(5) times the naive one."""
    rng = np.random.default_rng(5)
    x, chain = np.repeat(draw(rng, 4.0, 2000), 5), np.repeat(np.arange(2000), 5)
    fit = truncated_power_law(x, chain)
    assert fit.chains == 2000
    assert fit.chain_error / fit.error == pytest.approx(math.sqrt(5), rel=0.1)
    assert fit.effective_count == pytest.approx(2000, rel=0.2)
    low, high = fit.interval()
    assert high - low == pytest.approx(2 * fit.chain_error, rel=0.05)


def test_the_chain_error_of_correlated_modes_has_its_nominal_coverage():
    rng = np.random.default_rng(6)
    held = naive = 0
    for _ in range(TRIALS):
        x, chain = np.repeat(draw(rng, 4.0, 40), 4), np.repeat(np.arange(40), 4)
        fit = truncated_power_law(x, chain)
        low, high = fit.interval(0.68)
        held += low < 4.0 < high
        naive += abs(fit.exponent - 4) < fit.error
    assert 0.60 < held / TRIALS < 0.73
    assert naive / TRIALS < 0.5


def test_chains_do_not_reduce_the_error_of_independent_modes():
    rng = np.random.default_rng(7)
    fits = [truncated_power_law(draw(rng, 3.0, 100), np.arange(100) % 10) for _ in range(200)]
    assert np.mean([fit.chain_error / fit.error for fit in fits]) == pytest.approx(1, abs=0.1)
    assert all(fit.effective_count <= fit.count for fit in fits)


def test_one_chain_gives_no_chain_error():
    fit = truncated_power_law([0.3, 0.6, 0.9], [7, 7, 7])
    assert math.isnan(fit.chain_error)
    assert fit.effective_count == 3


@pytest.mark.parametrize(
    ("x", "chain", "named"),
    [
        ([], None, "number of modes"),
        ([0.5, 1.5], None, "1.5"),
        ([0.5, 0.0], None, "0.0"),
        ([0.5, math.nan], None, "nan"),
        ([1.0, 1.0], None, "1 for every mode"),
        ([0.5, 0.6], [1], "chain labels"),
    ],
)
def test_bad_input_is_named(x, chain, named):
    with pytest.raises(InputError, match=named):
        truncated_power_law(x, chain)


def test_a_confidence_beyond_one_is_refused():
    with pytest.raises(InputError, match="68"):
        truncated_power_law([0.5, 0.6]).interval(68)
