"""Exact counts of the states of a cell at an energy ([37], [42], [43]); `saddle_point` approximates them.

Beyer and Swinehart's algorithm (Commun. ACM 16, 379 (1973)), as a recurrence that accepts fractional weights.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter

from atomglass.errors import InputError
from atomglass.theory.rfot.ripplons import RipplonSpectrum
from atomglass.types import Array


def count_states(spectrum: RipplonSpectrum, step: float, size: int) -> Array:
    """Return the number of ripplon states at energies 0, step, 2 step, ...

    Parameters
    ----------
    spectrum : RipplonSpectrum
        Modes; each frequency is rounded to the grid.
    step : float
        Grid width in hbar omega_D.
    size : int
        Number of energies.

    Returns
    -------
    array (size,)
        Coefficients of Prod_m (1 - q^m)^(-w_m): n D_n = Sum_m h_m D_(n-m) with h_m = Sum_(j | m) j w_j. All terms are
        positive, so there is no cancellation.

    Raises
    ------
    InputError
        A mode rounds to frequency zero.
    """
    bins = np.round(spectrum.frequencies / step).astype(int)
    if np.any(bins < 1):
        raise InputError("the counting step", step, "below the lowest ripplon frequency", "use a finer grid")
    weights = np.bincount(bins[bins < size], spectrum.weights[bins < size], minlength=size)
    sums = np.zeros(size)
    for j in np.flatnonzero(weights):
        sums[j::j] += j * weights[j]
    states = np.zeros(size)
    states[0] = 1.0
    reversed_sums = sums[::-1].copy()
    for n in range(1, size):
        states[n] = np.dot(reversed_sums[size - 1 - n : size - 1], states[:n]) / n
    return states


def ground_state_density(states: Array, step: float, tg: float) -> Array:
    """Return T_g rho at the center of every energy cell: absorption from the ground state [37].

    It is the sum over all states below of e^(-(omega - E)/T_g), where the bias makes up the difference.

    Parameters
    ----------
    states : array (size,)
        From `count_states`.
    step : float
        Grid width in hbar omega_D.
    tg : float
        T_g/T_D.
    """
    decay = np.exp(-step / tg)
    return lfilter([1.0], [1.0, -decay], states) * np.exp(-step / (2 * tg))


def excited_state_density(states: Array, kernels: Array, cells: int) -> Array:
    """Return T_g rho_exc at the center of the first energy cells: absorption from the upper structure [42], [43].

    Parameters
    ----------
    states : array (size,)
        From `count_states`.
    kernels : array (size, temperatures)
        Occupation times e^(-E/T_g) at E = step/2, 3 step/2, ...
    cells : int
        Number of frequencies.

    Returns
    -------
    array (cells, temperatures)
    """
    length = len(states) - cells
    # One matrix product for many frequencies: overlapping windows of the states, copied in blocks.
    windows = np.lib.stride_tricks.sliding_window_view(states[1:], length)
    used = np.where(kernels[:length] > 1e-290, kernels[:length], 0.0)
    blocks = [windows[i : min(i + _BLOCK, cells)].copy() @ used for i in range(0, cells, _BLOCK)]
    return np.concatenate(blocks)


_BLOCK = 64
