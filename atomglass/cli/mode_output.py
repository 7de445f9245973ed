"""Files that `atomglass modes` writes: tables, and files with a frame for each mode."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from atomglass.errors import InputError
from atomglass.io import files
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.particle_energies import energies_of_pairs
from atomglass.vibrations.modes import Modes

_TABLES = (".parquet", ".csv")
_ALL = (*_TABLES, *files.SEVERAL_FRAMES)


def check_table(out: Path | None, allowed: tuple[str, ...] = _TABLES) -> None:
    """Reject a path to which no table can be written, before anything is computed.

    Raises
    ------
    InputError
        The suffix is unknown, the folder is missing, or the path is that of a folder.
    """
    if out is not None and out.is_dir():
        raise InputError("--out", str(out), "a file", "name one in this folder")
    if out is not None and out.suffix not in _TABLES:
        raise InputError("suffix of --out", out.suffix, f"{', '.join(allowed[:-1])} or {allowed[-1]}")
    if out is not None and not out.absolute().parent.is_dir():
        raise InputError("folder of --out", str(out.parent), "an existing folder")


def write_table(table: pd.DataFrame, out: Path | None) -> None:
    """Write a table, if a path is given, as its suffix says."""
    if out is not None:
        with files.atomic_output(out) as stream:
            table.to_parquet(stream) if out.suffix == ".parquet" else table.to_csv(stream, index=False)


def check_outputs(outs: list[Path]) -> None:
    """Reject a path to which neither a table nor modes can be written, before anything is computed.

    Raises
    ------
    InputError
        A suffix is unknown, a folder is missing, or a path is that of a folder.
    """
    for out in outs:
        if _holds_modes(out):
            files.check_output(out)
        else:
            check_table(out, _ALL)


def write_outputs(
    outs: list[Path], table: pd.DataFrame, configuration: Configuration, pairs: InteractingPairs, modes: Modes
) -> None:
    """Write the table and the modes of a configuration to each of the files.

    Parameters
    ----------
    outs : list of Path
        Files for the table or for the modes.
    table : DataFrame
        One row for each mode.
    configuration : Configuration
        The inherent state.
    pairs : InteractingPairs
        Its interacting pairs.
    modes : Modes
        Its modes.

    Raises
    ------
    InputError
        There are no modes for a file of modes, or a file cannot be written.
    """
    if not len(modes) and any(map(_holds_modes, outs)):
        raise InputError("number of modes", 0, ">= 1 for a file of modes", "ask for some with --count")
    for out in outs:
        if _holds_modes(out):
            files.write(out, configuration, modes, energies_of_pairs(pairs), table)
        else:
            write_table(table, out)


def _holds_modes(out: Path) -> bool:
    """Return whether a file is to hold modes, by its suffix."""
    return files.format_suffix(out) in files.SEVERAL_FRAMES
