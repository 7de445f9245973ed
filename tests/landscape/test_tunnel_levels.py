"""Levels of tabulated wells against exact levels, other solvers, and asymptotic laws."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.linalg import eigh_tridiagonal
from scipy.optimize import brentq
from scipy.special import ai_zeros

import atomglass as ag
from atomglass.landscape import tunnel_levels
from atomglass.landscape.minimum_energy_path import PathStatus
from atomglass.landscape.path_profile import profile_table
from atomglass.landscape.tunnel_splitting import splitting_along
from atomglass.landscape.well_profile import WellProfile, well_profile
from atomglass.theory.soft_potential.schrodinger import levels_harmonic_basis


@pytest.mark.parametrize(
    "omega, hbar, half, points", [(1, 0.0132, 1, 101), (0.3, 0.0132, 2, 2001), (30, 0.5, 1, 9), (2, 0.01, 0.2, 4001)]
)
def test_harmonic_well(omega: float, hbar: float, half: float, points: int):
    """The second case ends in the classically forbidden region, the last within the reach of the wave functions."""
    x = np.linspace(-half, half, points)
    levels = ag.double_well_levels(x, omega**2 * x**2 / 2, hbar)
    assert levels.energies / (hbar * omega) == pytest.approx(np.arange(4) + 0.5, rel=1e-10)
    assert levels.errors.max() < 1e-10 * levels.energies[0]


def test_harmonic_well_on_irregular_positions_and_any_scale_of_energy():
    x = np.sort(np.random.default_rng(1).uniform(-1, 1, 60))
    levels = ag.double_well_levels(x, 7.0 + 2 * (x - 0.1) ** 2, 0.02, count=3)
    assert np.asarray(levels) == pytest.approx(7 + 0.04 * np.array([0.5, 1.5, 2.5]), abs=1e-12)
    assert levels.minimum == pytest.approx(7.0, abs=0.01) and len(levels) == 3
    assert levels.splitting == pytest.approx(0.04, rel=1e-9)


@pytest.mark.parametrize("p, q", [(0, 0), (3, 0), (-5, 0), (-5, 0.3), (-3, 1), (-10, 0)])
def test_quartic_levels_of_the_soft_potential_solver(p: float, q: float):
    """-d^2/dy^2 + p y^2 + q y + y^4 is hbar^2/2 = 1; the other solver expands in oscillator states."""
    y = np.linspace(-5, 5, 201)
    levels = ag.double_well_levels(y, p * y**2 + q * y + y**4, hbar=np.sqrt(2), count=6)
    assert levels.energies == pytest.approx(levels_harmonic_basis(p, q, 6), abs=1e-8)
    assert (np.abs(levels.energies - levels_harmonic_basis(p, q, 6)) <= levels.errors).all()


def asymmetric(x: np.ndarray) -> np.ndarray:
    """A double well with harmonic walls beyond |x| = 2, where the hump is below rounding."""
    return x**2 / 2 + 0.25 * np.exp(-((x + 0.05) ** 2) / 0.08) + 0.005 * np.tanh(6 * x)


def finite_differences(hbar: float, points: int) -> np.ndarray:
    x, h = np.linspace(-2.2, 2.2, points, retstep=True)
    diagonal = asymmetric(x) + hbar**2 / h**2
    off = np.full(points - 1, -(hbar**2) / (2 * h**2))
    return eigh_tridiagonal(diagonal, off, select="i", select_range=(0, 3))[0]


@pytest.mark.parametrize("hbar", [0.0132, 0.0295, 0.1])
def test_asymmetric_double_well_against_finite_differences(hbar: float):
    x = np.linspace(-2.5, 2.5, 401)
    levels = ag.double_well_levels(x, asymmetric(x), hbar)
    coarse, fine = finite_differences(hbar, 8001), finite_differences(hbar, 16001)
    extrapolated = fine + (fine - coarse) / 3  # their error is of second order
    assert levels.energies == pytest.approx(extrapolated, rel=1e-8)


def test_splitting_against_the_instanton_law():
    """V = (x^2 - 1)^2 with S the action: 2 hbar omega sqrt(6 S/(pi hbar)) exp(-S/hbar) (1 - 71 hbar/(72 S))."""
    x = np.linspace(-2, 2, 401)
    omega, action = np.sqrt(8.0), 4 * np.sqrt(2.0) / 3
    for ratio, tolerance in ((10, 0.01), (20, 0.003)):
        hbar = action / ratio
        levels = ag.double_well_levels(x, (x**2 - 1) ** 2, hbar)
        law = 2 * hbar * omega * np.sqrt(6 * ratio / np.pi) * np.exp(-ratio) * (1 - 71 / (72 * ratio))
        assert levels.splitting == pytest.approx(law, rel=tolerance)


def test_wkb_where_it_holds():
    """High levels of an anharmonic well: the action between turning points is 2 pi hbar (n + 1/2)."""
    x, hbar = np.linspace(-2, 2, 401), 0.01

    def potential(y: float) -> float:
        return y**2 / 2 + 0.2 * y**3 + 0.3 * y**4

    def excess(energy: float, n: int) -> float:
        left = brentq(lambda y: potential(y) - energy, -2, 0, xtol=1e-14)
        right = brentq(lambda y: potential(y) - energy, 0, 2, xtol=1e-14)
        middle, half = (left + right) / 2, (right - left) / 2

        def momentum(angle: float) -> float:
            y = middle + half * np.sin(angle)
            return np.sqrt(2 * max(energy - potential(y), 0)) * half * np.cos(angle)

        return quad(momentum, -np.pi / 2, np.pi / 2)[0] - np.pi * hbar * (n + 0.5)

    levels = ag.double_well_levels(x, potential(x), hbar, count=41)
    for n in (8, 40):  # the next order shifts all levels by about hbar^2/10
        wkb = brentq(excess, 0.01, 1.0, args=(n,), xtol=1e-12)
        assert levels.energies[n] == pytest.approx(wkb, abs=1e-5)


def test_levels_do_not_depend_on_where_the_path_stops():
    results = []
    for left, right, points in ((-2.5, 2.5, 501), (-1.2, 1.2, 241), (-1.0, 1.5, 251), (-0.95, 0.95, 191)):
        x = np.linspace(left, right, points)
        results.append(ag.double_well_levels(x, asymmetric(x), 0.05).energies)
    for other in results[1:]:
        assert other == pytest.approx(results[0], rel=1e-6)
    # A well that rises faster than its walls: cut where the wave functions have decayed.
    x = np.linspace(-1.6, 1.6, 321)
    whole = ag.double_well_levels(x, 0.1 * (x**2 - 1) ** 2, 0.0132).energies
    kept = np.abs(x) < 1.4
    cut = ag.double_well_levels(x[kept], 0.1 * (x[kept] ** 2 - 1) ** 2, 0.0132).energies
    assert cut == pytest.approx(whole, rel=1e-6)


def test_a_path_that_stops_at_its_minima_has_harmonic_walls():
    """Far apart, the two wells do not interact: to second order the levels are those of each well alone."""
    x = np.linspace(0, np.pi, 101)
    levels = ag.double_well_levels(x, 0.5 * np.sin(x) ** 2, hbar=0.002, count=2)
    assert levels.energies == pytest.approx(0.001, rel=0.01)  # omega = 1 in both wells
    assert levels.splitting < 1e-12 and levels.outside == pytest.approx(0.5, abs=0.05)


def test_walls_that_do_not_bend_upwards():
    """Levels of |x| are (hbar^2/2)^(1/3) times the zeros of Ai' and Ai; the kink limits the accuracy."""
    hbar = 0.01
    zeros = np.sort(-np.concatenate([ai_zeros(2)[1], ai_zeros(2)[0]]))
    for half in (1.0, 0.25):
        x = np.linspace(-half, half, 401)
        levels = ag.double_well_levels(x, np.abs(x), hbar)
        assert levels.energies == pytest.approx((hbar**2 / 2) ** (1 / 3) * zeros, rel=2e-3)


