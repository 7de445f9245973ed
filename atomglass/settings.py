"""Read and validate TOML settings; every mistake becomes one line that names the key."""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from atomglass.errors import InputError


class Settings(BaseModel):
    """Base of every settings section: frozen, no unknown keys, no infinities."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file.

    Raises
    ------
    InputError
        The file is missing, is not UTF-8 text, is not TOML, or is empty.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise InputError(f"cannot read {path} ({reason})", remedy="give the path of a readable TOML file") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is not valid TOML ({error})", remedy="correct the line it names") from None
    if not data:
        raise InputError(f"{path} is empty", remedy="start from a shipped file and change what you need")
    return data


def validated(model: type[Model], data: dict[str, Any], source: str) -> Model:
    """Return settings checked against their model.

    Parameters
    ----------
    model : type
        A subclass of `Settings`.
    data : dict
        The content of a TOML file.
    source : str
        The name of the file, for the message.

    Raises
    ------
    InputError
        The first mistake, with its key, its value and what is allowed; an unknown key with the nearest known one.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _first_mistake(model, error, source) from None


def _first_mistake(model: type[BaseModel], error: ValidationError, source: str) -> InputError:
    mistakes = error.errors()
    # An unknown key explains a missing one ("tempreture" and "temperature"), so it goes first.
    first = next((m for m in mistakes if m["type"] == "extra_forbidden"), mistakes[0])
    key = ".".join(str(part) for part in first["loc"]) or "the settings"
    if first["type"] == "extra_forbidden":
        known = _known_keys(model, first["loc"])
        close = difflib.get_close_matches(str(first["loc"][-1]), known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else "remove it"
        return InputError(f"{source}: unknown key {key!r}", allowed=", ".join(known), remedy=hint)
    if first["type"] == "missing":
        return InputError(f"{source}: key {key!r} is missing", remedy="add it")
    message = first["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return InputError(f"{source}: {key}", first["input"], message, "correct this key")


def _known_keys(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Return the keys allowed where an unknown one stands."""
    current: Any = model
    for part in location[:-1]:
        field = getattr(current, "model_fields", {}).get(part)
        if field is None:
            return []
        current = field.annotation
    return sorted(getattr(current, "model_fields", {}))
