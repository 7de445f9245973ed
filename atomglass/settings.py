"""Settings from TOML files: shipped files are found by name, all are validated, each mistake gives a one-line error."""

from __future__ import annotations

import difflib
import os.path
import tomllib
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticSerializationError

from atomglass.errors import InputError

_PACKAGE = Path(__file__).resolve().parent


class Settings(BaseModel):
    """Base class of every section of settings: frozen, without unknown keys or infinities."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """Return the settings as a dictionary.

        Parameters
        ----------
        **options : Any
            As in pydantic, which turns a Ctrl-C within a serializer into an error of its own. Here it stays what it is.
        """
        try:
            return super().model_dump(**options)
        except PydanticSerializationError as error:
            if isinstance(error.__cause__, KeyboardInterrupt):
                raise KeyboardInterrupt from None
            raise


Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file.

    Raises
    ------
    InputError
        The file is missing, is not UTF-8 text, is not TOML, or is empty.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # some editors start a file with a byte-order mark
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise InputError(f"cannot read {path} ({reason})", remedy="give the path of a readable TOML file") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is not valid TOML ({error})", remedy="correct the line it names") from None
    except (ValueError, RecursionError, MemoryError):  # numbers of thousands of digits, thousands of nested brackets
        raise InputError(f"{path} has numbers or lists that no settings have", remedy="correct them") from None
    if not data:
        raise InputError(f"{path} is empty", remedy="start from a shipped file and change what you need")
    return data


def validated(model: type[Model], data: dict[str, Any], source: str, folder: Path | None = None) -> Model:
    """Return settings checked against their model.

    Parameters
    ----------
    model : type
        A subclass of `Settings`.
    data : dict
        The content of a TOML file.
    source : str
        The name of the file, for the message.
    folder : Path or None
        The folder from which relative paths in the settings start; None for the current one.

    Raises
    ------
    InputError
        The first mistake, with its key, its value and what is allowed; an unknown key with the most similar known one.
    """
    try:
        settings = model.model_validate(data, context={"folder": folder or Path()})
    except ValidationError as error:
        raise _first_mistake(model, error, source) from None
    _refuse_true_for_a_number(data, settings, source, ())
    return settings


def _refuse_true_for_a_number(given: Any, understood: Any, source: str, key: tuple[str, ...]) -> None:
    """Refuse `temperature = true`, which pydantic reads as 1 (its strict mode would also refuse valid input)."""
    if isinstance(given, bool) and type(understood) in (int, float):
        name = ".".join(key)
        raise InputError(f"{source}: {name}", given, "a number, not true or false", "correct this key")
    if isinstance(given, dict):
        for name, value in given.items():
            _refuse_true_for_a_number(value, getattr(understood, name, None), source, (*key, name))
    elif isinstance(given, list) and isinstance(understood, list | tuple):
        for place, (value, one) in enumerate(zip(given, understood, strict=False)):
            _refuse_true_for_a_number(value, one, source, (*key, str(place)))


def _first_mistake(model: type[BaseModel], error: ValidationError, source: str) -> InputError:
    mistakes = error.errors()
    # An unknown key explains a missing one ("tempreture" and "temperature"), so it goes first.
    first = next((m for m in mistakes if m["type"] == "extra_forbidden"), mistakes[0])
    key = ".".join(str(part) for part in _without_tags(model, first["loc"])) or "the settings"
    if first["type"] == "extra_forbidden":
        known = _known_keys(model, first["loc"])
        close = difflib.get_close_matches(str(first["loc"][-1]), known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else "remove it"
        return InputError(f"{source}: unknown key {key!r}", allowed=", ".join(known), remedy=hint)
    if first["type"] == "missing":
        return InputError(f"{source}: key {key!r} is missing", remedy="add it")
    message = first["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    if isinstance(first["input"], dict):  # a rule about several keys of a section; its message names them
        section = f"{key}: " if first["loc"] else ""
        return InputError(f"{source}: {section}{message}", remedy="correct these keys")
    return InputError(f"{source}: {key}", first["input"], message, "correct this key")


def _known_keys(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Return the keys that are allowed at the location of an unknown key."""
    models = [model]
    for part in location[:-1]:
        fields = [m.model_fields[part] for m in models if isinstance(part, str) and part in m.model_fields]
        if fields:
            models = [inner for field in fields for inner in _models_in(field.annotation)]
        else:  # an index into a list, or the member of a union that was tried, by name or by tag
            models = [m for m in models if m.__name__ == part] or models
    return sorted({key for m in models for key in m.model_fields})


def _without_tags(model: type[BaseModel], location: tuple[int | str, ...]) -> list[int | str]:
    """Return a location without the parts that say which member of a union was tried; they are not in the file."""
    models, kept = [model], list[int | str]()
    for place, part in enumerate(location):
        fields = [m.model_fields[part] for m in models if isinstance(part, str) and part in m.model_fields]
        tag = bool(models) and not fields and isinstance(part, str)
        if not tag or place == len(location) - 1:
            kept.append(part)
        if fields:
            models = [inner for field in fields for inner in _models_in(field.annotation)]
    return kept


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """Return the models in an annotation such as `Section | None`, `list[Section]` or `Annotated[One | Other, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models_in(argument)]


def shipped_folder(kind: str) -> Path:
    """Return the folder of shipped files of one kind (`potentials`, `workflows` or `slurm`)."""
    inside = _PACKAGE / kind
    return inside if inside.is_dir() else _PACKAGE.parent / kind


def find_toml(name: str | Path, kind: str) -> Path:
    """Return the path of a TOML file given by path, or by the name of a shipped one.

    Raises
    ------
    InputError
        Neither a file nor the name of a shipped one; a similar name is suggested.
    """
    given = Path(name)
    if os.path.isfile(given):  # False, where Path.is_file raises, for a name too long for the file system
        return given
    folder = shipped_folder(kind)
    shipped = folder / given.name if given.suffix == ".toml" else folder / f"{given.name}.toml"
    # `workflows/quickstart.toml` works in any folder, not only in the checkout.
    if os.path.isfile(shipped) and given.parent in (Path("."), Path(kind)):
        return shipped
    known = sorted(path.stem for path in folder.glob("*.toml"))
    close = difflib.get_close_matches(given.stem, known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else "give the path of a TOML file or one of these names"
    if os.path.isfile(f"{given}.toml"):
        hint = f"did you mean {f'{given}.toml'!r}?"
    raise InputError(f"{kind[:-1]} file", str(name), f"an existing path, or one of {', '.join(known)}", hint)
