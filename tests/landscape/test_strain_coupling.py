"""Deformation potentials against strained and relaxed glasses, and against averages over random orientations."""

from __future__ import annotations

import numpy as np
import pytest
from samples import glass

import atomglass as ag
from atomglass.landscape.strain_coupling import (
    coupling_of_modes,
    deformation_potentials,
    energy_difference_per_strain,
    rms_over_orientations,
)
from atomglass.system.interactions import InteractingPairs


def strained_energy(state: ag.Configuration, potential: ag.PairPotential, strain: np.ndarray) -> float:
    deform = np.eye(2) + strain
    moved = ag.Configuration(state.positions @ deform.T, state.diameters, state.cell @ deform.T)
    return ag.quench(moved, potential, newton=False).energy


@pytest.mark.parametrize("a, b", [(0, 0), (0, 1), (1, 1)])
def test_the_derivative_of_relaxed_energies(a: int, b: int):
    potential = ag.load_potential("kumar2021")
    one = glass("kumar2021", 100, 2, 1)
    start = one.positions + 0.15 * np.random.default_rng(4).standard_normal((100, 2))
    other = ag.quench(one.replace(positions=start), potential).configuration
    derivative = energy_difference_per_strain(one, other, potential)
    strain = np.zeros((2, 2))
    strain[a, b] = strain[b, a] = 1e-5 if a == b else 0.5e-5
    changes = [
        strained_energy(state, potential, strain) - strained_energy(state, potential, -strain) for state in (one, other)
    ]
    assert (changes[1] - changes[0]) / 2e-5 == pytest.approx(derivative[a, b], rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("d", [2, 3])
def test_averages_over_orientations(d: int):
    rng = np.random.default_rng(d)
    derivative = rng.standard_normal((d, d))
    derivative += derivative.T
    frames = np.linalg.qr(rng.standard_normal((100_000, d, d)))[0]
    xy = np.einsum("ka,kb,ab->k", frames[:, :, 0], frames[:, :, 1], derivative)
    xx = np.einsum("ka,kb,ab->k", frames[:, :, 0], frames[:, :, 0], derivative)
    expected = [np.sqrt((xy**2).mean()) / 2, np.sqrt((xx**2).mean()) / 2]
    assert deformation_potentials(derivative) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("name, d", [("kumar2021", 2), ("kumar2021_3d", 3)])
def test_the_coupling_of_a_mode_is_the_force_along_it_per_strain(name: str, d: int):
    """Against the forces of affinely strained samples, in the coordinates before the deformation."""
    potential, state = ag.load_potential(name), glass(name, 100 if d == 2 else 200, d, 1)
    directions = np.random.default_rng(1).standard_normal((2, len(state), d))
    found = coupling_of_modes(InteractingPairs.of(state, potential), directions, d)
    assert np.array_equal(found, found.swapaxes(1, 2))
    step = 1e-6
    for a, b in ((0, 0), (0, 1), (d - 1, d - 1)):
        strain = np.zeros((d, d))
        strain[a, b] += step / 2
        strain[b, a] += step / 2
        forces = []
        for sign in (1, -1):
            deform = np.eye(d) + sign * strain
            moved = ag.Configuration(state.positions @ deform.T, state.diameters, state.cell @ deform.T)
            forces.append(ag.forces(moved, potential) @ deform)
        expected = -np.einsum("knd,nd->k", directions, forces[0] - forces[1]) / (2 * step)
        assert found[:, a, b] == pytest.approx(expected, rel=1e-6, abs=1e-5)


def test_rms_of_a_pure_shear():
    """In two dimensions the xy element of diag(1, -1) is sin(2 phi), the xx element cos(2 phi)."""
    assert rms_over_orientations(np.diag([1.0, -1.0])) == pytest.approx([np.sqrt(0.5), np.sqrt(0.5)])
