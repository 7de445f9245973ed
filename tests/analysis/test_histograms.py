"""Histograms with Poisson errors."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from atomglass.analysis.statistics.histograms import histogram, logarithmic_edges, number_of_bins, poisson_interval


@pytest.mark.parametrize("count", [1, 3, 20, 400])
def test_the_poisson_interval_leaves_equal_tails(count):
    low, high = poisson_interval(count, 0.6827)
    assert stats.poisson.sf(count - 1, low) == pytest.approx(0.15865)
    assert stats.poisson.cdf(count, high) == pytest.approx(0.15865)


def test_no_events_have_only_an_upper_limit():
    low, high = poisson_interval(0, 0.6827)
    assert low == 0
    assert high == pytest.approx(1.841, abs=1e-3)  # Gehrels, ApJ 303, 336 (1986), Table 1: one sigma at n = 0


def test_density_is_normalized_and_empty_bins_are_left_out():
    sample = np.random.default_rng(1).uniform(0, 1, 1000)
    sample[(sample > 0.3) & (sample < 0.5)] = 0.25
    found = histogram(sample, np.linspace(0, 1, 11))
    assert len(found.count) == 8
    assert (found.density * (found.high - found.low)).sum() == pytest.approx(1)


def test_values_outside_still_count_in_the_normalization():
    found = histogram([0.5, 0.5, 7.0, 8.0], [0.0, 1.0])
    assert found.density == pytest.approx([0.5])


def test_logarithmic_edges_hold_every_value():
    x = np.array([1e-3, 0.01, 0.5])
    edges = logarithmic_edges(x, 0.5, 8)
    assert edges[0] <= x.min()
    assert edges[-1] == 0.5
    assert edges[1] > x.min()  # no empty bin below
    assert np.diff(np.log10(edges)) == pytest.approx(1 / 8)
    assert histogram(x, edges).count.sum() == 3


def test_bins_grow_with_the_sample_within_bounds():
    assert [number_of_bins(n) for n in (1, 27, 125, 10**6)] == [5, 6, 10, 20]
