"""Is the second well of a quartic there? Go where it should be, descend, and find the saddle on the way.

The quartic along a mode freezes all other directions and trusts four derivatives at one point. Here the glass itself
answers: displaced past the quartic's barrier and quenched, it comes back to the same inherent state or arrives in
another one; and between two inherent states there is a saddle whose height is the true barrier.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atomglass.landscape.saddle_search import Saddle, find_saddle, highest_between
from atomglass.minimization.quench import MAX_STEP, quench
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential
from atomglass.vibrations.expansion import LONGEST_MOVE, Expansion, energy_profile
from atomglass.vibrations.modes import participation_ratios

Array = NDArray[np.float64]

#: Displacements that are tried, in units of the distance at which the quartic has its second minimum.
PUSHES = (1.0, 1.5, 2.0)
#: Two minima nearer than this share of the displacement that separated them are the same one.
SAME = 0.01
#: The descent's longest step: short, so that it stays in the basin in which it starts.
SHORT_STEP = MAX_STEP / 5
#: Step off a saddle, in units of its distance from the old minimum.
DESCENT = 0.05


class Outcome(StrEnum):
    """Where a displaced glass went."""

    SAME = "same minimum"
    NEW = "new minimum"
    FAILED = "not converged"
    BOUNDLESS = "no place to look: b4 <= 0"


@dataclass(frozen=True)
class SecondWell:
    """What was found where the quartic has, or nearly has, its second minimum.

    Attributes
    ----------
    outcome : Outcome
        At the first displacement that led to another inherent state, or else at the last.
    place : float
        Displacement along the mode at which the quartic has its second minimum or, without one, comes nearest to one.
    push : float
        Displacement from which the glass was quenched, in units of `place`; those of `PUSHES` are tried in turn.
    energy_difference : float
        U(new) - U(old), summed over the changes of pairs; NaN for the same minimum, as all that follow.
    distance : float
        sqrt(sum_i |r_i(new) - r_i(old)|^2), uniform displacement removed.
    overlap : float
        Of the normalized difference with the mode.
    moved_particles : float
        Participation number of the difference: how many particles take part.
    largest_move : float
        Largest displacement of a particle.
    barrier : float
        U(saddle) - U(old), of the lowest saddle found from which one descent ends in the old minimum; NaN if none was.
    leads_to_new : bool
        Whether the other descent from that saddle ends in the new minimum; False: in a third one on the way.
    saddle : Saddle or None
        That saddle.
    """

    outcome: Outcome
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


def place_of_second_minimum(expansion: Expansion) -> float:
    """Return where along the mode the quartic has its second minimum or, without one, where its force is least.

    Without one, U'(s) / s = b2 + b3 s/2 + b4 s^2/6 has no real root, and is smallest at s = -3 b3 / (2 b4). NaN for a
    quartic that is not bounded.
    """
    if expansion.second_minimum:
        return expansion.second_minimum_position
    return -1.5 * expansion.b3 / expansion.b4 if expansion.b4 > 0 else float("nan")


def find_second_well(
    configuration: Configuration, potential: PairPotential, expansion: Expansion, pushes: tuple[float, ...] = PUSHES
) -> SecondWell:
    """Displace an inherent state along a mode to where the quartic has its second minimum, and quench.

    Parameters
    ----------
    configuration : Configuration
        An inherent state.
    potential : PairPotential
        The interactions.
    expansion : Expansion
        Of one of its modes, as `atomglass.expand` returns it.
    pushes : tuple of float
        Displacements to try, in units of the second minimum's distance; none moves a particle by more than half a mean
        diameter.

    Returns
    -------
    SecondWell
        The first new inherent state, or that there was none.
    """
    place = place_of_second_minimum(expansion)
    if not place > 0:
        return SecondWell(Outcome.BOUNDLESS, place, float("nan"))
    largest = np.sqrt((expansion.direction**2).sum(axis=1).max())
    farthest = LONGEST_MOVE * configuration.diameters.mean() / largest
    found = None
    for push in pushes:
        if push * place > farthest and found is not None:
            break
        found = _after_push(configuration, potential, expansion, place, min(push, farthest / place))
        if found.outcome is Outcome.NEW:
            break
    assert found is not None
    return found


def _after_push(
    configuration: Configuration, potential: PairPotential, expansion: Expansion, place: float, push: float
) -> SecondWell:
    start = configuration.replace(positions=configuration.positions + push * place * expansion.direction)
    done = quench(start, potential, longest_step=SHORT_STEP, newton=False)
    if not done.converged:
        return SecondWell(Outcome.FAILED, place, push)
    difference = _difference(done.configuration, configuration)
    distance = float(np.linalg.norm(difference))
    if distance < SAME * push * place:
        return SecondWell(Outcome.SAME, place, push)
    way = _way_out(configuration, done.configuration, potential, expansion)
    return SecondWell(
        Outcome.NEW,
        place,
        push,
        **way,
        energy_difference=energy_between(configuration, difference, potential),
        distance=distance,
        overlap=float((difference * expansion.direction).sum() / distance),
        moved_particles=float(len(configuration) * participation_ratios(difference[None])[0]),
        largest_move=float(np.sqrt((difference**2).sum(axis=1).max())),
    )


def _way_out(old: Configuration, new: Configuration, potential: PairPotential, expansion: Expansion) -> dict[str, Any]:
    """Return what the lowest saddle found tells: it is sought from the top of the straight way and of the mode."""
    ways = []
    for guess in (highest_between(old, new, potential), _top_along_mode(old, expansion)):
        saddle = find_saddle(guess, potential)
        other = other_side(saddle, old, potential) if saddle.good else None
        if other is not None:
            away = _difference(saddle.configuration, old)
            barrier = energy_between(old, away, potential)
            to_new = np.linalg.norm(_difference(other, new)) < SAME * np.linalg.norm(_difference(old, new))
            ways.append({"barrier": barrier, "leads_to_new": bool(to_new), "saddle": saddle})
    return min(ways, key=lambda way: way["barrier"], default={})


def other_side(saddle: Saddle, old: Configuration, potential: PairPotential) -> Configuration | None:
    """Return the minimum behind a saddle; None if no descent from it ends in the old one, or both do."""
    distance = np.linalg.norm(_difference(saddle.configuration, old))
    ends = []
    for sign in (1, -1):
        start = saddle.configuration.positions + sign * DESCENT * distance * saddle.direction
        done = quench(saddle.configuration.replace(positions=start), potential, longest_step=SHORT_STEP, newton=False)
        ends.append(done.configuration)
    from_old = [np.linalg.norm(_difference(end, old)) < SAME * distance for end in ends]
    return ends[from_old.index(False)] if sum(from_old) == 1 else None


def _top_along_mode(old: Configuration, expansion: Expansion) -> Configuration:
    """Return the configuration at the quartic's barrier; without one, half way to the place that is looked at."""
    place = place_of_second_minimum(expansion)
    # The stationary points other than s = 0 are the roots of b2 + b3 s/2 + b4 s^2/6: their product is 6 b2 / b4.
    top = 6 * expansion.b2 / (expansion.b4 * place) if expansion.second_minimum else place / 2
    return old.replace(positions=old.positions + top * expansion.direction)


def _difference(one: Configuration, other: Configuration) -> Array:
    """Return the displacements (N, d) from `other` to `one`, a uniform one removed."""
    difference = one.positions - other.positions
    return difference - difference.mean(axis=0)


def energy_between(configuration: Configuration, difference: Array, potential: PairPotential) -> float:
    """Return U(r + difference) - U(r), from the changes of pairs: far below the rounding of either energy."""
    return float(energy_profile(configuration, potential, difference, [np.linalg.norm(difference)])[0])
