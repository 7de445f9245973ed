"""Reading and writing configurations; the suffix of a file determines its format.

| suffix | read | written | precision |
| `.extxyz`, `.xyz` | yes | yes | every bit; also read by ASE and OVITO; any number of frames |
| `.npz` | yes | yes | every bit; arrays `positions`, `box` (or `cell`), `diameters` and `species` |
| `.lammpstrj`, `.dump` | yes | yes | every bit, but sheared boxes to rounding; LAMMPS dumps, any number of frames |
| `.data`, `.lmp` | yes | yes | every bit; LAMMPS data |
| `.gsd` | yes | no | single precision, as HOOMD-blue writes it; any number of frames |

Text files may be compressed: `.extxyz.gz`. A file appears under its name only when it is complete: it is written under
a temporary name and then renamed.
"""

from __future__ import annotations

import gzip
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from atomglass.errors import InputError
from atomglass.io.atomic import replacing
from atomglass.io.decoration import PLAIN, Decoration, ModesLike, decorated_frames
from atomglass.io.extended_xyz import format_frame, parse_frame, split_frames
from atomglass.io.frame import Frame, RawFrame, TypeOptions
from atomglass.io.gsd_file import open_gsd
from atomglass.io.lammps_data import format_data, parse_data, split_data
from atomglass.io.lammps_dump import format_dump, parse_dump, split_dump
from atomglass.io.npz_file import read_npz, write_npz
from atomglass.io.text import open_lines
from atomglass.system.configuration import Configuration
from atomglass.types import Array, typed_arguments

if TYPE_CHECKING:
    import pandas as pd


class _TextFormat(NamedTuple):
    """How the frames of a text file are separated and parsed."""

    split: Callable[[Iterable[str], str], Iterator[RawFrame]]
    parse: Callable[[RawFrame], Frame]


_EXTENDED_XYZ = _TextFormat(split_frames, parse_frame)
_DUMP = _TextFormat(split_dump, parse_dump)
_DATA = _TextFormat(split_data, parse_data)
_TEXT = {
    ".extxyz": _EXTENDED_XYZ,
    ".xyz": _EXTENDED_XYZ,
    ".lammpstrj": _DUMP,
    ".dump": _DUMP,
    ".data": _DATA,
    ".lmp": _DATA,
}
_READABLE = (*_TEXT, ".npz", ".gsd")
_WRITABLE = (*_TEXT, ".npz")
#: Suffixes of files that can hold several frames, and thus modes.
SEVERAL_FRAMES = tuple(suffix for suffix, kind in _TEXT.items() if kind is not _DATA)


@typed_arguments
def read(
    path: str | Path,
    frame: int = -1,
    dimension: int | None = None,
    diameters_by_type: Mapping[str, float] | None = None,
    species: Sequence[str] | None = None,
) -> Configuration:
    """Read one configuration from a file.

    Parameters
    ----------
    path : str or Path
        A `.extxyz`, `.xyz`, `.npz` or `.gsd` file, a LAMMPS dump (`.lammpstrj`, `.dump`) or a LAMMPS data file
        (`.data`, `.lmp`). Text files may end in `.gz`.
    frame : int
        Index of the frame from 0, or from the end if negative; the last one by default.
    dimension : {2, 3}, optional
        Overrides the dimension given in the file; if the file gives none, the default is 2 if all z are equal or the
        box is not periodic along z, and 3 otherwise.
    diameters_by_type : mapping, optional
        Diameter of each type of particle, such as `{"A": 1.0, "B": 0.88}`, in units of length; it takes precedence over
        sizes in the file. Types of LAMMPS are `1`, `2`, ..., unless the file gives them names.
    species : sequence, optional
        The types in the order of the potential's species, such as `["A", "B"]`. By default numbered types keep their
        order, and named types are numbered in alphabetical order.

    Returns
    -------
    Configuration
        The configuration, with positions as in the file, not wrapped.

    Raises
    ------
    InputError
        The file is missing, damaged or truncated, has another format than its suffix indicates, or lacks diameters or
        species, a box or this frame; its columns contradict each other; or `Configuration` rejects an array.

    Examples
    --------
    >>> ag.write("glass.extxyz", glass)
    >>> ag.read("glass.extxyz")
    Configuration(N=100, dimension=2, density=1)
    """
    options = TypeOptions.of(diameters_by_type, species)
    path = _existing(path)
    suffix = format_suffix(path)
    if suffix in _TEXT:
        with open_lines(path) as lines:
            raw = _pick(_TEXT[suffix].split(lines, str(path)), frame, path)
            return _TEXT[suffix].parse(raw).configuration(dimension, options)
    if suffix == ".npz":
        _check_frame(frame, 1, path)
        return read_npz(path, dimension).configuration(dimension, options)
    with open_gsd(path) as trajectory:
        _check_frame(frame, len(trajectory), path)
        return trajectory.frame(frame % len(trajectory)).configuration(dimension, options)


