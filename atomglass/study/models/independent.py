"""Studies of independent realizations: each has a random stream of its own, and nothing to be carried to the next."""

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
from atomglass.study.protocol import Column, RealizationModel
from atomglass.study.realization import Realization, Row
from atomglass.study.registry import Words, stream
from atomglass.study.schema import ATTEMPT_COUNT, KEYS, MODE_COUNT, OUTCOME
from atomglass.study.settings import EnsembleSettings, StudyBase

_REALIZATION = 0  # the only stage of such a chain


@dataclass
class Counter:
    """The sampler of a chain without memory: it knows which realization comes next."""

    settings: StudyBase
    chain: int
    sweep: int = 0

    def state(self) -> dict[str, Any]:
        """Return the number of realizations drawn, this one included."""
        return {"drawn": np.array(self.sweep)}

    def generator(self) -> np.random.Generator:
        """Return the random numbers of the realization that was drawn last."""
        return np.random.default_rng(stream(self.settings, _REALIZATION, self.chain, self.sweep - 1))


class Independent:
    """A `RealizationModel` as a study.

    Parameters
    ----------
    model : RealizationModel
        What it is made of.
    name : str
        How the study's settings name it.
    """

    words = Words("realization", "realizations", "", "modes")

    def __init__(self, model: RealizationModel, name: str) -> None:
        self.name, self._model = name, model
        given = {
            "realization": (*KEYS, *OUTCOME, ATTEMPT_COUNT, MODE_COUNT, *model.realization_columns),
            "mode": (*KEYS, *model.mode_columns),
        }
        for table, columns in given.items():
            names = [c.name for c in columns]
            if len(set(names)) < len(names):
                twice = ", ".join(sorted({n for n in names if names.count(n) > 1}))
                raise InputError(f"model {name!r} has two {table} columns called {twice}", remedy="rename one")
        self.realization_columns: tuple[Column, ...] = given["realization"]
        self.mode_columns: tuple[Column, ...] = given["mode"]
        self._settings = create_model(
            "IndependentStudy", __base__=StudyBase, model=(Literal[name], name), ensemble=(EnsembleSettings, ...),
            **{model.name: (model.settings, Field(default_factory=dict, validate_default=True))},
        )  # type: ignore[call-overload]  # fmt: skip
        self._settings.version = model.version

    def read(self, data: dict[str, Any], source: Path) -> StudyBase:
        """Return the settings in a TOML file."""
        return self.stored(data, source.name)

    def stored(self, data: dict[str, Any], source: str) -> StudyBase:
        """Return the settings in a study's manifest."""
        return validated(self._settings, data, source)

    def describe(self, settings: Any) -> str:
        """Return the name of the model, and what it says of its settings."""
        return ", ".join(filter(None, (self._model.name, self._model.describe(self._section(settings)))))

    def warm_up(self, tell: Callable[[str], object]) -> None:
        """Compile nothing."""

    def steps(self, settings: Any, index: int) -> int:
        """Return how many realizations are drawn up to this one."""
        return index + 1

    def start(self, settings: Any, chain: int) -> Counter:
        """Return the beginning of a chain."""
        return Counter(settings, chain)

    def restore(self, settings: Any, chain: int, state: dict[str, Any]) -> Counter:
        """Return where a chain stood."""
        return Counter(settings, chain, int(state["drawn"]))

    def advance(self, settings: Any, sampler: Counter, target: int, pulse: Callable[[int], None]) -> None:
        """Draw the next realization's number."""
        sampler.sweep += 1
        pulse(1)

    def realize(self, settings: Any, sampler: Counter, check: Callable[[], object]) -> Realization:
        """Return the realization drawn last; an exception is tried again, identically, and then a row."""
        attempts = Attempts()

        def work() -> Realization:
            modes, row = self._model.realize(self._section(settings), sampler.generator())
            row = _plain({"mode_count": len(modes), **row}, self.realization_columns, "realization")
            return Realization(row, [_plain(mode, self.mode_columns, "mode") for mode in modes])

        result = attempts.tried("", work)
        if result.row["status"] == "error":
            result = attempts.tried("", work)
        return attempts.with_all(result)

    def timed_step(self, sampler: Counter, seconds: float) -> float:
        """Return nothing: to draw a number takes no time."""
        return 0.0

    def plan_lines(self, settings: Any) -> list[tuple[str, str]]:
        """Return nothing more."""
        return []

    def _section(self, settings: Any) -> Any:
        return getattr(settings, self._model.name)


def _plain(row: Row, columns: tuple[Column, ...], table: str) -> Row:
    """Return a row as plain Python values; a value that no column takes must not be lost in silence."""
    unknown = row.keys() - {c.name for c in columns}
    if unknown:
        raise KeyError(f"no {table} column is called {', '.join(sorted(unknown))}")
    return {name: value.item() if isinstance(value, np.generic) else value for name, value in row.items()}
