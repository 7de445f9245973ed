"""No kernel is compiled twice for arguments that differ only in being constant or read-only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# A first use in a process of its own: glasses by hybrid Monte Carlo, and a liquid whose modes are computed. Without
# optimization it takes half of the time.
FIRST_USE = """
import json, sys
from numba.core import event, types

compiled = {}

class Listener(event.Listener):
    def on_start(self, happened): pass
    def on_end(self, happened):
        compiled[id(happened.data["dispatcher"])] = happened.data["dispatcher"]

def plain(argument):
    if isinstance(argument, types.IntegerLiteral):
        return types.unliteral(argument)
    return argument.copy(readonly=False) if isinstance(argument, types.Array) else argument

event.register("numba:compile", Listener())
import atomglass as ag
from atomglass import HybridMonteCarlo, SwapMonteCarlo
from atomglass.minimization.random_start import random_start

potential = ag.load_potential("kumar2021")
for trajectories in (None, HybridMonteCarlo()):
    liquid = random_start(400, potential, 1.0, "iid", 1, 2)
    sampler = SwapMonteCarlo(liquid, potential, 0.2, seed=3, trajectories=trajectories)
    sampler.run(8)
ag.modes_below(ag.quench(sampler.configuration, potential).configuration, potential, 1.0)
twice = {}
for kernel in compiled.values():
    signatures = [tuple(map(plain, arguments)) for arguments in kernel.overloads]
    if len(set(signatures)) < len(signatures):
        twice[kernel.py_func.__name__] = [str(arguments) for arguments in kernel.overloads]
print(json.dumps({"kernels": len(compiled), "twice": twice}))
"""


@pytest.mark.extended
def test_no_kernel_is_compiled_for_constant_and_variable_arguments(tmp_path: Path) -> None:
    environment = {**os.environ, "ATOMGLASS_CACHE_DIR": str(tmp_path), "NUMBA_OPT": "0", "ATOMGLASS_QUIET": "1"}
    done = subprocess.run(
        [sys.executable, "-c", FIRST_USE], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["kernels"] > 100
    assert found["twice"] == {}