def test_one_level_has_no_splitting():
    x = np.linspace(-1, 1, 20)
    levels = ag.double_well_levels(x, x**2, 0.1, count=1)
    assert np.isnan(levels.splitting) and levels.energies.shape == (1,)
    assert np.array(levels, dtype=np.float32).dtype == np.float32 and "Levels(energies=" in repr(levels)


X = np.linspace(-1, 1, 21)


@pytest.mark.parametrize(
    "x, V, options, message",
    [
        (X, X**2, {"hbar": 0}, "hbar"),
        (X, X**2, {"hbar": -0.1}, "hbar"),
        (X, X**2, {"hbar": np.nan}, "hbar"),
        (X, X**2, {"hbar": "0.1"}, "hbar"),
        (2 * X, (4 * X**2 - 1) ** 2, {"hbar": 1e-7}, "hbar"),
        (X, X**2, {"count": 0}, "number of levels"),
        (X, X**2, {"count": 2.0}, "number of levels"),
        (X, X**2, {"count": 1000}, "number of levels"),
        (X[:7], X[:7] ** 2, {}, "number of points"),
        (X, X[:-1] ** 2, {}, "number of energies"),
        (X[::-1], X**2, {}, "ascending"),
        (np.zeros(21), X**2, {}, "ascending"),
        (X, np.where(X == 0, np.nan, X**2), {}, "finite"),
        (X[None], X[None] ** 2, {}, "shape"),
        (["a"] * 21, X**2, {}, "real numbers"),
        (X, np.zeros(21), {}, "neither rises"),
        (X, X, {}, "neither rises"),
        (X, -(X**2), {}, "neither rises"),
        (X, np.cos(2 * X), {}, "before a minimum"),
        (X, np.cos(X), {}, "curvature"),
        (X, (X + 3) ** 2, {}, "before a minimum"),
    ],
)
def test_bad_input_is_refused_in_one_line(x: object, V: object, options: dict, message: str):
    with pytest.raises(ag.InputError, match=message) as error:
        ag.double_well_levels(x, V, **options)
    assert "\n" not in str(error.value)


