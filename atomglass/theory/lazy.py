"""Names of a package that are imported when they are first used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def lazy_names(
    package: str, home: Mapping[str, str], submodules: tuple[str, ...] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return the `__getattr__` and the `__dir__` of a package whose public names are imported on first use.

    Parameters
    ----------
    package : str
        Dotted name of the package.
    home : mapping of str to str
        Public names, and the module inside the package that defines each.
    submodules : tuple of str
        Modules inside the package that are public names themselves.

    Returns
    -------
    tuple of callable
        `__getattr__(name)`, which raises AttributeError for any other name, and `__dir__()`.
    """

    def get_attribute(name: str) -> Any:
        if name in submodules:
            return importlib.import_module(f"{package}.{name}")
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{package}.{home[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return get_attribute, lambda: sorted([*home, *submodules])
