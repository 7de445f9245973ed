"""The interface that a model needs in order to be run as a study, as plain data and protocols.

Models are usually added as a `RealizationModel`, with one function that draws one realization. A study refers to it in
its TOML file as `model = "package.module:NAME"`, or by a name that is registered in `atomglass.study.registry`.
`StudyModel` is the more general interface, for chains of correlated realizations. This module imports nothing from the
simulation, so that theories can use it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa

from atomglass.settings import Settings

Row = dict[str, Any]
INT, FLOAT, TEXT, BOOL = pa.int64(), pa.float64(), pa.string(), pa.bool_()


class Column(NamedTuple):
    """One column of a table: its name, Arrow type, unit and meaning."""

    name: str
    type: pa.DataType
    unit: str
    meaning: str


@dataclass
class Realization:
    """One realization as rows of the result tables.

    Attributes
    ----------
    row : dict
        Row of the table of realizations.
    modes : list of dict
        One row per mode.
    attempts : list of dict
        One row per attempt at the realization.
    inherent_state : Configuration, optional
        The glass itself, an `atomglass.Configuration`, if the study keeps it.
    tables : dict of str to list of dict
        Rows of the further tables of the model, by name.
    """

    row: Row
    modes: list[Row] = field(default_factory=list)
    attempts: list[Row] = field(default_factory=list)
    inherent_state: Any = None
    tables: dict[str, list[Row]] = field(default_factory=dict)


@dataclass(frozen=True)
class RealizationModel:
    """A model whose realizations are drawn one by one, each from its own random stream.

    Attributes
    ----------
    name : str
        Name of the model, and of its section in a study's TOML file.
    version : int
        Version, to be increased when the same settings and seed yield different numbers: a study that was begun under
        another version is not continued.
    settings : type
        Class of the section, a subclass of `atomglass.settings.Settings`.
    realize : callable
        `realize(section, rng)` returns the rows of the modes and the row of one realization, as plain Python values.
        The row has `status` (`ok`, or what failed) and `reason`. The numbers must depend only on the two arguments.
        An exception becomes a row with status `error`.
    realization_columns, mode_columns : tuple of Column
        Columns of the two tables in addition to `realization`, `chain`, `index_in_chain`, `status`, `reason`,
        `attempt_count` and `mode_count`. Columns that are missing in a row stay empty; a value without a column is an
        error.
    describe : callable
        `describe(section)` returns a few words for the first line of a run.
    """

    name: str
    version: int
    settings: type[Settings]
    realize: Callable[[Any, np.random.Generator], tuple[list[Row], Row]]
    realization_columns: tuple[Column, ...]
    mode_columns: tuple[Column, ...]
    describe: Callable[[Any], str] = lambda section: ""


@dataclass(frozen=True)
class Labels:
    """Names, in messages and tables, of the items that a study counts.

    Attributes
    ----------
    singular, plural : str
        Names of one and of several realizations.
    steps : str
        Name of the steps of a chain between realizations; empty if realizations are independent.
    modes : str
        Name of the modes that are counted.
    """

    singular: str
    plural: str
    steps: str
    modes: str


class Sampler(Protocol):
    """Source of the samples of a chain."""

    @property
    def sweep(self) -> int:
        """Number of steps since the chain began."""

    def state(self) -> dict[str, Any]:
        """Return everything that the next step depends on, as arrays."""


class StudyModel(Protocol):
    """The interface between the study engine and a model.

    `settings` is always the object returned by `read` or `stored`, of the model's own subclass of `StudyBase`.

    Attributes
    ----------
    name : str
        Name of the model in the study's settings.
    labels : Labels
        Words for messages.
    needs_kernels : bool
        Whether the model uses compiled kernels.
    realization_columns, mode_columns : tuple of Column
        Columns of the two tables.
    """

    name: str
    labels: Labels
    needs_kernels: bool
    realization_columns: tuple[Column, ...]
    mode_columns: tuple[Column, ...]

    def read(self, data: dict[str, Any], source: Path) -> Any:
        """Return the complete, validated settings from the content `data` of the TOML file `source`."""

    def stored(self, data: dict[str, Any], source: str) -> Any:
        """Return the settings stored in a study's manifest."""

    def further_tables(self, settings: Any) -> dict[str, tuple[Column, ...]]:
        """Return the columns of the tables that a study has besides those of realizations and modes, by name."""

    def settled_columns(self, settings: Any) -> dict[str, float]:
        """Return the columns of realizations that follow from the settings, for shards written before they existed."""

    def describe(self, settings: Any) -> str:
        """Return a few words for the first line of a run."""

    def steps(self, settings: Any, index: int) -> int:
        """Return the age of a chain, in steps, at its realization `index`; it depends only on the settings."""

    def start(self, settings: Any, chain: int, check: Callable[[], object] = lambda: None) -> Sampler:
        """Return the sampler of a chain at its beginning.

        Parameters
        ----------
        settings : StudyBase
            The study's settings.
        chain : int
            Number of the chain.
        check : callable
            Called from time to time; an exception that it raises ends the work.
        """

    def restore(self, settings: Any, chain: int, state: dict[str, Any]) -> Sampler:
        """Return a chain's sampler from its saved state.

        Parameters
        ----------
        settings : StudyBase
            The study's settings.
        chain : int
            Number of the chain.
        state : dict
            State returned by `Sampler.state`.
        """

    def advance(self, settings: Any, sampler: Any, target: int, on_progress: Callable[[int], None]) -> None:
        """Advance a sampler for a fraction of a second.

        Parameters
        ----------
        settings : StudyBase
            The study's settings.
        sampler : Sampler
            The chain's sampler; changed in place.
        target : int
            The age, in steps, that must not be exceeded.
        on_progress : callable
            Called with the number of steps done.
        """

    def realize(self, settings: Any, sampler: Any, check: Callable[[], object]) -> Realization:
        """Return the realization for the current state of the sampler.

        Parameters
        ----------
        settings : StudyBase
            The study's settings.
        sampler : Sampler
            The chain's sampler; not changed.
        check : callable
            Called from time to time; an exception that it raises ends the work.
        """

    def timed_step(self, sampler: Any, seconds: float) -> float:
        """Return the CPU time of one step in seconds, measured for some seconds; 0 if steps take no time."""

    def plan_lines(self, settings: Any) -> list[tuple[str, str]]:
        """Return additional lines, each a name and a text, for the table of `atomglass plan`."""


def stream(seed: int, stage: int, chain: int, *more: int) -> np.random.SeedSequence:
    """Return the random stream of one stage of one chain; it does not depend on which process uses it.

    Parameters
    ----------
    seed : int
        The study's seed.
    stage : int
        Number of the stage, such as the drawing of positions or of diameters.
    chain : int
        Number of the chain.
    *more : int
        Further indices, such as that of a realization.
    """
    return np.random.SeedSequence(seed, spawn_key=(stage, chain, *more))
