"""One frame of a file, as all formats deliver it, and the configuration that it describes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from atomglass.errors import InputError
from atomglass.system.configuration import DIAMETER_NAMES, Configuration, find_diameters, from_three_dimensional
from atomglass.system.species import diameters_of_names, numbers_of_names
from atomglass.types import Array, IntArray

#: Relative difference up to which two columns of sizes count as the same, rounded when they were written.
SIZE_TOLERANCE = 1e-3


class RawFrame:
    """One frame of a text file, not yet parsed, so that frames can be skipped.

    Parameters
    ----------
    name : str
        Names of file and frame, for error messages.
    header : list of str
        The lines that come before the particles.
    rows : list of str
        One line for each particle.
    """

    __slots__ = ("header", "name", "rows")

    def __init__(self, name: str, header: list[str], rows: list[str]) -> None:
        self.name, self.header, self.rows = name, header, rows


@dataclass(frozen=True)
class TypeOptions:
    """What the user says about the types of particles in a file.

    Attributes
    ----------
    diameters : mapping of str to float, optional
        Diameter of each type; it takes precedence over sizes in the file.
    species : sequence of str, optional
        The types in the order of the potential's species.

    Raises
    ------
    InputError
        A diameter is not positive.
    """

    diameters: Mapping[str, float] | None = None
    species: Sequence[str] | None = None

    def __post_init__(self) -> None:
        for name, value in (self.diameters or {}).items():
            if not 0 < value < np.inf:
                raise InputError(f"diameter of type {name}", value, "finite and > 0")

    @classmethod
    def of(cls, diameters: Mapping[str, float] | None, species: Sequence[str] | None) -> TypeOptions:
        """Return the options with types as text, from mappings and sequences whose types may be integers.

        Raises
        ------
        InputError
            The diameters are no mapping to numbers, or the species no sequence.
        """
        try:
            named = None if diameters is None else {str(name): float(value) for name, value in diameters.items()}
        except (AttributeError, TypeError, ValueError):
            raise InputError("diameters_by_type", diameters, 'a mapping such as {"A": 1.0, "B": 0.88}') from None
        if isinstance(species, (str, bytes)) or not (species is None or isinstance(species, Sequence)):
            raise InputError("species", species, 'a list of types such as ["A", "B"]')
        return cls(named, None if species is None else [str(name) for name in species])


@dataclass(frozen=True)
class Frame:
    """One frame of a file.

    Attributes
    ----------
    where : str
        Names of file and frame, for error messages.
    positions : (N, 3) array
        Positions, in units of length.
    cell : (3, 3) array
        Cell vectors as rows, in units of length.
    periodic : list of three bool
        Whether the sample is periodic in x, y and z.
    dimension : int or None
        The dimension that the file states, if any.
    sizes : mapping of str to (N,) array
        Columns of particle sizes, by a name in `DIAMETER_NAMES`.
    types : sequence of str or None
        Name of each particle's type, if the file has types.
    species : (N,) int array or None
        The species that follows from the types, if they say anything.
    planar : bool
        Whether the positions have two components in the file, so that no other dimension is possible.
    """

    where: str
    positions: Array
    cell: Array
    periodic: list[bool]
    dimension: int | None = None
    sizes: Mapping[str, Array] = field(default_factory=dict)
    types: Sequence[str] | None = None
    species: IntArray | None = None
    planar: bool = False

    def configuration(self, dimension: int | None = None, options: TypeOptions | None = None) -> Configuration:
        """Return the configuration.

        Parameters
        ----------
        dimension : {2, 3}, optional
            Overrides the dimension that the file states, unless the file is planar.
        options : TypeOptions, optional
            What the user says about the types.

        Raises
        ------
        InputError
            There are neither sizes nor species, columns of sizes contradict each other, the options do not fit the
            file, or `Configuration` rejects the values.
        """
        try:
            diameters, species = self._labels(options or TypeOptions())
            wanted = 2 if self.planar else dimension or self.dimension
            return from_three_dimensional(self.positions, diameters, self.cell, self.periodic, wanted, species)
        except InputError as error:
            raise InputError(f"{self.where}: {error}") from None

    def _labels(self, options: TypeOptions) -> tuple[Array | None, IntArray | None]:
        """Return the diameters and the species, either of which may be missing."""
        types, species = self.types, self.species
        if options.species is not None:
            species = numbers_of_names(_known(types, "species"), options.species)
        if options.diameters is not None:
            return diameters_of_names(_known(types, "diameters by type"), options.diameters), species
        check_sizes_agree(self.sizes)
        if self.sizes or species is None:
            return self._diameters(), species
        return None, species

    def _diameters(self) -> Array:
        """Return the diameters of the file, or refuse a file that has neither diameters nor several types."""
        if self.sizes:
            return find_diameters(self.sizes)
        remedy, names = "add one", sorted(set(self.types or []))[:4]
        if names:
            sizes, types = ",".join(f"{name}=1.0" for name in names), ",".join(names)
            remedy += (
                f", or give the diameter of each type (--diameters-by-type {sizes}), or its place in a potential that "
                f"knows the sizes of its species (--species {types})"
            )
        allowed = "a column named " + ", ".join(DIAMETER_NAMES)
        raise InputError("no particle sizes found", allowed=allowed, remedy=remedy)


def check_sizes_agree(sizes: Mapping[str, Array]) -> None:
    """Reject columns of sizes that contradict each other.

    Raises
    ------
    InputError
        A particle has two different diameters.
    """
    columns = [(name, DIAMETER_NAMES[name] * values) for name, values in sizes.items()]
    for name, values in columns[1:]:
        first, expected = columns[0]
        if values.shape != expected.shape:
            raise InputError(f"shape of {name}", values.shape, f"{expected.shape}, that of {first}", "remove one")
        # Files of this package contain exactly half the diameter; other programs may round both columns.
        exact = sizes[name] == expected / DIAMETER_NAMES[name]
        bad = np.flatnonzero(~exact & (np.abs(values - expected) > SIZE_TOLERANCE * np.abs(expected)))
        if len(bad):
            i = int(bad[0])
            raise InputError(
                f"{name} of particle {i}",
                float(sizes[name][i]),
                f"{float(expected[i] / DIAMETER_NAMES[name])!r}, as its {first} says",
                "the file is damaged or was edited; repair it or remove one of the columns",
            )


def _known(types: Sequence[str] | None, what: str) -> Sequence[str]:
    """Return the types of a file, or refuse one that has none."""
    if types is None:
        raise InputError(f"{what}: the file has no types of particles", remedy="leave this option out")
    return types
