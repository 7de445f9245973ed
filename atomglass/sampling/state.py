"""The sampled liquid: everything that the next move depends on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atomglass.kernels import cell_list
from atomglass.kernels.cell_counts import cell_counts
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.sampling.records import ChainState, ListGeometry
from atomglass.kernels.sampling.verlet_table import LABEL
from atomglass.system.checks import check_seed
from atomglass.system.configuration import Configuration
from atomglass.system.neighbors import WrappedPositions
from atomglass.system.potential import PairPotential
from atomglass.types import Array, IntArray, Seed


@dataclass
class LiquidState:
    """A liquid of N particles in d dimensions, in the form that the kernels use.

    Attributes
    ----------
    particles : (N, 4) array
        Wrapped position (z = 0 in two dimensions), in units of length, and label (diameter or species), in spatial
        order.
    reference : (N, 3) array
        Positions at which the neighbor list was built.
    images : (N, 3) int array
        Number of cell vectors that wrapping has subtracted from each position.
    energies : (N,) array
        Energy of each particle with all its neighbors, in units of epsilon.
    order : (N,) int array
        Index of each particle in the configuration from which the sampler started.
    generator : (4,) uint64 array
        State of the random number generator.
    cell, inverse : (3, 3) arrays
        Cell vectors as rows, and the inverse matrix.
    box : (d,) or (d, d) array
        The box of the configuration.
    skin, list_cutoff : float
        Width of the neighbor list beyond the largest cutoff, and the sum of both, in units of length.
    potential : PairPotential
        The interactions.
    temperature : float
        T, in units of epsilon.
    sweep : int
        Number of sweeps since the start.
    """

    particles: Array
    reference: Array
    images: IntArray
    energies: Array
    order: IntArray
    generator: NDArray[np.uint64]
    cell: Array
    inverse: Array
    box: Array
    skin: float
    list_cutoff: float
    potential: PairPotential
    temperature: float
    sweep: int = 0

    @classmethod
    def of(
        cls, configuration: Configuration, potential: PairPotential, temperature: float, skin: float, seed: Seed
    ) -> LiquidState:
        """Return the state of a configuration at sweep 0, before its energies are computed.

        Parameters
        ----------
        configuration : Configuration
            Positions, diameters and box.
        potential : PairPotential
            The interactions.
        temperature : float
            T, in units of epsilon.
        skin : float
            Width of the neighbor list beyond the largest cutoff, in units of length.
        seed : int or numpy.random.SeedSequence
            Seed of the random number generator.
        """
        wrapped = WrappedPositions.of(configuration)
        n, labels = len(configuration), potential.labels(configuration)
        return cls(
            particles=np.column_stack([wrapped.positions, labels]),
            reference=np.empty((n, 3)),
            images=wrapped.images,
            energies=np.empty(n),
            order=np.arange(n),
            generator=_generator_state(seed),
            cell=wrapped.cell,
            inverse=wrapped.inverse,
            box=configuration.box,
            skin=skin,
            list_cutoff=potential.max_cutoff(labels) + skin,
            potential=potential,
            temperature=temperature,
        )

    def __len__(self) -> int:
        """Return the number of particles N."""
        return len(self.particles)

    @property
    def dimension(self) -> int:
        """Return 2 or 3."""
        return int(self.box.shape[0])

    @property
    def axes(self) -> tuple[int, ...]:
        """Return the axis indices, (0, 1) or (0, 1, 2); kernels are compiled for each dimension."""
        return tuple(range(self.dimension))

    @property
    def chain(self) -> ChainState:
        """Return the arrays that moves change in place, without copying them."""
        return ChainState(self.particles, self.reference, self.images, self.energies, self.generator)

    @property
    def geometry(self) -> ListGeometry:
        """Return the cell and the range of the neighbor list."""
        return ListGeometry(self.cell, self.inverse, self.list_cutoff, self.skin)

    @property
    def pair(self) -> Potential:
        """Return the parameters of the potential."""
        return self.potential.parameters

    @property
    def energy(self) -> float:
        """Return the total potential energy, in units of epsilon."""
        return float(self.energies.sum() / 2)

    @property
    def configuration(self) -> Configuration:
        """Return the current configuration, with unwrapped positions and the particles in their original order."""
        d = self.dimension
        positions, labels = np.empty((len(self), d)), np.empty(len(self))
        positions[self.order] = self.particles[:, :d] + self.images[:, :d] @ self.cell[:d, :d]
        labels[self.order] = self.particles[:, LABEL]
        return self.potential.labeled(positions, labels, self.box)

    def sort_spatially(self) -> None:
        """Sort the particles by cells, so that neighbors are close in memory; this invalidates neighbor lists."""
        positions = np.ascontiguousarray(self.particles[:, :3])
        cell_list.wrap(positions, self.images, self.cell, self.inverse, self.dimension)
        counts = cell_counts(self.inverse, self.dimension, self.list_cutoff, len(positions))
        order = cell_list.sort_into_cells(positions, self.inverse, self.dimension, counts)[0]
        self.particles = np.column_stack([positions, self.particles[:, LABEL]])[order]
        self.images, self.order = self.images[order], self.order[order]
        self.reference, self.energies = np.empty_like(positions), np.empty(len(order))


def _generator_state(seed: Seed) -> NDArray[np.uint64]:
    """Return the generator's initial state for a seed."""
    if not isinstance(seed, np.random.SeedSequence):
        seed = np.random.SeedSequence(check_seed(seed))
    return seed.generate_state(4, np.uint64).astype(np.uint64)
