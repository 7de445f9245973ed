"""The table of second wells: every quasi-localized mode of a study's kept glasses, displaced and quenched."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd

from atomglass.landscape.double_wells import PUSHES, SecondWell, find_second_well
from atomglass.study.collect import load_study, write_frame
from atomglass.study.followup.kept_modes import KeptMode, kept_modes
from atomglass.study.store.study_store import StudyStore
from atomglass.system.potential import PairPotential

NAME = "wells.parquet"
#: Columns that say which mode a row is about.
KEYS = ("realization", "chain", "index_in_chain", "mode", "frequency", "group", "beta", "second_minimum")
_MEASURED = tuple(f.name for f in fields(SecondWell) if f.name != "saddle")
#: Columns of the table: the mode, then what `SecondWell` explains, then the saddle's lowest eigenvalue.
COLUMNS = (*KEYS, "quartic_barrier", "true_barrier", *_MEASURED, "saddle_eigenvalue")


def second_wells(
    folder: str | Path,
    workers: int = 1,
    progress: Callable[[int, int], object] = lambda done, of: None,
    chains: int | None = None,
) -> pd.DataFrame:
    """Look for the second well of every quasi-localized mode of a study whose glass was kept.

    Modes with a second minimum in the quartic are displaced there and farther (`PUSHES`); the others, for comparison,
    once, to where the quartic comes nearest to one. A chain's rows are kept in `wells/` as soon as they are there, so
    that a second call goes on where the first was stopped, and does only the chains whose glasses have become more.

    Parameters
    ----------
    folder : str or Path
        The study's directory, collected.
    workers : int
        Processes.
    progress : callable, optional
        Called with the number of chains done and of all.
    chains : int, optional
        Only the first so many chains; all by default. Chains that an earlier call did stay in the table.

    Returns
    -------
    DataFrame
        One row a mode, `COLUMNS`; written as `wells.parquet` too.

    Raises
    ------
    InputError
        There is no collected study, or its tables are not those of its glasses.
    """
    folder = Path(folder)
    modes = load_study(folder).modes
    modes = modes[modes["is_qlm"]]
    tasks = [(folder, int(chain), rows) for chain, rows in modes.groupby("chain")]
    tasks = [task for task in tasks if chains is None or task[1] < chains or _path(task).exists()]
    left = [task for task in tasks if not _path(task).exists()]
    if workers > 1 and len(left) > 1:
        with multiprocessing.get_context("spawn").Pool(workers) as pool:
            for done, _ in enumerate(pool.imap_unordered(_one_chain, left), len(tasks) - len(left) + 1):
                progress(done, len(tasks))
    else:
        for done, task in enumerate(left, len(tasks) - len(left) + 1):
            _one_chain(task)
            progress(done, len(tasks))
    parts = [pd.read_parquet(_path(task)) for task in tasks]
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
    write_frame(folder / NAME, whole)
    return whole


def _path(task: tuple[Path, int, pd.DataFrame]) -> Path:
    """Return where a chain's rows are; the number of modes is in the name, so that more of them are another file."""
    folder, chain, rows = task
    return folder / "wells" / f"{chain:05d}-{len(rows)}.parquet"


def _one_chain(task: tuple[Path, int, pd.DataFrame]) -> None:
    folder, chain, modes = task
    potential = StudyStore(folder).settings.pair_potential
    rows = [_row(kept, potential) for kept in kept_modes(folder, modes, range(chain, chain + 1))]
    _path(task).parent.mkdir(exist_ok=True)
    write_frame(_path(task), pd.DataFrame(rows, columns=list(COLUMNS)))


def _row(kept: KeptMode, potential: PairPotential) -> dict[str, Any]:
    pushes = PUSHES if kept.expansion.second_minimum else PUSHES[:1]
    found = find_second_well(kept.configuration, potential, kept.expansion, pushes)
    row = {name: kept.row[name] for name in (*KEYS, "true_barrier")}
    measured = {name: getattr(found, name) for name in _MEASURED} | {"outcome": str(found.outcome)}
    saddle = found.saddle.eigenvalue if found.saddle else float("nan")
    return row | {"quartic_barrier": kept.row["barrier"]} | measured | {"saddle_eigenvalue": saddle}
