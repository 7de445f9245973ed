"""Droplets, barriers, fragility and aging of the supercooled liquid."""

import numpy as np
import pytest

from atomglass.errors import InputError
from atomglass.theory.rfot import mosaic
from atomglass.theory.rfot.mosaic import Mosaic

LIQUID = mosaic.mosaic_at_transition()


def slope(function, x, step=1e-4):
    return float((function(x + step) - function(x - step)) / (2 * step))


def test_profile_maximum_and_zero():
    for liquid in (LIQUID, Mosaic(11.33, 0.82), Mosaic(9.0, 1.3, temperature=1.2)):
        assert liquid.cell_size == pytest.approx(4 * liquid.critical_size, rel=1e-12)
        assert liquid.profile(liquid.cell_size) == pytest.approx(0, abs=1e-11)
        assert liquid.profile(liquid.critical_size) == pytest.approx(liquid.barrier, rel=1e-12)
        assert slope(liquid.profile, liquid.critical_size) == pytest.approx(0, abs=1e-8)
        assert liquid.barrier == pytest.approx(liquid.surface**2 / 4 / liquid.entropy / liquid.temperature)


def test_numbers_of_the_review():
    rounded = Mosaic(mosaic.surface_mismatch(), 0.82)
    assert mosaic.surface_mismatch() == pytest.approx(11.3303, rel=1e-5)
    assert rounded.cell_size == pytest.approx(190.92, rel=1e-4)
    assert rounded.xi_over_a == pytest.approx(5.758, rel=1e-4)
    assert rounded.critical_size == pytest.approx(47.7, rel=1e-3)
    assert rounded.barrier == pytest.approx(39.139, rel=1e-4)
    assert mosaic.fragility(1.0) == pytest.approx(32.094, rel=1e-4)


@pytest.mark.parametrize(("decades", "entropy", "xi"), [(15, 0.929, 5.298), (16, 0.871, 5.531), (17, 0.8199, 5.759)])
def test_cell_size_depends_on_the_logarithm_of_the_time(decades, entropy, xi):
    liquid = mosaic.mosaic_at_transition(decades)
    assert liquid.entropy == pytest.approx(entropy, rel=1e-3)
    assert liquid.xi_over_a == pytest.approx(xi, rel=1e-3)
    # The closed form in the text after Fig. 5.
    logarithm = np.log(1 / (np.pi * 0.1**2)) - 1
    closed = (8 / (3 * np.sqrt(3 * np.pi)) * decades * np.log(10) / logarithm) ** (2 / 3)
    assert liquid.xi_over_a == pytest.approx(closed, rel=1e-12)


def test_escape_rate_is_lowest_at_the_transition_state():
    liquid = Mosaic(LIQUID.surface, LIQUID.entropy, temperature=1.1)
    n = np.linspace(0, 200, 20001)
    rate = liquid.log_escape_rate(n)
    assert n[np.argmin(rate)] == pytest.approx(liquid.critical_size, abs=0.01)
    assert rate.min() == pytest.approx(-liquid.barrier / 1.1, rel=1e-7)
    # A glass that ages downhill has a smaller barrier, as if its entropy were larger.
    downhill = LIQUID.log_escape_rate(n, excess=-0.2)
    assert downhill.min() == pytest.approx(-Mosaic(LIQUID.surface, LIQUID.entropy + 0.2).barrier, rel=1e-7)


def test_vogel_fulcher_follows_from_the_linear_entropy():
    kauzmann, jump = 0.7, 2.1
    t = np.array([0.75, 0.9, 1.3])
    # gamma is proportional to T: F/T = (gamma/T)^2/(4 s_c).
    barrier = mosaic.surface_mismatch() ** 2 / 4 / (jump * (t - kauzmann) / kauzmann)
    assert barrier == pytest.approx(mosaic.log_relaxation_time(t, kauzmann, mosaic.fragility(jump)), rel=1e-12)


def test_fragility_index_is_the_slope_of_the_vogel_fulcher_law():
    d, decades = 12.0, 17
    t0 = 1 / (1 + d / (decades * np.log(10)))  # tau reaches 10^17 tau_0 at T = 1

    def decades_at(inverse):
        return mosaic.log_relaxation_time(1 / inverse, t0, d) / np.log(10)

    assert decades_at(1.0) == pytest.approx(decades, rel=1e-12)
    assert mosaic.fragility_index(d) == pytest.approx(slope(decades_at, 1.0), rel=1e-6)


def test_aging():
    assert mosaic.fragility_index_from_aging(0.5) == 38
    activation = 30.0
    rate = mosaic.log_aging_rate(np.array([0.8, 1.0]), 0.4, activation)
    assert rate[1] == pytest.approx(-activation)
    assert (rate[0] - rate[1]) == pytest.approx(-0.4 * activation * (1 / 0.8 - 1))
    for bad in (0.0, 1.1):
        with pytest.raises(InputError):
            mosaic.fragility_index_from_aging(bad)
    with pytest.raises(InputError):
        mosaic.log_relaxation_time(0.5, 0.7, 10)
