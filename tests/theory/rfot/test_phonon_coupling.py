"""Ripplons damped and shifted by phonons."""

import numpy as np
import pytest
from scipy.integrate import quad

from atomglass.errors import InputError
from atomglass.theory import rfot
from atomglass.theory.rfot import phonon_coupling
from atomglass.theory.rfot.phonon_coupling import PhononCoupling

SILICA = rfot.GlassParams.named("silica")


@pytest.mark.parametrize("u", [0.05, 0.3, 0.7, 0.95])
def test_dispersion_integral_inside_the_cutoff(u):
    principal = quad(lambda x: x**3, 0, 1, weight="cauchy", wvar=u)[0]
    assert phonon_coupling.dispersion_integral(u) == pytest.approx(principal, abs=1e-8)


@pytest.mark.parametrize("u", [1.05, 2.0, 19.0, 21.0, 300.0])
def test_dispersion_integral_above_the_cutoff(u):
    assert phonon_coupling.dispersion_integral(u) == pytest.approx(quad(lambda x: x**3 / (x - u), 0, 1)[0], rel=1e-9)


def test_damping_follows_from_the_golden_rule():
    # [53] in SI: g^2/(4 pi rho c_s^2) (omega/c_s)^3, an energy over hbar.
    omega = 0.2 * SILICA.omega_D
    direct = SILICA.coupling**2 / (4 * np.pi * SILICA.rho * SILICA.cs**2) * (omega / SILICA.cs) ** 3 / 1.054571817e-34
    assert phonon_coupling.ripplon_damping(SILICA, 0.2) * SILICA.omega_D == pytest.approx(direct, rel=1e-9)


@pytest.mark.parametrize(
    ("ratio", "frequency"), [(2, 0.0947), (2.5, 0.0854), (3.5, 0.0694), (4.4, 0.0572), (5, 0.0498)]
)
def test_lowest_resonance(ratio, frequency):
    glass = SILICA.with_ratio(ratio)
    found = phonon_coupling.lowest_resonance(glass)
    assert found == pytest.approx(frequency, abs=6e-5)
    assert found == pytest.approx(float(phonon_coupling.shifted_frequency(glass, 2, found)), rel=1e-12)


def test_without_strength_the_resonance_is_the_bare_ripplon():
    weak = SILICA.with_ratio(1e-6)
    assert phonon_coupling.lowest_resonance(weak) == pytest.approx(0.147662, rel=1e-5)
    for function in (phonon_coupling.lowest_resonance, phonon_coupling.coupled_spectrum):
        with pytest.raises(InputError, match=r"T_g/T_D is 50\.0; allowed: below 10\.1"):
            function(SILICA.with_ratio(50.0))


def test_profiles_lose_weight_at_high_harmonics():
    weights = phonon_coupling.resonance_weights(SILICA.with_ratio(2))
    assert weights[[0, -1]] == pytest.approx([1.04, 0.16], abs=0.006)
    assert (np.diff(weights) < 0).all()
    spectrum = phonon_coupling.coupled_spectrum(SILICA.with_ratio(2))
    assert spectrum.weights.sum() == pytest.approx((2 * np.arange(2, 10) + 1) @ weights, rel=1e-12)


def test_weak_coupling_gives_the_bare_spectrum_back():
    # Narrow resonances at the bare frequencies: first moments of a function survive the broadening.
    weak = SILICA.with_ratio(0.05)
    spectrum = phonon_coupling.coupled_spectrum(weak, PhononCoupling(cutoff=0.3), step=2e-5)
    below = spectrum.frequencies < 0.19
    assert spectrum.weights[below].sum() == pytest.approx(5.0, rel=0.02)
    mean = np.average(spectrum.frequencies[below], weights=spectrum.weights[below])
    assert mean == pytest.approx(0.14766, rel=0.01)


def test_smearing_the_cutoff_changes_little_at_low_frequency():
    glass = SILICA.with_ratio(4.4)
    sharp, smeared = (phonon_coupling.lowest_resonance(glass, PhononCoupling(1.8, width)) for width in (0.0, 0.1))
    assert smeared == pytest.approx(sharp, rel=0.1)
    assert smeared != sharp
    # A vanishing width is the sharp cut-off, away from its logarithm.
    narrow = phonon_coupling.shifted_frequency(glass, 3, 0.1, PhononCoupling(1.8, 1e-6))
    assert narrow == pytest.approx(float(phonon_coupling.shifted_frequency(glass, 3, 0.1)), rel=1e-6)
    with pytest.raises(InputError, match="smearing"):
        PhononCoupling(smearing=0.7)


def test_strain_of_a_cell():
    assert phonon_coupling.effective_strain(0.0) == pytest.approx(1 / 9)
    assert phonon_coupling.effective_strain(2.0815759) == pytest.approx(0, abs=1e-14)
    x = np.linspace(0.1, 9, 7)
    # j_1 = sin x/x^2 - cos x/x.
    derivative = 2 * np.cos(x) / x**2 + (x**2 - 2) * np.sin(x) / x**3
    assert phonon_coupling.effective_strain(x) == pytest.approx(derivative**2, rel=1e-10)
    assert phonon_coupling.effective_strain(np.linspace(6, 10, 200)).max() < 0.2 / 9


def test_cutoff_of_appendix_b():
    assert phonon_coupling.cutoff_of_size(SILICA) == pytest.approx(2.481, rel=1e-3)
    assert SILICA.xi_over_a / phonon_coupling.size_parameter(SILICA, 1.0) == pytest.approx(0.4136, rel=1e-3)
    k = 0.1 * SILICA.omega_D / SILICA.cs
    assert phonon_coupling.size_parameter(SILICA, 0.1) == pytest.approx(
        k * SILICA.radius * SILICA.molecular_size, rel=1e-12
    )