@typed_arguments
def frames(
    path: str | Path,
    dimension: int | None = None,
    diameters_by_type: Mapping[str, float] | None = None,
    species: Sequence[str] | None = None,
) -> Iterator[Configuration]:
    """Yield every configuration of a file in order, keeping one in memory at a time.

    Parameters
    ----------
    path : str or Path
        A file of any format that `read` reads.
    dimension : {2, 3}, optional
        Overrides the dimension given in the file, as in `read`.
    diameters_by_type : mapping, optional
        Diameter of each type of particle, as in `read`.
    species : sequence, optional
        The types in the order of the potential's species, as in `read`.

    Raises
    ------
    InputError
        `read` rejects the file or one of its frames.

    Examples
    --------
    >>> ag.write("frames.extxyz", [liquid, glass])
    >>> [len(configuration) for configuration in ag.frames("frames.extxyz")]
    [100, 100]
    """
    options = TypeOptions.of(diameters_by_type, species)
    path = _existing(path)
    suffix = format_suffix(path)
    if suffix in _TEXT:
        with open_lines(path) as lines:
            for raw in _TEXT[suffix].split(lines, str(path)):
                yield _TEXT[suffix].parse(raw).configuration(dimension, options)
    elif suffix == ".npz":
        yield read_npz(path, dimension).configuration(dimension, options)
    else:
        with open_gsd(path) as trajectory:
            for index in range(len(trajectory)):
                yield trajectory.frame(index).configuration(dimension, options)


def read_all(path: str | Path, dimension: int | None = None) -> list[Configuration]:
    """Return every configuration of a file as a list.

    Parameters
    ----------
    path : str or Path
        A file of any format that `read` reads.
    dimension : {2, 3}, optional
        Overrides the dimension given in the file.

    Raises
    ------
    InputError
        `read` rejects the file or one of its frames.
    """
    return list(frames(path, dimension))


@typed_arguments
def write(
    path: str | Path,
    configuration: Configuration | Iterable[Configuration],
    modes: ModesLike | None = None,
    energies: Array | None = None,
    table: pd.DataFrame | None = None,
) -> None:
    """Write a configuration, several frames, or the modes of a configuration; `read` returns the same bits.

    Parameters
    ----------
    path : str or Path
        A file of any format that `read` reads, except `.gsd`; an existing one is replaced. Text files may end in `.gz`.
        Several frames and modes need extended XYZ or a LAMMPS dump.
    configuration : Configuration or iterable of Configuration
        One sample, or several frames.
    modes : Modes, optional
        Modes of one sample. Each becomes a frame with the displacement of every particle (column `disp` in extended
        XYZ, `vx vy vz` in a dump) and, in extended XYZ, with its frequency and participation ratio in the header.
    energies : (N,) array, optional
        Potential energy of each particle (`particle_energies`), for one sample or its modes: column `energies` in
        extended XYZ, `c_energy` in a dump.
    table : DataFrame, optional
        One row for each mode, whose entries are added to the header in extended XYZ.

    Raises
    ------
    InputError
        The suffix is unknown, the format cannot hold what is given, the folder is missing, or the file system reports
        an error; no partial file is left.

    Examples
    --------
    >>> ag.write("frames.extxyz", [liquid, glass])
    >>> ag.read("frames.extxyz", frame=0).identical(liquid)
    True
    >>> ag.write("modes.extxyz", glass, modes=ag.lowest_modes(glass, pot, 3))
    >>> len(list(ag.frames("modes.extxyz")))
    3
    """
    path = Path(path)
    suffix = _checked_suffix(path, _WRITABLE)
    several = list(configuration) if isinstance(configuration, Iterable) else [configuration]
    if not several or not all(isinstance(item, Configuration) for item in several):
        raise InputError("what to write", configuration, "a Configuration or several", "convert it first")
    decorated = decorated_frames(several, modes, energies, table)
    if suffix not in SEVERAL_FRAMES and (len(decorated) != 1 or decorated[0][1] is not PLAIN):
        what = "modes or energies" if modes is not None or energies is not None else f"{len(several)} configurations"
        raise InputError(f"what to write to {path.name}", what, "one configuration", "write an .extxyz file")
    with atomic_output(path) as stream:
        if suffix == ".npz":
            write_npz(stream, several[0])
        elif path.suffix.lower() == ".gz":
            with gzip.GzipFile(filename="", fileobj=stream, mode="wb", mtime=0) as compressed:
                _write_text(compressed, suffix, decorated)
        else:
            _write_text(stream, suffix, decorated)


