"""What a file of modes contains beside the configuration: displacements, energies and entries of the header."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from atomglass.errors import InputError
from atomglass.system.configuration import Configuration
from atomglass.types import Array

if TYPE_CHECKING:
    import pandas as pd


class ModesLike(Protocol):
    """Modes of a configuration: `Modes`, or another object with these arrays."""

    @property
    def frequencies(self) -> Array:
        """Frequencies (k,)."""

    @property
    def eigenvectors(self) -> Array:
        """Normalized displacements (k, N, d)."""

    @property
    def participation_ratios(self) -> Array:
        """Participation ratios (k,)."""


@dataclass(frozen=True)
class Decoration:
    """Columns and header entries of a frame beside those of its configuration.

    Attributes
    ----------
    header : mapping of str to int, float, bool or str
        Entries of the header.
    displacements : (N, d) array, optional
        Displacement of each particle.
    energies : (N,) array, optional
        Potential energy of each particle.
    """

    header: Mapping[str, Any] = field(default_factory=dict)
    displacements: Array | None = None
    energies: Array | None = None


#: No decoration.
PLAIN = Decoration()


def decorated_frames(
    several: list[Configuration], modes: ModesLike | None, energies: Array | None, table: pd.DataFrame | None
) -> list[tuple[Configuration, Decoration]]:
    """Return the frames to be written, each with its decoration.

    Parameters
    ----------
    several : list of Configuration
        The configurations; only one where there are modes or energies.
    modes : ModesLike or None
        Modes of this configuration, each of which becomes a frame.
    energies : (N,) array or None
        Potential energy of each particle, in units of epsilon.
    table : DataFrame or None
        One row for each mode, whose columns become entries of the header.

    Raises
    ------
    InputError
        The modes, the energies or the table belong to another configuration.
    """
    if modes is None and energies is None and table is None:
        return [(item, PLAIN) for item in several]
    if len(several) > 1:
        raise InputError("configurations with modes or energies", len(several), "1")
    (only,) = several
    energies = None if energies is None else np.asarray(energies, dtype=float)
    if energies is not None and energies.shape != (len(only),):
        raise InputError("shape of energies", energies.shape, f"({len(only)},), one for each particle")
    if modes is None:
        if table is not None:
            raise InputError("table", "given without modes", "one row for each mode", "give modes=... too")
        return [(only, Decoration(energies=energies))]
    decorated = [(only, decoration) for decoration in _mode_decorations(only, modes, energies, table)]
    if not decorated:
        raise InputError("number of modes", 0, ">= 1", "find some first, for instance with lowest_modes")
    return decorated


def _mode_decorations(
    configuration: Configuration, modes: ModesLike, energies: Array | None, table: pd.DataFrame | None
) -> Iterator[Decoration]:
    """Yield the decoration of each mode's frame."""
    fields = _fields(configuration, modes)
    if table is not None and len(table) != len(fields):
        raise InputError("rows of the table", len(table), f"{len(fields)}, one for each mode")
    for k in range(len(fields)):
        header = {
            "mode": k,
            "frequency": float(modes.frequencies[k]),
            "participation_ratio": float(modes.participation_ratios[k]),
        }
        if table is not None:
            row = table.iloc[k].to_dict()
            header |= {str(name): value.item() if hasattr(value, "item") else value for name, value in row.items()}
        yield Decoration(header, fields[k], energies)


def _fields(configuration: Configuration, modes: ModesLike) -> Array:
    """Return the displacement fields (k, N, d), or reject what is no set of modes of this configuration."""
    fields = np.asarray(getattr(modes, "eigenvectors", None))
    if not (hasattr(modes, "frequencies") and hasattr(modes, "participation_ratios")):
        raise InputError("modes", modes, "the result of lowest_modes, modes_below or full_spectrum")
    if fields.ndim != 3 or fields.shape[1:] != configuration.positions.shape:
        expected = f"(k, {len(configuration)}, {configuration.dimension})"
        raise InputError("shape of the modes", fields.shape, expected, "give the configuration they were computed for")
    return fields
