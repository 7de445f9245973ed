"""The table of all modes, with those that a rule selects marked: what figures and the summary show."""

from __future__ import annotations

import math

import pandas as pd

from atomglass.analysis.counted_glasses import reference_frequency
from atomglass.analysis.selection import Selection, known_shares, select, selection_bound
from atomglass.errors import InputError
from atomglass.vibrations.localization import FREQUENCY_SHARE, PARTICIPATION_RATIO


def mark_selected(modes: pd.DataFrame, realizations: pd.DataFrame, rule: Selection | None = None) -> pd.DataFrame:
    """Return all modes with the columns of a rule: `is_qlm` (selected by it), `bound`, `scaled_frequency`.

    Parameters
    ----------
    modes, realizations : DataFrame
        The collected tables.
    rule : Selection, optional
        The primary rule by default.

    Returns
    -------
    DataFrame
        The modes in their order, numbered from 0. `bound` is NaN where a mode is not selected; `scaled_frequency` is
        the frequency in the rule's unit.

    Raises
    ------
    InputError
        The bound lies above what the tables hold.
    """
    rule, modes = rule or Selection(), modes.reset_index(drop=True)
    chosen = select(modes, realizations, rule)
    unit = reference_frequency(realizations, rule.reference if rule.unit else None)
    return modes.assign(
        is_qlm=modes.index.isin(chosen.index),
        bound=chosen["bound"].reindex(modes.index),
        scaled_frequency=modes["frequency"] / modes["realization"].map(unit),
    )


def rule_or_refusal(
    realizations: pd.DataFrame,
    rule: Selection | None = None,
    share: float = FREQUENCY_SHARE,
    participation_ratio: float = PARTICIPATION_RATIO,
) -> tuple[Selection, str]:
    """Return the rule if the tables hold its modes, otherwise one by the own omega_1, and why.

    Parameters
    ----------
    realizations : DataFrame
        All realizations of the study.
    rule : Selection, optional
        The primary rule by default.
    share, participation_ratio : float
        The bounds of the rule by the own omega_1, which marks modes while a study runs; the share is lowered to what
        the tables hold.

    Returns
    -------
    rule : Selection
        A rule that `select` accepts.
    refusal : str
        Why the given rule cannot be used; empty if it can.
    """
    rule = rule or Selection()
    try:
        selection_bound(realizations, rule)
    except InputError as error:
        own = Selection(reference="own", frequency_share=share, participation_ratio=participation_ratio)
        largest = known_shares(realizations, own).min()
        if largest > 0:
            own = Selection(
                reference="own", frequency_share=min(share, largest), participation_ratio=participation_ratio
            )
        return own, str(error)
    return rule, ""


def selection_from_options(
    frequency: float | None = None,
    share: float | None = None,
    reference: str | None = None,
    participation: str | None = None,
) -> Selection:
    """Return the selection that the options of a command describe.

    Parameters
    ----------
    frequency, share : float, optional
        A fixed bound omega, or one as a share of omega_1.
    reference : str, optional
        `chain`, `study` or `own`: whose omega_1.
    participation : str, optional
        The bound on the participation ratio, a number or `none`.

    Raises
    ------
    InputError
        Options that exclude each other, or a value that is not allowed.
    """
    if frequency is not None and (share is not None or reference is not None):
        raise InputError("--frequency is a bound by itself", remedy="leave out --share and --reference")
    ratio = PARTICIPATION_RATIO
    if participation is not None:
        try:
            ratio = math.inf if participation == "none" else float(participation)
        except ValueError:
            raise InputError("--participation", participation, "a positive number, or none") from None
    share = Selection.frequency_share if share is None else share
    return Selection(frequency, share, reference or Selection.reference, ratio)
