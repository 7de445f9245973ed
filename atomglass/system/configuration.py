"""A configuration: positions, diameters and species of particles in a periodic box."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from atomglass.errors import InputError
from atomglass.system import checks
from atomglass.system.species import SPECIES_COLUMN, species_of_names
from atomglass.types import Array, IntArray

if TYPE_CHECKING:
    from ase import Atoms

#: Names under which programs store particle sizes, in order of preference, and the factor that converts to diameters.
DIAMETER_NAMES = {"diameters": 1.0, "diameter": 1.0, "sigma": 1.0, "radius": 2.0, "radii": 2.0}

#: Largest height above the plane, in box lengths, that counts as a rounding error in a two-dimensional sample.
_FLATNESS = 1e-9


@dataclass(frozen=True, eq=False)
class Configuration:
    """N particles with their diameters or species in a periodic box, in two or three dimensions, in reduced units.

    The arrays are copied to read-only, C-contiguous arrays. Positions are kept as given, not wrapped.

    Parameters
    ----------
    positions : (N, d) array, d = 2 or 3
        Cartesian positions, in units of length.
    diameters : (N,) array, optional
        Particle diameters, positive, in units of length. They may be left out where species are given; all are then 1,
        and `sized` is False, until a potential gives each species its diameter sigma_ii (`PairPotential.sized`).
    box : (d,) or (d, d) array
        Edge lengths of an orthogonal box, or a matrix whose rows are the cell vectors (as in ASE), sheared or not.
    species : (N,) int array, optional
        Species of the particles, numbered from 0 in the order of the potential.

    Raises
    ------
    InputError
        Values are not finite or not positive, lengths do not match, the dimension is wrong, the cell is singular, there
        is no box, there are neither diameters nor species, there are no particles, or two particles are at the same
        point modulo the box.

    Examples
    --------
    >>> ag.Configuration(positions=[[0.5, 0.5], [1.5, 1.5]], diameters=[1.0, 1.0], box=[2.0, 2.0])
    Configuration(N=2, dimension=2, density=0.5)
    >>> ag.Configuration(positions=[[0.5, 0.5], [1.5, 1.5]], box=[2.0, 2.0], species=[0, 1]).species
    array([0, 1])
    """

    positions: Array
    diameters: Array = None  # type: ignore[assignment]  # given, or filled in below
    box: Array = None  # type: ignore[assignment]  # required; the keyword may follow `positions`
    species: IntArray | None = None
    sized: bool = field(init=False, default=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "positions", checks.real_array("positions", self.positions))
        checks.check_positions(self.positions)
        if self.species is not None:
            object.__setattr__(self, "species", checks.species_array(self.species, len(self.positions)))
        if self.diameters is None:
            self._fill_diameters()
        if self.box is None:
            raise InputError("no box given", allowed="edge lengths, or cell vectors as rows", remedy="give box=...")
        for name in ("diameters", "box"):
            object.__setattr__(self, name, checks.real_array(name, getattr(self, name)))
        checks.check_diameters(self.diameters, len(self.positions))
        checks.check_box(self.box, self.dimension)
        checks.check_volume(self.volume)
        checks.check_distinct(self.fractional)

    def _fill_diameters(self) -> None:
        """Set all diameters to 1, until a potential gives each species its own."""
        if self.species is None:
            raise InputError("neither diameters nor species are given", remedy="give diameters=... or species=...")
        object.__setattr__(self, "diameters", np.ones(len(self.positions)))
        object.__setattr__(self, "sized", False)

    def __len__(self) -> int:
        return len(self.positions)

    def __reduce__(self) -> tuple[type[Configuration], tuple[Array | IntArray | None, ...]]:
        # Copies and unpickled objects are checked too; without this, numpy would make their arrays writable.
        return Configuration, (self.positions, self.diameters if self.sized else None, self.box, self.species)

    def __repr__(self) -> str:
        return f"Configuration(N={len(self)}, dimension={self.dimension}, density={self.density:.6g})"

    @property
    def dimension(self) -> int:
        """Number of space dimensions d."""
        return int(self.positions.shape[1])

    @cached_property
    def cell(self) -> Array:
        """Cell vectors as rows, (d, d), in units of length."""
        return checks.read_only(np.diag(self.box) if self.box.ndim == 1 else self.box)

    @cached_property
    def orthogonal(self) -> bool:
        """Whether the cell vectors lie along the axes."""
        return not np.any(self.cell[~np.eye(self.dimension, dtype=bool)])

    @cached_property
    def volume(self) -> float:
        """Volume of the box (its area when d = 2)."""
        with np.errstate(over="ignore"):  # an infinite volume is rejected later, with a clear message
            if self.orthogonal:
                return float(np.prod(np.abs(np.diag(self.cell))))
            return float(abs(np.linalg.det(self.cell)))

    @property
    def density(self) -> float:
        """Number density N / volume, in units of length^-d."""
        return len(self) / self.volume

    @cached_property
    def heights(self) -> Array:
        """Perpendicular heights of the cell, (d,): the distances between its opposite faces."""
        if self.orthogonal:
            return checks.read_only(np.abs(np.diag(self.cell)))
        normals = np.linalg.inv(self.cell).T
        return checks.read_only(1.0 / np.sqrt(np.sum(normals**2, axis=1)))

    @property
    def fractional(self) -> Array:
        """Positions in units of the cell vectors, (N, d), not wrapped."""
        if self.orthogonal:
            return self.positions / np.diag(self.cell)
        return np.asarray(np.linalg.solve(self.cell.T, self.positions.T).T, dtype=np.float64)

    def replace(
        self,
        *,
        positions: ArrayLike | None = None,
        diameters: ArrayLike | None = None,
        box: ArrayLike | None = None,
        species: ArrayLike | None = None,
    ) -> Configuration:
        """Return a configuration with some of its arrays replaced.

        Parameters
        ----------
        positions : (N, d) array, optional
            New positions.
        diameters : (N,) array, optional
            New diameters.
        box : (d,) or (d, d) array, optional
            New box.
        species : (N,) int array, optional
            New species.

        Raises
        ------
        InputError
            `Configuration` rejects one of the arrays.
        """
        own_diameters = self.diameters if self.sized else None
        return Configuration(
            self.positions if positions is None else positions,  # type: ignore[arg-type]
            own_diameters if diameters is None else diameters,  # type: ignore[arg-type]
            self.box if box is None else box,  # type: ignore[arg-type]
            self.species if species is None else species,  # type: ignore[arg-type]
        )

    def identical(self, other: Configuration) -> bool:
        """Return whether positions, diameters, cell and species agree bit for bit (apart from the sign of zeros)."""
        same = all(
            np.array_equal(getattr(self, name), getattr(other, name)) for name in ("positions", "diameters", "cell")
        )
        if self.species is None or other.species is None:
            return same and self.species is other.species
        return same and np.array_equal(self.species, other.species)

    def to_atoms(self) -> Atoms:
        """Return an `ase.Atoms` with the arrays `diameters`, `radius` and `species_index`, as far as they are known.

        `atoms.info["dimension"]` is d. The chemical symbol is ASE's placeholder `X` (mass 1). Two-dimensional
        configurations lie at z = 0 in a cell of unit thickness that is periodic in x and y only, so that ASE's volume
        equals the area. A constraint keeps particles in the plane, which they would otherwise leave by rounding errors
        (BFGS) or thermal velocities (dynamics).
        """
        from ase import Atoms
        from ase.constraints import FixCartesian

        d = self.dimension
        positions, cell = np.zeros((len(self), 3)), np.eye(3)
        positions[:, :d], cell[:d, :d] = self.positions, self.cell
        atoms = Atoms(numbers=np.zeros(len(self), dtype=int), positions=positions, cell=cell, pbc=[True, True, d == 3])
        if self.sized:
            atoms.set_array("diameters", np.array(self.diameters))
            atoms.set_array("radius", self.diameters / 2)
        if self.species is not None:
            atoms.set_array(SPECIES_COLUMN, np.array(self.species))
        atoms.info["dimension"] = d
        if d == 2:
            atoms.set_constraint(FixCartesian(range(len(self)), mask=(False, False, True)))
        return atoms

    @classmethod
    def from_atoms(cls, atoms: Atoms, dimension: int | None = None) -> Configuration:
        """Return the configuration stored in an `ase.Atoms`.

        Parameters
        ----------
        atoms : ase.Atoms
            Its arrays must contain the particle sizes (`diameters`, `diameter`, `sigma`, or `radius`, half of it), or
            it has several species: an array `species_index`, or chemical symbols, numbered in alphabetical order.
        dimension : {2, 3}, optional
            Overrides `atoms.info["dimension"]`. Without either, 2 if the sample is periodic in x and y only, or
            perfectly flat, and 3 otherwise.

        Raises
        ------
        InputError
            There are neither particle sizes nor species, the box is not periodic, or a two-dimensional sample is not
            flat.
        """
        stated = dimension or atoms.info.get("dimension")
        symbols = species_of_names(atoms.get_chemical_symbols())
        species = atoms.arrays.get(SPECIES_COLUMN, symbols)
        sized = species is None or any(name in atoms.arrays for name in DIAMETER_NAMES)
        diameters = find_diameters(atoms.arrays) if sized else None
        periodic = list(map(bool, atoms.pbc))
        return from_three_dimensional(atoms.positions, diameters, np.array(atoms.cell), periodic, stated, species)


def from_three_dimensional(
    positions: Array,
    diameters: Array | None,
    cell: Array,
    periodic: list[bool],
    dimension: int | None = None,
    species: IntArray | None = None,
) -> Configuration:
    """Return a configuration from the three-dimensional form used by files and by ASE.

    Parameters
    ----------
    positions, diameters, cell : (N, 3), (N,) and (3, 3) arrays
        Positions and diameters of the particles, and cell vectors as rows, in units of length.
    periodic : list of three bool
        Whether the sample is periodic in x, y and z.
    dimension : {2, 3}, optional
        By default 2 if the sample is periodic in x and y only, or periodic in all three directions but perfectly flat
        (all z are equal), and 3 otherwise.
    species : (N,) int array, optional
        Species of the particles; without them, diameters are needed.

    Raises
    ------
    InputError
        The box is not periodic, or a two-dimensional sample is not flat or has a cell that leaves the plane.
    """
    with np.errstate(invalid="ignore"):  # positions that are not finite are refused below
        heights = positions[:, 2] - positions[:1, 2]
    if dimension is None:
        perfectly_flat = len(positions) > 1 and not heights.any()
        dimension = 3 if periodic[2] and not perfectly_flat else 2
    if dimension not in (2, 3):
        raise InputError("dimension", dimension, "2 or 3")
    if not all(periodic[:dimension]):
        flags = " ".join("FT"[flag] for flag in periodic)
        raise InputError("periodicity (pbc)", flags, "T T T (3-D) or T T F (2-D)", "set it, or state the dimension")
    if dimension == 2:
        _check_in_plane(heights, cell)
    box = cell[:dimension, :dimension]
    lengths = np.diag(box)
    if np.all(lengths > 0) and not np.any(box - np.diag(lengths)):
        box = lengths
    return Configuration(positions[:, :dimension], diameters, box, species)  # type: ignore[arg-type]


def _check_in_plane(heights: Array, cell: Array) -> None:
    """Reject a two-dimensional sample that is not flat, apart from rounding errors."""
    rounding = _FLATNESS * np.abs(cell[:2, :2]).max()
    outside = np.flatnonzero(np.abs(heights) > rounding)
    if len(outside):
        i = int(outside[0])
        raise InputError(
            f"height of particle {i} in a 2-D sample",
            heights[i],
            "the same z for every particle",
            "flatten it (and keep z fixed)",
        )
    if np.abs([*cell[:2, 2], *cell[2, :2]]).max() > rounding:
        raise InputError(
            "cell of a 2-D sample", cell.tolist(), "third cell vector along z, the others in the plane", "rotate it"
        )


def find_diameters(columns: Any) -> Array:
    """Return particle diameters from named columns; radii are doubled, which is exact in binary arithmetic.

    Parameters
    ----------
    columns : mapping of str to (N,) array
        Columns by name.

    Raises
    ------
    InputError
        No column has a known name, or its values are not numbers.
    """
    for name, factor in DIAMETER_NAMES.items():
        if name in columns:
            return factor * checks.real_array(name, columns[name])
    raise InputError(
        "no particle sizes found",
        allowed="a column named " + ", ".join(DIAMETER_NAMES),
        remedy=f"add one (columns found: {', '.join(columns) or 'none'})",
    )
