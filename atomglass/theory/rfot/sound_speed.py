"""Relaxational change of the speed of sound due to two-level systems ([56], [57])."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from atomglass.theory.checks import positive, scalar_or_array
from atomglass.theory.rfot.glass_parameters import GlassParams
from atomglass.theory.rfot.tunneling import fastest_rate
from atomglass.types import Array

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(80)


def sound_speed_change(
    params: GlassParams,
    omega: ArrayLike,
    temperature: float,
    smallest_amplitude: float = 1e-9,
    amplitude_weight: float = 1.0,
    halve: bool = False,
) -> float | Array:
    """Return delta c_s/c_s of [56], averaged over n(eps) = 1/(T_g xi^3) and P(Delta) = A/Delta.

    Parameters
    ----------
    params : GlassParams
        Constants of the glass.
    omega : float or array
        Frequency of the sound in rad/s.
    temperature : float
        In K.
    smallest_amplitude : float
        Smallest Delta/E, the lower limit of the average over amplitudes.
    amplitude_weight : float
        A.
    halve : bool
        Use the thermal factor of the standard tunneling model, (beta/2)/cosh^2(beta E/2), instead of the printed
        beta/cosh^2(beta E).

    Returns
    -------
    float or array
        The sign is as printed (positive). For omega tau_min << 1 << omega tau_max it decreases by A (a/xi)^3/4 per unit
        of ln omega: the slope is universal.
    """
    w = positive(omega, "the frequency", "rad/s")
    kelvin = float(positive(temperature, "the temperature", "K"))
    smallest = float(positive(smallest_amplitude, "the smallest Delta/E"))
    splitting = 20.0 * (_NODES + 1)  # E/k_B T up to 40
    thermal = 0.5 / np.cosh(splitting / 2) ** 2 if halve else 1 / np.cosh(splitting) ** 2
    rate = np.asarray(fastest_rate(params, splitting * kelvin, kelvin))
    # g^2/(2 rho c_s^2) n(eps) deps = (a/xi)^3/2 dE (E/eps) at fixed Delta, so the weight (eps/E)^2 reduces to eps/E.
    strength = amplitude_weight / (2 * params.beads)
    values = [
        strength * 20.0 * np.dot(_WEIGHTS, thermal * _slow_share(frequency / rate, smallest)) for frequency in w.flat
    ]
    return scalar_or_array(np.asarray(values).reshape(w.shape))


def _slow_share(omega_tau: Array, smallest: float) -> Array:
    """Return Int_smallest^1 dx/x (1 - x^2)^(1/2)/(1 + (omega tau_min)^2/x^4), x = Delta/E and tau = tau_min/x^2."""
    panels = np.linspace(np.log(smallest), 0.0, 41)
    log_x = (panels[:-1, None] + panels[1:, None]) / 2 + np.diff(panels)[:, None] / 2 * _NODES
    weights = (np.diff(panels)[:, None] / 2 * _WEIGHTS).ravel()
    x = np.exp(log_x).ravel()
    return (np.sqrt(1 - x**2) * x**4 / (x**4 + omega_tau[:, None] ** 2)) @ weights
