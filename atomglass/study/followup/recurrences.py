"""The same defect met again: modes of successive realizations of one chain that are one soft spot.

Between two quenches of a chain most particles only rattle in their cages, so that a soft spot can come back, with
nearly the same mode. Such modes are not independent. Swap moves exchange diameters; a particle's index stays with its
place in the sample, so that displacement fields of two realizations can be multiplied particle by particle.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from atomglass.errors import InputError
from atomglass.study.collected_tables import require_columns

#: Two fields of a hundred particles that have nothing to do with each other overlap by 0.1 at most.
OVERLAP = 0.5
#: In mean diameters: a defect that has moved farther is another one.
DISTANCE = 3.0


def mark_recurrences(
    modes: pd.DataFrame,
    patterns: Mapping[str, ArrayLike],
    overlap: float = OVERLAP,
    distance: float = DISTANCE,
) -> pd.DataFrame:
    """Find which modes are returns of an earlier one of their chain.

    Two modes of different realizations of one chain match where |sum_i psi_i . psi'_i| > `overlap` and their centers
    lie within `distance`. Matches are chained: what matches a return belongs to the same defect.

    Parameters
    ----------
    modes : DataFrame, n rows
        Columns chain, realization, mode.
    patterns : mapping
        `displacement`, shape (n, N, d): the normalized eigenvector of each row, zero on rattlers; `center`, shape
        (n, d): where it sits; `box`, shape (d,): the period along each axis (of an orthogonal box).
    overlap, distance : float
        Thresholds.

    Returns
    -------
    DataFrame, n rows, with the index of `modes`
        `defect` (a number for each defect of the study), `recurrence_of` (position of the row of its first
        appearance; missing for that one itself), `recurrence_realization` and `recurrence_mode` (the same by name) and
        `overlap` with the best earlier match (NaN for the first appearance).

    Raises
    ------
    InputError
        A missing column or array, shapes that do not fit, or thresholds out of range.
    """
    require_columns(modes, ("chain", "realization", "mode"))
    field, center, box = _arrays(patterns, len(modes))
    if not 0 < overlap < 1:
        raise InputError("the overlap's threshold", overlap, "between 0 and 1", "the default is 0.5")
    if not distance > 0:
        raise InputError("the distance's threshold", distance, "> 0", "the default is 3 diameters")
    chain, realization = modes["chain"].to_numpy(), modes["realization"].to_numpy()
    rows, columns, values = [np.empty(0, int)], [np.empty(0, int)], [np.empty(0)]
    for label in np.unique(chain):
        member = np.flatnonzero(chain == label)
        flat = field[member].reshape(len(member), -1)
        product = np.abs(flat @ flat.T)
        apart = center[member][:, None] - center[member][None]
        apart -= box * np.round(apart / box)
        match = (product > overlap) & ((apart**2).sum(axis=-1) < distance**2)
        match &= realization[member][:, None] > realization[member][None]
        later, earlier = np.nonzero(match)
        rows.append(member[later])
        columns.append(member[earlier])
        values.append(product[later, earlier])
    return _table(modes, np.concatenate(rows), np.concatenate(columns), np.concatenate(values))


def likely_recurrences(modes: pd.DataFrame, frequency: float = 0.1, stiffness: float = 0.3) -> pd.DataFrame:
    """Find returns from the tables alone: the same chain, the same center particle, similar frequency and b4.

    For studies that kept no eigenvectors. It misses returns whose largest displacement moved to a neighbor, so that
    their number is a lower bound.

    Parameters
    ----------
    modes : DataFrame
        Columns chain, realization, mode, centre_particle, frequency, b4.
    frequency, stiffness : float
        Largest relative differences of frequency and b4.

    Returns
    -------
    DataFrame
        As `mark_recurrences`; `overlap` is NaN.
    """
    require_columns(modes, ("chain", "realization", "mode", "centre_particle", "frequency", "b4"))
    place = np.arange(len(modes))
    table = pd.DataFrame(
        {name: modes[name].to_numpy() for name in ("chain", "centre_particle", "realization", "frequency", "b4")}
    ).assign(place=place)
    pairs = table.merge(table, on=["chain", "centre_particle"], suffixes=("", "_before"))
    pairs = pairs[pairs["realization"] > pairs["realization_before"]]
    for name, most in (("frequency", frequency), ("b4", stiffness)):
        mean = (pairs[name] + pairs[f"{name}_before"]) / 2
        pairs = pairs[(pairs[name] - pairs[f"{name}_before"]).abs() < most * mean.abs()]
    return _table(modes, pairs["place"].to_numpy(), pairs["place_before"].to_numpy(), np.full(len(pairs), np.nan))


def _arrays(patterns: Mapping[str, ArrayLike], count: int) -> tuple[NDArray, NDArray, NDArray]:
    missing = [name for name in ("displacement", "center", "box") if name not in patterns]
    if missing:
        raise InputError(f"the patterns lack {', '.join(missing)}", remedy="give displacement, center and box")
    field, center, box = (np.asarray(patterns[name], dtype=float) for name in ("displacement", "center", "box"))
    if (
        field.ndim != 3
        or len(field) != count
        or center.shape != (count, field.shape[2])
        or box.shape != center.shape[1:]
    ):
        shown = f"{field.shape}, {center.shape}, {box.shape}"
        raise InputError("the shapes of displacement, center and box", shown, f"({count}, N, d), ({count}, d), (d,)")
    return field, center, box


def _table(modes: pd.DataFrame, later: NDArray, earlier: NDArray, overlap: NDArray) -> pd.DataFrame:
    """Name the defects from pairs of rows, and each defect's first appearance."""
    n = len(modes)
    _, label = connected_components(coo_array((np.ones(len(later)), (later, earlier)), shape=(n, n)), directed=False)
    realization = modes["realization"].to_numpy()
    order = np.lexsort((np.arange(n), realization))
    first = np.full(n, -1)
    for row in order[::-1]:
        first[label[row]] = row
    original = first[label] if n else np.empty(0, int)
    again = original != np.arange(n)
    best = np.full(n, -np.inf)
    np.maximum.at(best, later, np.where(np.isnan(overlap), -np.inf, overlap))
    table = pd.DataFrame(index=modes.index)
    table["defect"] = label
    table["recurrence_of"] = pd.array(np.where(again, original, -1), dtype="Int64")
    table["recurrence_realization"] = pd.array(np.where(again, realization[original], -1), dtype="Int64")
    table["recurrence_mode"] = pd.array(np.where(again, modes["mode"].to_numpy()[original], -1), dtype="Int64")
    table.loc[~again, ["recurrence_of", "recurrence_realization", "recurrence_mode"]] = pd.NA
    table["overlap"] = np.where(np.isfinite(best), best, np.nan)
    return table
