"""The modes of the glasses that a study kept, with a random fraction of their particles pinned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from atomglass.errors import InputError, shell_command
from atomglass.study.collect import write_frame
from atomglass.study.followup.part_files import compute_chains, read_part, write_part
from atomglass.study.numbering import Numbering
from atomglass.study.protocol import stream
from atomglass.study.store.inherent_states import kept_configurations
from atomglass.study.store.portions import read_table
from atomglass.study.store.study_store import StudyStore
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential
from atomglass.types import ShortRepr
from atomglass.vibrations.expansion import expand_all
from atomglass.vibrations.hessian import pair_rattlers
from atomglass.vibrations.mode_table import mode_rows
from atomglass.vibrations.pinning import check_fraction, pinned_modes_below, random_pins

MODES, GLASSES = "pinned.parquet", "pinned_glasses.parquet"
#: Columns of the table of glasses, and their types.
GLASS_TYPES = {
    "realization": np.int64,
    "chain": np.int64,
    "index_in_chain": np.int64,
    "number": np.int64,
    "rattlers": np.int64,
    "pinned": np.int64,
    "fraction": float,
    "complete": bool,
    "complete_below": float,
    "mode_count": np.int64,
}
#: Columns of the table of modes that identify the glass; those of `mode_columns` follow.
KEYS = ("realization", "chain", "index_in_chain")
#: Number of the stage in the random streams of a study; its chains use the lower ones.
_PINS = 1000


@dataclass(frozen=True, repr=False)
class PinnedTables(ShortRepr):
    """The modes of glasses with pinned particles.

    Attributes
    ----------
    modes : DataFrame
        One row per mode: realization, chain, index_in_chain, mode, frequency, participation_ratio, b2, b3, b4, beta,
        group and the other columns of the table of modes, without those that need the shear modulus.
    glasses : DataFrame
        One row per glass, those without modes included: realization, chain, index_in_chain, number, rattlers, pinned
        (number of pinned particles), fraction, complete, complete_below (the bound), mode_count.
    """

    modes: pd.DataFrame
    glasses: pd.DataFrame


@dataclass(frozen=True)
class _Task:
    """One chain: where it is, how its particles are pinned, and the file that marks it as finished."""

    folder: Path
    chain: int
    fraction: float
    frequency: float

    def path(self, kind: str) -> Path:
        """Return the chain's file, whose name holds the number of glasses, so that more glasses need a new file."""
        ranges = StudyStore(self.folder).shard_ranges(self.chain)
        glasses = len({index for begin, end in ranges for index in range(begin, end)})
        place = self.folder / "pinned" / f"{self.fraction!r}-{self.frequency!r}"
        return place / f"{self.chain:05d}-{glasses}-{kind}.parquet"


