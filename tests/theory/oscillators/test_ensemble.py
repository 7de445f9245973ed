"""Ensembles of realizations of the oscillator model."""

from __future__ import annotations

import numpy as np

from atomglass.theory import OscillatorModel
from atomglass.theory.oscillators.ensemble import run_realizations

SMALL = OscillatorModel(coupling=0.2, size=7, seed=3)


def test_realizations_are_combined():
    ensemble = run_realizations(SMALL, 3)
    assert ensemble.oscillators == 3 * 343 == len(ensemble.bare) == len(ensemble.shifts)
    assert ensemble.not_converged == 0
    assert 0 < ensemble.unstable_fraction < 0.1
    more = run_realizations(SMALL, 1, spectrum_only=2)
    np.testing.assert_array_equal(more.frequencies, ensemble.frequencies)
    assert len(more.bare) == 343
