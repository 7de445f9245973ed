"""The model of coupled oscillators: instability, relaxation, modes."""

from __future__ import annotations

import time

import numpy as np
import pytest

from atomglass import quartic
from atomglass.errors import InputError
from atomglass.theory import OscillatorModel
from atomglass.theory.oscillators.model import two_oscillator_eigenvalues

SMALL = OscillatorModel(coupling=0.2, size=7, seed=3)


def test_two_oscillators():
    """Zero at I_c = omega_1 omega_2 sqrt(M_1 M_2); Eq. 1.1 below; linear in I_c - I."""
    omega, M = (0.05, 1.3), (2.0, 0.7)
    critical = omega[0] * omega[1] * np.sqrt(M[0] * M[1])
    assert abs(two_oscillator_eigenvalues(critical, omega, M)[0]) < 1e-12
    for I in np.linspace(0, 0.9, 7) * critical:
        expected = omega[0] ** 2 * (1 - (I / critical) ** 2)
        assert abs(two_oscillator_eigenvalues(I, omega, M)[0] / expected - 1) < 2 * (omega[0] / omega[1]) ** 2
    h = 1e-5 * critical
    slope = [two_oscillator_eigenvalues(critical - step, omega, M)[0] / step for step in (h, 2 * h)]
    assert slope[0] == pytest.approx(slope[1], rel=1e-4)
    assert two_oscillator_eigenvalues(1.01 * critical, omega, M)[0] < 0


def test_parts_of_the_potential():
    """K, the minimum and the Hessian against the potential written as a double sum."""
    model = OscillatorModel(coupling=0.3, size=3, seed=4, anharmonicity=(0.5, 2.0), pressure=0.1)
    k, I, A, F = model.stiffnesses, model.interactions, model.anharmonicities, model.external_forces

    def energy(x):
        total = sum(k[i] * x[i] ** 2 / 2 + A[i] * x[i] ** 4 / 4 - F[i] * x[i] for i in range(27))
        return total - sum(I[i, j] * x[i] * x[j] for i in range(27) for j in range(27) if i != j) / 2

    state = model.relax()
    x = state.displacements
    assert state.energy == pytest.approx(energy(x), rel=1e-10)
    rng = np.random.default_rng(0)
    direction = rng.normal(size=27)
    h = 1e-4
    first = (energy(x + h * direction) - energy(x - h * direction)) / (2 * h)
    second = (energy(x + h * direction) - 2 * energy(x) + energy(x - h * direction)) / h**2
    assert abs(first) < 1e-6
    assert direction @ state.hessian @ direction == pytest.approx(second, rel=1e-5)


def test_lattice_couplings_are_dipolar_in_distance():
    I = SMALL.interactions / SMALL.coupling
    sites = SMALL.sites
    np.testing.assert_array_equal(I, I.T)
    assert np.abs(np.diag(I)).max() == 0
    for i, j in ((0, 1), (0, 48), (5, 200)):
        images = sites[j] - sites[i] + 7 * np.array(np.meshgrid(*[[-1, 0, 1]] * 3)).reshape(3, -1).T
        assert abs(I[i, j]) <= 0.5 / np.linalg.norm(images, axis=1).min() ** 3
    g = I[0, 1:] * np.linalg.norm((sites[1:] + 3) % 7 - 3, axis=1) ** 3
    assert g.std() == pytest.approx(1 / np.sqrt(12), rel=0.1)


def test_same_seed_same_numbers_and_coupling_is_a_factor():
    np.testing.assert_array_equal(
        SMALL.relax().eigenvalues, OscillatorModel(coupling=0.2, size=7, seed=3).relax().eigenvalues
    )
    np.testing.assert_allclose(OscillatorModel(coupling=0.1, size=7, seed=3).interactions, SMALL.interactions / 2)
    assert not np.array_equal(OscillatorModel(size=7, seed=4).stiffnesses, SMALL.stiffnesses)


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0, 3.5])
def test_bare_frequencies(exponent):
    """P(omega < x) = x^(n+1)."""
    omega = np.sqrt(OscillatorModel(size=13, exponent=exponent).stiffnesses)
    for x in (0.3, 0.6, 0.9):
        expected = x ** (exponent + 1)
        assert (omega < x).mean() == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 2197))


def test_instability_and_stabilization():
    bare, state = SMALL.bare_eigenvalues(), SMALL.relax()
    np.testing.assert_allclose(bare.sum(), SMALL.stiffnesses.sum(), rtol=1e-10)
    assert bare[0] < 0
    assert state.converged and state.residual < 1e-12 and state.eigenvalues[0] > 0
    assert state.energy < 0
    np.testing.assert_allclose(state.frequencies**2, state.eigenvalues)


