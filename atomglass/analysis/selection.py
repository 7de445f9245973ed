"""Which modes of the collected tables count as quasi-localized, and which realizations count at all.

A selection must use nothing that a mode itself changes. A soft mode lowers the shear modulus of its own glass, so the
frequency bound is a fixed omega, or a share of the median omega_1 of the chain or of the study; and every true minimum
counts, rigid or not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from atomglass.analysis.counted_glasses import (
    REFERENCES,
    complete_realizations,
    reference_frequency,
    round_down,
    unit_without_zero,
)
from atomglass.errors import InputError
from atomglass.study.collected_tables import require_columns
from atomglass.vibrations.localization import PARTICIPATION_RATIO

#: Relative tolerance for published frequencies, which are in single precision.
FREQUENCY_TOLERANCE = 1e-5


def in_group(modes: pd.DataFrame, group: str) -> pd.DataFrame:
    """Return the modes of one group; `all` returns every mode."""
    return modes if group == "all" else modes[modes["group"] == group]


def cluster_labels(qlms: pd.DataFrame) -> NDArray[Any]:
    """Return the labels within which modes are alike: defects where recurrences are marked, otherwise chains."""
    return qlms["defect" if "defect" in qlms.columns else "chain"].to_numpy()


@dataclass(frozen=True)
class Selection:
    """Which modes count as quasi-localized. The rule was fixed in advance, because the exponent depends on it.

    Attributes
    ----------
    frequency : float, optional
        Only frequencies omega below this, in every glass; if given, it replaces the share.
    frequency_share : float
        f: only frequencies below f omega_1.
    reference : str
        Whose omega_1 that is: the median over the glasses of the mode's `chain` or of the `study`, or that of its
        `own` glass, which biases the exponent because a soft mode lowers it.
    participation_ratio : float
        Only participation ratios below this; infinity for no bound.
    participation_number : float, optional
        If given, it replaces the bound on the participation ratio: only participation numbers N PR below this. For
        studies of system size, in which the same defect has PR ~ 1/N.
    """

    frequency: float | None = None
    frequency_share: float = 0.6
    reference: str = "chain"
    participation_ratio: float = PARTICIPATION_RATIO
    participation_number: float | None = None

    def __post_init__(self) -> None:
        if self.frequency is not None and not 0 < self.frequency < math.inf:
            raise InputError("the frequency bound omega", self.frequency, "a positive number")
        if not 0 < self.frequency_share < math.inf:
            raise InputError("the frequency share f", self.frequency_share, "a positive number", "the default is 0.6")
        if self.reference not in REFERENCES:
            raise InputError("the reference of the frequency share", self.reference, ", ".join(REFERENCES))
        if not self.participation_ratio > 0:
            raise InputError("the participation ratio's bound", self.participation_ratio, "> 0", "infinity for none")
        if self.participation_number is not None and not self.participation_number > 0:
            raise InputError("the participation number's bound", self.participation_number, "> 0")

    def __str__(self) -> str:
        if self.participation_number is not None:
            localized = f", N PR < {self.participation_number:g}"
        else:
            localized = "" if math.isinf(self.participation_ratio) else f", PR < {self.participation_ratio:g}"
        unit = f" of the {self.unit}" if self.unit else ""
        return f"omega < {self.share:g}{unit}{localized}"

    @property
    def unit(self) -> str:
        """What the bound is measured in, in words; empty for a fixed frequency."""
        if self.frequency is not None:
            return ""
        return "own omega_1" if self.reference == "own" else f"{self.reference}'s median omega_1"

    @property
    def share(self) -> float:
        """The bound in that unit."""
        return self.frequency_share if self.frequency is None else self.frequency

    @property
    def is_own(self) -> bool:
        """Whether the bound follows the own omega_1 of each glass."""
        return self.frequency is None and self.reference == "own"

    def at_fixed_number(self, reference: int) -> Selection:
        """Return the rule whose bound on N PR is, for every N, the one that it has for `reference` particles."""
        return replace(self, participation_number=self.participation_ratio * reference)


def counted_realizations(realizations: pd.DataFrame, rule: Selection) -> pd.DataFrame:
    """Return the complete realizations to which a rule gives a bound.

    Those are all, except for glasses without a positive shear modulus if the reference is the own omega_1.
    """
    whole = complete_realizations(realizations)
    return whole[whole["first_phonon_frequency"] > 0] if rule.is_own else whole


def known_shares(realizations: pd.DataFrame, rule: Selection) -> pd.Series:
    """Return up to which bound, in the rule's unit, the modes of each counted realization are known.

    The smallest of these is the largest bound that `select` accepts.

    Parameters
    ----------
    realizations : DataFrame
        All realizations of the study.
    rule : Selection
        Gives the unit: 1 for a fixed frequency, otherwise omega_1 of the rule's reference.

    Returns
    -------
    Series
        Indexed by realization number; infinity where the unit is 0.
    """
    counted = counted_realizations(realizations, rule).set_index("realization")
    unit = reference_frequency(realizations, rule.reference if rule.unit else None)
    return counted["complete_below"].astype(float) / unit[counted.index]


def selection_bound(realizations: pd.DataFrame, rule: Selection | None = None) -> pd.Series:
    """Return the frequency below which a rule selects, for each realization; NaN for those that do not count.

    Parameters
    ----------
    realizations : DataFrame
        All realizations of the study.
    rule : Selection, optional
        The primary rule by default.

    Returns
    -------
    Series
        Indexed by realization number.

    Raises
    ------
    InputError
        The modes of a counted realization are not known up to the bound, or the bound is 0.
    """
    rule = rule or Selection()
    known = known_shares(realizations, rule)
    if len(known) and not rule.share <= known.min() * (1 + FREQUENCY_TOLERANCE):
        raise _refusal(rule, known, realizations)
    unit = reference_frequency(realizations, rule.reference if rule.unit else None)
    return rule.share * unit_without_zero(unit.where(unit.index.isin(known.index)))


def _refusal(rule: Selection, known: pd.Series, realizations: pd.DataFrame) -> InputError:
    """Return the error for a bound above what the tables hold; it names the largest bound and what works instead."""
    first, largest = known.idxmin(), round_down(known.min())
    below = float(realizations.set_index("realization").loc[first, "complete_below"])
    fixed, own = (
        round_down(known_shares(realizations, other).min())
        for other in (Selection(frequency=1.0), Selection(reference="own"))
    )
    ways = [f"--frequency {fixed:g}"] if rule.unit and fixed > 0 else []
    if not rule.is_own and own > 0:
        ways.append(f"--reference own --share {min(own, Selection.frequency_share):g}, which biases")
    what = f"the frequency bound in units of the {rule.unit}" if rule.unit else "the frequency bound omega"
    allowed = f"at most {largest:g}, as the modes of realization {first} are known only below {below:.3g}"
    wider = "make the study with a higher [modes] below"
    return InputError(what, rule.share, allowed, "use " * bool(ways) + ", or ".join([*ways, wider]))


def select(modes: pd.DataFrame, realizations: pd.DataFrame, rule: Selection | None = None) -> pd.DataFrame:
    """Return the modes that a rule selects, each with the bound of its own realization.

    There is no lower bound. Modes of realizations that are not proven complete are left out: they would thin out the
    spectrum in an unknown way.

    Parameters
    ----------
    modes : DataFrame
        One row per mode, as collected: all modes, not only those marked `is_qlm`.
    realizations : DataFrame
        All realizations of the study, those without modes included.
    rule : Selection, optional
        The primary rule by default: omega < 0.6 of the chain's median omega_1, PR < 0.27.

    Returns
    -------
    DataFrame
        The selected rows, with two more columns: `bound` (frequency below which the realization kept all modes) and
        `x` = frequency / bound, in (0, 1).

    Raises
    ------
    InputError
        A column is missing, or the bound lies above what the tables hold.
    """
    rule = rule or Selection()
    require_columns(modes, ("realization", "frequency", "participation_ratio"))
    bound = modes["realization"].map(selection_bound(realizations, rule))
    return bounded(modes, realizations, rule, bound)


def bounded(modes: pd.DataFrame, realizations: pd.DataFrame, rule: Selection, bound: pd.Series) -> pd.DataFrame:
    """Return the modes below given bounds that pass the rule's bound on the participation, as `select` does.

    Parameters
    ----------
    modes, realizations : DataFrame
        The collected tables.
    rule : Selection
        Gives the bound on the participation ratio or number.
    bound : Series
        The bound of each mode's realization, with the index of `modes`; NaN where it does not count.
    """
    ratio, most = modes["participation_ratio"].astype(float), rule.participation_ratio
    if rule.participation_number is not None:
        most = rule.participation_number
        ratio = ratio * modes["realization"].map(realizations.set_index("realization")["number"])
    localized = (ratio < most) | math.isinf(most)
    frequency = modes["frequency"]
    chosen = localized & (frequency > 0) & (frequency < bound)
    return modes[chosen].assign(bound=bound[chosen], x=frequency[chosen] / bound[chosen])
