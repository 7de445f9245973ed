"""Likelihoods of the laws that D(omega) may follow: powers, and the two-term law of group B.

Group B is all minima without group A. Eq. 7 of Kumar, Procaccia and Singh gives all minima
c3 omega^3, Eq. 9 gives group A c4 omega^4, so that

    D_B(omega) = c3 omega^3 - c4 omega^4,        N_A / (N_A + N_B) = omega / omega_c,      omega_c = c3 / c4.

B is nowhere steeper than omega^3; the expansion breaks down as omega approaches omega_c. (The theory of
the boson peak has the same first two terms: 2^(5/3) x^3 and (12/pi) sqrt(3/2) x^4 with x = omega/omega*, which puts
omega_c at 0.6786 omega*; Parshin, Schober and Gurevich 2007, Eqs. 5.19 and 5.25.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar

from atomglass.analysis.statistics.chain_errors import sum_by_chain
from atomglass.analysis.statistics.cluster_variance import cluster_variance
from atomglass.errors import InputError

Array = NDArray[np.float64]


def power_log_likelihood(x: ArrayLike, exponent: ArrayLike) -> Array:
    """Return the log-likelihood of (s + 1) x^s on (0, 1], for one s or several.

    Parameters
    ----------
    x : array, shape (n,)
        Frequencies in units of the bound.
    exponent : float or array
        s > -1.
    """
    x, s = np.asarray(x, dtype=float), np.asarray(exponent, dtype=float)
    if not (s > -1).all():
        raise InputError("the exponent", float(s.min()), "> -1", "the law cannot be normalized")
    return x.size * np.log1p(s) + s * np.log(x).sum()


def log_likelihood_differences(
    x: ArrayLike, exponents: tuple[float, ...] = (3.0, 3.5, 4.0), effective: float | None = None
) -> dict[float, float]:
    """Return the log-likelihood at given exponents relative to its maximum; -1.92 is the 95 % bound.

    Parameters
    ----------
    x : array, shape (n,)
        Frequencies in units of the bound.
    exponents : tuple of float
        Exponents at which to evaluate it.
    effective : float, optional
        Effective number of independent modes. Correlated modes hold less information, and the differences shrink by
        the factor effective / n.

    Returns
    -------
    dict
        Exponent to difference; no difference is positive.
    """
    x = np.asarray(x, dtype=float)
    best = float(-x.size / np.log(x).sum() - 1)
    factor = 1.0 if effective is None else effective / x.size
    top = float(power_log_likelihood(x, best))
    return {s: factor * (float(power_log_likelihood(x, s)) - top) for s in exponents}


@dataclass(frozen=True)
class TwoTermFit:
    """The law c3 omega^3 - c4 omega^4, fitted to group B alone.

    Attributes
    ----------
    crossing : float
        omega_c = c3 / c4, not below the largest bound; infinity if the pure omega^3 is the most likely.
    low, high : float
        95 % bounds of omega_c from the profile likelihood at the effective number of modes; infinity if the pure
        omega^3 is not excluded.
    over_cubic, over_quartic : float
        Log-likelihood relative to the pure omega^3 and to the pure omega^4, at the effective number of modes as well.
    count : int
        Number of modes.
    """

    crossing: float
    low: float
    high: float
    over_cubic: float
    over_quartic: float
    count: int


def two_term_log_likelihood(x: ArrayLike, bound: ArrayLike, inverse_crossing: ArrayLike) -> Array:
    """Return the log-likelihood of (x^3 - a x^4) / (1/4 - a/5), a = bound / omega_c, for one 1/omega_c or several.

    Parameters
    ----------
    x, bound : array, shape (n,)
        Frequencies in units of the bound, and the bound.
    inverse_crossing : float or array
        1 / omega_c, between 0 and 1 / max(bound): the density is negative beyond.
    """
    x, bound = np.asarray(x, dtype=float), np.asarray(bound, dtype=float)
    a = np.asarray(inverse_crossing, dtype=float)[..., None] * bound
    with np.errstate(divide="ignore"):
        return (3 * np.log(x) + np.log1p(-a * x) - np.log(0.25 - a / 5)).sum(axis=-1)


def fit_two_terms(x: ArrayLike, bound: ArrayLike, effective: float | None = None) -> TwoTermFit:
    """Fit c3 omega^3 - c4 omega^4 to the modes of group B.

    Parameters
    ----------
    x, bound : array, shape (n,)
        Frequencies in units of the bound of their realization, and that bound.
    effective : float, optional
        Effective number of independent modes.

    Raises
    ------
    InputError
        No modes.
    """
    x, bound = np.asarray(x, dtype=float), np.asarray(bound, dtype=float)
    if not x.size:
        raise InputError("the number of modes to fit", 0, ">= 1", "the two-term law needs modes of group B")
    end = 1 / bound.max()
    grid = np.linspace(0, end * (1 - 1e-9), 401)
    likelihood = two_term_log_likelihood(x, bound, grid)
    place = int(np.argmax(likelihood))
    found = minimize_scalar(
        lambda inverse: -float(two_term_log_likelihood(x, bound, inverse)),
        bounds=(grid[max(place - 1, 0)], grid[min(place + 1, len(grid) - 1)]),
        method="bounded",
        options={"xatol": 1e-12},
    )
    best, top = (grid[place], likelihood[place]) if likelihood[place] >= -found.fun else (found.x, -found.fun)
    factor = 1.0 if effective is None else effective / x.size
    inside = grid[factor * (top - likelihood) < 1.92]
    low, high = (inside.min(), inside.max()) if inside.size else (best, best)
    with np.errstate(divide="ignore"):
        crossing, lowest, highest = (float(np.divide(1.0, inverse)) for inverse in (best, high, low))
    return TwoTermFit(
        crossing,
        lowest,
        highest,
        factor * max(float(top - power_log_likelihood(x, 3.0)), 0.0),  # which is 1/omega_c = 0, but for rounding
        factor * float(top - power_log_likelihood(x, 4.0)),
        x.size,
    )


@dataclass(frozen=True)
class Prefactor:
    """A of D(omega) = A omega^s at low frequency, D normalized to one mode per degree of freedom.

    Attributes
    ----------
    value, error : float
        A in units of 1/omega^(s + 1), and one standard error with whole chains as the independent unit.
    exponent : float
        s, held fixed.
    count : int
        Number of modes.
    """

    value: float
    error: float
    exponent: float
    count: int


def prefactor(
    frequency_bound: ArrayLike, freedoms: ArrayLike, count: ArrayLike, chain: ArrayLike, exponent: float
) -> Prefactor:
    """Return the prefactor at a fixed exponent: the number of modes over the number expected for A = 1.

    A realization with n degrees of freedom is expected to have n A Omega^(s + 1) / (s + 1) modes below its bound
    Omega. Realizations without modes count as well.

    Parameters
    ----------
    frequency_bound, freedoms, count, chain : array, shape (n,)
        For each complete realization: the bound Omega, the degrees of freedom d N, the number of selected modes, and
        the chain.
    exponent : float
        s.
    """
    omega, freedoms, count = (np.asarray(v, dtype=float) for v in (frequency_bound, freedoms, count))
    expected = freedoms * omega ** (exponent + 1) / (exponent + 1)
    total, events = expected.sum(), count.sum()
    if not total > 0:
        return Prefactor(math.nan, math.nan, exponent, 0)
    value = events / total
    counted, expected_by_chain = sum_by_chain(chain, count, expected)
    spread = cluster_variance(counted - value * expected_by_chain, expected_by_chain)
    error = math.sqrt(float(np.fmax(spread, events))) / total
    return Prefactor(float(value), error, exponent, int(events))
