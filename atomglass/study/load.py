"""Load the collected tables of a study."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from atomglass.errors import InputError, shell_command
from atomglass.study.schema import FURTHER_TABLES
from atomglass.study.store.checksums import require_folder
from atomglass.study.store.manifest import read_manifest
from atomglass.study.store.portions import portions, read_table, require_same_physics, summary
from atomglass.types import ShortRepr, typed_arguments

#: Number of different words up to which a column of text is a category.
FEW = 20
#: Types of columns that keep missing values apart, by Arrow type.
_NULLABLE = {pa.int32(): pd.Int32Dtype(), pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


@dataclass(frozen=True, repr=False)
class Study(ShortRepr):
    """The collected tables of a study.

    Attributes
    ----------
    modes, realizations : DataFrame
        One row per mode, and one row per realization; `columns` explains each column.
    settings : dict
        Settings of the study, with all defaults filled in.
    columns : DataFrame
        Table, name, unit and meaning of every column.
    wells : DataFrame or None
        The second wells, one row per quasi-localized mode, if `atomglass wells` was run.
    spots : DataFrame or None
        The pseudo-harmonic modes, one row per mode, if the study computed them.
    minima, transitions, tls : DataFrame or None
        The inherent states around each glass, the transitions between them, and the pairs with their tunnel splittings,
        in a study of two-level systems.
    density_of_states : DataFrame or None
        A spectrum of a glass of the same kind, usually a larger one: columns frequency, density and error, as written
        by `atomglass dos`. Put the file `density_of_states.parquet` into the study's directory.
    """

    modes: pd.DataFrame
    realizations: pd.DataFrame
    settings: dict[str, Any]
    columns: pd.DataFrame
    wells: pd.DataFrame | None = None
    spots: pd.DataFrame | None = None
    minima: pd.DataFrame | None = None
    transitions: pd.DataFrame | None = None
    tls: pd.DataFrame | None = None
    density_of_states: pd.DataFrame | None = None


@typed_arguments
def load_study(folder: str | Path, nullable: bool = False) -> Study:
    """Return the collected tables of a study as pandas DataFrames.

    Parameters
    ----------
    folder : str or Path
        The study's directory, after `atomglass collect`, or a published copy. The tables of a study that was published
        in portions are joined.
    nullable : bool
        Whether integers and Booleans are of pandas' nullable types, which keep missing values apart, and columns of a
        few words (`group`, `status`) are categories. By default a column of integers with missing values holds floats.

    Returns
    -------
    Study
        The tables, the settings, and the meaning of every column.

    Raises
    ------
    InputError
        The directory contains no collected tables, a table is damaged, or a portion is missing.

    Examples
    --------
    In a shell, `atomglass run tiny --out study` and `atomglass collect study` make a small study. In Python:

    >>> from atomglass.cli.main import app
    >>> for command in ("run tiny --out study", "collect study --no-figures"):
    ...     app(command.split(), standalone_mode=False)
    study tiny: 1 chains of 2 glasses...
    >>> study = ag.load_study("study")
    >>> len(study.realizations), bool((study.modes["frequency"] > 0).all())
    (2, True)
    """
    folder = Path(folder)
    require_same_physics(folder, portions(folder))
    frames: dict[str, pd.DataFrame] = {}
    require_folder(folder)
    described = []
    for name in ("modes", "realizations", *FURTHER_TABLES):
        table = read_table(folder, name)
        if table is not None:
            frames[name] = _frame(table, nullable)
            described += [(name, field.name, *_unit_and_meaning(field)) for field in table.schema]
        elif name not in FURTHER_TABLES:
            was_run = (folder / "shards").is_dir() or not (folder / "study.json").exists()
            remedy = f"run `{shell_command('atomglass', 'collect', str(folder))}` first"
            remedy = remedy if was_run else "join or publish its studies again"
            raise InputError(f"{folder / name}.parquet is missing", remedy=remedy)
    wells, density = read_table(folder, "wells"), read_table(folder, "density_of_states")
    return Study(
        modes=frames["modes"],
        realizations=frames["realizations"],
        settings=_settings(folder),
        columns=pd.DataFrame(described, columns=["table", "column", "unit", "meaning"]),
        wells=None if wells is None else _frame(wells, nullable),
        density_of_states=None if density is None else _frame(density, nullable),
        **{name: frames.get(name) for name in FURTHER_TABLES},
    )


def _frame(table: pa.Table, nullable: bool) -> pd.DataFrame:
    """Return a table as a DataFrame."""
    if not nullable:
        return pd.DataFrame(table.to_pandas())
    frame = table.to_pandas(types_mapper=_NULLABLE.get)
    words = [
        name for name in frame if pa.types.is_string(table.schema.field(name).type) and frame[name].nunique() <= FEW
    ]
    return pd.DataFrame(frame.astype(dict.fromkeys(words, "category")))


def _settings(folder: Path) -> dict[str, Any]:
    """Return the settings of the study; for a study of several portions, with the seeds of all of them."""
    try:
        manifest = read_manifest(folder)
    except FileNotFoundError:
        return {}
    settings = dict(manifest["settings"])
    if "portions" in manifest:
        settings["seed"], settings["portions"] = summary(manifest["portions"])
    return settings


def _unit_and_meaning(field: pa.Field) -> tuple[str, str]:
    """Return the unit and the meaning of a column, which are stored with the table."""
    metadata = field.metadata or {}
    return metadata.get(b"unit", b"").decode(), metadata.get(b"meaning", b"").decode()
