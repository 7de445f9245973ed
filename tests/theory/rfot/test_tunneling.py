"""Tunneling amplitudes, relaxation rates and the time-dependent heat capacity."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.constants import Boltzmann, hbar
from scipy.integrate import quad

from atomglass.errors import InputError
from atomglass.theory import rfot
from atomglass.theory.rfot import tunneling

SILICA = rfot.GlassParams.named("silica")


def test_barrier_frequency_from_the_curvature_of_the_barrier():
    assert tunneling.barrier_frequency(SILICA, curvature=True) * SILICA.xi_over_a == pytest.approx(1.673, rel=1e-3)
    for ratio, printed, consistent in ((2.0, 0.097, 0.031), (4.4, 0.044, 0.014)):
        glass = SILICA.with_ratio(ratio)
        assert tunneling.amplitude_exponent(glass) == pytest.approx(printed, rel=0.02)
        assert tunneling.amplitude_exponent(glass, consistent=True) == pytest.approx(consistent, rel=0.02)


def test_fastest_rate_follows_from_the_golden_rule():
    # The form of [25] itself, with g of [18], in SI units.
    energy, kelvin = Boltzmann * 0.2, 0.05
    g, rho, cs = SILICA.coupling, SILICA.rho, SILICA.cs
    direct = 3 * g**2 * energy**3 / (2 * np.pi * rho * cs**5 * hbar**4) / np.tanh(energy / (2 * Boltzmann * kelvin))
    assert tunneling.fastest_rate(SILICA, 0.2, kelvin) == pytest.approx(direct, rel=1e-10)
    assert 1e6 / tunneling.fastest_rate(SILICA, 5.7e-4 * 342, 1e-4) == pytest.approx(0.97, rel=5e-3)
    assert 1e6 / tunneling.fastest_rate(SILICA, 5.7e-4 * 342, 1e-4, printed=True) == pytest.approx(2.0, rel=1e-9)
    assert tunneling.fastest_rate(SILICA, 0.01, 1e-5) == pytest.approx(139, rel=5e-3)


def direct_heat_capacity(kelvin, seconds, c):
    """[27] as it stands, by nested adaptive quadrature."""

    def inner(span):
        # The square-root singularity at z = 0 is integrable; quad takes it as a weight.
        smooth = lambda z: 0.5 * np.exp(c * z / 2) * np.sqrt(z / -np.expm1(-z)) if z > 0 else 0.5  # noqa: E731
        edge = min(span, 1.0)
        first = quad(smooth, 0, edge, weight="alg", wvar=(-0.5, 0))[0]
        rest = quad(lambda z: 0.5 * np.exp(c * z / 2) / np.sqrt(-np.expm1(-z)), edge, span)[0] if span > 1 else 0.0
        return first + rest

    def outer(e):
        rate = 1 / 2.0e-6 * (e / (5.7e-4 * 342)) ** 3 / np.tanh(e / (2 * kelvin))
        if rate * seconds <= 1:
            return 0.0
        return (e / kelvin / (2 * np.cosh(e / kelvin / 2))) ** 2 * (342 / e) ** c * inner(np.log(rate * seconds))

    grid = np.concatenate([[1e-8], np.geomspace(1e-3, 60, 25)]) * kelvin
    return sum(quad(outer, a, b, epsrel=1e-7, limit=100)[0] for a, b in pairwise(grid))


@pytest.mark.parametrize(("kelvin", "seconds", "c"), [(0.1, 1e-5, 0.1), (0.3, 10.0, 0.1), (0.05, 3.6e4, 0.3)])
def test_time_dependent_heat_capacity_against_direct_quadrature(kelvin, seconds, c):
    expected = direct_heat_capacity(kelvin, seconds, c)
    assert rfot.tls_heat_capacity(SILICA, kelvin, seconds, c) == pytest.approx(expected, rel=1e-4)


def test_time_dependent_heat_capacity_has_the_values_of_figure_11():
    kelvin = np.array([0.1, 0.2])
    ranges = {
        1e-5: ((7.4, 11.1), (1.73, 1.45)),
        10.0: ((46.1, 51.1), (1.151, 1.135)),
        3.6e4: ((85.2, 91.6), (1.105, 1.097)),
    }
    for seconds, (values, slopes) in ranges.items():
        c = rfot.tls_heat_capacity(SILICA, kelvin, seconds)
        assert c / kelvin == pytest.approx(values, rel=0.01)
        slope = np.log(rfot.tls_heat_capacity(SILICA, kelvin * 1.01, seconds) / c) / np.log(1.01)
        assert slope == pytest.approx(slopes, rel=0.01)


def test_heat_capacity_grows_as_a_power_of_time():
    assert log_slope(lambda time: rfot.tls_heat_capacity(SILICA, 0.3, time), 1e40) == pytest.approx(0.0502, rel=2e-3)
    assert log_slope(lambda kelvin: rfot.tls_heat_capacity(SILICA, kelvin, 1e40), 0.3) == pytest.approx(
        1.0505, rel=2e-3
    )
    assert log_slope(lambda time: rfot.tls_heat_capacity(SILICA, 0.3, time), 1e7) == pytest.approx(0.06, abs=0.005)
    # c = 0 is the standard model: linear in ln t.
    times = np.array([1e4, 1e6, 1e8])
    assert np.diff(rfot.tls_heat_capacity(SILICA, 0.3, times, c=0.0), 2) == pytest.approx(0, abs=1e-9)


def test_fast_measurements_see_a_gap():
    cold = rfot.tls_heat_capacity(SILICA, np.array([1e-4, 1e-3]), 1e-5)
    assert cold[0] == 0.0 and 0 <= cold[1] < 1e-20
    assert rfot.tls_heat_capacity(SILICA, 0.1, 1e-12) < 1e-12


def test_options_of_the_heat_capacity():
    reduced = rfot.tls_heat_capacity(SILICA, 0.5, 10.0)
    # Twice the rate is twice the time.
    derived = rfot.tls_heat_capacity(SILICA, 0.5, 10.0, printed_rate=False)
    ratio = float(tunneling.fastest_rate(SILICA, 0.5, 0.5) / tunneling.fastest_rate(SILICA, 0.5, 0.5, printed=True))
    assert derived == pytest.approx(rfot.tls_heat_capacity(SILICA, 0.5, 10.0 * ratio), rel=1e-8)
    larger = rfot.tls_heat_capacity(SILICA, 0.5, 10.0, amplitude=2 * 342.0)
    assert larger == pytest.approx(reduced * 2**0.1, rel=1e-10)
    with pytest.raises(InputError, match="exponent c"):
        rfot.tls_heat_capacity(SILICA, 0.5, 10.0, c=-0.1)


def test_rates_follow_from_the_amplitudes():
    # [22] and [23] at fixed E: 1/tau = (Delta/E)^2/tau_min and deps = E dE/eps.
    kelvin, splitting, c = 0.1, 0.3, 0.2
    fastest = float(tunneling.fastest_rate(SILICA, splitting, kelvin, printed=True))
    delta = splitting * np.array([0.05, 0.4, 0.9])
    rate = fastest * (delta / splitting) ** 2
    bias = np.sqrt(splitting**2 - delta**2)
    expected = (342 / delta) ** c / delta * splitting / bias * delta / (2 * rate)
    assert tunneling.rate_density(SILICA, splitting, rate, kelvin, c) == pytest.approx(expected, rel=1e-9)
    assert tunneling.rate_density(SILICA, splitting, [2 * fastest], kelvin).tolist() == [0.0]


def test_amplitudes_follow_from_exponential_barriers():
    # Barriers of density e^(V/sqrt2) give [22] through Delta = Delta_0 e^(-s V): c = 1/(sqrt2 s).
    s, largest = 5.0, 1.0
    delta = np.array([0.5, 0.1, 0.01])
    barrier = -np.log(delta / largest) / s
    density = np.exp(barrier / np.sqrt(2)) / (s * delta)
    c = 1 / (np.sqrt(2) * s)
    ours = tunneling.amplitude_density(delta, c, largest)
    assert ours / ours[0] == pytest.approx(density / density[0], rel=1e-12)
    assert tunneling.amplitude_density([0.0, 2.0], c, largest).tolist() == [0.0, 0.0]


def log_slope(function, x):
    return float(np.log(function(x * 1.05) / function(x / 1.05)) / np.log(1.05**2))
