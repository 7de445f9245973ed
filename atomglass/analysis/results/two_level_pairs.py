"""The pairs of inherent states of a study, weighted by rearrangement, and sums over them in each glass."""

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
    "below_barrier",
    "localization",
    "source",
)
_REALIZATIONS = ("realization", "status", "number", "density", "dimension", "shear_modulus", "bulk_modulus")


#: Localization in the two wells above which a pair of levels is a two-level system.
LOCALIZED = 0.5


@dataclass(frozen=True)
class Estimate:
    """A value and its standard error over glasses."""

    value: float
    error: float


def pairs_over_one_barrier(study: Any) -> pd.DataFrame:
    """Return the pairs from the dynamics that have one barrier and levels, with a column `weight`.

    The pairs of one rearrangement, met while other particles were in either of their states, share a weight of one.

    Raises
    ------
    InputError
        The study has no table of two-level systems, or the table lacks a column.
    """
    tls = tls_table(study)
    pairs = tls[(tls["source"] == "dynamics") & tls["splitting"].notna()]
    single = pairs[pairs["path_status"] == PathStatus.ONE_BARRIER.value]
    return single.assign(weight=1 / single.groupby(["realization", "event"])["splitting"].transform("size"))


def two_level_systems(study: Any) -> pd.DataFrame:
    """Return the pairs over one barrier whose lowest two levels lie below the barrier, one in each well, with weights.

    The other pairs are vibrations of one well, quantum mechanically: either no level lies below the barrier, or the
    upper well lies above the first excited level of the lower one.

    Raises
    ------
    InputError
        The study has no table of two-level systems, or the table lacks a column.
    """
    pairs = pairs_over_one_barrier(study)
    return pairs[pairs["below_barrier"].eq(True) & (pairs["localization"] > LOCALIZED)]


def tls_table(study: Any) -> pd.DataFrame:
    """Return the table of two-level systems of a study.

    Raises
    ------
    InputError
        The study has none, or it lacks a column.
    """
    tls = getattr(study, "tls", None)
    if tls is None:
        raise InputError(
            "the study has no table of two-level systems", remedy='run one with model = "two_level_systems"'
        )
    require_columns(tls, _TLS, "tls")
    return pd.DataFrame(tls)


def searched_glasses(study: Any) -> pd.DataFrame:
    """Return the realizations that are glasses, those without a two-level system included."""
    require_columns(study.realizations, _REALIZATIONS, "realizations")
    return true_minima(study.realizations)


def glass_volumes(glasses: pd.DataFrame) -> Array:
    """Return the volumes of glasses, in units of length^d."""
    volumes: Array = glasses["number"].to_numpy() / glasses["density"].to_numpy()
    return volumes


def wave_moduli(glasses: pd.DataFrame) -> tuple[float, float]:
    """Return rho c^2 of transverse and of longitudinal sound, medians over glasses, in units of epsilon per volume."""
    d = int(glasses["dimension"].iloc[0])
    shear = float(glasses["shear_modulus"].median())
    return shear, float(glasses["bulk_modulus"].median()) + 2 * shear * (d - 1) / d


def sum_per_glass(values: pd.Series, glass_of: pd.Series, glasses: pd.DataFrame) -> pd.Series:
    """Return the sum of values in each glass, zero for a glass without any.

    Parameters
    ----------
    values, glass_of : Series
        The values, and the numbers of their glasses.
    glasses : DataFrame
        All glasses that were searched.
    """
    sums = values.groupby(glass_of).sum()
    return sums.reindex(glasses["realization"].to_numpy(), fill_value=0.0)


def mean_over_glasses(values: ArrayLike) -> Estimate:
    """Return the mean over glasses and its standard error; NaN for a single glass."""
    array = np.asarray(values, dtype=float)
    error = float(array.std(ddof=1) / np.sqrt(len(array))) if len(array) > 1 else float("nan")
    return Estimate(float(array.mean()), error)


def heat_capacity(
    splittings: ArrayLike, temperatures: ArrayLike, volume: float, weights: ArrayLike | None = None
) -> Array:
    """Return the heat capacity per volume of two-level systems, in units of k_B per volume.

    Parameters
    ----------
    splittings : (n,) array
        Splittings of all systems in the volume, in units of epsilon.
    temperatures : (m,) array
        In units of epsilon.
    volume : float
        Volume of all glasses that were searched.
    weights : (n,) array, optional
        Weights of the systems; one by default.
    """
    x = np.asarray(splittings, dtype=float)[None, :] / (2 * np.asarray(temperatures, dtype=float)[:, None])
    x = np.minimum(x, 350.0)
    each = np.ones(x.shape[1]) if weights is None else np.asarray(weights, dtype=float)
    found: Array = (x / np.cosh(x)) ** 2 @ each / volume
    return found
