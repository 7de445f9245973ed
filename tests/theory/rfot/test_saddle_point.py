"""Saddle-point densities of scattering states against exact counts."""

import numpy as np
import pytest

from atomglass.theory import rfot
from atomglass.theory.rfot import (
    plateau,
    ripplons,
    saddle_point,
)

SILICA = rfot.GlassParams.named("silica").with_ratio(4.4)
SPECTRUM = ripplons.ripplon_spectrum(SILICA)


def test_density_has_the_tabulated_values():
    states = plateau.ScatteringStates(SILICA)
    table = {0.1: (0.978, 1.854), 0.15: (5.96, 3.58), 0.2: (5.90, 6.85), 0.3: (27.6, 23.4), 0.4: (81.7, 74.0)}
    table |= {0.5: (200, 219), 0.6: (500, 617), 0.7: (1775, 1660)}
    for omega, (exact, approximate) in table.items():
        assert np.interp(omega, states.frequencies, states.ground) == pytest.approx(exact, rel=4e-3)
        assert saddle_point.saddle_point_ground_state(SPECTRUM, omega, 4.4).density == pytest.approx(
            approximate, rel=3e-3
        )


def test_saddle_point_limits():
    low = saddle_point.saddle_point_ground_state(SPECTRUM, 1e-5, 4.4)
    assert low.density == pytest.approx(np.e / np.sqrt(2 * np.pi), rel=1e-4)
    # A bare pole: f'' = 1/k^2, f''' = -2/k^3, f'''' = 6/k^4.
    assert (low.fourth_order, low.third_order) == (pytest.approx(1 / 4, rel=1e-6), pytest.approx(1 / 3, rel=1e-6))
    far = [saddle_point.saddle_point_ground_state(SPECTRUM, w, 1e9).density for w in (1e4, 1.01e4)]
    assert np.log(far[1] / far[0]) / np.log(1.01) == pytest.approx(96, rel=0.01)


def test_saddle_point_slopes_against_finite_differences():
    s, h = 9.0, 1e-3
    d2, d3, d4 = saddle_point._slopes(SPECTRUM, s)
    energies = [saddle_point._energy(SPECTRUM, s + k * h) for k in (-2, -1, 0, 1, 2)]
    assert -(energies[3] - energies[1]) / (2 * h) == pytest.approx(d2, rel=1e-6)
    assert (energies[3] - 2 * energies[2] + energies[1]) / h**2 == pytest.approx(d3, rel=1e-5)
    third = (energies[4] - 2 * energies[3] + 2 * energies[1] - energies[0]) / (2 * h**3)
    assert -third == pytest.approx(d4, rel=1e-3)


def test_two_dimensional_saddle_point():
    # The saddle is stationary: moving either variable changes the exponent in second order only.
    w, e, tg = 0.3, 0.25, 4.4
    point = saddle_point.saddle_point_excited_states(SPECTRUM, w, e, tg)
    states = plateau.ScatteringStates(SILICA, step=4e-4)
    exact = states.excited(e, "step")[round(w / 4e-4), 0]
    assert point.density == pytest.approx(exact, rel=0.35)
    # The larger the window, the more it holds.
    grown = saddle_point.saddle_point_excited_states(SPECTRUM, w, 0.3, tg).density
    assert grown > point.density
    # Far below the ripplons nothing is left but the poles of the two step functions, whose errors are large.
    assert saddle_point.saddle_point_excited_states(SPECTRUM, 1e-3, 1e-3, tg).fourth_order > 2 * point.fourth_order
