"""Two-level systems: identities between the paper's equations, its numbers, and the ensemble solved exactly."""

from __future__ import annotations

import numpy as np
import pytest

from atomglass.errors import InputError
from atomglass.theory import QuarticMode
from atomglass.theory.soft_potential.two_level_systems import (
    SoftOscillators,
    active_fraction,
    critical_energy_estimate,
    largest_tunneling_parameter,
    relative_force,
    relative_stiffness,
    tunneling_strength_estimate,
)

SOFT = SoftOscillators(density=0.7, W=1.3, mass=2.1, hbar=0.4)


def test_action_in_both_notations():
    """Eq. 4.3 = Eq. 4.4 = (sqrt2/3)|alpha|^(3/2)."""
    k, A, M, hbar = 1.7, SOFT.anharmonicity, SOFT.mass, SOFT.hbar
    printed = 2 * np.sqrt(2) / 3 * k**1.5 * np.sqrt(M) / A / hbar
    in_w = np.sqrt(2) / 24 * hbar**3 * k**1.5 / (M**1.5 * SOFT.W**3)
    alpha = QuarticMode.from_force(-k, 0.0, A, M, hbar).p
    np.testing.assert_allclose([in_w, np.sqrt(2) / 3 * abs(alpha) ** 1.5], printed, rtol=1e-12)


def test_strength_is_pbar_gamma_squared():
    coupling, stiffness = 0.9, 3.3  # Lambda and rho v^2
    for L in (1.0, 5.0, 20.0):
        product = SOFT.pbar(L) * SOFT.deformation_potential(coupling, L) ** 2 / stiffness
        np.testing.assert_allclose(product, SOFT.tunneling_strength(coupling**2 / stiffness), rtol=1e-12)


def test_densities_agree_with_the_standard_model():
    """Eq. 4.8 = Eq. 4.12: F = P/(2 p sqrt(1-p))."""
    E, p = np.array([0.01, 0.1]), np.array([0.3, 0.05])
    expected = SOFT.pbar(SOFT.logarithm(E, p)) / (2 * p * np.sqrt(1 - p))
    np.testing.assert_allclose(SOFT.tunneling_density(E, p), expected, rtol=1e-12)


def test_jacobian_by_differences():
    """(k, f) -> (E, p) at fixed sign of f, from Eqs. 4.4 to 4.6: half of the printed one."""

    def k_and_f(E, p):
        L = SOFT.logarithm(E, p)
        k = (24 / np.sqrt(2) * L) ** (2 / 3) * SOFT.mass * SOFT.W**2 / SOFT.hbar**2
        return np.array([k, E * np.sqrt(1 - p) / (2 * np.sqrt(k / SOFT.anharmonicity))])

    E, p, h = 0.05, 0.2, 1e-6
    columns = [(k_and_f(E + h, p) - k_and_f(E - h, p)) / (2 * h), (k_and_f(E, p + h) - k_and_f(E, p - h)) / (2 * h)]
    assert 2 * abs(np.linalg.det(columns)) == pytest.approx(float(SOFT.jacobian(E, p)), rel=1e-6)


def test_the_two_papers_are_one_theory():
    """|alpha| dalpha dbeta = 2 dp dq: P0 eta_L^(5/2) = n0 Phi P w^2/ell^3, and the densities that follow."""
    mode = QuarticMode.from_force(-1.0, 0.0, SOFT.anharmonicity, SOFT.mass, SOFT.hbar)
    w, ell, L = mode.energy_scale, mode.length_scale, 7.0
    assert w == pytest.approx(SOFT.W, rel=1e-12)
    P0 = SOFT.density * w**2 / ell**3
    assert pytest.approx(2 * np.sqrt(2) * SOFT.density * SOFT.mass**1.5 * w**3.5 / SOFT.hbar**3, rel=1e-12) == P0
    np.testing.assert_allclose(SOFT.vibrational_density(9.0), P0 / 4 * (9.0 / w) ** 4 / w, rtol=1e-12)
    pbar = 4 * (P0 / w) * (np.sqrt(2) / 3) ** (2 / 3) * L ** (-2 / 3)
    np.testing.assert_allclose(SOFT.pbar(L), pbar, rtol=1e-12)


