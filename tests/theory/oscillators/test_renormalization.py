"""Shifts of the stiffness, their distribution, and the random forces."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from atomglass.errors import InputError
from atomglass.theory import OscillatorModel
from atomglass.theory.oscillators.boson_peak import omega_star_estimate
from atomglass.theory.oscillators.renormalization import (
    LevyLaw,
    bare_stiffness_density,
    lorentzian_half_width,
    sampled_shifts,
    shifts_by_elimination,
    shifts_by_sum,
    soft_forces,
    stiffness_density,
)
from atomglass.theory.oscillators.spectra import fit_omega_star


def test_levy_law():
    law = LevyLaw.of_model(0.1)
    np.testing.assert_allclose(
        [LevyLaw.of_model(J).omega_c for J in (0.07, 0.1, 0.15)], [0.13781, 0.19687, 0.29531], rtol=5e-5
    )
    np.testing.assert_allclose(
        [LevyLaw.of_model(J).k_c for J in (0.07, 0.1, 0.15)], [0.018991, 0.038758, 0.087205], rtol=5e-5
    )
    assert quad(law.density, 0, 0.5)[0] == pytest.approx(float(law.cumulative(0.5)), rel=1e-8)
    # Eq. 2.18 as printed, (pi/3) sqrt(pi/2) J <1/omega>, is the case <|g|> = 1/4.
    assert law.scale == pytest.approx(np.pi / 3 * np.sqrt(np.pi / 2) * 0.1 * 1.5, rel=1e-12)
    assert LevyLaw.of_model(0.1, couplings="sign").scale == pytest.approx(4 * law.scale, rel=1e-12)
    predicted = [float(omega_star_estimate(LevyLaw.of_model(J).omega_c, 2)) for J in (0.07, 0.1, 0.15)]
    np.testing.assert_allclose(predicted, [0.0368, 0.0666, 0.1310], rtol=2e-3)


@pytest.mark.parametrize("couplings", ["uniform", "sign"])
def test_independent_neighbors_follow_the_levy_law(couplings):
    """Quantiles of 2e4 samples; at a radius of 8 the far neighbors left out are nothing."""
    shifts = sampled_shifts(np.random.default_rng(3), 20_000, couplings=couplings)
    law = LevyLaw.of_model(0.1, couplings=couplings)
    for q in (0.1, 0.25, 0.5, 0.75):
        assert float(law.cumulative(np.quantile(shifts, q))) == pytest.approx(q, abs=4 * np.sqrt(q * (1 - q) / 2e4))


def test_shift_scales_as_coupling_squared():
    a, b = (shifts_by_sum(OscillatorModel(coupling=J, size=6, seed=2)) for J in (0.07, 0.15))
    np.testing.assert_allclose(b / a, (0.15 / 0.07) ** 2, rtol=1e-12)


def test_two_definitions_of_the_shift():
    """For weak coupling the other oscillators follow one by one; and K's determinant factors exactly."""
    model = OscillatorModel(coupling=0.02, size=6, seed=2)
    direct, schur = shifts_by_sum(model), shifts_by_elimination(model)
    soft = model.stiffnesses < 0.1
    np.testing.assert_allclose(schur[soft], direct[soft], rtol=0.25)
    i = int(np.argmin(model.stiffnesses))
    K = model.stiffness_matrix
    rest = np.delete(np.delete(K, i, 0), i, 1)
    assert model.stiffnesses[i] - schur[i] == pytest.approx(np.linalg.det(K) / np.linalg.det(rest), rel=1e-8)


@pytest.mark.extended
def test_lattice_shifts_and_their_tail():
    shifts = np.concatenate([shifts_by_sum(OscillatorModel(coupling=0.1, size=13, seed=s)) for s in range(4)])
    assert np.median(shifts) == pytest.approx(0.01596, rel=0.03)
    np.testing.assert_allclose(np.quantile(shifts, [0.1, 0.9]), [0.00975, 0.0314], rtol=0.05)
    top = np.sort(shifts)[-len(shifts) // 100 :]
    assert 1 / np.log(top / top[0])[1:].mean() == pytest.approx(1.5, abs=4 * 1.5 / np.sqrt(len(top)))
    # Far out, P(kappa > x) ~ x^(-3/2): from the nearest stiffnesses alone, independent of positions.
    bins = np.linspace(0, 0.04, 21)
    counts = np.histogram(shifts, bins)[0]
    assert bins[counts.argmax()] == pytest.approx(0.0132, abs=0.003)


def test_stiffness_density():
    assert quad(lambda k: float(bare_stiffness_density(k)), 0, 1)[0] == pytest.approx(1, rel=1e-6)
    model = OscillatorModel(coupling=0.1, size=13, seed=1)
    shifts = shifts_by_sum(model)
    k = np.array([-0.02, -0.01, 0.0, 0.01, 0.02, 0.04, 0.2])
    phi = stiffness_density(k, shifts)
    np.testing.assert_allclose(phi[:-1], [0.0451, 0.1237, 0.2032, 0.2547, 0.2965, 0.3655], rtol=0.13)
    assert phi[-1] == pytest.approx(float(bare_stiffness_density(0.2)), rel=0.06)
    # The same from eigenvalues, over a window wide enough for one sample.
    bare = model.bare_eigenvalues()
    window = np.linspace(-0.02, 0.06, 81)
    assert ((bare > -0.02) & (bare < 0.06)).mean() == pytest.approx(
        float(np.trapezoid(stiffness_density(window, shifts), window)), abs=4 * np.sqrt(0.022 / 2197)
    )


def test_random_forces():
    """The force on an oscillator is what its unstable neighbors exert: sum_j I_ij x_j beyond its own shift."""
    model = OscillatorModel(coupling=0.15, size=8, seed=2)
    state = model.relax()
    forces = soft_forces(state, 0.05)
    left = 1 / np.diag(np.linalg.inv(model.stiffness_matrix))
    i = np.flatnonzero(np.abs(left) < 0.05)[0]
    # Equilibrium of all others at the displacement of i: x_j = (K_rest + A x_j^2)^(-1) I_ji x_i; their anharmonic
    # forces, carried to i by the linear response, are the random force.
    rest = np.arange(model.number) != i
    K, x = model.stiffness_matrix, state.displacements
    carried = K[i, rest] @ np.linalg.solve(K[np.ix_(rest, rest)], x[rest] ** 3)
    assert forces[0] == pytest.approx(carried, rel=1e-6)
    assert lorentzian_half_width(np.tan(np.pi * (np.random.default_rng(0).random(40_000) - 0.5))) == pytest.approx(
        1, rel=0.04
    )


def test_invalid_input_is_refused():
    with pytest.raises(InputError, match="mean of 1/omega"):
        LevyLaw.of_model(0.1, exponent=0.0)
    with pytest.raises(InputError, match="at least 5"):
        fit_omega_star([1.0, 2.0], 0.5)
    with pytest.raises(InputError, match="uniform or sign"):
        sampled_shifts(np.random.default_rng(0), 10, couplings="dipolar")
    with pytest.raises(InputError, match="at least 2"):
        lorentzian_half_width(np.array([1.0]))
