"""The benchmark's clock: medians, spreads, ratios, and tasks timed alternately."""

from __future__ import annotations

import time

import pytest

from atomglass.bench import clock
from atomglass.bench.clock import Timing


def test_median_and_spread() -> None:
    timing = Timing((2.0, 1.0, 4.0))
    assert timing.median == 2.0
    assert timing.spread == pytest.approx(0.75)
    assert timing.divided_by(2).values == (1.0, 0.5, 2.0)
    assert timing.rate(4).values == (2.0, 4.0, 1.0)
    assert Timing((3.0,)).spread == 0.0


def test_ratios_are_computed_round_by_round() -> None:
    """If the machine becomes three times slower in the last round, no ratio changes."""
    assert Timing((2.0, 2.2, 6.0)).ratio_to(Timing((1.0, 1.1, 3.0))).values == pytest.approx((2.0, 2.0, 2.0))
    with pytest.raises(ValueError):
        Timing((1.0, 2.0)).ratio_to(Timing((1.0,)))


def test_tasks_alternate() -> None:
    calls: list[str] = []
    found = clock.time_alternately({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 3)
    assert calls == ["a", "b"] * 3
    assert {name: len(timing.values) for name, timing in found.items()} == {"a": 3, "b": 3}


def test_the_clock_counts_work_and_not_sleep() -> None:
    def work() -> None:
        start = time.process_time()
        while time.process_time() - start < 0.05:
            pass

    assert clock.cpu_seconds(lambda: time.sleep(0.2)) < 0.1
    assert clock.cpu_seconds(work) >= 0.05
