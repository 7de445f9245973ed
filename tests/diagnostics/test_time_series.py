"""Correlation times of autoregressive series, whose exact values are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from atomglass.diagnostics import integrated_correlation_time, relaxation_time
from atomglass.errors import InputError


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9, 0.98, -0.4])
def test_correlation_time_of_an_autoregressive_series(memory, rng):
    exact = (1 + memory) / (1 - memory)
    found = integrated_correlation_time(lfilter([1], [1, -memory], rng.normal(size=200_000))[2000:] + 5)
    assert found.long_enough
    assert abs(found.time - exact) < 4 * found.error + 0.01 * exact  # the window leaves out e^-5 of the sum
    assert found.error < 0.15 * exact + 0.01
    assert abs(found.mean - 5) < 4 * found.mean_error


def test_errors_of_the_mean_and_of_the_time_have_the_right_size(rng):
    """Over many AR(1) series, the stated errors must agree with the scatter."""
    series = lfilter([1], [1, -0.8], rng.normal(size=(400, 4200)), axis=1)[:, 200:]
    found = [integrated_correlation_time(s) for s in series]
    means, times = np.array([f.mean for f in found]), np.array([f.time for f in found])
    assert np.std(means) == pytest.approx(np.mean([f.mean_error for f in found]), rel=0.12)
    assert np.std(times) == pytest.approx(np.mean([f.error for f in found]), rel=0.25)
    assert found[0].independent_values == pytest.approx(4000 / found[0].time)


def test_a_short_series_says_so(rng):
    walk = np.cumsum(rng.normal(size=500))
    assert not integrated_correlation_time(walk).long_enough


@pytest.mark.parametrize("bad", [np.ones(100), np.arange(5.0), np.r_[np.arange(20.0), np.nan], np.ones((20, 2))])
def test_series_that_have_no_correlation_time(bad):
    with pytest.raises(InputError, match="series"):
        integrated_correlation_time(bad)


def test_relaxation_time():
    times = np.linspace(0, 50, 400)
    assert relaxation_time(times, np.exp(-times / 7.3)) == pytest.approx(7.3, rel=1e-3)
    assert relaxation_time([0, 1, 2], [1, 1, 0]) == pytest.approx(2 - 1 / np.e)
    assert np.isnan(relaxation_time(times, np.exp(-times / 60)))


@pytest.mark.parametrize(
    ("times", "values"), [([0, 1, 1], [1, 0.5, 0]), ([0, 1], [1, 0.5, 0.1]), ([0, 1], [np.nan, 0]), ([0, 1], [0.3, 0])]
)
def test_relaxation_time_refuses(times, values):
    with pytest.raises(InputError):
        relaxation_time(times, values)
