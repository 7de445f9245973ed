"""Progress of a study: its own counts, with the share of this run; names and messages are text, not markup."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console
from studies import Silent

from atomglass.cli.progress import StudyProgress, _bars
from atomglass.study.execution.runners import run_serial
from atomglass.study.store.study_store import StudyStore


@pytest.mark.parametrize("text", ["chain 3 of [/] has ended", "[red]x[/red]", "No space left: 'out [1]'"])
def test_brackets_are_printed_as_they_are(text: str) -> None:
    file = io.StringIO()
    progress = object.__new__(StudyProgress)
    progress._bars = _bars(Console(file=file, force_terminal=True, color_system=None, width=200))
    progress.notice(text)
    assert text in file.getvalue()
    file.truncate(0)
    with progress._bars as bars:
        bars.add_task(text, total=1)
    assert text in file.getvalue()


def test_counts_are_those_of_the_study_and_the_share_of_this_run_is_named(settings, tmp_path: Path, capsys) -> None:
    store = StudyStore.create(tmp_path / "out", settings(chains=2, realizations=2, particles=30, iterations=1))
    with StudyProgress(store) as progress:
        run_serial(store, progress)
    lines = [line.split("] ")[1] for line in capsys.readouterr().err.splitlines()]
    assert lines[0] == "sweeps   0%, glasses 0/4, 0 quasi-localized modes"
    assert lines[-1] == "sweeps 100%, glasses 4/4, 4 failed, 0 quasi-localized modes", "all of them are of this run"
    longer = StudyStore.create(tmp_path / "out", settings(chains=3, realizations=2, particles=30, iterations=1), True)
    with StudyProgress(longer) as progress:
        run_serial(longer, progress)
    assert (
        capsys.readouterr()
        .err.splitlines()[-1]
        .endswith("glasses 6/6, 6 failed, 0 quasi-localized modes in the 2 of this run")
    ), "the four of the first run count"


def test_the_work_of_other_processes_counts(settings, tmp_path: Path, capsys) -> None:
    store = StudyStore.create(tmp_path / "out", settings(chains=2, realizations=2))
    with StudyProgress(store, others=True) as progress:
        run_serial(store, Silent())
        progress.finished(1, "ok", 3, 0.1)  # the other process has finished the rest
    assert (
        capsys.readouterr()
        .err.splitlines()[-1]
        .endswith("glasses 4/4, 3 quasi-localized modes in the 1 of this process")
    )
