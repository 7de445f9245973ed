"""Each derivative against central finite differences of the one below it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from samples import glass, liquid

import atomglass as ag
from atomglass.vibrations.expansion import energy_profile

SAMPLES = [
    (liquid, "kumar2021", 64, 2, False),
    (liquid, "ipl10", 64, 2, True),
    (glass, "kumar2021_smooth", 64, 2, False),
    (glass, "kumar2021_3d", 100, 3, True),
]


def slope(function: Callable, h: float) -> np.ndarray:
    """df/ds at 0: central differences at h, 2h and 4h, Richardson's extrapolation to order h^6."""
    first, second, third = ((function(s) - function(-s)) / (2 * s) for s in (h, 2 * h, 4 * h))
    return (64 * first - 20 * second + third) / 45


@pytest.fixture(params=SAMPLES, ids=lambda s: f"{s[0].__name__}-{s[1]}-{s[3]}d-{'sheared' if s[4] else 'cubic'}")
def case(request) -> tuple[ag.Configuration, ag.PairPotential, np.ndarray]:
    """A sample, its potential and a random direction of norm 1."""
    maker, name, n, d, sheared = request.param
    direction = np.random.default_rng(3).standard_normal((n, d))
    return maker(name, n, d, 11, sheared), ag.load_potential(name), direction / np.linalg.norm(direction)


def moved(configuration: ag.Configuration, step: np.ndarray) -> ag.Configuration:
    return configuration.replace(positions=configuration.positions + step)


def test_forces_are_slopes_of_the_energy(case) -> None:
    configuration, potential, _ = case
    forces = ag.forces(configuration, potential)
    for i in (0, 17, 40):
        for a in range(configuration.dimension):
            unit = np.zeros_like(forces)
            unit[i, a] = 1.0
            rise = slope(lambda s, u=unit: ag.energy(moved(configuration, s * u), potential), 1e-4)
            assert forces[i, a] == pytest.approx(-rise, abs=1e-7)


def test_hessian_is_the_slope_of_the_forces(case) -> None:
    configuration, potential, direction = case
    matrix = ag.hessian(configuration, potential)
    assert abs(matrix - matrix.T).max() == 0
    rise = slope(lambda s: ag.forces(moved(configuration, s * direction), potential).ravel(), 1e-4)
    expected = matrix @ direction.ravel()
    assert -rise == pytest.approx(expected, abs=1e-7 * np.abs(expected).max())
    columns = np.random.default_rng(1).integers(0, matrix.shape[0], 4)
    for column in columns:
        unit = np.zeros(matrix.shape[0])
        unit[column] = 1.0
        unit = unit.reshape(configuration.positions.shape)
        rise = slope(lambda s, u=unit: ag.forces(moved(configuration, s * u), potential).ravel(), 1e-5)
        assert -rise == pytest.approx(matrix @ unit.ravel(), abs=2e-7 * abs(matrix).max())


def test_translations_cost_nothing(case) -> None:
    configuration, potential, _ = case
    matrix = ag.hessian(configuration, potential)
    for a in range(configuration.dimension):
        uniform = np.zeros_like(configuration.positions)
        uniform[:, a] = 1.0
        assert matrix @ uniform.ravel() == pytest.approx(0, abs=1e-12 * abs(matrix).max())
    assert ag.forces(configuration, potential).sum(axis=0) == pytest.approx(0, abs=1e-10)


def test_third_and_fourth_order_along_a_line(case) -> None:
    """b3 is the slope of b2 along the line, b4 that of b3."""
    configuration, potential, direction = case

    def moments(s: float) -> np.ndarray:
        found = ag.expand(moved(configuration, s * direction), potential, direction)
        sign = np.sign(np.vdot(found.direction, direction))
        return np.array([found.b2, sign * found.b3, found.b4])

    here, rise = moments(0.0), slope(moments, 1e-5)
    assert rise[0] == pytest.approx(here[1], rel=1e-6)
    assert rise[1] == pytest.approx(here[2], rel=1e-6)


@pytest.mark.parametrize("n, d", [(100, 2), (100, 3)])
def test_moments_are_derivatives_of_the_true_energy(n: int, d: int) -> None:
    """Along the lowest mode of a smooth (q = 4) glass: a polynomial through the energies themselves.

    The way is short, so that few pairs cross their cutoff, where the fifth derivative jumps: what crosses is no
    polynomial.
    """
    potential = ag.load_potential("kumar2021_smooth")
    configuration = glass("kumar2021_smooth", n, d, 21)
    mode = ag.lowest_modes(configuration, potential, count=1).eigenvectors[0]
    expansion = ag.expand(configuration, potential, mode)
    s = 0.01 * np.cos(np.pi * (np.arange(41) + 0.5) / 41)
    energies = energy_profile(configuration, potential, expansion.direction, s)
    fit = np.polynomial.Polynomial.fit(s, energies, 9).convert().coef
    assert 2 * fit[2] == pytest.approx(expansion.b2, rel=1e-5)
    assert 6 * fit[3] == pytest.approx(expansion.b3, rel=1e-4)
    assert 24 * fit[4] == pytest.approx(expansion.b4, rel=3e-3)


def test_one_sided_at_the_cutoff() -> None:
    """q = 2: phi''' jumps where a pair leaves the range. b3 just inside is its inner limit, just outside it is zero."""
    potential = ag.load_potential("kumar2021")
    inner = float(potential.phi(potential.cutoff * (1 - 1e-12), derivative=3))
    assert abs(inner) > 1
    direction = np.array([[-0.5, 0.0], [0.5, 0.0]]) * np.sqrt(2)
    for offset, expected in ((-1e-9, inner), (1e-9, 0.0)):
        positions = [[0.0, 0.0], [potential.cutoff + offset, 0.0]]
        pair = ag.Configuration(positions, np.ones(2), [6.0, 6.0])
        found = ag.expand(pair, potential, direction)
        # u = n . (psi_2 - psi_1) = sqrt(2), so b3 = phi''' u^3.
        assert abs(found.b3) == pytest.approx(abs(expected) * 2**1.5, rel=1e-6)
        assert found.cutoff_shares[1] == (1.0 if expected else 0.0)
    smooth = ag.load_potential("kumar2021_smooth")
    pair = ag.Configuration([[0.0, 0.0], [smooth.cutoff - 1e-9, 0.0]], np.ones(2), [6.0, 6.0])
    assert abs(ag.expand(pair, smooth, direction).b3) < 1e-5


@pytest.mark.parametrize("d", [2, 3])
def test_stress_is_the_slope_of_the_energy_under_strain(d: int) -> None:
    potential = ag.load_potential("kumar2021" if d == 2 else "kumar2021_3d")
    configuration = liquid(potential.name, 100, d, 5, True)
    stress = ag.stress(configuration, potential)
    for a in range(d):
        for b in range(d):
            strain = np.zeros((d, d))
            strain[a, b] = 1.0

            def strained(s: float, strain: np.ndarray = strain) -> float:
                gradient = np.eye(d) + s * strain
                positions, box = configuration.positions @ gradient.T, configuration.cell @ gradient.T
                return ag.energy(configuration.replace(positions=positions, box=box), potential)

            assert slope(strained, 1e-4) / configuration.volume == pytest.approx(stress[a, b], abs=1e-8)
