"""Phonons scattered by two-level systems."""

import numpy as np
import pytest
from scipy.constants import Boltzmann, hbar
from scipy.integrate import quad

from atomglass.theory import rfot
from atomglass.theory.rfot import scattering
from atomglass.theory.rfot.plateau import thermal_conductivity

SILICA = rfot.GlassParams.named("silica")
# Silica with the cell of 20 Angstrom that the review rounds to.
ROUNDED = rfot.GlassParams(Tg=1500, TD=342, rho=2200, cs=4100, a=20e-10 / 200 ** (1 / 3))


def test_numbers_of_the_review():
    assert ROUNDED.tls_density == pytest.approx(6.036e45, rel=1e-3)
    assert scattering.path_in_wavelengths(SILICA) == pytest.approx(65.8, rel=1e-3)
    universal = rfot.GlassParams(Tg=1500, TD=342, rho=2200, cs=4100, xi_over_a=5.8)
    assert scattering.path_in_wavelengths(universal) == pytest.approx(64.2, rel=1e-3)
    assert scattering.rms_strain(SILICA) == pytest.approx(0.111, rel=1e-2)


def test_the_tunneling_strength_of_every_glass_is_one_over_the_molecules_of_a_cell():
    for glass in (SILICA, ROUNDED, rfot.GlassParams(Tg=180, TD=80, rho=1000, cs=1500)):
        assert scattering.tunneling_strength_of_glass(glass) == pytest.approx(1 / glass.beads, rel=1e-12)
        # [20] is a third of [19] at hbar omega = k_B T.
        omega = Boltzmann * 1.0 / hbar
        wavelength = 2 * np.pi * glass.cs / omega
        inverse = float(scattering.tls_inverse_mean_free_path(glass, omega, 1.0))
        assert 1 / (wavelength * inverse) == pytest.approx(scattering.path_in_wavelengths(glass) / 3, rel=1e-12)


def test_conductivity_of_a_fixed_path():
    t = np.array([1e-4, 1e-3, 0.01, 0.02])
    for path in (150.0, 1.0):
        # 6 zeta(3) T^2 where the Debye cut-off does not matter.
        assert scattering.conductivity_of_path(t, path) == pytest.approx(7.212341 * path * t**2, rel=1e-3)
    for temperature in (0.07, 0.4, 3.0):
        direct = quad(lambda w, t=temperature: w * (w / t) ** 2 * np.exp(w / t) / np.expm1(w / t) ** 2, 0, 1)[0]
        assert scattering.conductivity_of_path(temperature, 1.0) == pytest.approx(direct, rel=1e-7)
        curved = quad(lambda w, t=temperature: w**2 * (w / t) ** 2 * np.exp(w / t) / np.expm1(w / t) ** 2, 0, 1)[0]
        assert scattering.conductivity_of_path(temperature, lambda w: w) == pytest.approx(curved, rel=1e-6)


def test_the_unit_of_the_conductivity():
    # Kinetic theory in SI, kappa = (1/3) Sum C c l with l = lambda, against kappa/K.
    t = 0.005
    kelvin = t * SILICA.TD

    def integrand(w):
        x = hbar * w / (Boltzmann * kelvin)
        capacity = Boltzmann * x**2 * np.exp(x) / np.expm1(x) ** 2
        density = 3 * w**2 / (2 * np.pi**2 * SILICA.cs**3)
        return density * capacity * SILICA.cs * (2 * np.pi * SILICA.cs / w) / 3

    top = 40 * Boltzmann * kelvin / hbar
    kappa = quad(integrand, top * 1e-9, top, limit=200)[0]
    expected = float(scattering.conductivity_of_path(t, 1.0)) * scattering.conductivity_unit(SILICA)
    assert kappa == pytest.approx(expected, rel=1e-6)


def test_the_low_temperature_conductivity_is_that_of_the_path():
    t = np.array([2e-4, 2e-3])
    ours = thermal_conductivity(SILICA, t, path=80.0)
    # The bias damps the density by e^(-omega/T_g), and one wavelength is added.
    assert ours == pytest.approx(scattering.conductivity_of_path(t, 81.0), rel=4e-3)
