"""Data files of LAMMPS (`.data`, `.lmp`), as `write_data` writes and `read_data` reads them.

The style of the particles stands in a comment, `Atoms # sphere`; without it the columns must be those of the style
`atomic`. Particles are sorted by their identifiers. Types count from 1, species from 0. Image flags are checked, but
positions are not unwrapped, and the sample is taken to be periodic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np

from atomglass.errors import InputError
from atomglass.io.frame import Frame, RawFrame
from atomglass.io.lammps_box import restricted_cell, written_box
from atomglass.io.lammps_dump import particle_order
from atomglass.io.text import check_line_ends, integer_column, real_column
from atomglass.system.configuration import Configuration
from atomglass.system.species import species_of_types
from atomglass.types import Array, IntArray

#: Columns of the styles of particles (LAMMPS manual, `read_data`); image flags may follow.
_STYLES = {
    "atomic": "id type x y z",
    "charge": "id type q x y z",
    "bond": "id molecule type x y z",
    "angle": "id molecule type x y z",
    "molecular": "id molecule type x y z",
    "full": "id molecule type q x y z",
    "sphere": "id type diameter density x y z",
    "bpm/sphere": "id molecule type diameter density x y z",
    "dipole": "id type q x y z mux muy muz",
    "dpd": "id type theta x y z",
    "ellipsoid": "id type flag density x y z",
    "peri": "id type volume density x y z",
}
#: A line that begins a section.
_SECTION = re.compile(r"[A-Z][A-Za-z]*(?: [A-Za-z]+)*")
_BOUNDS = {"xlo xhi": 0, "ylo yhi": 1, "zlo zhi": 2}
_VECTORS = {"avec": 0, "bvec": 1, "cvec": 2}


def split_data(lines: Iterable[str], name: str) -> Iterator[RawFrame]:
    """Yield the only frame of a data file as text: its header, a blank line, the labels of types; and its particles.

    Parameters
    ----------
    lines : iterable of str
        The lines of the file.
    name : str
        Name of the file, for error messages.

    Raises
    ------
    InputError
        The file has no section `Atoms`.
    """
    stream = iter(lines)
    if next(stream, None) is None:  # LAMMPS ignores the first line
        return
    header: list[str] = []
    sections: dict[str, list[str]] = {}
    current, style = header, ""
    for line in stream:
        if current is sections.get("Atoms"):
            check_line_ends([line], name)
        text, _, comment = line.partition("#")
        text = text.strip()
        if not text:
            continue
        if _SECTION.fullmatch(text) and text not in ("Atom Type Labels", "Atoms"):
            current = []
        elif text in ("Atom Type Labels", "Atoms"):
            if text in sections:
                raise InputError(f"{name}: two sections {text}", remedy="remove one of them")
            current = sections[text] = []
            style = comment.strip() if text == "Atoms" else style
        else:
            current.append(text)
    if "Atoms" not in sections:
        raise InputError(f"{name}: no section Atoms", remedy="give a complete data file of LAMMPS")
    yield RawFrame(name, [style, *header, "", *sections.get("Atom Type Labels", [])], sections["Atoms"])


def parse_data(raw: RawFrame) -> Frame:
    """Return the content of a data file.

    Parameters
    ----------
    raw : RawFrame
        The frame, from `split_data`.

    Raises
    ------
    InputError
        The box is missing, the style of the particles is unknown, or a row cannot be used.
    """
    end = raw.header.index("", 1)
    style, header = raw.header[0], _header(raw.header[1:end])
    stated = " ".join(header.get("atoms", []))
    if stated != str(len(raw.rows)) or not raw.rows:
        remedy = "the file is cut off; restore it"
        raise InputError(f"{raw.name}: number of particle lines", len(raw.rows), f"{stated or '>= 1'}", remedy)
    cell, columns = _cell(header, raw.name), _columns(style, raw)
    order = particle_order(columns["id"], raw.name)
    positions = np.column_stack([real_column(columns[axis], f"{raw.name}: {axis}") for axis in "xyz"])
    sizes = {"diameter": real_column(columns["diameter"], f"{raw.name}: diameter")} if "diameter" in columns else {}
    types, species = _types(np.array(columns["type"])[order].tolist(), raw.header[end + 1 :], raw.name)
    sizes = {name: values[order] for name, values in sizes.items()}
    return Frame(raw.name, positions[order], cell, [True, True, True], None, sizes, types, species)


def _header(lines: list[str]) -> dict[str, list[str]]:
    """Return the values of a header by keyword: numbers first, then the keyword."""
    found = {}
    for line in lines:
        words = line.split()
        values = next((k for k, word in enumerate(words) if word[0].isalpha()), len(words))
        found[" ".join(words[values:])] = words[:values]
    return found


def _cell(header: dict[str, list[str]], where: str) -> Array:
    """Return the cell vectors as rows (3, 3)."""

    def numbers(keyword: str, count: int) -> Array:
        values = real_column(header[keyword], f"{where}: {keyword}, number")
        if len(values) != count:
            raise InputError(f"{where}: {keyword}", " ".join(header[keyword]), f"{count} numbers", "repair the line")
        return values

    if all(keyword in header for keyword in _VECTORS):
        return np.array([numbers(keyword, 3) for keyword in _VECTORS])
    missing = [keyword for keyword in _BOUNDS if keyword not in header]
    if missing:
        raise InputError(f"{where}: no periodic box found", remedy=f"add a line for {missing[0]} to the header")
    tilts = numbers("xy xz yz", 3) if "xy xz yz" in header else np.zeros(3)
    return restricted_cell(np.array([numbers(keyword, 2) for keyword in _BOUNDS]), tilts, where)


def _columns(style: str, raw: RawFrame) -> dict[str, list[str]]:
    """Return the columns of the particles by name, as words."""
    words = [row.split() for row in raw.rows]
    width = len(words[0])
    if style and style not in _STYLES:
        raise InputError(f"{raw.name}: style of Atoms", style, ", ".join(_STYLES), "write the data with one of these")
    if not style and width not in (5, 8):
        remedy = f"add it as a comment, `Atoms # sphere`: there are {width} columns"
        raise InputError(f"{raw.name}: style of Atoms is not stated", remedy=remedy)
    names = _STYLES[style or "atomic"].split()
    if width == len(names) + 3:
        names = [*names, "ix", "iy", "iz"]
    for index, row in enumerate(words):
        if len(row) != len(names):
            allowed = f"{len(_STYLES[style or 'atomic'].split())} (and 3 image flags), as its style says"
            raise InputError(f"{raw.name}: columns of particle {index}", len(row), allowed, "repair the line")
    columns = dict(zip(names, map(list, zip(*words, strict=True)), strict=True))
    for name in ("ix", "iy", "iz"):
        integer_column(columns.get(name, []), f"{raw.name}: image flag {name}")
    return columns


def _types(types: list[str], labels: list[str], where: str) -> tuple[list[str], IntArray | None]:
    """Return the name of each particle's type, a label if there are labels, and the species."""
    rows = [line.split() for line in labels]
    if any(len(row) != 2 for row in rows):
        raise InputError(f"{where}: Atom Type Labels", labels[0], "a number and a label on each line", "repair them")
    number_of = {label: number for number, label in rows}
    label_of = {number: label for number, label in rows}
    numbers = integer_column([number_of.get(kind, kind) for kind in types], f"{where}: type")
    return [label_of.get(str(number), str(number)) for number in numbers.tolist()], species_of_types(numbers)