def pin_kept_glasses(
    folder: str | Path,
    fraction: float,
    frequency: float,
    workers: int = 1,
    progress: Callable[[int, int], object] = lambda done, of: None,
    chains: int | None = None,
) -> PinnedTables:
    """Pin particles in every glass that a study kept, and write all modes below a frequency.

    The pins of a glass follow from the seed of the study and the number of the glass. The rows of each finished chain
    are stored in `pinned/`, so that a second call continues an interrupted one.

    Parameters
    ----------
    folder : str or Path
        The study's directory, with `keep_configurations = "all"`.
    fraction : float
        Fraction of pinned particles, from 0 to below 1.
    frequency : float
        Bound below which modes are computed, the same in every glass.
    workers : int
        Number of processes.
    progress : callable, optional
        Called with the number of finished chains and the number of all chains.
    chains : int, optional
        Number of chains, counted from the first; all by default.

    Returns
    -------
    PinnedTables
        Also written as `pinned.parquet` and `pinned_glasses.parquet`.

    Raises
    ------
    InputError
        There is no such study, it kept no glasses or only those with quasi-localized modes, or a bound is out of range.
    """
    folder = Path(folder)
    check_fraction(fraction)
    if not 0 < frequency < np.inf:
        raise InputError("the frequency bound", frequency, "> 0", "every mode below it is computed")
    store = StudyStore(folder)
    store.require_glasses()
    ensemble = store.settings.ensemble
    if ensemble.keep_configurations != "all":
        raise InputError(
            "ensemble.keep_configurations of the study",
            ensemble.keep_configurations,
            '"all"',
            "glasses that were kept for the modes they hold are no fair sample",
        )
    count = ensemble.chains if chains is None else min(chains, ensemble.chains)
    tasks = [_Task(folder, chain, float(fraction), float(frequency)) for chain in range(count)]
    tasks = [task for task in tasks if store.shard_ranges(task.chain)]
    if not tasks:
        remedy = f"run `{shell_command('atomglass', 'run', str(folder))}` first"
        raise InputError(f"{folder} has no glasses yet", remedy=remedy)
    remaining = [task for task in tasks if any(read_part(task.path(kind)) is None for kind in ("modes", "glasses"))]
    compute_chains(_one_chain, remaining, len(tasks), workers, progress)
    modes, glasses = (_joined([task.path(kind) for task in tasks], ensemble.numbering) for kind in ("modes", "glasses"))
    write_frame(folder / GLASSES, glasses)
    write_frame(folder / MODES, modes)
    return PinnedTables(modes, glasses)


def load_pinned(folder: str | Path) -> PinnedTables | None:
    """Return the tables that `pin_kept_glasses` wrote; None if there are none."""
    modes, glasses = (read_table(folder, Path(name).stem) for name in (MODES, GLASSES))
    return None if modes is None or glasses is None else PinnedTables(modes.to_pandas(), glasses.to_pandas())


def _joined(paths: list[Path], numbering: Numbering) -> pd.DataFrame:
    """Return the rows of all files, with the numbers of realizations in the study."""
    parts = [part for part in map(read_part, paths) if part is not None]
    filled = [part for part in parts if len(part)]
    whole = pd.concat(filled, ignore_index=True) if filled else parts[0]
    return whole.assign(realization=numbering.numbers(whole["chain"], whole["index_in_chain"]))


def _one_chain(task: _Task) -> None:
    settings = StudyStore(task.folder).settings
    rows: list[dict[str, Any]] = []
    glasses: list[dict[str, Any]] = []
    for number, glass in kept_configurations(task.folder, range(task.chain, task.chain + 1)):
        index = int(settings.ensemble.numbering.places(number)[1])
        key = dict(zip(KEYS, (number, task.chain, index), strict=True))
        seed = stream(settings.seed, _PINS, task.chain, key["index_in_chain"])
        found, properties = _pin(glass, settings.pair_potential, task, seed)
        rows += [key | row for row in found]
        glasses.append(key | properties)
    # Without modes the table of modes has its columns all the same, but no row.
    modes = pd.DataFrame(rows) if rows else pd.DataFrame(columns=[*KEYS, "mode", "frequency", "group"])
    task.path("modes").parent.mkdir(parents=True, exist_ok=True)
    write_part(task.path("glasses"), pd.DataFrame(glasses, columns=list(GLASS_TYPES)).astype(GLASS_TYPES))
    write_part(task.path("modes"), modes)  # the last file: it marks the chain as finished


def _pin(
    glass: Configuration, potential: PairPotential, task: _Task, seed: np.random.SeedSequence
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the rows of one glass's modes, and its row in the table of glasses."""
    pairs = InteractingPairs.of(glass, potential)
    pinned = random_pins(pair_rattlers(pairs), task.fraction, seed)
    modes = pinned_modes_below(pairs, pinned, task.frequency)
    properties = {
        "number": len(glass),
        "rattlers": int(modes.rattlers.sum()),
        "pinned": int(pinned.sum()),
        "fraction": task.fraction,
        "complete": modes.complete,
        "complete_below": task.frequency,
        "mode_count": len(modes),
    }
    return mode_rows(modes, expand_all(pairs, modes.eigenvectors)), properties
