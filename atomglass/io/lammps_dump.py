"""Dump files of LAMMPS (`.lammpstrj`, `.dump`): text, with any columns in any order, and any number of frames.

Particles are sorted by their `id`. Positions are taken from the first complete set among `x y z`, `xu yu zu`,
`xs ys zs` and `xsu ysu zsu`; where z is missing, it is 0. Types count from 1, species from 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from atomglass.errors import InputError
from atomglass.io.decoration import PLAIN, Decoration
from atomglass.io.frame import Frame, RawFrame
from atomglass.io.lammps_box import bounding_box, bounds_of_bounding_box, restricted_cell, written_box
from atomglass.io.text import check_line_ends, integer_column, real_column, split_rows
from atomglass.system.configuration import DIAMETER_NAMES, Configuration
from atomglass.system.species import species_of_names, species_of_types
from atomglass.types import Array, IntArray

#: Names of the coordinates, in order of preference, and whether they are fractions of the cell vectors.
_COORDINATES = (("x", "y", "z"), ("xu", "yu", "zu"), ("xs", "ys", "zs"), ("xsu", "ysu", "zsu"))
_SCALED = ("xs", "xsu")
_MOST_HEADER_LINES = 100


def split_dump(lines: Iterable[str], name: str) -> Iterator[RawFrame]:
    """Yield the frames of a dump as text, so that frames can be skipped without being parsed.

    Parameters
    ----------
    lines : iterable of str
        The lines of the file.
    name : str
        Name of the file, for error messages.

    Raises
    ------
    InputError
        A frame does not begin as a dump does, or the file ends within a frame.
    """
    stream = (line for line in lines if line.strip())
    for index, first in enumerate(stream):
        where = f"{name}, frame {index}"
        if not first.startswith("ITEM:"):
            raise InputError(f"{where}: first line", first.strip(), "ITEM: TIMESTEP", "give a text dump of LAMMPS")
        header = [first.rstrip()]
        for line in islice(stream, _MOST_HEADER_LINES):
            header.append(line.rstrip())
            if line.startswith("ITEM: ATOMS"):
                break
        if not header[-1].startswith("ITEM: ATOMS"):
            raise InputError(f"{where}: no line ITEM: ATOMS", remedy="the file is cut off; restore it")
        count = _count(header, where)
        rows = list(islice(stream, count))
        short = next((k for k, row in enumerate(rows) if row.startswith("ITEM:")), len(rows))
        if short < count:
            raise InputError(f"{where}: number of particle lines", short, f"{count}", "the file is cut off; restore it")
        check_line_ends(rows, where)
        yield RawFrame(where, header, rows)


def _count(header: list[str], where: str) -> int:
    """Return the number of particles that a header states."""
    text = _item(header, "NUMBER OF ATOMS", 1, where)[1][0].strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise InputError(f"{where}: NUMBER OF ATOMS", text, "an integer", "repair it")
    return int(text)


def _item(header: list[str], name: str, lines: int, where: str) -> tuple[list[str], list[str]]:
    """Return the words after the name of an item, and the lines that follow it."""
    for k, line in enumerate(header):
        if line.startswith(f"ITEM: {name}") and len(header) > k + lines:
            return line[len(f"ITEM: {name}") :].split(), header[k + 1 : k + 1 + lines]
    raise InputError(f"{where}: no ITEM: {name}", remedy="give a complete text dump of LAMMPS")


class _Box(NamedTuple):
    """Cell vectors as rows (3, 3), the origin (3,), and whether the sample is periodic in x, y and z."""

    cell: Array
    origin: Array
    periodic: list[bool]


def _box(raw: RawFrame) -> _Box:
    """Return the box of a frame: orthogonal, tilted (with its bounding box), or with cell vectors of any direction."""
    words, lines = _item(raw.header, "BOX BOUNDS", 3, raw.name)
    where = f"{raw.name}: BOX BOUNDS"
    numbers = [real_column(line.split(), f"{where}, number") for line in lines]
    flags = [word for word in words if len(word) == 2 and set(word) <= set("pfsm")]
    periodic = [flag == "pp" for flag in flags] if len(flags) == 3 else [True, True, True]
    general, tilted = words[:2] == ["abc", "origin"], words[:3] == ["xy", "xz", "yz"]
    if any(len(row) != (4 if general else 3 if tilted else 2) for row in numbers):
        raise InputError(where, " / ".join(lines), "three lines with lower and upper bound (and tilt)", "repair it")
    table = np.array(numbers)
    if general:
        return _Box(table[:, :3], table[:, 3], periodic)
    tilts = table[:, 2] if tilted else np.zeros(3)
    bounds = bounds_of_bounding_box(table[:, :2], tilts)
    return _Box(restricted_cell(bounds, tilts, where), bounds[:, 0], periodic)


def parse_dump(raw: RawFrame) -> Frame:
    """Return the content of one frame.

    Parameters
    ----------
    raw : RawFrame
        The frame, from `split_dump`.

    Raises
    ------
    InputError
        The box, the columns or a row cannot be used.
    """
    if not raw.rows:
        raise InputError(f"{raw.name}: number of particles", 0, "at least 1", "give a file that is not empty")
    box = _box(raw)
    names = _item(raw.header, "ATOMS", 0, raw.name)[0]
    if len(set(names)) < len(names):
        raise InputError(f"{raw.name}: columns", " ".join(names), "each name once", "write the dump again")
    words = split_rows(raw.rows, len(names), raw.name, "ITEM: ATOMS")
    columns = dict(zip(names, zip(*words, strict=True), strict=True))
    order = particle_order(columns.get("id"), raw.name)
    positions = _positions(columns, box, raw.name)[order]
    sizes = {
        name: real_column(columns[name], f"{raw.name}: {name}")[order] for name in DIAMETER_NAMES if name in columns
    }
    types, species = _types(columns, order, raw.name)
    return Frame(raw.name, positions, box.cell, box.periodic, None, sizes, types, species)


def particle_order(identifiers: Any, where: str) -> IntArray | slice:
    """Return the order of particles by their identifiers, or all as they are if they have none.

    Raises
    ------
    InputError
        An identifier occurs twice.
    """
    if identifiers is None:
        return slice(None)
    numbers = integer_column(identifiers, f"{where}: id")
    order: IntArray = np.argsort(numbers, kind="stable")
    twice = np.flatnonzero(np.diff(numbers[order]) == 0)
    if len(twice):
        raise InputError(f"{where}: id {numbers[order[twice[0]]]} occurs twice", remedy="give each particle its own")
    return order


def _positions(columns: dict[str, Any], box: _Box, where: str) -> Array:
    """Return the positions (N, 3)."""
    for names in _COORDINATES:
        if names[0] in columns and names[1] in columns:
            positions = np.zeros((len(columns[names[0]]), 3))
            for axis, name in enumerate(names):
                if name in columns:
                    positions[:, axis] = real_column(columns[name], f"{where}: {name}")
            return box.origin + positions @ box.cell if names[0] in _SCALED else positions
    raise InputError(f"{where}: columns", " ".join(columns), "x y z, xu yu zu, xs ys zs or xsu ysu zsu", "dump them")


def _types(columns: dict[str, Any], order: IntArray | slice, where: str) -> tuple[list[str] | None, IntArray | None]:
    """Return the name of each particle's type and the species, from the columns `type` or `element`."""
    name = next((name for name in ("type", "element", "typelabel") if name in columns), None)
    if name is None:
        return None, None
    types = np.array(columns[name])[order].tolist()
    if name == "type" and all(word.isascii() and word.isdecimal() for word in set(types)):
        return types, species_of_types(integer_column(types, f"{where}: type"))
    return types, species_of_names(types)


