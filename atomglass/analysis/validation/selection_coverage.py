"""Bias and coverage of rules that select modes, on synthetic studies in which soft modes lower their glass's modulus.

The tables are synthetic; the selection, the fit and the interval are the ones that `analyze` uses.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from atomglass.analysis.selection import Selection, select
from atomglass.analysis.statistics.exponents import MIN_MODES, truncated_power_law
from atomglass.analysis.validation.glass_ensemble import (
    STUDIES,
    GlassEnsemble,
    SyntheticGlasses,
    collected_tables,
    draw_glasses,
)

Array = NDArray[np.float64]
#: A fixed frequency below which each study has modes enough, and no chain's spectrum ends.
FIXED_FREQUENCY = {
    "kumar2021_n400": 0.35,
    "kumar2021_n400_quantile": 0.45,
    "kumar2021_3d_n1000": 0.5,
    "kumar2021": 0.14,
}
#: Largest number of glasses in one table of several studies.
LARGEST_BATCH = 40_000
#: Confidences of the intervals that are tested.
CONFIDENCES = (0.6827, 0.95)


@dataclass(frozen=True)
class RuleFits:
    """Fits of one group in repeated synthetic studies.

    Attributes
    ----------
    truth : float
        The exponent of the law.
    exponent, error, count : array, shape (trials,)
        Fitted exponent, its standard error, and the number of modes; NaN with fewer than ten modes.
    covered : array of bool, shape (trials, 2)
        Whether the intervals of 68 and 95 % contain the truth.
    """

    truth: float
    exponent: Array
    error: Array
    count: Array
    covered: NDArray[np.bool_]

    def summary(self) -> dict[str, float]:
        """Return modes, bias, scatter, mean error, coverages and the number of trials with modes enough."""
        fitted = np.isfinite(self.exponent)
        exponent = self.exponent[fitted]
        return {
            "modes": float(self.count.mean()),
            "bias": float(exponent.mean() - self.truth),
            "scatter": float(exponent.std(ddof=1)),
            "error": float(self.error[fitted].mean()),
            "covered68": float(self.covered[fitted, 0].mean()),
            "covered95": float(self.covered[fitted, 1].mean()),
            "trials": int(fitted.sum()),
        }


def fit_rule(
    tables: tuple[pd.DataFrame, pd.DataFrame], rule: Selection, ensemble: GlassEnsemble, studies: int
) -> dict[str, RuleFits]:
    """Select and fit the modes of one or several synthetic studies.

    Parameters
    ----------
    tables : tuple of DataFrame
        Modes and realizations, from `collected_tables`.
    rule : Selection
        If its reference is the study, all studies must be one.
    ensemble : GlassEnsemble
        Their parameters.
    studies : int
        Number of studies in the tables.
    """
    modes, realizations = tables
    chosen = select(modes, realizations, rule)
    study = (chosen["chain"] // ensemble.chains).to_numpy()
    x, chain, group = (chosen[name].to_numpy() for name in ("x", "chain", "group"))
    fits = {}
    for name, truth in zip(("A", "B"), ensemble.exponents, strict=True):
        mine = group == name
        cuts = np.searchsorted(study[mine], np.arange(1, studies))
        rows = [_fit(*part, truth) for part in zip(np.split(x[mine], cuts), np.split(chain[mine], cuts), strict=True)]
        exponent, error, count, *covered = np.array(rows, dtype=float).T
        fits[name] = RuleFits(truth, exponent, error, count, np.array(covered, dtype=bool).T)
    return fits


def _fit(x: Array, chain: NDArray[np.int64], truth: float) -> tuple[float, ...]:
    """Return exponent, error, number of modes, and whether each interval contains the truth."""
    if x.size < MIN_MODES:
        return math.nan, math.nan, x.size, False, False
    fit = truncated_power_law(x, chain)
    intervals = [fit.interval(confidence) for confidence in CONFIDENCES]
    return fit.exponent, fit.standard_error, x.size, *(low <= truth <= high for low, high in intervals)


def joined(parts: list[RuleFits]) -> RuleFits:
    """Return the fits of several batches of studies as one."""
    exponent, error, count, covered = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("exponent", "error", "count", "covered")
    )
    return RuleFits(parts[0].truth, exponent, error, count, covered)


def rules_for(name: str) -> dict[str, Selection]:
    """Return the old rule and the three new ones for one of the `STUDIES`; all use f = 0.6 or a fixed frequency."""
    shares = {reference: Selection(reference=reference) for reference in ("own", "chain", "study")}
    return shares | {"fixed": Selection(frequency=FIXED_FREQUENCY[name])}


def repeated_fits(
    ensemble: GlassEnsemble, rules: dict[str, Selection], rng: np.random.Generator, trials: int
) -> dict[tuple[str, str], RuleFits]:
    """Fit many synthetic studies of one kind under several rules.

    Parameters
    ----------
    ensemble : GlassEnsemble
        Parameters of a study.
    rules : dict
        Names and rules. Those with the reference `own` are applied to tables like the old ones: modes known below 0.9
        of the glass's own omega_1, glasses with G <= 0 dropped. For the others the modes are known up to the bound.
    rng : numpy.random.Generator
        Source of randomness.
    trials : int
        Number of studies; a tenth, but at least 40, for the reference `own`, whose bias is plain.

    Returns
    -------
    dict
        By name of the rule and group.
    """
    of_studies = any(rule.reference == "study" for rule in rules.values())  # their median needs a table of its own
    batch = 1 if of_studies else max(1, LARGEST_BATCH // (ensemble.chains * ensemble.glasses))
    found: dict[tuple[str, str], list[RuleFits]] = {}
    for start in range(0, trials, batch):
        studies = min(batch, trials - start)
        drawn = draw_glasses(ensemble, rng, studies)
        new = collected_tables(drawn, _highest_bound(drawn, rules))
        for name, rule in rules.items():
            if rule.is_own and start >= max(40, trials // 10):
                continue
            tables = collected_tables(drawn) if rule.is_own else new
            for group, fits in fit_rule(tables, rule, ensemble, studies).items():
                found.setdefault((name, group), []).append(fits)
    return {key: joined(parts) for key, parts in found.items()}


def _highest_bound(drawn: SyntheticGlasses, rules: dict[str, Selection]) -> float:
    """Return a frequency that is above the bound of every glass under every rule."""
    highest = float(np.nanmax(drawn.first_phonon))
    return max(rule.share * (highest if rule.frequency is None else 1.0) for rule in rules.values())


def rule_table(rng: np.random.Generator, trials: int, names: tuple[str, ...] = tuple(STUDIES)) -> pd.DataFrame:
    """Return bias and coverage of the old and the new rules at the counts of the real studies, one row per group.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    trials : int
        Number of synthetic studies for each row, see `repeated_fits`.
    names : tuple of str
        Names of the studies, as in `STUDIES`.
    """
    rows = []
    for study in names:
        for (rule, group), fits in repeated_fits(STUDIES[study], rules_for(study), rng, trials).items():
            rows.append({"study": study, "rule": rule, "group": group, "truth": fits.truth, **fits.summary()})
    return pd.DataFrame(rows)