def test_levels_are_kept_where_their_error_cannot_be_estimated(monkeypatch: pytest.MonkeyPatch):
    """The second interpolation serves the error alone."""
    x = np.linspace(-1.5, 1.5, 61)
    whole = ag.double_well_levels(x, asymmetric(x), hbar=0.05)

    def without_the_rougher(*arguments: object, **options: object) -> WellProfile:
        if "degree" in options:
            raise ag.InputError("the energy", 0, "a wall")
        return well_profile(*arguments)

    monkeypatch.setattr(tunnel_levels, "well_profile", without_the_rougher)
    found = ag.double_well_levels(x, asymmetric(x), hbar=0.05)
    assert np.array_equal(found.energies, whole.energies) and np.isnan(found.errors).all()


def test_walls_at_minima_bend_upwards_whatever_errors_the_slopes_have():
    """Profiles between two minima with errors of 1 % in their slopes: none is lost, most curvatures nearly right."""
    rng, x, fine = np.random.default_rng(1), np.linspace(0, 0.5, 17), np.linspace(0, 0.5, 4001)
    ratios, lost = [], 0
    for _ in range(200):
        force = fine * (rng.uniform(0.15, 0.3) - fine) * (0.5 - fine) * np.exp(rng.uniform(-1, 6) * fine)
        energy = np.concatenate([[0.0], np.cumsum((force[1:] + force[:-1]) / 2 * np.diff(fine))])
        slopes = np.interp(x, fine, force)
        slopes[1:-1] += 0.01 * np.abs(slopes).max() * rng.normal(size=x.size - 2)
        table = profile_table(x, np.interp(x, fine, energy), slopes)
        try:
            well_profile(*table)
        except ag.InputError:
            lost += 1
            walls = well_profile(*table, between_minima=True)
            true = np.gradient(force, fine)[[0, -1]]
            ratios += [(walls.left.curvature / true[0]), walls.right.curvature / true[1]]
    assert lost > 5 and min(ratios) > 0
    assert 0.8 < np.median(ratios) < 1.25


def test_a_bad_hbar_is_refused_along_a_path_too():
    with pytest.raises(ag.InputError, match="hbar"):
        splitting_along(SimpleNamespace(status=PathStatus.ONE_BARRIER), hbar=-1)
