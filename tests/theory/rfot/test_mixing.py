"""Quantum mixing of a cell's levels: [58]-[69], Fig. 22."""

import numpy as np
import pytest
from scipy.integrate import dblquad, quad

from atomglass.errors import InputError
from atomglass.theory import rfot
from atomglass.theory.rfot import mixing, ripplons
from atomglass.theory.rfot.mixing import MixedDistribution

SILICA = rfot.GlassParams.named("silica")
SPECTRUM = ripplons.ripplon_spectrum(SILICA)


def test_mixing_number():
    assert mixing.mixing_number(SILICA) == pytest.approx(231.2, rel=1e-3)
    l = np.arange(2, 10)
    assert mixing.mixing_number(SILICA) == pytest.approx(sum((2 * l + 1) / rfot.ripplon_frequencies(SILICA, l)))


def test_levels_against_diagonalization():
    frequencies, couplings = np.array([0.15, 0.24]), np.array([0.006, 0.01])
    for bias in (0.02, 0.05, 0.09):
        exact = np.linalg.eigvalsh(mixing.two_structure_hamiltonian(bias, 0.0, frequencies, couplings))[1]
        # [59] is the exact secular equation of [58] where the lower structure does not mix.
        assert bias == pytest.approx(exact + (couplings**2 / (frequencies - exact)).sum(), rel=1e-12)
    # With a small tunneling amplitude, the splitting is that of two levels at the lowered bias.
    bias, amplitude = 0.03, 0.004
    levels = np.linalg.eigvalsh(mixing.two_structure_hamiltonian(bias, amplitude, frequencies, couplings))
    lowered = np.linalg.eigvalsh(mixing.two_structure_hamiltonian(bias, 0.0, frequencies, couplings))[1]
    renormalized = amplitude * (1 - 0.5 * ((couplings / frequencies) ** 2).sum())
    assert levels[1] - levels[0] == pytest.approx(np.hypot(lowered, renormalized), rel=0.01)
    assert mixing.two_structure_hamiltonian(0.1, 0.2, [0.5, 0.6], [0.3, 0.4]).tolist() == [
        [0.0, 0.1, 0.0, 0.0],
        [0.1, 0.1, 0.3, 0.4],
        [0.0, 0.3, 0.5, 0.0],
        [0.0, 0.4, 0.0, 0.6],
    ]


def test_bare_bias_and_its_derivative():
    x = np.array([0.0, 0.03, 0.1, 0.14])
    coupling = 0.03
    expected = [
        v + (SPECTRUM.weights * (coupling * SPECTRUM.frequencies) ** 2 / (SPECTRUM.frequencies - v)).sum() for v in x
    ]
    bare = mixing.bare_bias(x, SPECTRUM, coupling)
    assert bare == pytest.approx(expected, rel=1e-12)
    assert bare[0] == pytest.approx(mixing.pile_up(SPECTRUM, coupling), rel=1e-12)
    h = 1e-6
    slope = (mixing.bare_bias(x[1:] + h, SPECTRUM, coupling) - mixing.bare_bias(x[1:] - h, SPECTRUM, coupling)) / (
        2 * h
    )
    assert mixing.bias_stretching(x[1:], SPECTRUM, coupling) == pytest.approx(slope, rel=1e-6)
    assert mixing.effective_bias(float(bare[2]), SPECTRUM, coupling) == pytest.approx(0.1, rel=1e-9)
    assert mixing.effective_bias(0.9 * float(bare[0]), SPECTRUM, coupling) == 0.0
    with pytest.raises(InputError, match="lowest ripplon"):
        mixing.bare_bias(0.15, SPECTRUM, coupling)


def test_renormalized_amplitude_solves_its_equation():
    for bare in (1e-4, 0.1, 3.0, 100.0):
        value = mixing.renormalized_amplitude(bare, 231.2, 0.8)
        assert value == pytest.approx(bare * np.exp(-231.2 / 2 * (value / 0.8) ** 2), rel=1e-10)
    assert mixing.renormalized_amplitude(1e-4, 231.2) == pytest.approx(1e-4, rel=1e-5)
    # It grows with the logarithm of the bare amplitude only.
    small, large = (mixing.renormalized_amplitude(x, 231.2) for x in (1.0, 100.0))
    assert small < large < 1.8 * small


