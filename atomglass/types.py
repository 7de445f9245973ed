"""Types that many modules share, and the check of the types of arguments."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sized
from dataclasses import fields
from pathlib import Path, PurePath
from types import SimpleNamespace, UnionType
from typing import Literal, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from atomglass.errors import InputError

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

#: Real numbers in double precision.
Array = NDArray[np.float64]
#: Complex numbers in double precision.
ComplexArray = NDArray[np.complex128]
#: Indices and counts.
IntArray = NDArray[np.int64]
#: Indices in 32 bits, where half of the memory traffic counts.
Int32Array = NDArray[np.int32]
#: Unsigned integers of 32 bits: neighbors packed with the number of their periodic image (see `kernels.cell_list`).
UInt32Array = NDArray[np.uint32]
#: True or false for each particle, pair or mode.
BoolArray = NDArray[np.bool_]
#: The seed of a random stream: an integer >= 0, or one of numpy's seed sequences.
Seed = int | np.random.SeedSequence
#: Longest text of a value that is shown as it is.
_BRIEF = 60


class ShortRepr:
    """A dataclass whose text names its fields, with the shapes of arrays and tables instead of their content."""

    def __repr__(self) -> str:
        shown = (f"{field.name}={brief(getattr(self, field.name))}" for field in fields(self) if field.repr)  # type: ignore[arg-type]
        return f"{type(self).__name__}({', '.join(shown)})"


def brief(value: object) -> str:
    """Return a value as a short text: numbers with six digits, and of what is large its type and size."""
    shape = getattr(value, "shape", ())
    if shape:
        return f"<{type(value).__name__} {' x '.join(map(str, shape))}>"
    if isinstance(value, float | np.floating):
        return f"{value:.6g}"
    if isinstance(value, np.generic | np.ndarray):
        return str(value)
    text = repr(value)
    if len(text) <= _BRIEF:
        return text
    size = f" of {len(value)}" if isinstance(value, Sized) else ""
    return f"<{type(value).__name__}{size}>" if isinstance(value, Sized) or text.startswith("<") else text


def typed_arguments(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Let a public function refuse arguments of a wrong type with one line, before it uses them.

    Parameters annotated as integers, numbers, Booleans, texts, paths or random generators are checked; arrays and
    objects are left to the function.

    Raises
    ------
    InputError
        Of the function: the type of an argument is wrong.
    """
    signature = inspect.signature(function)
    expected: dict[str, tuple[tuple[type, ...], str]] = {}

    @functools.wraps(function)
    def checked(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> _Result:
        if not expected:  # at the first call, when all modules are imported
            expected[""] = ((), "")
            for name in signature.parameters:
                known = _known_types(_hint(function, name))
                if known:
                    expected[name] = known
        try:
            given = signature.bind(*arguments, **named).arguments
        except TypeError:
            return function(*arguments, **named)  # Python's own message says which argument is missing
        for name, value in given.items():
            if name in expected and not _fits(value, expected[name][0]):
                raise InputError(name, value, expected[name][1])
        return function(*arguments, **named)

    return checked


#: Types that an annotation stands for, and their name in messages. numpy's numbers count, True and False do not.
_KNOWN: dict[object, tuple[tuple[type, ...], str]] = {
    int: ((int, np.integer), "an integer of 64 bits"),
    float: ((int, float, np.integer, np.floating), "a number"),
    bool: ((bool, np.bool_), "True or False"),
    str: ((str,), "a text"),
    Path: ((Path, PurePath), "a path"),
    np.random.Generator: ((np.random.Generator,), "a numpy.random.Generator: numpy.random.default_rng(seed)"),
    type(None): ((type(None),), "None"),
}


def _hint(function: Callable[..., object], name: str) -> object:
    """Return the annotation of a parameter; None if it has none, or names what is imported for type checking only."""
    annotations = {key: value for key, value in function.__annotations__.items() if key == name}
    try:
        return get_type_hints(SimpleNamespace(__annotations__=annotations), function.__globals__).get(name)
    except NameError:
        return None


def _known_types(hint: object) -> tuple[tuple[type, ...], str] | None:
    """Return the types that an annotation allows, with their names; None if it is not one of the known ones."""
    if get_origin(hint) is Literal:
        return tuple({type(choice) for choice in get_args(hint)}), " or ".join(map(repr, get_args(hint)))
    parts = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    if hint is None or not all(isinstance(part, type) and part in _KNOWN for part in parts):
        return None
    types = tuple(one for part in parts for one in _KNOWN[part][0])
    return types, " or ".join(_KNOWN[part][1] for part in parts)


def _fits(value: object, types: tuple[type, ...]) -> bool:
    """Return whether a value has one of the types; True and False are not numbers, nor are integers beyond 64 bits."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return False
    return isinstance(value, types) and (not isinstance(value, bool | np.bool_) or bool in types)
