"""Nonexponential relaxation from the distribution of barriers: the stretching exponent against fragility (Fig. 6).

The barrier of a cell is Gaussian with relative width 1/(2 sqrt(D)), which alone stretches the relaxation too much. A
cell whose barrier exceeds the typical one is relaxed by its neighbors first, so the review collapses the upper half of
the distribution to the most probable barrier.
"""

from __future__ import annotations

from math import log

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import curve_fit

from atomglass.theory.checks import positive, scalar_or_array
from atomglass.theory.rfot.mosaic import LABORATORY_DECADES, barrier_width
from atomglass.types import Array

# The trapezoidal rule is spectrally accurate for a Gaussian; the grid resolves the sharpest decay, of width 1/spread.
_NODES = np.linspace(-8, 8, 801)
_WEIGHTS = np.exp(-(_NODES**2) / 2)


def barrier_spread(d: ArrayLike, decades: float = LABORATORY_DECADES) -> Array:
    """Return dF/(k_B T_g) of a glass with the typical barrier ln(tau/tau_0) = decades ln 10."""
    return np.asarray(decades * log(10) * np.asarray(barrier_width(d)))


def gaussian_exponent(d: ArrayLike, decades: float = LABORATORY_DECADES) -> float | Array:
    """Return beta = [1 + (dF/k_B T_g)^2]^(-1/2), Xia and Wolynes 2001's form for the full Gaussian."""
    return scalar_or_array(1 / np.sqrt(1 + barrier_spread(d, decades) ** 2))


def relaxation(log_time: ArrayLike, spread: float, collapsed: bool) -> Array:
    """Return the relaxation function averaged over barriers.

    Parameters
    ----------
    log_time : array
        ln(t/tau), where tau is the time of the most probable barrier.
    spread : float
        dF/(k_B T).
    collapsed : bool
        Whether the upper half of the distribution is collapsed to the most probable barrier.
    """
    barriers = spread * (np.minimum(_NODES, 0.0) if collapsed else _NODES)
    decays = np.exp(-np.exp(np.asarray(log_time, dtype=float)[..., None] - barriers))
    return decays @ _WEIGHTS / _WEIGHTS.sum()


def stretching_exponent(d: ArrayLike, collapsed: bool = True, decades: float = LABORATORY_DECADES) -> float | Array:
    """Return beta of the stretched exponential that best fits the relaxation function.

    Least squares on a uniform grid of ln t over the values 0.99 to 0.01. The review does not specify its fit.

    Parameters
    ----------
    d : float or array
        Fragility D.
    collapsed : bool
        Whether the upper half of the distribution of barriers is collapsed.
    decades : float
        log10(tau/tau_0).
    """
    spreads = barrier_spread(positive(d, "the fragility D"), decades)
    return scalar_or_array(np.asarray([_fitted_exponent(s, collapsed) for s in spreads.flat]).reshape(spreads.shape))


def _fitted_exponent(spread: float, collapsed: bool) -> float:
    coarse = np.linspace(-6 * spread - 6, 3 * spread + 3, 401)
    decay = relaxation(coarse, spread, collapsed)
    first, last = np.interp([-0.99, -0.01], -decay, coarse)
    grid = np.linspace(first, last, 401)
    # Started at the middle of the decay and the closed form for a Gaussian, the fit always converges.
    start = (np.interp(-np.exp(-1), -decay, coarse), 1 / np.sqrt(1 + spread**2))
    (_, beta), _ = curve_fit(_stretched, grid, relaxation(grid, spread, collapsed), p0=start)
    return float(beta)


def _stretched(log_time: Array, center: float, beta: float) -> Array:
    return np.exp(-np.exp(np.clip(beta * (log_time - center), -700, 30)))
