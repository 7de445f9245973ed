"""Trajectories of HOOMD-blue (`.gsd`), read chunk by chunk, with the defaults of the GSD schema.

A quantity that a frame does not contain has its value of frame 0, and otherwise its default: diameter 1, type 0. The
number of particles is compared with the size of the file before any array is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from atomglass.errors import InputError
from atomglass.io.frame import Frame
from atomglass.io.npz_file import unreadable
from atomglass.types import Array, IntArray

#: Bytes of a position, the least that a particle takes in a file.
_POSITION_BYTES = 12


class GsdTrajectory:
    """An open trajectory.

    Parameters
    ----------
    path : Path
        The file.
    file : gsd.fl.GSDFile
        The same, opened.
    """

    def __init__(self, path: Path, file: Any) -> None:
        self._path, self._file, self._size = path, file, path.stat().st_size

    def __len__(self) -> int:
        return int(self._file.nframes)

    def frame(self, index: int) -> Frame:
        """Return the content of one frame, with positions relative to the center of the box, as stored.

        Raises
        ------
        InputError
            The frame is damaged, has no box, or lacks positions or diameters that frame 0 has for another N.
        """
        where = f"{self._path}, frame {index}"
        try:
            return self._frame(index, where)
        except InputError as error:
            raise error if where in str(error) else InputError(f"{where}: {error}") from None
        except Exception as error:  # for a damaged file, gsd raises errors of many types
            raise unreadable(self._path, error) from None

    def _frame(self, index: int, where: str) -> Frame:
        number = self._number(index)
        box = self._chunk(index, "configuration/box")
        if number < 1:
            raise InputError(f"{where}: number of particles", number, "at least 1", "give a file that is not empty")
        if number > 1 and number * _POSITION_BYTES > self._size:
            raise InputError(
                f"{where}: number of particles", number, "what the file has room for", "the file is damaged; restore it"
            )
        if box is None:
            raise InputError(f"{where}: no box", remedy="store configuration.box")
        positions = self._per_particle(index, "position", number)
        diameters = self._per_particle(index, "diameter", number)
        lx, ly, lz, xy, xz, yz = (float(value) for value in box)
        dimensions = self._chunk(index, "configuration/dimensions")
        planar = lz == 0 or (dimensions is not None and int(dimensions[0]) == 2)
        lz = (lz or 1.0) if planar else lz
        types, species = self._types(index, number)
        if diameters is None and species is None:
            diameters = np.ones(number)
        return Frame(
            where,
            np.zeros((number, 3)) if positions is None else positions.astype(np.float64),
            np.array([[lx, 0, 0], [xy * ly, ly, 0], [xz * lz, yz * lz, lz]]),
            [True, True, True],
            2 if planar else None,
            {} if diameters is None else {"diameter": diameters.astype(np.float64)},
            types,
            species,
        )

    def _chunk(self, index: int, name: str) -> Any:
        """Return a chunk of a frame, else that of frame 0, else None."""
        for frame in (index, 0):
            if self._file.chunk_exists(frame=frame, name=name):
                return self._file.read_chunk(frame=frame, name=name)
        return None

    def _number(self, index: int) -> int:
        stored = self._chunk(index, "particles/N")
        return 0 if stored is None else int(stored[0])

    def _per_particle(self, index: int, name: str, number: int) -> Array | None:
        """Return an array of a frame with one row for each particle; None means the default of the schema."""
        stored = self._chunk(index, f"particles/{name}")
        if stored is not None and len(stored) != number:
            raise InputError(
                f"particles/{name} is stored for {len(stored)} particles (frame 0), not for the {number} of this frame",
                remedy=f"store particles.{name} in each frame whose number of particles changes",
            )
        return None if stored is None else np.asarray(stored)

    def _types(self, index: int, number: int) -> tuple[list[str], IntArray | None]:
        """Return the name of each particle's type and the species, if there are several types."""
        stored = self._chunk(index, "particles/types")
        names = ["A"] if stored is None else [bytes(row).rstrip(b"\0").decode("utf-8", "replace") for row in stored]
        identifiers = self._per_particle(index, "typeid", number)
        species = np.zeros(number, np.int64) if identifiers is None else identifiers.astype(np.int64)
        if species.max() >= len(names):
            raise InputError("particles/typeid", int(species.max()), f"below the number of types, {len(names)}")
        return [names[kind] for kind in species.tolist()], species if len(names) > 1 else None


@contextmanager
def open_gsd(path: Path) -> Iterator[GsdTrajectory]:
    """Open a trajectory of HOOMD-blue.

    Raises
    ------
    InputError
        The file is damaged, is no GSD file, or has no frames.
    """
    import gsd.hoomd

    try:
        file = gsd.hoomd.open(path, "r").file
    except Exception as error:  # for files that are not GSD, gsd raises RuntimeError, OSError and others
        raise unreadable(path, error) from None
    with file:
        if file.nframes == 0:
            raise InputError(f"{path} holds no frames")
        yield GsdTrajectory(path, file)
