"""The comparison with theories: inputs recovered from known glasses, predictions from the theories' own formulas."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from axes_checks import assert_axes_filled
from tunneling_model import B4, BELOW, COUPLING, HBAR, MODE_DENSITY, PBAR, VOLUME, study_with_soft_modes

from atomglass.analysis.figures.two_level_theories_figure import splitting_density, two_level_figures
from atomglass.analysis.results.two_level_theories import THEORIES, heat_capacities, predictions, theories_table
from atomglass.analysis.results.two_level_theory_inputs import theory_inputs
from atomglass.errors import InputError
from atomglass.theory.soft_potential.two_level_systems import SoftOscillators, tunneling_strength_estimate


@pytest.fixture(scope="module")
def study() -> SimpleNamespace:
    return study_with_soft_modes()


def test_inputs_are_recovered(study: SimpleNamespace):
    found = theory_inputs(study)
    assert found.mode_density.value == pytest.approx(MODE_DENSITY, abs=4 * found.mode_density.error)
    assert found.mode_density.error < 0.06 * MODE_DENSITY
    assert found.quartic_energy == pytest.approx((HBAR**4 * B4 / 96) ** (1 / 3))
    assert found.coupling == pytest.approx(COUPLING) and found.shear_modulus == 20.0
    assert found.boson_peak == pytest.approx(2.0, rel=0.1)  # the maximum of omega^2 exp(-omega)
    assert found.density == pytest.approx(1000 / VOLUME)


def test_glasses_that_were_not_searched_for_modes_do_not_thin_them_out(study: SimpleNamespace):
    """Half of the glasses, without modes: the density per volume is that of the others."""
    half = study.realizations["realization"] % 2 == 1
    columns = ["spot_count", "spots_below", "spot_coupling_t"]
    realizations = study.realizations.assign(**{name: study.realizations[name].mask(half) for name in columns})
    spots = study.spots[study.spots["realization"] % 2 == 0]
    found = theory_inputs(SimpleNamespace(**vars(study) | {"realizations": realizations, "spots": spots}))
    assert found.mode_density.value == pytest.approx(MODE_DENSITY, abs=4 * found.mode_density.error)
    assert found.mode_density.error < 0.09 * MODE_DENSITY and found.coupling == pytest.approx(COUPLING)


def test_predictions_are_those_of_the_theories(study: SimpleNamespace):
    found, inputs = predictions(study), theory_inputs(study)
    assert tuple(found) == THEORIES
    assert found["search"].pbar.value == pytest.approx(PBAR, abs=4 * found["search"].pbar.error)
    assert found["search"].gamma == pytest.approx(2.0) and found["search"].strength.value == pytest.approx(
        found["search"].pbar.value * 4 / 20
    )
    w = inputs.quartic_energy
    # The ensemble of oscillators with this density of vibrations: n(E) = scale / sqrt2 (E/W)^4.
    scale = np.sqrt(2) * inputs.mode_density.value * w**4 / HBAR**5
    ensemble = SoftOscillators(density=scale * HBAR**3 / w**2.5, W=w, hbar=HBAR)
    soft = found["soft potentials"]
    assert soft.pbar.value == pytest.approx(float(ensemble.pbar(inputs.logarithm)))
    assert soft.strength.value == pytest.approx(float(ensemble.tunneling_strength(COUPLING**2 / 20)))
    assert soft.gamma == pytest.approx(float(ensemble.deformation_potential(COUPLING, inputs.logarithm)))
    unstable = found["vibrational instability"]
    assert unstable.strength.value == pytest.approx(float(tunneling_strength_estimate(w, HBAR * inputs.boson_peak)))
    assert unstable.pbar.value * unstable.gamma**2 / 20 == pytest.approx(unstable.strength.value)
    mosaic = found["mosaic"]
    assert 1 / mosaic.strength.value == pytest.approx(191, abs=1)
    assert mosaic.pbar.value * mosaic.gamma**2 / 20 == pytest.approx(mosaic.strength.value)


def test_heat_capacity_of_the_search_grows_linearly(study: SimpleNamespace):
    """n(E) of the model is P ln(2E / smallest), so that c / T is (pi^2/6) n up to logarithms, far below the cutoff."""
    t = np.array([BELOW / 40, BELOW / 20])
    found = heat_capacities(study, t)
    expected = np.pi**2 / 6 * PBAR * np.log(2 * 2.4 * t / 1e-9) * t
    assert found["search"] == pytest.approx(expected, rel=0.1)
    assert found["mosaic"] / t == pytest.approx(np.full(2, np.pi**2 / 6 / (0.07 * 191.1)), rel=1e-2)
    ratio = predictions(study)["vibrational instability"].pbar.value / predictions(study)["soft potentials"].pbar.value
    soft = found["soft potentials"]
    assert found["vibrational instability"][np.isfinite(soft)] == pytest.approx(ratio * soft[np.isfinite(soft)])


def test_without_a_boson_peak_or_soft_modes_that_theory_says_nothing(study: SimpleNamespace):
    no_peak = SimpleNamespace(**vars(study) | {"density_of_states": None})
    assert np.isnan(predictions(no_peak)["vibrational instability"].strength.value)
    omega = study.density_of_states["frequency"]
    falling = study.density_of_states.assign(density=omega**2 * np.exp(-omega))
    falls = SimpleNamespace(**vars(study) | {"density_of_states": falling})
    assert np.isnan(theory_inputs(falls).boson_peak)
    table = theories_table(no_peak)
    assert table is not None and np.isfinite(table["soft potentials"]).all()
    no_modes = SimpleNamespace(**vars(study) | {"spots": study.spots[:0]})
    with pytest.raises(InputError, match="pseudo-harmonic modes below the bound"):
        theory_inputs(no_modes)
    assert theories_table(no_modes) is None and two_level_figures(no_modes) == []
    assert two_level_figures(SimpleNamespace(tls=None)) == []


def test_the_density_of_splittings(study: SimpleNamespace):
    table = splitting_density(study, np.linspace(0, BELOW, 4))
    assert (abs(table["weighted"] - PBAR) < 4 * table["weighted_error"]).all()
    assert (table["density"] > 5 * table["weighted"]).all()  # few of them tunnel fast


def test_the_figure(study: SimpleNamespace):
    (figure,) = two_level_figures(study)
    assert len(figure.figure.axes) == 3 and "Nothing is fitted" in figure.caption
    for ax in figure.figure.axes[:2]:
        assert_axes_filled(ax)
