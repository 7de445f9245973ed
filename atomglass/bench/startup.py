"""Benchmarks of the start: the command line's help, the import, and a check that neither compiles anything."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from atomglass.bench.child_process import child_environment
from atomglass.bench.clock import Timing
from atomglass.bench.context import BenchmarkContext
from atomglass.bench.table import Row, Target

_LOAD_EVERY_NAME = "import atomglass as ag; [getattr(ag, name) for name in ag.__all__]"
_QUENCH = """
import numpy as np, atomglass as ag
r = np.random.default_rng(1)
c = ag.Configuration(r.random((200, 2)) * 14, np.ones(200), [14.0, 14.0])
assert ag.quench(c, ag.load_potential("kumar2021")).converged
"""


def startup_times(context: BenchmarkContext) -> Iterator[Row]:
    """Start-up: `atomglass --help`, `import atomglass`."""
    python = [sys.executable, "-c"]
    # Each with the upper bound of its CPU seconds, if there is one.
    commands = {
        "`atomglass --help`": ([sys.executable, "-m", "atomglass", "--help"], 0.5),
        "`import atomglass`, warm": ([*python, "import atomglass"], 1.0),
        "`import atomglass` with every public name": ([*python, _LOAD_EVERY_NAME], None),
        "import and first quench, kernels in the cache": ([*python, _QUENCH], None),
    }
    if context.quick:
        commands = dict(list(commands.items())[:2])
    for command, _ in commands.values():
        _cpu_seconds(command)
    seconds: dict[str, list[float]] = {what: [] for what in commands}
    for _ in range(context.choose(9, 3)):
        for what, (command, _bound) in commands.items():
            seconds[what].append(_cpu_seconds(command))
    for what, (_, bound) in commands.items():
        target = None if bound is None else Target("<=", bound, "measured")
        timing = Timing(tuple(seconds[what]))
        yield Row("startup", what, timing, "s", target=target, note="CPU time of the whole process")
    with tempfile.TemporaryDirectory() as folder:
        _cpu_seconds([*python, _LOAD_EVERY_NAME], ATOMGLASS_CACHE_DIR=folder)
        compiled = [path for path in Path(folder).rglob("*") if path.suffix in (".nbi", ".nbc")]
    yield Row("startup", "importing every name compiles nothing", claim=not compiled)


def _cpu_seconds(command: list[str], **variables: str) -> float:
    """Run a command with additional environment variables; return the CPU time of its process and its children."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=child_environment() | variables
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise ArithmeticError(f"{' '.join(command)[:80]} ended with exit status {process.returncode}")
    return usage.ru_utime + usage.ru_stime
