"""Studies of independent realizations, each with its own random stream, so that chains need no state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field, create_model

from atomglass.errors import InputError
from atomglass.settings import validated
from atomglass.study.models.retries import Attempts
from atomglass.study.protocol import Column, Labels, Realization, RealizationModel, Row, stream
from atomglass.study.schema import ATTEMPT_COUNT, KEYS, MODE_COUNT, OUTCOME
from atomglass.study.settings import EnsembleSettings, StudyBase

_REALIZATION = 0  # the only stage of such a chain


@dataclass
class IndependentSampler:
    """The sampler of a chain without memory, which only counts the realizations drawn.

    Attributes
    ----------
    settings : StudyBase
        The study's settings.
    chain : int
        Number of the chain.
    sweep : int
        Number of realizations drawn so far.
    """

    settings: StudyBase
    chain: int
    sweep: int = 0

    def state(self) -> dict[str, Any]:
        """Return the number of realizations drawn, including the current one."""
        return {"drawn": np.array(self.sweep)}

    def generator(self) -> np.random.Generator:
        """Return the random generator of the realization drawn last."""
        return np.random.default_rng(stream(self.settings.seed, _REALIZATION, self.chain, self.sweep - 1))


class Independent:
    """A `RealizationModel` as a `StudyModel`.

    Parameters
    ----------
    model : RealizationModel
        The model.
    name : str
        Its name in the study's settings.

    Raises
    ------
    InputError
        Two columns of a table have the same name.
    """

    labels = Labels("realization", "realizations", "", "modes")
    needs_kernels = False

    def __init__(self, model: RealizationModel, name: str) -> None:
        self.name, self._model = name, model
        self.realization_columns = (*KEYS, *OUTCOME, ATTEMPT_COUNT, MODE_COUNT, *model.realization_columns)
        self.mode_columns = (*KEYS, *model.mode_columns)
        for table, columns in (("realization", self.realization_columns), ("mode", self.mode_columns)):
            names = [column.name for column in columns]
            repeated = sorted({name for name in names if names.count(name) > 1})
            if repeated:
                raise InputError(
                    f"model {name!r} has two {table} columns called {', '.join(repeated)}", remedy="rename one"
                )
        sections: dict[str, Any] = {
            "model": (Literal[name], name),
            "ensemble": (EnsembleSettings, ...),
            model.name: (model.settings, Field(default_factory=dict, validate_default=True)),
        }
        self._settings = create_model("IndependentStudy", __base__=StudyBase, **sections)
        self._settings.version = model.version

    def read(self, data: dict[str, Any], source: Path) -> StudyBase:
        """Return the validated settings from the content of a TOML file."""
        return self.stored(data, source.name)

    def stored(self, data: dict[str, Any], source: str) -> StudyBase:
        """Return the settings from a study's manifest."""
        return validated(self._settings, data, source)

    def further_tables(self, settings: Any) -> dict[str, tuple[Column, ...]]:
        """Return no further tables."""
        return {}

    def settled_columns(self, settings: Any) -> dict[str, float]:
        """Return no columns."""
        return {}

    def describe(self, settings: Any) -> str:
        """Return the model's name and its own description of the settings."""
        return ", ".join(filter(None, (self._model.name, self._model.describe(self._section(settings)))))

    def steps(self, settings: Any, index: int) -> int:
        """Return the number of realizations drawn up to and including `index`."""
        return index + 1

    def start(self, settings: Any, chain: int, check: Callable[[], object] = lambda: None) -> IndependentSampler:
        """Return the sampler of a chain at its beginning.

        Parameters
        ----------
        settings : StudyBase
            The study's settings.
        chain : int
            Number of the chain.
        check : callable
            Not used: nothing is computed yet.
        """
        return IndependentSampler(settings, chain)

    def restore(self, settings: Any, chain: int, state: dict[str, Any]) -> IndependentSampler:
        """Return a chain's sampler from its saved state.

        Parameters
        ----------
        settings : StudyBase
            The study's settings.
        chain : int
            Number of the chain.
        state : dict
            State returned by `IndependentSampler.state`.
        """
        return IndependentSampler(settings, chain, int(state["drawn"]))

    def advance(
        self, settings: Any, sampler: IndependentSampler, target: int, on_progress: Callable[[int], None]
    ) -> None:
        """Advance the counter by one realization.

        Parameters
        ----------
        settings : StudyBase
            The study's settings; not used.
        sampler : IndependentSampler
            Changed in place.
        target : int
            The count that must not be exceeded.
        on_progress : callable
            Called with 1, the number of realizations drawn.
        """
        sampler.sweep += 1
        on_progress(1)

    def realize(self, settings: Any, sampler: IndependentSampler, check: Callable[[], object]) -> Realization:
        """Return the realization drawn last; after two identical exceptions, a row with status `error`.

        Parameters
        ----------
        settings : StudyBase
            The study's settings.
        sampler : IndependentSampler
            Provides the realization's random generator.
        check : callable
            Not used, as the model's function cannot be interrupted.
        """
        attempts = Attempts()

        def compute() -> Realization:
            modes, row = self._model.realize(self._section(settings), sampler.generator())
            lacking = {"status", "reason"} - row.keys()
            if lacking:
                raise KeyError(f"the row lacks {' and '.join(sorted(lacking))}")
            row = _plain({"mode_count": len(modes), **row}, self.realization_columns, "realization")
            return Realization(row, [_plain(mode, self.mode_columns, "mode") for mode in modes])

        return attempts.attached_to(attempts.run_twice_on_error("", compute))

    def timed_step(self, sampler: IndependentSampler, seconds: float) -> float:
        """Return 0: counting takes no time."""
        return 0.0

    def plan_lines(self, settings: Any) -> list[tuple[str, str]]:
        """Return no additional lines."""
        return []

    def _section(self, settings: Any) -> Any:
        return getattr(settings, self._model.name)


def _plain(row: Row, columns: tuple[Column, ...], table: str) -> Row:
    """Return a row as plain Python values; a value without a column, or one that is no single value, is an error."""
    unknown = row.keys() - {column.name for column in columns}
    if unknown:
        raise KeyError(f"no {table} column is called {', '.join(sorted(unknown))}")
    plain = {name: value.item() if isinstance(value, np.generic) else value for name, value in row.items()}
    for name, value in plain.items():
        if not isinstance(value, str | int | float | None):
            raise TypeError(f"{table} column {name} has a value of type {type(value).__name__}, not a number or a text")
    return plain
