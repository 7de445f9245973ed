"""Heat capacity of dressed two-level systems: [34]-[36], Fig. 15."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from atomglass.errors import InputError
from atomglass.theory import rfot
from atomglass.theory.rfot import bump, phonon_coupling, ripplons

SILICA = rfot.GlassParams.named("silica").with_ratio(4.4)
SPECTRUM = ripplons.ripplon_spectrum(SILICA)


def turning_points(t, values):
    return t[1:-1][np.diff(np.sign(np.diff(values))) != 0]


@pytest.mark.parametrize("spectrum", [SPECTRUM, phonon_coupling.coupled_spectrum(SILICA, step=4e-3)])
@pytest.mark.parametrize("t", [0.01, 0.05, 0.3])
@pytest.mark.parametrize("bias", [-0.8, -0.01, 0.0, 0.1, 2.0])
def test_heat_capacity_is_the_second_derivative_of_ln_z(spectrum, t, bias):
    beta, h = 1 / t, 2e-3 / t
    at = [float(bump.log_partition(spectrum, bias, 1 / (beta + k * h))) for k in (-2, -1, 0, 1, 2)]
    second = (-at[0] + 16 * at[1] - 30 * at[2] + 16 * at[3] - at[4]) / (12 * h**2)
    assert float(bump.cell_heat_capacity(spectrum, bias, t)) == pytest.approx(beta**2 * second, rel=1e-6, abs=1e-7)


def test_the_partition_function_counts_states():
    # Two modes, summed by hand.
    spectrum = ripplons.RipplonSpectrum(np.array([0.3, 0.5]), np.array([1.0, 2.0]))
    n = np.arange(60)
    ladder = [np.exp(-n * w / 0.4).sum() for w in (0.3, 0.5, 0.5)]
    assert float(bump.log_partition(spectrum, 0.2, 0.4)) == pytest.approx(np.log(1 + np.exp(-0.5) * np.prod(ladder)))


def test_cold_cells_are_two_level_systems():
    bias, t = 0.004, 0.002
    schottky = (bias / t / 2 / np.cosh(bias / t / 2)) ** 2
    assert float(bump.cell_heat_capacity(SPECTRUM, bias, t)) == pytest.approx(schottky, rel=1e-10)
    # Averaged over both signs of the bias: c/T = (pi^2/3)/T_g.
    assert rfot.heat_capacity(SILICA, 1e-3, debye=False) / 1e-3 * 4.4 == pytest.approx(np.pi**2 / 3, rel=1e-3)


@pytest.mark.parametrize(("t", "ratio"), [(0.004, 4.4), (0.03, 2.0), (0.2, 4.4)])
def test_average_over_the_bias_against_adaptive_quadrature(t, ratio):
    glass = SILICA.with_ratio(ratio)

    def integrand(e):
        return float(bump.cell_heat_capacity(SPECTRUM, e, t)) * np.exp(-abs(e) / ratio) / ratio

    center = -t * float(np.sum(SPECTRUM.weights * np.log(-np.expm1(-SPECTRUM.frequencies / t))))
    edges = np.unique([-30 * ratio, -60 * t, -10 * t, 0.0, center - 20 * t, center, center + 20 * t, center + 100 * t])
    direct = sum(quad(integrand, a, b, epsrel=1e-10, limit=200)[0] for a, b in pairwise(edges))
    assert rfot.heat_capacity(glass, t, debye=False) == pytest.approx(direct, rel=1e-7)


def test_phonons():
    assert bump.debye_heat_capacity(SILICA, 1e-3) / 1e-9 == pytest.approx(4.676e4, rel=2e-4)
    assert bump.debye_heat_capacity(SILICA, 50.0) == pytest.approx(3 * 200, rel=1e-3)
    t = 0.3
    direct = quad(lambda x: x**4 * np.exp(x) / np.expm1(x) ** 2, 0, 1 / t)[0] * 9 * 200 * t**3
    assert bump.debye_heat_capacity(SILICA, t) == pytest.approx(direct, rel=1e-10)
    assert bump.experimental_scale(rfot.GlassParams.named("silica")) == pytest.approx(5.796e7, rel=1e-3)


def test_bump_without_coupling():
    t = np.geomspace(0.008, 0.06, 161)
    c = rfot.heat_capacity(SILICA, t) / t**3
    low, high = turning_points(t, c)
    assert low == pytest.approx(0.0113, rel=0.05)
    assert high == pytest.approx(0.0365, rel=0.05)
    assert c.max() == pytest.approx(9.10e4, rel=3e-3)
    c = rfot.heat_capacity(SILICA.with_ratio(2), t) / t**3
    assert c[(t > 0.02)].max() == pytest.approx(9.18e4, rel=3e-3)


@pytest.mark.parametrize(("ratio", "position", "height"), [(2.0, 0.0208, 1.59e5), (4.4, 0.0122, 4.20e5)])
def test_bump_with_coupling(ratio, position, height):
    t = np.geomspace(0.009, 0.03, 81)
    c = rfot.heat_capacity(SILICA.with_ratio(ratio), t, coupling=True) / t**3
    assert t[c.argmax()] == pytest.approx(position, rel=0.05)
    assert c.max() == pytest.approx(height, rel=5e-3)


def test_one_sign_of_the_bias_has_no_bump():
    t = np.geomspace(0.02, 0.08, 30)
    tail = [bump._mean_one_sign(SPECTRUM, x, SILICA.ratio, 0.0, np.inf) for x in t]
    c = (np.array(tail) + bump.debye_heat_capacity(SILICA, t)) / t**3
    assert c.max() < 5.2e4


def test_stiffened_cells_have_fewer_ripplons():
    pieces = bump.bias_ranges(SPECTRUM)
    assert [piece[2].weights.sum() for piece in pieces] == [96, 91, 84, 75, 64, 51, 36, 19, 0]
    t = 0.03
    direct = 0.0
    for low, high, spectrum in pieces:
        for sign in (-1, 1):
            e = sign * np.linspace(low, min(high, 60.0), 200001)
            direct += np.trapezoid(bump.cell_heat_capacity(spectrum, e, t) * np.exp(-np.abs(e) / 4.4) / 4.4, np.abs(e))
    assert rfot.heat_capacity(SILICA, t, debye=False, stiffening=True) == pytest.approx(direct, rel=1e-5)
    assert direct < rfot.heat_capacity(SILICA, t, debye=False)
    with pytest.raises(InputError, match="stiffening"):
        rfot.heat_capacity(SILICA, t, coupling=True, stiffening=True)


def test_the_classical_limit_counts_the_modes():
    # Far above all frequencies every cell sits in its upper structure with 96 classical oscillators.
    assert rfot.heat_capacity(SILICA, 60.0, debye=False) == pytest.approx(2 * 96, rel=0.02)
