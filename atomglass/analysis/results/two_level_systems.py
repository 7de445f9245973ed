"""Two-level systems of a study: their number, the standard tunneling model, and their coupling to strain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from atomglass.analysis.results.two_level_pairs import (
    Estimate,
    glass_volumes,
    mean_over_glasses,
    pairs_over_one_barrier,
    searched_glasses,
    sum_per_glass,
    two_level_systems,
    wave_moduli,
)
from atomglass.errors import InputError


@dataclass(frozen=True)
class TwoLevelSummary:
    """What a study says about two-level systems with a splitting below a bound.

    Attributes
    ----------
    glasses : int
        Glasses that were searched, those without a two-level system included.
    count : int
        Two-level systems: one barrier, both levels below it, one in each well, and a splitting below the bound.
    events : int
        Different rearrangements among them. One rearrangement is met as several pairs, while other particles are in
        either of their states; in all numbers that follow, its pairs over one barrier share a weight of one.
    below : float
        The bound, in units of epsilon.
    per_glass : Estimate
        Two-level systems per glass.
    density : Estimate
        n = count / (volume bound), in units of 1 / (length^d epsilon).
    pbar : Estimate
        P of the standard tunneling model, P(Delta, Delta_0) = P / Delta_0, in the same units.
    strength_t, strength_l : Estimate
        Tunneling strengths C = P gamma^2 / (rho c^2) of transverse and of longitudinal sound.
    above_barrier : float
        Share of the rearrangements over one barrier whose ground level lies above it: these are single wells.
    """

    glasses: int
    count: int
    events: int
    below: float
    per_glass: Estimate
    density: Estimate
    pbar: Estimate
    strength_t: Estimate
    strength_l: Estimate
    above_barrier: float


def summarize_two_level_systems(study: Any, below: float) -> TwoLevelSummary:
    """Return the number, the density and the coupling of the two-level systems of a study.

    Parameters
    ----------
    study : Study
        A study of two-level systems, from `atomglass.load_study`.
    below : float
        Bound on the splitting, in units of epsilon.

    Returns
    -------
    TwoLevelSummary
        Pairs from the dynamics only: those from modes are not a sample of the landscape.

    Raises
    ------
    InputError
        It is no study of two-level systems, or the bound is not positive.

    Notes
    -----
    In the standard tunneling model the integral of (Delta_0/E)^2 over all systems with splitting E is P (Phillips, Rep.
    Prog. Phys. 50, 1657 (1987)), so that P = sum (Delta_0/E)^2 / (volume bound) needs no smallest tunneling element.
    With gamma^2 in the sum and the modulus rho c^2 in the denominator it is C. Moduli are medians over glasses, as a
    soft mode lowers the modulus of its own glass. Errors are standard deviations over glasses divided by sqrt(glasses).
    """
    if not (0 < below < np.inf):
        raise InputError("bound on the splitting", below, "> 0")
    single, realizations = pairs_over_one_barrier(study), searched_glasses(study)
    systems = two_level_systems(study)
    found = systems[systems["splitting"] < below]
    weights = found["weight"]
    participation = weights * (found["tunneling"] / found["splitting"]) ** 2
    shear, longitudinal = wave_moduli(realizations)
    volume = glass_volumes(realizations)

    def per_glass(values: pd.Series) -> pd.Series:
        return sum_per_glass(values, found["realization"], realizations)

    def density(values: pd.Series) -> Estimate:
        return mean_over_glasses(per_glass(values) / (volume * below))

    return TwoLevelSummary(
        glasses=len(realizations),
        count=len(found),
        events=len(found[["realization", "event"]].drop_duplicates()),
        below=float(below),
        per_glass=mean_over_glasses(per_glass(weights)),
        density=density(weights),
        pbar=density(participation),
        strength_t=density(participation * found["gamma_t"] ** 2 / shear),
        strength_l=density(participation * found["gamma_l"] ** 2 / longitudinal),
        above_barrier=_share_above_barrier(single),
    )


def _share_above_barrier(single: pd.DataFrame) -> float:
    if not len(single):
        return float("nan")
    return float(np.average(single["ground_level"] > single["barrier"], weights=single["weight"]))


def two_level_table(study: Any) -> pd.DataFrame | None:
    """Return the summary of the two-level systems of a study as a table.

    Parameters
    ----------
    study : Study
        Any study, from `atomglass.load_study`; its settings contain the bound on the splitting.

    Returns
    -------
    DataFrame or None
        quantity | value | error; None for a study without two-level systems.
    """
    if getattr(study, "tls", None) is None:
        return None
    below = float(study.settings["paths"]["splitting_below"])
    found = summarize_two_level_systems(study, below)
    rows: list[tuple[str, float, float]] = [
        ("glasses searched", found.glasses, np.nan),
        (f"two-level systems, E < {below:g}", found.count, np.nan),
        ("different rearrangements among them", found.events, np.nan),
        ("two-level systems per glass", found.per_glass.value, found.per_glass.error),
        ("n, per volume and epsilon", found.density.value, found.density.error),
        ("P of the standard tunneling model", found.pbar.value, found.pbar.error),
        ("C of transverse sound", found.strength_t.value, found.strength_t.error),
        ("C of longitudinal sound", found.strength_l.value, found.strength_l.error),
        ("share of rearrangements whose ground level lies above their barrier", found.above_barrier, np.nan),
    ]
    return pd.DataFrame(rows, columns=["quantity", "value", "error"])
