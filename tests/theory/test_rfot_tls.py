"""Two-level systems: coupling, mean free path, rates, time-dependent heat capacity, sound speed ([18]-[29], [56])."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.constants import Boltzmann, hbar
from scipy.integrate import quad

from atomglass.errors import InputError
from atomglass.theory import rfot
from atomglass.theory.rfot import scattering, sound_speed, tunneling
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


def test_the_conductivity_unit_is_one():
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


def test_barrier_frequency_from_the_curvature_of_the_barrier():
    assert tunneling.barrier_frequency(SILICA, curvature=True) * SILICA.xi_over_a == pytest.approx(1.673, rel=1e-3)
    for ratio, printed, consistent in ((2.0, 0.097, 0.031), (4.4, 0.044, 0.014)):
        glass = SILICA.with_ratio(ratio)
        assert tunneling.amplitude_exponent(glass) == pytest.approx(printed, rel=0.02)
        assert tunneling.amplitude_exponent(glass, consistent=True) == pytest.approx(consistent, rel=0.02)


def test_fastest_rate_is_the_golden_rule_s():
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


def test_the_low_temperature_conductivity_is_that_of_the_path():
    t = np.array([2e-4, 2e-3])
    ours = thermal_conductivity(SILICA, t, path=80.0)
    # The bias damps the density by e^(-omega/T_g), and one wavelength is added.
    assert ours == pytest.approx(scattering.conductivity_of_path(t, 81.0), rel=4e-3)


def log_slope(function, x):
    return float(np.log(function(x * 1.05) / function(x / 1.05)) / np.log(1.05**2))
