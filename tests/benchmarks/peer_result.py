"""The result of a comparison with another program, as plain data that its own process can return."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from atomglass.bench.clock import time_alternately

#: Largest force on a particle, and relative difference of the energies, up to which two quenches agree.
FORCE_TOLERANCE, ENERGY_TOLERANCE = 1e-10, 1e-12


class Minimization(NamedTuple):
    """A minimization of the energy.

    Attributes
    ----------
    energy : float
        Total energy at the end.
    max_force : float
        Largest force on a particle at the end.
    seconds : float
        CPU time.
    """

    energy: float
    max_force: float
    seconds: float


def peer_result(equal: bool, agreement: str, ours: Sequence[float], theirs: Sequence[float]) -> dict[str, Any]:
    """Return a comparison as plain data, without times if the results differ.

    Parameters
    ----------
    equal : bool
        Whether the two programs found the same.
    agreement : str
        How well their results agree, in words.
    ours, theirs : sequence of float
        CPU seconds, measured alternately.
    """
    times = {"ours": [*ours], "theirs": [*theirs]} if equal else {"ours": [], "theirs": []}
    return {"equal": equal, "agreement": agreement, **times}


def time_equal_results(
    ours: Callable[[], object],
    theirs: Callable[[], object],
    repeats: int,
    equal: bool,
    agreement: str,
    calls: float = 1.0,
) -> dict[str, Any]:
    """Time two programs alternately if their results are equal.

    Parameters
    ----------
    ours, theirs : callable
        The tasks, both warmed up.
    repeats : int
        Number of rounds.
    equal : bool
        Whether the results were found equal; otherwise nothing is timed.
    agreement : str
        How well they agree, in words.
    calls : float
        Evaluations in one call of each task: times are divided by it.
    """
    if not equal:
        return peer_result(False, agreement, [], [])
    times = time_alternately({"ours": ours, "theirs": theirs}, repeats)
    return peer_result(
        True, agreement, times["ours"].divided_by(calls).values, times["theirs"].divided_by(calls).values
    )


def compare_minimizations(
    name: str, ours: Minimization, theirs: Minimization, any_minimum: bool = False
) -> dict[str, Any]:
    """Compare two minimizations from one start: they are equal if the other one converges to the same minimum.

    Parameters
    ----------
    name : str
        The other program.
    ours, theirs : Minimization
        Both from the same start.
    any_minimum : bool
        Accept another minimum: in three dimensions a liquid is near so many that two methods hardly ever agree.
    """
    difference = theirs.energy / ours.energy - 1
    converged, same = theirs.max_force <= FORCE_TOLERANCE, abs(difference) <= ENERGY_TOLERANCE
    if not converged:
        agreement = f"{name} stops at a largest force of {theirs.max_force:.1e}"
    elif not same:
        agreement = f"{name} finds another minimum, whose energy differs from ours by {difference:+.1e} of it"
    else:
        agreement = f"energies within {abs(difference):.0e}, largest force {theirs.max_force:.0e}"
    return peer_result(converged and (same or any_minimum), agreement, [ours.seconds], [theirs.seconds])
