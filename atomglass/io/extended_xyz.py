"""Extended XYZ files: written without loss of precision, and read in the forms that other programs write.

A frame consists of a line with the number of particles, a comment line of `key=value` pairs (`Lattice`: the cell
vectors one after the other; `Properties`: the columns, as name:type:count; `pbc`), and one line for each particle.
Numbers are written with Python's `repr`: the shortest decimal that reads back as the same float64.

Two-dimensional samples are written at z = 0 with a third cell vector of length 1, `pbc="T T F"` and `dimension=2`. The
column `diameters` is read back; the column `radius`, half of it, serves OVITO and reveals truncated lines. The column
`species_index` contains the species, counted from 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from atomglass.errors import InputError
from atomglass.io.decoration import PLAIN, Decoration
from atomglass.io.frame import Frame, RawFrame
from atomglass.io.text import check_line_ends, integer_column, real_column, split_rows
from atomglass.io.xyz_comment import format_pairs, reserved_value, user_pairs
from atomglass.system.configuration import DIAMETER_NAMES, Configuration
from atomglass.system.species import SPECIES_COLUMN, species_of_names, species_of_types
from atomglass.types import Array, IntArray

#: Columns that contain the type of each particle as an integer, counted from 1 as in LAMMPS or from 0.
_TYPE_COLUMNS = ("type", "typeid")
_NAME_COLUMN = "species"


def format_frame(configuration: Configuration, decoration: Decoration = PLAIN) -> Iterator[str]:
    """Yield the lines of one frame in extended XYZ format.

    Parameters
    ----------
    configuration : Configuration
        The particles.
    decoration : Decoration
        More columns and header entries, such as those of a mode.
    """
    d = configuration.dimension
    cell = np.eye(3)
    cell[:d, :d] = configuration.cell
    lattice = " ".join(map(repr, cell.ravel().tolist()))
    periodic = "T T T" if d == 3 else "T T F"
    columns, properties = _written_columns(configuration, decoration)
    yield f"{len(configuration)}\n"
    extra = format_pairs(decoration.header)
    yield f'Lattice="{lattice}" Properties={properties} pbc="{periodic}" dimension={d}{extra}\n'
    for row in zip(*columns, strict=True):
        yield f"X {' '.join(map(repr, row))}\n"


def _written_columns(configuration: Configuration, decoration: Decoration) -> tuple[list[list[Any]], str]:
    """Return the columns after the name of the species, and the value of `Properties`."""
    columns: list[list[Any]] = [*_three_components(configuration.positions)]
    properties = "species:S:1:pos:R:3"
    if configuration.sized:
        columns += [configuration.diameters.tolist(), (configuration.diameters / 2).tolist()]
        properties += ":diameters:R:1:radius:R:1"
    if configuration.species is not None:
        columns.append(configuration.species.tolist())
        properties += f":{SPECIES_COLUMN}:I:1"
    if decoration.displacements is not None:
        columns += _three_components(decoration.displacements)
        properties += ":disp:R:3"
    if decoration.energies is not None:
        columns.append(decoration.energies.tolist())
        properties += ":energies:R:1"
    return columns, properties


def _three_components(vectors: Array) -> list[list[float]]:
    """Return the columns x, y and z of vectors (N, d)."""
    columns: list[list[float]] = vectors.T.tolist()
    return columns if len(columns) == 3 else [*columns, [0.0] * len(vectors)]


def split_frames(lines: Iterable[str], name: str) -> Iterator[RawFrame]:
    """Yield the frames of a file as text, so that frames can be skipped without being parsed.

    Parameters
    ----------
    lines : iterable of str
        The lines of the file.
    name : str
        Name of the file, for error messages.

    Raises
    ------
    InputError
        A frame does not begin with its number of particles, or the file ends within a frame or a line.
    """
    stream = iter(lines)
    for index, first in enumerate(stream):
        where = f"{name}, frame {index}"
        if not first.strip():
            if any(line.strip() for line in stream):
                raise InputError(f"{where}: blank line", remedy="start each frame with its number of particles")
            return
        if not re.fullmatch(r"\d{1,12}", first.strip(), re.ASCII):
            raise InputError(
                f"{where}: first line", first.strip(), "the number of particles", "give an extended XYZ file"
            )
        count = int(first)
        comment = next(stream, "")
        rows = list(islice(stream, count))
        if len(rows) < count:
            raise InputError(
                f"{where}: number of particle lines", len(rows), f"{count}", "the file is cut off; restore it"
            )
        check_line_ends(rows, where)
        yield RawFrame(where, [comment], rows)


def parse_frame(raw: RawFrame) -> Frame:
    """Return the content of one frame.

    Parameters
    ----------
    raw : RawFrame
        The frame, from `split_frames`.

    Raises
    ------
    InputError
        There is no cell, a row has the wrong number of columns or text instead of a number, or a quotation mark in the
        comment line has no partner.
    """
    if not raw.rows:
        raise InputError(f"{raw.name}: number of particles", 0, "at least 1", "give a file that is not empty")
    try:
        pairs = user_pairs(raw.header[0])
        properties = reserved_value(pairs, "Properties") or "species:S:1:pos:R:3"
    except InputError as error:
        raise InputError(f"{raw.name}: {error}") from None
    columns = _columns(properties, raw)
    positions = _positions(columns, raw.name)
    sizes = {
        name: real_column(words[0], f"{raw.name}: {name}")
        for name, words in columns.items()
        if name in DIAMETER_NAMES and len(words) == 1
    }
    try:
        cell, periodic, dimension = _cell(pairs), _periodicity(pairs), _stated_dimension(pairs)
        types, species = _types(columns)
    except InputError as error:
        raise InputError(f"{raw.name}: {error}") from None
    return Frame(raw.name, positions, cell, periodic, dimension, sizes, types, species)


def _columns(properties: str, raw: RawFrame) -> dict[str, list[list[str]]]:
    """Return the words of each column, a list of components by lower-case name; the exact name has precedence."""
    fields = properties.split(":")
    names, counts = fields[::3], fields[2::3]
    well_formed = all(count.isascii() and count.isdecimal() and 0 < len(count) <= 6 for count in counts)
    if len(fields) % 3 or not well_formed or "pos" not in [name.lower() for name in names]:
        raise InputError(f"{raw.name}: Properties", properties, "name:type:count triples, among them pos:R:3")
    widths = [int(count) for count in counts]
    if len(set(names)) < len(names):
        raise InputError(f"{raw.name}: Properties", properties, "each name once", "rename one of the columns")
    words = split_rows(raw.rows, sum(widths), raw.name, "Properties")
    transposed = list(map(list, zip(*words, strict=True)))
    columns, start = {}, 0
    for name, width in zip(names, widths, strict=True):
        if name == name.lower() or name.lower() not in names:
            columns[name.lower()] = transposed[start : start + width]
        start += width
    return columns


def _positions(columns: dict[str, list[list[str]]], where: str) -> Array:
    """Return the positions (N, 3)."""
    components = columns["pos"]
    if len(components) not in (2, 3):
        raise InputError(f"{where}: columns of pos", len(components), "3 (or 2)")
    positions = np.zeros((len(components[0]), 3))
    for axis, words in enumerate(components):
        positions[:, axis] = real_column(words, f"{where}: pos, component {axis},")
    return positions


def _types(columns: dict[str, list[list[str]]]) -> tuple[list[str] | None, IntArray | None]:
    """Return the name of each particle's type and the species, from the columns that contain types."""
    names = columns.get(_NAME_COLUMN, [None])[0]
    found: dict[str, IntArray] = {}
    by_name = None if names is None else species_of_names(names)
    if SPECIES_COLUMN in columns:
        found[SPECIES_COLUMN] = integer_column(columns[SPECIES_COLUMN][0], SPECIES_COLUMN)
    for column in _TYPE_COLUMNS:
        if column in columns and len(columns[column]) == 1:
            types = integer_column(columns[column][0], column)
            of_types = species_of_types(types, first=0 if types.min() == 0 else 1)
            if of_types is not None:
                found[column] = of_types
                names = names if by_name is not None else columns[column][0]
    if by_name is not None:
        found[_NAME_COLUMN] = by_name
    elif SPECIES_COLUMN in columns:
        names = columns[SPECIES_COLUMN][0]
    for (column, one), (other_column, other) in zip(list(found.items()), list(found.items())[1:], strict=False):
        _check_one_to_one(column, one, other_column, other)
    return names, next(iter(found.values()), None)


