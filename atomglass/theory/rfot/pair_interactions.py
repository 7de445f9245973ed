"""Second-order energies of two interacting tunneling centers ([71]-[74], [77], [78], [81]).

A center has three levels, 0, eps and eps + omega: the reference structure, the other structure, and the other
structure with one ripplon. Any energy unit; results are per J^2 of the pair.
"""

from __future__ import annotations

import numpy as np

from atomglass.errors import InputError
from atomglass.types import Array


def center_hamiltonian(bias: float, ripplon: float) -> Array:
    """Return the levels of one center as a matrix [71]."""
    return np.diag([0.0, bias, bias + ripplon])


def center_partition_function(bias: float, ripplon: float, t: float) -> float:
    """Return Z = 1 + e^(-eps/T) + e^(-(eps + omega)/T) of one center.

    Parameters
    ----------
    bias, ripplon, t : float
        eps, omega and k_B T.
    """
    return float(1 + np.exp(-bias / t) + np.exp(-(bias + ripplon) / t))


def exchange_energy(first: float, second: float, t: float) -> float:
    """Return [x tanh(x/2T) - y tanh(y/2T)]/(x^2 - y^2), the second-order energy of two coupled transitions.

    Parameters
    ----------
    first, second : float
        Energies x and y of the transitions; at x = y the limit is taken.
    t : float
        k_B T, positive.
    """
    if not t > 0:
        raise InputError("the temperature", t, "positive")
    temperature = float(t)
    if abs(first - second) < 1e-6 * (abs(first) + abs(second)):
        x = (first + second) / 2
        slope = np.tanh(x / (2 * temperature)) + x / (2 * temperature) / np.cosh(x / (2 * temperature)) ** 2
        return float(slope / (2 * x))
    difference = first * np.tanh(first / (2 * temperature)) - second * np.tanh(second / (2 * temperature))
    return float(difference / (first**2 - second**2))


def ripplon_ripplon_energy(bias: tuple[float, float], ripplon: tuple[float, float], t: float) -> float:
    """Return dF_rr/J^2 of a pair coupled through the ripplons of both centers [73].

    Parameters
    ----------
    bias, ripplon : tuple of float
        eps and omega of both centers.
    t : float
        k_B T.
    """
    occupied = [
        np.exp(-e / t) * (1 + np.exp(-w / t)) / center_partition_function(e, w, t)
        for e, w in zip(bias, ripplon, strict=True)
    ]
    return float(-occupied[0] * occupied[1] * exchange_energy(*ripplon, t))


def ripplon_ripplon_energy_low(bias: tuple[float, float], ripplon: tuple[float, float], t: float) -> float:
    """Return [73] for T far below the ripplons, -1/(omega_i + omega_j) times both occupations [74].

    Parameters
    ----------
    bias, ripplon : tuple of float
        eps and omega of both centers.
    t : float
        k_B T.
    """
    occupied = [1 / (1 + np.exp(e / t)) for e in bias]
    return float(-occupied[0] * occupied[1] / sum(ripplon))


def ripplon_structure_energy(bias: tuple[float, float], ripplon: float, t: float) -> float:
    """Return dF_rT/J^2 of a pair coupled through the ripplon of the first and the structures of the second center [77].

    Parameters
    ----------
    bias : tuple of float
        eps of both centers.
    ripplon : float
        omega of the first center.
    t : float
        k_B T.
    """
    first, second = bias
    occupied = np.exp(-first / t) * (1 + np.exp(-ripplon / t)) / center_partition_function(first, ripplon, t)
    return float(-occupied * exchange_energy(ripplon, second, t))


def ripplon_structure_energy_low(bias: tuple[float, float], ripplon: float, t: float) -> float:
    """Return [77] with both hyperbolic tangents replaced by one [78].

    Parameters
    ----------
    bias : tuple of float
        eps of both centers.
    ripplon : float
        omega of the first center.
    t : float
        k_B T.
    """
    first, second = bias
    return float(-1 / (1 + np.exp(first / t)) / (ripplon + second))


def structure_structure_energy(bias: tuple[float, float], t: float) -> float:
    """Return dF_TT/J^2 of a pair coupled through the structures of both centers [81]."""
    return -exchange_energy(*bias, t)
