"""What a study can be made of: glasses, or any model that says how one realization is made.

A model is found by name when a study names it, so that the ensemble layer imports no theory.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from atomglass.errors import InputError
from atomglass.study.protocol import Column, RealizationModel
from atomglass.study.realization import Realization
from atomglass.study.settings import StudyBase

#: The models that come with the package, and where each is.
KNOWN = {
    "glass": "atomglass.study.models.glass:GLASS",
    "oscillators": "atomglass.theory.oscillators.study_model:OSCILLATORS",
}


@dataclass(frozen=True)
class Words:
    """What people call the things that a study counts.

    Attributes
    ----------
    one, many : str
        A realization.
    steps : str
        What a chain does between realizations; empty where they are independent.
    modes : str
        The modes that are counted.
    """

    one: str
    many: str
    steps: str
    modes: str


class Sampler(Protocol):
    """What makes the samples of a chain."""

    @property
    def sweep(self) -> int:
        """Steps done since the chain began."""

    def state(self) -> dict[str, Any]:
        """Return all that the next step reads, as arrays."""


class StudyModel(Protocol):
    """What a study is made of.

    Attributes
    ----------
    name : str
        As in the study's settings.
    words : Words
        For people.
    realization_columns, mode_columns : tuple of Column
        Of the two tables.
    """

    name: str
    words: Words
    realization_columns: tuple[Column, ...]
    mode_columns: tuple[Column, ...]

    def read(self, data: dict[str, Any], source: Path) -> StudyBase:
        """Return the settings in a TOML file, whole and checked; `source` is the file."""

    def stored(self, data: dict[str, Any], source: str) -> StudyBase:
        """Return the settings in a study's manifest."""

    def describe(self, settings: Any) -> str:
        """Return a few words for the first line of a run."""

    def warm_up(self, tell: Callable[[str], object]) -> None:
        """Compile what there is to compile, before processes start."""

    def steps(self, settings: Any, index: int) -> int:
        """Return the age of a chain at its realization `index`; it depends on the settings alone."""

    def start(self, settings: Any, chain: int) -> Sampler:
        """Return the sampler of a chain at its beginning."""

    def restore(self, settings: Any, chain: int, state: dict[str, Any]) -> Sampler:
        """Return the sampler that has this state."""

    def advance(self, settings: Any, sampler: Any, target: int, pulse: Callable[[int], None]) -> None:
        """Do some steps, a part of a second, at most up to the age `target`; `pulse` is told how many."""

    def realize(self, settings: Any, sampler: Any, check: Callable[[], object]) -> Realization:
        """Return the realization where the sampler stands; what `check` raises ends the work."""

    def timed_step(self, sampler: Any, seconds: float) -> float:
        """Return the wall time of one step, measured for some seconds; 0 where steps cost nothing."""

    def plan_lines(self, settings: Any) -> list[tuple[str, str]]:
        """Return what else `plan` has to tell."""


def stream(settings: StudyBase, stage: int, chain: int, *more: int) -> np.random.SeedSequence:
    """Return the random stream of one stage of one chain, whatever process works on it."""
    return np.random.SeedSequence(settings.seed, spawn_key=(stage, chain, *more))


def model_of(data: dict[str, Any], source: str) -> StudyModel:
    """Return the model that a study's settings name; glasses if they name none.

    Raises
    ------
    InputError
        There is no such model.
    """
    name = data.get("model", "glass")
    if not isinstance(name, str):
        raise InputError(f"{source}: model", name, _allowed(), "write a name in quotes")
    if name not in KNOWN and ":" not in name:
        close = difflib.get_close_matches(name, KNOWN, n=1)
        raise InputError(
            f"{source}: model", name, _allowed(), f"did you mean {close[0]!r}?" if close else "choose one"
        )  # fmt: skip
    return _loaded(name, source)


def _allowed() -> str:
    return f"{', '.join(KNOWN)}, or package.module:NAME"


@cache
def _loaded(name: str, source: str) -> StudyModel:
    from atomglass.study.models.independent import Independent

    module, _, attribute = KNOWN.get(name, name).partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except Exception as error:  # whatever a module of others does when it is imported
        why = " ".join(f"{type(error).__name__}: {error}".split())
        raise InputError(
            f"{source}: model {name!r} cannot be loaded ({why})", allowed=_allowed(),
            remedy="install its package, or add its folder to PYTHONPATH",
        ) from None  # fmt: skip
    if isinstance(found, RealizationModel):
        return Independent(found, name)
    if name in KNOWN:
        return found
    raise InputError(f"{source}: model {name!r} is no RealizationModel", remedy="see atomglass/study/protocol.py")
