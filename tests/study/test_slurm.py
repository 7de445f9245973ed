"""The batch scripts under a real SLURM on this machine: an array with a task stopped and requeued, and an MPI job.

Where SLURM cannot run the tests say so and are skipped; with ATOMGLASS_REQUIRE_SLURM set, as in `.ci/run`, they fail.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from slurm_cluster import Cluster, missing
from studies import Silent, same_tables

from atomglass.kernels.jit import cache_folder
from atomglass.settings import shipped_folder
from atomglass.study.collect import collect
from atomglass.study.execution.runners import run_serial
from atomglass.study.store.study_store import StudyStore

pytestmark = pytest.mark.extended

ROOT = Path(__file__).parents[2]
ATOMGLASS = f"{sys.executable} -m atomglass"
#: A chain must take about ten seconds for a task to be stopped while it works.
LONG = {"particles": 100, "chains": 4, "realizations": 3, "equilibration": 200_000}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    why = missing()
    if why and "ATOMGLASS_REQUIRE_SLURM" in os.environ:
        pytest.fail(why)
    if why:
        pytest.skip(f"SLURM IS NOT TESTED: {why}")
    with tempfile.TemporaryDirectory(prefix="slurm-", dir="/tmp") as folder, Cluster(Path(folder)) as running:
        # Use the compiled kernels of this process.
        running.environment["ATOMGLASS_CACHE_DIR"] = str(cache_folder().parent)
        yield running


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The study's file, and its directory after a serial run."""
    from studies import DEFAULTS, STUDY

    from atomglass.study.registry import read_study

    folder = tmp_path_factory.mktemp("serial")
    file = folder / "study.toml"
    file.write_text(STUDY.format(**DEFAULTS | LONG), encoding="utf-8")
    store = StudyStore.create(folder / "out", read_study(file))
    assert run_serial(store, Silent()).complete
    collect(store)
    return file, store.folder


def test_an_array_with_a_task_stopped_and_requeued(cluster: Cluster, serial: tuple[Path, Path], tmp_path: Path) -> None:
    file, expected = serial
    out, script = tmp_path / "out", shipped_folder("slurm") / "array.sbatch"
    log = tmp_path / "task-%a.log"
    job = cluster.submit(
        script, str(file), str(out), options=("--array=0-3", "--mem=0", f"--chdir={ROOT}"), log=log, ATOMGLASS=ATOMGLASS
    )

    def checkpointing() -> bool:
        return any(b'"owner"' in path.read_bytes() for path in (out / "claims").glob("*.json"))

    cluster.wait_for(checkpointing, 150, "claimed chain", job)
    running = cluster.ask("squeue", "--noheader", "--states=R", "--format=%K").split()[0]
    # Do not wait: scancel repeats its signal while the task is being requeued.
    signaling = subprocess.Popen(
        ["scancel", "--batch", "--signal=USR1", f"{job}_{running}"], env=cluster.environment, stderr=subprocess.DEVNULL
    )
    stopped = tmp_path / f"task-{running}.log"
    others = ("COMPLETED",)  # tasks that need not be waited for
    cluster.wait_for(lambda: "stopped (signal SIGUSR1)" in stopped.read_text(), 150, "stopped task", job, others)

    def requeued() -> bool:
        shown = cluster.ask("scontrol", "show", "job", f"{job}_{running}")
        if "Restarts=1" not in shown:
            return False
        subprocess.run(
            ["scontrol", "update", f"jobid={job}_{running}", "starttime=now"], env=cluster.environment, check=False
        )
        return True

    cluster.wait_for(requeued, 150, "requeued task", job, others)
    signaling.kill()
    signaling.wait()
    cluster.wait_for(lambda: set(cluster.states(job)) == {"COMPLETED"}, 300, "end of the array", job, others)
    assert "Restarts=1" in cluster.ask("scontrol", "show", "job", f"{job}_{running}")
    found = collect(StudyStore(out))
    assert not found.missing and not found.damaged
    assert same_tables(expected, out)
    assert set(found.runs["runner"].to_pylist()) == {f"part {k} of 4" for k in range(4)}


@pytest.mark.usefixtures("mpirun")  # mpi4py in this environment
def test_an_mpi_job(cluster: Cluster, serial: tuple[Path, Path], tmp_path: Path) -> None:
    file, expected = serial
    out, script, log = tmp_path / "out", shipped_folder("slurm") / "mpi.sbatch", tmp_path / "job.log"
    job = cluster.submit(
        script, str(file), str(out), options=("--ntasks=2", "--mem-per-cpu=0", f"--chdir={ROOT}"), log=log,
        ATOMGLASS_PYTHON=sys.executable,
    )  # fmt: skip
    cluster.wait_for(lambda: cluster.states(job) == ["COMPLETED"], 300, "end of the MPI job", job)
    text = log.read_text()
    assert "rank 1: " in text and "complete; next: atomglass collect" in text
    collect(StudyStore(out))
    assert same_tables(expected, out)


@pytest.mark.usefixtures("mpirun")
def test_a_launcher_that_does_not_match_the_library_is_refused(
    cluster: Cluster, serial: tuple[Path, Path], tmp_path: Path
) -> None:
    out, script, log = tmp_path / "out", shipped_folder("slurm") / "mpi.sbatch", tmp_path / "job.log"
    job = cluster.submit(
        script, str(serial[0]), str(out), options=("--ntasks=2", "--mem-per-cpu=0", f"--chdir={ROOT}"), log=log,
        ATOMGLASS_PYTHON=sys.executable, ATOMGLASS_PMI="none",
    )  # fmt: skip
    cluster.wait_for(lambda: cluster.states(job) == ["FAILED"], 150, "refusal of the job", job)
    assert "2 processes were started, but MPI" in log.read_text() and not out.exists()
