"""Second-order energies of two tunneling centers against the exact free energy of nine levels: [71]-[81]."""

import numpy as np
import pytest

from atomglass.theory.rfot import pair_interactions

TRANSITION_23 = np.array([[0, 0, 0], [0, 0, 1], [0, 1, 0]], dtype=float)
TRANSITION_12 = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=float)


def free_energy_per_square(first, second, left, right, t, levels=3):
    """(F(J) - F(0))/J^2 of two centers coupled by J left x right, from all levels and extrapolated to J = 0."""
    left, right = left[:levels, :levels], right[:levels, :levels]
    free = np.kron(first, np.eye(levels)) + np.kron(np.eye(levels), second)

    def energy(j):
        e = np.linalg.eigvalsh(free + j * np.kron(left, right))
        return -t * np.log(np.exp(-(e - e[0]) / t).sum()) + e[0]

    one, two = ((energy(j) - energy(0.0)) / j**2 for j in (2e-3, 4e-3))
    return (4 * one - two) / 3


@pytest.mark.parametrize("t", [0.1, 0.4, 1.5])
@pytest.mark.parametrize(("bias", "ripplon"), [((0.1, 0.3), (1.0, 1.4)), ((0.2, 0.05), (0.9, 0.9))])
def test_ripplon_ripplon_energy(bias, ripplon, t):
    sites = [pair_interactions.center_hamiltonian(e, w) for e, w in zip(bias, ripplon, strict=True)]
    exact = free_energy_per_square(*sites, TRANSITION_23, TRANSITION_23, t)
    assert pair_interactions.ripplon_ripplon_energy(bias, ripplon, t) == pytest.approx(exact, rel=1e-4)


@pytest.mark.parametrize("t", [0.1, 0.5])
def test_ripplon_structure_energy(t):
    # [77] takes the second center as two levels: a ripplon far above leaves just those.
    bias, ripplon = (0.1, 0.3), 1.0
    sites = pair_interactions.center_hamiltonian(bias[0], ripplon), pair_interactions.center_hamiltonian(bias[1], 60.0)
    exact = free_energy_per_square(*sites, TRANSITION_23, TRANSITION_12, t)
    assert pair_interactions.ripplon_structure_energy(bias, ripplon, t) == pytest.approx(exact, rel=1e-4)


@pytest.mark.parametrize("t", [0.1, 0.5])
def test_structure_structure_energy(t):
    sites = np.diag([0.0, 0.25]), np.diag([0.0, 0.6])
    exact = free_energy_per_square(*sites, TRANSITION_12, TRANSITION_12, t, levels=2)
    assert pair_interactions.structure_structure_energy((0.25, 0.6), t) == pytest.approx(exact, rel=1e-4)


def test_cold_limits():
    bias, ripplon, t = (0.01, 0.03), (1.0, 1.4), 0.02
    ours = pair_interactions.ripplon_ripplon_energy(bias, ripplon, t)
    assert ours == pytest.approx(pair_interactions.ripplon_ripplon_energy_low(bias, ripplon, t), rel=1e-9)
    ours = pair_interactions.ripplon_structure_energy((0.01, 0.5), 1.0, t)
    assert ours == pytest.approx(pair_interactions.ripplon_structure_energy_low((0.01, 0.5), 1.0, t), rel=1e-6)


def test_equal_transitions_are_a_limit():
    near, equal = pair_interactions.exchange_energy(0.7, 0.7001, 0.3), pair_interactions.exchange_energy(0.7, 0.7, 0.3)
    assert near == pytest.approx(equal, rel=1e-3)
    assert pair_interactions.exchange_energy(0.4, 0.9, 0.3) == pair_interactions.exchange_energy(0.9, 0.4, 0.3)


def test_thermal_occupations_average_to_the_closed_forms():
    # Int deps/(1 + e^(eps/T))/T_g = ln 2 T/T_g, the number of active cells behind [75].
    t = 0.01
    bias = np.linspace(0, 1, 200001)
    active = np.trapezoid(1 / (1 + np.exp(np.minimum(bias / t, 700))), bias)
    assert active == pytest.approx(np.log(2) * t, rel=1e-4)
    one = -pair_interactions.ripplon_ripplon_energy_low((bias[300], bias[700]), (1.0, 2.0), t) * 3.0
    assert one == pytest.approx(1 / (1 + np.exp(bias[300] / t)) / (1 + np.exp(bias[700] / t)))
