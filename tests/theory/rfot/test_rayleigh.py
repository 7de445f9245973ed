"""Elastic scattering of phonons by ripplons (Appendix A)."""

import numpy as np
import pytest
from scipy.special import spherical_jn

from atomglass.theory import rfot
from atomglass.theory.rfot import rayleigh, ripplons

SILICA = rfot.GlassParams.named("silica")


def test_rayleigh_scattering_is_weak():
    plateau = 10**-1.5
    favorable = rayleigh.path_in_wavelengths_rayleigh(SILICA, plateau, plateau, 60.0, lowest=plateau)
    assert favorable > 1e4
    assert favorable > 50 * 150
    # The true spectrum lies higher: weaker still.
    assert rayleigh.path_in_wavelengths_rayleigh(SILICA, plateau, plateau, 60.0) > favorable
    everything = rayleigh.path_in_wavelengths_rayleigh(SILICA, 0.2, 0.05, 20.0, only_l2=False)
    assert everything < rayleigh.path_in_wavelengths_rayleigh(SILICA, 0.2, 0.05, 20.0)


def test_rayleigh_rate_in_si_units():
    omega, t, d = 0.14, 0.05, 30.0
    a, kT = SILICA.molecular_size, 1.380649e-23 * SILICA.Tg
    radius = SILICA.radius * a
    sigma = 9 / 8 * ripplons.surface_tension(SILICA) * kT / a**2
    density = t * SILICA.TD / (SILICA.Tg * SILICA.xi**3)
    w2 = rfot.ripplon_frequencies(SILICA, 2) * SILICA.omega_D
    width = w2 / (2 * np.sqrt(d))
    w = omega * SILICA.omega_D
    share = np.exp(-(((w - w2) / width) ** 2) / 2) / (np.sqrt(2 * np.pi) * width)
    expected = density * sigma / SILICA.rho * np.pi**2 * 8 * 5 * spherical_jn(2, w * radius / SILICA.cs) ** 2 * share
    assert rayleigh.rayleigh_rates(SILICA, omega, t, d)[0] * SILICA.omega_D == pytest.approx(expected, rel=1e-8)


def test_rayleigh_l2_term_grows_as_the_fourth_power_of_kR():
    # Divided by the ripplon's share at each frequency only j_2^2 is left.
    w = np.array([1e-3, 2e-3])
    rates = [rayleigh.rayleigh_rates(SILICA, x, 0.01, 60.0, lowest=x)[0] * x for x in w]
    assert np.log(rates[1] / rates[0]) / np.log(2) == pytest.approx(4, abs=1e-3)


def test_quadratic_strain():
    assert rayleigh.quadratic_strain_frequency(SILICA) == pytest.approx(0.419, rel=1e-3)
