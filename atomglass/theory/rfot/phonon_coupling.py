"""Ripplons coupled to phonons: damping, frequency shift, and the broadened spectrum ([49]-[55], Appendix B).

Frequencies in omega_D, energies in hbar omega_D; the ratio T_g/T_D sets the strength.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import spherical_jn

from atomglass.errors import InputError
from atomglass.theory.checks import not_negative, positive, scalar_or_array
from atomglass.theory.rfot.glass_parameters import GlassParams
from atomglass.theory.rfot.ripplons import RipplonSpectrum, ripplon_frequencies, ripplon_spectrum
from atomglass.types import Array

#: Width of a frequency cell and end of a broadened spectrum, in omega_D.
SPECTRUM_STEP, SPECTRUM_END = 4e-4, 2.0


@dataclass(frozen=True)
class PhononCoupling:
    """Coupling of ripplons to phonons.

    Attributes
    ----------
    cutoff : float
        omega_c in (a/xi) omega_D: shorter phonons average out over a cell. The review sets it to 1.8 (2 in Fig. 20).
    smearing : float
        Relative width of the cut-off, 1/sqrt(D) with the fragility D. Zero means a sharp cut-off, whose logarithm at
        omega_c is integrable.

    Raises
    ------
    InputError
        The cut-off is not positive, or the smearing is not from 0 to 0.5.
    """

    cutoff: float = 1.8
    smearing: float = 0.0

    def __post_init__(self) -> None:
        positive(self.cutoff, "the cut-off in (a/xi) omega_D")
        if not 0 <= self.smearing <= 0.5:
            raise InputError("the smearing of the cut-off", self.smearing, "from 0 to 0.5")


def ripplon_damping(params: GlassParams, omega: ArrayLike) -> float | Array:
    """Return 1/tau = (3 pi/2)(T_g/T_D) omega^3 [53], both in omega_D."""
    return scalar_or_array(1.5 * pi * params.ratio * not_negative(omega, "the frequency") ** 3)


def dispersion_integral(u: ArrayLike) -> float | Array:
    """Return the integral of [54], PV Int_0^1 dx x^3/(x - u) = 1/3 + u/2 + u^2 + u^3 ln|(1 - u)/u|."""
    x = not_negative(u, "omega/omega_c")
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm = np.where(x > 0, x**3 * np.log(np.abs((1 - x) / x)), 0.0)
    near = 1 / 3 + x / 2 + x**2 + logarithm
    # Far above the cut-off the terms cancel; -Int x^3 sum_k x^k/u^(k+1) is the same without cancellation.
    inverse = 1 / np.maximum(x, 1.0)
    far = -sum(inverse**k / (k + 3) for k in range(1, 16))
    return scalar_or_array(np.where(x > 20, far, near))


def shifted_frequency(
    params: GlassParams, l: ArrayLike, omega: ArrayLike, coupling: PhononCoupling = PhononCoupling()
) -> Array:
    """Return omega_l(omega), the frequency of a ripplon coupled to phonons of frequency omega [54], in omega_D.

    Parameters
    ----------
    params : GlassParams
        Constants of the glass.
    l : int or array of int
        Harmonic, 2 or more.
    omega : float or array
        Frequency of the phonon in omega_D; broadcasts with l.
    coupling : PhononCoupling
        Cut-off of the coupling.
    """
    w = not_negative(omega, "the frequency")
    bare = np.asarray(ripplon_frequencies(params, l))
    return bare - 1.5 * params.ratio * _shift(w, coupling.cutoff / params.xi_over_a, coupling.smearing)


def _shift(omega: Array, cutoff: float, smearing: float) -> Array:
    """Return omega_c^3 times the integral of [54], averaged over Gaussian cut-offs if it is smeared."""
    if smearing == 0:
        return np.asarray(cutoff**3 * np.asarray(dispersion_integral(omega / cutoff)))
    nodes = np.linspace(-3, 3, 61)
    shares = np.exp(-(nodes**2) / 2) / np.exp(-(nodes**2) / 2).sum()
    # The cut-off stays above a tenth of its mean, whatever the width.
    cutoffs = cutoff * np.maximum(1 + smearing * nodes, 0.1)
    return sum(
        (share * c**3 * np.asarray(dispersion_integral(omega / c)) for share, c in zip(shares, cutoffs, strict=True)),
        start=np.zeros_like(omega),
    )


def coupled_spectrum(
    params: GlassParams,
    coupling: PhononCoupling = PhononCoupling(),
    step: float = SPECTRUM_STEP,
    end: float = SPECTRUM_END,
) -> RipplonSpectrum:
    """Return the ripplons broadened by phonons [55], as weights in frequency cells of equal width.

    Every level turns into (gamma/pi)/([omega - omega_l(omega)]^2 + gamma^2). As in the review the profile is not
    normalized, so high harmonics lose weight.

    Parameters
    ----------
    params : GlassParams
        Constants of the glass.
    coupling : PhononCoupling
        Cut-off of the coupling.
    step, end : float
        Width of a frequency cell and end of the spectrum, in omega_D.

    Raises
    ------
    InputError
        The shift of the lowest ripplon exceeds its frequency.
    """
    _check_lowest_frequency(params, coupling)
    omega = step * np.arange(1.0, round(end / step) + 1)
    return RipplonSpectrum(omega, ripplon_spectrum(params).weights @ _resonances(params, omega, coupling) * step)


def _resonances(params: GlassParams, omega: Array, coupling: PhononCoupling) -> Array:
    """Return the profile [55] of every harmonic l = 2 upwards at frequencies omega, shape (harmonics, frequencies)."""
    l = np.arange(2, params.highest_harmonic + 1)[:, None]
    gamma = np.asarray(ripplon_damping(params, omega))
    detuning = omega - shifted_frequency(params, l, omega[None, :], coupling)
    return np.asarray(gamma / pi / (detuning**2 + gamma**2))


def _check_lowest_frequency(params: GlassParams, coupling: PhononCoupling) -> None:
    """Raise if phonons would push the lowest ripplon below zero, where perturbation theory has broken down."""
    bare = float(ripplon_frequencies(params, 2))
    shift = bare - float(shifted_frequency(params, 2, 0.0, coupling))
    if shift >= bare:
        largest = params.ratio * bare / shift
        raise InputError("T_g/T_D", params.ratio, f"below {largest:.3g} with this cut-off", "or take a smaller cut-off")


def resonance_weights(
    params: GlassParams, coupling: PhononCoupling = PhononCoupling(), end: float = SPECTRUM_END
) -> Array:
    """Return the integral of each harmonic's profile [55], l = 2 upwards; 1 would be a normalized level.

    Parameters
    ----------
    params : GlassParams
        Constants of the glass.
    coupling : PhononCoupling
        Cut-off of the coupling.
    end : float
        Upper limit of the integral in omega_D.
    """
    omega = SPECTRUM_STEP * np.arange(1.0, round(end / SPECTRUM_STEP) + 1)
    return np.asarray(_resonances(params, omega, coupling).sum(axis=1) * SPECTRUM_STEP)


def lowest_resonance(params: GlassParams, coupling: PhononCoupling = PhononCoupling()) -> float:
    """Return the self-consistent frequency of the l = 2 ripplon, omega = omega_2(omega), in omega_D.

    Raises
    ------
    InputError
        The shift exceeds the bare frequency, where perturbation theory has broken down.
    """
    cutoff = coupling.cutoff / params.xi_over_a

    def mismatch(omega: float) -> float:
        return omega - float(shifted_frequency(params, 2, omega, coupling))

    _check_lowest_frequency(params, coupling)
    # Below half the cut-off the shift grows with omega, so this is the first crossing.
    grid = np.linspace(0, cutoff, 200)[1:-1]
    above = next((w for w in grid if mismatch(w) > 0), None)
    if above is None:
        raise InputError("the cut-off in (a/xi) omega_D", coupling.cutoff, "above the l = 2 resonance")
    return float(brentq(mismatch, 0.0, above, xtol=1e-15))


def effective_strain(x: ArrayLike) -> Array:
    """Return (dj_1/dx)^2, the fraction of a phonon's strain that acts on a cell of radius R, x = kR (Fig. 24)."""
    return spherical_jn(1, not_negative(x, "kR"), derivative=True) ** 2


def size_parameter(params: GlassParams, omega: ArrayLike) -> float | Array:
    """Return kR of a phonon of frequency omega (in omega_D): omega/(0.41 (a/xi))."""
    return scalar_or_array(np.asarray((6 * pi**2) ** (1 / 3) * params.radius * not_negative(omega, "the frequency")))


def cutoff_of_size(params: GlassParams, x: float = 6.0) -> float:
    """Return the cut-off in (a/xi) omega_D that corresponds to kR = x; 2.48 for Appendix B's kR = 6."""
    return x / float(size_parameter(params, 1.0)) * params.xi_over_a
