"""Two-level systems of a study: their number, the standard tunneling model, their coupling to strain, their modes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from atomglass.analysis.counted_glasses import true_minima
from atomglass.errors import InputError
from atomglass.landscape.minimum_energy_path import PathStatus
from atomglass.study.collected_tables import require_columns
from atomglass.types import Array

#: Columns of `tls` and of realizations that are used.
_TLS = (
    "realization",
    "path_status",
    "splitting",
    "tunneling",
    "gamma_t",
    "gamma_l",
    "barrier",
    "ground_level",
    "source",
)
_REALIZATIONS = ("realization", "status", "number", "density", "dimension", "shear_modulus", "bulk_modulus")
#: Kinds of modes with which displacements are compared, in words.
_KINDS = {"mode": "a harmonic mode", "spot": "a pseudo-harmonic mode", "control": "a mode by chance"}


@dataclass(frozen=True)
class Estimate:
    """A value and its standard error over glasses."""

    value: float
    error: float


@dataclass(frozen=True)
class TwoLevelSummary:
    """What a study says about two-level systems with a splitting below a bound.

    Attributes
    ----------
    glasses : int
        Glasses that were searched, those without a two-level system included.
    count : int
        Pairs with one barrier between them and a splitting below the bound.
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
        Share of the pairs with one barrier whose ground level lies above it: quantum mechanically single wells.
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
    tls, realizations = _tables(study)
    if not (0 < below < np.inf):
        raise InputError("bound on the splitting", below, "> 0")
    pairs = tls[(tls["source"] == "dynamics") & tls["splitting"].notna()]
    single = pairs[pairs["path_status"] == PathStatus.ONE_BARRIER.value]
    weights = 1 / single.groupby(["realization", "event"])["splitting"].transform("size")
    found, weights = single[single["splitting"] < below], weights[single["splitting"] < below]
    participation = weights * (found["tunneling"] / found["splitting"]) ** 2
    number = realizations["realization"].to_numpy()
    volume = realizations["number"].to_numpy() / realizations["density"].to_numpy()
    d = int(realizations["dimension"].iloc[0])
    shear = float(realizations["shear_modulus"].median())
    longitudinal = float(realizations["bulk_modulus"].median()) + 2 * shear * (d - 1) / d

    def per_glass(values: pd.Series) -> pd.Series:
        return values.groupby(found["realization"]).sum().reindex(number, fill_value=0.0)

    def density(values: pd.Series) -> Estimate:
        return _mean(per_glass(values) / (volume * below))

    return TwoLevelSummary(
        glasses=len(realizations),
        count=len(found),
        events=len(found[["realization", "event"]].drop_duplicates()),
        below=float(below),
        per_glass=_mean(per_glass(weights)),
        density=density(weights),
        pbar=density(participation),
        strength_t=density(participation * found["gamma_t"] ** 2 / shear),
        strength_l=density(participation * found["gamma_l"] ** 2 / longitudinal),
        above_barrier=float((single["ground_level"] > single["barrier"]).mean()) if len(single) else float("nan"),
    )


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
        (f"pairs with one barrier and E < {below:g}", found.count, np.nan),
        ("different rearrangements among them", found.events, np.nan),
        ("two-level systems per glass", found.per_glass.value, found.per_glass.error),
        ("n, per volume and epsilon", found.density.value, found.density.error),
        ("P of the standard tunneling model", found.pbar.value, found.pbar.error),
        ("C of transverse sound", found.strength_t.value, found.strength_t.error),
        ("C of longitudinal sound", found.strength_l.value, found.strength_l.error),
        ("share of pairs with one barrier whose ground level lies above it", found.above_barrier, np.nan),
    ]
    for overlap in (0.7, 0.5):
        for link in link_to_modes(study, below, overlap).itertuples():
            if link.pairs:
                kind = _KINDS[link.kind]
                rows.append((f"share with {kind} under them, overlap > {overlap:g}", link.share, link.error))
    return pd.DataFrame(rows, columns=["quantity", "value", "error"])


def _tables(study: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    if getattr(study, "tls", None) is None:
        raise InputError(
            "the study has no table of two-level systems", remedy='run one with model = "two_level_systems"'
        )
    require_columns(study.tls, _TLS, "tls")
    require_columns(study.realizations, _REALIZATIONS, "realizations")
    return study.tls, true_minima(study.realizations)


def _mean(values: ArrayLike) -> Estimate:
    """Return the mean over glasses and its standard error; NaN for a single glass."""
    array = np.asarray(values, dtype=float)
    error = float(array.std(ddof=1) / np.sqrt(len(array))) if len(array) > 1 else float("nan")
    return Estimate(float(array.mean()), error)


def link_to_modes(study: Any, below: float, overlap: float) -> pd.DataFrame:
    """Return which share of the two-level systems has a soft mode under it.

    Parameters
    ----------
    study : Study
        A study of two-level systems, from `atomglass.load_study`.
    below : float
        Bound on the splitting, in units of epsilon.
    overlap : float
        Overlap of displacement and mode from which a mode counts as lying under a pair.

    Returns
    -------
    DataFrame
        One row per kind of mode (`mode`, `spot`, and `control`, the displacement moved to random particles): pairs for
        which the overlap is known, share above the bound, and its binomial error.
    """
    tls, _ = _tables(study)
    found = tls[(tls["path_status"] == PathStatus.ONE_BARRIER.value) & (tls["splitting"] < below)]
    rows = []
    for kind in ("mode", "spot", "control"):
        known = found[f"{kind}_overlap"].dropna() if f"{kind}_overlap" in found else pd.Series(dtype=float)
        share = float((known > overlap).mean()) if len(known) else float("nan")
        error = float(np.sqrt(share * (1 - share) / len(known))) if len(known) else float("nan")
        rows.append({"kind": kind, "pairs": len(known), "share": share, "error": error})
    return pd.DataFrame(rows)


def heat_capacity(splittings: ArrayLike, temperatures: ArrayLike, volume: float) -> Array:
    """Return the heat capacity per volume of two-level systems, in units of k_B per volume.

    Parameters
    ----------
    splittings : (n,) array
        Splittings of all systems in the volume, in units of epsilon.
    temperatures : (m,) array
        In units of epsilon.
    volume : float
        Volume of all glasses that were searched.
    """
    x = np.asarray(splittings, dtype=float)[None, :] / (2 * np.asarray(temperatures, dtype=float)[:, None])
    x = np.minimum(x, 350.0)
    return ((x / np.cosh(x)) ** 2).sum(axis=1) / volume
