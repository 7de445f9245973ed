"""Tests of the theory behind omega^3 and omega^4 that need more than a histogram of frequencies.

Eq. 6 of Kumar, Procaccia and Singh says that minima have the density |b2| times a smooth function of (b2, b3, b4). From
this follow, for soft modes: P(b2) ~ b2 at fixed b3 and b4; beta uniform on [-1, 1] in group A, with 5.7 % of it beyond
sqrt(8/9), where a second, hidden well exists; N_B / N_A ~ 1/omega; barriers P(V) ~ V^(-1/3) in group B.

Beyond the softest modes the theory of the boson peak (Parshin, Schober and Gurevich 2007) gives one-parameter forms,
with t = sqrt(3/2) |beta|, D(t) = t^2 (3 - 2 t^2)^2 and x = omega/omega*: P(beta | omega) ~ 1/(1 + x^6 D), and the share
of group A at a frequency g_tot / (g_tot + g_III).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import brentq, minimize_scalar

from atomglass.analysis.statistics.chain_errors import by_chain, share
from atomglass.analysis.statistics.goodness_of_fit import uniformity
from atomglass.analysis.statistics.verdicts import TWO_SIGMA, verdict, verdict_of_p
from atomglass.quartic import HIDDEN_WELL_BETA
from atomglass.theory.oscillators.boson_peak import LEVEL_WELLS, boson_peak_dos, dos_between

Array = NDArray[np.float64]
#: A Kolmogorov-Smirnov test of so many independent numbers finds a distance of 0.1 between distribution functions.
LEAST_FOR_SHAPE = 185
#: Fewer modes than this say nothing.
LEAST = 10
#: omega* is looked for between these multiples of the median frequency.
_STAR_RANGE = (0.05, 100.0)


@dataclass(frozen=True)
class TheoryTest:
    """One prediction beside its measurement.

    Attributes
    ----------
    name, meaning : str
        Short name, and what the number is.
    value, error : float
        Measured, with one standard error that allows for chains; NaN where there are too few modes. An omega* of
        infinity has no sign of it in the data, and no error.
    expected : float
        What the theory says; NaN where it leaves a parameter open and only the shape is tested.
    p : float
        p-value of the test of shape, where there is one; else NaN.
    count : int
        Modes used.
    verdict : str
        `agrees`, `differs` or `undecided`.
    """

    name: str
    meaning: str
    value: float
    error: float
    expected: float
    p: float
    count: int
    verdict: str


def _undecided(name: str, meaning: str, expected: float, count: int) -> TheoryTest:
    return TheoryTest(name, meaning, math.nan, math.nan, expected, math.nan, count, "undecided")


def _group(qlms: pd.DataFrame, name: str) -> pd.DataFrame:
    return qlms[qlms["group"] == name]


def clusters(qlms: pd.DataFrame) -> NDArray:
    """Return the labels within which modes are alike: defects where recurrences are marked, else chains."""
    return qlms["defect" if "defect" in qlms.columns else "chain"].to_numpy()


def beta_uniformity(qlms: pd.DataFrame, rng: np.random.Generator, softest: float = 1.0) -> TheoryTest:
    """Test that |beta| is uniform on [0, 1] in group A.

    Parameters
    ----------
    qlms : DataFrame
        Selected modes.
    rng : numpy.random.Generator
        For the p-value.
    softest : float
        Share of group A to use, from the lowest frequency up: the theory holds as omega -> 0.
    """
    rows = _group(qlms, "A")
    if softest < 1:
        rows = rows[rows["frequency"] <= rows["frequency"].quantile(softest)]
    which = "all of A" if softest == 1 else f"softest {softest:.0%} of A"
    name, meaning = f"beta uniform ({which})", "mean |beta|; p of the Kolmogorov-Smirnov test"
    if len(rows) < LEAST:
        return _undecided(name, meaning, 0.5, len(rows))
    beta = rows["beta"].abs().to_numpy()
    error = _mean_error(beta, rows["chain"].to_numpy())
    test = uniformity(np.clip(beta, 1e-12, 1.0), clusters(rows), rng)
    enough = len(rows) >= LEAST_FOR_SHAPE
    return TheoryTest(name, meaning, float(beta.mean()), error, 0.5, test.p, len(rows), verdict_of_p(test.p, enough))


def _mean_error(values: Array, chain: NDArray) -> float:
    plain = float(values.std(ddof=1)) / math.sqrt(values.size)
    sums = by_chain(chain, values - values.mean())[0]
    return max(plain, float(np.sqrt((sums**2).sum() * len(sums) / max(len(sums) - 1, 1))) / values.size)


def hidden_wells(qlms: pd.DataFrame) -> TheoryTest:
    """Test the share of group A with a hidden, higher well: 1 - sqrt(8/9) = 5.7 % if beta is uniform."""
    rows, expected = _group(qlms, "A"), 1 - HIDDEN_WELL_BETA
    name, meaning = "hidden wells", "share of A with sqrt(8/9) < |beta| <= 1"
    if len(rows) < LEAST:
        return _undecided(name, meaning, expected, len(rows))
    found = share(rows["beta"].abs() > HIDDEN_WELL_BETA, rows["chain"])
    low, high = found.interval(0.95)
    word = verdict(low, high, expected, rivals=(0.0,) if low > 0 else (), resolution=expected)
    return TheoryTest(name, meaning, found.value, found.error, expected, math.nan, len(rows), word)


def beta_beyond(qlms: pd.DataFrame, rng: np.random.Generator) -> TheoryTest:
    """Fit omega* in P(beta | omega) ~ 1/(1 + (omega/omega*)^6 D(t)) to group A, and test the form.

    For the test each |beta| is replaced by the fitted distribution function at its own frequency: uniform, if all fits.
    """
    rows = _group(qlms, "A")
    name, meaning = "beta given omega", "omega* from P(beta | omega) in A; p of the form"
    if len(rows) < LEAST:
        return _undecided(name, meaning, math.nan, len(rows))
    omega, beta = rows["frequency"].to_numpy(), rows["beta"].abs().to_numpy()

    def scores(log_star: float) -> Array:
        return _beta_log_density(omega / math.exp(log_star), beta)

    star, error = _fit_star(scores, float(np.median(omega)), rows["chain"].to_numpy())
    x = omega / star
    u = np.array([float(dos_between(a, 0.0, LEVEL_WELLS * b * b)) for a, b in zip(x, beta, strict=True)])
    test = uniformity(np.clip(u / boson_peak_dos(x), 1e-12, 1.0), clusters(rows), rng)
    word = verdict_of_p(test.p, len(rows) >= LEAST_FOR_SHAPE)
    return TheoryTest(name, meaning, _named(star, error, omega), error, math.nan, test.p, len(rows), word)


def _beta_log_density(x: Array, beta: Array) -> Array:
    """Return ln P(|beta| | x), normalized on [0, 1]."""
    t = np.sqrt(LEVEL_WELLS) * beta
    weight = np.log1p(x**6 * t**2 * (3 - 2 * t**2) ** 2)
    norm = np.pi / 12 * boson_peak_dos(x) / (x**4 * np.sqrt(LEVEL_WELLS))
    return -weight - np.log(norm)


def group_shares(qlms: pd.DataFrame, bins: int = 5) -> TheoryTest:
    """Fit omega* in the share of group A at a frequency, g_tot / (g_tot + g_III), and test the form in bins of omega.

    At low frequency this is N_B / N_A = 0.6786 omega*/omega - 1: both wells are taken to be equally occupied.

    Parameters
    ----------
    qlms : DataFrame
        Selected modes.
    bins : int
        Quantiles of the frequency for the chi-square test.
    """
    rows = qlms[qlms["group"].isin(["A", "B"])]
    name, meaning = "N_B/N_A against omega", "omega* from the share of A; p of the form"
    in_a = (rows["group"] == "A").to_numpy()
    if min(in_a.sum(), (~in_a).sum()) < LEAST:
        return _undecided(name, meaning, math.nan, len(rows))
    omega, chain = rows["frequency"].to_numpy(), rows["chain"].to_numpy()

    def scores(log_star: float) -> Array:
        p = _share_of_a(omega / math.exp(log_star))
        return np.log(np.where(in_a, p, 1 - p))

    star, error = _fit_star(scores, float(np.median(omega)), chain)
    p = _share_of_a(omega / star)
    place = np.searchsorted(np.quantile(omega, np.linspace(0, 1, bins + 1)[1:-1]), omega)
    excess, variance = np.bincount(place, in_a - p), np.bincount(place, p * (1 - p))
    design = max(1.0, float((by_chain(chain, in_a - p)[0] ** 2).sum() / variance.sum()))
    chance = float(stats.chi2.sf((excess**2 / variance).sum() / design, bins - 1))
    word = verdict_of_p(chance, len(rows) >= LEAST_FOR_SHAPE)
    return TheoryTest(name, meaning, _named(star, error, omega), error, math.nan, chance, len(rows), word)


def _share_of_a(x: Array) -> Array:
    lower, upper = boson_peak_dos(x, "total"), boson_peak_dos(x, "III")
    return lower / (lower + upper)


def _fit_star(log_density: Callable[[float], Array], scale: float, chain: NDArray) -> tuple[float, float]:
    """Maximise a likelihood over omega* and return it with its error, chains as the unit; NaN error at an end."""
    low, high = (math.log(scale * factor) for factor in _STAR_RANGE)
    grid = np.linspace(low, high, 61)
    values = [float(log_density(point).sum()) for point in grid]
    place = int(np.argmax(values))
    if place in (0, len(grid) - 1):
        return math.exp(grid[place]), math.nan
    found = minimize_scalar(
        lambda point: -float(log_density(point).sum()),
        bounds=(grid[place - 1], grid[place + 1]), method="bounded", options={"xatol": 1e-6},
    ).x  # fmt: skip
    h = 1e-3
    plus, middle, minus = log_density(found + h), log_density(found), log_density(found - h)
    information = -float((plus - 2 * middle + minus).sum()) / h**2
    return math.exp(found), math.exp(found) * sandwich_error((plus - minus) / (2 * h), information, chain)


def _named(star: float, error: float, omega: Array) -> float:
    """Return omega*, or infinity where the likelihood still rises at the end: nothing in the data bounds it."""
    return math.inf if math.isnan(error) and star > float(np.median(omega)) else star


def sandwich_error(score: Array, information: float, chain: NDArray) -> float:
    """Return the standard error of a fitted parameter: the larger of the model's own and that with chains as units.

    Parameters
    ----------
    score : array, shape (n,)
        Derivative of each mode's log-likelihood at the maximum.
    information : float
        Minus the second derivative of their sum.
    chain : array, shape (n,)
        Labels.
    """
    if not information > 0:
        return math.nan
    sums = by_chain(chain, score)[0]
    spread = float((sums**2).sum()) * len(sums) / max(len(sums) - 1, 1) if len(sums) > 1 else 0.0
    return math.sqrt(max(spread / information**2, 1 / information))


def curvature_law(qlms: pd.DataFrame, group: str | None = None) -> TheoryTest:
    """Test P(b2) ~ b2 at fixed b3 and b4, the Jacobian of Eq. 6, without assuming how b3 and b4 are distributed.

    Given its b3 and b4, a mode of A has b2 between b3^2/(3 b4) and the selection's bound squared, one of B between 0
    and the smaller of the two. On that interval, its own for each mode, b2 must have the density b2^m with m = 1.

    Parameters
    ----------
    qlms : DataFrame
        Selected modes.
    group : str, optional
        `A` or `B`; both together by default.
    """
    rows = qlms[qlms["group"].isin(["A", "B"])] if group is None else _group(qlms, group)
    which = "A and B" if group is None else group
    name, meaning = f"P(b2) at fixed b3, b4 ({which})", "exponent m of P(b2 | b3, b4) ~ b2^m"
    if len(rows) < LEAST:
        return _undecided(name, meaning, 1.0, len(rows))
    b2, b3, b4 = (rows[c].to_numpy() for c in ("b2", "b3", "b4"))
    split, top = b3**2 / (3 * b4), rows["bound"].to_numpy() ** 2
    in_a = (rows["group"] == "A").to_numpy()
    high = np.where(in_a, top, np.minimum(split, top))
    low = np.where(in_a, split, 0.0) / high
    y = np.clip(b2 / high, np.maximum(low, 1e-300), 1.0)
    value, error = fit_truncated(y, low, rows["chain"].to_numpy())
    margin = TWO_SIGMA * error
    word = verdict(value - margin, value + margin, 1.0, rivals=(0.0, 2.0))
    return TheoryTest(name, meaning, value, error, 1.0, math.nan, len(rows), word)


def fit_truncated(y: Array, low: Array, chain: NDArray) -> tuple[float, float]:
    """Fit the exponent m of y^m on (low, 1), with an interval for each event, and its error.

    Parameters
    ----------
    y, low : array, shape (n,)
        Events, and the lower end of each one's interval (0 for none).
    chain : array, shape (n,)
        Labels.
    """
    logs = np.log(y)
    log_low = np.log(np.where(low > 0, low, 1.0))

    def score(m: float) -> Array:
        """Derivative of m ln y + ln(m + 1) - ln(1 - low^(m + 1)) by m."""
        z = (m + 1) * log_low  # <= 0
        with np.errstate(all="ignore"):
            tail = np.where(low > 0, np.where(np.abs(z) < 1e-6, -1 / (m + 1) - log_low / 2, log_low / np.expm1(-z)), 0)
        return logs + 1 / (m + 1) + tail

    ends = (-0.999, 60.0)
    if score(ends[0]).sum() < 0 or score(ends[1]).sum() > 0:
        return math.nan, math.nan
    m = brentq(lambda v: float(score(v).sum()), *ends)
    h = 1e-4 * (1 + m)
    information = -float((score(m + h) - score(m - h)).sum()) / (2 * h)
    return float(m), sandwich_error(score(m), information, chain)


def barrier_law(qlms: pd.DataFrame, lower_share: float = 0.5) -> TheoryTest:
    """Test P(V) ~ V^(-1/3) at low barriers of group B.

    For shallow wells V = (2/3) b2^3 / b3^2, and P(b2) ~ b2 gives the law below the least of all largest barriers; the
    lower half of the barriers stands for that.

    Parameters
    ----------
    qlms : DataFrame
        Selected modes.
    lower_share : float
        Share of the barriers used, from the lowest up.
    """
    rows, expected = _group(qlms, "B"), -1 / 3
    rows = rows[rows["barrier"] > 0]
    name, meaning = "barriers of B", f"exponent of P(V), lowest {lower_share:.0%} of the barriers"
    if len(rows) * lower_share < LEAST:
        return _undecided(name, meaning, expected, len(rows))
    barrier = rows["barrier"].to_numpy()
    order = np.argsort(barrier)
    kept = order[: int(len(order) * lower_share)]
    y = barrier[kept] / barrier[order[len(kept)]]  # the first barrier left out is the bound
    value, error = fit_truncated(y, np.zeros(y.size), rows["chain"].to_numpy()[kept])
    margin = TWO_SIGMA * error
    word = verdict(value - margin, value + margin, expected, rivals=(0.0, -0.75))
    return TheoryTest(name, meaning, value, error, expected, math.nan, len(kept), word)


def confirmed_wells(qlms: pd.DataFrame, factor: float = 3.0) -> TheoryTest:
    """Return the share of second wells, B and hidden, whose barrier the true energy along the mode has too.

    Parameters
    ----------
    qlms : DataFrame
        Selected modes.
    factor : float
        How far the two barriers may differ: a far higher one is another thing.
    """
    rows = qlms[qlms["group"].isin(["A", "B"]) & qlms["second_minimum"].eq(True)]
    name, meaning = "second wells confirmed", f"share with a true barrier within a factor of {factor:g}"
    if not len(rows):
        return _undecided(name, meaning, 1.0, 0)
    ratio = rows["true_barrier"] / rows["barrier"]
    found = share(ratio.between(1 / factor, factor), rows["chain"])
    low, high = found.interval(0.95)
    return TheoryTest(
        name, meaning, found.value, found.error, 1.0, math.nan, len(rows), verdict(low, high, 1.0, resolution=0.2)
    )


def all_tests(qlms: pd.DataFrame, rng: np.random.Generator) -> tuple[TheoryTest, ...]:
    """Return every test of this module on the selected modes."""
    return (
        beta_uniformity(qlms, rng, softest=1 / 3),
        beta_uniformity(qlms, rng),
        beta_beyond(qlms, rng),
        hidden_wells(qlms),
        curvature_law(qlms),
        curvature_law(qlms, "A"),
        curvature_law(qlms, "B"),
        group_shares(qlms),
        barrier_law(qlms),
        confirmed_wells(qlms),
    )
