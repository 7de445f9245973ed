"""Recurrences: modes of successive realizations of one chain that belong to the same soft spot.

Between two quenches of a chain most particles only rattle in their cages, so that a soft spot can recur with nearly the
same mode. Such modes are not statistically independent. Since swap moves exchange diameters while each particle keeps
its index, the overlap of two displacement fields is a sum over particles.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from atomglass.errors import InputError
from atomglass.study.collected_tables import require_columns

#: Overlap above which modes match; unrelated displacement fields of a hundred particles overlap by at most 0.1.
OVERLAP = 0.5
#: Distance, in mean diameters, above which defects are different.
DISTANCE = 3.0


def mark_recurrences(
    modes: pd.DataFrame,
    patterns: Mapping[str, ArrayLike],
    overlap: float = OVERLAP,
    distance: float = DISTANCE,
) -> pd.DataFrame:
    """Find the modes that recur from earlier realizations of the same chain.

    Two modes of different realizations of one chain match where |sum_i psi_i . psi'_i| > `overlap` and their centers
    lie within `distance`. Matches are transitive: a mode that matches a recurrence belongs to the same defect.

    Parameters
    ----------
    modes : DataFrame, n rows
        Table with the columns chain, realization and mode.
    patterns : mapping
        `displacement`, shape (n, N, d): the normalized eigenvector of each row, zero on rattlers; `center`, shape
        (n, d): the position of the mode; `box`, shape (d,): the side lengths of the orthogonal box.
    overlap, distance : float
        Thresholds of the overlap, and of the distance in units of length (mean diameters).

    Returns
    -------
    DataFrame, n rows, with the index of `modes`
        `defect` (number of the defect), `recurrence_of` (row of the defect's first appearance; missing for the first
        appearance itself), `recurrence_realization` and `recurrence_mode` (realization and mode of that row), and
        `overlap` with the best earlier match (NaN for the first appearance).

    Raises
    ------
    InputError
        A column or an array is missing, shapes do not agree, or a threshold is out of range.
    """
    require_columns(modes, ("chain", "realization", "mode"))
    field, center, box = _arrays(patterns, len(modes))
    if not 0 < overlap < 1:
        raise InputError("the threshold of the overlap", overlap, "between 0 and 1", "the default is 0.5")
    if not distance > 0:
        raise InputError("the threshold of the distance", distance, "> 0", "the default is 3 diameters")
    chain, realization = modes["chain"].to_numpy(), modes["realization"].to_numpy()
    later_rows, earlier_rows, overlaps = [np.empty(0, int)], [np.empty(0, int)], [np.empty(0)]
    for label in np.unique(chain):
        member = np.flatnonzero(chain == label)
        flat = field[member].reshape(len(member), -1)
        product = np.abs(flat @ flat.T)
        apart = center[member][:, None] - center[member][None]
        apart -= box * np.round(apart / box)
        match = (product > overlap) & ((apart**2).sum(axis=-1) < distance**2)
        match &= realization[member][:, None] > realization[member][None]
        later, earlier = np.nonzero(match)
        later_rows.append(member[later])
        earlier_rows.append(member[earlier])
        overlaps.append(product[later, earlier])
    return _table(modes, np.concatenate(later_rows), np.concatenate(earlier_rows), np.concatenate(overlaps))


def likely_recurrences(modes: pd.DataFrame, frequency: float = 0.1, stiffness: float = 0.3) -> pd.DataFrame:
    """Find recurrences from the tables alone: same chain, same central particle, similar frequency and b4.

    This is meant for studies that kept no glasses. Recurrences whose largest displacement moved to a neighboring
    particle are missed, so that the number found is a lower bound.

    Parameters
    ----------
    modes : DataFrame
        Table with the columns chain, realization, mode, centre_particle, frequency and b4.
    frequency, stiffness : float
        Largest relative differences in frequency and in b4.

    Returns
    -------
    DataFrame
        The columns of `mark_recurrences`; `overlap` is NaN.
    """
    require_columns(modes, ("chain", "realization", "mode", "centre_particle", "frequency", "b4"))
    place = np.arange(len(modes))
    table = pd.DataFrame(
        {name: modes[name].to_numpy() for name in ("chain", "centre_particle", "realization", "frequency", "b4")}
    ).assign(place=place)
    pairs = table.merge(table, on=["chain", "centre_particle"], suffixes=("", "_before"))
    pairs = pairs[pairs["realization"] > pairs["realization_before"]]
    for name, tolerance in (("frequency", frequency), ("b4", stiffness)):
        mean = (pairs[name] + pairs[f"{name}_before"]) / 2
        pairs = pairs[(pairs[name] - pairs[f"{name}_before"]).abs() < tolerance * mean.abs()]
    return _table(modes, pairs["place"].to_numpy(), pairs["place_before"].to_numpy(), np.full(len(pairs), np.nan))


def _arrays(patterns: Mapping[str, ArrayLike], count: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
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


def _table(modes: pd.DataFrame, later: NDArray[Any], earlier: NDArray[Any], overlap: NDArray[Any]) -> pd.DataFrame:
    """Return the table of defects, given pairs of rows that match."""
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
