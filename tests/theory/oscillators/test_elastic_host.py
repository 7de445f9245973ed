"""Oscillators in an elastic medium: the dipole law, radiation, hybridization, correlated disorder."""

from __future__ import annotations

import numpy as np
import pytest

from atomglass.errors import InputError
from atomglass.theory.dipoles import dipole_interaction
from atomglass.theory.oscillators.elastic_host import (
    hybrid_modes,
    lattice_decay_rate,
    lattice_interaction,
    real_space_disorder,
)
from atomglass.theory.oscillators.scattering import (
    decay_rate,
    wavelength_over_mean_free_path_estimate,
)


def test_dipole_law_is_the_second_derivative_of_1_over_r():
    r, n, m, h = np.array([1.0, 2.0, -0.5]), np.array([0.6, 0.8, 0.0]), np.array([0.0, 0.6, -0.8]), 1e-4
    green = lambda v: 1 / np.linalg.norm(v)  # noqa: E731
    mixed = green(r + h * n + h * m) - green(r + h * n - h * m) - green(r - h * n + h * m) + green(r - h * n - h * m)
    assert dipole_interaction(r, n, m) == pytest.approx(-mixed / (4 * h**2), rel=1e-5)


def test_lattice_interaction_becomes_the_dipole_law():
    lattice = lattice_interaction(48)
    for r, most in (((5, 2, 1), 0.12), ((3, 3, 3), 0.12), ((6, 5, 4), 0.06), ((4, 4, 3), 0.12)):
        continuum = np.array([[dipole_interaction(r, a, b) for b in np.eye(3)] for a in np.eye(3)])
        assert np.sqrt(((lattice[r] - continuum) ** 2).mean() / (continuum**2).mean()) < most
    # Along an axis the lattice shows: half of the interaction at four sites.
    continuum = np.array([[dipole_interaction((4, 0, 0), a, b) for b in np.eye(3)] for a in np.eye(3)])
    assert np.sqrt(((lattice[4, 0, 0] - continuum) ** 2).mean() / (continuum**2).mean()) > 0.3


def test_static_elimination_is_exact():
    """Two oscillators in a lattice: the stiffness that is left after eliminating the sound by linear algebra."""
    size, Lambda = 6, 0.4
    lattice = lattice_interaction(size) / (4 * np.pi)
    identity = np.eye(size)
    one = 2 * identity - np.roll(identity, 1, 0) - np.roll(identity, -1, 0)
    k = sum(
        np.kron(np.kron(a, b), c)
        for a, b, c in ((one, identity, identity), (identity, one, identity), (identity, identity, one))
    )
    index = np.arange(size**3).reshape(size, size, size)

    def strain(site, axis):
        row = np.zeros(size**3)
        for step, sign in ((1, 0.5), (-1, -0.5)):
            moved = list(site)
            moved[axis] = (moved[axis] + step) % size
            row[index[tuple(moved)]] += sign
        return row

    a, b = strain((0, 0, 0), 0), strain((2, 1, 0), 1)
    eliminated = Lambda**2 * a @ np.linalg.pinv(k) @ b
    assert eliminated == pytest.approx(Lambda**2 * lattice[2, 1, 0, 0, 1], rel=1e-8)


def test_radiation_of_an_oscillator():
    """The golden rule over the lattice's sound gives 12 pi for one scalar branch, a third of Eq. 6.9's three."""
    rates = [lattice_decay_rate(w) for w in (0.3, 0.4, 0.5)]
    expected = decay_rate(np.array([0.3, 0.4, 0.5]), 1.0, 1.0, 1.0, branches=1)
    np.testing.assert_allclose(rates, expected, rtol=0.06)
    assert float(decay_rate(0.3, 2.0, 1.5, 0.7)) == pytest.approx(
        4 * 0.09 / (1.5 * 0.49 * 4 * np.pi * 0.343), rel=1e-12
    )


def test_hybrid_modes_are_sound_with_noise():
    """Oscillators resonant with sound mix with it: modes keep most of a plane wave, less for stronger coupling."""
    lost = []
    for coupling in (0.1, 0.6):
        rng = np.random.default_rng(1)
        modes = hybrid_modes(rng, 8, rng.uniform(0.4, 2.0, 60), coupling)
        assert modes.oscillator_weight.sum() == pytest.approx(60, rel=1e-9)
        assert modes.squared_frequencies[0] == pytest.approx(0, abs=1e-9)
        sound = modes.oscillator_weight < 0.5
        lost.append(1 - modes.plane_wave_weight[sound].mean())
        resonant = 1 - modes.plane_wave_weight[sound].min()
    assert 0.003 < lost[0] < 0.006 and 0.015 < lost[1] < 0.025
    assert resonant > 0.4  # some modes are half sound, half oscillators
    rng = np.random.default_rng(1)
    apart = hybrid_modes(rng, 5, [0.3], 0.0)
    assert apart.oscillator_weight.max() == pytest.approx(1) and apart.participation_number.min() == pytest.approx(1)


def test_soft_mode_disorder_is_correlated_in_real_space():
    correlation, error = real_space_disorder(np.random.default_rng(2), 6, 30)
    assert correlation > 20 * error
    everything, error = real_space_disorder(np.random.default_rng(2), 6, 216)
    assert abs(everything) < 5 * error


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: dipole_interaction([0, 0, 0], [1, 0, 0], [1, 0, 0]), "not zero"),
        (lambda: lattice_interaction(2), "4 to 128"),
        (lambda: hybrid_modes(np.random.default_rng(0), 5, [-1.0], 0.1), "positive"),
        (lambda: hybrid_modes(np.random.default_rng(0), 40, [1.0], 0.1), "4 to 14"),
        (lambda: real_space_disorder(np.random.default_rng(0), 6, 1000), "2 to 216"),
        (lambda: wavelength_over_mean_free_path_estimate(0.5, 2), "weak"),
    ],
)
def test_invalid_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
