"""Nonexponential relaxation from the distribution of barriers."""

import numpy as np
import pytest
from scipy.integrate import quad

from atomglass.theory.rfot import stretching


def test_stretching_of_narrow_and_wide_barriers():
    assert stretching.barrier_spread(25.0) == pytest.approx(17 * np.log(10) / 10)
    # A single barrier is a simple exponential.
    assert stretching.stretching_exponent(1e8) == pytest.approx(1, abs=1e-5)
    d = np.array([5.0, 20.0, 80.0])
    collapsed, gaussian = stretching.stretching_exponent(d), stretching.stretching_exponent(d, collapsed=False)
    assert (np.diff(collapsed) > 0).all() and (collapsed > gaussian).all()
    # The closed form describes the full Gaussian, to the accuracy of such fits.
    assert gaussian == pytest.approx(stretching.gaussian_exponent(d), rel=0.2)


def test_relaxation_is_the_average_over_barriers():
    for log_time in (-3.0, 0.5, 2.0):
        direct = quad(
            lambda y, z=log_time: np.exp(-np.exp(z - 2.0 * y) - y**2 / 2) / np.sqrt(2 * np.pi), -10, 10, limit=200
        )[0]
        assert stretching.relaxation(log_time, 2.0, collapsed=False) == pytest.approx(direct, abs=1e-9)
        lower = quad(lambda y, z=log_time: np.exp(-np.exp(z - 2.0 * y) - y**2 / 2) / np.sqrt(2 * np.pi), -10, 0)[0]
        both = lower + 0.5 * np.exp(-np.exp(log_time))
        assert stretching.relaxation(log_time, 2.0, collapsed=True) == pytest.approx(both, abs=2e-5)
