"""Scattering of sound by soft oscillators."""

from __future__ import annotations

import numpy as np
import pytest

from atomglass.theory.oscillators.boson_peak import omega_star
from atomglass.theory.oscillators.scattering import (
    inverse_mean_free_path,
    inverse_mean_free_path_high,
    inverse_mean_free_path_low,
    wavelength_over_mean_free_path,
    wavelength_over_mean_free_path_estimate,
)
from atomglass.theory.soft_potential.two_level_systems import SoftOscillators


def test_scattering_identities():
    """Eq. 6.1 with the densities 5.20 and 5.21 gives Eqs. 6.2 and 6.3."""
    soft = SoftOscillators(density=0.7, W=1e-3, mass=2.1, hbar=0.4)
    J, v, omega = 0.3, 1.7, 0.05
    g = soft.vibrational_density(soft.hbar * omega) * soft.hbar
    low = inverse_mean_free_path_low(omega, float(soft.tunneling_strength(J)), soft.W, v, soft.hbar)
    np.testing.assert_allclose(inverse_mean_free_path(g, J, v, soft.mass), low, rtol=1e-12)
    n0, phi = 1.3, 0.2
    high = inverse_mean_free_path_high(omega, n0, phi, J, v)
    np.testing.assert_allclose(inverse_mean_free_path(3 * n0 * 2.1 * phi * omega, J, v, 2.1), high, rtol=1e-12)


def test_wavelength_over_mean_free_path():
    x = np.array([0.01, 0.02, 8.0, 16.0])
    ratio = wavelength_over_mean_free_path(x, 1.3, 0.2, 0.3)
    inverse_path = ratio * x
    assert np.log(inverse_path[1] / inverse_path[0]) / np.log(2) == pytest.approx(4, abs=1e-3)
    assert np.log(inverse_path[3] / inverse_path[2]) / np.log(2) == pytest.approx(1, abs=2e-3)
    np.testing.assert_allclose(ratio[2:], 3 * np.pi**2 * 0.3 * 1.3 * 0.2, rtol=2e-3)
    # The low side continues Eq. 6.2: P(0) = 1/(pi delta_f) with delta_f from omega* = 1 (Eq. 5.10).
    soft = SoftOscillators(density=1.3 * 0.2 * 3 * np.sqrt(3) / np.pi, W=(1 / 16) ** (1 / 3))
    low = inverse_mean_free_path_low(x[0], float(soft.tunneling_strength(0.3)), soft.W, 1.0)
    assert soft.anharmonicity == pytest.approx(1) and omega_star(1 / (3 * np.sqrt(3))) == pytest.approx(1)
    assert ratio[0] == pytest.approx(2 * np.pi / x[0] * low, rel=1e-4)


def test_numbers_of_the_paper():
    assert wavelength_over_mean_free_path_estimate(3, 2) == pytest.approx(np.pi**2 / 6, rel=1e-12)
    assert wavelength_over_mean_free_path_estimate(7, 0) == pytest.approx(14.80, abs=0.01)
    assert wavelength_over_mean_free_path_estimate(14.804, 1) == pytest.approx(1, rel=1e-3)
