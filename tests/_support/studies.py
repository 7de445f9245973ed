"""Small studies that run in seconds, and one run that several tests compare with."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from atomglass.study.collect import collect
from atomglass.study.execution.runners import run_serial
from atomglass.study.registry import read_study
from atomglass.study.settings import StudySettings
from atomglass.study.store.inherent_states import kept_configurations
from atomglass.study.store.study_store import StudyStore

#: Three chains of five glasses in shards of two: every chain ends with a shard that is not full.
STUDY = """
name = "small"
potential = "{potential}"
seed = 7

[sample]
particles = {particles}
temperature = 0.3
diameters = "{diameters}"
equilibration_sweeps = {equilibration}
sweeps_between = 40
{sample}

[ensemble]
chains = {chains}
realizations_per_chain = {realizations}
realizations_per_shard = {shard}
keep_configurations = "all"

[modes]
{modes}

[quench]
max_iterations = {iterations}
"""

DEFAULTS = {
    "potential": "kumar2021", "particles": 64, "diameters": "iid", "equilibration": 200, "sample": "", "chains": 3,
    "realizations": 5, "shard": 2, "iterations": 100_000, "modes": "",
}  # fmt: skip

#: The changes that make a study compute modes below a fixed frequency, and pseudo-harmonic modes.
SPOTS = {"modes": 'below = 2.5\nnonlinear = "pseudoharmonic"'}

TABLES = ("modes.parquet", "realizations.parquet", "spots.parquet")


class Silent:
    """Progress that is not displayed."""

    def advance(self, chain: int, sweeps: int) -> None:
        """Do nothing."""

    def finished(self, chain: int, status: str, modes: int, seconds: float) -> None:
        """Do nothing."""

    def notice(self, text: str) -> None:
        """Keep the notice."""
        self.notices.append(text)

    def __init__(self) -> None:
        self.notices: list[str] = []


@pytest.fixture
def study_file(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a study's TOML file, with some of the defaults changed."""

    def write(**changes: object) -> Path:
        path = tmp_path / f"study{len(list(tmp_path.glob('study*.toml')))}.toml"
        path.write_text(STUDY.format(**DEFAULTS | changes), encoding="utf-8")
        return path

    return write


@pytest.fixture
def settings(study_file: Callable[..., Path]) -> Callable[..., StudySettings]:
    """Return a function that gives the settings of the small study, with some of the defaults changed."""
    return lambda **changes: read_study(study_file(**changes))


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small study's directory after one uninterrupted serial run, collected."""
    folder = tmp_path_factory.mktemp("undisturbed")
    file = folder / "study.toml"
    file.write_text(STUDY.format(**DEFAULTS), encoding="utf-8")
    store = StudyStore.create(folder / "out", read_study(file))
    assert run_serial(store, Silent()).complete
    collect(store)
    return store.folder


def same_tables(one: Path, other: Path) -> bool:
    """Return whether two collected studies have the same tables and the same glasses, byte for byte."""
    return all(content(one / name) == content(other / name) for name in TABLES) and glasses(one) == glasses(other)


def wait_for(question: Callable[[], object], job: subprocess.Popen[str], what: str, seconds: float = 120.0) -> None:
    """Wait until `question` returns something true; fail at once when the job that it waits for has ended."""
    end = time.monotonic() + seconds
    while not question():
        ended = job.poll() is not None
        assert question() or not ended, f"no {what}: the job ended with status {job.returncode}: {job.communicate()}"
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.02)


def require_extended(folder: Path, chains: int, length: int, larger: Path) -> None:
    """Fail unless an extended study is a larger one, with the numbers of its former size for what it had."""
    for name in TABLES:
        if not (larger / name).exists():
            assert not (folder / name).exists()
            continue
        mine, expected = (pd.read_parquet(path / name) for path in (folder, larger))
        assert mine.drop(columns="realization").equals(expected.drop(columns="realization"))
        before = (mine["chain"] < chains) & (mine["index_in_chain"] < length)
        assert (mine["realization"] == mine["chain"] * length + mine["index_in_chain"])[before].all()
        assert (mine["realization"] >= chains * length)[~before].all() and before.any() and not before.all()
    numbers = pd.read_parquet(folder / "realizations.parquet")["realization"].tolist()
    assert sorted(numbers) == list(range(len(numbers)))
    mine, expected = glasses(folder), glasses(larger)
    assert [glass[1:] for glass in mine] == [glass[1:] for glass in expected]
    assert {glass[0] for glass in mine} <= set(numbers)


def content(path: Path) -> bytes | None:
    """Return the bytes of a file; None if there is none."""
    return path.read_bytes() if path.exists() else None


def glasses(folder: Path) -> list[tuple[int, bytes, bytes]]:
    """Return the inherent states that a study kept: number, positions, diameters."""
    return [(k, state.positions.tobytes(), state.diameters.tobytes()) for k, state in kept_configurations(folder)]


def atomglass(*arguments: object, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    command = [sys.executable, "-m", "atomglass", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env=os.environ | (environment or {}))


def start(*arguments: object) -> subprocess.Popen[str]:
    """Start the command line, in a process group of its own."""
    command = [sys.executable, "-m", "atomglass", *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )  # fmt: skip
