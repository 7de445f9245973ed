"""Soft atomic potentials: invariants, Jacobian, the distribution |eta|, gaps and densities."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from atomglass.errors import InputError
from atomglass.theory import QuarticMode
from atomglass.theory.soft_potential.parameters import (
    SoftPotentialScales,
    asymmetry_and_splitting,
    equivalent_parameters,
    excitation_density,
    invariants,
    origin_parameters,
    origin_shift_jacobian,
    parameter_density,
    shift_origin,
    tunneling_density_of_states,
)
from atomglass.theory.soft_potential.tunneling import tunneling_action

EV, AMU, HBAR = 1.602176634e-19, 1.66053906660e-27, 1.054571817e-34
KELVIN = 1.380649e-23


def test_scales_of_atoms():
    for mass, eta_L, w in ((16, 0.0236, 64), (30, 0.0191, 42), (60, 0.0152, 27), (92, 0.0131, 20), (150, 0.0112, 14)):
        scales = SoftPotentialScales(10 * EV, 1e-10, mass * AMU, HBAR)
        assert scales.eta_L == pytest.approx(eta_L, abs=6e-5)
        assert scales.w / KELVIN == pytest.approx(w, abs=0.8)
        assert scales.debye_energy == pytest.approx(np.sqrt(2 * 10 * EV * HBAR**2 / (mass * AMU)) / 1e-10, rel=1e-12)
    assert scales.deformation_potential / EV == pytest.approx(0.112, abs=1e-3)
    assert scales.mode(0.02, 0.0).alpha == pytest.approx(0.02 / scales.eta_L, rel=1e-12)


def test_shift_keeps_the_potential_and_the_invariants():
    h, eta, t, x0 = 0.3, -0.7, 1.1, 0.4
    x = np.linspace(-1, 1, 7)
    moved = shift_origin(h, eta, t, x0)
    v = lambda h, eta, t, x: x * (h + x * (eta + x * (t + x)))  # noqa: E731
    np.testing.assert_allclose(v(*moved, x) + v(h, eta, t, x0), v(h, eta, t, x + x0), atol=1e-14)
    np.testing.assert_allclose(invariants(*moved), invariants(h, eta, t), atol=1e-14)


@pytest.mark.parametrize(("I1", "I2", "count"), [(1.0, 0.3, 1), (-1.0, 0.1, 3), (-1.0, 2.0, 1), (-6.0, -3.0, 3)])
def test_equivalent_parameters_are_one_potential(I1, I2, count):
    found = equivalent_parameters(I1, I2)
    assert len(found) == count
    levels = []
    for eta, t in found:
        np.testing.assert_allclose(invariants(0.0, eta, t), (I1, I2), atol=1e-12)
        y = t / 4  # the depressed coordinate of the origin
        levels.append(QuarticMode.from_reduced(eta, t).levels(4) + y * (-I2 + y * (I1 + y**2)))
    np.testing.assert_allclose(levels, [levels[0]] * count, atol=1e-9)


def test_jacobian_by_differences():
    """|d(h', eta', t')/d(eta, t, t')| = |eta|/2 with x' = x + (t - t')/4."""

    def primed(parameters):
        eta, t, t_primed = parameters
        return np.array(shift_origin(0.0, eta, t, (t_primed - t) / 4))

    for point in ([0.3, 0.2, -0.4], [-0.8, 1.0, 0.5], [0.02, -0.7, 0.9]):
        step = 1e-5 * np.eye(3)
        matrix = [(primed(point + s) - primed(point - s)) / 2e-5 for s in step]
        assert abs(np.linalg.det(matrix)) == pytest.approx(float(origin_shift_jacobian(point[0])), rel=1e-6)


def test_soft_potentials_are_rare_in_proportion_to_eta():
    rng = np.random.default_rng(2)
    h, eta, t = rng.normal(0, 1, (3, 1_000_000)) * np.array([0.05, 0.3, 0.5])[:, None]
    eta, t = origin_parameters(h, eta, t)
    assert not ((eta > 0) & (eta < 9 * t**2 / 32 - 1e-9)).any()  # the empty strip of Fig. 1
    # P(eta, t) ~ |eta|; over all t the edge |t| < (32 eta/9)^(1/2) of the one-well region adds half a power there.
    for sign, power, least in ((1, 1.5, 900), (-1, 1.0, 3000)):
        small = sign * eta[(sign * eta > 0) & (sign * eta < 0.03)]
        exponent = len(small) / np.log(0.03 / small).sum() - 1
        assert len(small) > least
        assert exponent == pytest.approx(power, abs=3 * (1 + power) / np.sqrt(len(small)))


def test_parameter_density():
    eta = np.array([-0.1, 0.01, 0.1])
    np.testing.assert_allclose(parameter_density(eta, 0.3), [0.1, 0.0, 0.1])
    np.testing.assert_allclose(parameter_density(-0.1, 0.3, width=0.1), 0.1 * np.exp(-1))


def test_stationary_gaps():
    """On the line alpha = 0: E12 has a saddle at beta = 1.8944, E13 a stationary point at 2.1539."""

    def gap(level, alpha, beta):
        levels = QuarticMode.from_reduced(alpha, beta).levels(3)
        return levels[level] - levels[0]

    for level, beta, energy in ((1, 1.8944, 2.1821), (2, 2.1539, 5.2672)):
        slope = lambda b, level=level: (gap(level, 0, b + 1e-4) - gap(level, 0, b - 1e-4)) / 2e-4  # noqa: E731
        found = brentq(slope, 1.5, 2.6)
        assert found == pytest.approx(beta, abs=2e-4)
        assert gap(level, 0, found) == pytest.approx(energy, abs=1e-4)
        assert (gap(level, 1e-4, found) - gap(level, -1e-4, found)) / 2e-4 == pytest.approx(0, abs=1e-4)
    f = lambda a, b: gap(1, a, b)  # noqa: E731
    d = 1e-2
    aa = (f(d, found := 1.8944) - 2 * f(0, found) + f(-d, found)) / d**2
    bb = (f(0, found + d) - 2 * f(0, found) + f(0, found - d)) / d**2
    ab = (f(d, found + d) - f(d, found - d) - f(-d, found + d) + f(-d, found - d)) / (4 * d**2)
    np.testing.assert_allclose(np.linalg.eigvalsh([[aa, ab], [ab, bb]]), [-0.11, 3.74], atol=0.02)
    assert gap(1, 0, 0) == pytest.approx(2.739311, abs=1e-6)


def test_density_of_vibrations():
    """(1/24) n0 (eta_L/width)^(1/2) (E/w)^4, with both choices of wells and both weights; exponents 4, 4, 2."""
    E = np.array([15.0, 20.0, 30.0])
    one, lower = excitation_density(E), excitation_density(E, "lower minimum")
    n0 = tunneling_density_of_states(width=0.1, eta_L=0.01)  # in P0 eta_L^2/w
    coefficient = one / E**4 * np.sqrt(0.01) / (n0 * np.sqrt(0.01 / 0.1))
    np.testing.assert_allclose(coefficient, 1 / 24, rtol=0.02)
    np.testing.assert_allclose(coefficient[-1], 1 / 24, rtol=1e-3)
    np.testing.assert_allclose(lower / E**4, 0.25, rtol=0.01)
    np.testing.assert_allclose(lower / one, 24 / (16 * np.sqrt(2)), rtol=0.01)
    for n, exponent in ((one, 4), (lower, 4), (excitation_density(E, weight="constant"), 2)):
        assert np.polyfit(np.log(E), np.log(n), 1)[0] == pytest.approx(exponent, abs=0.05)


def test_levels_that_cross_leave_no_kink():
    """A level of the second well crosses at E of about 15 for one of the quadrature's nodes: n(E)/E^4 stays smooth."""
    E = np.geomspace(12, 19, 60)
    ratio = excitation_density(E, "lower minimum") / (E**4 / 4)
    assert (np.diff(ratio) < 0).all()
    assert np.abs(np.diff(ratio, 2)).max() < 1e-5
    # 192 nodes in the same formula give 1.00411 at 15.72
    assert np.interp(15.72, E, ratio) == pytest.approx(1.00411, abs=2e-5)


