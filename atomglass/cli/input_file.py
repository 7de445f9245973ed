"""The configuration that a command reads: its file, which frame of it, and what the user says about its types."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from atomglass.cli.printing import warn
from atomglass.errors import InputError
from atomglass.io import files
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential

#: How far a mean diameter may lie outside the sizes of a potential's model before a note says so, as a share of them.
SIZE_MARGIN = 0.05


@dataclass(frozen=True)
class InputFile:
    """A configuration in a file, with the options by which every command reads it.

    Attributes
    ----------
    path : Path
        The file.
    frame : int
        Which configuration of the file; -1 is the last.
    diameters_by_type : str or None
        Diameter of each type of particle, as `A=1.0,B=0.88`.
    species : str or None
        The types in the order of the potential's species, as `A,B`.
    """

    path: Path
    frame: int = -1
    diameters_by_type: str | None = None
    species: str | None = None

    def read(self, potential: PairPotential) -> Configuration:
        """Return the configuration, which is to have the dimension of a potential's model.

        Where the types of the file have the names of the potential's species, these names tell which is which.

        Raises
        ------
        InputError
            An option is malformed, `files.read` rejects the file, or the sample has another dimension.
        """
        configuration = self._by_name(potential) or self._read(self._species())
        if potential.dimension not in (None, configuration.dimension):
            allowed = f"{potential.dimension}, that of the potential {potential.name}"
            remedy = "name another with --potential (`atomglass potentials` lists them)"
            raise InputError(f"dimension of {self.path}", configuration.dimension, allowed, remedy)
        _note_sizes(self.path, configuration, potential)
        return configuration

    def _by_name(self, potential: PairPotential) -> Configuration | None:
        """Return the configuration if all its types have names of the potential's species, else None."""
        if self.species is not None or potential.table is None:
            return None
        try:
            return self._read(potential.table.names)
        except InputError:  # the reason, if it is not the names, is found again without them
            return None

    def _read(self, species: list[str] | None) -> Configuration:
        return files.read(self.path, self.frame, None, self._diameters(), species)

    def _diameters(self) -> dict[str, float] | None:
        """Return the diameter of each type."""
        if self.diameters_by_type is None:
            return None
        found: dict[str, float] = {}
        for part in self.diameters_by_type.split(","):
            name, equals, text = part.rpartition("=")
            try:
                value = float(text)
            except ValueError:
                equals = ""
            if not equals or not name.strip() or name.strip() in found:
                raise InputError(
                    "--diameters-by-type",
                    self.diameters_by_type,
                    "TYPE=DIAMETER,... with each type once, as A=1.0,B=0.88",
                )
            found[name.strip()] = value
        return found

    def _species(self) -> list[str] | None:
        """Return the types in the order of the potential's species."""
        if self.species is None:
            return None
        names = [name.strip() for name in self.species.split(",")]
        if not all(names) or len(set(names)) < len(names):
            raise InputError("--species", self.species, "TYPE,TYPE,... with each type once, as A,B")
        return names


def _note_sizes(path: Path, configuration: Configuration, potential: PairPotential) -> None:
    """Print a note if the sizes are none of the model's: radii taken for diameters, or another unit of length."""
    if potential.species or not configuration.sized:
        return
    mean, law = float(configuration.diameters.mean()), potential.diameters
    if not (1 - SIZE_MARGIN) * law.minimum <= mean <= (1 + SIZE_MARGIN) * law.maximum:
        warn(
            f"note: the mean diameter in {path} is {mean:.4g}, in {potential.name} diameters are {law.minimum:.4g} to "
            f"{law.maximum:.4g}: are these diameters, not radii, and in the same unit of length?"
        )
