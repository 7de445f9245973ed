"""What a study needs to know of a model whose realizations are independent of each other.

A model is registered by a name in `atomglass.study.registry`, or by nobody: `model = "package.module:NAME"` in a
study's TOML file finds it wherever Python does. This module imports nothing of the simulation: theories may use it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from atomglass.settings import Settings

Row = dict[str, Any]
INT, FLOAT, TEXT, BOOL = pa.int64(), pa.float64(), pa.string(), pa.bool_()


class Column(NamedTuple):
    """One column of a table."""

    name: str
    type: pa.DataType
    unit: str
    meaning: str


@dataclass(frozen=True)
class RealizationModel:
    """A model whose realizations are drawn one by one, each from a random stream of its own.

    Attributes
    ----------
    name : str
        Also the name of its section in a study's TOML file.
    version : int
        Raised when the same settings and seed give other numbers: a study begun with another one is not continued.
    settings : type
        The section, a subclass of `atomglass.settings.Settings`.
    realize : callable
        `realize(section, rng)` returns the rows of the modes and the row of one realization, plain Python values
        only. The row has `status` (`ok`, or what failed) and `reason`. The numbers must depend on the two arguments
        alone. An exception is a row with status `error`.
    realization_columns, mode_columns : tuple of Column
        The columns of the two tables besides `realization`, `chain`, `index_in_chain`, `status`, `reason`,
        `attempt_count` and `mode_count`. A column that a row lacks is empty; a value without a column is an error.
    describe : callable
        A few words on a section, for the first line of a run.
    """

    name: str
    version: int
    settings: type[Settings]
    realize: Callable[[Any, np.random.Generator], tuple[list[Row], Row]]
    realization_columns: tuple[Column, ...]
    mode_columns: tuple[Column, ...]
    describe: Callable[[Any], str] = lambda section: ""
