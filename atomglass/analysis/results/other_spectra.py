"""Spectra without phonons by other roads, for comparison with that of selected modes, as the tables of a study."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from atomglass.analysis.counted_glasses import reference_frequency
from atomglass.analysis.results.debye import excess_density, excess_exponents
from atomglass.analysis.results.pinned_exponents import pinned_exponents
from atomglass.analysis.results.smallest_frequencies import SPOTS, smallest_frequency_table
from atomglass.analysis.selection import Selection, known_shares
from atomglass.study.followup.pinned_modes import PinnedTables

#: Number of bins of the density of states in excess of Debye's.
BINS = 20


def other_spectra(
    study: Any, omega: ArrayLike, rng: np.random.Generator, pinned: PinnedTables | None = None
) -> dict[str, pd.DataFrame]:
    """Return the tables of the other roads to the spectrum without phonons.

    Parameters
    ----------
    study : Study
        From `load_study`, or anything with the tables `modes` and `realizations`, and perhaps `spots`.
    omega : float or array, shape (realizations,)
        The highest bound, the same for all glasses or one for each. It must not depend on the modes of the glass.
    rng : numpy.random.Generator
        For the bootstrap over chains.
    pinned : PinnedTables, optional
        From `load_pinned`.

    Returns
    -------
    dict
        `smallest_frequencies` (of harmonic modes and of soft spots, `smallest_frequency_table`), `excess_exponents`,
        `excess_density` (where the bound is the same for all; sound speeds of the chain, waves of the box) and, if
        glasses were pinned, `pinned_exponents`.

    Raises
    ------
    InputError
        A column is missing, or a bound is not positive or above the frequencies that the tables hold.
    """
    modes, realizations = study.modes, study.realizations
    smallest = [smallest_frequency_table(modes, realizations, omega, rng)]
    spots = getattr(study, "spots", None)
    if spots is not None:
        settled = spots[spots["converged"].eq(True)] if "converged" in spots else spots
        smallest.append(smallest_frequency_table(settled, realizations, omega, rng, kind=SPOTS))
    tables = {
        "smallest_frequencies": pd.concat(smallest, ignore_index=True),
        "excess_exponents": excess_exponents(modes, realizations, omega),
    }
    if np.ndim(omega) == 0:
        edges = np.linspace(0, float(np.asarray(omega)), BINS + 1)
        tables["excess_density"] = excess_density(modes, realizations, edges, "chain")
    if pinned is not None:
        tables["pinned_exponents"] = pinned_exponents(pinned, realizations)
    return tables


def spectra_below_rule(
    study: Any, rule: Selection, rng: np.random.Generator, pinned: PinnedTables | None = None
) -> dict[str, pd.DataFrame]:
    """Return `other_spectra` below the fixed frequency that corresponds to a selection's bound.

    Parameters
    ----------
    study : Study
        As for `other_spectra`.
    rule : Selection
        Its share is taken of the study's median omega_1; the frequency is lowered to what the tables hold. No tables
        are returned for a rule that follows the own omega_1 of each glass, or if the tables hold no modes.
    rng : numpy.random.Generator
        For the bootstrap over chains.
    pinned : PinnedTables, optional
        From `load_pinned`.
    """
    if rule.is_own:
        return {}
    realizations = study.realizations
    unit = reference_frequency(realizations, "study" if rule.unit else None)
    known = known_shares(realizations, Selection(frequency=1.0)).min()
    omega = min(rule.share * unit.max(), known) if len(unit) else 0.0
    return other_spectra(study, float(omega), rng, pinned) if omega > 0 else {}
