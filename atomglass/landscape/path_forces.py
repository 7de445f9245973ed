"""Energies and forces of many displaced copies of one glass at once, each with a neighbor list of its own."""

from __future__ import annotations

import numpy as np

from atomglass.kernels.pair_sums import energy_forces
from atomglass.kernels.records import PairList
from atomglass.system.arguments import check_sample
from atomglass.system.configuration import Configuration
from atomglass.system.neighbors import WrappedPositions, allowed_skin, half_neighbor_list
from atomglass.system.potential import PairPotential
from atomglass.types import Array

#: Skin of the neighbor lists, in units of length.
_SKIN = 0.3


class DisplacedCopies:
    """Energies and forces of a glass as functions of its displacements, for the images of a path.

    Parameters
    ----------
    configuration : Configuration
        The glass.
    potential : PairPotential
        The interactions.

    Raises
    ------
    InputError
        The box is too small for the cutoff.
    """

    def __init__(self, configuration: Configuration, potential: PairPotential) -> None:
        check_sample(configuration, potential)
        self._configuration, self._potential = configuration, potential
        self._labels = potential.labels(configuration)
        self._skin = allowed_skin(configuration, potential, _SKIN)
        self._lists: dict[int, tuple[Array, Array, PairList]] = {}

    def __call__(self, displacements: Array) -> tuple[Array, Array]:
        """Return energies and forces.

        Parameters
        ----------
        displacements : (m, N d) array
            Displacements of all particles in each copy, in units of length. The k-th copy keeps its neighbor list from
            call to call.

        Returns
        -------
        energies : (m,) array
            Total potential energies, in units of epsilon.
        forces : (m, N d) array
            In units of epsilon over length.
        """
        number, d = len(self._configuration), self._configuration.dimension
        energies, forces = np.empty(len(displacements)), np.empty_like(displacements)
        result = np.empty((number, 3))
        for k, displacement in enumerate(displacements):
            positions, pairs = self._listed(k, displacement.reshape(number, d))
            energies[k] = energy_forces(positions, pairs, self._potential.parameters, result)
            forces[k] = result[:, :d].ravel()
        return energies, forces

    def _listed(self, copy: int, displacement: Array) -> tuple[Array, PairList]:
        """Return the positions (N, 3) of a copy and a neighbor list that is valid there."""
        d = displacement.shape[1]
        if copy in self._lists:
            offset, built_at, pairs = self._lists[copy]
            moved = displacement - built_at
            if 4 * (moved**2).sum(axis=1).max() <= self._skin**2:
                positions = offset.copy()
                positions[:, :d] += displacement
                return positions, pairs
        moved_glass = self._configuration.replace(positions=self._configuration.positions + displacement)
        wrapped = WrappedPositions.of(moved_glass)
        pairs = half_neighbor_list(wrapped, self._labels, self._potential, self._skin)
        offset = wrapped.positions.copy()
        offset[:, :d] -= displacement
        self._lists[copy] = (offset, displacement.copy(), pairs)
        return wrapped.positions, pairs