def test_spectrum_does_not_depend_on_equal_anharmonicity():
    states = [OscillatorModel(coupling=0.2, size=7, seed=3, anharmonicity=(A, A)).relax() for A in (0.01, 1.0, 100.0)]
    for state, A in zip(states, (0.01, 1.0, 100.0), strict=True):
        np.testing.assert_allclose(state.eigenvalues, states[1].eigenvalues, atol=1e-8)
        np.testing.assert_allclose(state.displacements * np.sqrt(A), states[1].displacements, atol=1e-8)
        assert state.energy * A == pytest.approx(states[1].energy, rel=1e-9)


def test_one_unstable_mode_alone_doubles_its_frequency():
    """Eqs. 2.14-2.16 where one mode is barely unstable: omega^2 = 2|k|, x = sqrt(|k|/A), U = -k^2/(4A) of the mode."""
    for seed in range(200):
        model = OscillatorModel(coupling=0.2, size=4, seed=seed)
        values, vectors = np.linalg.eigh(model.stiffness_matrix)
        if values[0] < 0 and values[0] > -0.01 and values[1] > 0.05:
            break
    e = vectors[:, 0]
    state = model.relax()
    # By symmetry x -> -x the cubic terms vanish at x = 0; the other modes follow in the next order only.
    assert state.eigenvalues[0] == pytest.approx(-2 * values[0], rel=0.15)
    A = (e**4).sum()
    assert state.energy == pytest.approx(-(values[0] ** 2) / (4 * A), rel=0.15)
    assert abs(e @ state.displacements) == pytest.approx(np.sqrt(-values[0] / A), rel=0.15)


def test_modes_expand_the_potential():
    """b2, b3, b4 against finite differences of the energy along a mode."""
    state = SMALL.relax()
    modes = state.modes_below(0.4)
    assert 3 <= len(modes.eigenvalues) == (state.frequencies < 0.4).sum()
    np.testing.assert_allclose(modes.b2, state.eigenvalues[: len(modes.b2)], rtol=1e-9)
    K, A, x = SMALL.stiffness_matrix, SMALL.anharmonicities, state.displacements
    s = np.linspace(-0.5, 0.5, 11)
    for i in range(3):
        points = x + s[:, None] * modes.vectors[:, i]
        u = np.einsum("ni,ij,nj->n", points, K, points) / 2 + (A * points**4).sum(axis=1) / 4
        series = quartic.energy(s, modes.b2[i], modes.b3[i], modes.b4[i])
        np.testing.assert_allclose(u - u[5], series, atol=1e-12)
        assert modes.participation_number[i] == pytest.approx(1 / (modes.vectors[:, i] ** 4).sum())


@pytest.mark.parametrize(
    "options",
    [{"positions": "poisson"}, {"positions": "hardcore"}, {"couplings": "sign"}, {"couplings": "dipolar"}],
)
def test_options_of_the_model(options):
    model = OscillatorModel(coupling=0.15, size=6, seed=2, **options)
    state = model.relax()
    assert state.residual < 1e-12 and state.eigenvalues[0] > 0
    distance = model.sites[:, None] - model.sites[None]
    distance = np.linalg.norm(distance - 6 * np.rint(distance / 6), axis=-1)
    np.fill_diagonal(distance, np.inf)
    g = np.abs(model.interactions) / 0.15 * np.where(np.isinf(distance), 0, distance) ** 3
    g = g[np.triu_indices(216, 1)]
    assert (distance.min() >= 0.8) == (options.get("positions") != "poisson")
    mean, largest = {"sign": (1, 1), "dipolar": (0.69 / 4 / np.pi, 2 / 4 / np.pi)}.get(
        options.get("couplings"), (0.25, 0.5)
    )
    assert g.mean() == pytest.approx(mean, rel=0.02)
    assert g.max() <= largest + 1e-12


def test_starts_and_pressure():
    lowest = SMALL.relax(starts=4)
    assert lowest.energy <= SMALL.relax().energy
    along = SMALL.relax("unstable")
    assert along.converged and along.energy < 0
    pressed = OscillatorModel(coupling=0.2, size=7, seed=3, pressure=0.01).relax()
    assert pressed.converged
    # An external force per oscillator moves the soft modes up.
    assert np.mean(pressed.frequencies[:10]) > np.mean(SMALL.relax().frequencies[:10])


@pytest.mark.slow
def test_one_sample_in_six_seconds():
    start = time.process_time()
    OscillatorModel(coupling=0.1, size=13, seed=1).relax()
    assert time.process_time() - start < 6


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"coupling": 2.0}, "weak coupling"),
        ({"size": 1}, "2 to 20"),
        ({"couplings": "pm"}, "uniform, sign, dipolar"),
        ({"positions": "fcc"}, "lattice, poisson, hardcore"),
        ({"anharmonicity": (1.0, -1.0)}, "positive"),
        ({"exponent": -2.0}, "exponent"),
        ({"hard_core": 1.2}, "jam"),
        ({"pressure": -1.0}, "pressure"),
    ],
)
def test_invalid_input_is_refused(options, words):
    with pytest.raises(InputError, match=words):
        OscillatorModel(**options)
    with pytest.raises(InputError, match="start"):
        SMALL.relax("downhill")
