"""Initial configurations of new liquids: random positions, minimized until no overlaps are left."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from atomglass.errors import InputError
from atomglass.minimization.quench import Method, quench
from atomglass.system.composition import compose_species
from atomglass.system.configuration import Configuration
from atomglass.system.diameters import sample_diameters
from atomglass.system.potential import PairPotential
from atomglass.system.potential_settings import MAX_DENSITY, MIN_DENSITY
from atomglass.types import Seed

#: Largest force on a particle at which overlaps count as removed, in units of epsilon over length, and largest number
#: of iterations to get there.
START_FORCE, START_ITERATIONS = 1.0, 10_000


def random_start(
    particles: int,
    potential: PairPotential,
    density: float,
    diameters: str,
    diameter_seed: Seed,
    position_seed: Seed,
    dimension: int | None = None,
    progress: Callable[[float], object] | None = None,
) -> Configuration:
    """Return particles at random positions in a square or cubic box, minimized until no overlaps are left.

    Parameters
    ----------
    particles : int
        Number of particles N, at least 2.
    potential : PairPotential
        The interactions, which also define the sizes or the composition.
    density : float
        Number density, in units of length^-d.
    diameters : {"iid", "quantile"}
        How diameters are drawn: independently (`iid`), or as the N mid-quantiles in random order (`quantile`). Species
        have the exact composition of the model in random order.
    diameter_seed, position_seed : int or numpy.random.SeedSequence
        Seeds of the random numbers for diameters and for positions.
    dimension : {2, 3}, optional
        Needed if the potential serves both.
    progress : callable, optional
        Called from time to time with the largest force; an exception that it raises ends the work.

    Raises
    ------
    InputError
        Fewer than two particles, a density that is not positive, a box too small for the cutoff, or overlaps that the
        minimization does not remove.
    """
    if particles < 2:
        raise InputError("number of particles", particles, ">= 2")
    if not MIN_DENSITY <= density <= MAX_DENSITY:
        raise InputError(
            "density", density, f"{MIN_DENSITY:g} to {MAX_DENSITY:g}", "take a particle's size as unit of length"
        )
    d = potential.space_dimension(dimension)
    side = (particles / density) ** (1 / d)
    rng = np.random.default_rng(diameter_seed)
    if potential.table is not None:
        labels = compose_species(particles, potential.table.composition, rng).astype(np.float64)
    else:
        labels = sample_diameters(particles, rng, diameters, potential.diameters)  # type: ignore[arg-type]
    positions = np.random.default_rng(position_seed).random((particles, d)) * side
    overlapping = potential.labeled(positions, labels, np.full(d, side))
    freed = quench(overlapping, potential, START_FORCE, START_ITERATIONS, progress=progress)
    if not freed.converged:  # conjugate gradients stall on the closest of pairs; FIRE does not
        freed = quench(
            overlapping, potential, START_FORCE, 10 * START_ITERATIONS, progress=progress, method=Method.FIRE
        )
    if not freed.converged:
        raise InputError(
            f"largest force after removing the overlaps of {particles} particles",
            freed.max_force,
            f"<= {START_FORCE:g}",
            "choose another seed, or a lower density",
        )
    return freed.configuration
