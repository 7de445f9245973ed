"""The energy along a mode to fourth order, its shape and group, and the true energy beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar

from atomglass import quartic
from atomglass.errors import InputError
from atomglass.kernels.energy_derivatives import directional_derivatives
from atomglass.kernels.pair_sums import energy_change, energy_forces
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.neighbors import WrappedPositions, allowed_skin, half_neighbor_list
from atomglass.system.potential import PairPotential

Array = NDArray[np.float64]

#: A pair within this share of its cutoff counts as near it: there phi''' and phi'''' jump (where q < 4).
NEAR_CUTOFF = 0.05
#: Points at which the true energy is looked at on the way along a mode.
PROFILE_POINTS = 200
#: How far it is looked at, in units of the second minimum's distance.
PROFILE_REACH = 1.2
#: Changes of the energy below this (in epsilon) are rounding.
PROFILE_ROUNDING = 1e-12
#: The way along a mode ends where a particle has moved by this share of the mean diameter.
LONGEST_MOVE = 0.5


@dataclass(frozen=True)
class Expansion:
    """U(s) = U(0) + b2 s^2/2 + b3 s^3/6 + b4 s^4/24 along a normalized direction, and its shape.

    Attributes
    ----------
    b2, b3, b4 : float
        The direction's sign is chosen so that b3 <= 0: a second well lies at s > 0.
    beta : float
        b3 / sqrt(3 b2 b4); NaN where b2 or b4 is not positive.
    group : str
        `A`, `B`, `unbounded` (b4 <= 0) or `unstable` (b2 <= 0); see `quartic.QuarticShape`.
    second_minimum : bool
        Whether the quartic has one; in group A it is a hidden, higher one.
    barrier : float
        Height of the quartic's maximum on the way to it; NaN where there is none.
    second_minimum_position, second_minimum_energy : float
        Where it is and its energy relative to the origin; NaN where there is none.
    cutoff_shares : (3,) array
        Share of b2, b3 and b4 (sums of magnitudes) from pairs within 5 % of their cutoff.
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
    """Expand the energy along a direction, by sums over pairs; no tensor is formed.

    Parameters
    ----------
    configuration : Configuration
        An inherent state.
    potential : PairPotential
        The interactions.
    direction : (N, d) array
        Displacements, of any length; normalized here.

    Raises
    ------
    InputError
        The direction has another shape, is zero or not finite; or the box is too small.

    Notes
    -----
    Kumar, Procaccia and Singh, Eqs. 4 and 12. phi is only C^q at the cutoff: b3 and b4 are one-sided derivatives there.
    """
    direction = _checked_direction(configuration, direction)
    return expand_all(InteractingPairs.of(configuration, potential), direction[None])[0]


def expand_all(pairs: InteractingPairs, directions: Array) -> list[Expansion]:
    """Expand along normalized directions (k, N, d), for pairs that the caller has already."""
    coefficients, shares = mode_moments(pairs, directions)
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


def mode_moments(pairs: InteractingPairs, directions: Array) -> tuple[Array, Array]:
    """Return b2, b3, b4 (k, 3) of directions (k, N, d), signs as given, and the shares near the cutoff (k, 3)."""
    full = np.zeros((len(directions), pairs.number, 3))
    full[:, :, : pairs.dimension] = directions
    return directional_derivatives(pairs.indices, pairs.separations, pairs.derivatives, _near_cutoff(pairs), full)


def _near_cutoff(pairs: InteractingPairs) -> NDArray[np.bool_]:
    return pairs.ratios > ((1 - NEAR_CUTOFF) ** 2) * pairs.cutoff_squared


def energy_profile(configuration: Configuration, potential: PairPotential, direction: ArrayLike, s: ArrayLike) -> Array:
    """Return the true energy U(r + s direction) - U(r) at displacements s (K,) along a normalized direction.

    Raises
    ------
    InputError
        As `expand`.
    """
    direction = _checked_direction(configuration, direction)
    return _Profile(configuration, potential, direction, float(np.abs(s).max(initial=0.0)))(np.asarray(s, float))


def true_barrier(configuration: Configuration, potential: PairPotential, expansion: Expansion) -> float:
    """Return the height of the first maximum of the true energy along the mode, towards s > 0; NaN if there is none.

    It is looked for a little farther than the quartic's second minimum, or, where it has none, than sqrt(6 b2 / b4), at
    which the quartic part has made the mode four times as stiff; but no farther than until a particle has moved by half
    a mean diameter, beyond which particles are pushed through one another.
    """
    reach = expansion.second_minimum_position
    if not np.isfinite(reach):
        ratio = 6 * expansion.b2 / expansion.b4 if expansion.b4 > 0 else 0.0
        reach = np.sqrt(ratio) if ratio > 0 else 0.5
    reach = min(
        PROFILE_REACH * reach, LONGEST_MOVE * configuration.diameters.mean() / _largest_move(expansion.direction)
    )
    profile = _Profile(configuration, potential, expansion.direction, reach)
    s = reach * np.arange(PROFILE_POINTS + 1) / PROFILE_POINTS
    # Tiny barriers lie at a small share of the way: a second, geometric series of points finds them.
    s = np.unique(np.concatenate([s, reach * np.geomspace(1e-4, 1, PROFILE_POINTS // 2)]))
    energies = profile(s)
    falls = np.flatnonzero(np.diff(energies) < -PROFILE_ROUNDING * potential.epsilon)
    if not len(falls) or falls[0] == 0:
        return float("nan")
    k = int(np.argmax(energies[: falls[0] + 1]))
    found = minimize_scalar(
        lambda x: -float(profile(np.array([x]))[0]), bounds=(s[k - 1], s[k + 1]), method="bounded",
        options={"xatol": 1e-10 * reach},
    )  # fmt: skip
    return max(float(-found.fun), float(energies[k]))


class _Profile:
    """The true energy along a line, with one neighbor list wide enough for all of it."""

    def __init__(
        self, configuration: Configuration, potential: PairPotential, direction: Array, longest: float
    ) -> None:
        self._geometry = WrappedPositions.of(configuration)
        self._direction = np.zeros_like(self._geometry.positions)
        self._direction[:, : configuration.dimension] = direction
        stride = 2 * longest * _largest_move(direction)
        skin = allowed_skin(configuration, potential, stride)
        # In a small box the line may lead out of the list's reach: then the list is built anew at every point.
        self._lists = (
            half_neighbor_list(self._geometry, configuration.diameters, potential, skin) if skin >= stride else None
        )
        self._diameters, self._potential = configuration.diameters, potential
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
        lists = half_neighbor_list(geometry, self._diameters, self._potential, 0.0)
        unused = np.empty_like(positions)
        return energy_forces(geometry.positions, lists, self._parameters, unused)


def _largest_move(direction: Array) -> float:
    """The largest displacement of a particle."""
    return float(np.sqrt((direction**2).sum(axis=1).max()))


def _checked_direction(configuration: Configuration, direction: ArrayLike) -> Array:
    if np.iscomplexobj(direction):
        raise InputError("direction", "complex", "real numbers", "give its real part or its imaginary part")
    direction = np.asarray(direction, dtype=float)
    if direction.shape != configuration.positions.shape:
        raise InputError(
            "shape of the direction", direction.shape, f"{configuration.positions.shape}, one row a particle"
        )
    largest = float(np.abs(direction).max())
    if not (np.isfinite(largest) and largest > 0):
        raise InputError("largest component of the direction", largest, "finite and > 0")
    direction = direction / largest  # first, so that no square over- or underflows
    return direction / np.linalg.norm(direction)
