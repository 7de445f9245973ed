"""The model of a study as it is stored: for everything but running it, a model's own code is not needed.

A study that is looked at may come from anyone. The module that its manifest names is imported only by `run`, for a
model that the user's own file names as well.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import ConfigDict

from atomglass.errors import InputError
from atomglass.settings import validated
from atomglass.study.errors import DamagedShard
from atomglass.study.models.independent import Independent
from atomglass.study.protocol import Column
from atomglass.study.settings import StudyBase
from atomglass.study.store import shards


class StoredSettings(StudyBase):
    """Settings whose sections of the model are plain data."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=True)


class StoredModel:
    """The `StudyModel` of a study whose model is defined outside this package, without running any of its code.

    Parameters
    ----------
    name : str
        Name of the model in the study's settings.
    folder : Path
        The study's directory. The columns of its tables are those of its shards.
    """

    labels = Independent.labels
    needs_kernels = False

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.realization_columns: tuple[Column, ...] = ()
        self.mode_columns: tuple[Column, ...] = ()
        for path in sorted((folder / "shards").glob("*/*.parquet")):
            try:
                shard = shards.read(path)
            except DamagedShard:
                continue
            self.realization_columns = tuple(map(_column, shard.realizations.schema))
            self.mode_columns = tuple(map(_column, shard.modes.schema))
            break

    def read(self, data: dict[str, Any], source: Path) -> StoredSettings:
        """Return the settings from the content of a file."""
        return self.stored(data, source.name)

    def stored(self, data: dict[str, Any], source: str) -> StoredSettings:
        """Return the settings from a study's manifest."""
        return validated(StoredSettings, data, source)

    def further_tables(self, settings: Any) -> dict[str, tuple[Column, ...]]:
        """Return no further tables, which only models of this package have."""
        return {}

    def settled_columns(self, settings: Any) -> dict[str, float]:
        """Return no columns."""
        return {}

    def describe(self, settings: Any) -> str:
        """Return the model's name."""
        return self.name

    def steps(self, settings: Any, index: int) -> int:
        """Return the number of realizations drawn up to and including `index`."""
        return index + 1

    def _refuse(self, *arguments: Any, **more: Any) -> Any:
        """Refuse what needs the model."""
        raise InputError(f"the model {self.name!r} was not loaded", remedy="run the study from its own file")

    start = restore = advance = realize = timed_step = _refuse

    def plan_lines(self, settings: Any) -> list[tuple[str, str]]:
        """Return no additional lines."""
        return []


def _column(field: pa.Field) -> Column:
    """Return a column with the unit and the meaning that are stored with it."""
    metadata = field.metadata or {}
    unit, meaning = (metadata.get(key, b"").decode(errors="replace") for key in (b"unit", b"meaning"))
    return Column(field.name, field.type, unit, meaning)
