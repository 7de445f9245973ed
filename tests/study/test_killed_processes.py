"""Killing a process at any step of a write, or at any moment, changes no result."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import failure_points
import pytest
from kill_runs import killed_and_resumed
from kill_runs import undisturbed as undisturbed_run
from studies import same_tables
from study_runs import run_until_killed, whole_run

pytestmark = pytest.mark.extended

#: Only files that must not exist yet are linked; those that are replaced have no second link to remove.
POINTS = [
    f"{kind}.{step}"
    for kind in failure_points.KINDS
    for step in failure_points.STEPS
    if not (step == "unlink" and kind in ("checkpoint", "table"))
]


LATER = ["shard.name:4", "checkpoint.name:7", "checkpoint.write:9", "checkpoint.write:18", "claim.name:3"]


@pytest.mark.parametrize("point", [*POINTS, *LATER])
def test_a_kill_at_any_step_of_a_write(undisturbed: Path, settings, tmp_path: Path, point: str) -> None:
    # A forked child has everything compiled, and dies within a fraction of a second.
    child = multiprocessing.get_context("fork").Process(
        target=run_until_killed, args=(tmp_path / "out", settings(), point)
    )
    child.start()
    child.join(60)
    assert child.exitcode == -9, f"{point} was not reached"
    whole_run(tmp_path / "out", settings())
    assert same_tables(undisturbed, tmp_path / "out")
    assert not list((tmp_path / "out").rglob("*/*.aside")), "half-written files are left"


MOMENTS = [("serial", 0.5, False), ("workers", 0.6, True), ("array", 0.7, True)]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, float]:
    return undisturbed_run(tmp_path_factory.mktemp("reference"))


@pytest.mark.parametrize(("runner", "share", "one_only"), MOMENTS)
def test_a_kill_at_some_moment_under_a_runner(
    reference: tuple[Path, Path, float], tmp_path: Path, runner: str, share: float, one_only: bool
) -> None:
    study, expected, seconds = reference
    fault, _ = killed_and_resumed(runner, study, tmp_path / "out", expected, share * seconds, one_only)
    assert not fault
