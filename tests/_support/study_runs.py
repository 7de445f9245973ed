"""Ways to run a small study: in pieces, under MPI, through the command line."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import failure_points
import pandas as pd
import pytest
from studies import Silent
from typer.testing import CliRunner

from atomglass.cli.main import app
from atomglass.study.collect import collect
from atomglass.study.errors import Stopped
from atomglass.study.execution import chain as chains
from atomglass.study.execution.chain import run_chain
from atomglass.study.execution.runners import run_serial
from atomglass.study.settings import StudySettings
from atomglass.study.store.manifest import sealed
from atomglass.study.store.provenance import Origin
from atomglass.study.store.study_store import StudyStore

ORIGIN = Origin.of_this_process("a test")


class StopAfter:
    """An observer that stops a chain at check number `checks`; the checks within one realization count as one."""

    def __init__(self, checks: int, within: bool = False, start: bool = True) -> None:
        self.left, self.within, self.seen = checks, within, 0
        self.start = start and within  # whether the checks at the start of a chain, at sweep 0, are counted

    def sweeps(self, chain: int, count: int) -> None:
        pass

    def realization(self, *finished: object) -> None:
        pass

    def notice(self, text: str) -> None:
        raise AssertionError(text)

    def position(self, *place: object) -> None:
        pass

    def check(self, chain: int, sweep: int) -> None:
        if (sweep == 0 and not self.start) or (sweep == self.seen and not self.within):
            return
        self.seen = sweep
        self.left -= 1
        if self.left < 0:
            raise Stopped


def run_in_pieces(store: StudyStore, checks: int) -> int:
    """Run a study, stopping it after every `checks` checks; return how often it stopped."""
    stops = 0
    for chain in range(store.settings.ensemble.chains):
        while not store.is_complete(chain):
            try:
                run_chain(store, chain, StopAfter(checks), ORIGIN)
            except Stopped:
                stops += 1
    return stops


@pytest.fixture(scope="module")
def mpirun() -> str:
    # The environment's own launcher goes with the environment's own library.
    found = shutil.which("mpiexec", path=str(Path(sys.executable).parent)) or shutil.which("mpiexec")
    why = "" if found and importlib.util.find_spec("mpi4py") else "MPI IS NOT TESTED: pip install mpi4py mpich"
    if why and "ATOMGLASS_REQUIRE_MPI" in os.environ:
        pytest.fail(why)
    if why:
        pytest.skip(why)
    assert found is not None
    return found


def command(mpirun: str, ranks: int, *arguments: object) -> list[str]:
    return [mpirun, "-n", str(ranks), sys.executable, "-m", "mpi4py", "-m", "atomglass", *map(str, arguments)]


def said(*words: object, status: int = 0) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == status, (done.output, done.exception)
    return done.output


def whole_run(folder: Path, settings: StudySettings) -> None:
    """Start or continue a study, and collect it."""
    store = StudyStore.create(folder, settings)
    assert run_serial(store, Silent(), lease_seconds=5.0).complete
    collect(store)


def run_until_killed(folder: Path, settings: StudySettings, point: str) -> None:
    """Do the same, but die at a step of writing a file."""
    failure_points.install(point)
    chains.CHECKPOINT_FRACTION = 1e9  # a checkpoint after every glass
    whole_run(folder, settings)


def edit_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest of a study as another study or version would have written it, with a digest that fits."""
    path = folder / "study.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_bytes(sealed(manifest))


def edit(folder: Path, name: str, realization: int, **values: object) -> None:
    """Change columns of one realization in a collected table."""
    table = pd.read_parquet(folder / f"{name}.parquet")
    for column, value in values.items():
        table.loc[table["realization"] == realization, column] = value
    table.to_parquet(folder / f"{name}.parquet")
