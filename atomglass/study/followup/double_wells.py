"""The table of second wells: the quasi-localized modes of the glasses that a study kept, displaced and quenched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd

from atomglass.landscape.double_wells import DISPLACEMENT_FACTORS, SecondWell, find_second_well
from atomglass.study.collect import write_frame
from atomglass.study.collected_tables import quasi_localized
from atomglass.study.followup.kept_modes import KeptMode, kept_modes
from atomglass.study.followup.part_files import compute_chains, read_part, write_part
from atomglass.study.load import load_study
from atomglass.study.store.study_store import StudyStore
from atomglass.system.potential import PairPotential

NAME = "wells.parquet"
#: Columns that identify and describe a mode.
KEYS = ("realization", "chain", "index_in_chain", "mode", "frequency", "group", "beta", "second_minimum")
_MEASURED = tuple(f.name for f in fields(SecondWell) if f.name != "saddle")
#: Columns of the table: the mode, the fields of `SecondWell`, and the lowest eigenvalue at the saddle.
COLUMNS = (*KEYS, "quartic_barrier", "true_barrier", *_MEASURED, "saddle_eigenvalue")


def second_wells(
    folder: str | Path,
    workers: int = 1,
    progress: Callable[[int, int], object] = lambda done, of: None,
    chains: int | None = None,
) -> pd.DataFrame:
    """Search for the second well along every quasi-localized mode in the glasses that a study kept.

    A mode whose quartic expansion has a second minimum is displaced to this minimum and beyond
    (`DISPLACEMENT_FACTORS`). For comparison, other modes are displaced once, to where the expansion comes closest to a
    second minimum. The rows of each finished chain are stored in `wells/`, so that a second call continues an
    interrupted one, and computes only chains that have more glasses than before.

    Parameters
    ----------
    folder : str or Path
        The study's directory, collected.
    workers : int
        Number of processes.
    progress : callable, optional
        Called with the number of finished chains and the number of all chains.
    chains : int, optional
        Number of chains, counted from the first; all by default. Chains from earlier calls stay in the table.

    Returns
    -------
    DataFrame
        One row per mode, `COLUMNS`; also written as `wells.parquet`.

    Raises
    ------
    InputError
        There is no collected study, its tables do not match its glasses, or a process died.
    """
    folder = Path(folder)
    modes = load_study(folder).modes
    modes = quasi_localized(modes)
    tasks = [(folder, int(chain), rows) for chain, rows in modes.groupby("chain")]
    tasks = [task for task in tasks if chains is None or task[1] < chains or _path(task).exists()]
    remaining = [task for task in tasks if read_part(_path(task)) is None]
    compute_chains(_one_chain, remaining, len(tasks), workers, progress)
    parts = [part for part in (read_part(_path(task)) for task in tasks) if part is not None]
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
    write_frame(folder / NAME, whole)
    return whole


def _path(task: tuple[Path, int, pd.DataFrame]) -> Path:
    """Return the file of a chain's rows, whose name contains the number of modes, so that new modes need a new file."""
    folder, chain, rows = task
    return folder / "wells" / f"{chain:05d}-{len(rows)}.parquet"


def _one_chain(task: tuple[Path, int, pd.DataFrame]) -> None:
    folder, chain, modes = task
    potential = StudyStore(folder).settings.pair_potential
    rows = [_row(kept, potential) for kept in kept_modes(folder, modes, range(chain, chain + 1))]
    _path(task).parent.mkdir(exist_ok=True)
    write_part(_path(task), pd.DataFrame(rows, columns=list(COLUMNS)))


def _row(kept: KeptMode, potential: PairPotential) -> dict[str, Any]:
    pushes = DISPLACEMENT_FACTORS if kept.expansion.second_minimum else DISPLACEMENT_FACTORS[:1]
    found = find_second_well(kept.configuration, potential, kept.expansion, pushes)
    row = {name: kept.row[name] for name in (*KEYS, "true_barrier")}
    measured = {name: getattr(found, name) for name in _MEASURED} | {"outcome": str(found.outcome)}
    saddle = found.saddle.eigenvalue if found.saddle else float("nan")
    return row | {"quartic_barrier": kept.row["barrier"]} | measured | {"saddle_eigenvalue": saddle}