def _write_text(
    stream: BinaryIO | gzip.GzipFile, suffix: str, decorated: list[tuple[Configuration, Decoration]]
) -> None:
    """Write frames in a text format."""
    for index, (item, decoration) in enumerate(decorated):
        if _TEXT[suffix] is _DATA:
            lines = format_data(item)
        elif _TEXT[suffix] is _DUMP:
            lines = format_dump(item, index, decoration)
        else:
            lines = format_frame(item, decoration)
        stream.write("".join(lines).encode("utf-8"))


def check_output(path: str | Path) -> None:
    """Reject a path to which `write` could not write, before the result is computed.

    Raises
    ------
    InputError
        The suffix is unknown, the folder is missing, or the path is that of a folder.
    """
    path = Path(path)
    _checked_suffix(path, _WRITABLE)
    _check_place(path)


def _check_place(path: Path) -> None:
    """Reject a path in a missing folder, or that of a folder."""
    if not path.parent.is_dir():
        raise InputError(f"cannot write {path}: no folder {path.parent}", remedy="create it first")
    if path.is_dir():
        raise InputError(f"cannot write {path}: it is a folder", remedy="give a file name")


@contextmanager
def atomic_output(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that appears under its name only when complete, replacing an existing one.

    Raises
    ------
    InputError
        The folder is missing, the path is that of a folder, or the file system reports an error.
    """
    _check_place(path)
    try:
        with replacing(path) as stream:
            yield stream
    except OSError as error:
        raise InputError(f"cannot write {path} ({error.strerror})", remedy="choose another place") from None


def format_suffix(path: Path) -> str:
    """Return the suffix that determines the format of a file, in lower case, without the `.gz` of a text file."""
    suffix = path.suffix.lower()
    inner = Path(path.stem).suffix.lower()
    return inner if suffix == ".gz" and inner in _TEXT else suffix


def _checked_suffix(path: Path, known: tuple[str, ...]) -> str:
    """Return the suffix of a format, or reject a file whose format is not known."""
    suffix = format_suffix(path)
    if suffix not in known and path.is_dir():
        raise InputError(f"{path} is a folder", allowed=f"a file ({', '.join(known)})", remedy="name the file")
    if suffix == ".gz":
        raise InputError(f"suffix of {path.name}", path.suffix, f".gz after {', '.join(_TEXT)}", "decompress the file")
    if suffix not in known:
        raise InputError(f"suffix of {path.name}", path.suffix, ", ".join(known), "convert the file or rename it")
    return suffix


def _existing(path: str | Path) -> Path:
    """Return the path of a readable file, or reject it."""
    path = Path(path)
    _checked_suffix(path, _READABLE)
    if path.is_dir():
        raise InputError(f"{path} is a folder", remedy="give the path of a file")
    if not path.is_file():
        raise InputError(f"{path} does not exist", remedy="give the path of a file")
    return path


def _check_frame(frame: int, count: int, path: Path) -> None:
    """Reject an index beyond the frames of a file."""
    if not -count <= frame < count:
        raise InputError(f"frame of {path}", frame, f"{-count} to {count - 1}", "choose an existing frame")


def _pick(found: Iterator[RawFrame], frame: int, path: Path) -> RawFrame:
    """Return one frame, reading no more of the file than necessary and keeping as few frames as possible."""
    kept: deque[RawFrame] = deque(maxlen=1 if frame >= 0 else -frame)
    count = 0
    for raw in found:
        kept.append(raw)
        count += 1
        if count == frame + 1:
            break
    if count == 0:
        raise InputError(f"{path} is empty", remedy="give a file with at least one frame")
    _check_frame(frame, count, path)
    return kept[0]