def test_tunneling_density_by_integration():
    """n(E) = Int |eta| P0 delta(E - E(eta, t)): 4 sqrt2 P0 eta_L^2 (width)^(1/2)/w, whatever E."""
    eta_L = 0.01

    def density(E, deepest):
        alpha = np.linspace(-deepest, -2.0, 400_001)
        splitting = np.exp(-tunneling_action(alpha))
        open_ = splitting < E
        rate = np.sqrt(2) / np.abs(alpha) ** 1.5 * E / np.sqrt(np.where(open_, E**2 - splitting**2, 1.0))
        return 2 * np.trapezoid(np.where(open_, np.abs(alpha) * rate, 0.0), alpha)

    # The box's inner edge, where Delta0 = E, falls out of a difference of two boxes. dalpha dbeta |alpha| is in units
    # of eta_L^(-5/2).
    expected = tunneling_density_of_states(2.0, eta_L) - tunneling_density_of_states(0.5, eta_L)
    for E in (0.01, 0.05):
        assert (density(E, 2.0 / eta_L) - density(E, 0.5 / eta_L)) * np.sqrt(eta_L) == pytest.approx(expected, rel=1e-3)


def test_two_levels_near_the_barrier_top_against_solved_levels():
    alpha, beta = -9.0, np.array([0.0, 0.02, 0.1])
    delta, delta0 = asymmetry_and_splitting(np.full(3, alpha), beta)
    levels = QuarticMode.from_reduced(np.full(3, alpha), beta).levels(2)
    exact = levels[:, 1] - levels[:, 0]
    # Beside Delta = 0.38 and 1.9 w the splitting, of 2e-4 w, is nothing. The zero-point motion brings the wells a
    # little nearer than their minima: 4 % at alpha = -9.
    np.testing.assert_allclose(exact[1:], delta[1:], rtol=0.05)
    assert delta0[0] == pytest.approx(np.exp(-np.sqrt(2) / 3 * 27))
    assert exact[0] / delta0[0] == pytest.approx(76.8, rel=0.05)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: SoftPotentialScales(10.0, 1.0, 1e-3, 1.0), "eta_L"),
        (lambda: excitation_density(1.0), "6 to 40"),
        (lambda: excitation_density(10.0, "all"), "one well"),
        (lambda: asymmetry_and_splitting(0.5, 0.0), "below -1"),
        (lambda: tunneling_density_of_states(0.01, 0.01), "5 eta_L"),
        (lambda: parameter_density(0.1, 0.0, width=-1.0), "positive"),
    ],
)
def test_invalid_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
