"""The models that studies can use, how they are loaded, and how a study file is read.

A model is imported only when a study uses it, so that this package does not depend on any theory.
"""

from __future__ import annotations

import difflib
import importlib
from functools import cache
from pathlib import Path
from typing import Any

from atomglass.errors import InputError
from atomglass.settings import find_toml, read_toml
from atomglass.study.models.independent import Independent
from atomglass.study.protocol import RealizationModel, StudyModel

#: The models that come with the package, and their locations.
KNOWN = {
    "glass": "atomglass.study.models.glass:GLASS",
    "two_level_systems": "atomglass.study.models.two_level_systems:TWO_LEVEL_SYSTEMS",
    "oscillators": "atomglass.theory.oscillators.study_model:OSCILLATORS",
}


def read_study(name: str | Path) -> Any:
    """Return the settings of a study from its TOML file, with every default filled in.

    Parameters
    ----------
    name : str or Path
        Path of the file, or name of a workflow that comes with the package.

    Returns
    -------
    StudyBase
        Settings, of the class of the study's model, such as `StudySettings` for glasses.

    Raises
    ------
    InputError
        The file is missing or malformed, a setting is invalid, or the model is unknown.
    """
    path = find_toml(name, "workflows")
    data = read_toml(path)
    return model_of(data, path.name).read(data, path)


def model_of(data: dict[str, Any], source: str) -> StudyModel:
    """Return the model specified in a study's settings; glasses by default.

    Parameters
    ----------
    data : dict
        The settings; only `model` is read.
    source : str
        Name of the file, for error messages.

    Raises
    ------
    InputError
        There is no such model, or it cannot be loaded.
    """
    name = data.get("model", "glass")
    if not isinstance(name, str):
        raise InputError(f"{source}: model", name, _allowed(), "write a name in quotes")
    if name not in KNOWN and ":" not in name:
        close = difflib.get_close_matches(name, KNOWN, n=1)
        remedy = f"did you mean {close[0]!r}?" if close else "choose one"
        raise InputError(f"{source}: model", name, _allowed(), remedy)
    return _loaded(name, source)


def _allowed() -> str:
    return f"{', '.join(KNOWN)}, or package.module:NAME"


def is_foreign(name: object) -> bool:
    """Return whether a model is defined outside this package, so that its module may contain anything."""
    return isinstance(name, str) and ":" in name and name not in KNOWN


@cache
def _loaded(name: str, source: str) -> StudyModel:
    module, _, attribute = KNOWN.get(name, name).partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except Exception as error:  # importing a user's module may raise anything
        why = " ".join(f"{type(error).__name__}: {error}".split())
        raise InputError(
            f"{source}: model {name!r} cannot be loaded ({why})",
            allowed=_allowed(),
            remedy="install its package, or add its folder to PYTHONPATH",
        ) from None
    if isinstance(found, RealizationModel):
        return Independent(found, name)
    if name in KNOWN:
        return found
    raise InputError(f"{source}: model {name!r} is not a RealizationModel", remedy="see atomglass/study/protocol.py")
