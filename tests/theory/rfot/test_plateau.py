"""Scattering states counted exactly, and the plateau of the conductivity."""

import numpy as np
import pytest

from atomglass.errors import InputError
from atomglass.theory import rfot
from atomglass.theory.rfot import (
    phonon_coupling,
    plateau,
    ripplons,
    scattering,
)

SILICA = rfot.GlassParams.named("silica").with_ratio(4.4)
SPECTRUM = ripplons.ripplon_spectrum(SILICA)


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


def test_mean_free_path_of_hot_phonons_is_one_wavelength():
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
