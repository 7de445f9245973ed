"""Elastic scattering of phonons by ripplons, and why it is negligible (Appendix A)."""

from __future__ import annotations

from math import pi

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import spherical_jn

from atomglass.theory.checks import positive
from atomglass.theory.rfot.glass_parameters import GlassParams
from atomglass.theory.rfot.phonon_coupling import size_parameter
from atomglass.theory.rfot.ripplons import ripplon_frequencies, surface_tension
from atomglass.theory.rfot.scattering import rms_strain
from atomglass.types import Array


def rayleigh_rates(
    params: GlassParams,
    omega: ArrayLike,
    temperature: float,
    fragility: float,
    lowest: float | None = None,
) -> Array:
    """Return the scattering rates [A12] of the harmonics l = 2 upwards, in omega_D.

    Parameters
    ----------
    params : GlassParams
        Constants of the glass.
    omega : float or array
        Phonon frequency in omega_D.
    temperature : float
        T/T_D; the fraction T/T_g of cells is active.
    fragility : float
        D; ripplon frequencies vary by omega_l/(2 sqrt(D)) from cell to cell.
    lowest : float, optional
        Scale the spectrum such that omega_2 has this value, which gives the estimate at its most favorable.

    Returns
    -------
    array (harmonics, ...)
        One row per harmonic.
    """
    w = positive(omega, "the frequency")
    t = float(positive(temperature, "the reduced temperature T/T_D"))
    l = np.arange(2, params.highest_harmonic + 1)
    frequencies = np.atleast_1d(ripplon_frequencies(params, l))
    if lowest is not None:
        frequencies = frequencies * float(positive(lowest, "the lowest frequency")) / frequencies[0]
    widths = frequencies / (2 * np.sqrt(float(positive(fragility, "the fragility D"))))
    shape = (-1,) + (1,) * w.ndim
    frequencies, widths, order = (x.reshape(shape) for x in (frequencies, widths, l))
    density = np.exp(-(((w - frequencies) / widths) ** 2) / 2) / (np.sqrt(2 * pi) * widths)
    x = np.asarray(size_parameter(params, w))
    bessel = np.stack([spherical_jn(int(n), x) for n in l])
    # sigma/rho = sigma~ (k_B T_g/a^2)/rho; with omega_D = (c_s/a)(6 pi^2)^(1/3) it is
    # sigma~ (d_L/a)^2 a^3 omega_D^2/(6 pi^2)^(2/3), (d_L/a)^2 = k_B T_g/(rho c_s^2 a^3).
    # The factor 9/8 is the appendix's.
    tension = 9 / 8 * surface_tension(params) * rms_strain(params) ** 2 / (6 * pi**2) ** (2 / 3)
    active = t / params.ratio / params.beads
    return active * tension * pi**2 * (2 + order * (order + 1)) * (2 * order + 1) * bessel**2 * density


def path_in_wavelengths_rayleigh(
    params: GlassParams,
    omega: float,
    temperature: float,
    fragility: float,
    lowest: float | None = None,
    only_l2: bool = True,
) -> float:
    """Return l/lambda = omega tau/(2 pi) of Rayleigh scattering alone.

    Parameters
    ----------
    params : GlassParams
        Constants of the glass.
    omega : float
        Phonon frequency in omega_D.
    temperature : float
        T/T_D.
    fragility : float
        D.
    lowest : float, optional
        omega_2 of a scaled spectrum, see `rayleigh_rates`.
    only_l2 : bool
        Whether to take the l = 2 term only, as the review does.
    """
    rates = rayleigh_rates(params, omega, temperature, fragility, lowest)
    return float(omega / (2 * pi * (rates[0] if only_l2 else rates.sum())))


def quadratic_strain_frequency(params: GlassParams) -> float:
    """Return omega in omega_D at which the quadratic strain term of Appendix B equals the linear one, about 0.4.

    [(a/xi) 4/(6 pi^2)^(1/3)]^(1/2); the print has the power 1/2 inside, which would give 0.30 instead of its 0.4.
    """
    return float(np.sqrt(4 / (params.xi_over_a * (6 * pi**2) ** (1 / 3))))
