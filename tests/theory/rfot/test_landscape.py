"""The random energy model of states and barriers."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

from atomglass.theory.rfot import mosaic
from atomglass.theory.rfot.landscape import Landscape, bias_density

LIQUID = mosaic.mosaic_at_transition()
GLASS = Landscape(LIQUID.surface, LIQUID.entropy)


def slope(function, x, step=1e-4):
    return float((function(x + step) - function(x - step)) / (2 * step))


def test_lowest_level_has_one_state():
    for n in (5.0, 60.0, 190.0):
        expected = float(GLASS.lowest_energy(n))
        mean = n * GLASS.entropy + GLASS.surface * np.sqrt(n)
        found = brentq(lambda e, n=n: float(GLASS.log_states(e, n)), expected - 40, mean, xtol=1e-13)
        assert found == pytest.approx(expected, abs=1e-10)
        # There, and for every size, the temperature is T_g.
        assert slope(lambda e, n=n: float(GLASS.log_states(e, n)), expected) == pytest.approx(1, rel=1e-7)


def test_barriers_of_the_frozen_landscape():
    for n in (3.0, 14.0, 100.0):
        typical = float(GLASS.typical_barrier(n))
        assert float(GLASS.log_barriers(typical, n)) == pytest.approx(0, abs=1e-10)
        assert slope(lambda v, n=n: float(GLASS.log_barriers(v, n)), typical) == pytest.approx(1 / np.sqrt(2), rel=1e-7)
    assert GLASS.transition_size == pytest.approx(14.28, rel=1e-3)
    assert GLASS.highest_barrier == pytest.approx(21.41, rel=1e-3)
    assert GLASS.highest_barrier / GLASS.entropy == pytest.approx(26.10, rel=2e-3)
    assert float(GLASS.typical_barrier(GLASS.transition_size)) == pytest.approx(GLASS.highest_barrier, rel=1e-12)
    assert GLASS.highest_barrier == pytest.approx(LIQUID.barrier / (2 * np.sqrt(2) - 1), rel=1e-12)
    assert float(GLASS.log_barrier_density(0.0)) / GLASS.entropy == pytest.approx(-18.46, rel=2e-3)
    assert np.exp(float(GLASS.log_barrier_density(0.0))) == pytest.approx(2.7e-7, rel=0.02)
    assert slope(lambda v: float(GLASS.log_barrier_density(v)), 3.0) == pytest.approx(1 / np.sqrt(2), rel=1e-9)


def test_drawn_barriers_follow_the_exponential_density():
    rng = np.random.default_rng(11)
    draws = np.array([GLASS.lowest_barriers(60.0, 5, rng) for _ in range(4000)]) - float(GLASS.typical_barrier(60.0))
    assert (np.diff(draws, axis=1) > 0).all()
    # The k-th arrival of a Poisson process in e^(V/sqrt 2): mean k, variance k; and the first is Gumbel's.
    assert np.exp(draws / np.sqrt(2)).mean(axis=0) == pytest.approx(np.arange(1, 6), abs=4 * np.sqrt(5 / 4000))
    assert draws[:, 0].mean() / np.sqrt(2) == pytest.approx(-0.5772, abs=4 * 1.2825 / np.sqrt(4000))


def test_bias_density_counts_one_state_of_each_sign():
    assert quad(lambda e: float(bias_density(e, 3.0)), 0, np.inf)[0] == pytest.approx(1)
    assert bias_density(-2.0, 3.0) == bias_density(2.0, 3.0)
