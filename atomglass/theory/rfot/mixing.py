"""Quantum mixing: tunneling lowers the bias of a cell and produces an excess of fast systems ([58]-[69], Fig. 22)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import lambertw

from atomglass.errors import InputError
from atomglass.theory.checks import not_negative, positive, scalar_or_array
from atomglass.theory.rfot.glass_parameters import GlassParams
from atomglass.theory.rfot.ripplons import RipplonSpectrum, ripplon_spectrum
from atomglass.theory.rfot.scattering import conductivity_of_path
from atomglass.theory.rfot.tunneling import fastest_rate, tls_heat_capacity
from atomglass.theory.thermal import schottky_heat_capacity
from atomglass.types import Array


def mixing_number(params: GlassParams) -> float:
    """Return B = Sum omega_D/omega_i over a cell's ripplons, 231 for 200 molecules (text after [65])."""
    spectrum = ripplon_spectrum(params)
    return float(np.dot(spectrum.weights, 1 / spectrum.frequencies))


def two_structure_hamiltonian(bias: float, amplitude: float, frequencies: ArrayLike, couplings: ArrayLike) -> Array:
    """Return the Hamiltonian [58] of two structures, the upper of which, at |eps|, mixes with ripplon states.

    Any energy unit. The review prints it for two ripplons; any number is accepted.

    Parameters
    ----------
    bias : float
        eps, of either sign.
    amplitude : float
        Tunneling amplitude Delta between the structures.
    frequencies, couplings : float or array, shape (m,)
        Energies of the ripplons and their couplings Delta_i to the upper structure.

    Returns
    -------
    array, shape (m + 2, m + 2)
    """
    omega, delta = np.atleast_1d(frequencies).astype(float), np.atleast_1d(couplings).astype(float)
    matrix = np.diag(np.concatenate([[0.0, abs(bias)], omega]))
    matrix[0, 1] = matrix[1, 0] = amplitude / 2
    matrix[1, 2:] = matrix[2:, 1] = delta
    return matrix


def bare_bias(effective: ArrayLike, spectrum: RipplonSpectrum, relative_coupling: float) -> Array:
    """Return |eps| for an effective bias |eps~| = |eps| - Sum Delta_i^2/(omega_i - |eps~|) [59].

    Parameters
    ----------
    effective : array
        |eps~| in hbar omega_D, below the lowest ripplon.
    spectrum : RipplonSpectrum
        Ripplons of the cell.
    relative_coupling : float
        Delta_i/omega_i, equal for all ripplons.

    Raises
    ------
    InputError
        An effective bias reaches the lowest ripplon, where [59] has its pole.
    """
    x = not_negative(effective, "the effective bias")
    if np.any(x >= spectrum.frequencies[0]):
        raise InputError("the effective bias", x.max(), f"below the lowest ripplon, {spectrum.frequencies[0]:.4g}")
    squares = spectrum.weights * (relative_coupling * spectrum.frequencies) ** 2
    return x + (squares / (spectrum.frequencies - x[..., None])).sum(axis=-1)


def bias_stretching(effective: ArrayLike, spectrum: RipplonSpectrum, relative_coupling: float) -> Array:
    """Return d|eps|/d|eps~| of [59], the factor by which the density of biases grows.

    Parameters
    ----------
    effective : float or array
        |eps~| in hbar omega_D, below the lowest ripplon.
    spectrum : RipplonSpectrum
        Ripplons of the cell.
    relative_coupling : float
        Delta_i/omega_i, equal for all ripplons.
    """
    x = not_negative(effective, "the effective bias")
    squares = spectrum.weights * (relative_coupling * spectrum.frequencies) ** 2
    return 1 + (squares / (spectrum.frequencies - x[..., None]) ** 2).sum(axis=-1)


def pile_up(spectrum: RipplonSpectrum, relative_coupling: float) -> float:
    """Return Sigma = Sum Delta_i^2/omega_i [61]: a cell whose |eps| is below it has no classical bias."""
    return relative_coupling**2 * float(np.dot(spectrum.weights, spectrum.frequencies))


def effective_bias(bias: float, spectrum: RipplonSpectrum, relative_coupling: float) -> float:
    """Return |eps~| of a bare bias from [59]; zero below `pile_up`.

    Parameters
    ----------
    bias : float
        |eps| in hbar omega_D.
    spectrum : RipplonSpectrum
        Ripplons of the cell.
    relative_coupling : float
        Delta_i/omega_i, equal for all ripplons.
    """
    if bias <= pile_up(spectrum, relative_coupling):
        return 0.0
    highest = float(spectrum.frequencies[0]) * (1 - 1e-12)
    return float(brentq(lambda x: float(bare_bias(x, spectrum, relative_coupling)) - bias, 0.0, highest))


def renormalized_amplitude(bare: ArrayLike, mixing: float, frequency: float = 1.0) -> float | Array:
    """Return the tunneling amplitude Delta~ = Delta exp[-(B/2)(Delta~/hbar omega)^2] [64].

    The solution is Lambert's function: Delta~ = omega [W(B Delta^2/omega^2)/B]^(1/2).

    Parameters
    ----------
    bare : float or array
        Delta, in the unit of the frequency.
    mixing : float
        B.
    frequency : float
        hbar omega.
    """
    b = float(positive(mixing, "B"))
    reduced = not_negative(bare, "the bare amplitude") / float(positive(frequency, "the frequency"))
    return scalar_or_array(frequency * np.sqrt(lambertw(b * reduced**2).real / b))


