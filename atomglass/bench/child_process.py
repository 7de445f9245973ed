"""One task in a process of its own, to measure its memory or to stop it if it takes too long.

`python -m atomglass.bench.child_process MODULE:FUNCTION FILE` calls the function with the sample in the file and prints
the result as one line of JSON.
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
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from atomglass.io import files
from atomglass.system.configuration import Configuration


class ChildError(RuntimeError):
    """The child process failed or took too long; the message is one line."""


def run_child(
    task: str, sample: Configuration, max_cpu_seconds: float, search_path: Sequence[Path] = ()
) -> dict[str, Any]:
    """Run a task on a sample in a process of its own.

    Parameters
    ----------
    task : str
        `MODULE:FUNCTION`. The function takes a `Configuration` and returns a dictionary that JSON can represent.
    sample : Configuration
        What the function is called with.
    max_cpu_seconds : float
        CPU time after which the process is killed.
    search_path : sequence of Path, optional
        Folders that Python searches for the module first.

    Returns
    -------
    dict
        The result of the function.

    Raises
    ------
    ChildError
        The task failed (the message is the last line of its standard error) or exceeded `max_cpu_seconds`.
    """
    with tempfile.TemporaryDirectory(prefix="atomglass-bench-") as folder:
        path = Path(folder, "sample.npz")
        files.write(path, sample)
        command = [sys.executable, "-m", "atomglass.bench.child_process", task, str(path)]
        start = time.monotonic()
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=child_environment(search_path),
        ) as process:
            while True:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    output, errors = process.communicate(timeout=0.2)
                    break
                if _cpu_seconds_of(process.pid, time.monotonic() - start) > max_cpu_seconds:
                    process.kill()
                    process.communicate()
                    raise ChildError(f"not done after {max_cpu_seconds:g} s")
    if process.returncode:
        lines = errors.strip().splitlines() or [f"exit status {process.returncode}"]
        raise ChildError(lines[-1][:200])
    result: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    return result


def _cpu_seconds_of(pid: int, elapsed: float) -> float:
    """Return the CPU time of a process (Linux), or else the elapsed time.

    A limit set by the process itself (RLIMIT_CPU) would make its clock coarse.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError):
        return elapsed


def child_environment(search_path: Sequence[Path] = ()) -> dict[str, str]:
    """Return the environment of a child process: one thread, and this very copy of the package."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
    xla = {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"}
    paths = [*map(str, search_path), str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    return os.environ | dict.fromkeys(names, "1") | xla | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


def reset_peak_memory() -> float:
    """Reset the peak of this process's memory (Linux only).

    Returns
    -------
    float
        Memory in bytes that the process holds now, or its peak so far where the peak cannot be reset.
    """
    try:
        Path("/proc/self/clear_refs").write_text("5")
        return _memory_status("VmRSS")
    except OSError:
        return peak_memory()


def peak_memory() -> float:
    """Return the largest memory in bytes that this process has held, since `reset_peak_memory` if that was called."""
    with contextlib.suppress(OSError, StopIteration):
        return _memory_status("VmHWM")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _memory_status(key: str) -> float:
    """Return an entry of /proc/self/status in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{key}:")) * 1024.0


def main() -> None:
    """Run the task that the command line names."""
    module, _, name = sys.argv[1].partition(":")
    result = getattr(importlib.import_module(module), name)(files.read(sys.argv[2]))
    print("\n" + json.dumps(result))


if __name__ == "__main__":
    main()
