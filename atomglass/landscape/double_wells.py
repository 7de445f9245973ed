"""Test whether the second well of a quartic exists: quench from its expected position, and find the saddle in between.

The quartic along a mode keeps all other degrees of freedom fixed and extrapolates from derivatives at a single point.
Here the glass is displaced beyond the barrier of the quartic and quenched; it either returns to the same inherent state
or reaches another one. Between two inherent states there is a saddle, whose height is the true barrier.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from atomglass.errors import InputError
from atomglass.landscape.saddle_search import Saddle, find_saddle, highest_point_between
from atomglass.minimization.quench import MAX_STEP, Quench, quench
from atomglass.system.arguments import check_sample
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential
from atomglass.types import Array
from atomglass.vibrations.expansion import Expansion, energy_profile, longest_displacement
from atomglass.vibrations.modes import participation_ratios

#: Displacements that are tried, in units of the distance of the quartic's second minimum.
DISPLACEMENT_FACTORS = (1.0, 1.5, 2.0)
#: Distance between two minima, as a fraction of the displacement, below which they are the same.
SAME_MINIMUM = 0.01
#: Largest step of the quench, in units of length: so small that the quench stays in the basin in which it starts.
SHORT_STEP = MAX_STEP / 5
#: Displacement from a saddle before a quench, in units of its distance from the old minimum.
SADDLE_DISPLACEMENT = 0.05


class WellOutcome(StrEnum):
    """The outcome of the quench of a displaced glass."""

    SAME = "same minimum"
    NEW = "new minimum"
    FAILED = "not converged"
    BOUNDLESS = "no place to look: b4 <= 0"
    SYMMETRIC = "no place to look: b3 = 0"


@dataclass(frozen=True)
class SecondWell:
    """Result of the search near the position where the quartic has, or nearly has, its second minimum.

    Attributes
    ----------
    outcome : WellOutcome
        Outcome for the first displacement that led to another inherent state, or else for the last displacement.
    place : float
        Displacement along the mode, in units of length, at which the quartic has its second minimum or, without one,
        comes closest to one.
    push : float
        Displacement from which the glass was quenched, in units of `place`; `DISPLACEMENT_FACTORS` are tried in turn.
    energy_difference : float
        U(new) - U(old), in units of epsilon, summed pair by pair. This and the following numbers are NaN if no new
        minimum was found.
    distance : float
        sqrt(sum_i |r_i(new) - r_i(old)|^2), without the uniform displacement, in units of length.
    overlap : float
        Scalar product of the normalized difference with the mode.
    moved_particles : float
        Participation number of the difference: the effective number of particles that take part.
    largest_move : float
        Largest displacement of a particle, in units of length.
    barrier : float
        U(saddle) - U(old), in units of epsilon, for the lowest saddle found that is connected to the old minimum; NaN
        if none was found.
    leads_to_new : bool
        Whether this saddle is also connected to the new minimum; if not, it leads to a third minimum in between.
    saddle : Saddle or None
        This saddle, if any.
    """

    outcome: WellOutcome
    place: float
    push: float
    energy_difference: float = float("nan")
    distance: float = float("nan")
    overlap: float = float("nan")
    moved_particles: float = float("nan")
    largest_move: float = float("nan")
    barrier: float = float("nan")
    leads_to_new: bool = False
    saddle: Saddle | None = None


@dataclass(frozen=True)
class MinimumAlongMode:
    """Where the quench of a glass ends that was displaced along a mode.

    Attributes
    ----------
    outcome : WellOutcome
        As in `SecondWell`.
    place, push : float
        The displacement, as in `SecondWell`; `push` is NaN if there is no place to look.
    quench : Quench or None
        The quench to the other inherent state; None if none was reached.
    """

    outcome: WellOutcome
    place: float
    push: float
    quench: Quench | None = None


def expected_second_minimum(expansion: Expansion) -> float:
    """Return the position along the mode where the quartic has, or comes closest to having, a second minimum.

    Without a second minimum, U'(s) / s = b2 + b3 s/2 + b4 s^2/6 has no real root; it is smallest at s = -3 b3 / (2 b4).
    The result, in units of length, is NaN for a quartic that is not bounded from below.
    """
    if expansion.second_minimum:
        return expansion.second_minimum_position
    return -1.5 * expansion.b3 / expansion.b4 if expansion.b4 > 0 else float("nan")


def find_second_well(
    configuration: Configuration,
    potential: PairPotential,
    expansion: Expansion,
    displacement_factors: tuple[float, ...] = DISPLACEMENT_FACTORS,
) -> SecondWell:
    """Displace an inherent state along a mode to where the quartic has its second minimum, and quench.

    Parameters
    ----------
    configuration : Configuration
        An inherent state.
    potential : PairPotential
        The interactions.
    expansion : Expansion
        Expansion of the energy along one of its modes, from `atomglass.expand`.
    displacement_factors : tuple of float
        Displacements to try, in units of the second minimum's distance; none moves a particle by more than half a mean
        diameter.

    Returns
    -------
    SecondWell
        The first new inherent state, or the outcome of the last attempt.

    Raises
    ------
    InputError
        The box is too small for the cutoff.
    """
    check_sample(configuration, potential)
    reached = minimum_along_mode(configuration, potential, expansion, displacement_factors)
    if reached.quench is None:
        return SecondWell(reached.outcome, reached.place, reached.push)
    other = reached.quench.configuration
    difference = _difference(other, configuration)
    distance = float(np.linalg.norm(difference))
    return SecondWell(
        reached.outcome,
        reached.place,
        reached.push,
        **_lowest_saddle(configuration, other, potential, expansion),
        energy_difference=energy_difference(configuration, difference, potential),
        distance=distance,
        overlap=float((difference * expansion.direction).sum() / distance),
        moved_particles=float(len(configuration) * participation_ratios(difference[None])[0]),
        largest_move=float(np.sqrt((difference**2).sum(axis=1).max())),
    )


def minimum_along_mode(
    configuration: Configuration,
    potential: PairPotential,
    expansion: Expansion,
    displacement_factors: tuple[float, ...] = DISPLACEMENT_FACTORS,
) -> MinimumAlongMode:
    """Return the first other inherent state to which displacements of a glass along a mode lead.

    Parameters
    ----------
    configuration : Configuration
        An inherent state.
    potential : PairPotential
        The interactions.
    expansion : Expansion
        Expansion of the energy along one of its modes.
    displacement_factors : tuple of float
        As for `find_second_well`.
    """
    place = expected_second_minimum(expansion)
    if not place > 0:
        outcome = WellOutcome.SYMMETRIC if expansion.b4 > 0 else WellOutcome.BOUNDLESS
        return MinimumAlongMode(outcome, place, float("nan"))
    farthest = longest_displacement(configuration, expansion.direction)
    reached = None
    for factor in displacement_factors:
        if factor * place > farthest and reached is not None:
            break
        push = min(factor, farthest / place)
        start = configuration.replace(positions=configuration.positions + push * place * expansion.direction)
        done = quench(start, potential, longest_step=SHORT_STEP, newton=False)
        if not done.converged:
            reached = MinimumAlongMode(WellOutcome.FAILED, place, push)
        elif np.linalg.norm(_difference(done.configuration, configuration)) < SAME_MINIMUM * push * place:
            reached = MinimumAlongMode(WellOutcome.SAME, place, push)
        else:
            return MinimumAlongMode(WellOutcome.NEW, place, push, done)
    assert reached is not None
    return reached


def _lowest_saddle(
    old: Configuration, new: Configuration, potential: PairPotential, expansion: Expansion
) -> dict[str, Any]:
    """Return the fields `barrier`, `leads_to_new` and `saddle` of the lowest saddle found; no fields if there is none.

    The search starts from the maximum on the straight line between the minima, and from the maximum along the mode.
    """
    found = []
    for guess in (highest_point_between(old, new, potential), _barrier_of_quartic(old, expansion)):
        try:
            saddle = find_saddle(guess, potential)
        except InputError:  # the search left the region in which positions are finite and distinct
            continue
        other = minimum_beyond(saddle, old, potential) if saddle.is_first_order else None
        if other is not None:
            barrier = energy_difference(old, _difference(saddle.configuration, old), potential)
            to_new = np.linalg.norm(_difference(other, new)) < SAME_MINIMUM * np.linalg.norm(_difference(old, new))
            found.append({"barrier": barrier, "leads_to_new": bool(to_new), "saddle": saddle})
    return min(found, key=lambda fields: fields["barrier"], default={})


def minimum_beyond(saddle: Saddle, old: Configuration, potential: PairPotential) -> Configuration | None:
    """Return the minimum on the far side of a saddle.

    Parameters
    ----------
    saddle : Saddle
        A first-order saddle.
    old : Configuration
        The minimum on the near side.
    potential : PairPotential
        The interactions.

    Returns
    -------
    Configuration or None
        The minimum; None unless both descents from the saddle converge and exactly one ends in the old minimum.

    Raises
    ------
    InputError
        The box is too small for the cutoff.
    """
    distance = float(np.linalg.norm(_difference(saddle.configuration, old)))
    ends = descents(saddle, distance, potential)
    if not all(end.converged for end in ends):
        return None
    is_old = [bool(np.linalg.norm(_difference(end.configuration, old)) < SAME_MINIMUM * distance) for end in ends]
    return ends[is_old.index(False)].configuration if sum(is_old) == 1 else None


def descents(saddle: Saddle, distance: float, potential: PairPotential) -> list[Quench]:
    """Return the quenches from both sides of a saddle; look at their `converged`.

    Parameters
    ----------
    saddle : Saddle
        A first-order saddle.
    distance : float
        Its distance from a minimum, in units of length, of which the displacements to both sides are a small part.
    potential : PairPotential
        The interactions.
    """
    step = SADDLE_DISPLACEMENT * distance * saddle.direction
    starts = [saddle.configuration.replace(positions=saddle.configuration.positions + sign * step) for sign in (1, -1)]
    return [quench(start, potential, longest_step=SHORT_STEP, newton=False) for start in starts]


def _barrier_of_quartic(old: Configuration, expansion: Expansion) -> Configuration:
    """Return the configuration at the barrier of the quartic or, without one, halfway to `expected_second_minimum`."""
    place = expected_second_minimum(expansion)
    # The stationary points other than s = 0 are the roots of b2 + b3 s/2 + b4 s^2/6: their product is 6 b2 / b4.
    top = 6 * expansion.b2 / (expansion.b4 * place) if expansion.second_minimum else place / 2
    return old.replace(positions=old.positions + top * expansion.direction)


def _difference(one: Configuration, other: Configuration) -> Array:
    """Return the displacements (N, d) from `other` to `one`, without the uniform displacement."""
    difference = one.positions - other.positions
    without_mean: Array = difference - difference.mean(axis=0)
    return without_mean


def energy_difference(configuration: Configuration, displacements: Array, potential: PairPotential) -> float:
    """Return U(r + displacements) - U(r) in units of epsilon, summed pair by pair, so that rounding of U is avoided.

    Parameters
    ----------
    configuration : Configuration
        The positions r.
    displacements : (N, d) array
        In units of length.
    potential : PairPotential
        The interactions.
    """
    return float(energy_profile(configuration, potential, displacements, [np.linalg.norm(displacements)])[0])
