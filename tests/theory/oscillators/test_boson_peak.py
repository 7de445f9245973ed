"""The universal density of states: closed form, limits, Monte Carlo, thermal population."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from atomglass import quartic
from atomglass.errors import InputError
from atomglass.theory import boson_peak_dos
from atomglass.theory.oscillators.boson_peak import (
    CROSSOVER_TEMPERATURE,
    LEVEL_WELLS,
    SECOND_WELL,
    UPPER_WELL_INTEGRAL,
    boson_peak_maximum,
    crossover_temperature,
    dos_between,
    dos_with_forces,
    omega_star,
    omega_star_estimate,
    pressure_shift,
    upper_well_dos,
    upper_well_dos_low,
    well_difference,
)


def test_peak():
    peak = boson_peak_maximum()
    assert peak.position == pytest.approx(0.985184, abs=1e-6)
    assert peak.height == pytest.approx(2.657748, abs=1e-6)


@pytest.mark.parametrize(("x", "g"), [(0.5, 0.287795), (1, 2.656501), (5, 15.05713), (10, 30.01973)])
def test_reference_values(x, g):
    assert float(boson_peak_dos(x)) == pytest.approx(g, rel=2e-6)


@pytest.mark.parametrize("part", ["I", "II", "total", "III"])
@pytest.mark.parametrize("x", [1e-3, 0.3, 1.0, 3.0, 30.0])
def test_closed_form_against_quadrature(x, part):
    lower, upper = {"I": (0, 1), "II": (1, 1.5**0.5), "total": (0, 1.5**0.5), "III": (1.5**0.5, np.inf)}[part]
    # Breakpoints near the two narrow maxima, t = 0 and t = sqrt(3/2), of width x^-3.
    near = np.concatenate([np.array([0.01, 0.1, 1, 10, 100]) * x**-3, [0.01, 0.1, 1, 10 / x, 100 / x]])
    cuts = np.concatenate([[lower], near, 1.5**0.5 - near, 1.5**0.5 + near])
    end = min(upper, 100 / x + 100)
    edges = np.unique(np.append(cuts[(cuts >= lower) & (cuts < end)], end))
    total = sum(
        quad(lambda t: 1 / (1 + x**6 * t**2 * (3 - 2 * t**2) ** 2), a, b, epsrel=1e-11, epsabs=0, limit=400)[0]
        for a, b in pairwise(edges)
    )
    if np.isinf(upper):  # the rest of the tail, t = 1/v
        tail = quad(lambda v: v**4 / (v**6 + x**6 * (3 * v**2 - 2) ** 2), 0, 1 / end, epsrel=1e-11, epsabs=0)[0]
        total += tail
    assert float(boson_peak_dos(x, part)) == pytest.approx(12 / np.pi * x**4 * total, rel=1e-8)


def test_limits():
    low = np.array([1e-3, 0.01, 0.05])
    np.testing.assert_allclose(boson_peak_dos(low) / (12 / np.pi * np.sqrt(1.5) * low**4), 1, rtol=1e-6)
    np.testing.assert_allclose(boson_peak_dos(low, "I") / (12 / np.pi * low**4), 1, rtol=1e-6)
    assert boson_peak_dos(1e-3, "III") / (2 ** (5 / 3) * 1e-9) == pytest.approx(1, abs=2e-3)
    np.testing.assert_allclose(
        boson_peak_dos(np.array([0.01, 0.05, 0.1]), "III") / (2 ** (5 / 3) * np.array([0.01, 0.05, 0.1]) ** 3),
        [0.98534, 0.9283, 0.8606],
        rtol=1e-4,
    )
    assert boson_peak_dos(1.0, "III") == pytest.approx(0.688475, rel=1e-6)
    for part, slope in {"I": 2, "II": 1, "total": 3, "III": 1}.items():
        np.testing.assert_allclose(
            boson_peak_dos(np.array([50.0, 1e4]), part) / np.array([50.0, 1e4]), slope, rtol=3e-5
        )
    assert boson_peak_dos(5.0) / 15 == pytest.approx(1, abs=4e-3)
    assert boson_peak_dos(10.0) / 30 == pytest.approx(1, abs=7e-4)
    assert dos_between(1e-2, 0, SECOND_WELL) / boson_peak_dos(1e-2) == pytest.approx(np.sqrt(8 / 9), rel=1e-6)
    np.testing.assert_allclose(
        dos_between(2.0, 0, 1) + dos_between(2.0, 1, SECOND_WELL) + dos_between(2.0, SECOND_WELL, LEVEL_WELLS),
        boson_peak_dos(2.0),
        rtol=1e-12,
    )


def test_monte_carlo_of_the_ensemble():
    """k uniform, f Lorentzian; minima by solving A x^3 + k x = f: no formula of the density of states enters."""
    rng = np.random.default_rng(11)
    n, span = 1_000_000, 9.0  # units M = A = 1 and delta_f such that omega* = 1
    k = rng.uniform(-span, span, n)
    f = np.abs(np.tan(np.pi * (rng.random(n) - 0.5))) / (3 * np.sqrt(3))
    companion = np.zeros((n, 3, 3))
    companion[:, 1, 0] = companion[:, 2, 1] = 1
    companion[:, 0, 2], companion[:, 1, 2] = f, -k
    roots = np.linalg.eigvals(companion)
    x = np.where(np.abs(roots.imag) < 1e-9, roots.real, np.nan)
    lower = np.nanmax(x, axis=1)
    upper = np.nanmin(x, axis=1)
    double = np.isfinite(x).sum(axis=1) == 3
    omega_lower = np.sqrt(k + 3 * lower**2)
    omega_upper = np.sqrt(k + 3 * upper**2)[double]
    density = 2 * span / n  # one oscillator in units n0 Phi(0)
    edges = np.array([0.6, 0.8, 1.0, 1.3, 1.6, 2.0])
    for found, part in ((omega_lower, "total"), (omega_upper, "III")):
        counts = np.histogram(found, edges)[0]
        exact = [quad(lambda v, part=part: float(boson_peak_dos(v, part)), a, b)[0] for a, b in pairwise(edges)]
        np.testing.assert_allclose(counts * density, exact, atol=4 * density * np.sqrt(counts.max()), rtol=0)


def test_any_distribution_of_forces():
    for part in ("I", "total", "III"):
        for x in (0.3, 1.0, 3.0):
            lorentzian = dos_with_forces(x, lambda u: 1 / (np.pi * (1 + u**2)), part)
            assert lorentzian == pytest.approx(float(boson_peak_dos(x, part)), rel=1e-6)
    # A box |f| < delta_f: at low frequency every t counts alike; far up only P's integral counts, g = 3x.
    box = lambda u: 0.5 * (abs(u) < 1)  # noqa: E731
    assert dos_with_forces(0.1, box) == pytest.approx(6 * np.sqrt(1.5) * 1e-4, rel=1e-9)
    assert dos_with_forces(6.0, box) == pytest.approx(18, rel=0.01)


def test_upper_well_geometry():
    t = np.array([1.3, 2.0, 5.0])
    x = t / np.sqrt(3)  # A = M omega^2 = 1: the upper minimum; then k = -(t^2 - 1), f = x^3 + k x
    k = -(t**2 - 1)
    f = x**3 + k * x
    other = np.array([np.roots([1, 0, k_, -f_]).real.min() for k_, f_ in zip(k, f, strict=True)])
    u = lambda y: -f * y + k * y**2 / 2 + y**4 / 4  # noqa: E731
    np.testing.assert_allclose(well_difference(t), u(x) - u(other), rtol=1e-12)
    np.testing.assert_allclose(well_difference(np.array([1e3])), 0.75e12, rtol=1e-4)  # 3 k^2/(4A), Eq. 5.28
    assert quartic.shape(1.0, 6 * 1.3 / np.sqrt(3), 6.0).group == "B"


def test_upper_well_at_a_temperature():
    assert upper_well_dos(0.3, 1e9) == pytest.approx(float(boson_peak_dos(0.3, "III")) / 2, rel=1e-4)
    # A = M = delta_f = 1 has omega* = sqrt3 and M^2 omega*^4/A = 9.
    for omega, temperature, ratio in ((1e-4, 1e-5, 0.998), (1e-3, 1e-3, 0.994), (1e-2, 1e-3, 0.938)):
        x, T = omega / np.sqrt(3), temperature / 9
        assert upper_well_dos(x, T) / float(upper_well_dos_low(x, T)) == pytest.approx(ratio, abs=1e-3)


def test_upper_well_exponents():
    x, T = 1e-4, 1e-4 * CROSSOVER_TEMPERATURE
    assert np.log(upper_well_dos(2 * x, T) / upper_well_dos(x, T)) / np.log(2) == pytest.approx(3, abs=0.03)
    for T in np.array([1e-6, 1e-5, 1e-4, 1e-3]) * CROSSOVER_TEMPERATURE:
        slope = np.log(upper_well_dos(1e-5, 2 * T) / upper_well_dos(1e-5, T)) / np.log(2)
        assert slope == pytest.approx(0.25, abs=0.01)


def test_integral_that_the_paper_misprints():
    exact = quad(lambda v: 2 / (1 + np.exp(v**4)), 0, 5, epsrel=1e-13)[0]
    assert pytest.approx(exact, rel=1e-11) == UPPER_WELL_INTEGRAL
    printed = quad(lambda v: 2 / (1 + np.exp(v**2)), 0, 12, epsrel=1e-13)[0]
    assert printed == pytest.approx(1.0721549, rel=1e-7)


def test_estimates():
    assert crossover_temperature(40, 4) == pytest.approx(744.09, rel=1e-5)
    assert omega_star_estimate(1 / 3, 2) * 3 == pytest.approx(0.4807, abs=1e-4)
    assert omega_star_estimate(1 / 5, 2) * 5 == pytest.approx(0.342, abs=1e-3)
    assert omega_star_estimate(0.4, 0) == pytest.approx(0.4)
    assert omega_star(1.0) == pytest.approx(np.sqrt(3))
    # f*_k of Eq. 3.6 at |k| = M omega*^2 is delta_f times 2 sqrt(3)^3/(3 sqrt 3): the scale of Eq. 3.7.
    assert 2 * omega_star(0.1, 2.0) ** 3 / (3 * np.sqrt(3 * 2.0)) == pytest.approx(2 * 0.1)


def test_pressure_law():
    P = np.array([200.0, 400.0])
    slope = np.diff(np.log(pressure_shift(P, 1.0)))[0] / np.log(2)
    assert slope == pytest.approx(1 / 3, abs=0.01)
    assert (pressure_shift(1e-4, 2.0) - 1) / 1e-4 == pytest.approx(1 / 6, rel=1e-3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: boson_peak_dos(1.0, "IV"), "total"),
        (lambda: boson_peak_dos(-1.0), "positive"),
        (lambda: omega_star_estimate(1.5, 2), "weak interaction"),
        (lambda: upper_well_dos_low(0.01, 1.0), "T"),
        (lambda: upper_well_dos_low(0.9, 1e-4), "upper_well_dos"),
        (lambda: pressure_shift(1.0, 0.0), "positive"),
    ],
)
def test_invalid_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
