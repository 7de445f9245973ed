"""Which modes the bound on the participation ratio cuts, frequency by frequency: a selection that makes exponents too.

Near the phonons a harmonic mode mixes with them, and its participation ratio grows. The bound on it therefore cuts more
modes the higher the frequency, and the exponent of the modes that pass is an effective one.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from atomglass.analysis.selection import Selection, select

#: Largest number of bins.
MAX_BINS = 12


def without_cut(rule: Selection) -> Selection:
    """Return a rule without its bound on the participation."""
    return replace(rule, participation_ratio=math.inf, participation_number=None)


def participation_cut(modes: pd.DataFrame, realizations: pd.DataFrame, rule: Selection | None = None) -> pd.DataFrame:
    """Return the share of modes that pass a rule's bound on the participation, in bins of frequency.

    Parameters
    ----------
    modes, realizations : DataFrame
        The collected tables.
    rule : Selection, optional
        The primary rule by default.

    Returns
    -------
    DataFrame
        low, high (edges of the bin, in omega), modes (below the bound on the frequency), passed (those that also pass
        the bound on the participation) and share (passed / modes; NaN for an empty bin).
    """
    rule = rule or Selection()
    every, passed = select(modes, realizations, without_cut(rule)), select(modes, realizations, rule)
    edges = round_edges(float(every["bound"].max()) if len(every) else math.nan)
    counts, kept = (np.histogram(rows["frequency"], edges)[0] for rows in (every, passed))
    with np.errstate(invalid="ignore"):
        share = kept / counts
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "modes": counts, "passed": kept, "share": share})


def round_edges(top: float) -> np.ndarray:
    """Return bins of a round width from 0 to beyond a frequency, at most `MAX_BINS`; none if it is NaN."""
    if not top > 0:
        return np.zeros(1)
    power = 10.0 ** math.floor(math.log10(top / MAX_BINS))
    width = next(step * power for step in (1, 2, 5, 10) if math.ceil(top / (step * power)) <= MAX_BINS)
    return np.asarray(width * np.arange(math.ceil(top / width * (1 - 1e-9)) + 1))
