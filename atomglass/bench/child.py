"""One piece of work in a process of its own, for its memory, or to be stopped where it takes too long.

`python -m atomglass.bench.child TASK FILE` prints one JSON line.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from atomglass.io import files
from atomglass.system.configuration import Configuration

#: Tasks by name: the module they are in, and the function. It is given the sample and returns plain data.
TASKS = {
    "quench": "atomglass.bench.size:quench_task",
    "modes": "atomglass.bench.size:modes_task",
    "lammps-forces": "atomglass.bench.peer_lammps:forces",
    "lammps-quench": "atomglass.bench.peer_lammps:minimize",
    "lammps-hessian": "atomglass.bench.peer_lammps:hessian",
    "eigsh-zero": "atomglass.bench.peer_scipy:zero_shift",
    "eigsh-sm": "atomglass.bench.peer_scipy:smallest_magnitude",
    "eigh-lowest": "atomglass.bench.peer_scipy:dense_lowest",
    "jax-all-pairs": "atomglass.bench.peer_jax:all_pairs",
    "jax-our-pairs": "atomglass.bench.peer_jax:our_pairs",
    "ase-FIRE": "atomglass.bench.peer_ase:fire",
    "ase-LBFGS": "atomglass.bench.peer_ase:lbfgs",
    "ase-BFGSLineSearch": "atomglass.bench.peer_ase:bfgs_line_search",
}


class ChildError(RuntimeError):
    """The child failed, or took too long; the message is one line."""


def run_child(task: str, sample: Configuration, seconds: float) -> dict[str, Any]:
    """Run a task on a sample in a process of its own.

    Raises
    ------
    ChildError
        It took more CPU time than `seconds`, or failed; its last line of errors says why.
    """
    with tempfile.TemporaryDirectory(prefix="atomglass-bench-") as folder:
        path = Path(folder, "sample.npz")
        files.write(path, sample)
        command = [sys.executable, "-m", "atomglass.bench.child", task, str(path)]
        began = time.monotonic()
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
        ) as process:
            while True:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    output, errors = process.communicate(timeout=0.2)
                    break
                if _cpu_seconds_of(process.pid, time.monotonic() - began) > seconds:
                    process.kill()
                    process.communicate()
                    raise ChildError(f"not done after {seconds:g} s")
    if process.returncode:
        lines = errors.strip().splitlines() or [f"exit status {process.returncode}"]
        raise ChildError(lines[-1][:200])
    found: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    return found


def _cpu_seconds_of(process: int, elapsed: float) -> float:
    """Return a process's CPU time (Linux), or the time elapsed. A limit of its own would make its clock coarse."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError):
        return elapsed


def environment() -> dict[str, str]:
    """Return what a child process is given: one thread, and this very package, wherever it lies."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
    xla = {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"}
    paths = [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    return os.environ | dict.fromkeys(names, "1") | xla | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


def forget_peak() -> float:
    """Begin anew with the peak of the memory where the system can (Linux); return what is held now, or was at most."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
        return _kilobytes("VmRSS") * 1024.0
    except OSError:
        return peak_memory()


def _kilobytes(key: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{key}:"))


def peak_memory() -> float:
    """Return the largest memory that this process has held, so far or since `forget_peak`, in bytes."""
    with contextlib.suppress(OSError, StopIteration):
        return _kilobytes("VmHWM") * 1024.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Do the task named on the command line."""
    module, name = TASKS[sys.argv[1]].split(":")
    result = getattr(importlib.import_module(module), name)(files.read(sys.argv[2]))
    print("\n" + json.dumps(result))


if __name__ == "__main__":
    main()
