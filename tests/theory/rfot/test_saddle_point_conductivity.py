"""The plateau with saddle-point densities."""

import numpy as np
import pytest

from atomglass.errors import InputError
from atomglass.theory import rfot
from atomglass.theory.rfot import (
    saddle_point_conductivity,
    scattering,
)

SILICA = rfot.GlassParams.named("silica").with_ratio(4.4)


def test_saddle_points_give_the_same_plateau_but_lower():
    t = np.array([0.001, 0.0155, 0.06, 0.12, 0.3])
    ratio = saddle_point_conductivity.saddle_conductivity(SILICA, t) / rfot.thermal_conductivity(SILICA, t)
    assert ratio == pytest.approx([0.901, 0.683, 0.880, 0.991, 1.0], abs=0.01)
    # Cold: only the ground state absorbs, with e/sqrt(2 pi) of its true density at omega -> 0.
    cold = saddle_point_conductivity.saddle_conductivity(SILICA, 6e-4)
    edge = scattering.conductivity_of_path(6e-4, 150 * np.sqrt(2 * np.pi) / np.e + 1)
    assert cold == pytest.approx(edge, rel=0.02)
    for outside in (1e-4, 2.0):
        with pytest.raises(InputError, match="5e-4 to 1"):
            saddle_point_conductivity.saddle_conductivity(SILICA, [0.01, outside])


def test_integration_by_parts_of_the_excited_density():
    # N_E = E and f = 2/(e^(E/T) + 1): Int f dE = 2 T ln 2.
    linear = np.tile(saddle_point_conductivity._BIAS, (len(saddle_point_conductivity._OMEGA), 1))
    assert saddle_point_conductivity._excited(linear, 0.05) == pytest.approx(2 * 0.05 * np.log(2), rel=1e-3)
