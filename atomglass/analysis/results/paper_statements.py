"""Every number that Kumar, Procaccia and Singh (2021) state, compared with ours and its error.

Where the paper gives words instead of a number ("almost two orders of magnitude", "the same range"), the row's note
says which number was taken for them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from atomglass.analysis.results.exponent_tables import exponent_table
from atomglass.analysis.results.paper_coefficients import (
    coefficient_statements,
    distribution_statements,
    frequency_statement,
)
from atomglass.analysis.results.paper_counts import count_statements, matching_bound
from atomglass.analysis.results.paper_values import PaperStatement
from atomglass.analysis.results.paper_wells import barrier_statements, well_statements
from atomglass.analysis.results.spot_selection import counted_for_spots, select_spots
from atomglass.analysis.selection import Selection, counted_realizations, in_group, select
from atomglass.analysis.statistics.exponents import EXPECTED_EXPONENT
from atomglass.analysis.statistics.verdicts import MIN_CHAINS, UNDECIDED
from atomglass.study.collected_tables import require_columns
from atomglass.study.followup.recurrence_table import with_recurrences

_COLUMNS = ("group", "b2", "b3", "b4", "beta", "barrier", "second_minimum", "chain")


def paper_statements(
    study: Any,
    rule: Selection | None = None,
    *,
    seed: int = 0,
    exponents: pd.DataFrame | None = None,
    recurrences: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return everything that the paper states, with the study's own values.

    Parameters
    ----------
    study : Study
        From `load_study`, or anything with the tables `modes` and `realizations`.
    rule : Selection, optional
        Which modes are quasi-localized; the primary rule by default.
    seed : int
        Seed of the bootstrap.
    exponents : DataFrame, optional
        From `exponent_table`, if it is already known.
    recurrences : DataFrame, optional
        From `find_recurrences`: modes of one defect then count as one where independent modes are counted.

    Returns
    -------
    DataFrame
        Columns quantity, paper, ours, error (one standard error that allows for correlated realizations), verdict
        (`agrees`, `differs`, `undecided`; empty if there is nothing to compare), note, and needed (about how many modes
        would decide what is undecided).

    Raises
    ------
    InputError
        A table lacks a column.
    """
    rng, rule = np.random.default_rng(np.random.SeedSequence([seed, 1])), rule or Selection()
    require_columns(study.modes, _COLUMNS)
    modes = study.modes if recurrences is None else with_recurrences(study.modes, recurrences)
    qlms, whole = select(modes, study.realizations, rule), counted_realizations(study.realizations, rule)
    fits = exponent_table(qlms, rng) if exponents is None else exponents
    counts = count_statements(qlms, whole, study.realizations)
    return _statements(qlms, [*counts, matching_bound(study.modes, study.realizations, rule)], fits, rng)


def spot_statements(
    study: Any, rule: Selection | None = None, *, seed: int = 0, exponents: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return what the paper states, with the values of the study's pseudo-harmonic modes, as `paper_statements` does.

    Parameters
    ----------
    study : Study
        From `load_study`, or anything with the tables `spots` and `realizations`.
    rule : Selection, optional
        Gives the bound on the frequency; the primary rule by default.
    seed : int
        Seed of the bootstrap.
    exponents : DataFrame, optional
        From `exponent_table` of the pseudo-harmonic modes, if it is already known.

    Raises
    ------
    InputError
        A table lacks a column, or the modes cannot be selected by this rule, see `select_spots`.
    """
    rng, rule = np.random.default_rng(np.random.SeedSequence([seed, 2])), rule or Selection()
    require_columns(study.spots, _COLUMNS, "spots")
    chosen = select_spots(study.spots, study.realizations, rule)
    fits = exponent_table(chosen, rng) if exponents is None else exponents
    counts = count_statements(chosen, counted_for_spots(study.realizations, rule), study.realizations)
    return _statements(chosen, counts, fits, rng)


def _statements(
    qlms: pd.DataFrame, counts: list[PaperStatement], fits: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the table of statements on selected modes."""
    groups = {name: in_group(qlms, name) for name in "AB"}
    rows = [
        *counts,
        *well_statements(groups),
        *barrier_statements(groups["B"]),
        frequency_statement(groups, rng),
        *coefficient_statements(groups, rng),
        *distribution_statements(qlms, groups, rng),
        *(_exponent(line) for line in fits[(fits["returns"] == "kept") & fits["group"].isin(["A", "B"])].itertuples()),
    ]
    return pd.DataFrame([vars(row) for row in rows])


def _exponent(line: Any) -> PaperStatement:
    """Return the row on the exponent of a group's density of states, from a line of `exponent_table`."""
    quantity, note = (
        f"exponent of D(omega) in {line.group}",
        f"{line.because}; the paper shows a guide to the eye and no error",
    )
    # That many independent modes; of correlated ones, more.
    inflation = line.modes / line.effective if line.effective > 0 else 1.0
    modes_would_tell = line.verdict == UNDECIDED and line.chains >= MIN_CHAINS
    needed = math.ceil(line.needed * inflation) if modes_would_tell else math.nan
    expected = EXPECTED_EXPONENT[line.group]
    return PaperStatement(quantity, expected, line.exponent, line.error, line.verdict, note, needed)


def side_by_side(harmonic: pd.DataFrame, spots: pd.DataFrame) -> pd.DataFrame:
    """Return the statements on harmonic modes with `ours_spots`, `error_spots`, `verdict_spots`, `needed_spots` too.

    Parameters
    ----------
    harmonic, spots : DataFrame
        From `paper_statements` and `spot_statements`; what was not computed for pseudo-harmonic modes stays empty.
    """
    other = spots.set_index("quantity")[["ours", "error", "verdict", "needed"]].add_suffix("_spots")
    found = harmonic.join(other, on="quantity")
    return found.assign(verdict_spots=found["verdict_spots"].fillna(""))
