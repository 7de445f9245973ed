"""Compare two computations of the same study, such as on two types of processor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from atomglass.errors import InputError
from atomglass.study.load import load_study
from atomglass.study.store.study_store import StudyStore

#: Largest relative difference between two frequencies of the same mode.
FREQUENCY_TOLERANCE = 1e-8
#: Relative difference between energies above which two states are in different basins. Rounding errors are a hundred
#: times smaller, and the energies of neighboring basins differ by far more.
BASIN_TOLERANCE = 1e-10
_KEYS = ["chain", "index_in_chain"]


@dataclass(frozen=True)
class Crosscheck:
    """Agreement of two computations of the same study.

    Attributes
    ----------
    common : int
        Number of realizations in both computations.
    same_status : int
        Number of these with the same status.
    different_samples : list of int
        Realizations (numbered as in the first study) that were quenched from different liquid configurations, since the
        outcome of some Monte Carlo move differed and with it the rest of the chain.
    different_basins : list of int
        Realizations that were quenched from the same configuration into different minima.
    same_basin : int
        Number of realizations in the same minimum.
    modes : int
        Number of modes of these realizations.
    worst_frequency : float
        Largest relative difference between frequencies of the same mode.
    disagreeing : list of int
        Realizations in the same minimum whose modes differ in number, or in frequency by more than
        `FREQUENCY_TOLERANCE`.
    regrouped : int
        Number of modes that are in different groups.
    spots : int
        Number of pseudo-harmonic modes of the realizations in the same minimum; 0 if the study has none.
    worst_spot_frequency : float
        Largest relative difference between frequencies of the same pseudo-harmonic mode, where both converged.
    disagreeing_spots : list of int
        Realizations in the same minimum whose pseudo-harmonic modes differ in number or convergence, or in frequency by
        more than `FREQUENCY_TOLERANCE`.
    """

    common: int
    same_status: int
    different_samples: list[int]
    different_basins: list[int]
    same_basin: int
    modes: int
    worst_frequency: float
    disagreeing: list[int]
    regrouped: int
    spots: int
    worst_spot_frequency: float
    disagreeing_spots: list[int]


def crosscheck(one: Path, other: Path) -> Crosscheck:
    """Compare two directories that hold realizations of the same physics and seed.

    Parameters
    ----------
    one, other : Path
        Directories of the two collected studies.

    Raises
    ------
    InputError
        The directories belong to different studies, or have no realization in common.
    """
    stores = [StudyStore(folder) for folder in (one, other)]
    if stores[0].physics_hash != stores[1].physics_hash:
        raise InputError(f"{one} and {other} are of different physics", remedy="compare runs of one study file")
    tables = [load_study(folder) for folder in (one, other)]
    rows = tables[0].realizations.merge(tables[1].realizations, on=_KEYS, suffixes=("", "_other"))
    if not len(rows):
        raise InputError(f"{one} and {other} have no realization in common", remedy="run more realizations")
    same = rows[rows["status"] == rows["status_other"]]
    sample = "liquid_energy_per_particle"
    moved = _differ(same, sample) if sample in same else pd.Series(False, same.index)
    basin = ~moved & _differ(same, "energy") if "energy" in same else pd.Series(False, same.index)
    alike = same[~moved & ~basin]
    paired, difference = _paired([table.modes for table in tables], "mode", alike)
    wrong = paired[~(difference <= FREQUENCY_TOLERANCE)][_KEYS].drop_duplicates().merge(alike, on=_KEYS)
    spots, worst_spot, wrong_spots = _compare_spots([table.spots for table in tables], alike)
    both = paired["group"].notna() & paired["group_other"].notna()
    return Crosscheck(
        common=len(rows),
        same_status=len(same),
        different_samples=same["realization"][moved].tolist(),
        different_basins=same["realization"][basin].tolist(),
        same_basin=len(alike),
        modes=len(paired),
        worst_frequency=float(difference.max()) if len(paired) else 0.0,
        disagreeing=wrong["realization"].tolist(),
        regrouped=int((paired["group"] != paired["group_other"])[both].sum()),
        spots=spots,
        worst_spot_frequency=worst_spot,
        disagreeing_spots=wrong_spots,
    )


def _paired(tables: list[pd.DataFrame], number: str, alike: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Return the rows of two tables side by side, and the relative difference of their frequencies."""
    one, other = (table.merge(alike[_KEYS], on=_KEYS) for table in tables)
    paired = one.merge(other, on=[*_KEYS, number], how="outer", suffixes=("", "_other"))
    return paired, (paired["frequency_other"] / paired["frequency"] - 1).abs()


def _compare_spots(tables: list[pd.DataFrame | None], alike: pd.DataFrame) -> tuple[int, float, list[int]]:
    """Return the number of spots, the worst difference of frequencies, and the realizations that disagree."""
    found = [table for table in tables if table is not None]
    if len(found) < 2:
        if found:
            raise InputError("only one of the two directories has a table of spots", remedy="collect both again")
        return 0, 0.0, []
    paired, difference = _paired(found, "spot", alike)
    one, other = (paired[name].eq(True) for name in ("converged", "converged_other"))
    absent = paired["frequency"].isna() | paired["frequency_other"].isna()
    wrong = absent | (one != other) | (one & ~(difference <= FREQUENCY_TOLERANCE))
    numbers = paired[wrong][_KEYS].drop_duplicates().merge(alike, on=_KEYS)["realization"].tolist()
    return len(paired), float(difference[one & other].max()) if (one & other).any() else 0.0, numbers


def _differ(rows: pd.DataFrame, name: str) -> pd.Series:
    """Return which numbers differ by more than rounding errors; two missing numbers are equal."""
    a, b = rows[name], rows[f"{name}_other"]
    missing = a.isna() & b.isna()
    return ~missing & ~((a - b).abs() <= BASIN_TOLERANCE * np.maximum(a.abs(), b.abs()))
