"""Configurations in `.npz` files: arrays `positions`, `box` (or `cell`), and `diameters`, `species` or both.

Only the arrays that matter are read, and only after their sizes have been compared with that of the file: a small
compressed file can claim to contain any number of particles.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile

import numpy as np
from numpy.lib import format as npy

from atomglass.errors import InputError, printable, warn_caller
from atomglass.io.frame import Frame
from atomglass.system.checks import real_array
from atomglass.system.configuration import DIAMETER_NAMES, Configuration
from atomglass.system.species import species_of_names
from atomglass.types import Array, IntArray

_BOXES = ("box", "cell")
_OTHERS = ("positions", "species", "dimension", *_BOXES)
#: Bytes that the arrays may expand to: so many, and so many times the size of the file.
EXPANDED_BYTES, EXPANSION = 2**26, 20


def write_npz(stream: IO[bytes], configuration: Configuration) -> None:
    """Write a configuration as arrays; the box has the same form as in the configuration."""
    arrays: dict[str, Any] = {"positions": configuration.positions, "box": configuration.box}
    if configuration.sized:
        arrays["diameters"] = configuration.diameters
    if configuration.species is not None:
        arrays["species"] = configuration.species
    np.savez(stream, dimension=configuration.dimension, **arrays)


def read_npz(path: Path, dimension: int | None = None) -> Frame:
    """Return the content of a file.

    Parameters
    ----------
    path : Path
        The file.
    dimension : {2, 3}, optional
        The dimension that the user asks for.

    Raises
    ------
    InputError
        The file is damaged, would fill the memory, or lacks an array.
    """
    arrays = _arrays(path)
    boxes = [arrays[name] for name in _BOXES if name in arrays]
    if "positions" not in arrays or not boxes:
        raise InputError(
            f"arrays in {path}", ", ".join(_names(path)) or "none", "positions, diameters, box (or cell)", "rename them"
        )
    if len(boxes) > 1 and not np.array_equal(_cell(boxes[0]), _cell(boxes[1])):
        raise InputError(f"{path}: box and cell contradict each other", remedy="remove one of them")
    try:
        positions, cell, by_shape = _three_dimensional(arrays["positions"], boxes[0])
        stated = _stated_dimension(arrays, by_shape)
        if by_shape == 2 and dimension == 3:
            text = f"{path} is read as two-dimensional, not as dimension=3: its positions and box have two components"
            warn_caller(printable(text))
        sizes = {name: real_array(name, arrays[name]) for name in DIAMETER_NAMES if name in arrays}
        types, species = _types(arrays.get("species"))
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    planar = by_shape == 2
    return Frame(str(path), positions, cell, [True, True, True], stated, sizes, types, species, planar=planar)


def _three_dimensional(positions: Any, box: Any) -> tuple[Array, Array, int | None]:
    """Return positions (N, 3) and cell (3, 3), and 2 as the dimension if either has two components only."""
    positions, cell = real_array("positions", positions), _cell(real_array("box", box))
    if positions.ndim != 2 or positions.shape[1] not in (2, 3):
        raise InputError("shape of positions", positions.shape, "(N, 2) or (N, 3)", "give one row per particle")
    flat = positions.shape[1] == 2
    if cell.shape not in ((2, 2), (3, 3)) or (flat and len(cell) == 3):
        d = positions.shape[1]
        raise InputError(
            "shape of the box", np.shape(box), f"({d},) lengths or a ({d}, {d}) cell", "match the positions"
        )
    planar = flat or len(cell) == 2
    full = np.eye(3)
    full[: len(cell), : len(cell)] = cell
    if flat:
        positions = np.column_stack([positions, np.zeros(len(positions))])
    return positions, full, 2 if planar else None


def _cell(box: Any) -> Array:
    """Return cell vectors as rows, from edge lengths or a matrix."""
    return np.diag(box) if np.ndim(box) == 1 else np.asarray(box)


def _stated_dimension(arrays: dict[str, Any], by_shape: int | None) -> int | None:
    """Return the dimension that the file states, by an array of this name or by the shape of its arrays."""
    if "dimension" not in arrays:
        return by_shape
    text = str(arrays["dimension"])
    if text not in ("2", "3") or (by_shape == 2 and text == "3"):
        raise InputError("dimension", text, "2 or 3, as the positions have columns")
    return int(text)


def _types(species: Any) -> tuple[list[str] | None, IntArray | None]:
    """Return the name of each particle's type and the species, from an array of numbers (from 0) or of names."""
    if species is None:
        return None, None
    if np.ndim(species) != 1:
        raise InputError("shape of species", np.shape(species), "(N,), one for each position")
    if species.dtype.kind in "US":
        names = species.astype(str).tolist()
        return names, species_of_names(names)
    numbers = real_array("species", species)
    return [f"{number:g}" for number in numbers.tolist()], numbers  # type: ignore[return-value]  # checked later


def _arrays(path: Path) -> dict[str, Any]:
    """Return the arrays that matter, after checking how large they are."""
    try:
        with ZipFile(path) as archive:
            members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            wanted = {name: members[name] for name in (*_OTHERS, *DIAMETER_NAMES) if name in members}
            needed, allowed = 0, EXPANDED_BYTES + EXPANSION * path.stat().st_size
            for info in wanted.values():
                with archive.open(info) as stream:
                    needed += max(_bytes(stream), info.file_size)
            if needed > allowed:
                raise InputError(
                    f"{path} expands to {needed} bytes", allowed=f"at most {allowed}", remedy="write it uncompressed"
                )
        with np.load(path, allow_pickle=False) as data:
            return {name: data[name] for name in wanted}
    except InputError:
        raise
    except Exception as error:  # for a damaged archive, zip, zlib and numpy raise errors of many types
        raise unreadable(path, error) from None


def _names(path: Path) -> list[str]:
    with ZipFile(path) as archive:
        return [name.removesuffix(".npy") for name in archive.namelist()[:20]]


def _bytes(stream: IO[bytes]) -> int:
    """Return the number of bytes of an array, from its header."""
    version = npy.read_magic(stream)
    shape, _, kind = npy.read_array_header_1_0(stream) if version == (1, 0) else npy.read_array_header_2_0(stream)
    count = 1
    for length in shape:
        count *= int(length)
    return count * kind.itemsize


def unreadable(path: Path, error: Exception) -> InputError:
    """Return the error for a file that a library cannot read."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return InputError(
        f"{path} cannot be read as {path.suffix} ({reason[:80]})", remedy=f"give a complete {path.suffix} file"
    )
