"""How many second wells are real: three readings of "led to another inherent state", and the control."""

from __future__ import annotations

import pandas as pd

from atomglass.analysis.statistics.chain_errors import fraction
from atomglass.landscape.double_wells import WellOutcome
from atomglass.study.collected_tables import require_columns

#: Range of the true barrier, in units of the quartic's, within which the two are called the same.
SAME_BARRIER = (0.1, 3.0)
#: The readings, from the widest to the narrowest.
READINGS = {
    "new": "another inherent state",
    "leads_there": "and its lowest saddle leads there",
    "same_barrier": "and this barrier is 0.1 to 3 times the quartic's",
}
_NEEDED = ("chain", "group", "second_minimum", "outcome", "leads_to_new", "barrier", "quartic_barrier")


def outcome_known(wells: pd.DataFrame) -> pd.Series:
    """Return for which modes the displaced glass was quenched to a minimum, be it the same or another.

    The others, whose quench did not converge or for which there was no place to look, belong to no fraction.

    Parameters
    ----------
    wells : DataFrame
        The table of second wells, with the column `outcome`.
    """
    return wells["outcome"].isin([str(WellOutcome.SAME), str(WellOutcome.NEW)])


def well_readings(wells: pd.DataFrame) -> pd.DataFrame:
    """Return the fractions of modes whose second well is real, in three readings, each within the one before it.

    Parameters
    ----------
    wells : DataFrame
        The table of second wells, from `atomglass wells`.

    Returns
    -------
    DataFrame
        modes (`B`, `A with a hidden well`, and as the control `A without`, displaced to where the quartic comes closest
        to a second minimum); count, of the modes whose outcome is known; unknown, of the others, which no fraction
        contains; `new`: the displaced glass was quenched to another inherent state; `leads_there`:
        and the lowest saddle found is connected to this state, not to a third one between; `same_barrier`: and its
        height is 0.1 to 3 times the quartic's barrier. Each with its standard error over chains, ending in `_error`.
        `same_barrier` is NaN for the control, whose quartic has no barrier.

    Raises
    ------
    InputError
        A column is missing.
    """
    require_columns(wells, _NEEDED, "wells")
    second, in_a = wells["second_minimum"].astype(bool), wells["group"] == "A"
    kinds = {"B": wells["group"] == "B", "A with a hidden well": in_a & second, "A without": in_a & ~second}
    new = wells["outcome"] == str(WellOutcome.NEW)
    leads = new & wells["leads_to_new"].astype(bool)
    same = leads & (wells["barrier"] / wells["quartic_barrier"]).between(*SAME_BARRIER)
    known, lines = outcome_known(wells), []
    for name, chosen in kinds.items():
        unknown = int((chosen & ~known).sum())
        chosen = chosen & known
        line: dict[str, object] = {"modes": name, "count": int(chosen.sum()), "unknown": unknown}
        for reading, holds in zip(READINGS, (new, leads, same), strict=True):
            possible = reading != "same_barrier" or bool(wells.loc[chosen, "quartic_barrier"].notna().any())
            found = fraction(holds[chosen & possible], wells.loc[chosen & possible, "chain"])
            line[reading], line[f"{reading}_error"] = found.value, found.error
        lines.append(line)
    return pd.DataFrame(lines)
