"""The potential energy of each particle."""

from __future__ import annotations

import numpy as np

from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential
from atomglass.types import Array


def particle_energies(configuration: Configuration, potential: PairPotential) -> Array:
    """Return the potential energy of each particle (N,), half of that of each of its pairs, in units of epsilon.

    Raises
    ------
    InputError
        The box is too small for the cutoff.

    Examples
    --------
    >>> energies = ag.particle_energies(glass, pot)
    >>> bool(np.isclose(energies.sum(), ag.energy(glass, pot)))
    True
    """
    return energies_of_pairs(InteractingPairs.of(configuration, potential))


def energies_of_pairs(pairs: InteractingPairs) -> Array:
    """Return the potential energy of each particle (N,) from the interacting pairs, in units of epsilon."""
    energies = np.zeros(pairs.number)
    np.add.at(energies, pairs.indices, pairs.derivatives[:, :1] / 2)
    return energies
