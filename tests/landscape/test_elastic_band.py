"""The nudged elastic band on landscapes whose paths are known exactly."""

from __future__ import annotations

import numpy as np
import pytest

from atomglass.landscape.elastic_band import band_tangents, relax_band

CURVE, STIFF = 0.4, 50.0


def curved_valley(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """U = (u^2 - 1)^2 + STIFF v^2/2 in the coordinates u + iv of an annulus; the valley is the circle of radius R.

    With x = (R + v) sin(u/R), y = (R + v) cos(u/R) the gradient on v = 0 points along the circle: the circle itself is
    the minimum-energy path, between u = -1 and 1, with its saddle at u = 0.
    """
    radius = 1 / CURVE
    r = np.hypot(points[:, 0], points[:, 1])
    angle = np.arctan2(points[:, 0], points[:, 1])
    u, v = radius * angle, r - radius
    energies = (u**2 - 1) ** 2 + STIFF * v**2 / 2
    along, across = 4 * u * (u**2 - 1) * radius / r, STIFF * v
    radial = points / r[:, None]
    tangential = np.stack([points[:, 1], -points[:, 0]], axis=1) / r[:, None]
    return energies, -(along[:, None] * tangential + across[:, None] * radial)


def on_circle(u: np.ndarray) -> np.ndarray:
    return np.stack([np.sin(CURVE * u), np.cos(CURVE * u)], axis=1) / CURVE


def straight(one: np.ndarray, other: np.ndarray, count: int) -> np.ndarray:
    return one + np.linspace(0, 1, count)[:, None] * (other - one)


def test_the_forces_are_the_gradient():
    points = np.random.default_rng(1).uniform(1, 2, (5, 2))
    for k in range(2):
        step = 1e-6 * np.eye(2)[k]
        slope = (curved_valley(points + step)[0] - curved_valley(points - step)[0]) / 2e-6
        assert -curved_valley(points)[1][:, k] == pytest.approx(slope, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("count", [9, 16, 33])
def test_the_band_settles_in_the_curved_valley(count: int):
    one, other = on_circle(np.array([-1.0, 1.0]))
    band = relax_band(straight(one, other, count), curved_valley, 1e-6, 5000, climbing=True)
    assert band.converged and band.max_force <= 1e-6
    radii = np.linalg.norm(band.points, axis=1)
    # The error of the upwinding tangent, and with it the distance from the valley, is of first order.
    assert radii == pytest.approx(np.full(count, 1 / CURVE), abs=0.02 / count)
    top = int(np.argmax(band.energies))
    assert band.energies[top] == pytest.approx(1.0, abs=1e-9)
    assert band.points[top] == pytest.approx(on_circle(np.array([0.0]))[0], abs=1e-6)
    steps = np.linalg.norm(np.diff(band.points, axis=0), axis=1)
    assert steps[:top].std() < 0.02 * steps.mean() and steps[top:].std() < 0.02 * steps.mean()


def mueller_brown(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The potential of Mueller and Brown, Theor. Chim. Acta 53, 75 (1979)."""
    energies, forces = np.zeros(len(points)), np.zeros_like(points)
    parameters = (
        (-200, -1, 0, -10, 1, 0),
        (-100, -1, 0, -10, 0, 0.5),
        (-170, -6.5, 11, -6.5, -0.5, 1.5),
        (15, 0.7, 0.6, 0.7, -1, 1),
    )
    for A, a, b, c, x0, y0 in parameters:
        x, y = points[:, 0] - x0, points[:, 1] - y0
        term = A * np.exp(a * x**2 + b * x * y + c * y**2)
        energies += term
        forces -= np.stack([term * (2 * a * x + b * y), term * (b * x + 2 * c * y)], axis=1)
    return energies, forces


def test_two_barriers_of_the_mueller_brown_potential():
    """Published: minima -146.700 and -108.167, the higher saddle -40.665 at (-0.822, 0.624)."""
    one, other = np.array([-0.558, 1.442]), np.array([0.623, 0.028])
    band = relax_band(straight(one, other, 25), mueller_brown, 1e-3, 5000, climbing=True)
    top = int(np.argmax(band.energies))
    assert band.converged and band.points[top] == pytest.approx([-0.822, 0.624], abs=1e-3)
    assert band.energies[top] == pytest.approx(-40.665, abs=1e-3)
    inner = band.energies[1:-1]
    maxima = (inner > band.energies[:-2]) & (inner > band.energies[2:])
    assert np.count_nonzero(maxima) == 2


def test_a_band_that_may_not_move_says_so():
    one, other = on_circle(np.array([-1.0, 1.0]))
    band = relax_band(straight(one, other, 9), curved_valley, 1e-8, max_iterations=3)
    assert not band.converged and band.iterations == 3 and band.max_force > 1e-8


def test_tangents_point_towards_the_higher_neighbor():
    points = np.array([[0.0, 0], [1, 0], [2, 1], [3, 1], [3, 2]])
    tangents = band_tangents(points, np.array([0.0, 1, 2, 1, 0]))
    assert tangents[1] == pytest.approx([np.sqrt(0.5)] * 2) and tangents[3] == pytest.approx([1, 0])
    assert np.linalg.norm(tangents, axis=1) == pytest.approx(1.0)
    assert np.isfinite(band_tangents(points, np.zeros(5))).all()
