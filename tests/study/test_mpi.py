"""The same bytes from two and three MPI ranks; killed ranks, stop requests, and mismatched launchers.

Where mpi4py and an MPI are not installed the tests are skipped and say so; with ATOMGLASS_REQUIRE_MPI set they fail.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from studies import atomglass, same_tables, wait_for
from study_runs import command

from atomglass.study.collect import collect
from atomglass.study.execution.runners import unfinished
from atomglass.study.store.study_store import StudyStore

pytestmark = pytest.mark.extended


@pytest.mark.parametrize("ranks", [2, 3])
def test_ranks_give_the_bytes_of_a_serial_run(
    mpirun: str, undisturbed: Path, study_file, tmp_path: Path, ranks: int
) -> None:
    out = tmp_path / "out"
    run = command(mpirun, ranks, "run", study_file(), "--out", out)
    done = subprocess.run(run, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert all(f"rank {rank}: " in done.stdout for rank in range(ranks))
    assert collect(StudyStore(out)).runs["runner"].to_pylist() == [f"{ranks} MPI ranks"]
    assert same_tables(undisturbed, out)


def test_a_killed_rank_and_a_stop_lose_nothing(mpirun: str, study_file, tmp_path: Path) -> None:
    file, out = study_file(particles=100, equilibration=60_000, chains=2, realizations=2), tmp_path / "out"
    run = command(mpirun, 2, "run", file, "--out", out)
    job = subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    claims = out / "claims"
    wait_for(lambda: len(list(claims.glob("*.json"))) == 2, job, "two claimed chains")
    owner = next(claims.glob("00001.json")).read_text()
    os.kill(int(owner.split("~")[2]), signal.SIGKILL)
    assert job.wait(timeout=60) != 0, "the launcher did not notice that a rank was killed"
    stopped = subprocess.run([*run, "--max-walltime", "1s"], capture_output=True, text=True, timeout=120)
    assert stopped.returncode == 75 and "the wall time is over" in stopped.stderr, stopped.stderr
    assert unfinished(StudyStore(out))
    done = subprocess.run(run, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    whole = tmp_path / "whole"
    assert atomglass("run", file, "--out", whole).returncode == 0
    collect(StudyStore(out)), collect(StudyStore(whole))
    assert same_tables(whole, out)


def test_processes_that_cannot_communicate_are_refused(mpirun: str, study_file, tmp_path: Path) -> None:
    run = [
        mpirun,
        "-n",
        "2",
        sys.executable,
        "-m",
        "atomglass",
        "run",
        str(study_file()),
        "--out",
        str(tmp_path / "out"),
    ]
    refused = subprocess.run(run, capture_output=True, text=True, timeout=60)
    assert refused.returncode != 0 and "2 processes were started, not as MPI ranks" in refused.stderr
    alone = atomglass("run", study_file(), "--out", tmp_path / "out", environment={"SLURM_NTASKS": "4"})
    assert alone.returncode == 2 and "4 processes were started" in alone.stderr
    assert not (tmp_path / "out").exists()
