"""Check whether a machine is ready to run studies."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from atomglass.kernels.jit import cache_folder
from atomglass.study.store.provenance import blas_kernel, processor


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes
    ----------
    mark : str
        `ok`, `note` (could be improved) or `BAD` (studies will not work).
    subject : str
        What was checked.
    text : str
        What was found.
    """

    mark: str
    subject: str
    text: str


def examine(folder: Path) -> Iterator[Finding]:
    """Yield the findings about this machine and about the folder in which studies will be written."""
    good = sys.version_info >= (3, 11)
    yield Finding("ok" if good else "BAD", "Python", f"{platform.python_version()} in {sys.prefix}")
    yield Finding("ok", "processor", f"{processor()}, {os.cpu_count()} cores, {_usable()} for this process")
    for name in ("numpy", "scipy", "numba", "pandas", "pyarrow"):
        yield Finding("ok", name, _version(name))
    yield Finding("ok" if blas_kernel() else "note", "BLAS", blas_kernel() or "not the OpenBLAS of numpy's wheels")
    yield _threads()
    yield _cache()
    yield _mpi()
    yield from _folder(folder)
    yield _slurm()


def _usable() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _threads() -> Finding:
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
    values = {name: os.environ.get(name, "1") for name in names}
    shown = ", ".join(f"{name} = {value}" for name, value in values.items())
    if set(values.values()) == {"1"}:
        return Finding("ok", "threads", "one per process")
    return Finding("note", "threads", f"{shown}: processes compete, and the last digits may depend on the number")


def _cache() -> Finding:
    folder = cache_folder()
    compiled = (folder / "complete").exists()
    text = f"{folder} ({_filesystem(folder)}), {'compiled' if compiled else 'empty: run `atomglass warmup`'}"
    if _filesystem(folder) in _NETWORK:
        return Finding("note", "kernel cache", f"{text}; set ATOMGLASS_CACHE_DIR to a folder of the node")
    return Finding("ok" if compiled else "note", "kernel cache", text)


def _mpi() -> Finding:
    if _version("mpi4py") == "not installed":
        return Finding("note", "MPI", "mpi4py is not installed: pip install mpi4py mpich (docs/cluster.md)")
    # In a separate process, since an incompatible library can crash it.
    code = "from mpi4py import MPI; print(MPI.Get_library_version().splitlines()[0])"
    try:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        text = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        return Finding("note", "MPI", f"mpi4py {_version('mpi4py')} does not start: {text[-1] if text else error}")
    launcher = shutil.which("mpiexec", path=os.path.dirname(sys.executable)) or shutil.which("mpiexec") or "no mpiexec"
    library = " ".join(done.stdout.split()).rstrip(",")
    return Finding("ok", "MPI", f"mpi4py {_version('mpi4py')}, {library}, {launcher}")


def _folder(folder: Path) -> Iterator[Finding]:
    """Try the operations that studies rely on: linking, failure of a second link, renaming over a file, folder sync."""
    if not folder.is_dir():
        yield Finding("BAD", "folder", f"{folder} is not a directory")
        return
    kind = _filesystem(folder)
    try:
        with tempfile.TemporaryDirectory(prefix=".atomglass-doctor-", dir=folder) as name:
            one, two = Path(name, "one"), Path(name, "two")
            one.write_text("1")
            os.link(one, two)
            with contextlib.suppress(FileExistsError):
                os.link(one, two)
                yield Finding("BAD", "file system", f"{folder} ({kind}): a second link to a name was not refused")
                return
            os.replace(two, one)
            descriptor = os.open(name, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
    except OSError as error:
        yield Finding("BAD", "file system", f"{folder} ({kind}): {error.strerror}; studies need links and renames")
        return
    free = shutil.disk_usage(folder).free / 1e9
    yield Finding("ok" if free > 1 else "note", "file system", f"{folder} ({kind}): links, renames; {free:.1f} GB free")


_NETWORK = ("nfs", "nfs4", "lustre", "gpfs", "beegfs", "cifs", "fuse.sshfs", "ceph")


def _filesystem(folder: Path) -> str:
    """Return the type of the file system of a folder; empty if unknown."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return ""
    path = folder.resolve()
    inside = [(point, kind) for point, kind in mounts if path.is_relative_to(point)]
    return max(inside, key=lambda entry: len(entry[0]), default=("", ""))[1]


def _slurm() -> Finding:
    if not shutil.which("sbatch"):
        return Finding("note", "SLURM", "no sbatch found")
    try:
        done = subprocess.run(["sinfo", "--noheader", "--format=%P %a %D"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("note", "SLURM", f"sinfo does not answer: {error}")
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        return Finding("note", "SLURM", f"sinfo does not answer: {said[-1]}")
    inside = f"; inside job {os.environ['SLURM_JOB_ID']}" if "SLURM_JOB_ID" in os.environ else ""
    return Finding("ok", "SLURM", f"partitions: {', '.join(done.stdout.split(chr(10))[:5]).strip(', ')}{inside}")
