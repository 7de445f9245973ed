"""Provenance of a result: the process, versions and processor with which it was computed."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from atomglass.__about__ import KERNEL_VERSION, __version__
from atomglass.kernels.jit import source_hash

_PACKAGES = ("numpy", "scipy", "numba", "pandas", "pyarrow")


@dataclass(frozen=True)
class Origin:
    """The run and the process that compute a result.

    Attributes
    ----------
    run : str
        Name of the run, which is one command with any number of processes.
    provenance : dict
        Versions, processor, host and so on, from `provenance`.
    """

    run: str
    provenance: dict[str, Any]

    @classmethod
    def of_this_process(cls, run: str = "") -> Origin:
        """Return the origin of results of this process, as part of a new run unless one is given."""
        known = provenance()
        return cls(run or f"{known['time'].replace(':', '')}-{known['host']}-{known['process']}", known)

    @property
    def keys(self) -> dict[str, Any]:
        """The columns of the table of attempts that describe the origin."""
        return {"run": self.run, "host": self.provenance["host"], "process": self.provenance["process"]}


def provenance() -> dict[str, Any]:
    """Return versions, commit, processor, host, time and so on as plain data."""
    return {
        "atomglass": __version__,
        "kernel_version": KERNEL_VERSION,
        "kernel_sources": source_hash(),
        "commit": _commit(),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "processor": processor(),
        "blas": blas_kernel(),
        "system": platform.platform(),
        "host": platform.node(),
        "process": os.getpid(),
        "threads": os.environ.get("OMP_NUM_THREADS", ""),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


@cache
def blas_kernel() -> str:
    """Return the kernel that numpy's OpenBLAS selected for this processor; empty if unknown."""
    package = Path(np.__file__).parent
    for folder in (package.parent / "numpy.libs", package / ".dylibs"):
        for library in folder.glob("lib*openblas*"):
            with contextlib.suppress(OSError, AttributeError):
                name = ctypes.CDLL(str(library)).scipy_openblas_get_corename64_
                name.restype = ctypes.c_char_p
                return name().decode()
    return ""


@cache
def _commit() -> str:
    """Return the commit of the source checkout; empty if there is no checkout."""
    folder = Path(__file__).resolve().parents[3]
    if not (folder / ".git").exists():
        return ""
    try:
        command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=12"]
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def processor() -> str:
    """Return the name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()
