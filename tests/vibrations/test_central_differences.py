"""Central differences against polynomials, functions with known derivatives, and known noise."""

from __future__ import annotations

import numpy as np
import pytest

from atomglass.vibrations.central_differences import (
    WEIGHTS,
    best_step,
    central_difference,
    dyadic_values,
    noise_level,
)

FORMULAS = [(n, order) for n, formulas in WEIGHTS.items() for order in formulas]


@pytest.mark.parametrize("derivative, order", FORMULAS)
def test_a_formula_is_exact_up_to_its_order_and_not_beyond(derivative: int, order: int) -> None:
    points = len(WEIGHTS[derivative][order])
    for power in range(derivative + order + 1):
        values = {k: np.array([float(k) ** power]) for k in range(-points, points + 1)}
        exact = np.prod(np.arange(1, derivative + 1)) if power == derivative else 0.0
        found = central_difference(values, derivative, order, 1.0)[0]
        if power < derivative + order:
            assert found == pytest.approx(exact, abs=1e-9)
        else:
            assert abs(found - exact) > 1e-3


def test_noise_is_measured_under_a_smooth_function() -> None:
    rng = np.random.default_rng(3)
    for noise in (1e-12, 1e-6):
        values = [np.sin(np.arange(2000) + k * 1e-7) + rng.normal(scale=noise, size=2000) for k in range(7)]
        assert noise_level(values) == pytest.approx(noise, rel=0.1)


@pytest.mark.parametrize("noise", [0.0, 1e-10, 1e-6])
@pytest.mark.parametrize("derivative, orders", [(1, (4, 6)), (1, (8, 6)), (2, (8, 6)), (3, (6, 4))])
def test_the_best_step_of_a_noisy_function(derivative: int, orders: tuple[int, int], noise: float) -> None:
    rng = np.random.default_rng(5)
    x = np.linspace(0.1, 1.0, 40)
    levels = [2**k for k in range(12)]
    values = dyadic_values(lambda s: np.exp(3 * (x + s)) + rng.normal(scale=noise, size=40), 1e-4, 4, levels)
    best = best_step(values, 1e-4, derivative, orders, levels, max(noise, 4e-15))
    true = np.abs(best.value - 3**derivative * np.exp(3 * x)).max()
    assert true <= 2 * best.error
    assert best.error < 1e5 * max(noise, 1e-14) ** (max(orders) / (max(orders) + derivative + 2))


def test_a_long_step_over_a_wiggle_does_not_pass_for_accurate() -> None:
    """A short wave beneath a parabola: long steps agree with each other, but not with the derivative at the origin."""
    width, height = 1e-3, 1e-5
    levels = [2**k for k in range(12)]

    def wavy(s: float) -> np.ndarray:
        return np.array(s + height * np.tanh(s / width))

    best = best_step(dyadic_values(wavy, 1e-5, 4, levels), 1e-5, 1, (8, 6), levels, 1e-17)
    assert best.value == pytest.approx(1 + height / width, rel=1e-9)
