"""One piece of work in a process of its own, for its memory, or to be stopped where it takes too long.

`python -m atomglass.bench.child TASK FILE` prints one JSON line.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from atomglass import files
from atomglass.configuration import Configuration

#: Tasks by name: the module they are in, and the function. It is given the sample and returns plain data.
TASKS = {
    "quench": "atomglass.bench.size:quench_task",
    "modes": "atomglass.bench.size:modes_task",
    "lammps-forces": "atomglass.bench.peer_lammps:forces",
    "lammps-quench": "atomglass.bench.peer_lammps:minimise",
    "lammps-hessian": "atomglass.bench.peer_lammps:hessian",
    "eigsh-zero": "atomglass.bench.peer_scipy:zero_shift",
    "eigsh-sm": "atomglass.bench.peer_scipy:smallest_magnitude",
    "eigh-lowest": "atomglass.bench.peer_scipy:dense_lowest",
    "eigh-all": "atomglass.bench.peer_scipy:dense_all",
    "jax-expansion": "atomglass.bench.peer_jax:expansion",
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
        It took longer than `seconds`, or failed; its last line of errors says why.
    """
    one = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")}
    # One thread for JAX too, whose CPU time would otherwise be spread over all cores.
    one["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    with tempfile.TemporaryDirectory(prefix="atomglass-bench-") as folder:
        path = Path(folder, "sample.npz")
        files.write(path, sample)
        command = [sys.executable, "-m", "atomglass.bench.child", task, str(path)]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=seconds, env=os.environ | one, cwd=folder
            )
        except subprocess.TimeoutExpired:
            raise ChildError(f"not done after {seconds:.0f} s") from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise ChildError(lines[-1][:200])
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def peak_memory() -> float:
    """Return the largest memory that this process has held so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Do the task named on the command line."""
    module, name = TASKS[sys.argv[1]].split(":")
    result = getattr(importlib.import_module(module), name)(files.read(sys.argv[2]))
    print("\n" + json.dumps(result))


if __name__ == "__main__":
    main()
