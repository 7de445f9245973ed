"""The response of a glass to force dipoles: two opposite forces at a pair of particles, along the line between them."""

from __future__ import annotations

import numpy as np

from atomglass.errors import InputError
from atomglass.system.checks import check_seed
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential
from atomglass.types import Array, IntArray, typed_arguments
from atomglass.vibrations.checked_hessian import minimum_hessian
from atomglass.vibrations.sparse_hessian import SparseHessian

#: Number of dipoles to which the responses are found together, for the memory they take.
TOGETHER = 256


@typed_arguments
def dipole_frequencies(
    configuration: Configuration, potential: PairPotential, count: int = 100, seed: int = 0
) -> Array:
    """Return the frequencies of the responses to force dipoles at interacting pairs drawn at random.

    Their mean is a measure of the local stiffness, the frequency that soft modes would have if their environment were
    like any other: the number of soft modes is proportional to the prefactor A of D(omega) = A omega^4 times its fifth
    power.

    Parameters
    ----------
    configuration : Configuration
        An inherent state.
    potential : PairPotential
        The interactions.
    count : int
        Number of pairs; all of them if there are fewer. Pairs of rattlers are left out.
    seed : int
        Seed of the draw.

    Returns
    -------
    (m,) array
        omega = sqrt(z.H.z / z.z) of the response z = H^-1 f to each dipole f, in units of sqrt(epsilon / m) over
        length.

    Raises
    ------
    InputError
        `count` is below 1, the seed is negative, the box is too small for the cutoff, all particles are rattlers, or
        the configuration is not a minimum.

    Notes
    -----
    After Rainone, Bouchbinder and Lerner, Proc. Natl. Acad. Sci. USA 117, 5228 (2020), who call it pinching.

    Examples
    --------
    >>> frequencies = ag.dipole_frequencies(glass, pot, count=50)
    >>> len(frequencies), bool(frequencies.min() > 0)
    (50, True)
    """
    if count < 1:
        raise InputError("count of dipoles", count, ">= 1")
    seed = check_seed(seed)
    pairs = InteractingPairs.of(configuration, potential)
    reduced = minimum_hessian(pairs)
    held, indices = reduced.held_pairs(pairs)
    chosen = np.random.default_rng(seed).permutation(len(indices))[:count]
    frequencies = []
    for begin in range(0, len(chosen), TOGETHER):
        forces = dipole_forces(held, indices, chosen[begin : begin + TOGETHER], reduced.size)
        responses = reduced.solve(forces.T)
        frequencies.append(np.sqrt(np.einsum("kn,nk->k", forces, responses) / (responses**2).sum(axis=0)))
    return np.concatenate(frequencies)


def dipole_forces(held: InteractingPairs, indices: IntArray, chosen: IntArray, size: int) -> Array:
    """Return unit force dipoles (m, n), outward along the line between the particles of a pair.

    Parameters
    ----------
    held : InteractingPairs
        Pairs without rattlers, from `ReducedHessian.held_pairs`.
    indices : (P, 2) array
        Their indices among the particles that are held, from the same.
    chosen : (m,) array
        Numbers of the pairs.
    size : int
        Number of degrees of freedom n.
    """
    d = held.dimension
    forces = np.zeros((len(chosen), size // d, d))
    for k, pair in enumerate(chosen):
        direction = held.separations[pair, :d] / np.sqrt((held.separations[pair] ** 2).sum())
        forces[k, indices[pair, 1]], forces[k, indices[pair, 0]] = direction, -direction
    return forces.reshape(len(chosen), size)


def dipole_responses(held: InteractingPairs, indices: IntArray, chosen: IntArray, reduced: SparseHessian) -> Array:
    """Return the responses (m, n) to unit force dipoles, to the accuracy that starting fields need.

    Parameters
    ----------
    held, indices, chosen : InteractingPairs, (P, 2) array, (m,) array
        The pairs, as for `dipole_forces`.
    reduced : SparseHessian
        Hessian of a minimum.
    """
    forces = dipole_forces(held, indices, chosen, reduced.size)
    responses: Array = reduced.project(reduced.factor_below_spectrum().solve(forces.T)).T
    return responses
