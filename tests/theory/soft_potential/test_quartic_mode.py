"""The quartic of three papers: conversions, geometry, levels, tunnel splittings."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from atomglass.errors import InputError
from atomglass.theory import QuarticMode
from atomglass.theory.soft_potential.schrodinger import depressed_minimum, levels_harmonic_basis, levels_sinc_dvr
from atomglass.theory.soft_potential.tunneling import tunnel_splitting, tunneling_action

REFERENCE = {  # levels of -d^2/dy^2 + p y^2 + q y + y^4
    (0, 0): (1.060362090484, 3.799673029801, 7.455697937987, 11.644745511378, 16.261826018850),
    (1, 0): (1.392351642, 4.648812704, 8.655049958),
    (-2, 0): (0.137785848, 1.713027898, 4.782429709),
    (-4, 0): (-1.71035045, -1.247922492, 1.941437191, 4.612943452),
    (-4, 0.5): (-2.110415276, -0.887582526, 1.896717518),
    (0, 3): (0.0, 3.543111769, 7.266436827),
}
coefficients = st.floats(-6, 6)


@pytest.mark.parametrize("method", ["dvr", "oscillator"])
@pytest.mark.parametrize("p, q", REFERENCE)
def test_reference_levels(p, q, method):
    expected = REFERENCE[p, q]
    np.testing.assert_allclose(QuarticMode.from_depressed(p, q).levels(len(expected), method), expected, atol=1e-7)


def test_solvers_agree():
    rng = np.random.default_rng(5)
    p, q = rng.uniform(-10, 10, (2, 60))
    for count in (2, 5, 20, 40):
        np.testing.assert_allclose(levels_sinc_dvr(p, q, count), levels_harmonic_basis(p, q, count), atol=2e-11)


def test_stiff_wells_against_a_basis_of_their_own():
    rng = np.random.default_rng(6)
    p, q = rng.uniform(-12, 120, 20), rng.uniform(-250, 250, 20)
    y = depressed_minimum(p, q)
    alpha, beta = p + 6 * y**2, 4 * y
    for i, levels in enumerate(levels_sinc_dvr(p, q, 20)):
        basis, omega = 260, max(3.0, np.sqrt(alpha[i]))
        ladder = np.sqrt(np.arange(1, basis + 4) / (2 * omega))
        x = np.diag(ladder, 1) + np.diag(ladder, -1)
        x2 = x @ x
        potential = (alpha[i] - omega**2) * x2 + beta[i] * x2 @ x + x2 @ x2
        h = np.diag(omega * (2 * np.arange(basis) + 1.0)) + potential[:basis, :basis]
        zero = y[i] * (q[i] + y[i] * (p[i] + y[i] ** 2))
        np.testing.assert_allclose(levels, np.linalg.eigvalsh(h)[:20] + zero, atol=1e-9)


@settings(derandomize=True)
@given(p=coefficients, q=coefficients)
def test_depressed_minimum_is_the_global_one(p, q):
    y = float(depressed_minimum(p, q))
    grid = np.linspace(-4, 4, 4001)
    assert y * (q + y * (p + y**2)) <= (grid * (q + grid * (p + grid**2))).min() + 1e-12


@settings(max_examples=30, deadline=None, derandomize=True)
@given(alpha=st.floats(-4, 6), beta=st.floats(-6, 6))
def test_levels_do_not_depend_on_the_expansion_point(alpha, beta):
    mode = QuarticMode.from_reduced(alpha, beta)
    again = mode.about_lower_minimum()
    np.testing.assert_allclose(again.levels(4), mode.levels(4), atol=1e-9)
    np.testing.assert_allclose(again.p, mode.p, atol=1e-9)
    assert again.b2 >= -1e-12


@settings(derandomize=True)
@given(b2=st.floats(-3, 3), b3=st.floats(-5, 5), b4=st.floats(0.1, 50), mass=st.floats(0.2, 5), hbar=st.floats(0.05, 3))
def test_conversions_describe_the_same_potential(b2, b3, b4, mass, hbar):
    """U in all four languages, at the same points of space."""
    mode = QuarticMode(b2, b3, b4, mass, hbar)
    s = np.linspace(-2, 2, 9)
    u = s**2 * (b2 / 2 + s * (b3 / 6 + s * b4 / 24))
    y = s / mode.length_scale
    reduced = mode.energy_scale * y**2 * (mode.alpha + y * (mode.beta + y))
    z = y + mode.beta / 4
    depressed = mode.energy_scale * z * (mode.q + z * (mode.p + z**2))
    x = s + b3 / b4
    force = x * (-mode.force + x * (mode.quasielastic_constant / 2 + x**2 * mode.anharmonicity / 4))
    scale = np.abs(u).max() + np.abs(depressed).max() + np.abs(force).max()
    np.testing.assert_allclose(reduced, u, atol=1e-12 * scale)
    np.testing.assert_allclose(depressed - depressed[4], u, atol=1e-12 * scale)
    np.testing.assert_allclose(force - force[4], u, atol=1e-12 * scale)
    np.testing.assert_allclose(mode.anharmonicity, 16 * mass**2 * mode.energy_scale**3 / hbar**4, rtol=1e-12)


def test_from_force_and_from_soft_potential_round_trip():
    mode = QuarticMode.from_force(k=-1.3, f=0.2, A=0.7, mass=2.0, hbar=0.3)
    np.testing.assert_allclose(
        [mode.quasielastic_constant, mode.force, mode.anharmonicity], [-1.3, 0.2, 0.7], rtol=1e-12
    )
    x = mode.stationary_points() * mode.length_scale
    np.testing.assert_allclose(0.7 * x**3 - 1.3 * x - 0.2, 0, atol=1e-12)
    soft = QuarticMode.from_soft_potential(eta=0.02, t=0.1, energy=5.0, length=2.0, mass=3.0, hbar=0.01)
    eta_L = (0.01**2 / (2 * 3.0 * 2.0**2 * 5.0)) ** (1 / 3)
    np.testing.assert_allclose([soft.alpha, soft.beta], [0.02 / eta_L, 0.1 / np.sqrt(eta_L)], rtol=1e-12)
    np.testing.assert_allclose(soft.energy_scale, 5.0 * eta_L**2, rtol=1e-12)


@pytest.mark.parametrize(
    ("ratio", "points", "second_lower"),
    [(0.9428, 1, None), (0.94282, 3, False), (0.9999, 3, False), (1.0001, 3, True), (-1.2, 3, True)],
)
def test_thresholds_of_the_hidden_and_the_lower_second_well(ratio, points, second_lower):
    """|beta_r| = sqrt(8/9) and 1, from the roots and energies alone."""
    mode = QuarticMode(1.0, ratio * np.sqrt(3 * 1.0 * 2.0), 2.0)
    assert len(mode.stationary_points()) == points
    if second_lower is not None:
        assert (mode.asymmetry > 0) == second_lower


def test_barrier_and_asymmetry_from_the_potential_itself():
    mode = QuarticMode.from_reduced(1.0, -2.05)
    y = np.linspace(0, 2, 2_000_001)
    v = y**2 * (1.0 + y * (-2.05 + y))
    maximum, minimum = v[: len(v) // 3].max(), v.min()
    np.testing.assert_allclose([mode.barrier, -mode.asymmetry], [maximum, minimum], atol=1e-10)


def test_symmetric_well_has_barrier_p_squared_over_four():
    assert QuarticMode.from_depressed(-4, 0).barrier == pytest.approx(4.0, rel=1e-12)
    assert QuarticMode.from_reduced(-4, 0).barrier == pytest.approx(4.0, rel=1e-12)
    assert np.isnan(QuarticMode.from_depressed(2, 1).barrier)


def test_an_ensemble_gives_the_levels_of_its_members():
    b2, b3, b4 = np.array([1.0, 0.5, 0.2]), np.array([0.1, 1.7, -2.0]), np.array([1.0, 2.0, 3.0])
    many = QuarticMode(b2, b3, b4, hbar=0.5)
    single = [QuarticMode(*row, hbar=0.5) for row in zip(b2, b3, b4, strict=True)]
    np.testing.assert_allclose(many.levels(3), [mode.levels(3) for mode in single], rtol=1e-12)
    np.testing.assert_allclose(many.barrier, [mode.barrier for mode in single], rtol=1e-12)
    for row, mode in zip(many.stationary_points(), single, strict=True):
        np.testing.assert_allclose(row[~np.isnan(row)], mode.stationary_points(), rtol=1e-12)


def test_harmonic_limit():
    gap = np.diff(QuarticMode.from_reduced(50.0, 0.0).levels(2))[0]
    assert gap / (2 * np.sqrt(50.0)) == pytest.approx(1, abs=0.01)


def test_ten_thousand_levels_in_thirty_seconds():
    rng = np.random.default_rng(1)
    p, q = rng.uniform(-12, 20, 10_000), rng.uniform(-20, 20, 10_000)
    start = time.process_time()
    QuarticMode.from_depressed(p, q).levels(2)
    assert time.process_time() - start < 30


@pytest.mark.parametrize("alpha", [-0.5, -4.0, -9.0])
def test_action_is_the_wkb_integral(alpha):
    """S/hbar = Int sqrt(V - V_min) dy of H = -d^2/dy^2 + V."""
    edge = np.sqrt(-alpha / 2)
    integral, _ = quad(lambda y: np.sqrt(max(alpha * y**2 + y**4 + alpha**2 / 4, 0.0)), -edge, edge, epsrel=1e-12)
    assert tunneling_action(alpha) == pytest.approx(integral, rel=1e-10)


def test_splittings():
    alpha = np.array([-4.0, -5.0, -6.0, -8.0, -10.0])
    exact = tunnel_splitting(alpha)
    np.testing.assert_allclose(
        exact / tunnel_splitting(alpha, "instanton"), [0.661, 0.773, 0.838, 0.901, 0.931], atol=6e-4
    )
    np.testing.assert_allclose(exact / tunnel_splitting(alpha, "W"), [20.1, 31.0, 42.3, 65, 89], rtol=5e-3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: QuarticMode(1.0, 0.0, -1.0), "no ground state"),
        (lambda: QuarticMode(np.nan, 0.0, 1.0), "finite"),
        (lambda: QuarticMode(1.0, 0.0, 1.0, hbar=0.0), "positive"),
        (lambda: QuarticMode.from_depressed(0, 0).levels(0), "1 to 60"),
        (lambda: QuarticMode.from_depressed(0, 0).levels(2, "exact"), "dvr or oscillator"),
        (lambda: QuarticMode.from_depressed(1, 0).tunnel_splitting(), "below 0"),
        (lambda: tunnel_splitting(-30.0), "instanton"),
        (lambda: levels_harmonic_basis(-300.0, 100.0, 2), "levels_sinc_dvr"),
    ],
)
def test_invalid_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
