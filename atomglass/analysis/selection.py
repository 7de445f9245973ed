"""Which modes of the collected tables count as quasi-localized, and which realizations count at all."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from atomglass.errors import InputError
from atomglass.study.collected_tables import require_columns
from atomglass.vibrations.localization import FREQUENCY_SHARE, PARTICIPATION_RATIO


def barrier_is_real(modes: pd.DataFrame, factor: float = 3.0) -> pd.Series:
    """Return for which modes the true energy has the quartic's barrier.

    Parameters
    ----------
    modes : DataFrame
        One row per mode, with the columns `barrier` and `true_barrier`.
    factor : float
        Largest ratio of the two heights: a far higher barrier is a different one.
    """
    return (modes["true_barrier"] / modes["barrier"]).between(1 / factor, factor)


def in_group(modes: pd.DataFrame, group: str) -> pd.DataFrame:
    """Return the modes of one group; `all` returns every mode."""
    return modes if group == "all" else modes[modes["group"] == group]


def cluster_labels(qlms: pd.DataFrame) -> NDArray[Any]:
    """Return the labels within which modes are alike: defects where recurrences are marked, otherwise chains."""
    return qlms["defect" if "defect" in qlms.columns else "chain"].to_numpy()


def selection_bound(qlms: pd.DataFrame, frequency_share: float) -> pd.Series:
    """Return for each mode the frequency below which its realization kept every quasi-localized mode.

    This is f omega_1, or the frequency up to which the modes were computed if that is lower. It is NaN where the count
    of modes does not prove that none was missed.

    Parameters
    ----------
    qlms : DataFrame
        One row per mode.
    frequency_share : float
        f, the selection's bound in units of the first phonon frequency.
    """
    require_columns(qlms, ("first_phonon_frequency", "complete_below"))
    # np.minimum, unlike DataFrame.min, keeps the NaN of an incomplete realization.
    return np.minimum(frequency_share * qlms["first_phonon_frequency"], qlms["complete_below"])


@dataclass(frozen=True)
class Selection:
    """Which modes count as quasi-localized. The rule was fixed in advance, because the exponent depends on it.

    Attributes
    ----------
    frequency_share : float
        f: only frequencies below f omega_1 of the mode's own realization.
    participation_ratio : float
        Only participation ratios below this; infinity for no bound.
    participation_number : float, optional
        If given, it replaces the bound on the participation ratio: only participation numbers N PR below this. For
        studies of system size, in which the same defect has PR ~ 1/N.
    """

    frequency_share: float = FREQUENCY_SHARE
    participation_ratio: float = PARTICIPATION_RATIO
    participation_number: float | None = None

    def __post_init__(self) -> None:
        if not (0 < self.frequency_share < math.inf):
            raise InputError("the frequency share f", self.frequency_share, "a positive number", "the default is 0.8")
        if not self.participation_ratio > 0:
            raise InputError("the participation ratio's bound", self.participation_ratio, "> 0", "infinity for none")
        if self.participation_number is not None and not self.participation_number > 0:
            raise InputError("the participation number's bound", self.participation_number, "> 0")

    def at_fixed_number(self, reference: int) -> Selection:
        """Return the rule whose bound on N PR is, for every N, the one that it has for `reference` particles."""
        return Selection(self.frequency_share, self.participation_ratio, self.participation_ratio * reference)


def select(modes: pd.DataFrame, rule: Selection | None = None, number: ArrayLike | None = None) -> pd.DataFrame:
    """Return the modes that a rule selects, each with the bound of its own realization.

    There is no lower bound. Modes of realizations that are not proven complete are left out: they would thin out the
    spectrum in an unknown way.

    Parameters
    ----------
    modes : DataFrame
        One row per mode, as collected: all modes, not only those marked `is_qlm`.
    rule : Selection, optional
        The primary rule by default: omega < 0.8 omega_1, PR < 0.27.
    number : int or array, shape (len(modes),), optional
        Particles N of each mode's realization; needed if the rule bounds the participation number.

    Returns
    -------
    DataFrame
        The selected rows, with two more columns: `bound` (frequency below which the realization kept all modes) and
        `x` = frequency / bound, in (0, 1].

    Raises
    ------
    InputError
        A column is missing, or `number` is missing where it is needed.
    """
    rule = rule or Selection()
    require_columns(modes, ("frequency", "participation_ratio", "first_phonon_frequency", "complete_below"))
    bound = selection_bound(modes, rule.frequency_share)
    ratio = modes["participation_ratio"].to_numpy(dtype=float)
    if rule.participation_number is None:
        localized = ratio < rule.participation_ratio
    elif number is None:
        raise InputError("a bound on the participation number needs N", remedy="pass number=, the particles")
    else:
        localized = ratio * np.asarray(number) < rule.participation_number
    frequency = modes["frequency"]
    chosen = localized & (frequency > 0) & (frequency < bound)
    return modes[chosen].assign(bound=bound[chosen], x=frequency[chosen] / bound[chosen])


def complete_realizations(realizations: pd.DataFrame) -> pd.DataFrame:
    """Return the realizations in which every mode below `complete_below` is known; rates are counted over these."""
    require_columns(realizations, ("status", "complete", "first_phonon_frequency"), "realizations")
    good = (realizations["status"] == "ok") & realizations["complete"].eq(True)
    return realizations[good & (realizations["first_phonon_frequency"] > 0)]
