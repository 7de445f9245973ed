"""Benchmarks of the start: the command line's help, the import, and that neither compiles anything."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from atomglass.bench.child import environment
from atomglass.bench.clock import Timing
from atomglass.bench.setting import Setting
from atomglass.bench.table import Row, Target

_NAMES = "import atomglass as ag; [getattr(ag, name) for name in ag.__all__]"
_QUENCH = """
import numpy as np, atomglass as ag
r = np.random.default_rng(1)
c = ag.Configuration(r.random((200, 2)) * 14, np.ones(200), [14.0, 14.0])
assert ag.quench(c, ag.load_potential("kumar2021")).converged
"""


def start(setting: Setting) -> Iterator[Row]:
    """Start-up: `atomglass --help`, `import atomglass`."""
    python = [sys.executable, "-c"]
    commands = {
        "`atomglass --help`": ([sys.executable, "-m", "atomglass", "--help"], 0.5),
        "`import atomglass`, warm": ([*python, "import atomglass"], 1.0),
        "`import atomglass` with every public name": ([*python, _NAMES], None),
        "import and first quench, kernels in the cache": ([*python, _QUENCH], None),
    }
    if setting.quick:
        commands = dict(list(commands.items())[:2])
    for command, _ in commands.values():
        _cpu_seconds(command)
    found: dict[str, list[float]] = {what: [] for what in commands}
    for _ in range(setting.several(9, 3)):
        for what, (command, _aim) in commands.items():
            found[what].append(_cpu_seconds(command))
    for what, (_, aim) in commands.items():
        target = None if aim is None else Target("<=", aim, "measured")
        yield Row("startup", what, Timing(tuple(found[what])), "s", target=target, note="CPU time of the whole process")
    with tempfile.TemporaryDirectory() as folder:
        _cpu_seconds([*python, _NAMES], ATOMGLASS_CACHE_DIR=folder)
        compiled = [path for path in Path(folder).rglob("*") if path.suffix in (".nbi", ".nbc")]
    yield Row("startup", "importing every name compiles nothing", claim=not compiled)


def _cpu_seconds(command: list[str], **changes: str) -> float:
    """Run a command and return the CPU time of its process and of those that it waited for."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment() | changes
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise ArithmeticError(f"{' '.join(command)[:80]} ended with exit status {process.returncode}")
    return usage.ru_utime + usage.ru_stime
