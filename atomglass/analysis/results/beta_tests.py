"""Tests of the distribution of beta in group A, and of the balance of the two groups."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from atomglass.analysis.mode_fractions import fraction_of
from atomglass.analysis.results.omega_star import RefittedBeta, beta_distribution, beta_log_density, fit_omega_star
from atomglass.analysis.results.theory_result import MIN_MODES, MIN_MODES_FOR_SHAPE, TheoryTest, undecided
from atomglass.analysis.selection import cluster_labels, in_group
from atomglass.analysis.statistics.chain_errors import mean_error, sum_by_chain
from atomglass.analysis.statistics.goodness_of_fit import effective_count, fitted_law_test, uniformity_test
from atomglass.analysis.statistics.verdicts import interval_verdict, p_value_verdict, verdict_over_chains
from atomglass.quartic import HIDDEN_WELL_BETA
from atomglass.theory.oscillators.boson_peak import boson_peak_dos

Array = NDArray[np.float64]
#: Most numbers drawn for a simulated p-value to whose samples omega* is fitted, and fewest and most samples.
MAX_DRAWS, MIN_SIMULATIONS, MAX_SIMULATIONS = 2_000_000, 200, 400


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
    beta = rows["beta"].abs().to_numpy(dtype=float)
    error = mean_error(beta, rows["chain"].to_numpy())
    p = uniformity_test(np.clip(beta, 1e-12, 1.0), cluster_labels(rows), rng).p
    verdict = verdict_over_chains(p_value_verdict(p, _shows_shape(beta, rows)), rows["chain"])
    return TheoryTest(name, meaning, float(beta.mean()), error, 0.5, p, len(rows), verdict)


def hidden_wells(qlms: pd.DataFrame) -> TheoryTest:
    """Test the fraction of group A with a hidden, higher well: 1 - sqrt(8/9) = 5.7 % if beta is uniform.

    The rival is that there are no hidden wells, as the paper finds: as long as none is seen, few modes allow both.
    """
    rows, expected = in_group(qlms, "A"), 1 - HIDDEN_WELL_BETA
    name, meaning = "hidden wells", "share of A with sqrt(8/9) < |beta| <= 1"
    if len(rows) < MIN_MODES:
        return undecided(name, meaning, expected, len(rows))
    found = fraction_of(rows["beta"].abs() > HIDDEN_WELL_BETA, rows)
    verdict = interval_verdict(*found.interval(0.95), expected, rivals=(0.0,), resolution=expected)
    verdict = verdict_over_chains(verdict, rows["chain"])
    return TheoryTest(name, meaning, found.value, found.error, expected, math.nan, len(rows), verdict)


def beta_given_frequency(qlms: pd.DataFrame, rng: np.random.Generator) -> TheoryTest:
    """Fit omega* in P(beta | omega) ~ 1/(1 + (omega/omega*)^6 D(t)) to group A, and test the form.

    For the test each |beta| is replaced by the fitted distribution function at its own frequency. The result is uniform
    if the form holds; omega* is fitted to each simulated sample too.

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
    omega, beta = rows["frequency"].to_numpy(dtype=float), rows["beta"].abs().to_numpy(dtype=float)

    star, error = fit_omega_star(
        lambda log_star: beta_log_density(omega / math.exp(log_star), beta),
        float(np.median(omega)),
        rows["chain"].to_numpy(),
    )
    u = np.clip(beta_distribution(omega / star, beta), 1e-12, 1.0)
    simulations = int(np.clip(MAX_DRAWS / len(rows), MIN_SIMULATIONS, MAX_SIMULATIONS))
    p = fitted_law_test(u, cluster_labels(rows), rng, RefittedBeta(omega, star), simulations).p
    verdict = verdict_over_chains(p_value_verdict(p, _shows_shape(u, rows)), rows["chain"])
    return TheoryTest(name, meaning, _bounded_by_data(star, error, omega), error, math.nan, p, len(rows), verdict)


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
    omega, chain = rows["frequency"].to_numpy(dtype=float), rows["chain"].to_numpy()

    def log_density(log_star: float) -> Array:
        probability = _probability_of_a(omega / math.exp(log_star))
        return np.log(np.where(in_a, probability, 1 - probability))

    star, error = fit_omega_star(log_density, float(np.median(omega)), chain)
    probability = _probability_of_a(omega / star)
    bin_of = np.searchsorted(np.quantile(omega, np.linspace(0, 1, bins + 1)[1:-1]), omega)
    excess = np.bincount(bin_of, in_a - probability)
    variance = np.bincount(bin_of, probability * (1 - probability))
    design_effect = max(1.0, float((sum_by_chain(chain, in_a - probability)[0] ** 2).sum() / variance.sum()))
    p = float(stats.chi2.sf((excess**2 / variance).sum() / design_effect, bins - 1))
    verdict = verdict_over_chains(p_value_verdict(p, _shows_shape(in_a - probability, rows)), rows["chain"])
    return TheoryTest(name, meaning, _bounded_by_data(star, error, omega), error, math.nan, p, len(rows), verdict)


def _shows_shape(values: Array, rows: pd.DataFrame) -> bool:
    """Return whether that many independent modes would show a wrong form; recurrences of one defect count as one."""
    return effective_count(values, cluster_labels(rows)) >= MIN_MODES_FOR_SHAPE


def _probability_of_a(x: Array) -> Array:
    lower, upper = boson_peak_dos(x, "total"), boson_peak_dos(x, "III")
    return lower / (lower + upper)


def _bounded_by_data(star: float, error: float, omega: Array) -> float:
    """Return omega*, or infinity if the likelihood still rises at the upper end: the data do not bound it."""
    return math.inf if math.isnan(error) and star > float(np.median(omega)) else star
