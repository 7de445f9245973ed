"""Extended XYZ files: written without loss of precision, and read in the forms that other programs write.

A frame consists of a line with the number of particles, a comment line of `key=value` pairs (`Lattice`: the cell
vectors one after the other; `Properties`: the columns, as name:type:count; `pbc`), and one line for each particle.
Numbers are written with Python's `repr`: the shortest decimal that reads back as the same float64.

Two-dimensional samples are written at z = 0 with a third cell vector of length 1, `pbc="T T F"` and `dimension=2`. The
column `diameters` is read back; the column `radius`, half of it, serves OVITO and reveals truncated lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from atomglass.errors import InputError
from atomglass.system.configuration import DIAMETER_NAMES, Configuration, find_diameters, from_three_dimensional
from atomglass.types import Array

_PAIR = re.compile(r'([\w-]+)\s*=\s*("[^"]*"|\{[^}]*\}|\[[^\]]*\]|\S+)')
_PROPERTIES = "species:S:1:pos:R:3:diameters:R:1:radius:R:1"


class RawFrame(NamedTuple):
    """One frame as text, not yet parsed.

    Attributes
    ----------
    name : str
        Names of file and frame, for error messages.
    comment : str
        The comment line.
    rows : list of str
        One line for each particle.
    """

    name: str
    comment: str
    rows: list[str]


def format_frame(configuration: Configuration) -> Iterator[str]:
    """Yield the lines of one frame in extended XYZ format."""
    d = configuration.dimension
    cell = np.eye(3)
    cell[:d, :d] = configuration.cell
    lattice = " ".join(map(repr, cell.ravel().tolist()))
    periodic = "T T T" if d == 3 else "T T F"
    yield f"{len(configuration)}\n"
    yield f'Lattice="{lattice}" Properties={_PROPERTIES} pbc="{periodic}" dimension={d}\n'
    plane = " 0.0" if d == 2 else ""
    for position, diameter in zip(configuration.positions.tolist(), configuration.diameters.tolist(), strict=True):
        yield f"X {' '.join(map(repr, position))}{plane} {diameter!r} {diameter / 2!r}\n"


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
        A frame does not begin with its number of particles, or the file ends within a frame.
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
        yield RawFrame(where, comment, rows)


def parse_frame(frame: RawFrame, dimension: int | None = None) -> Configuration:
    """Return the configuration of one frame.

    Parameters
    ----------
    frame : RawFrame
        The frame, from `split_frames`.
    dimension : {2, 3}, optional
        Overrides the dimension that the file states.

    Raises
    ------
    InputError
        There is no cell or no particle size, a row has the wrong number of columns or text instead of a number, or
        `Configuration` rejects the values.
    """
    if not frame.rows:
        raise InputError(f"{frame.name}: number of particles", 0, "at least 1", "give a file that is not empty")
    header = {key.lower(): value.strip('"{}[]') for key, value in _PAIR.findall(frame.comment)}
    columns = _columns(header.get("properties", "species:S:1:pos:R:3"), frame)
    positions = columns["pos"]
    if positions.shape[1] == 2:
        positions = np.column_stack([positions, np.zeros(len(positions))])
    _check_not_cut(columns, frame.name)
    try:
        return from_three_dimensional(
            positions,
            find_diameters({name: values[:, 0] for name, values in columns.items() if name != "pos"}),
            _cell(header),
            _periodicity(header),
            dimension or _stated_dimension(header),
        )
    except InputError as error:
        raise InputError(f"{frame.name}: {error}") from None


def _columns(properties: str, frame: RawFrame) -> dict[str, Array]:
    """Return the columns that are used, each (N, count): `pos` and those that contain particle sizes."""
    fields = properties.split(":")
    names, counts = [name.lower() for name in fields[::3]], fields[2::3]
    if len(fields) % 3 or not all(count.isdecimal() for count in counts) or "pos" not in names:
        raise InputError(f"{frame.name}: Properties", properties, "name:type:count triples, among them pos:R:3")
    widths = [int(count) for count in counts]
    if widths[names.index("pos")] not in (2, 3):
        raise InputError(f"{frame.name}: columns of pos", widths[names.index("pos")], "3 (or 2)")
    words = [row.split() for row in frame.rows]
    for index, row in enumerate(words):
        if len(row) != sum(widths):
            raise InputError(
                f"{frame.name}: columns of particle {index}",
                len(row),
                f"{sum(widths)}, as Properties says",
                "repair it",
            )
    columns, start = {}, 0
    for name, width in zip(names, widths, strict=True):
        if name == "pos" or (name in DIAMETER_NAMES and width == 1):
            columns[name] = _numbers([row[start : start + width] for row in words], width, f"{frame.name}: {name}")
        start += width
    return columns


def _numbers(words: list[list[str]], width: int, where: str) -> Array:
    """Return words as an array of numbers (N, width)."""
    values = np.empty((len(words), width))
    for index, row in enumerate(words):
        try:
            values[index] = [float(word) for word in row]
        except ValueError:
            raise InputError(f"{where} of particle {index}", " ".join(row), "numbers", "repair the line") from None
    return values


def _check_not_cut(columns: dict[str, Array], where: str) -> None:
    """Reject a file truncated within its last number: no column is missing, but `radius` is not half the diameter."""
    if "diameters" not in columns or "radius" not in columns:
        return
    diameters, radii = columns["diameters"][:, 0], columns["radius"][:, 0]
    # Files of this package contain exactly half the diameter; other programs may round both columns.
    bad = np.flatnonzero((radii != diameters / 2) & (np.abs(2 * radii - diameters) > 1e-3 * np.abs(diameters)))
    if len(bad):
        raise InputError(
            f"{where}: radius of particle {bad[0]}",
            radii[bad[0]],
            f"half its diameter, {diameters[bad[0]] / 2}",
            "the file is cut off or edited; repair it or remove one of the columns",
        )


def _cell(header: dict[str, str]) -> Array:
    """Return the cell vectors (3, 3) given in the comment line."""
    lattice = header.get("lattice")
    if lattice is None:
        raise InputError("no periodic box found", remedy='add Lattice="ax ay az bx by bz cx cy cz" to the comment line')
    try:
        numbers = [float(word) for word in lattice.replace(",", " ").split()]
    except ValueError:
        numbers = []
    if len(numbers) != 9:
        raise InputError("Lattice", lattice, "nine numbers, the cell vectors one after the other", "correct it")
    return np.array(numbers).reshape(3, 3)


def _periodicity(header: dict[str, str]) -> list[bool]:
    """Return whether the sample is periodic in x, y and z; in all three if only a cell is given."""
    text = header.get("pbc", "T T T")
    flags = [word.lower() for word in text.replace(",", " ").split()]
    known = {"t": True, "true": True, "1": True, "f": False, "false": False, "0": False}
    if len(flags) != 3 or any(flag not in known for flag in flags):
        raise InputError("pbc", text, "three of T and F", "correct it")
    return [known[flag] for flag in flags]


def _stated_dimension(header: dict[str, str]) -> int | None:
    """Return the dimension given in the comment line, if any."""
    text = header.get("dimension")
    if text not in (None, "2", "3"):
        raise InputError("dimension", text, "2 or 3", "correct it")
    return None if text is None else int(text)
