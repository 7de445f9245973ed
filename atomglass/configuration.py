"""A configuration: where the particles are, how large they are, and the periodic box they live in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from atomglass.errors import InputError

if TYPE_CHECKING:
    from ase import Atoms

#: Names under which programs keep particle sizes, in order of preference, and the factor that makes a diameter of them.
DIAMETER_NAMES = {"diameters": 1.0, "diameter": 1.0, "sigma": 1.0, "radius": 2.0, "radii": 2.0}

#: Farther than this from the origin (in box lengths) a float64 position no longer fixes a place in the box.
_FARTHEST_IMAGE = 1e6

#: Particles closer than this fraction of the box in every direction are coincident; above the rounding of a wrapped
#: position (1e-16 times `_FARTHEST_IMAGE`), and far below any distance that a pair potential leaves.
_COINCIDENCE = 2.0**-32

#: Cells flatter than this (volume over the product of the edges) are singular.
_FLATTEST_CELL = 1e-9


@dataclass(frozen=True, eq=False)
class Configuration:
    """N particles with their diameters in a periodic box, in two or three dimensions, reduced units.

    The arrays are copied, C-contiguous float64 and read-only. Positions are kept as given, not wrapped into the box.

    Parameters
    ----------
    positions : (N, d) array, d = 2 or 3
        Cartesian positions.
    diameters : (N,) array
        Particle diameters, positive.
    box : (d,) or (d, d) array
        Edge lengths of an orthogonal box, or a cell whose rows are the cell vectors (as in ASE), sheared or not.

    Raises
    ------
    InputError
        A value that cannot be used: not finite, not positive, mismatched lengths, a wrong dimension, a singular cell,
        no particles, or two particles at the same point modulo the box.
    """

    positions: NDArray[np.float64]
    diameters: NDArray[np.float64]
    box: NDArray[np.float64]

    def __post_init__(self) -> None:
        for name in ("positions", "diameters", "box"):
            object.__setattr__(self, name, _real_array(name, getattr(self, name)))
        _check_positions(self.positions)
        _check_diameters(self.diameters, len(self.positions))
        _check_box(self.box, self.dimension)
        _check_volume(self.volume)
        _check_distinct(self.fractional)

    def __len__(self) -> int:
        return len(self.positions)

    def __repr__(self) -> str:
        return f"Configuration(N={len(self)}, dimension={self.dimension}, density={self.density:.6g})"

    @property
    def dimension(self) -> int:
        """Number of space dimensions d."""
        return self.positions.shape[1]

    @cached_property
    def cell(self) -> NDArray[np.float64]:
        """Cell vectors as rows, (d, d)."""
        return _read_only(np.diag(self.box) if self.box.ndim == 1 else self.box)

    @cached_property
    def orthogonal(self) -> bool:
        """Whether the cell vectors lie along the axes."""
        return not np.any(self.cell[~np.eye(self.dimension, dtype=bool)])

    @cached_property
    def volume(self) -> float:
        """Volume of the box (its area when d = 2)."""
        if self.orthogonal:
            return float(np.prod(np.abs(np.diag(self.cell))))
        return float(abs(np.linalg.det(self.cell)))

    @property
    def density(self) -> float:
        """Number density N / volume."""
        return len(self) / self.volume

    @cached_property
    def heights(self) -> NDArray[np.float64]:
        """Perpendicular heights of the cell, (d,): the distances between its opposite faces."""
        if self.orthogonal:
            return _read_only(np.abs(np.diag(self.cell)))
        return _read_only(np.asarray(1.0 / np.linalg.norm(np.linalg.inv(self.cell), axis=0), dtype=np.float64))

    @property
    def fractional(self) -> NDArray[np.float64]:
        """Positions in units of the cell vectors, (N, d), not wrapped."""
        if self.orthogonal:
            return self.positions / np.diag(self.cell)
        return np.linalg.solve(self.cell.T, self.positions.T).T

    def replace(
        self,
        *,
        positions: ArrayLike | None = None,
        diameters: ArrayLike | None = None,
        box: ArrayLike | None = None,
    ) -> Configuration:
        """Return a configuration with some of the arrays exchanged; the rest is taken over."""
        return Configuration(
            self.positions if positions is None else positions,  # type: ignore[arg-type]
            self.diameters if diameters is None else diameters,  # type: ignore[arg-type]
            self.box if box is None else box,  # type: ignore[arg-type]
        )

    def identical(self, other: Configuration) -> bool:
        """Return whether positions, diameters and cell agree bit for bit (a minus sign of zero apart)."""
        return all(
            np.array_equal(getattr(self, name), getattr(other, name)) for name in ("positions", "diameters", "cell")
        )

    def to_atoms(self) -> Atoms:
        """Return an `ase.Atoms` with the diameters in `atoms.arrays["diameters"]`.

        The species is ASE's placeholder `X` (mass 1). Two-dimensional configurations lie at z = 0 in a cell of unit
        thickness that is periodic in x and y alone, so that ASE's volume equals the area.
        """
        from ase import Atoms

        d = self.dimension
        positions, cell = np.zeros((len(self), 3)), np.eye(3)
        positions[:, :d], cell[:d, :d] = self.positions, self.cell
        atoms = Atoms(numbers=np.zeros(len(self), dtype=int), positions=positions, cell=cell, pbc=[True, True, d == 3])
        atoms.set_array("diameters", np.array(self.diameters))
        return atoms

    @classmethod
    def from_atoms(cls, atoms: Atoms, dimension: int | None = None) -> Configuration:
        """Return the configuration that an `ase.Atoms` holds.

        Parameters
        ----------
        atoms : ase.Atoms
            Its arrays must hold the particle sizes: `diameters`, `diameter`, `sigma`, or `radius` (half of it).
        dimension : {2, 3}, optional
            Unless given, 2 where the atoms are periodic in x and y alone, 3 where they are periodic in x, y and z.

        Raises
        ------
        InputError
            No sizes, a periodicity that is neither, or a two-dimensional sample that is not flat.
        """
        if dimension is None:
            x, y, z = (bool(periodic) for periodic in atoms.pbc)
            dimension = (3 if z else 2) if x and y else None
        if dimension not in (2, 3):
            raise InputError(
                "periodicity (pbc) of the atoms",
                " ".join("FT"[int(p)] for p in atoms.pbc),
                "T T T (3-D) or T T F (2-D)",
                "set atoms.pbc or give the dimension",
            )
        return from_three_dimensional(atoms.positions, find_diameters(atoms.arrays), np.array(atoms.cell), dimension)


def from_three_dimensional(positions: NDArray, diameters: ArrayLike, cell: NDArray, dimension: int) -> Configuration:
    """Return a configuration from (N, 3) positions and a (3, 3) cell, as files and ASE keep them.

    Raises
    ------
    InputError
        A two-dimensional sample that is not flat, or whose cell is tilted out of the plane.
    """
    if dimension == 2:
        if np.any(cell[:2, 2]) or np.any(cell[2, :2]):
            raise InputError(
                "cell of a 2-D sample", cell.tolist(), "third cell vector along z, the others in the plane", "rotate it"
            )
        tilted = np.flatnonzero(positions[:, 2] != positions[:1, 2])
        if len(tilted):
            i = int(tilted[0])
            raise InputError(
                f"z of particle {i} in a 2-D sample", positions[i, 2], "the same z for every particle", "flatten it"
            )
    box = cell[:dimension, :dimension]
    lengths = np.diag(box)
    if np.all(lengths > 0) and not np.any(box - np.diag(lengths)):
        box = lengths
    return Configuration(positions[:, :dimension], np.asarray(diameters), box)


def find_diameters(columns: Any) -> NDArray[np.float64]:
    """Return particle diameters from named columns: diameters as they stand, radii times two (exact in binary).

    Raises
    ------
    InputError
        None of the known names is there.
    """
    for name, factor in DIAMETER_NAMES.items():
        if name in columns:
            return factor * np.asarray(columns[name], dtype=np.float64)
    raise InputError(
        "no particle sizes found",
        allowed="a column named " + ", ".join(DIAMETER_NAMES),
        remedy=f"add one (columns found: {', '.join(columns) or 'none'})",
    )


def _real_array(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return a read-only float64 copy."""
    try:
        array = np.asarray(values)
        if np.iscomplexobj(array):
            raise TypeError
        return _read_only(np.array(array, dtype=np.float64, order="C"))
    except (TypeError, ValueError):
        raise InputError(name, values, "an array of real numbers", "remove what is not a number") from None


