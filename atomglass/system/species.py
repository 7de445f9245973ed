"""Species from the types that files give: names or numbers, one for each particle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from atomglass.errors import InputError
from atomglass.types import Array, IntArray

#: Name of the column in which files and `ase.Atoms` carry the species itself, numbered from 0.
SPECIES_COLUMN = "species_index"


def species_of_names(names: Sequence[str]) -> IntArray | None:
    """Return the species (N,) of named types, numbered from 0 in alphabetical order, or None if all are the same.

    Names that are all integers are ordered as numbers.

    Parameters
    ----------
    names : sequence of str
        Name of each particle's type.
    """
    distinct = set(names)
    if len(distinct) < 2:
        return None
    as_numbers = all(name.isascii() and name.isdecimal() for name in distinct)
    order = sorted(distinct, key=(lambda name: (int(name), name)) if as_numbers else None)
    return numbers_of_names(names, order)


def species_of_types(types: IntArray, first: int = 1) -> IntArray | None:
    """Return the species (N,) of numbered types, counted from 0, or None if every particle is of the first type.

    Parameters
    ----------
    types : (N,) int array
        Type of each particle.
    first : int
        Number of the first type: 1 as in LAMMPS and OVITO, or 0.
    """
    return None if np.all(types == first) else types - first


def numbers_of_names(names: Sequence[str], order: Sequence[str]) -> IntArray:
    """Return the place of each name in a list of names.

    Parameters
    ----------
    names : sequence of str
        Name of each particle's type.
    order : sequence of str
        Each name once.

    Raises
    ------
    InputError
        The list lacks a name, or contains one twice.
    """
    places = {name: place for place, name in enumerate(order)}
    if len(places) < len(order):
        raise InputError("species", ",".join(order), "each type once", "remove the repetition")
    missing = sorted(set(names) - places.keys())
    if missing:
        listed = ", ".join(missing[:5])
        raise InputError("species", ",".join(order), "every type of the file", f"add {listed}")
    return np.array([places[name] for name in names], dtype=np.int64)


def diameters_of_names(names: Sequence[str], diameters: Mapping[str, float]) -> Array:
    """Return the diameters (N,) of particles whose types have given diameters.

    Parameters
    ----------
    names : sequence of str
        Name of each particle's type.
    diameters : mapping of str to float
        Diameter of each type, in units of length.

    Raises
    ------
    InputError
        A type has no diameter.
    """
    missing = sorted(set(names) - diameters.keys())
    if missing:
        given = ", ".join(f"{name}={value:g}" for name, value in diameters.items())
        raise InputError(
            "diameters by type", given or "none", "every type of the file", f"add {', '.join(missing[:5])}"
        )
    return np.array([diameters[name] for name in names], dtype=np.float64)
