"""omega* of the theory of the boson peak, fitted to modes: to their beta, or to the shares of the groups."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.interpolate import CubicSpline, RegularGridInterpolator
from scipy.optimize import minimize_scalar

from atomglass.analysis.statistics.chain_errors import sandwich_error
from atomglass.theory.oscillators.boson_peak import LEVEL_WELLS, boson_peak_dos, dos_between

Array = NDArray[np.float64]
#: omega* is looked for between these multiples of the median frequency.
_RANGE = (0.05, 100.0)
#: Frequencies and values of |beta| at which the distribution function is tabulated for simulated samples.
_FREQUENCIES, _BETAS = 200, 101
#: Newton steps for the omega* of a simulated sample, from the true one, and the longest of them in ln omega*.
_STEPS, _LONGEST_STEP = 12, 0.5


def log_star_grid(scale: float) -> Array:
    """Return the grid of ln omega* on which the maximum of a likelihood is looked for."""
    low, high = (math.log(scale * factor) for factor in _RANGE)
    return np.linspace(low, high, 61)


def fit_omega_star(log_density: Callable[[float], Array], scale: float, chain: NDArray[Any]) -> tuple[float, float]:
    """Maximize a likelihood over omega*.

    Parameters
    ----------
    log_density : callable
        Takes ln omega* and returns the log-likelihood of each mode, in double precision: second differences are taken.
    scale : float
        A typical frequency; omega* is looked for in a range of its multiples.
    chain : array, shape (n,)
        The chain of each mode.

    Returns
    -------
    star, error : float
        omega* and its standard error, chains as units; a NaN error if the maximum lies at an end of the range.
    """
    grid = log_star_grid(scale)
    values = [float(log_density(point).sum()) for point in grid]
    best = int(np.argmax(values))
    if best in (0, len(grid) - 1):
        return math.exp(grid[best]), math.nan
    found = minimize_scalar(
        lambda point: -float(log_density(point).sum()),
        bounds=(grid[best - 1], grid[best + 1]),
        method="bounded",
        options={"xatol": 1e-6},
    ).x
    h = 1e-3
    plus, middle, minus = log_density(found + h), log_density(found), log_density(found - h)
    information = -float((plus - 2 * middle + minus).sum()) / h**2
    return math.exp(found), math.exp(found) * sandwich_error((plus - minus) / (2 * h), information, chain)


def beta_log_density(x: Array, beta: Array) -> Array:
    """Return ln P(|beta| | x), x = omega/omega*, normalized on [0, 1]."""
    return -np.log1p(x**6 * _squared_force(beta)) - _log_norm(x)


def beta_distribution(x: Array, beta: Array) -> Array:
    """Return the distribution function of |beta| at x = omega/omega*."""
    return dos_between(x, 0.0, LEVEL_WELLS * beta**2) / boson_peak_dos(x)


def _squared_force(beta: Array) -> Array:
    """Return D = t^2 (3 - 2 t^2)^2 at t = sqrt(3/2) |beta|."""
    t_squared = LEVEL_WELLS * beta**2
    return t_squared * (3 - 2 * t_squared) ** 2


def _log_norm(x: Array) -> Array:
    """Return the logarithm of Int_0^1 d|beta| / (1 + x^6 D)."""
    return np.log(np.pi / 12 * boson_peak_dos(x) / (x**4 * np.sqrt(LEVEL_WELLS)))


class RefittedBeta:
    """Samples of P(beta | omega), to each of which omega* is fitted, for `fitted_law_test`.

    Parameters
    ----------
    omega : array, shape (n,)
        The frequencies of the modes, which all samples share.
    star : float
        The omega* that samples are drawn with.
    """

    def __init__(self, omega: Array, star: float) -> None:
        self._log_omega, self._log_star = np.log(omega), math.log(star)
        stars = log_star_grid(float(np.median(omega)))
        self._ends = stars[0], stars[-1]
        self._log_norm = CubicSpline(stars, [_log_norm(omega / math.exp(point)).sum() for point in stars])
        # Closer together at the ends: at high frequency |beta| is concentrated there.
        self._betas = (1 - np.cos(np.linspace(0, np.pi, _BETAS))) / 2
        ends = self._log_omega.min() - stars[-1], self._log_omega.max() - stars[0]
        log_x = np.linspace(*ends, _FREQUENCIES)
        table = beta_distribution(np.exp(log_x)[:, None], self._betas)
        self._distribution = RegularGridInterpolator((log_x, self._betas), table)

    def __call__(self, u: Array) -> Array:
        """Return the distribution functions of the laws fitted to samples, at the samples.

        Parameters
        ----------
        u : array, shape (samples, n)
            The samples, as values of the distribution function of the law that they are drawn from.
        """
        beta = self._inverse(u)
        log_x = self._log_omega - self._fit(beta)[:, None]
        return np.clip(self._distribution((log_x, beta)), 1e-12, 1.0)

    def _inverse(self, u: Array) -> Array:
        """Return |beta| at given values of the distribution function at omega*."""
        at_star = self._distribution((self._log_omega[:, None] - self._log_star, self._betas))
        return np.stack([np.interp(*each, self._betas) for each in zip(u.T, at_star, strict=True)], axis=1)

    def _fit(self, beta: Array) -> Array:
        """Return the most likely ln omega* of each sample, by Newton's method."""
        with np.errstate(divide="ignore"):
            force = np.log(_squared_force(beta)) + 6 * self._log_omega  # ln of x^6 D omega*^6
        log_star = np.full(len(beta), self._log_star)
        for _ in range(_STEPS):
            weight = special.expit(force - 6 * log_star[:, None])
            slope = 6 * weight.sum(axis=1) - self._log_norm(log_star, 1)
            curvature = 36 * (weight * (1 - weight)).sum(axis=1) + self._log_norm(log_star, 2)
            step = np.clip(slope / np.abs(curvature), -_LONGEST_STEP, _LONGEST_STEP)
            log_star = np.clip(log_star + step, *self._ends)
        return log_star
