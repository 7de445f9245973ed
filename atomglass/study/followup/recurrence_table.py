"""The table of recurring defects of a study, from the displacement fields of the modes of its kept glasses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from atomglass.errors import InputError
from atomglass.study.collect import write_frame
from atomglass.study.collected_tables import quasi_localized
from atomglass.study.followup.kept_modes import kept_modes
from atomglass.study.followup.recurrences import mark_recurrences
from atomglass.study.load import load_study
from atomglass.study.store.portions import read_table

KEYS = ("realization", "chain", "mode")
COLUMNS = (*KEYS, "defect", "recurrence_of", "recurrence_realization", "recurrence_mode", "overlap")
NAME = "recurrences.parquet"


def find_recurrences(
    folder: str | Path, progress: Callable[[int, int], object] = lambda done, of: None
) -> pd.DataFrame:
    """Match the quasi-localized modes of a study's kept glasses, chain by chain, and write `recurrences.parquet`.

    Parameters
    ----------
    folder : str or Path
        The study's directory, collected.
    progress : callable, optional
        Called with the number of finished chains and the number of all chains.

    Returns
    -------
    DataFrame
        One row per mode: realization, chain, mode, and the columns of `mark_recurrences`. `defect` is numbered
        throughout the study, and `recurrence_of` is a row of this table.

    Raises
    ------
    InputError
        There is no collected study, its tables do not match its glasses, or a box is not orthogonal.
    """
    folder = Path(folder)
    modes = quasi_localized(load_study(folder).modes)
    parts: list[pd.DataFrame] = []
    rows_before = defects_before = 0
    labels = sorted(modes["chain"].unique())
    for done, chain in enumerate(labels, 1):
        part = _one_chain(folder, modes, int(chain))
        if len(part):
            defects = int(part["defect"].max()) + 1
            part["defect"] += defects_before
            part["recurrence_of"] += rows_before
            rows_before, defects_before = rows_before + len(part), defects_before + defects
            parts.append(part)
        progress(done, len(labels))
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
    write_frame(folder / NAME, whole)
    return whole


def _one_chain(folder: Path, modes: pd.DataFrame, chain: int) -> pd.DataFrame:
    keys, displacements, centers, box = [], [], [], np.ones(0)
    for kept in kept_modes(folder, modes, range(chain, chain + 1)):
        if not kept.configuration.orthogonal:
            raise InputError(
                "the box of a kept glass", "sheared", "orthogonal", "recurrences are found in orthogonal boxes only"
            )
        direction = np.asarray(kept.expansion.direction)
        keys.append((int(kept.row["realization"]), chain, int(kept.row["mode"])))
        displacements.append(direction)
        centers.append(kept.configuration.positions[np.argmax((direction**2).sum(axis=1))])
        box = np.diag(kept.configuration.cell)
    table = pd.DataFrame(keys, columns=list(KEYS))
    if not keys:
        return table
    fields = {"displacement": np.array(displacements), "center": np.array(centers), "box": box}
    marked = mark_recurrences(table, fields)
    return pd.concat([table, marked], axis=1)[list(COLUMNS)]


def load_recurrences(folder: str | Path) -> pd.DataFrame | None:
    """Return the table that `find_recurrences` wrote; None if there is none."""
    table = read_table(folder, Path(NAME).stem)
    return None if table is None else table.to_pandas()


def with_recurrences(modes: pd.DataFrame, recurrences: pd.DataFrame) -> pd.DataFrame:
    """Return the table of modes with the columns `defect` and `recurrence_of`.

    Parameters
    ----------
    modes : DataFrame
        One row per mode.
    recurrences : DataFrame
        Table from `find_recurrences`. Missing modes, whose glass was not kept, count as separate defects.
    """
    known = recurrences.set_index(["realization", "mode"])[["defect", "recurrence_of"]]
    key = pd.MultiIndex.from_frame(modes[["realization", "mode"]])
    found = known.reindex(key)
    own = -1 - np.arange(len(modes))
    defect = found["defect"].to_numpy(dtype=float, na_value=np.nan)
    return modes.assign(
        defect=np.where(np.isnan(defect), own, defect).astype(int),
        recurrence_of=pd.array(found["recurrence_of"], dtype="Int64"),
    )
