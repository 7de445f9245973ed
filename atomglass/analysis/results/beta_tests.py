"""Tests of the distribution of beta in group A, and of the balance of the two groups."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import minimize_scalar

from atomglass.analysis.results.theory_result import MIN_MODES, MIN_MODES_FOR_SHAPE, TheoryTest, undecided
from atomglass.analysis.selection import cluster_labels, in_group
from atomglass.analysis.statistics.chain_errors import fraction, mean_error, sandwich_error, sum_by_chain
from atomglass.analysis.statistics.goodness_of_fit import uniformity_test
from atomglass.analysis.statistics.verdicts import interval_verdict, p_value_verdict, verdict_over_chains
from atomglass.quartic import HIDDEN_WELL_BETA
from atomglass.theory.oscillators.boson_peak import LEVEL_WELLS, boson_peak_dos, dos_between

Array = NDArray[np.float64]
#: omega* is looked for between these multiples of the median frequency.
_OMEGA_STAR_RANGE = (0.05, 100.0)


def beta_uniformity(qlms: pd.DataFrame, rng: np.random.Generator, softest: float = 1.0) -> TheoryTest:
    """Test that |beta| is uniform on [0, 1] in group A.

    Parameters
    ----------
    qlms : DataFrame
        Selected modes.
    rng : numpy.random.Generator
        For the simulated p-value.
    softest : float
        Fraction of group A to use, from the lowest frequency up: the theory holds as omega -> 0.
    """
    rows = in_group(qlms, "A")
    if softest < 1:
        rows = rows[rows["frequency"] <= rows["frequency"].quantile(softest)]
    which = "all of A" if softest == 1 else f"softest {softest:.0%} of A"
    name, meaning = f"beta uniform ({which})", "mean |beta|; p of the Kolmogorov-Smirnov test"
    if len(rows) < MIN_MODES:
        return undecided(name, meaning, 0.5, len(rows))
    beta = rows["beta"].abs().to_numpy()
    error = mean_error(beta, rows["chain"].to_numpy())
    p = uniformity_test(np.clip(beta, 1e-12, 1.0), cluster_labels(rows), rng).p
    verdict = verdict_over_chains(p_value_verdict(p, len(rows) >= MIN_MODES_FOR_SHAPE), rows["chain"])
    return TheoryTest(name, meaning, float(beta.mean()), error, 0.5, p, len(rows), verdict)


def hidden_wells(qlms: pd.DataFrame) -> TheoryTest:
    """Test the fraction of group A with a hidden, higher well: 1 - sqrt(8/9) = 5.7 % if beta is uniform.

    The rival is that there are no hidden wells, as the paper finds: as long as none is seen, few modes allow both.
    """
    rows, expected = in_group(qlms, "A"), 1 - HIDDEN_WELL_BETA
    name, meaning = "hidden wells", "share of A with sqrt(8/9) < |beta| <= 1"
    if len(rows) < MIN_MODES:
        return undecided(name, meaning, expected, len(rows))
    found = fraction(rows["beta"].abs() > HIDDEN_WELL_BETA, rows["chain"])
    verdict = interval_verdict(*found.interval(0.95), expected, rivals=(0.0,), resolution=expected)
    verdict = verdict_over_chains(verdict, rows["chain"])
    return TheoryTest(name, meaning, found.value, found.error, expected, math.nan, len(rows), verdict)


def beta_given_frequency(qlms: pd.DataFrame, rng: np.random.Generator) -> TheoryTest:
    """Fit omega* in P(beta | omega) ~ 1/(1 + (omega/omega*)^6 D(t)) to group A, and test the form.

    For the test each |beta| is replaced by the fitted distribution function at its own frequency. The result is uniform
    if the form holds.

    Parameters
    ----------
    qlms : DataFrame
        Selected modes.
    rng : numpy.random.Generator
        For the simulated p-value.
    """
    rows = in_group(qlms, "A")
    name, meaning = "beta given omega", "omega* from P(beta | omega) in A; p of the form"
    if len(rows) < MIN_MODES:
        return undecided(name, meaning, math.nan, len(rows))
    omega, beta = rows["frequency"].to_numpy(), rows["beta"].abs().to_numpy()

    def log_density(log_star: float) -> Array:
        return _beta_log_density(omega / math.exp(log_star), beta)

    star, error = _fit_omega_star(log_density, float(np.median(omega)), rows["chain"].to_numpy())
    x = omega / star
    u = np.array([float(dos_between(a, 0.0, LEVEL_WELLS * b * b)) for a, b in zip(x, beta, strict=True)])
    p = uniformity_test(np.clip(u / boson_peak_dos(x), 1e-12, 1.0), cluster_labels(rows), rng).p
    verdict = verdict_over_chains(p_value_verdict(p, len(rows) >= MIN_MODES_FOR_SHAPE), rows["chain"])
    return TheoryTest(name, meaning, _bounded_by_data(star, error, omega), error, math.nan, p, len(rows), verdict)


def _beta_log_density(x: Array, beta: Array) -> Array:
    """Return ln P(|beta| | x), normalized on [0, 1]."""
    t = np.sqrt(LEVEL_WELLS) * beta
    weight = np.log1p(x**6 * t**2 * (3 - 2 * t**2) ** 2)
    norm = np.pi / 12 * boson_peak_dos(x) / (x**4 * np.sqrt(LEVEL_WELLS))
    return -weight - np.log(norm)


def group_a_fraction(qlms: pd.DataFrame, bins: int = 5) -> TheoryTest:
    """Fit omega* to the fraction of group A at a frequency, g_tot / (g_tot + g_III), and test the form in bins.

    At low frequency this is N_B / N_A = 0.6786 omega*/omega - 1. Both wells are assumed to be equally occupied.

    Parameters
    ----------
    qlms : DataFrame
        Selected modes.
    bins : int
        Number of quantiles of the frequency in the chi-square test.
    """
    rows = qlms[qlms["group"].isin(["A", "B"])]
    name, meaning = "N_B/N_A against omega", "omega* from the share of A; p of the form"
    in_a = (rows["group"] == "A").to_numpy()
    if min(in_a.sum(), (~in_a).sum()) < MIN_MODES:
        return undecided(name, meaning, math.nan, len(rows))
    omega, chain = rows["frequency"].to_numpy(), rows["chain"].to_numpy()

    def log_density(log_star: float) -> Array:
        probability = _probability_of_a(omega / math.exp(log_star))
        return np.log(np.where(in_a, probability, 1 - probability))

    star, error = _fit_omega_star(log_density, float(np.median(omega)), chain)
    probability = _probability_of_a(omega / star)
    bin_of = np.searchsorted(np.quantile(omega, np.linspace(0, 1, bins + 1)[1:-1]), omega)
    excess = np.bincount(bin_of, in_a - probability)
    variance = np.bincount(bin_of, probability * (1 - probability))
    design_effect = max(1.0, float((sum_by_chain(chain, in_a - probability)[0] ** 2).sum() / variance.sum()))
    p = float(stats.chi2.sf((excess**2 / variance).sum() / design_effect, bins - 1))
    verdict = verdict_over_chains(p_value_verdict(p, len(rows) >= MIN_MODES_FOR_SHAPE), rows["chain"])
    return TheoryTest(name, meaning, _bounded_by_data(star, error, omega), error, math.nan, p, len(rows), verdict)


def _probability_of_a(x: Array) -> Array:
    lower, upper = boson_peak_dos(x, "total"), boson_peak_dos(x, "III")
    return lower / (lower + upper)


def _fit_omega_star(log_density: Callable[[float], Array], scale: float, chain: NDArray[Any]) -> tuple[float, float]:
    """Maximize a likelihood over omega*.

    Parameters
    ----------
    log_density : callable
        Takes ln omega* and returns the log-likelihood of each mode.
    scale : float
        A typical frequency; omega* is looked for in a range of its multiples.
    chain : array, shape (n,)
        The chain of each mode.

    Returns
    -------
    star, error : float
        omega* and its standard error, chains as units; a NaN error if the maximum lies at an end of the range.
    """
    low, high = (math.log(scale * factor) for factor in _OMEGA_STAR_RANGE)
    grid = np.linspace(low, high, 61)
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


def _bounded_by_data(star: float, error: float, omega: Array) -> float:
    """Return omega*, or infinity if the likelihood still rises at the upper end: the data do not bound it."""
    return math.inf if math.isnan(error) and star > float(np.median(omega)) else star
