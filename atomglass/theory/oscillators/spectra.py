"""Estimates from a list of frequencies: the universal frequency omega*, the low-frequency exponent, g/omega^2."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import CubicSpline
from scipy.optimize import minimize_scalar

from atomglass.errors import InputError
from atomglass.theory.oscillators.boson_peak import boson_peak_dos
from atomglass.types import Array


@dataclass(frozen=True)
class Estimate:
    """An estimated value.

    Attributes
    ----------
    value, error : float
        The value and its standard error.
    count : int
        Number of frequencies used.
    """

    value: float
    error: float
    count: int

    def __str__(self) -> str:
        return f"{self.value:.3g} +- {self.error:.1g}"


def low_frequency_exponent(frequencies: ArrayLike, largest: float) -> Estimate:
    """Return s of g ~ omega^s below the frequency `largest`, by maximum likelihood.

    s + 1 = 1/<ln(largest/omega)>, with relative error n^(-1/2).

    Raises
    ------
    InputError
        There are fewer than five frequencies.
    """
    chosen = _below(frequencies, largest)
    s_plus_one = 1 / np.log(largest / chosen).mean()
    return Estimate(float(s_plus_one - 1), float(s_plus_one / np.sqrt(len(chosen))), len(chosen))


def fit_omega_star(frequencies: ArrayLike, largest: float, smallest: float = 0.0) -> Estimate:
    """Return omega* of the universal density of states (Parshin et al., Eq. 5.18) by maximum likelihood.

    Parameters
    ----------
    frequencies : array
        All frequencies; the fit uses those in the window, on which the density is normalized.
    largest : float
        Upper end of the window: about 2 omega*, below omega_c, where the universal form ends.
    smallest : float
        Lower end of the window. In a small system some unstable oscillators have no unstable neighbors, feel no force
        and fill the gap; see docs/theory/vibrational_instability.md.

    Raises
    ------
    InputError
        There are fewer than five frequencies in the window.
    """
    chosen = _below(frequencies, largest, smallest)
    cumulative = _cumulative_dos()

    def loss(log_star: float) -> float:
        star = np.exp(log_star)
        norm = star * (cumulative(largest / star) - cumulative(smallest / star))
        return float(np.log(norm) * len(chosen) - np.log(boson_peak_dos(chosen / star)).sum())

    low, high = np.log(largest / 30), np.log(largest * 4)
    found = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-6})
    step = 0.02
    curvature = (loss(found.x + step) - 2 * found.fun + loss(found.x - step)) / step**2
    star = float(np.exp(found.x))
    return Estimate(star, star / np.sqrt(max(curvature, 1e-12)), len(chosen))


def reduced_density(frequencies: ArrayLike, edges: ArrayLike, oscillators: int) -> tuple[Array, Array, Array]:
    """Return the bin centers, g/omega^2 per oscillator and its counting error.

    Parameters
    ----------
    frequencies : array
        All frequencies of an ensemble.
    edges : array, shape (bins + 1,)
        Edges of the bins.
    oscillators : int
        Number of oscillators of the ensemble.
    """
    edges = np.asarray(edges, dtype=float)
    counts = np.histogram(np.asarray(frequencies), edges)[0]
    volume = oscillators * (edges[1:] ** 3 - edges[:-1] ** 3) / 3  # of omega^2 in a bin
    return (edges[1:] + edges[:-1]) / 2, counts / volume, np.sqrt(counts) / volume


@lru_cache(maxsize=1)
def _cumulative_dos() -> CubicSpline:
    """Return Int_0^x g_tot dx as a function of x, up to x = 30."""
    x = np.concatenate([[0.0], np.geomspace(1e-3, 31.0, 2000)])
    g = np.concatenate([[0.0], boson_peak_dos(x[1:])])
    return CubicSpline(x, g).antiderivative()


def _below(frequencies: ArrayLike, largest: float, smallest: float = 0.0) -> Array:
    frequencies = np.asarray(frequencies, dtype=float)
    chosen = frequencies[(frequencies > smallest) & (frequencies < largest)]
    if len(chosen) < 5:
        remedy = "raise the largest frequency or take more realizations"
        raise InputError(
            f"the number of frequencies from {smallest:g} to {largest:g}", len(chosen), "at least 5", remedy
        )
    return chosen
