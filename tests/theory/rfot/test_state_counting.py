"""Exact counts of the states of a cell."""

import itertools

import numpy as np
import pytest

from atomglass.errors import InputError
from atomglass.theory import rfot
from atomglass.theory.rfot import (
    plateau,
    ripplons,
    state_counting,
)

SILICA = rfot.GlassParams.named("silica").with_ratio(4.4)
SPECTRUM = ripplons.ripplon_spectrum(SILICA)


def test_counting_against_enumeration():
    spectrum = ripplons.RipplonSpectrum(np.array([0.2, 0.3]), np.array([1.0, 2.0]))
    states = state_counting.count_states(spectrum, 0.1, 30)
    direct = np.zeros(30)
    for a, b, c in itertools.product(range(16), repeat=3):
        level = 2 * a + 3 * (b + c)
        if level < 30:
            direct[level] += 1
    assert states == pytest.approx(direct, rel=1e-12)


def test_counting_against_beyer_and_swinehart():
    step, size = 2e-3, 500
    states = state_counting.count_states(SPECTRUM, step, size)
    direct = np.zeros(size)
    direct[0] = 1
    for frequency, weight in zip(SPECTRUM.frequencies, SPECTRUM.weights, strict=True):
        jump = round(frequency / step)
        for _ in range(int(weight)):
            for level in range(jump, size):
                direct[level] += direct[level - jump]
    assert states == pytest.approx(direct, rel=1e-9)


def test_fractional_weights_have_the_right_generating_function():
    spectrum = ripplons.RipplonSpectrum(np.array([0.1, 0.2, 0.5]), np.array([0.7, 2.3, 1.1]))
    states = state_counting.count_states(spectrum, 0.1, 400)
    for q in (0.3, 0.6):
        product = np.prod(
            [(1 - q ** round(f / 0.1)) ** -w for f, w in zip(spectrum.frequencies, spectrum.weights, strict=True)]
        )
        assert states @ q ** np.arange(400) == pytest.approx(product, rel=1e-10)
    with pytest.raises(InputError, match="step"):
        state_counting.count_states(spectrum, 1.0, 10)


def test_densities_are_sums_over_states():
    states = plateau.ScatteringStates(SILICA, step=2e-3)
    counted = state_counting.count_states(SPECTRUM, 2e-3, 2000)
    energy = 2e-3 * np.arange(2000)
    t = 0.05
    excited = states.excited(t)[:, 0]
    step_weighted = states.excited(t, "step", alpha=2.0)[:, 0]
    for index in (20, 90, 200, 400):
        omega = states.frequencies[index]
        below = energy < omega
        ground = (counted[below] * np.exp(-(omega - energy[below]) / 4.4)).sum()
        assert states.ground[index] == pytest.approx(ground, rel=1e-10)
        bias = energy[~below][: 2000 - 500] - omega
        weight = 2 / (np.exp(np.minimum(bias / t, 700)) + 1) * np.exp(-bias / 4.4)
        assert excited[index] == pytest.approx((counted[~below][: 2000 - 500] * weight).sum(), rel=1e-9)
        inside = bias < 2 * t
        direct = (counted[~below][: 2000 - 500][inside] * np.exp(-bias[inside] / 4.4)).sum()
        assert step_weighted[index] == pytest.approx(direct, rel=1e-9)
    with pytest.raises(InputError, match="weighting"):
        states.excited(t, "soft")  # type: ignore[arg-type]
