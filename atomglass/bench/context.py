"""What every benchmark is called with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from atomglass.bench import samples
from atomglass.bench.clock import Timing, pool, time_alternately
from atomglass.bench.table import Row
from atomglass.bench.yardstick import Yardstick

#: Force evaluations in plain C that are timed together.
EVALUATIONS = 200


@dataclass(frozen=True)
class BenchmarkContext:
    """How to measure.

    Attributes
    ----------
    quick : bool
        Few repeats and no large samples: less than a minute in all.
    yardstick : Yardstick or None
        The C programs; None where there is no compiler.
    study : Path or None
        Directory of a collected study whose correlation time is used.
    log : callable
        Called with a line of text on what is being done.
    """

    quick: bool
    yardstick: Yardstick | None
    study: Path | None = None
    log: Callable[[str], object] = field(default=lambda text: None)

    def choose(self, full: int, quick: int) -> int:
        """Return the number that applies: of the full or of the quick benchmark."""
        return quick if self.quick else full

    def time_in_evaluations(
        self, tasks: Mapping[str, Callable[[], object]], repeats: int
    ) -> dict[str, tuple[Timing, Timing | None]]:
        """Time tasks alternately with plain C force evaluations of the reference sample.

        Parameters
        ----------
        tasks : mapping of str to callable
            The tasks to time, compiled and warmed up.
        repeats : int
            Number of rounds.

        Returns
        -------
        dict of str to tuple
            For each task its CPU seconds, and the same in units of a force evaluation (None without a compiler).
        """
        if self.yardstick is None:
            return {name: (timing, None) for name, timing in time_alternately(tasks, repeats).items()}
        evaluate = self.yardstick.force_evaluation(samples.reference())

        def evaluate_repeatedly() -> None:
            for _ in range(EVALUATIONS):
                evaluate()

        seconds: dict[str, list[Timing]] = {name: [] for name in tasks}
        units: dict[str, list[Timing]] = {name: [] for name in tasks}
        evaluate_repeatedly()
        for _ in range(repeats):
            for name, task in tasks.items():  # the unit is timed just before and just after each task
                once = time_alternately({"before": evaluate_repeatedly, "task": task, "after": evaluate_repeatedly}, 1)
                seconds[name].append(once["task"])
                units[name].append(Timing(((once["before"].median + once["after"].median) / 2 / EVALUATIONS,)))
        return {name: (pool(seconds[name]), pool(seconds[name]).ratio_to(pool(units[name]))) for name in tasks}


#: A benchmark is called with the context and yields rows of the table.
Benchmark = Callable[[BenchmarkContext], Iterator[Row]]
