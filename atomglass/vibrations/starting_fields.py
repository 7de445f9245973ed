"""Starting fields for nonlinear modes: the lowest harmonic modes, and responses to local force dipoles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atomglass.system.interactions import InteractingPairs
from atomglass.types import Array, IntArray
from atomglass.vibrations.dipole_response import dipole_responses
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.modes import Modes, lowest_modes_of_hessian

#: Number of harmonic modes among the starts: at least the first number, and one for so many particles.
MIN_HARMONIC_STARTS, PARTICLES_PER_START = 8, 250
#: Number of force dipoles for each harmonic mode, by dimension: in three dimensions fewer starts lead to the same mode.
DIPOLES_PER_MODE = {2: 2, 3: 5}


@dataclass(frozen=True)
class StartingFields:
    """Fields from which pseudo-harmonic modes are sought.

    Attributes
    ----------
    fields : (m, n) array
        The fields without rattlers: harmonic modes first, then responses to dipoles.
    harmonic : int
        Number of harmonic modes among them.
    highest_frequency : float
        Frequency of the highest of these modes.
    """

    fields: Array
    harmonic: int
    highest_frequency: float


def starting_fields(
    pairs: InteractingPairs, reduced: ReducedHessian, known: Modes | None = None, harmonic: int | None = None
) -> StartingFields:
    """Return the lowest harmonic modes and the responses to force dipoles at the pairs of largest relative pre-stress.

    Their number depends on the number of particles alone, so that soft modes cannot change it.

    Parameters
    ----------
    pairs : InteractingPairs
        The interacting pairs.
    reduced : ReducedHessian
        Their Hessian without rattlers, of a minimum.
    known : Modes, optional
        The lowest modes, if they have been computed; others are computed if these are too few.
    harmonic : int, optional
        Number of harmonic modes; max(8, N / 250) by default, as far as there are as many.
    """
    count = start_count(pairs.number, reduced.size - reduced.dimension, harmonic)
    modes = known if known is not None and len(known) >= count else lowest_modes_of_hessian(reduced, count)
    fields = reduced.reduce(modes.eigenvectors[:count]).T
    responses = responses_at_soft_pairs(pairs, reduced, DIPOLES_PER_MODE[pairs.dimension] * count)
    return StartingFields(np.concatenate([fields, responses]), count, float(modes.frequencies[count - 1]))


def start_count(particles: int, modes: int, requested: int | None = None) -> int:
    """Return the number of harmonic modes among the starts.

    Parameters
    ----------
    particles : int
        Number of particles N, rattlers included.
    modes : int
        Number of modes, the largest result.
    requested : int, optional
        The result otherwise; max(8, N / 250) by default.
    """
    return min(requested or max(MIN_HARMONIC_STARTS, particles // PARTICLES_PER_START), modes)


def responses_at_soft_pairs(pairs: InteractingPairs, reduced: ReducedHessian, count: int) -> Array:
    """Return the linear responses (m, n) to force dipoles at the pairs most likely to be soft, m <= count.

    The pairs are those of smallest phi'' r / |phi'|, stiffness relative to pre-stress; no particle is used twice.

    Parameters
    ----------
    pairs : InteractingPairs
        The interacting pairs.
    reduced : ReducedHessian
        Their Hessian without rattlers, of a minimum.
    count : int
        Largest number of dipoles.
    """
    held, indices = reduced.held_pairs(pairs)
    distance_squared = (held.separations**2).sum(axis=1)
    # With phi as a function of r^2: phi' = 2 r phi_1, phi'' = 2 phi_1 + 4 r^2 phi_2.
    tension = 2 * held.derivatives[:, 1]
    stiffness = tension + 4 * distance_squared * held.derivatives[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        order = np.argsort(np.nan_to_num(stiffness / np.abs(tension), nan=np.inf), kind="stable")
    chosen = _disjoint(indices[order], count)
    return dipole_responses(held, indices, order[chosen], reduced)


def _disjoint(indices: IntArray, count: int) -> IntArray:
    """Return the places of the first `count` pairs that share no particle."""
    used: set[int] = set()
    chosen: list[int] = []
    for place, (i, j) in enumerate(indices.tolist()):
        if len(chosen) == count:
            break
        if i not in used and j not in used:
            used |= {i, j}
            chosen.append(place)
    return np.array(chosen, dtype=np.int64)
