"""Relaxation times averaged over runs, and their errors, for processes with known correlation functions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from atomglass.diagnostics import autocorrelations, memory_time
from atomglass.errors import InputError


def test_memory_time_of_a_known_process_and_its_error(rng):
    """Over many sets of AR(1) runs, the mean time is -1/ln a, and the stated error agrees with the scatter."""
    a, found = 0.9, []
    for _ in range(60):
        series = lfilter([1], [1, -a], rng.normal(size=(8, 2200)), axis=1)[:, 200:] + 3
        found.append(memory_time(np.arange(41), autocorrelations(series, 40, 1 / (1 - a * a))))
    times = np.array([f.time for f in found])
    assert times.mean() == pytest.approx(-1 / np.log(a), abs=4 * times.std() / np.sqrt(60))
    assert np.mean([f.error for f in found]) == pytest.approx(times.std(), rel=0.3)


def test_gains_are_those_of_paired_runs(rng):
    """If runs share their fluctuations, the ratio is more precise than either time."""
    times, scale = np.linspace(0, 30, 301), rng.uniform(4, 8, 6)
    slow = memory_time(times, np.exp(-times / scale[:, None]))
    fast = memory_time(times, np.exp(-2 * times / scale[:, None]))
    gain, error = slow.gain_of(fast, price=0.5)
    assert gain == pytest.approx(4, rel=1e-3) and error < 1e-2 < slow.error
    assert slow.left_out[2] == pytest.approx(
        memory_time(times, np.exp(-times / np.delete(scale, 2)[:, None])).time, rel=1e-12
    )
    with pytest.raises(InputError, match="runs"):
        slow.gain_of(memory_time(times, np.exp(-times / scale[:3, None])))


@pytest.mark.parametrize(
    ("series", "lags", "variance"),
    [(np.ones(9), 2, 1.0), (np.ones((2, 9)), 9, 1.0), (np.ones((2, 9)), 2, 0.0), (np.full((2, 9), np.nan), 2, 1.0)],
)
def test_autocorrelations_refuse(series, lags, variance):
    with pytest.raises(InputError):
        autocorrelations(series, lags, variance)


def test_one_run_has_no_error():
    with pytest.raises(InputError, match="R >= 2"):
        memory_time([0, 1, 2], [[1, 0.5, 0.1]])