def _read_only(array: NDArray[np.float64]) -> NDArray[np.float64]:
    array.setflags(write=False)
    return array


def _check_positions(positions: NDArray) -> None:
    if positions.ndim != 2 or positions.shape[1] not in (2, 3):
        raise InputError("shape of positions", positions.shape, "(N, 2) or (N, 3)", "give one row a particle")
    if len(positions) == 0:
        raise InputError("number of particles", 0, "at least 1", "give a configuration that is not empty")
    bad = np.flatnonzero(~np.isfinite(positions).all(axis=1))
    if len(bad):
        i = int(bad[0])
        raise InputError(f"position of particle {i}", positions[i], "finite numbers", "repair or remove the particle")


def _check_diameters(diameters: NDArray, count: int) -> None:
    if diameters.shape != (count,):
        raise InputError(
            "shape of diameters", diameters.shape, f"({count},), one diameter for each position", "match the lengths"
        )
    bad = np.flatnonzero(~(np.isfinite(diameters) & (diameters > 0)))
    if len(bad):
        i = int(bad[0])
        raise InputError(f"diameter of particle {i}", diameters[i], "finite and > 0", "repair or remove the particle")


def _check_box(box: NDArray, d: int) -> None:
    if box.shape not in ((d,), (d, d)):
        raise InputError(
            "shape of the box", box.shape, f"({d},) lengths or a ({d}, {d}) cell", f"positions have {d} columns"
        )
    if not np.all(np.isfinite(box)):
        raise InputError("box", box, "finite numbers", "give the lengths of the periodic box")
    if box.ndim == 1 and not np.all(box > 0):
        raise InputError("box", box, "lengths > 0", "give the lengths of the periodic box")
    if box.ndim == 2:
        lengths = np.linalg.norm(box, axis=1, keepdims=True)
        if not np.all(lengths > 0) or abs(np.linalg.det(box / lengths)) < _FLATTEST_CELL:
            raise InputError("cell", box, "linearly independent rows", "give the cell vectors as rows")


def _check_volume(volume: float) -> None:
    if not 0 < volume < np.inf:
        raise InputError("volume of the box", volume, "representable in float64 and > 0", "choose other units")


def _check_distinct(fractional: NDArray) -> None:
    """Refuse two particles at the same point modulo the box, found by sorting: O(N log N)."""
    far = np.flatnonzero(~(np.abs(fractional) <= _FARTHEST_IMAGE).all(axis=1))
    if len(far):
        raise InputError(
            f"position of particle {far[0]} in box lengths",
            fractional[far[0]],
            f"at most {_FARTHEST_IMAGE:g} from the origin",
            "wrap it into the box",
        )
    steps = round(1 / _COINCIDENCE)
    places = np.rint((fractional - np.floor(fractional)) * steps).astype(np.int64) % steps
    order = np.lexsort(places.T)
    same = np.flatnonzero((np.diff(places[order], axis=0) == 0).all(axis=1))
    if len(same):
        i, j = sorted(int(k) for k in order[same[0] : same[0] + 2])
        raise InputError(
            f"particles {i} and {j} coincide (modulo the box)", remedy="move or remove one of them (counted from 0)"
        )