@dataclass(frozen=True)
class MixedDistribution:
    """Joint distribution of bias and tunneling amplitude [67], energies in hbar omega_D.

    Attributes
    ----------
    mixing : float
        B; without mixing, and without fast systems, it is 0.
    tg : float
        T_g/T_D.
    c : float
        Exponent of the amplitude distribution [22].
    smallest, largest : float
        Delta_min and Delta_max.
    """

    mixing: float
    tg: float
    c: float = 0.1
    smallest: float = 1e-9
    largest: float = 1.0

    def __post_init__(self) -> None:
        not_negative(self.mixing, "B")
        positive(self.tg, "T_g/T_D")
        if not 0 < self.c < 1:
            raise InputError("the amplitude exponent c", self.c, "between 0 and 1")
        if not 0 < self.smallest < self.largest:
            raise InputError("the smallest amplitude", self.smallest, f"between 0 and the largest, {self.largest:g}")

    @property
    def normalization(self) -> float:
        """A_1 of the text before [68], for one sign of the bias; the print lacks the 2 - c."""
        fast = self.mixing * self.largest ** (2 - self.c) / ((2 - self.c) * self.tg)
        slow = (self.smallest**-self.c - self.largest**-self.c) / self.c
        # Both terms carry P(Delta) = A_1 Delta^-(1 + c) without the factor Delta_max^c that [68] makes explicit.
        return 1 / (fast + slow)

    def fast_weight(self, splitting: ArrayLike) -> Array:
        """Return the first term in the brackets of [68], B E/(hbar omega_D)."""
        return self.mixing * positive(splitting, "the splitting E")

    def slow_weight(self, splitting: ArrayLike) -> Array:
        """Return the second term in the brackets of [68], Int_(Delta_min/E)^1 x^(1-c)/(1 - x^2)^(1/2) dx."""
        e = positive(splitting, "the splitting E")
        return np.asarray([_amplitude_integral(self.smallest / x, self.c) for x in e.flat]).reshape(e.shape)

    def scattering_rate(self, splitting: ArrayLike, params: GlassParams) -> Array:
        """Return the rate [68] in omega_D/A_1, E in hbar omega_D; tanh(E/2T) is omitted, as printed."""
        e = positive(splitting, "the splitting E")
        brackets = self.fast_weight(e) + self.slow_weight(e)
        return np.pi / 3 / params.beads * e * (self.largest / e) ** self.c * brackets


def _amplitude_integral(lower: float, c: float) -> float:
    """Return Int_lower^1 x^(1-c)/(1 - x^2)^(1/2) dx; the substitution x = sin(angle) removes the singularity."""
    if lower >= 1:
        return 0.0
    return float(quad(lambda angle: np.sin(angle) ** (1 - c), np.arcsin(lower), np.pi / 2, epsabs=1e-13)[0])


def conductivity_exponent(params: GlassParams, mixing: float, t: float = 0.01, c: float = 0.1) -> float:
    """Return d ln kappa/d ln T from the rate [68]; without mixing it is 2 + c.

    Parameters
    ----------
    params : GlassParams
        Constants of the glass.
    mixing : float
        B.
    t : float
        T/T_D; the review discusses 0.01.
    c : float
        Exponent of the amplitude distribution [22].
    """
    distribution = MixedDistribution(mixing, params.ratio, c)

    def path(omega: Array) -> Array:
        # Far above Delta_min the integral of [68] no longer depends on E.
        brackets = mixing * omega + _amplitude_integral(0.0, c)
        return 1 / ((distribution.largest / omega) ** c * brackets)

    low, high = (float(conductivity_of_path(x, path, cells=20000)) for x in (t / 1.05, t * 1.05))
    return float(np.log(high / low) / np.log(1.05**2))


def mixed_heat_capacity(params: GlassParams, T: ArrayLike, time: float, c: float = 0.1) -> tuple[Array, Array]:
    """Return the fast and the regular term of the heat capacity with mixing [69], in the units of `tls_heat_capacity`.

    Parameters
    ----------
    params : GlassParams
        Constants of the glass.
    T : float or array
        Temperature in K.
    time : float
        Duration of the measurement in s.
    c : float
        Exponent of the amplitude distribution [22].
    """
    kelvin = np.atleast_1d(positive(T, "the temperature", "K"))
    regular = np.atleast_1d(tls_heat_capacity(params, kelvin, time, c))
    b = mixing_number(params)
    fast = np.empty_like(kelvin)
    y = np.linspace(1e-3, 60, 6000)
    for i, temperature in enumerate(kelvin):
        seen = np.asarray(fastest_rate(params, y * temperature, temperature, printed=True)) * time > 1
        weight = schottky_heat_capacity(y) * (params.TD / (y * temperature)) ** c
        fast[i] = temperature * np.trapezoid(weight * b * y * temperature / params.TD * seen, y)
    return fast, regular
