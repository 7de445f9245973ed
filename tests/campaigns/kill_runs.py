"""Kill runs of a small study at random moments, continue, and compare with an uninterrupted run. As a command:

    python tests/campaigns/kill_runs.py --runs 100                # every runner in turn
    python tests/campaigns/kill_runs.py --runs 25 --runner mpi

Each run is killed once by SIGKILL, either all of its processes or (workers, MPI) one of them, at a moment drawn
uniformly from the duration of an uninterrupted run, after compilation. Then it is run to its end. The seed determines
the moments. All processes but MPI ranks are forked from this one, which has everything imported and compiled, so that a
run spends its time on the study, and most kills interrupt some work.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from atomglass.cli.main import app
from atomglass.study.collect import collect
from atomglass.study.execution import runners
from atomglass.study.execution.runners import run_serial
from atomglass.study.registry import read_study
from atomglass.study.store.study_store import StudyStore

STUDY = """
name = "killed"
potential = "kumar2021"
seed = 7
[sample]
particles = 64
temperature = 0.3
equilibration_sweeps = 1000
sweeps_between = 500
[ensemble]
chains = 4
realizations_per_chain = 3
realizations_per_shard = 2
"""
RUNNERS = ("serial", "workers", "mpi", "array")


def commands(runner: str, study: Path, out: Path) -> list[list[str]]:
    """Return the arguments of the commands that run simultaneously."""
    alone = ["run", str(study), "--out", str(out)]
    if runner == "workers":
        return [[*alone, "--workers", "2"]]
    if runner == "array":
        return [[*alone, "--part", f"{k}/2"] for k in range(2)]
    return [alone]


def run(runner: str, study: Path, out: Path, kill_after: float | None = None, one_only: bool = False) -> float:
    """Run a study, killing it after some seconds if given; return how long it took."""
    began = time.monotonic()
    if runner == "mpi":
        launcher = shutil.which("mpiexec", path=str(Path(sys.executable).parent)) or "mpiexec"
        words = [launcher, "-n", "2", sys.executable, "-m", "mpi4py", "-m", "atomglass"]
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        job = subprocess.Popen([*words, *commands(runner, study, out)[0]], start_new_session=True, **silent)
        jobs = [job.pid]
    else:
        jobs = [_forked(words) for words in commands(runner, study, out)]
    if kill_after is not None:
        time.sleep(kill_after)
        for job in jobs[:1] if one_only else jobs:
            _kill(job, one_only and runner in ("workers", "mpi"))
    for job in jobs:
        os.waitpid(job, 0)
    return time.monotonic() - began


def _forked(words: list[str]) -> int:
    """Start the command line in a copy of this process, and return its number."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    status, forking = 1, multiprocessing.get_context("fork")
    with contextlib.suppress(BaseException):
        os.setsid()
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        # Workers that are spawned would import everything again.
        runners.multiprocessing.get_context = lambda kind: forking  # type: ignore[assignment]
        app(words, standalone_mode=False)
        status = 0
    os._exit(status)


def _kill(job: int, one_only: bool) -> None:
    """Kill a job with all its processes, or one worker or rank of it.

    Before the ranks start, the last process is the launcher's own proxy, for which the launcher would wait forever.
    """
    children = [number for number in _descendants(job) if not one_only or b"proxy" not in _command(number)]
    for number in [children[-1]] if one_only and children else [*_descendants(job), job]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def _command(process: int) -> bytes:
    """Return the command line of a process, empty if it is gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes()
    return b""


class _Silent:
    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments: None


def _descendants(process: int) -> list[int]:
    """Return all descendants of a process, the nearest first; MPI ranks have process groups of their own."""
    found = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *_descendants(int(child))]
    return found


def undisturbed(folder: Path) -> tuple[Path, Path, float]:
    """Return the study's file, its directory after an uninterrupted run, and how long that run took."""
    study, out = folder / "killed.toml", folder / "undisturbed"
    study.write_text(STUDY, encoding="utf-8")
    assert run_serial(StudyStore.create(folder / "warm", read_study(study)), _Silent()).complete  # compiles
    seconds = run("serial", study, out)
    collect(StudyStore(out))
    return study, out, seconds


def killed_and_resumed(
    runner: str, study: Path, out: Path, expected: Path, moment: float, one_only: bool
) -> tuple[str, int]:
    """Kill a run at a moment and run it to its end; return what is wrong (empty if nothing) and what was left to do."""
    run(runner, study, out, moment, one_only)
    left = 12
    if (out / "study.json").exists():
        store = StudyStore(out)
        left = 12 - sum(store.stored(chain) for chain in range(4))
    run(runner, study, out)
    found = collect(StudyStore(out))
    tables = ("modes.parquet", "realizations.parquet")
    wrong = [name for name in tables if (out / name).read_bytes() != (expected / name).read_bytes()]
    wrong += [f"missing {gap}" for gap in found.missing] + [path.name for path in out.rglob("*.aside")]
    return " ".join(wrong), left


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100, help="for each runner")
    parser.add_argument("--runner", choices=RUNNERS, action="append")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="atomglass-kill-") as name:
        folder = Path(name)
        study, expected, seconds = undisturbed(folder)
        rng = np.random.default_rng(options.seed)
        for runner in options.runner or RUNNERS:
            wrong = early = 0
            began = time.monotonic()
            for number in range(options.runs):
                out = folder / f"{runner}-{number}"
                fault, left = killed_and_resumed(
                    runner, study, out, expected, rng.uniform(0, seconds), bool(rng.integers(2))
                )
                wrong += bool(fault)
                if fault:
                    print(f"{runner} {number}: {fault}", flush=True)
                early += left > 0
                shutil.rmtree(out)
            print(
                f"{runner}: {options.runs} runs killed, {early} of them before all was published; "
                f"{wrong} with anything wrong; {time.monotonic() - began:.0f} s",
                flush=True,
            )
            if wrong:
                sys.exit(1)


if __name__ == "__main__":
    main()
