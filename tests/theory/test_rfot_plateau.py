"""Scattering states and the plateau: [37]-[48], Figs. 17-20."""

import itertools

import numpy as np
import pytest

from atomglass.errors import InputError
from atomglass.theory import rfot
from atomglass.theory.rfot import (
    phonon_coupling,
    plateau,
    ripplons,
    saddle_point,
    saddle_point_conductivity,
    scattering,
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


def test_conductivity_has_the_tabulated_values():
    table = {0.001: 1.09e-3, 0.0098: 0.105, 0.0155: 0.239, 0.0244: 0.377, 0.0306: 0.399, 0.0385: 0.383}
    t = np.array(list(table))
    assert rfot.thermal_conductivity(SILICA, t) == pytest.approx(np.array(list(table.values())), rel=5e-3)
    # Above the plateau the states must be counted to higher energies than the phonons' own.
    hot = {0.0607: 0.2537, 0.096: 0.1165, 0.12: 0.1124, 0.19: 0.2104, 0.3: 0.3327}
    assert rfot.thermal_conductivity(SILICA, list(hot)) == pytest.approx(np.array(list(hot.values())), rel=2e-3)


def test_shape_of_the_plateau():
    low = rfot.thermal_conductivity(SILICA, [1e-3, 4.5e-3])
    assert np.log(low[1] / low[0]) / np.log(4.5) == pytest.approx(2, abs=0.03)
    t = np.geomspace(0.02, 0.05, 61)
    assert t[np.argmax(rfot.thermal_conductivity(SILICA, t))] == pytest.approx(0.031, rel=0.1)
    steep = rfot.thermal_conductivity(SILICA, [0.058, 0.062])
    assert np.log(steep[1] / steep[0]) / np.log(62 / 58) == pytest.approx(-1.44, abs=0.02)


def test_counting_that_stops_early_misses_hot_cells(monkeypatch):
    # States above the phonons' energies absorb from excited cells: a count up to 1.55 overestimates kappa by a third.
    monkeypatch.setattr(plateau, "LARGEST_ENERGY", 1.55)
    early = {0.0607: 0.260, 0.096: 0.157, 0.12: 0.155, 0.19: 0.233, 0.3: 0.345}
    kappa = rfot.thermal_conductivity(SILICA, list(early))
    assert kappa == pytest.approx(np.array(list(early.values())), rel=0.01)
    steep = rfot.thermal_conductivity(SILICA, [0.058, 0.062])
    assert np.log(steep[1] / steep[0]) / np.log(62 / 58) == pytest.approx(-1.2, abs=0.15)


def test_counting_further_changes_nothing(monkeypatch):
    t = [0.03, 0.1, 0.3, 1.0]
    near = rfot.thermal_conductivity(SILICA, t)
    monkeypatch.setattr(plateau, "LARGEST_ENERGY", 8.0)
    assert near == pytest.approx(rfot.thermal_conductivity(SILICA, t), rel=1e-3)


def test_a_finer_grid_changes_nothing():
    t = [0.01, 0.03, 0.1]
    near = rfot.thermal_conductivity(SILICA, t)
    fine = plateau.ScatteringStates(SILICA, step=2e-4)
    for i, x in enumerate(t):
        path = 150 / (fine.ground + fine.excited(x)[:, 0]) + 1
        assert near[i] == pytest.approx(scattering.conductivity_sum(x, path), rel=3e-3)


def test_hot_phonons_go_one_wavelength():
    assert rfot.thermal_conductivity(SILICA, 2.0) == pytest.approx(scattering.conductivity_of_path(2.0, 1.0), rel=1e-3)


def test_conductivity_with_coupling():
    t = np.geomspace(8e-3, 0.05, 41)
    peaks = {}
    for ratio in (2.0, 3.5, 5.0):
        kappa = rfot.thermal_conductivity(SILICA.with_ratio(ratio), t, coupling=True)
        peaks[ratio] = t[kappa.argmax()], kappa.max()
    positions, heights = np.array(list(peaks.values())).T
    # The larger T_g/T_D, the lower the plateau, in both ways; all lie below the one without coupling.
    assert (np.diff(positions) < 0).all() and (np.diff(heights) < 0).all()
    assert heights[0] < 0.399
    # Weak coupling gives the bare curve back.
    weak = SILICA.with_ratio(0.3)
    narrow = phonon_coupling.PhononCoupling(cutoff=0.2)
    near = rfot.thermal_conductivity(weak, 0.01, coupling=narrow)
    assert near == pytest.approx(rfot.thermal_conductivity(weak, 0.01), rel=0.02)


def test_the_step_weighting_makes_a_flatter_plateau():
    t = np.array([0.02, 0.05])
    glass = SILICA.with_ratio(5.0)
    coupling = phonon_coupling.PhononCoupling(2.0)
    step = rfot.thermal_conductivity(glass, t, coupling, weighting="step")
    thermal = rfot.thermal_conductivity(glass, t, coupling)
    assert abs(np.log(step[1] / step[0])) < 0.2 < abs(np.log(thermal[1] / thermal[0]))


def test_stiffened_cells_scatter_less():
    t = [0.03, 0.1]
    stiff = rfot.thermal_conductivity(SILICA, t, stiffening=True)
    assert (stiff > rfot.thermal_conductivity(SILICA, t)).all()
    # Directly: ripplons above the bias only, ground state, by summing over cells of given bias.
    states = plateau.ScatteringStates(SILICA, stiffening=True, step=2e-3)
    omega = states.frequencies[200]
    lowest = round(SPECTRUM.frequencies[0] / 2e-3) * 2e-3
    no_ripplon = np.exp(-omega / 4.4)
    assert omega < 2 * SPECTRUM.frequencies[2]
    one = sum(
        weight * np.exp(-(omega - round(f / 2e-3) * 2e-3) / 4.4)
        for f, weight in zip(SPECTRUM.frequencies, SPECTRUM.weights, strict=True)
        if 0 < omega - f < f
    )
    two = 15 * np.exp(-(omega - 2 * lowest) / 4.4) * (0 < omega - 2 * lowest < lowest)
    both = 5 * 7 * np.exp(-(omega - lowest - round(SPECTRUM.frequencies[1] / 2e-3) * 2e-3) / 4.4)
    assert states.ground[200] == pytest.approx(no_ripplon + one + two + both, rel=1e-6)
    with pytest.raises(InputError, match="stiffening"):
        plateau.ScatteringStates(SILICA, coupling=True, stiffening=True)


def test_the_review_s_saddle_points_give_the_same_plateau_but_lower():
    t = np.array([0.001, 0.0155, 0.06, 0.12, 0.3])
    ratio = saddle_point_conductivity.saddle_conductivity(SILICA, t) / rfot.thermal_conductivity(SILICA, t)
    assert ratio == pytest.approx([0.901, 0.683, 0.880, 0.991, 1.0], abs=0.01)
    # Cold: only the ground state absorbs, with e/sqrt(2 pi) of its true density at omega -> 0.
    cold = saddle_point_conductivity.saddle_conductivity(SILICA, 6e-4)
    edge = scattering.conductivity_of_path(6e-4, 150 * np.sqrt(2 * np.pi) / np.e + 1)
    assert cold == pytest.approx(edge, rel=0.02)
    for outside in (1e-4, 2.0):
        with pytest.raises(InputError, match="5e-4 to 1"):
            saddle_point_conductivity.saddle_conductivity(SILICA, [0.01, outside])


def test_integration_by_parts_of_the_excited_density():
    # N_E = E and f = 2/(e^(E/T) + 1): Int f dE = 2 T ln 2.
    linear = np.tile(saddle_point_conductivity._BIAS, (len(saddle_point_conductivity._OMEGA), 1))
    assert saddle_point_conductivity._excited(linear, 0.05) == pytest.approx(2 * 0.05 * np.log(2), rel=1e-3)
