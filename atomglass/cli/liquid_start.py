"""The initial configuration of the command `sample`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from atomglass.cli.input_file import InputFile
from atomglass.errors import InputError
from atomglass.minimization.random_start import random_start
from atomglass.system.checks import check_seed
from atomglass.system.configuration import Configuration
from atomglass.system.diameters import size_law_from_text
from atomglass.system.potential import PairPotential


@dataclass(frozen=True)
class LiquidStart:
    """The initial configuration of a liquid: a new one, or one from a file.

    Attributes
    ----------
    particles : int or None
        Number of particles of a new configuration.
    file : InputFile or None
        The file; exactly one of `particles` and `file` is given.
    density : float or None
        Number density of a new configuration; None for that of the potential.
    diameters : str or None
        How the diameters of a new configuration are drawn: `iid` (also if None) or `quantile`.
    sizes : str or None
        The size distribution of a new configuration (see `size_law_from_text`); None for that of the potential.
    dimension : {2, 3} or None
        Dimension of a new configuration; None for that of the potential.
    """

    particles: int | None
    file: InputFile | None
    density: float | None
    diameters: str | None
    sizes: str | None
    dimension: int | None = None

    def configuration(self, potential: PairPotential, seed: int) -> Configuration:
        """Return the configuration, read or drawn at random from a seed."""
        if (self.particles is None) == (self.file is None):
            given = "two things" if self.file else "nothing"
            raise InputError("start of the sample", given, "one of --particles N and --from FILE", "give one")
        if self.file is not None:
            options = (
                ("--density", self.density),
                ("--diameters", self.diameters),
                ("--sizes", self.sizes),
                ("--dimension", self.dimension),
            )
            for name, value in options:
                if value is not None:
                    raise InputError(name, value, "only without --from", f"leave {name} out: the file has its own")
            return self.file.read(potential)
        assert self.particles is not None
        diameter_seed, position_seed = np.random.SeedSequence(check_seed(seed)).spawn(2)
        density = potential.density if self.density is None else self.density
        if self.sizes is not None and potential.species:
            raise InputError("--sizes", self.sizes, f"only for potentials without species, not for {potential.name}")
        if self.sizes is not None:
            potential = replace(potential, diameters=size_law_from_text(self.sizes))
        how = self.diameters or "iid"
        return random_start(self.particles, potential, density, how, diameter_seed, position_seed, self.dimension)
