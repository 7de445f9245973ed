"""Elastic moduli against quenches in a strained cell."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from samples import glass
from scipy.linalg import expm

import atomglass as ag
from atomglass.vibrations.elasticity import shear_strains, smallest_wavenumber

GLASSES = [("kumar2021", 144, 2, 41, False), ("kumar2021", 144, 2, 43, True), ("kumar2021_3d", 120, 3, 41, False)]


@pytest.fixture(params=GLASSES, ids=lambda g: f"{g[0]}-{'sheared' if g[4] else 'cubic'}")
def case(request) -> tuple[ag.Configuration, ag.PairPotential]:
    name, n, d, seed, sheared = request.param
    return glass(name, n, d, seed, sheared), ag.load_potential(name)


def strained_energy(configuration: ag.Configuration, potential: ag.PairPotential, strain: np.ndarray) -> float:
    """Energy after the deformation exp(strain), which tilts the cell, and a quench."""
    gradient = expm(strain)
    positions, box = configuration.positions @ gradient.T, configuration.cell @ gradient.T
    done = ag.quench(
        configuration.replace(positions=positions, box=box), potential, force_tolerance=1e-11, longest_step=1e-3
    )
    assert done.max_force < 1e-9
    return done.energy


def curvature(configuration: ag.Configuration, potential: ag.PairPotential, strain: np.ndarray, h: float) -> float:
    """d2U/dgamma2 by central differences at h and 2h (Richardson extrapolation)."""
    far, near, middle, *rest = (strained_energy(configuration, potential, k * h * strain) for k in range(-2, 3))
    narrow, wide = near + rest[0] - 2 * middle, far + rest[1] - 2 * middle
    return (4 * narrow - wide / 4) / (3 * h**2)


def test_shear_modulus_by_really_shearing(case) -> None:
    configuration, potential = case
    d = configuration.dimension
    moduli = ag.elastic_moduli(configuration, potential)
    chosen = range(len(moduli.shear_by_orientation)) if d == 2 else (0, 2, 4)
    for k in chosen:
        found = curvature(configuration, potential, shear_strains(d)[k, :d, :d], 2e-5) / configuration.volume
        assert moduli.shear_by_orientation[k] == pytest.approx(found, rel=2e-3)
    assert moduli.shear == pytest.approx(moduli.shear_by_orientation.mean(), rel=1e-14)
    assert 0 < moduli.shear < moduli.shear_affine


def test_bulk_modulus_and_pressure_by_really_compressing(case) -> None:
    """U under r -> exp(epsilon) r: its slope is -d V p, its curvature d^2 V (K - p)."""
    configuration, potential = case
    d, volume = configuration.dimension, configuration.volume
    moduli = ag.elastic_moduli(configuration, potential)
    h = 1e-5
    ends = [strained_energy(configuration, potential, s * h * np.eye(d)) for s in (-1, 1)]
    assert moduli.pressure == pytest.approx(-(ends[1] - ends[0]) / (2 * h * d * volume), rel=1e-6)
    bent = curvature(configuration, potential, np.eye(d), h)
    assert moduli.bulk == pytest.approx(bent / (d**2 * volume) + moduli.pressure, rel=1e-3)
    assert moduli.bulk < moduli.bulk_affine


def test_pressure_is_the_virial(case) -> None:
    configuration, potential = case
    d, model = configuration.dimension, naive.Model.of(potential)
    found = naive.pairs_of(configuration, model)
    virial = -sum(model.phi(p.r, p.sigma, 1) * p.r for p in found) / (d * configuration.volume)
    moduli = ag.elastic_moduli(configuration, potential)
    assert moduli.pressure == pytest.approx(virial, rel=1e-11)
    assert np.trace(ag.stress(configuration, potential)) / d == pytest.approx(-virial, rel=1e-11)


def test_moduli_are_the_twins(case) -> None:
    """Born part minus non-affine part, with the dense pseudo-inverse of the reference Hessian."""
    configuration, potential = case
    n, d = configuration.positions.shape
    model = naive.Model.of(potential)
    found = naive.pairs_of(configuration, model)
    if any(naive.rattlers(found, n, d)):
        kept = [p for p in found if not any(np.array(naive.rattlers(found, n, d))[[p.i, p.j]])]
        found = kept
    moduli = ag.elastic_moduli(configuration, potential)
    for k, strain in enumerate(shear_strains(d)[:, :d, :d]):
        expected = naive.relaxed_curvature(found, model, strain, n) / configuration.volume
        assert moduli.shear_by_orientation[k] == pytest.approx(expected, rel=1e-7)


def wave_frequency(configuration: ag.Configuration, potential: ag.PairPotential) -> float:
    """Mean frequency of the modes, weighted by their overlap with the four longest transverse waves."""
    modes = ag.lowest_modes(configuration, potential, count=24)
    x, y = 2 * np.pi * configuration.positions.T / configuration.box[0, 0]
    waves = np.zeros((4, len(configuration), 2))
    for k, (phase, axis) in enumerate([(x, 1), (x, 1), (y, 0), (y, 0)]):
        waves[k, :, axis] = (np.sin if k % 2 else np.cos)(phase)
    waves /= np.linalg.norm(waves, axis=(1, 2), keepdims=True)
    weight = (np.einsum("kna,wna->kw", modes.eigenvectors, waves) ** 2).sum(axis=1)
    assert weight.sum() > 2.5  # of the four waves
    return float(np.average(modes.frequencies, weights=weight))


def test_first_phonon_of_a_glass_is_in_its_spectrum() -> None:
    """omega_1 = 2 pi c_T / L against the frequencies of the modes with the largest overlap with transverse waves.

    A mean over three glasses: waves hybridize with other soft modes, in every glass differently (ratios 1.00, 1.11,
    1.03, 1.00 in four), and a change of the last digit in a quench is another glass here, as its liquid was sampled
    from a quenched start. So 0.12 is some four standard errors; a longitudinal speed, or a wave vector too long by
    sqrt(2), would be seen.
    """
    name, n, ratios = "kumar2021", 1600, []
    for seed in (5, 6, 7):
        configuration, potential = glass(name, n, 2, seed), ag.load_potential(name)
        moduli = ag.elastic_moduli(configuration, potential)
        length = configuration.box[0, 0]
        assert moduli.transverse_speed == pytest.approx(np.sqrt(moduli.shear / configuration.density), rel=0.02)
        assert moduli.first_phonon_frequency == pytest.approx(2 * np.pi * moduli.transverse_speed / length, rel=1e-12)
        ratios.append(wave_frequency(configuration, potential) / moduli.first_phonon_frequency)
    assert np.mean(ratios) == pytest.approx(1, abs=0.12)


def test_longest_wave_of_a_sheared_cell() -> None:
    """The shortest reciprocal vector of a cell tilted by one whole box is that of the upright one."""
    upright = ag.Configuration([[0.0, 0.0]], [1.0], [[8.0, 0.0], [0.0, 8.0]])
    tilted = ag.Configuration([[0.0, 0.0]], [1.0], [[8.0, 0.0], [8.0, 8.0]])
    assert smallest_wavenumber(upright) == pytest.approx(2 * np.pi / 8, rel=1e-14)
    assert smallest_wavenumber(tilted) == pytest.approx(2 * np.pi / 8, rel=1e-14)


@pytest.mark.parametrize("tilt", [0.0, 15.0, 60.0, 180.0, -300.0])
def test_the_longest_wave_does_not_depend_on_how_the_lattice_is_written(tilt: float) -> None:
    from atomglass.vibrations.elasticity import smallest_wavenumber

    sheared = ag.Configuration([[0.0, 0.0], [5.0, 5.0]], [1.0, 1.0], [[60.0, 0.0], [tilt, 30.0]])
    multiples = tilt / 60.0
    if multiples == round(multiples):  # the same lattice as the upright box of 60 by 30
        assert smallest_wavenumber(sheared) == pytest.approx(2 * np.pi / 60)
    reciprocal = np.linalg.inv(sheared.cell).T
    every = [i * reciprocal[0] + j * reciprocal[1] for i in range(-20, 21) for j in range(-20, 21) if i or j]
    assert smallest_wavenumber(sheared) == pytest.approx(2 * np.pi * min(np.linalg.norm(k) for k in every))
