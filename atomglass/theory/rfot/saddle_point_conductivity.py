"""The plateau as computed in the review, with saddle-point densities of scattering states; `plateau` counts exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import CubicSpline

from atomglass.errors import InputError
from atomglass.theory.checks import positive, scalar_or_array
from atomglass.theory.rfot.bump import cell_spectrum
from atomglass.theory.rfot.glass_parameters import GlassParams
from atomglass.theory.rfot.phonon_coupling import PhononCoupling
from atomglass.theory.rfot.saddle_point import saddle_point_excited_states, saddle_point_ground_state
from atomglass.theory.rfot.scattering import MEASURED_PATH, conductivity_sum
from atomglass.types import Array

_CELLS = 2000

#: Frequencies and biases at which the saddle points are found; both densities are smooth between them.
_OMEGA = np.geomspace(1e-3, 1.0, 40)
_BIAS = np.geomspace(2e-4, 8.0, 60)


def saddle_conductivity(
    params: GlassParams, t: ArrayLike, coupling: bool | PhononCoupling = False, path: float = MEASURED_PATH
) -> float | Array:
    """Return kappa/K with rho [39] and rho_exc [43], [44] at their saddle points.

    Parameters
    ----------
    params : GlassParams
        Constants of the glass.
    t : float or array
        T/T_D, 5e-4 to 1: the range covered by the tabulated biases.
    coupling : bool or PhononCoupling
        Whether ripplons are broadened and shifted by phonons; True uses the review's cut-off.
    path : float
        l/lambda of bare two-level systems.

    Raises
    ------
    InputError
        A temperature is out of range, or the path is not positive.

    Notes
    -----
    rho_exc = Int dE f(E, T) dN_E/dE is integrated by parts, with N_E = 0 at E = 0: the weight of N_E is
    -df/dE = (1/2T)/cosh^2(E/2T). Below 0.01 in omega and E, N_E is far from exact, as the review says, but small
    compared with the ground-state density.
    """
    temperatures = positive(t, "the reduced temperature T/T_D")
    outside = (temperatures < 5e-4) | (temperatures > 1)
    if outside.any():
        raise InputError("the reduced temperature T/T_D", temperatures[outside].flat[0], "5e-4 to 1")
    positive(path, "the mean free path l/lambda")
    spectrum, tg = cell_spectrum(params, coupling), params.ratio
    ground = np.log([saddle_point_ground_state(spectrum, w, tg).density for w in _OMEGA])
    cumulative = np.array([[saddle_point_excited_states(spectrum, w, e, tg).density for e in _BIAS] for w in _OMEGA])
    cells = (np.arange(_CELLS) + 0.5) / _CELLS
    at = np.log(np.maximum(cells, _OMEGA[0]))
    ground_cells = np.exp(CubicSpline(np.log(_OMEGA), ground)(at))
    values = []
    for x in temperatures.flat:
        excited = np.log(_excited(cumulative, float(x)))
        total = ground_cells + np.exp(CubicSpline(np.log(_OMEGA), excited)(at))
        values.append(conductivity_sum(float(x), path / total + 1))
    return scalar_or_array(np.asarray(values).reshape(temperatures.shape))


def _excited(cumulative: Array, t: float) -> Array:
    """Return T_g rho_exc at `_OMEGA`."""
    fine = np.geomspace(_BIAS[0], _BIAS[-1], 2000)
    weight = 0.5 / t / np.cosh(np.minimum(fine / (2 * t), 300.0)) ** 2
    smooth = np.exp(CubicSpline(np.log(_BIAS), np.log(cumulative), axis=1)(np.log(fine)))
    return np.trapezoid(smooth * weight, fine, axis=1)
