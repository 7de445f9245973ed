"""Checks of the arrays of a configuration; each raises `InputError` with a one-line message."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from atomglass.errors import InputError
from atomglass.types import Array, IntArray

#: Largest distance from the origin, in box lengths, beyond which a float64 position is too coarse within the box.
_MAX_DISTANCE = 1e6

#: Fraction of the box below which particles coincide, if they are this close in every direction. It is larger than the
#: rounding error of a wrapped position (1e-16 times `_MAX_DISTANCE`), and far smaller than any distance in a sample
#: with repulsive interactions.
_COINCIDENCE = 2.0**-32

#: Largest number of a species.
MAX_SPECIES = 255

#: Volume divided by the product of the edge lengths below which a cell counts as singular.
_MIN_CELL_SHAPE = 1e-9


def real_array(name: str, values: ArrayLike) -> Array:
    """Return a read-only float64 copy of an array, or reject values that are not real numbers.

    Raises
    ------
    InputError
        A value is not a real number.
    """
    try:
        array = np.asarray(values)
        if np.iscomplexobj(array):
            raise TypeError
        return read_only(np.array(array, dtype=np.float64, order="C"))
    except (TypeError, ValueError, OverflowError):
        raise InputError(name, values, "an array of real numbers", "remove what is not a number") from None


def species_array(values: ArrayLike, count: int) -> IntArray:
    """Return a read-only int64 copy of the species of `count` particles, or reject what is not a species.

    Raises
    ------
    InputError
        The number of species is wrong, or one is not an integer from 0.
    """
    array = np.asarray(real_array("species", values))
    if array.shape != (count,):
        raise InputError("shape of species", array.shape, f"({count},), one species for each position")
    bad = np.flatnonzero(~((array >= 0) & (array <= MAX_SPECIES) & (array == np.floor(array))))
    if len(bad):
        i = int(bad[0])
        raise InputError(
            f"species of particle {i}", array[i], f"an integer from 0 to {MAX_SPECIES}", "number the species from 0"
        )
    species: IntArray = array.astype(np.int64)
    species.setflags(write=False)
    return species


def read_only(array: Array) -> Array:
    """Return the same array, made read-only."""
    array.setflags(write=False)
    return array


def check_positions(positions: Array) -> None:
    """Reject positions that are not (N, 2) or (N, 3) finite numbers.

    Raises
    ------
    InputError
        The shape is wrong, there are no particles, or a position is not finite.
    """
    if positions.ndim != 2 or positions.shape[1] not in (2, 3):
        raise InputError("shape of positions", positions.shape, "(N, 2) or (N, 3)", "give one row per particle")
    if len(positions) == 0:
        raise InputError("number of particles", 0, "at least 1", "give a configuration that is not empty")
    bad = np.flatnonzero(~np.isfinite(positions).all(axis=1))
    if len(bad):
        i = int(bad[0])
        raise InputError(f"position of particle {i}", positions[i], "finite numbers", "repair or remove the particle")


def check_diameters(diameters: Array, count: int) -> None:
    """Reject diameters that are not N positive numbers.

    Raises
    ------
    InputError
        The number of diameters is wrong, or a diameter is not finite and positive.
    """
    if diameters.shape != (count,):
        raise InputError(
            "shape of diameters", diameters.shape, f"({count},), one diameter for each position", "match the lengths"
        )
    bad = np.flatnonzero(~(np.isfinite(diameters) & (diameters > 0)))
    if len(bad):
        i = int(bad[0])
        raise InputError(f"diameter of particle {i}", diameters[i], "finite and > 0", "repair or remove the particle")


def check_box(box: Array, d: int) -> None:
    """Reject a box that is neither d positive lengths nor d independent cell vectors.

    Raises
    ------
    InputError
        The shape is wrong, a length is not finite and positive, or the cell vectors are linearly dependent.
    """
    if box.shape not in ((d,), (d, d)):
        raise InputError(
            "shape of the box", box.shape, f"({d},) lengths or a ({d}, {d}) cell", f"positions have {d} columns"
        )
    if not np.all(np.isfinite(box)):
        raise InputError("box", box, "finite numbers", "give the lengths of the periodic box")
    if box.ndim == 1 and not np.all(box > 0):
        raise InputError("box", box, "lengths > 0", "give the lengths of the periodic box")
    if box.ndim == 2:
        largest = np.abs(box).max(axis=1, keepdims=True)
        rows = box / np.where(largest > 0, largest, 1.0)  # of order 1, so that no square overflows or underflows
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1.0)
        if abs(np.linalg.det(rows)) < _MIN_CELL_SHAPE:
            raise InputError("cell", box, "linearly independent rows", "give the cell vectors as rows")


def check_volume(volume: float) -> None:
    """Reject a box whose volume is outside the range of float64.

    Raises
    ------
    InputError
        The volume overflows or underflows.
    """
    if not 0 < volume < np.inf:
        raise InputError("volume of the box", volume, "representable in float64 and > 0", "choose other units")


def check_distinct(fractional: Array) -> None:
    """Reject two particles at the same point modulo the box, found by sorting in O(N log N) operations.

    Raises
    ------
    InputError
        Two particles coincide, or a position is too far from the origin to be resolved within the box.
    """
    far = np.flatnonzero(~(np.abs(fractional) <= _MAX_DISTANCE).all(axis=1))
    if len(far):
        raise InputError(
            f"position of particle {far[0]} in box lengths",
            fractional[far[0]],
            f"at most {_MAX_DISTANCE:g} from the origin",
            "wrap it into the box",
        )
    steps = round(1 / _COINCIDENCE)
    places = np.rint(fractional * steps).astype(np.int64) % steps
    order = np.lexsort(places.T)
    same = np.flatnonzero((np.diff(places[order], axis=0) == 0).all(axis=1))
    if len(same):
        i, j = sorted(int(k) for k in order[same[0] : same[0] + 2])
        raise InputError(
            f"particles {i} and {j} coincide (modulo the box)", remedy="move or remove one of them (counted from 0)"
        )


def check_seed(seed: int) -> int:
    """Return the seed of a random stream, or reject it.

    Raises
    ------
    InputError
        The seed is negative or not an integer.
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise InputError("seed", seed, "an integer >= 0")
    return int(seed)
