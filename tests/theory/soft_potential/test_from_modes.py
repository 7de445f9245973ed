"""Two-level systems from soft modes: against the ensemble of soft oscillators that both belong to."""

from __future__ import annotations

import numpy as np
import pytest

from atomglass.errors import InputError
from atomglass.theory.soft_potential.from_modes import heat_capacity_of, oscillators_of_modes, quartic_energy
from atomglass.theory.soft_potential.heat_capacity import HARMONIC_LIMIT
from atomglass.theory.soft_potential.two_level_systems import SoftOscillators

HBAR, W, DENSITY = 0.4, 1.3, 0.7


@pytest.fixture
def ensemble() -> SoftOscillators:
    return SoftOscillators(density=DENSITY, W=W, hbar=HBAR)


def mode_density(ensemble: SoftOscillators) -> float:
    """A_g of g(omega) = A_g omega^4, from the vibrations of the ensemble: n(E) dE = g(omega) d omega."""
    energy = 50.0
    return float(ensemble.vibrational_density(energy) * HBAR / (energy / HBAR) ** 4)


def test_the_quartic_energy_inverts_the_quartic_term(ensemble: SoftOscillators):
    """U = A x^4/4 has the fourth derivative 6 A."""
    assert quartic_energy(6 * ensemble.anharmonicity, HBAR) == pytest.approx(W)


@pytest.mark.parametrize("L", [1.0, 7.0])
def test_pbar_is_that_of_the_ensemble(ensemble: SoftOscillators, L: float):
    found = float(oscillators_of_modes(mode_density(ensemble), W, HBAR).pbar(L))
    assert found == pytest.approx(float(ensemble.pbar(L)))
    printed = 16 * (2 / 9) ** (1 / 3) * mode_density(ensemble) * W**4 / HBAR**5 * L ** (-2 / 3)
    assert found == pytest.approx(printed)


def test_the_tunneling_strength_is_that_of_the_ensemble(ensemble: SoftOscillators):
    interaction = 0.3
    expected = float(ensemble.tunneling_strength(interaction))
    found = float(oscillators_of_modes(mode_density(ensemble), W, HBAR).tunneling_strength(interaction))
    assert found == pytest.approx(expected)
    assert found == pytest.approx(4 * mode_density(ensemble) * (W / HBAR) ** 3 * interaction)
    # P gamma^2 / (rho v^2), with Lambda^2 = J rho v^2
    gamma = float(ensemble.deformation_potential(np.sqrt(interaction), 3.0))
    assert found == pytest.approx(float(ensemble.pbar(3.0)) * gamma**2, rel=1e-9)


def test_the_heat_capacity_is_that_of_the_modes_when_it_is_hot():
    """Harmonic modes, g = A_g omega^4: c = A_g T^5 / hbar^5 times the integral of x^6 e^x / (e^x - 1)^2."""
    t = 1.45 * W
    x = np.linspace(1e-6, 60, 200_001)
    harmonic = 0.8 * (t / HBAR) ** 5 * np.trapezoid(x**6 * np.exp(-x) / np.expm1(-x) ** 2, x)
    assert harmonic == pytest.approx(4 * 0.8 * (W / HBAR) ** 5 * HARMONIC_LIMIT * 1.45**5, rel=1e-6)
    found = float(heat_capacity_of(oscillators_of_modes(0.8, W, HBAR), t))
    assert 0.7 < found / harmonic < 1.5


def test_values_that_are_not_positive_are_refused():
    with pytest.raises(InputError, match="b4"):
        quartic_energy(-1.0, HBAR)
    with pytest.raises(InputError, match="A_g"):
        oscillators_of_modes(0.0, W, HBAR)
    with pytest.raises(InputError, match="W"):
        oscillators_of_modes(1.0, 0.0, HBAR)
