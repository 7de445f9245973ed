"""The summary of a study, for a reader who sees one for the first time: plain text of at most 80 columns."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from scipy import stats

from atomglass.analysis.exponents import ExponentFit, truncated_power_law
from atomglass.analysis.selection import quasi_localized, require, selection_bound
from atomglass.qlm import FREQUENCY_SHARE, PARTICIPATION_RATIO

WIDTH = 80
#: Below this many modes an exponent has an error above 1 and says nothing.
_LEAST_MODES = 10
_CUTOFF_SHARE = 0.5

_REMEDIES = {
    "not_converged": "raise quench.max_iterations, or quench.force_tolerance where it stalls",
    "not_a_minimum": "lower quench.force_tolerance: the quench stopped at a saddle",
    "no_rigidity": "raise the density or lower the temperature: the sample is not a solid",
    "all_rattlers": "raise the density: the particles do not touch",
    "error": "run the study again; if it comes back, report it with study.json",
}

_MODE_COLUMNS = (
    "realization", "chain", "frequency", "group", "second_minimum", "barrier", "is_qlm", "b3_cutoff_share",
    "first_phonon_frequency", "complete_below",
)  # fmt: skip
_REALIZATION_COLUMNS = ("chain", "status", "reason", "complete", "rattlers", "number", "first_phonon_frequency")


def summarise(
    modes: pd.DataFrame,
    realizations: pd.DataFrame,
    *,
    participation_ratio: float = PARTICIPATION_RATIO,
    frequency_share: float = FREQUENCY_SHARE,
) -> str:
    """Return what a study found, in words.

    Parameters
    ----------
    modes, realizations : DataFrame
        The collected tables.
    participation_ratio, frequency_share : float
        The selection's bounds, as in the study's settings; the second in units of the first phonon frequency.

    Raises
    ------
    InputError
        A table lacks a column.
    """
    require(modes, _MODE_COLUMNS)
    require(realizations, _REALIZATION_COLUMNS, "realizations")
    qlms = quasi_localized(modes)
    parts = [_glasses(realizations), _selection(qlms, realizations, participation_ratio, frequency_share)]
    if len(qlms):
        parts += [_groups(qlms), _exponents(qlms, frequency_share), _caveats(qlms)]
    return "\n\n".join(parts)


def _glasses(realizations: pd.DataFrame) -> str:
    """How many glasses were made, and what went wrong."""
    total, good = len(realizations), realizations[realizations["status"] == "ok"]
    chains = realizations["chain"].nunique()
    lines = ["GLASSES", f"  {_count(total, 'realization')} from {_count(chains, 'independent chain')}; {len(good)} analysed."]
    failed = realizations[realizations["status"] != "ok"]
    for status, rows in failed.groupby("status"):
        reasons = rows["reason"].astype(str)
        remedy = _REMEDIES.get(str(status), "see the column reason of realizations.parquet")
        lines.append(_wrapped(f"{len(rows)} failed, {status} (e.g. realization {rows.index[0] if 'realization' not in rows else rows['realization'].iloc[0]}: {reasons.iloc[0].strip() or 'no reason given'}). What to do: {remedy}."))
    if not len(good):
        return "\n".join(lines)
    rattlers = good["rattlers"].fillna(0)
    held = rattlers.sum()
    if held:
        lines.append(_wrapped(
            f"{_count(int(held), 'rattler')} (particles that nothing holds) in {_count(int((rattlers > 0).sum()), 'glass')}, "
            f"{100 * held / good['number'].sum():.2g} % of all particles; they are left out of the modes."
        ))
    else:
        lines.append("  No rattlers: every particle is held by its neighbours.")
    incomplete = int((~good["complete"].fillna(False).astype(bool)).sum())
    if incomplete:
        lines.append(_wrapped(f"In {_count(incomplete, 'glass')} modes may be missing (complete is false): not used for exponents."))
    return "\n".join(lines)
