"""Spectra without phonons by other roads, for comparison with that of selected modes, as the tables of a study."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from atomglass.analysis.results.debye import excess_density, excess_exponents
from atomglass.analysis.results.pinned_exponents import pinned_exponents
from atomglass.analysis.results.smallest_frequencies import smallest_frequency_table
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
        smallest.append(smallest_frequency_table(settled, realizations, omega, rng, kind="spots"))
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
