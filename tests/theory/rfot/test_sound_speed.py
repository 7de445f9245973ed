"""Relaxational change of the speed of sound."""

import numpy as np
import pytest
from scipy.integrate import quad

from atomglass.theory import rfot
from atomglass.theory.rfot import sound_speed, tunneling

SILICA = rfot.GlassParams.named("silica")


def test_sound_speed_is_linear_in_the_logarithm_of_the_frequency():
    omega = np.geomspace(1.0, 1e5, 11)
    change = np.asarray(sound_speed.sound_speed_change(SILICA, omega, 5.0))
    fit = np.polynomial.Polynomial.fit(np.log(omega), change, 1)
    assert np.abs(change - fit(np.log(omega))).max() < 0.02 * np.ptp(change)
    assert np.diff(change) / np.diff(np.log(omega)) == pytest.approx(-1 / (4 * SILICA.beads), rel=5e-3)
    # The same slope with the standard thermal factor, and in proportion to A.
    halved = np.asarray(sound_speed.sound_speed_change(SILICA, omega, 5.0, halve=True, amplitude_weight=2.0))
    assert np.diff(halved) / np.diff(np.log(omega)) == pytest.approx(-2 / 800, rel=5e-3)


def test_sound_speed_against_nested_quadrature():
    kelvin, omega, smallest = 2.0, 3e8, 1e-3

    def integrand(x, y):
        rate = float(tunneling.fastest_rate(SILICA, y * kelvin, kelvin)) * x**2
        return np.sqrt(1 - x**2) / x / (1 + (omega / rate) ** 2) / np.cosh(y) ** 2

    y, weight = np.polynomial.legendre.leggauss(40)
    y, weight = 10 * (y + 1), 10 * weight
    direct = sum(
        w * quad(integrand, smallest, 1, args=(v,), points=[0.01, 0.1], limit=200)[0]
        for v, w in zip(y, weight, strict=True)
    )
    ours = sound_speed.sound_speed_change(SILICA, omega, kelvin, smallest_amplitude=smallest)
    assert ours == pytest.approx(direct / 400, rel=1e-3)
