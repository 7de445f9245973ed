"""CPU times of tasks that are run alternately, so that a machine whose speed drifts treats all of them alike."""

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
        The measurements, in the order in which they were made.
    """

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median."""
        return statistics.median(self.values)

    @property
    def spread(self) -> float:
        """Half the range of the values, relative to the median."""
        return (max(self.values) - min(self.values)) / 2 / abs(self.median) if self.median else 0.0

    def ratio_to(self, other: Timing) -> Timing:
        """Return the ratios to another quantity that was measured alternately with this one."""
        return Timing(tuple(a / b for a, b in zip(self.values, other.values, strict=True)))

    def divided_by(self, count: float) -> Timing:
        """Return each value divided by a count."""
        return Timing(tuple(value / count for value in self.values))

    def rate(self, count: float) -> Timing:
        """Return a count divided by each value."""
        return Timing(tuple(count / value for value in self.values))


def cpu_seconds(task: Callable[[], object]) -> float:
    """Return the CPU time of a call, summed over all threads of this process."""
    start = time.process_time()
    task()
    return time.process_time() - start


def time_alternately(tasks: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, Timing]:
    """Time tasks one after the other, in several rounds.

    Parameters
    ----------
    tasks : mapping of str to callable
        The tasks to time. Compile and warm them up first.
    repeats : int
        Number of rounds, at least 1; each task is called once in each round.

    Returns
    -------
    dict of str to Timing
        CPU seconds of each task, one value a round.
    """
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(repeats):
        for name, task in tasks.items():
            seconds[name].append(cpu_seconds(task))
    return {name: Timing(tuple(values)) for name, values in seconds.items()}


def pool(timings: Sequence[Timing]) -> Timing:
    """Return one timing with the values of several."""
    return Timing(tuple(value for timing in timings for value in timing.values))
