"""Which realizations of the collected tables count, and the first phonon frequency of their chain or study."""

from __future__ import annotations

import math

import pandas as pd

from atomglass.errors import InputError
from atomglass.study.collected_tables import require_columns

#: Whose first phonon frequency omega_1 is the unit of the selection's bound.
REFERENCES = ("chain", "study", "own")
#: Columns of the realizations that selections need.
REALIZATION_COLUMNS = ("realization", "chain", "status", "complete", "complete_below", "first_phonon_frequency")


def true_minima(realizations: pd.DataFrame) -> pd.DataFrame:
    """Return the realizations that are true minima of the energy, whatever the sign of their shear modulus.

    Tables of older versions give minima without a positive shear modulus the status `no_rigidity` and hold no modes of
    them.
    """
    return realizations[realizations["status"].isin(["ok", "no_rigidity"])]


def complete_realizations(realizations: pd.DataFrame) -> pd.DataFrame:
    """Return the realizations in which every mode below `complete_below` is known; rates are counted over these.

    They include glasses whose shear modulus is not positive.
    """
    require_columns(realizations, ("status", "complete", "complete_below", "first_phonon_frequency"), "realizations")
    good = (realizations["status"] == "ok") & realizations["complete"].eq(True)
    return realizations[good & realizations["complete_below"].notna()]


def reference_frequency(realizations: pd.DataFrame, reference: str | None) -> pd.Series:
    """Return the omega_1 in which each realization's frequencies are measured, indexed by realization number.

    Parameters
    ----------
    realizations : DataFrame
        All realizations of the study: medians are taken over the true minima among them.
    reference : str or None
        `chain` or `study`: the median of omega_1, to which glasses without a positive shear modulus contribute zero.
        `own`: that of the realization itself, NaN where the shear modulus is not positive. None: 1, no unit.
    """
    require_columns(realizations, REALIZATION_COLUMNS, "realizations")
    number = realizations["realization"].to_numpy()
    if reference is None:
        return pd.Series(1.0, index=number)
    first = realizations["first_phonon_frequency"].astype(float)
    if reference == "own":
        return pd.Series(first.where(first > 0).to_numpy(), index=number)
    counted = first.where(first > 0, 0.0).where(realizations.index.isin(true_minima(realizations).index))
    if reference == "study":
        return pd.Series(counted.median(), index=number)
    return pd.Series(counted.groupby(realizations["chain"]).transform("median").to_numpy(), index=number)


def unit_without_zero(unit: pd.Series) -> pd.Series:
    """Return the omega_1 of realizations, NaN for those that do not count; a median that is 0 is no unit, and refused.

    Raises
    ------
    InputError
        It is 0 for some realization.
    """
    if unit.eq(0).any():
        raise InputError(
            "the median omega_1 of a chain or study is 0: most of its glasses have no positive shear modulus",
            remedy="bound at a fixed frequency (--frequency)",
        )
    return unit


def round_down(value: float, digits: int = 3) -> float:
    """Return a positive number rounded down to significant digits; 0 if it is not positive."""
    if not value > 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(value)) - digits + 1)
    return float(f"{math.floor(value / step * (1 + 1e-9)) * step:.{digits}g}")
