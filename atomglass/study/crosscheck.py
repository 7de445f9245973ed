"""Compare the realizations that two directories of one study hold, as of two types of processor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from atomglass.errors import InputError
from atomglass.study.collect import load_study
from atomglass.study.store.study_store import StudyStore

#: Largest relative difference of two frequencies of the same mode.
FREQUENCY_TOLERANCE = 1e-8
#: Relative difference of energies from which on two states are different basins: rounding is a hundred times smaller,
#: and the energies of neighboring basins differ by far more.
BASIN_TOLERANCE = 1e-10
_KEYS = ["chain", "index_in_chain"]


@dataclass(frozen=True)
class Comparison:
    """How far two sets of tables agree.

    Attributes
    ----------
    common : int
        Realizations that both hold.
    same_status : int
        Those with the same status.
    other_samples : list of int
        Realizations (numbers in the first study) that began from different samples: a decision of the sampler fell
        differently, and the rest of the chain with it.
    changed_basins : list of int
        Those that from the same sample ended in different minima.
    compared : int
        Realizations in the same minimum.
    modes : int
        Their modes.
    worst_frequency : float
        Largest relative difference of two frequencies among them.
    disagreeing : list of int
        Realizations in the same minimum whose modes differ in number, or by more than `FREQUENCY_TOLERANCE`.
    regrouped : int
        Modes that are in another group.
    """

    common: int
    same_status: int
    other_samples: list[int]
    changed_basins: list[int]
    compared: int
    modes: int
    worst_frequency: float
    disagreeing: list[int]
    regrouped: int


def compare(one: Path, other: Path) -> Comparison:
    """Compare two directories that hold realizations of the same physics and seed.

    Parameters
    ----------
    one, other : Path
        Directories of studies, both collected.

    Raises
    ------
    InputError
        They are not of the same study, or hold no realization in common.
    """
    stores = [StudyStore(folder) for folder in (one, other)]
    if stores[0].physics_hash != stores[1].physics_hash:
        raise InputError(f"{one} and {other} are of different physics", remedy="compare runs of one study file")
    tables = [load_study(folder) for folder in (one, other)]
    rows = tables[0].realizations.merge(tables[1].realizations, on=_KEYS, suffixes=("", "_other"))
    if not len(rows):
        raise InputError(f"{one} and {other} have no realization in common", remedy="run more of them")
    same = rows[rows["status"] == rows["status_other"]]
    sample = "liquid_energy_per_particle"
    moved = _differ(same, sample) if sample in same else pd.Series(False, same.index)
    basin = ~moved & _differ(same, "energy") if "energy" in same else pd.Series(False, same.index)
    alike = same[~moved & ~basin]
    modes = [table.modes.merge(alike[_KEYS], on=_KEYS) for table in tables]
    paired = modes[0].merge(modes[1], on=[*_KEYS, "mode"], how="outer", suffixes=("", "_other"))
    difference = (paired["frequency_other"] / paired["frequency"] - 1).abs()
    wrong = paired[~(difference <= FREQUENCY_TOLERANCE)][_KEYS].drop_duplicates().merge(alike, on=_KEYS)
    both = paired["group"].notna() & paired["group_other"].notna()
    return Comparison(
        common=len(rows),
        same_status=len(same),
        other_samples=same["realization"][moved].tolist(),
        changed_basins=same["realization"][basin].tolist(),
        compared=len(alike),
        modes=len(paired),
        worst_frequency=float(difference.max()) if len(paired) else 0.0,
        disagreeing=wrong["realization"].tolist(),
        regrouped=int((paired["group"] != paired["group_other"])[both].sum()),
    )


def _differ(rows: pd.DataFrame, name: str) -> pd.Series:
    """Whether a number is another one, beyond rounding; two missing ones are the same."""
    a, b = rows[name], rows[f"{name}_other"]
    missing = a.isna() & b.isna()
    return ~missing & ~((a - b).abs() <= BASIN_TOLERANCE * np.maximum(a.abs(), b.abs()))
