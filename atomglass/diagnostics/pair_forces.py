"""Forces between pairs, and how far each pair is inside its cutoff."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential
from atomglass.types import Array, IntArray, ShortRepr


@dataclass(frozen=True, repr=False)
class PairForces(ShortRepr):
    """The forces between the interacting pairs of a configuration.

    Attributes
    ----------
    indices : (P, 2) int array
        Particles i < j of each pair.
    forces : (P,) array
        -d phi/d r, in units of epsilon over length: positive if the pair repels.
    overlaps : (P,) array
        x_c - r/sigma_ij, how far each pair is inside its cutoff, in units of sigma_ij.

    Examples
    --------
    >>> pairs = diagnostics.pair_forces(glass, pot)
    >>> bool((pairs.forces > 0).all() and (pairs.overlaps > 0).all())
    True
    """

    indices: IntArray
    forces: Array
    overlaps: Array


def pair_forces(configuration: Configuration, potential: PairPotential) -> PairForces:
    """Return the force and the overlap of every interacting pair.

    Parameters
    ----------
    configuration : Configuration
        The sample, of N particles.
    potential : PairPotential
        Its interactions.

    Returns
    -------
    PairForces
        Of the P pairs inside their cutoffs.

    Raises
    ------
    InputError
        The box is too small for the cutoff.

    Notes
    -----
    If q derivatives of a potential vanish at its cutoff, a pair with the overlap delta has a force ~ delta^q. If
    overlaps have a finite density at 0, weak forces have the distribution P(f) ~ f^theta with theta = 1/q - 1,
    from which D(omega) ~ omega^(5 + 2 theta) = omega^(3 + 2/q) has been derived (Nat. Commun. 15, 3107 (2024)).

    Examples
    --------
    >>> pairs = diagnostics.pair_forces(glass, pot)
    >>> pairs.indices.shape[1], pairs.forces.shape == pairs.overlaps.shape
    (2, True)
    """
    pairs = InteractingPairs.of(configuration, potential)
    distances = np.linalg.norm(pairs.separations, axis=1)
    forces = -2 * distances * pairs.derivatives[:, 1]
    return PairForces(pairs.indices, forces, np.sqrt(pairs.cutoffs_squared) - np.sqrt(pairs.ratios))
