"""What a result was computed with."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from atomglass.version import KERNEL_VERSION, __version__

_PACKAGES = ("numpy", "scipy", "numba", "pandas", "pyarrow")


def provenance() -> dict[str, Any]:
    """Return versions, commit, processor and the like, as plain data."""
    from atomglass.kernels.compile import source_hash

    return {
        "atomglass": __version__,
        "kernel_version": KERNEL_VERSION,
        "kernel_sources": source_hash(),
        "commit": _commit(),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "processor": _processor(),
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


def _commit() -> str:
    """The checkout's commit; empty outside a checkout."""
    folder = Path(__file__).resolve().parents[2]
    if not (folder / ".git").exists():
        return ""
    try:
        command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=12"]
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()