def format_data(configuration: Configuration) -> Iterator[str]:
    """Yield the lines of a data file: of style `sphere`, with masses of 1, or `atomic` where there are no diameters.

    Parameters
    ----------
    configuration : Configuration
        The particles.

    Raises
    ------
    InputError
        A data file cannot hold the cell.
    """
    bounds, tilts = written_box(configuration, "a LAMMPS data file")
    number = 1 if configuration.species is None else int(configuration.species.max()) + 1
    yield f"LAMMPS data file written by atomglass\n\n{len(configuration)} atoms\n{number} atom types\n\n"
    for (low, high), axis in zip(bounds.tolist(), "xyz", strict=True):
        yield f"{low!r} {high!r} {axis}lo {axis}hi\n"
    if tilts.any():
        yield f"{' '.join(map(repr, tilts.tolist()))} xy xz yz\n"
    if not configuration.sized:
        yield "\nMasses\n\n" + "".join(f"{kind} 1.0\n" for kind in range(1, number + 1))
    yield f"\nAtoms # {'sphere' if configuration.sized else 'atomic'}\n\n"
    types = [1] * len(configuration) if configuration.species is None else (configuration.species + 1).tolist()
    plane = " 0.0" if configuration.dimension == 2 else ""
    densities = (6 / np.pi / configuration.diameters**3).tolist()
    for k, (kind, position) in enumerate(zip(types, configuration.positions.tolist(), strict=True)):
        size = f"{configuration.diameters[k].item()!r} {densities[k]!r} " if configuration.sized else ""
        yield f"{k + 1} {kind} {size}{' '.join(map(repr, position))}{plane}\n"