def _check_one_to_one(column: str, one: IntArray, other_column: str, other: IntArray) -> None:
    """Reject two columns of types that group the particles differently."""
    pairs = np.unique(np.column_stack([one, other]), axis=0)
    if len(pairs) != len(np.unique(one)) or len(pairs) != len(np.unique(other)):
        raise InputError(f"columns {column} and {other_column} contradict each other", remedy="remove one of them")


def _cell(pairs: list[tuple[str, str]]) -> Array:
    """Return the cell vectors (3, 3) given in the comment line."""
    lattice = reserved_value(pairs, "Lattice", any_case=True)
    if lattice is None:
        raise InputError("no periodic box found", remedy='add Lattice="ax ay az bx by bz cx cy cz" to the comment line')
    try:
        numbers = [float(word) for word in lattice.replace(",", " ").split()]
    except ValueError:
        numbers = []
    if len(numbers) != 9:
        raise InputError("Lattice", lattice, "nine numbers, the cell vectors one after the other", "correct it")
    return np.array(numbers).reshape(3, 3)


def _periodicity(pairs: list[tuple[str, str]]) -> list[bool]:
    """Return whether the sample is periodic in x, y and z; in all three if only a cell is given."""
    text = reserved_value(pairs, "pbc") or "T T T"
    flags = [word.lower() for word in text.replace(",", " ").split()]
    known = {"t": True, "true": True, "1": True, "f": False, "false": False, "0": False}
    if len(flags) == 1:
        flags *= 3
    if len(flags) != 3 or any(flag not in known for flag in flags):
        raise InputError("pbc", text, "three of T and F", "correct it")
    return [known[flag] for flag in flags]


def _stated_dimension(pairs: list[tuple[str, str]]) -> int | None:
    """Return the dimension given in the comment line, if any."""
    text = reserved_value(pairs, "dimension")
    if text not in (None, "2", "3"):
        raise InputError("dimension", text, "2 or 3", "correct it")
    return None if text is None else int(text)
