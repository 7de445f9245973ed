"""CPU time of several tasks that take turns, so that a machine whose speed drifts is fair to all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Repeated measurements of one quantity.

    Attributes
    ----------
    values : tuple of float
        In the order measured.
    """

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median."""
        return statistics.median(self.values)

    @property
    def spread(self) -> float:
        """Half the distance from the smallest to the largest value, relative to the median."""
        return (max(self.values) - min(self.values)) / 2 / abs(self.median) if self.median else 0.0

    def over(self, other: Timing) -> Timing:
        """Return the ratios to another quantity, measured turn by turn with this one."""
        return Timing(tuple(a / b for a, b in zip(self.values, other.values, strict=True)))

    def per(self, count: float) -> Timing:
        """Return each value divided by a count."""
        return Timing(tuple(value / count for value in self.values))

    def rate(self, count: float) -> Timing:
        """Return a count divided by each value."""
        return Timing(tuple(count / value for value in self.values))


def cpu_seconds(task: Callable[[], object]) -> float:
    """Return the CPU time that a call takes, of all threads of this process."""
    began = time.process_time()
    task()
    return time.process_time() - began


def take_turns(tasks: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, Timing]:
    """Time tasks one after the other, again and again.

    Parameters
    ----------
    tasks : mapping of str to callable
        What to time; called as they are, `repeats` times each. Compile and warm up before.
    repeats : int
        How often; at least 1.
    """
    found: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(repeats):
        for name, task in tasks.items():
            found[name].append(cpu_seconds(task))
    return {name: Timing(tuple(values)) for name, values in found.items()}


def joined(timings: Sequence[Timing]) -> Timing:
    """Return the values of several timings as one."""
    return Timing(tuple(value for timing in timings for value in timing.values))
