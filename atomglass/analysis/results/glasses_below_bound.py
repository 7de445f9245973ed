"""The glasses over which a spectrum is counted below a bound: every true minimum whose modes are known up to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from atomglass.analysis.results.spot_selection import largest_spot_share, searched_realizations
from atomglass.analysis.selection import FREQUENCY_TOLERANCE, Selection
from atomglass.errors import InputError
from atomglass.study.collected_tables import require_columns

#: Bounds of a table that shows whether an exponent depends on the bound, in units of the highest one.
BOUND_SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True)
class CountedGlasses:
    """Glasses whose modes are all known below their bound.

    Attributes
    ----------
    glasses : DataFrame
        Rows of the table of realizations: true minima, rigid or not, whose number of modes is proven; for
        pseudo-harmonic modes those in which they were sought.
    bound : array, shape (len(glasses),)
        The frequency bound of each.
    left_out : int
        Realizations that failed or are not proven complete, or not searched.
    """

    glasses: pd.DataFrame
    bound: NDArray[np.float64]
    left_out: int

    @property
    def chain(self) -> NDArray[Any]:
        """The chain of each glass."""
        return self.glasses["chain"].to_numpy()

    def rows(self, modes: pd.DataFrame) -> NDArray[np.int64]:
        """Return for each mode the place of its glass in `glasses`; -1 if the glass is not counted."""
        place = pd.Series(np.arange(len(self.glasses)), index=self.glasses["realization"].to_numpy())
        return place.reindex(modes["realization"]).fillna(-1).to_numpy().astype(np.int64)

    def below(self, modes: pd.DataFrame, share: float = 1.0) -> tuple[pd.DataFrame, NDArray[np.int64]]:
        """Return the modes below `share` times the bound of their glass, and the place of the glass of each."""
        row = self.rows(modes)
        frequency = modes["frequency"].to_numpy(dtype=float)
        inside = row >= 0
        inside[inside] = frequency[inside] < share * self.bound[row[inside]]
        inside &= frequency > 0
        return modes[inside], row[inside]


def counted_glasses(realizations: pd.DataFrame, omega: ArrayLike) -> CountedGlasses:
    """Return the glasses that count below a bound.

    Parameters
    ----------
    realizations : DataFrame
        The collected table.
    omega : float or array, shape (len(realizations),)
        The bound, the same for all or one for each realization. It must not depend on the modes of the realization.

    Raises
    ------
    InputError
        A column is missing, or a bound is not positive or above the frequency up to which the table holds modes.
    """
    require_columns(realizations, ("realization", "chain", "status", "complete", "complete_below"), "realizations")
    good = ((realizations["status"] == "ok") & realizations["complete"].eq(True)).to_numpy(dtype=bool)
    known = realizations["complete_below"].to_numpy(dtype=float)
    return _counted(realizations, omega, good, known)


def searched_for_spots(realizations: pd.DataFrame, omega: ArrayLike) -> CountedGlasses:
    """Return the glasses in which pseudo-harmonic modes were sought, with a bound up to which they were.

    Parameters
    ----------
    realizations : DataFrame
        The collected table. Whether the harmonic modes of a glass are all known does not matter.
    omega : float or array, shape (len(realizations),)
        As for `counted_glasses`, but lowered to the frequency up to which the modes were sought in every glass.

    Raises
    ------
    InputError
        A column is missing, or a bound is not positive.
    """
    good = realizations.index.isin(searched_realizations(realizations).index)
    largest = largest_spot_share(realizations, Selection(frequency=1.0))
    return _counted(realizations, np.minimum(omega, largest), good, np.full(len(realizations), largest))


def _counted(
    realizations: pd.DataFrame, omega: ArrayLike, good: NDArray[np.bool_], complete_below: NDArray[np.float64]
) -> CountedGlasses:
    """Return the good realizations, whose modes must be known up to their bounds."""
    bound = np.broadcast_to(np.asarray(omega, dtype=float), (len(realizations),))[good]
    if not ((bound > 0) & np.isfinite(bound)).all():
        raise InputError("the frequency bound", bound[~((bound > 0) & np.isfinite(bound))][0], "> 0")
    known = complete_below[good]
    if (bound > known * (1 + FREQUENCY_TOLERANCE)).any():
        largest = float((known / bound).min() * bound.max())
        raise InputError(
            "the frequency bound",
            f"{bound.max():.6g}",
            f"<= {largest:.6g}",
            "the modes of some glass are not in the table above that; [modes] below in the study's file raises it",
        )
    return CountedGlasses(realizations[good], bound, int((~good).sum()))