def test_numbers_of_the_paper():
    assert float(tunneling_strength_estimate(4, 100)) == pytest.approx(1.1524e-4, rel=1e-4)
    assert relative_force(4, 100, 1, 0.0, 10, 3, 2) == pytest.approx(2.081e-4, rel=1e-3)
    assert relative_stiffness(4, 100, 10) == pytest.approx(0.04904, rel=1e-3)
    assert active_fraction(4, 100, 3) == pytest.approx(3.41e-8, rel=2e-3)
    assert active_fraction(4, 100, 3, L=10) == pytest.approx(7.4e-9, rel=1e-2)
    assert float(critical_energy_estimate(4, 3e-4)) == pytest.approx(59.75, rel=1e-4)
    assert float(largest_tunneling_parameter(3e-4)) == pytest.approx(353.7, rel=1e-4)


@pytest.mark.extended
def test_solved_ensemble():
    """k and f uniform, levels exact: n(E) nearly constant, n(p) ~ 1/p, and n(E) from the splittings solved exactly.

    The second route integrates over p = k ell^2/(2w): a level distance E of a two-level system with splitting
    Delta0(p) needs q = sqrt(E^2 - Delta0^2)/c(p), with the slope c of the asymmetry from one solved mode a depth.
    """
    rng = np.random.default_rng(8)
    count, deepest, widest = 40_000, -12.0, 0.05
    p, q = rng.uniform(deepest, -4.0, count), rng.uniform(0.0, widest, count)
    levels = QuarticMode.from_depressed(p, q).levels(2)
    E = levels[:, 1] - levels[:, 0]
    edges = np.array([0.01, 0.02, 0.04, 0.07])
    counts = np.histogram(E, edges)[0]
    density = counts / np.diff(edges) / count * (-4.0 - deepest) * widest

    s, depth = np.linspace(deepest, -4.0, 200), np.linspace(deepest, -4.0, 4001)
    delta0 = QuarticMode.from_depressed(s, 0).tunnel_splitting()
    pair = QuarticMode.from_depressed(s, 0.02).levels(2)
    splitting = np.interp(depth, s, delta0)
    slope = np.interp(depth, s, np.sqrt((pair[:, 1] - pair[:, 0]) ** 2 - delta0**2) / 0.02)
    np.testing.assert_allclose(slope, 2 * np.sqrt(-depth / 2), rtol=0.2)  # Eq. 4.5, for deep wells

    def integrated(energy):
        open_ = splitting < energy
        rate = energy / np.sqrt(np.where(open_, energy**2 - splitting**2, 1.0)) / slope
        return np.trapezoid(np.where(open_, rate, 0.0), depth)

    for a, b, found, n in zip(edges[:-1], edges[1:], density, counts, strict=True):
        expected = np.mean([integrated(e) for e in np.linspace(a, b, 41)])
        assert found == pytest.approx(expected, rel=4 / np.sqrt(n) + 0.02)
    assert density.max() / density.min() < 1.3

    chosen = (E > 0.02) & (E < 0.06)
    ratio = (np.interp(p[chosen], s, delta0) / E[chosen]) ** 2
    bins = np.geomspace(1e-8, 0.1, 9)
    n = np.histogram(ratio, bins)[0] / np.diff(bins)
    slope = np.polyfit(np.log(bins[1:] * bins[:-1]) / 2, np.log(n), 1)[0]
    assert slope == pytest.approx(-1, abs=0.1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: SoftOscillators(density=-1.0, W=1.0), "density"),
        (lambda: SOFT.tunneling_density(2.0, 0.9), "below W"),
        (lambda: SOFT.tunneling_density(0.1, 1.5), "between 0 and 1"),
        (lambda: SOFT.vibrational_density(1.0), "above W"),
        (lambda: tunneling_strength_estimate(100, 4), "below 1"),
        (lambda: SOFT.pbar(-1.0), "positive"),
    ],
)
def test_invalid_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