def test_amplitude_integral_limits():
    values = [float(MixedDistribution(0.0, 4.4, c, smallest=1e-300).slow_weight(1.0)) for c in (1e-9, 1 - 1e-9)]
    assert values == pytest.approx([1.0, np.pi / 2], rel=1e-6)
    direct = quad(lambda x: x**0.9, 1e-3, 1, weight="alg", wvar=(0, -0.5))[0]
    # (1 - x^2) = (1 - x)(1 + x): the algebraic weight takes the singular factor.
    direct = quad(lambda x: x**0.9 / np.sqrt(1 + x), 1e-3, 1, weight="alg", wvar=(0, -0.5))[0]
    assert float(MixedDistribution(0.0, 4.4, 0.1, smallest=1e-3).slow_weight(1.0)) == pytest.approx(direct, rel=1e-8)


def test_normalization_counts_every_cell_once():
    distribution = MixedDistribution(150.0, 4.4, 0.3, smallest=1e-3, largest=0.5)
    slow = dblquad(lambda e, d: np.exp(-e / 4.4) / 4.4 * d**-1.3, 1e-3, 0.5, 0, 200)[0]
    fast = quad(lambda d: 150.0 * d**2 / 4.4 * d**-1.3, 0, 0.5)[0]
    assert distribution.normalization * (slow + fast) == pytest.approx(1, rel=1e-5)


def test_scattering_rate_against_the_resonance_integral():
    # The golden rule averaged over eps and Delta at fixed splitting E; the spike in eps takes Delta = E.
    b, c, energy = 120.0, 0.2, 0.01
    distribution = MixedDistribution(b, 4.4, c, smallest=1e-6, largest=1.0)
    slow = quad(lambda d: d**2 / energy * d ** (-1 - c) / np.sqrt(1 - (d / energy) ** 2), 1e-6, energy, limit=200)[0]
    fast = b * energy**2 * energy ** (-1 - c) * energy
    ours = float(distribution.scattering_rate(energy, SILICA))
    assert ours == pytest.approx(np.pi / 3 / 200 * (slow + fast), rel=1e-5)


def test_mixing_lowers_the_exponent_of_the_conductivity():
    exponents = [mixing.conductivity_exponent(SILICA, b) for b in (0.0, 3.0, 10.0, 100.0, 231.2)]
    assert exponents[0] == pytest.approx(2.1, rel=1e-4)
    assert (np.diff(exponents) < 0).all()
    assert exponents[1] > 1.9 and exponents[2] < 2 < exponents[0]
    assert exponents[-1] == pytest.approx(1.30, abs=0.01)
    assert mixing.conductivity_exponent(SILICA, 0.0, c=0.3) == pytest.approx(2.3, rel=1e-4)
    # The colder, the less it matters.
    assert mixing.conductivity_exponent(SILICA, 231.2, t=1e-4) > 1.9


def test_fast_systems_in_the_heat_capacity():
    kelvin = 0.01 * SILICA.TD
    fast, regular = mixing.mixed_heat_capacity(SILICA, kelvin, 60.0)
    assert regular[0] / kelvin == pytest.approx(79.0, rel=0.01)
    # In full, the fast term is B T^(2-c) Int y^(1-c) (y/2 cosh)^2 dy.
    schottky = quad(lambda y: (y / 2 / np.cosh(y / 2)) ** 2 * y**0.9, 0, 60)[0]
    assert fast[0] / kelvin == pytest.approx(231.17 * 0.01**0.9 * schottky, rel=1e-3)
    assert mixing.mixed_heat_capacity(SILICA, kelvin, 1e-20)[0][0] == 0.0


@pytest.mark.parametrize("change", [{"mixing": -1.0}, {"c": 0.0}, {"c": 1.0}, {"smallest": 2.0}, {"tg": 0.0}])
def test_invalid_distributions_are_refused(change):
    with pytest.raises(InputError):
        MixedDistribution(**{"mixing": 100.0, "tg": 4.4, **change})
