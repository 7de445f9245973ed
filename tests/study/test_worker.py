"""How processes divide the chains among themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from studies import Silent, same_tables, start

from atomglass.errors import InputError
from atomglass.study.collect import collect
from atomglass.study.execution.runners import run_serial
from atomglass.study.execution.worker import Partition
from atomglass.study.store.study_store import StudyStore


@pytest.mark.parametrize("part", ["4/4", "a/b", "1", "-1/3"])
def test_invalid_parts(study_file, tmp_path: Path, part: str) -> None:
    from typer.testing import CliRunner

    from atomglass.cli.main import app

    done = CliRunner().invoke(app, ["run", str(study_file()), "--out", str(tmp_path / "out"), f"--part={part}"])
    assert isinstance(done.exception, InputError) and "0 <= K < N" in str(done.exception)


@pytest.mark.parametrize("size", [1, 3, 4, 7])
def test_partitions_cover_all_chains_and_own_ones_come_first(size: int) -> None:
    owned = [Partition(rank, size).own(10) for rank in range(size)]
    assert sorted(chain for own in owned for chain in own) == list(range(10))
    for rank in range(size):
        order = Partition(rank, size).order(10)
        assert sorted(order) == list(range(10)) and order[: len(owned[rank])] == owned[rank]


def test_an_array_of_four_gives_the_bytes_of_a_serial_run(undisturbed: Path, settings, tmp_path: Path) -> None:
    store = StudyStore.create(tmp_path / "out", settings())
    for rank in (2, 0, 3, 1):
        outcome = run_serial(store, Silent(), partition=Partition(rank, 4, wait=False))
    assert outcome.complete
    collect(store)
    assert same_tables(undisturbed, store.folder)


@pytest.mark.extended
def test_two_runners_at_once(undisturbed: Path, study_file, tmp_path: Path) -> None:
    file, out = study_file(), tmp_path / "out"
    both = [start("run", file, "--out", out) for _ in range(2)]
    for job in both:
        printed, complaint = job.communicate(timeout=120)
        assert job.returncode == 0 and "complete; next" in printed, complaint
    found = collect(StudyStore(out))
    assert same_tables(undisturbed, out)
    assert found.runs.num_rows == 2
