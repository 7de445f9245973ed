"""Molecular dynamics against its slow twin, conservation of energy, and equipartition."""

from __future__ import annotations

import numpy as np
import pytest
from samples import glass, liquid

import atomglass as ag
from atomglass.sampling.molecular_dynamics import MolecularDynamics

SAMPLES = [("kumar2021", 100, 2, False), ("kumar2021", 100, 2, True), ("kumar2021_3d", 300, 3, False)]


@pytest.mark.parametrize("name, n, d, sheared", SAMPLES)
def test_trajectories_of_the_slow_twin(name: str, n: int, d: int, sheared: bool):
    start, potential = liquid(name, n, d, 1, sheared), ag.load_potential(name)
    dynamics = MolecularDynamics(start, potential, 0.3, np.random.default_rng(3), 0.005, redraw_every=100_000)
    dynamics.run(1)
    x, v = dynamics.configuration.positions, dynamics.velocities
    force = ag.forces(dynamics.configuration, potential)
    for _ in range(120):
        v = v + 0.0025 * force
        x = x + 0.005 * v
        force = ag.forces(start.replace(positions=x), potential)
        v = v + 0.0025 * force
    dynamics.run(50)
    dynamics.run(70)
    assert dynamics.steps == 121
    assert dynamics.configuration.positions == pytest.approx(x, abs=1e-9)
    assert dynamics.velocities == pytest.approx(v, abs=1e-8)


def energy_error(time_step: float) -> float:
    potential, start = ag.load_potential("kumar2021"), glass("kumar2021", 100, 2, 1)
    dynamics = MolecularDynamics(start, potential, 0.05, np.random.default_rng(1), time_step, redraw_every=100_000)
    dynamics.run(1)

    def energy() -> float:
        return ag.energy(dynamics.configuration, potential) + (dynamics.velocities**2).sum() / 2

    energies = []
    for _ in range(40):
        energies.append(energy())
        dynamics.run(round(0.1 / time_step))
    return float(np.std(energies))


def test_energy_is_conserved_to_second_order():
    assert energy_error(0.005) / energy_error(0.01) == pytest.approx(0.25, abs=0.08)


def test_equipartition():
    """The mean potential energy above the inherent state is T/2 for each degree of freedom, rattlers left out."""
    potential, start, temperature = ag.load_potential("kumar2021"), glass("kumar2021", 100, 2, 2), 1e-5
    dynamics = MolecularDynamics(start, potential, temperature, np.random.default_rng(5), 0.02, redraw_every=100)
    dynamics.run(3000)
    bottom, found = ag.energy(start, potential), []
    for _ in range(300):
        dynamics.run(100)
        found.append(ag.energy(dynamics.configuration, potential) - bottom)
    held = 100 - np.count_nonzero(ag.rattlers(start, potential))
    assert np.mean(found) == pytest.approx((2 * held - 2) * temperature / 2, rel=0.05)


def test_bad_settings():
    potential, start = ag.load_potential("kumar2021"), glass("kumar2021", 100, 2, 1)
    rng = np.random.default_rng(1)
    for options in ({"temperature": 0.0}, {"time_step": -1.0}, {"redraw_every": 0}):
        with pytest.raises(ag.InputError):
            MolecularDynamics(start, potential, **({"temperature": 0.1, "rng": rng} | options))
    with pytest.raises(ag.InputError, match="time_step"):
        MolecularDynamics(start, potential, 1.0, rng, time_step=5.0).run(10)
