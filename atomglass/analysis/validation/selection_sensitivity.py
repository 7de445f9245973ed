"""What could still move the selection: few glasses in a chain, glasses and modes that are missing, curved spectra.

The rules that use nothing which a mode itself changes are put to the same test as the old one: each function changes
one thing in synthetic studies of a known law and returns the exponents that come out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from atomglass.analysis.selection import Selection, select
from atomglass.analysis.statistics.exponents import truncated_power_law
from atomglass.analysis.validation.glass_ensemble import GlassEnsemble, collected_tables, draw_glasses

Array = NDArray[np.float64]
Tables = tuple[pd.DataFrame, pd.DataFrame]
#: Share of modes that PR < 0.27 passes, against omega: the table of `kumar2021_n400`, modes below 0.9 omega_1.
PASSED_AT = (0.15, 0.225, 0.275, 0.325, 0.375, 0.425, 0.475, 0.525, 0.575)
PASSED = (0.95, 0.89, 0.77, 0.71, 0.63, 0.51, 0.39, 0.29, 0.21)


def group_exponents(tables: Tables, rule: Selection) -> dict[str, float]:
    """Return exponent and error of groups A and B under a rule."""
    chosen = select(*tables, rule)
    line: dict[str, float] = {}
    for group in "AB":
        mine = chosen[chosen["group"] == group]
        fit = truncated_power_law(mine["x"], mine["chain"])
        line |= {group: fit.exponent, f"error of {group}": fit.standard_error}
    return line


def few_glasses_table(
    rng: np.random.Generator, counts: tuple[int, ...] = (3, 5, 10, 30, 100), rates: tuple[float, ...] = (1.0, 10.0)
) -> pd.DataFrame:
    """Return exponents for few glasses in a chain: a soft mode then moves the median of its chain.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    counts : tuple of int
        Glasses in a chain; the chains are as many as make 600,000 glasses, without those whose median omega_1 is 0.
    rates : tuple of float
        Factors of the rate of modes at N = 400.
    """
    rows = []
    for rate in rates:
        for count in counts:
            plain = GlassEnsemble(glasses=count, chains=600_000 // count)
            ensemble = replace(plain, rates=(rate * plain.rates[0], rate * plain.rates[1]))
            tables = _with_rigid_median(*collected_tables(draw_glasses(ensemble, rng), 0.75))
            for reference in ("chain", "study"):
                found = group_exponents(tables, Selection(reference=reference))
                rows.append({"rate": rate, "glasses": count, "reference": reference, **found})
    return pd.DataFrame(rows)


def _with_rigid_median(modes: pd.DataFrame, glasses: pd.DataFrame) -> Tables:
    """Return the tables without the chains whose median omega_1 is 0, which a selection refuses."""
    rigid = (glasses["first_phonon_frequency"] > 0).groupby(glasses["chain"]).transform("mean") > 0.5
    return modes[rigid.to_numpy()[modes["realization"].to_numpy()]], glasses[rigid]


def missing_table(rng: np.random.Generator, ensemble: GlassEnsemble | None = None) -> pd.DataFrame:
    """Return exponents if glasses or modes are missing, each defect of the old tables by itself and all together.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    ensemble : GlassEnsemble, optional
        1,000 chains like those at N = 400 by default.
    """
    drawn = draw_glasses(ensemble or GlassEnsemble(chains=1000), rng)
    modes, glasses = collected_tables(drawn, 0.75)
    own = glasses["first_phonon_frequency"].to_numpy()
    softest = np.full(len(glasses), np.inf)
    np.minimum.at(softest, drawn.glass, drawn.frequency)
    known = modes["frequency"].to_numpy() < 0.9 * own[modes["realization"].to_numpy()]
    rigid = own > 0
    half_lost = (softest > 0.25) | (rng.random(len(glasses)) < 0.5)
    cases: dict[str, Tables] = {
        "nothing missing": (modes, glasses),
        "glasses with G <= 0 dropped": _without(modes, glasses, rigid),
        "modes known below 0.9 own omega_1": (modes[known | ~rigid[modes["realization"].to_numpy()]], glasses),
        "both": _without(modes[known], glasses, rigid),
        "half of the glasses with a mode below 0.25 dropped": _without(modes, glasses, half_lost),
    }
    rules = {"fixed": Selection(frequency=0.35), "chain": Selection()}
    rows = [
        {"missing": name, "rule": label, **group_exponents(tables, rule)}
        for name, tables in cases.items()
        for label, rule in rules.items()
    ]
    own_rule = Selection(reference="own")
    rows.append({"missing": "nothing missing", "rule": "own", **group_exponents((modes, glasses), own_rule)})
    rows.append({"missing": "both", "rule": "own", **group_exponents(collected_tables(drawn), own_rule)})
    return pd.DataFrame(rows)


def _without(modes: pd.DataFrame, glasses: pd.DataFrame, kept: NDArray[np.bool_]) -> Tables:
    """Return the tables of a study in which some glasses failed."""
    status = np.where(kept, "ok", "not_converged")
    lost = glasses.assign(status=status, complete=kept)
    return modes[kept[modes["realization"].to_numpy()]], lost


def own_rule_table(
    rng: np.random.Generator, shares: tuple[float, ...] = (0.5, 0.6, 0.7, 0.8), chains: int = 1000
) -> pd.DataFrame:
    """Return the exponents of the old and the new rule against the bound f, for chains like those at N = 400.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    shares : tuple of float
        f.
    chains : int
        Number of chains of 1,000 glasses.
    """
    drawn = draw_glasses(GlassEnsemble(chains=chains), rng)
    tables = {"own": collected_tables(drawn), "chain": collected_tables(drawn, 0.9)}
    rows = [
        {"rule": name, "f": f, **group_exponents(pair, Selection(frequency_share=f, reference=name))}
        for name, pair in tables.items()
        for f in shares
    ]
    return pd.DataFrame(rows)


def effective_exponent(density: Callable[[Array], Array], bound: ArrayLike, weight: ArrayLike = 1.0) -> float:
    """Return the exponent that a fit of infinitely many modes finds below bounds, if the spectrum is no power law.

    Parameters
    ----------
    density : callable
        Density of states; it takes frequencies of shape (k, m) for k chains.
    bound : float or array, shape (k,)
        The bound of each chain.
    weight : float or array, shape (k,)
        Relative numbers of modes, as a factor of the density.
    """
    bound, weight = np.atleast_1d(np.asarray(bound, dtype=float)), np.atleast_1d(np.asarray(weight, dtype=float))
    x = (np.arange(1000) + 0.5) / 1000
    number = density(bound[:, None] * x) * (bound * weight)[:, None]
    return float(number.sum() / (number * -np.log(x)).sum() - 1)


def crossover_table(
    rng: np.random.Generator, crossovers: tuple[float, ...] = (1.5, 1.0, 0.8), exponent: float = 4.0
) -> pd.DataFrame:
    """Return exponents if every chain's spectrum bends: D ~ y^s / (1 + (y/y_c)^s), y = omega / omega_1 of the chain.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    crossovers : tuple of float
        y_c, in units of the chain's omega_1.
    exponent : float
        s.
    """
    ensemble = GlassEnsemble()
    spread = ensemble.first_phonon_spread / ensemble.first_phonon
    median = 1 + spread * rng.standard_normal(1000).clip(-2.2, 2.2)
    first, weight = ensemble.first_phonon * median, median ** (ensemble.rate_slope - 1)
    rows = []
    for crossover in crossovers:

        def density(omega: Array, crossover: float = crossover) -> Array:
            y = omega / first[:, None]
            return y**exponent / (1 + (y / crossover) ** exponent)

        bounds = {"chain, f = 0.6": 0.6 * first, "study, f = 0.6": np.full(first.size, 0.6 * np.median(first))}
        bounds |= {f"omega < {omega:g}": np.full(first.size, omega) for omega in (0.25, 0.35)}
        found = {name: effective_exponent(density, bound, weight) for name, bound in bounds.items()}
        rows.append({"crossover": crossover, **found})
    return pd.DataFrame(rows)


def participation_table(exponent: float = 4.0, bounds: tuple[float, ...] = (0.25, 0.35, 0.45, 0.55)) -> pd.DataFrame:
    """Return the exponents of a power law after a cut that passes the `PASSED` share of its modes.

    Parameters
    ----------
    exponent : float
        The law before the cut.
    bounds : tuple of float
        Fixed bounds omega.
    """

    def density(omega: Array) -> Array:
        return omega**exponent * np.interp(omega, PASSED_AT, PASSED)

    return pd.DataFrame({"bound": bounds, "exponent": [effective_exponent(density, bound) for bound in bounds]})
