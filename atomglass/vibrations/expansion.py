"""The energy along a mode: its expansion to fourth order, the shape of this quartic, and the exact energy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from atomglass import quartic
from atomglass.errors import InputError
from atomglass.kernels import energy_derivatives
from atomglass.kernels.pair_sums import energy_change, energy_forces
from atomglass.system.arguments import check_sample
from atomglass.system.checks import real_array
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.neighbors import WrappedPositions, allowed_skin, half_neighbor_list
from atomglass.system.potential import PairPotential
from atomglass.types import Array, BoolArray, ShortRepr

#: Fraction of the cutoff within which a pair counts as near it; phi''' and phi'''' jump at the cutoff (if q < 4).
NEAR_CUTOFF = 0.05
#: Number of points at which the energy along a mode is evaluated in the search for a barrier.
PROFILE_POINTS = 200
#: Length of this search, in units of the distance of the second minimum.
PROFILE_LENGTH = 1.2
#: Change in energy, in units of epsilon, below which it is attributed to rounding.
PROFILE_ROUNDING = 1e-12
#: Largest displacement of a particle along a mode, in mean diameters; larger ones would push particles through one
#: another.
MAX_PARTICLE_DISPLACEMENT = 0.5


@dataclass(frozen=True, repr=False)
class Expansion(ShortRepr):
    """U(s) = U(0) + b2 s^2/2 + b3 s^3/6 + b4 s^4/24 along a normalized direction, and its shape.

    Attributes
    ----------
    b2, b3, b4 : float
        Derivatives of order n = 2, 3, 4, in units of epsilon over length^n. The direction's sign is chosen so that
        b3 <= 0, and a second well lies at s > 0.
    beta : float
        b3 / sqrt(3 b2 b4); NaN where b2 or b4 is not positive.
    group : str
        `A` (|beta| <= 1), `B` (|beta| > 1), `unbounded` (b4 <= 0) or `unstable` (b2 <= 0); see `quartic.QuarticShape`.
    second_minimum : bool
        Whether the quartic has a second minimum; in group A it is a hidden, higher one.
    barrier : float
        Height of the quartic's maximum between its two minima, in units of epsilon; NaN if there is none.
    second_minimum_position, second_minimum_energy : float
        Position of the second minimum, in units of length, and its energy relative to the origin, in units of epsilon;
        NaN if there is none.
    cutoff_shares : (3,) array
        Fraction of b2, b3 and b4, as sums of magnitudes, that comes from pairs within 5 % of their cutoff.
    direction : (N, d) array
        The normalized direction with its final sign.
    """

    b2: float
    b3: float
    b4: float
    beta: float
    group: str
    second_minimum: bool
    barrier: float
    second_minimum_position: float
    second_minimum_energy: float
    cutoff_shares: Array
    direction: Array


def expand(configuration: Configuration, potential: PairPotential, direction: ArrayLike) -> Expansion:
    """Expand the energy along a direction to fourth order, by sums over pairs; no tensor is formed.

    Parameters
    ----------
    configuration : Configuration
        An inherent state.
    potential : PairPotential
        The interactions.
    direction : (N, d) array
        Displacements, of any length; they are normalized.

    Returns
    -------
    Expansion
        The coefficients and the shape of the quartic.

    Raises
    ------
    InputError
        The direction has the wrong shape, is zero or is not finite; or the box is too small for the cutoff.

    Notes
    -----
    Kumar, Procaccia and Singh, Eqs. 4 and 12. At the cutoff phi is only C^q, and for q < 4 the higher derivatives there
    are one-sided.

    Examples
    --------
    >>> modes = ag.lowest_modes(glass, pot, 1)
    >>> expansion = ag.expand(glass, pot, modes.eigenvectors[0])
    >>> bool(abs(expansion.b2 - modes.eigenvalues[0]) < 1e-8)
    True
    """
    check_sample(configuration, potential)
    direction = _checked_direction(configuration, direction)
    return expand_all(InteractingPairs.of(configuration, potential), direction[None])[0]


def expand_all(pairs: InteractingPairs, directions: Array) -> list[Expansion]:
    """Return the expansion of the energy of given pairs along each of the normalized directions (k, N, d)."""
    coefficients, shares = directional_derivatives(pairs, directions)
    signs = np.where(coefficients[:, 1] > 0, -1.0, 1.0)
    b2, b3, b4 = coefficients[:, 0], -np.abs(coefficients[:, 1]), coefficients[:, 2]
    results = []
    for k in range(len(directions)):
        shape = quartic.shape(b2[k], b3[k], b4[k])
        results.append(
            Expansion(
                b2=float(b2[k]),
                b3=float(b3[k]),
                b4=float(b4[k]),
                beta=shape.beta,
                group=shape.group,
                second_minimum=shape.second_minimum,
                barrier=shape.barrier,
                second_minimum_position=shape.second_minimum_position,
                second_minimum_energy=shape.second_minimum_energy,
                cutoff_shares=shares[k],
                direction=directions[k] * signs[k],
            )
        )
    return results


def directional_derivatives(pairs: InteractingPairs, directions: Array) -> tuple[Array, Array]:
    """Return the second to fourth derivatives of the energy along directions, and the shares of pairs near the cutoff.

    Parameters
    ----------
    pairs : InteractingPairs
        The interacting pairs.
    directions : (k, N, d) array
        Normalized displacements.

    Returns
    -------
    coefficients : (k, 3) array
        b2, b3 and b4, in units of epsilon over length^n for n = 2, 3, 4.
    cutoff_shares : (k, 3) array
        Fraction of each coefficient, as a sum of magnitudes, that comes from pairs near their cutoff.
    """
    full = np.zeros((len(directions), pairs.number, 3))
    full[:, :, : pairs.dimension] = directions
    return energy_derivatives.directional_derivatives(
        pairs.indices, pairs.separations, pairs.derivatives, _near_cutoff(pairs), full
    )


def _near_cutoff(pairs: InteractingPairs) -> BoolArray:
    """Return which pairs (P,) are near their cutoff."""
    return pairs.ratios > ((1 - NEAR_CUTOFF) ** 2) * pairs.cutoffs_squared


def energy_profile(configuration: Configuration, potential: PairPotential, direction: ArrayLike, s: ArrayLike) -> Array:
    """Return the exact energy U(r + s direction) - U(r) along a direction.

    Parameters
    ----------
    configuration : Configuration
        Any configuration.
    potential : PairPotential
        The interactions.
    direction : (N, d) array
        Displacements, of any length; they are normalized.
    s : (K,) array
        Displacements along the normalized direction, in units of length.

    Returns
    -------
    (K,) array
        Energy differences in units of epsilon, summed pair by pair so that small ones are not lost in rounding.

    Raises
    ------
    InputError
        The direction has the wrong shape, is zero or is not finite; or the box is too small for the cutoff.
    """
    check_sample(configuration, potential)
    direction = _checked_direction(configuration, direction)
    return _Profile(configuration, potential, direction, float(np.abs(s).max(initial=0.0)))(np.asarray(s, float))


def barrier_along_mode(configuration: Configuration, potential: PairPotential, expansion: Expansion) -> float:
    """Return the height, in units of epsilon, of the first maximum of the exact energy along a mode; NaN if none.

    Parameters
    ----------
    configuration : Configuration
        An inherent state.
    potential : PairPotential
        The interactions.
    expansion : Expansion
        Expansion of the energy along one of its modes.

    Raises
    ------
    InputError
        The box is too small for the cutoff.

    Notes
    -----
    The search goes toward s > 0 and extends slightly beyond the second minimum of the quartic or, if there is none,
    beyond sqrt(6 b2 / b4), where the quartic term has made the mode four times as stiff. It ends where a particle has
    moved by half a mean diameter.
    """
    check_sample(configuration, potential)
    length = expansion.second_minimum_position
    if not np.isfinite(length):
        ratio = 6 * expansion.b2 / expansion.b4 if expansion.b4 > 0 else 0.0
        length = np.sqrt(ratio) if ratio > 0 else 0.5
    length = min(PROFILE_LENGTH * length, longest_displacement(configuration, expansion.direction))
    profile = _Profile(configuration, potential, expansion.direction, length)
    s = length * np.arange(PROFILE_POINTS + 1) / PROFILE_POINTS
    # A second, geometric series of points resolves tiny barriers, which lie near the origin.
    s = np.unique(np.concatenate([s, length * np.geomspace(1e-4, 1, PROFILE_POINTS // 2)]))
    energies = profile(s)
    descents = np.flatnonzero(np.diff(energies) < -PROFILE_ROUNDING * potential.epsilon)
    if not len(descents) or descents[0] == 0:
        return float("nan")
    k = int(np.argmax(energies[: descents[0] + 1]))
    if k == 0:  # the energy only falls, at first by less than rounding
        return float("nan")
    from scipy.optimize import minimize_scalar  # imported late: it takes a tenth of the time of all imports

    maximum = minimize_scalar(
        lambda x: -float(profile(np.array([x]))[0]),
        bounds=(s[k - 1], s[k + 1]),
        method="bounded",
        options={"xatol": 1e-10 * length},
    )
    return max(float(-maximum.fun), float(energies[k]))


def longest_displacement(configuration: Configuration, direction: Array) -> float:
    """Return the displacement along a direction (N, d) at which some particle has moved by half a mean diameter."""
    limit = MAX_PARTICLE_DISPLACEMENT * configuration.diameters.mean()
    return float(limit / _largest_particle_displacement(direction))


class _Profile:
    """The exact energy along a line, with one neighbor list that is wide enough for the whole line."""

    def __init__(self, configuration: Configuration, potential: PairPotential, direction: Array, length: float) -> None:
        self._geometry = WrappedPositions.of(configuration)
        self._direction = np.zeros_like(self._geometry.positions)
        self._direction[:, : configuration.dimension] = direction
        needed_skin = 2 * length * _largest_particle_displacement(direction)  # two particles may approach each other
        skin = allowed_skin(configuration, potential, needed_skin)
        # In a small box no list can be wide enough for the whole line; a new one is then built at every point.
        self._lists = (
            half_neighbor_list(self._geometry, potential.labels(configuration), potential, skin)
            if skin >= needed_skin
            else None
        )
        self._labels, self._potential = potential.labels(configuration), potential
        self._parameters = potential.parameters

    def __call__(self, s: Array) -> Array:
        positions = self._geometry.positions
        if self._lists is None:
            start = self._energy(positions)
            return np.array([self._energy(positions + x * self._direction) - start for x in s])
        changes = [energy_change(positions, self._direction, x, self._lists, self._parameters) for x in s]
        return np.array(changes)

    def _energy(self, positions: Array) -> float:
        geometry = self._geometry.at(positions)
        lists = half_neighbor_list(geometry, self._labels, self._potential, 0.0)
        unused = np.empty_like(positions)
        return energy_forces(geometry.positions, lists, self._parameters, unused)


def _largest_particle_displacement(direction: Array) -> float:
    """Return the largest displacement of a particle."""
    return float(np.sqrt((direction**2).sum(axis=1).max()))


def _checked_direction(configuration: Configuration, direction: ArrayLike) -> Array:
    """Return a normalized direction (N, d), or reject it."""
    return normalized_direction(configuration.positions.shape, direction)


def normalized_direction(shape: tuple[int, ...], direction: ArrayLike) -> Array:
    """Return a direction of given shape, one row a particle, normalized.

    Raises
    ------
    InputError
        The direction has another shape, is complex, zero or not finite.
    """
    if np.iscomplexobj(direction):
        raise InputError("direction", "complex", "real numbers", "give its real part or its imaginary part")
    direction = np.array(real_array("direction", direction))
    if direction.shape != shape:
        raise InputError("shape of the direction", direction.shape, f"{shape}, one row a particle")
    largest = float(np.abs(direction).max())
    if not (np.isfinite(largest) and largest > 0):
        raise InputError("largest component of the direction", largest, "finite and > 0")
    direction = direction / largest  # before the norm, so that no square over- or underflows
    return direction / np.linalg.norm(direction)
