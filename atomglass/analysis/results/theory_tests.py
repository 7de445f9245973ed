"""Tests of the theory behind omega^3 and omega^4 that need more than a histogram of frequencies.

Eq. 6 of Kumar, Procaccia and Singh says that minima have the density |b2| times a smooth function of (b2, b3, b4). For
soft modes this implies P(b2) ~ b2 at fixed b3 and b4; beta uniform on [-1, 1] in group A, with 5.7 % of it beyond
sqrt(8/9), where a second, hidden well exists; N_B / N_A ~ 1/omega; and barriers P(V) ~ V^(-1/3) in group B.

Beyond the softest modes the theory of the boson peak (Parshin, Schober and Gurevich 2007) gives one-parameter forms.
With t = sqrt(3/2) |beta|, D(t) = t^2 (3 - 2 t^2)^2 and x = omega/omega*, they are P(beta | omega) ~ 1/(1 + x^6 D), and
the fraction of group A at a frequency, g_tot / (g_tot + g_III).
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from atomglass.analysis.mode_fractions import fraction_of
from atomglass.analysis.results.beta_tests import (
    beta_given_frequency,
    beta_uniformity,
    group_a_fraction,
    hidden_wells,
)
from atomglass.analysis.results.theory_result import MIN_MODES, TheoryTest, undecided
from atomglass.analysis.selection import in_group
from atomglass.analysis.statistics.bounded_power_law import fit_bounded_power_law
from atomglass.analysis.statistics.verdicts import interval_95, interval_verdict, verdict_over_chains
from atomglass.analysis.true_barriers import barrier_is_real, barrier_sought


def curvature_law(qlms: pd.DataFrame, group: str | None = None) -> TheoryTest:
    """Test P(b2) ~ b2 at fixed b3 and b4, the Jacobian of Eq. 6, without assuming how b3 and b4 are distributed.

    Given its b3 and b4, a mode of A has b2 between b3^2/(3 b4) and the square of the selection's bound; a mode of B has
    b2 between 0 and the smaller of the two. On that interval, which differs from mode to mode, b2 must have the density
    b2^m with m = 1.

    Parameters
    ----------
    qlms : DataFrame
        Selected modes.
    group : str, optional
        `A` or `B`; both together by default.
    """
    rows = qlms[qlms["group"].isin(["A", "B"])] if group is None else in_group(qlms, group)
    which = "A and B" if group is None else group
    name, meaning = f"P(b2) at fixed b3, b4 ({which})", "exponent m of P(b2 | b3, b4) ~ b2^m"
    if len(rows) < MIN_MODES:
        return undecided(name, meaning, 1.0, len(rows))
    b2, b3, b4 = (rows[c].to_numpy(dtype=float) for c in ("b2", "b3", "b4"))
    split, top = b3**2 / (3 * b4), rows["bound"].to_numpy(dtype=float) ** 2
    in_a = (rows["group"] == "A").to_numpy()
    high = np.where(in_a, top, np.minimum(split, top))
    low = np.where(in_a, split, 0.0) / high
    y = np.clip(b2 / high, np.maximum(low, 1e-300), 1.0)
    chain = rows["chain"].to_numpy()
    value, error, freedom = fit_bounded_power_law(y, low, chain)
    verdict = interval_verdict(*interval_95(value, error, freedom), 1.0, rivals=(0.0, 2.0))
    verdict = verdict_over_chains(verdict, chain)
    return TheoryTest(name, meaning, value, error, 1.0, math.nan, len(rows), verdict)


def barrier_law(qlms: pd.DataFrame, lower_fraction: float = 0.5) -> TheoryTest:
    """Test P(V) ~ V^(-1/3) at the low barriers of group B.

    For shallow wells V = (2/3) b2^3 / b3^2, and P(b2) ~ b2 gives the law for barriers that are low enough; the lower
    half of the barriers is used for that.

    Parameters
    ----------
    qlms : DataFrame
        Selected modes.
    lower_fraction : float
        Fraction of the barriers used, from the lowest up.
    """
    rows, expected = in_group(qlms, "B"), -1 / 3
    rows = rows[rows["barrier"] > 0]
    name, meaning = "barriers of B", f"exponent of P(V), lowest {lower_fraction:.0%} of the barriers"
    if len(rows) * lower_fraction < MIN_MODES:
        return undecided(name, meaning, expected, len(rows))
    barrier = rows["barrier"].to_numpy(dtype=float)
    order = np.argsort(barrier)
    kept = order[: int(len(order) * lower_fraction)]
    y = barrier[kept] / barrier[order[len(kept)]]  # the lowest barrier that is left out is the bound
    chain = rows["chain"].to_numpy()[kept]
    value, error, freedom = fit_bounded_power_law(y, np.zeros(y.size), chain)
    verdict = interval_verdict(*interval_95(value, error, freedom), expected, rivals=(0.0, -0.75))
    verdict = verdict_over_chains(verdict, chain)
    return TheoryTest(name, meaning, value, error, expected, math.nan, len(kept), verdict)


def confirmed_wells(qlms: pd.DataFrame, factor: float = 3.0) -> TheoryTest:
    """Return the fraction of second wells, B and hidden, whose barrier exists in the true energy along the mode.

    Parameters
    ----------
    qlms : DataFrame
        Selected modes.
    factor : float
        Largest ratio of the two barriers: a far higher one is a different barrier.
    """
    rows = qlms[qlms["group"].isin(["A", "B"]) & qlms["second_minimum"].eq(True)]
    name, meaning = "second wells confirmed", f"share with a true barrier within a factor of {factor:g}"
    rows = rows[barrier_sought(rows)]
    if not len(rows):
        return undecided(name, meaning, 1.0, 0)
    found = fraction_of(barrier_is_real(rows, factor), rows)
    verdict = verdict_over_chains(interval_verdict(*found.interval(0.95), 1.0, resolution=0.2), rows["chain"])
    return TheoryTest(name, meaning, found.value, found.error, 1.0, math.nan, len(rows), verdict)


def all_tests(qlms: pd.DataFrame, rng: np.random.Generator) -> tuple[TheoryTest, ...]:
    """Return all tests of the theory on the selected modes.

    Parameters
    ----------
    qlms : DataFrame
        Selected modes.
    rng : numpy.random.Generator
        For the simulated p-values.
    """
    return (
        beta_uniformity(qlms, rng, softest=1 / 3),
        beta_uniformity(qlms, rng),
        beta_given_frequency(qlms, rng),
        hidden_wells(qlms),
        curvature_law(qlms),
        curvature_law(qlms, "A"),
        curvature_law(qlms, "B"),
        group_a_fraction(qlms),
        barrier_law(qlms),
        *([confirmed_wells(qlms)] if "true_barrier" in qlms else []),
    )
