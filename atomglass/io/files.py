"""Reading and writing configurations; the suffix of a file determines its format.

| suffix | read | written | precision |
| `.extxyz`, `.xyz` | yes | yes | every bit; also read by ASE and OVITO; any number of frames |
| `.npz` | yes | yes | every bit; arrays `positions`, `diameters` and `box` (or `cell`) |
| `.gsd` | yes | no | single precision, as HOOMD-blue writes it; any number of frames |

A file appears under its name only when it is complete: it is written under a temporary name and then renamed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from atomglass.errors import InputError
from atomglass.io.atomic import replacing
from atomglass.io.extended_xyz import RawFrame, format_frame, parse_frame, split_frames
from atomglass.system.configuration import Configuration, find_diameters, from_three_dimensional

_TEXT = (".extxyz", ".xyz")
_READABLE = (*_TEXT, ".npz", ".gsd")
_WRITABLE = (*_TEXT, ".npz")


def read(path: str | Path, frame: int = -1, dimension: int | None = None) -> Configuration:
    """Read one configuration from a file.

    Parameters
    ----------
    path : str or Path
        A `.extxyz`, `.xyz`, `.npz` or `.gsd` file.
    frame : int
        Index of the frame from 0, or from the end if negative; the last one by default.
    dimension : {2, 3}, optional
        Overrides the dimension given in the file; if the file gives none, the default is 2 if all z are equal or the
        box is not periodic along z, and 3 otherwise.

    Returns
    -------
    Configuration
        The configuration, with positions as in the file, not wrapped.

    Raises
    ------
    InputError
        The file is missing or truncated, has another format than its suffix indicates, or lacks diameters, a box or
        this frame; or `Configuration` rejects an array.

    Examples
    --------
    >>> ag.write("glass.extxyz", glass)
    >>> ag.read("glass.extxyz")
    Configuration(N=100, dimension=2, density=1)
    """
    path = _existing(path)
    if path.suffix.lower() in _TEXT:
        with _text_frames(path) as found:
            return parse_frame(_pick(found, frame, path), dimension)
    if path.suffix.lower() == ".npz":
        _check_frame(frame, 1, path)
        return _read_npz(path)
    with _open_gsd(path) as trajectory:
        _check_frame(frame, len(trajectory), path)
        return _gsd_frame(trajectory, frame % len(trajectory), path, dimension)


def frames(path: str | Path, dimension: int | None = None) -> Iterator[Configuration]:
    """Yield every configuration of a file in order, keeping one in memory at a time.

    Parameters
    ----------
    path : str or Path
        A `.extxyz`, `.xyz`, `.npz` or `.gsd` file.
    dimension : {2, 3}, optional
        Overrides the dimension given in the file; if the file gives none, the default is 2 if all z are equal or the
        box is not periodic along z, and 3 otherwise.

    Raises
    ------
    InputError
        `read` rejects the file or one of its frames.
    """
    path = _existing(path)
    if path.suffix.lower() in _TEXT:
        with _text_frames(path) as found:
            for raw in found:
                yield parse_frame(raw, dimension)
    elif path.suffix.lower() == ".npz":
        yield _read_npz(path)
    else:
        with _open_gsd(path) as trajectory:
            for index in range(len(trajectory)):
                yield _gsd_frame(trajectory, index, path, dimension)


def read_all(path: str | Path, dimension: int | None = None) -> list[Configuration]:
    """Return every configuration of a file as a list.

    Parameters
    ----------
    path : str or Path
        A `.extxyz`, `.xyz`, `.npz` or `.gsd` file.
    dimension : {2, 3}, optional
        Overrides the dimension given in the file.

    Raises
    ------
    InputError
        `read` rejects the file or one of its frames.
    """
    return list(frames(path, dimension))


def write(path: str | Path, configuration: Configuration | Iterable[Configuration]) -> None:
    """Write a configuration, or several frames in extended XYZ, so that `read` returns the same bits.

    Parameters
    ----------
    path : str or Path
        A `.extxyz`, `.xyz` or `.npz` file; an existing one is replaced.
    configuration : Configuration or iterable of Configuration
        One sample, or several frames.

    Raises
    ------
    InputError
        The suffix is unknown, the folder is missing, or the file system reports an error; no partial file is left.

    Examples
    --------
    >>> ag.write("frames.extxyz", [liquid, glass])
    >>> ag.read("frames.extxyz", frame=0).identical(liquid)
    True
    """
    path = Path(path)
    _check_suffix(path, _WRITABLE)
    several = list(configuration) if isinstance(configuration, Iterable) else [configuration]
    if not several or not all(isinstance(item, Configuration) for item in several):
        raise InputError("what to write", configuration, "a Configuration or several", "convert it first")
    if path.suffix.lower() == ".npz" and len(several) > 1:
        raise InputError("configurations for one .npz file", len(several), "1", "write several to an .extxyz file")
    with atomic_output(path) as stream:
        if path.suffix.lower() in _TEXT:
            for item in several:
                stream.write("".join(format_frame(item)).encode("ascii"))
        else:
            (only,) = several
            np.savez(stream, positions=only.positions, diameters=only.diameters, box=only.box)


def check_output(path: str | Path) -> None:
    """Reject a path to which `write` could not write, before the result is computed.

    Raises
    ------
    InputError
        The suffix is unknown, the folder is missing, or the path is that of a folder.
    """
    path = Path(path)
    _check_suffix(path, _WRITABLE)
    _check_place(path)


def _check_place(path: Path) -> None:
    """Reject a path in a missing folder, or that of a folder."""
    if not path.parent.is_dir():
        raise InputError(f"cannot write {path}: no folder {path.parent}", remedy="create it first")
    if path.is_dir():
        raise InputError(f"cannot write {path}: it is a folder", remedy="give a file name")


@contextmanager
def atomic_output(path: Path) -> Iterator[IO[bytes]]:
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


def _check_suffix(path: Path, known: tuple[str, ...]) -> None:
    """Reject a file whose format is not known."""
    if path.suffix.lower() not in known:
        raise InputError(f"suffix of {path.name}", path.suffix, ", ".join(known), "convert the file or rename it")


def _existing(path: str | Path) -> Path:
    """Return the path of a readable file, or reject it."""
    path = Path(path)
    _check_suffix(path, _READABLE)
    if path.is_dir():
        raise InputError(f"{path} is a folder", remedy="give the path of a file")
    if not path.is_file():
        raise InputError(f"{path} does not exist", remedy="give the path of a file")
    return path


def _check_frame(frame: int, count: int, path: Path) -> None:
    """Reject an index beyond the frames of a file."""
    if not -count <= frame < count:
        raise InputError(f"frame of {path}", frame, f"{-count} to {count - 1}", "choose an existing frame")


@contextmanager
def _text_frames(path: Path) -> Iterator[Iterator[RawFrame]]:
    """Open an extended XYZ file as a series of frames."""
    try:
        with path.open(encoding="utf-8") as stream:
            yield split_frames(stream, str(path))
    except UnicodeDecodeError:
        raise InputError(f"{path} is not a text file", remedy="give an extended XYZ file") from None
    except OSError as error:
        raise InputError(f"cannot read {path} ({error.strerror})", remedy="give a readable file") from None


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


def _read_npz(path: Path) -> Configuration:
    """Return the configuration of a `.npz` file."""
    try:
        with np.load(path, allow_pickle=False) as data:
            arrays: dict[str, Any] = {name: data[name] for name in data.files}
    except Exception as error:  # for a damaged archive, zip, zlib and numpy raise errors of many types
        raise _unreadable(path, error) from None
    box = arrays.get("box", arrays.get("cell"))
    if "positions" not in arrays or box is None:
        raise InputError(
            f"arrays in {path}", ", ".join(arrays) or "none", "positions, diameters, box (or cell)", "rename them"
        )
    try:
        return Configuration(arrays["positions"], find_diameters(arrays), box)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


@contextmanager
def _open_gsd(path: Path) -> Iterator[Any]:
    """Open a HOOMD-blue trajectory."""
    import gsd.hoomd

    try:
        trajectory = gsd.hoomd.open(path, "r")
    except Exception as error:  # for files that are not GSD, gsd raises RuntimeError, OSError and others
        raise _unreadable(path, error) from None
    with trajectory:
        if len(trajectory) == 0:
            raise InputError(f"{path} holds no frames")
        yield trajectory


def _gsd_frame(trajectory: Any, index: int, path: Path, dimension: int | None) -> Configuration:
    """Return one frame of a HOOMD-blue trajectory, with positions relative to the center of the box, as stored."""
    try:
        frame = trajectory[index]
        stored = any(trajectory.file.chunk_exists(frame=k, name="particles/diameter") for k in (0, index))
    except Exception as error:
        raise _unreadable(path, error) from None
    where = f"{path}, frame {index}"
    if not stored:  # gsd would return its default of 1.0
        raise InputError(f"{where}: no particle diameters", remedy="store particles.diameter, or convert to .extxyz")
    if frame.configuration.box is None:
        raise InputError(f"{where}: no box", remedy="store configuration.box")
    lx, ly, lz, xy, xz, yz = (float(value) for value in frame.configuration.box)
    if frame.configuration.dimensions == 2 or lz == 0:
        dimension, lz = dimension or 2, lz or 1.0
    cell = np.array([[lx, 0, 0], [xy * ly, ly, 0], [xz * lz, yz * lz, lz]])
    try:
        return from_three_dimensional(
            frame.particles.position.astype(np.float64),
            frame.particles.diameter.astype(np.float64),
            cell,
            [True, True, True],
            dimension,
        )
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _unreadable(path: Path, error: Exception) -> InputError:
    """Return the error for a file that a library cannot read."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return InputError(
        f"{path} cannot be read as {path.suffix} ({reason[:80]})", remedy=f"give a complete {path.suffix} file"
    )
