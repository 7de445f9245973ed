"""Vibrations of the wall of a mosaic cell."""

import numpy as np
import pytest

from atomglass.theory import rfot
from atomglass.theory.rfot import mosaic, ripplons
from atomglass.theory.rfot.scattering import rms_strain

SILICA = rfot.GlassParams.named("silica")


def test_frequencies_of_a_cell_of_two_hundred():
    assert ripplons.ripplon_prefactor(SILICA) == pytest.approx(1.34286, rel=1e-5)
    expected = [0.14766, 0.23347, 0.31324, 0.39068, 0.46695, 0.54254, 0.61771, 0.69259]
    assert rfot.ripplon_frequencies(SILICA, np.arange(2, 10)) == pytest.approx(expected, abs=5e-6)
    assert rfot.ripplon_frequencies(SILICA, 2) * SILICA.TD == pytest.approx(50.5, rel=1e-3)
    assert rfot.ripplon_frequencies(SILICA, 2) * SILICA.omega_D / (2 * np.pi) == pytest.approx(1.052e12, rel=1e-3)
    spectrum = ripplons.ripplon_spectrum(SILICA)
    assert spectrum.weights.sum() == 96
    assert spectrum.above(spectrum.frequencies[2]).weights.sum() == 96 - 5 - 7 - 9


def test_frequencies_from_the_membrane_in_si_units():
    # [32] itself: surface tension, mass per area and radius in SI.
    a, kT = SILICA.molecular_size, 1.380649e-23 * SILICA.Tg
    radius = SILICA.xi * (3 / (4 * np.pi)) ** (1 / 3)
    sigma = ripplons.surface_tension(SILICA) * kT / a**2
    mass = rms_strain(SILICA) ** 2 * SILICA.rho * a
    for l in (2, 5, 9):
        omega = np.sqrt(9 / 8 * sigma / (mass * radius**2) * (l - 1) * (l + 2))
        assert rfot.ripplon_frequencies(SILICA, l) == pytest.approx(omega / SILICA.omega_D, rel=1e-9)


def test_the_surface_tension_is_that_of_the_liquid():
    # gamma sqrt(N) = 4 pi R^2 sigma(R) for N = (4 pi/3)(R/a)^3.
    for scale in (3.0, 5.848):
        glass = rfot.GlassParams(Tg=1500, TD=342, rho=2200, cs=4100, xi_over_a=scale)
        surface = 4 * np.pi * glass.radius**2 * ripplons.surface_tension(glass)
        assert surface / np.sqrt(glass.beads) == pytest.approx(mosaic.surface_mismatch(), rel=1e-12)


def test_shell_mode_without_and_with_gas():
    # [31] in the limit of a heavy wall: z^2 = (l - 1)(l + 2) tension/mass.
    for l in (2, 3, 6):
        for mass in (1e3, 1e5):
            z = ripplons.shell_mode(l, mass, mass * 0.05)
            assert z**2 == pytest.approx((l - 1) * (l + 2) * 0.05, rel=3 / mass)
    # With gas the mode solves [30], is the lowest root, and lies below the first pole.
    z = ripplons.shell_mode(2, 1.0, 0.6)
    assert ripplons.gas_cotangent(2, z) == pytest.approx(float(ripplons.membrane_side(2, z, 1.0, 0.6)), rel=1e-10)
    lower = np.linspace(1e-3, z * 0.999, 500)
    assert (ripplons.gas_cotangent(2, lower) > ripplons.membrane_side(2, lower, 1.0, 0.6)).all()
    assert ripplons.gas_cotangent(4, 0.0) == pytest.approx(-1 / 4)
    assert ripplons.gas_cotangent(4, 1e-4) == pytest.approx(-1 / 4, rel=1e-6)