def format_dump(configuration: Configuration, index: int, decoration: Decoration = PLAIN) -> Iterator[str]:
    """Yield the lines of one frame of a dump.

    Parameters
    ----------
    configuration : Configuration
        The particles.
    index : int
        Number of the frame, written as its time step.
    decoration : Decoration
        More columns, such as the displacements of a mode, which are written as velocities; programs draw these.

    Raises
    ------
    InputError
        A dump cannot hold the cell.
    """
    d = configuration.dimension
    bounds, tilts = written_box(configuration, "a LAMMPS dump")
    tilted = bool(tilts.any())
    yield f"ITEM: TIMESTEP\n{index}\nITEM: NUMBER OF ATOMS\n{len(configuration)}\n"
    yield f"ITEM: BOX BOUNDS {'xy xz yz ' if tilted else ''}pp pp pp\n"
    for (low, high), tilt in zip(bounding_box(bounds, tilts).tolist(), tilts.tolist(), strict=True):
        yield f"{low!r} {high!r}{f' {tilt!r}' if tilted else ''}\n"
    fractional = configuration.fractional
    inside = bool(np.all((fractional >= 0) & (fractional < 1)))
    columns: list[list[Any]] = [*_components(configuration.positions, d)]
    names = "x y z" if inside else "xu yu zu"
    if configuration.sized:
        columns += [(configuration.diameters / 2).tolist(), configuration.diameters.tolist()]
        names += " radius diameter"
    if decoration.displacements is not None:
        columns += _components(decoration.displacements, d)
        names += " vx vy vz"
    if decoration.energies is not None:
        columns.append(decoration.energies.tolist())
        names += " c_energy"
    yield f"ITEM: ATOMS id type {names}\n"
    species = np.zeros(len(configuration), int) if configuration.species is None else configuration.species
    for k, (kind, row) in enumerate(zip(species.tolist(), zip(*columns, strict=True), strict=True), 1):
        yield f"{k} {kind + 1} {' '.join(map(repr, row))}\n"


def _components(vectors: Array, dimension: int) -> list[list[float]]:
    """Return the columns x, y and z of vectors (N, d)."""
    columns: list[list[float]] = vectors.T.tolist()
    return columns if dimension == 3 else [*columns, [0.0] * len(vectors)]
