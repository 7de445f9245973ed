"""Estimates from a list of frequencies."""

from __future__ import annotations

import numpy as np
import pytest

from atomglass.theory.oscillators.spectra import fit_omega_star, low_frequency_exponent, reduced_density


def test_spectrum_estimators_on_known_laws():
    rng = np.random.default_rng(7)
    power = 0.3 * rng.random(5000) ** (1 / 5)
    found = low_frequency_exponent(power, 0.3)
    assert found.value == pytest.approx(4, abs=4 * found.error) and found.error == pytest.approx(
        5 / np.sqrt(5000), rel=0.05
    )
    _, g, error = reduced_density(rng.random(90_000) ** (1 / 3), np.linspace(0, 1, 6), 90_000)
    np.testing.assert_allclose(g, 3, atol=4 * error.max())
    # Oscillators with k uniform and f Lorentzian, solved: omega* = 1 by construction.
    k, f = rng.uniform(-6, 6, 60_000), np.abs(np.tan(np.pi * (rng.random(60_000) - 0.5))) / (3 * np.sqrt(3))
    roots = np.array([np.roots([1, 0, a, -b]).real.max() for a, b in zip(k[:8000], f[:8000], strict=True)])
    omega = np.sqrt(k[:8000] + 3 * roots**2)
    fit = fit_omega_star(omega, 2.0)
    assert fit.value == pytest.approx(1, abs=4 * fit.error) and fit.error < 0.1
