"""What every benchmark is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from atomglass.bench import samples
from atomglass.bench.clock import Timing, joined, take_turns
from atomglass.bench.table import Row
from atomglass.bench.yardstick import Yardstick

#: Force evaluations in plain C that are timed together.
EVALUATIONS = 200


@dataclass(frozen=True)
class Setting:
    """How to measure.

    Attributes
    ----------
    quick : bool
        Small repeats, no large samples: under a minute in all.
    yardstick : Yardstick or None
        The C programs, where there is a compiler.
    study : Path or None
        A collected study, for its correlation time.
    tell : callable
        Called with a line on what is being done.
    """

    quick: bool
    yardstick: Yardstick | None
    study: Path | None = None
    tell: Callable[[str], object] = field(default=lambda text: None)

    def several(self, full: int, quick: int) -> int:
        """Return how often, or how many."""
        return quick if self.quick else full

    def in_evaluations(
        self, tasks: Mapping[str, Callable[[], object]], repeats: int
    ) -> dict[str, tuple[Timing, Timing | None]]:
        """Time tasks in turns with plain C force evaluations of the reference sample: seconds, and evaluations."""
        if self.yardstick is None:
            return {name: (timing, None) for name, timing in take_turns(tasks, repeats).items()}
        evaluate = self.yardstick.evaluation(samples.reference())

        def block() -> None:
            for _ in range(EVALUATIONS):
                evaluate()

        found: dict[str, list[Timing]] = {name: [] for name in tasks}
        units: dict[str, list[Timing]] = {name: [] for name in tasks}
        block()
        for _ in range(repeats):
            for name, task in tasks.items():  # the unit just before and just after each task
                turn = take_turns({"before": block, "task": task, "after": block}, 1)
                unit = Timing(((turn["before"].median + turn["after"].median) / 2 / EVALUATIONS,))
                found[name].append(turn["task"])
                units[name].append(unit)
        return {name: (joined(found[name]), joined(found[name]).over(joined(units[name]))) for name in tasks}


#: A benchmark: given the setting, yields rows.
Benchmark = Callable[[Setting], Iterator[Row]]
