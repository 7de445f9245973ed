"""The heat capacity of soft potentials: known systems, the table, the minimum of c/T^3, limits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from atomglass.errors import InputError
from atomglass.theory import reduced_heat_capacity
from atomglass.theory.soft_potential.heat_capacity import (
    HARMONIC_LIMIT,
    canonical_heat_capacity,
    delocalization_energy,
    einstein_maximum,
    heat_capacity_minimum,
    localized_heat_capacity,
)


def test_known_systems():
    two, T = np.array([0.0, 1.3]), 0.4
    z = 1.3 / T
    assert canonical_heat_capacity(two, T) == pytest.approx(z**2 * np.exp(z) / (np.exp(z) + 1) ** 2, rel=1e-12)
    ladder = 0.7 * np.arange(200)
    z = 0.7 / T
    assert canonical_heat_capacity(ladder, T) == pytest.approx(z**2 * np.exp(z) / (np.exp(z) - 1) ** 2, rel=1e-10)


@pytest.mark.parametrize(("tau", "c"), [(0.02, 0.2292), (0.1, 1.5278), (0.3, 6.8704), (0.5, 19.240), (1.0, 222.98)])
def test_table(tau, c):
    assert float(reduced_heat_capacity(tau)) == pytest.approx(c, rel=2e-3)


def test_minimum_of_c_over_t_cubed():
    tau, value = heat_capacity_minimum()
    assert tau == pytest.approx(0.585, rel=0.01)
    assert value == pytest.approx(148.54, rel=1e-3)
    tau, value = heat_capacity_minimum(growth=0.1)
    assert tau == pytest.approx(0.405, rel=0.01)
    assert value == pytest.approx(133.2, rel=2e-3)
    assert heat_capacity_minimum(p_min=-8.0)[0] == pytest.approx(0.524, rel=0.03)


def test_harmonic_limit():
    """chi = Int (1/4) E^4 C_Einstein dE/tau^5 at E/tau = z."""
    integral = quad(lambda z: z**6 * np.exp(z) / (np.exp(z) - 1) ** 2, 1e-9, 60)[0]
    assert pytest.approx(integral / 4, rel=1e-9) == HARMONIC_LIMIT
    assert pytest.approx(183.12, abs=0.005) == HARMONIC_LIMIT
    assert float(reduced_heat_capacity(1.5)) / 1.5**5 == pytest.approx(HARMONIC_LIMIT, rel=0.03)


def test_low_temperature_is_nearly_linear():
    slope = np.diff(np.log(reduced_heat_capacity(np.array([0.02, 0.05]))))[0] / np.log(2.5)
    assert 1.1 < slope < 1.3


def test_monte_carlo_of_potentials():
    """The same integral by random potentials: 4 Int dp dq C over a box that holds most of it at tau = 0.3."""
    from atomglass.theory import QuarticMode

    rng = np.random.default_rng(4)
    p, u = rng.uniform(-12, 12, 6000), rng.uniform(0, 2.5, 6000)
    c = canonical_heat_capacity(QuarticMode.from_depressed(p, u**3).levels(8, "dvr"), 0.3) * 4 * 3 * u**2 * 24 * 2.5
    assert float(reduced_heat_capacity(0.3)) == pytest.approx(c.mean(), abs=4 * c.std() / np.sqrt(len(c)))


def test_einstein_maximum():
    assert einstein_maximum() == pytest.approx(4.928, abs=1e-3)
    x = np.linspace(3, 7, 40001)
    c_over_cube = x**5 * np.exp(x) / (np.exp(x) - 1) ** 2
    assert einstein_maximum() == pytest.approx(x[c_over_cube.argmax()], abs=2e-4)


def test_localized_vibrations():
    """Cold: the full heat capacity. Warm: oscillators with n = E^4 exp[-(E/E_d)^5]/4. c/T^3 has a maximum."""
    assert localized_heat_capacity(0.1, 15.0) == pytest.approx(reduced_heat_capacity(0.1), rel=1e-3)
    largest = 14.0

    def einstein(x):
        return x**2 * np.exp(-x) / np.expm1(-x) ** 2

    warm = np.array([3.0, 4.0])
    expected = [
        quad(lambda E, t=t: E**4 / 4 * np.exp(-((E / largest) ** 5)) * einstein(E / t), 1e-6, 3 * largest)[0]
        for t in warm
    ]
    np.testing.assert_allclose(localized_heat_capacity(warm, largest), expected, rtol=0.1)
    tau = np.geomspace(0.6, 5, 60)
    curve = localized_heat_capacity(tau, 13.8) / tau**3
    top = int(curve.argmax())
    assert 0 < top < 59 and tau[top] == pytest.approx(13.8 / einstein_maximum(), rel=0.5)
    for bad in ((6.0, 10.0), (1.0, 1.0), (1.0, 16.0)):
        with pytest.raises(InputError):
            localized_heat_capacity(*bad)


def test_delocalization_energy_solves_its_equation():
    n0, v, debye, w, hbar = 40.0, 1.0, 30.0, 1.0, 0.3
    E = delocalization_energy(n0, v, debye, w, hbar)
    n = n0 / 24 / np.sqrt(10) * (E / w) ** 4
    assert (2 * np.pi * v * hbar / E) ** 3 * E**4 / debye**3 * n == pytest.approx(1, rel=1e-12)


def test_delocalization_energy_of_a_glass():
    """n0 = 1e33 per erg cm^3, v = 3 km/s, 300 K, w = 10 K: near 14 w, not the paper's 3 w."""
    kelvin = 1.380649e-16
    energy = delocalization_energy(1e33, 3e5, 300 * kelvin, 10 * kelvin, 1.054572e-27)
    assert energy / (10 * kelvin) == pytest.approx(13.78, abs=0.01)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: reduced_heat_capacity(5.0), "0.01 to 1.5"),
        (lambda: reduced_heat_capacity(0.3, p_min=-40.0), "-20 to 0"),
        (lambda: reduced_heat_capacity(0.3, growth=1.0), "0 to 0.2"),
        (lambda: canonical_heat_capacity([0.0, 1.0], 0.0), "positive"),
        (lambda: delocalization_energy(1e26, 3e5, 300 * 1.38e-16, 10 * 1.38e-16, 1.0546e-27), "not met"),
    ],
)
def test_invalid_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
