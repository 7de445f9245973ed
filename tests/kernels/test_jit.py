"""The cache of compiled kernels: it notices every edit, processes share it, and the user's numba is left alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

import atomglass
from atomglass.kernels import jit

PACKAGE = Path(atomglass.__file__).parent
CALLEE = """
from atomglass.kernels.jit import inline


@inline
def factor(x):
    return {factor} * x
"""
CALLER = """
from atomglass.kernels.{package}callee import factor
from atomglass.kernels.jit import kernel


@kernel
def result(x):
    return factor(x) + 1.0
"""
ASK = """
from atomglass.kernels.caller import result
print(result(2.0), sum(result.stats.cache_hits.values()), sum(result.stats.cache_misses.values()))
"""
HASH = "from atomglass.kernels.jit import source_hash; print(source_hash())"
#: The folders that hold kernels, by their names below `kernels`.
FOLDERS = ["", "sampling", "minimization", "linalg"]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder with a copy of the package and two more kernels, one of which calls the other in another file."""
    shutil.copytree(PACKAGE, tmp_path / "atomglass", ignore=shutil.ignore_patterns("__pycache__"))
    add_kernels(tmp_path, "")
    return tmp_path


def add_kernels(copy: Path, folder: str) -> Path:
    """Write a kernel into `kernels`, and one that it calls into one of the folders; return the path of the latter."""
    callee = copy / "atomglass" / "kernels" / folder / "callee.py"
    callee.write_text(CALLEE.format(factor=3.0))
    package = f"{folder}." if folder else ""
    (copy / "atomglass" / "kernels" / "caller.py").write_text(CALLER.format(package=package))
    return callee


def environment(folder: Path) -> dict[str, str]:
    changes = {"ATOMGLASS_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return {**os.environ, **changes}


def ask(folder: Path, code: str = ASK) -> list[str]:
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(folder), cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.extended
@pytest.mark.parametrize("folder", FOLDERS)
def test_an_edit_of_a_callee_in_another_file_is_noticed(copy: Path, folder: str) -> None:
    callee = add_kernels(copy, folder)
    assert ask(copy) == ["7.0", "0", "1"]
    assert ask(copy) == ["7.0", "1", "0"]  # from the cache
    times = callee.stat()
    callee.write_text(CALLEE.format(factor=5.0))
    os.utime(callee, ns=(times.st_atime_ns, times.st_mtime_ns))  # the same size and the same date
    assert ask(copy) == ["11.0", "0", "1"]
    callee.write_text(CALLEE.format(factor=3.0))
    assert ask(copy) == ["7.0", "1", "0"]  # the machine code of the first version is still there


@pytest.mark.extended
def test_every_kernel_file_counts(copy: Path) -> None:
    """A comment in a kernel of any folder changes the hash, and every kernel is compiled again."""
    seen = [ask(copy, HASH)]
    assert ask(copy) == ["7.0", "0", "1"]
    for folder in FOLDERS:
        kernel = min((copy / "atomglass" / "kernels" / folder).glob("[a-z]*.py"))
        with kernel.open("a") as file:
            file.write("\n# a comment\n")
        seen.append(ask(copy, HASH))
        assert ask(copy) == ["7.0", "0", "1"], kernel
    assert len({tuple(one) for one in seen}) == 1 + len(FOLDERS)


@pytest.mark.extended
def test_a_damaged_file_is_compiled_again(copy: Path) -> None:
    ask(copy)
    files = [path for path in (copy / "cache").rglob("*") if path.suffix in (".nbc", ".nbi")]
    assert {path.suffix for path in files} == {".nbc", ".nbi"}
    for path in files:
        path.write_bytes(path.read_bytes()[:20])
    assert ask(copy)[0] == "7.0"
    assert ask(copy) == ["7.0", "1", "0"]  # and repaired


def test_importing_everything_compiles_nothing(copy: Path) -> None:
    code = "import atomglass as ag; names = [getattr(ag, name) for name in ag.__all__]; print(len(names) > 20)"
    assert ask(copy, code) == ["True"]
    assert not [path for path in copy.rglob("*") if path.suffix in (".nbc", ".nbi")]


USERS = """
import numba


@numba.njit(cache=True)
def mine(x):
    return x + 1
"""


def test_the_users_own_numba_code_is_left_alone(copy: Path) -> None:
    """Their cache stays where numba puts it, with numba's own classes, before and after atomglass is used."""
    (copy / "users.py").write_text(USERS)
    code = """
import numba
from numba.core import caching, config
before = (config.CACHE_DIR, list(caching.CompileResultCacheImpl._locator_classes), numba.njit, config.NUMBA_NUM_THREADS)
import users
import atomglass as ag
from atomglass.kernels.caller import result
result(2.0)
ag.quench
after = (config.CACHE_DIR, list(caching.CompileResultCacheImpl._locator_classes), numba.njit, config.NUMBA_NUM_THREADS)
users.mine(1)
print(before == after, type(users.mine._cache) is caching.FunctionCache, users.mine.stats.cache_path)
"""
    same, plain, path = ask(copy, code)
    assert (same, plain) == ("True", "True")
    assert Path(path) == copy / "__pycache__"
    assert list(Path(path).glob("users.mine*.nbi"))
    assert not [found for found in (copy / "cache").rglob("*") if "users" in found.name]


@pytest.mark.slow
def test_sixty_four_processes_share_an_empty_cache(copy: Path) -> None:
    """All start at once: each returns the right number, none fails, and the next process compiles nothing."""
    command = [sys.executable, "-c", ASK]
    began = time.monotonic()
    running = [
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(copy), cwd=copy
        )
        for _ in range(64)
    ]
    answers = [process.communicate() for process in running]
    print(f"64 processes: {time.monotonic() - began:.0f} s")
    assert [process.returncode for process in running] == [0] * 64, [error for _, error in answers if error][:3]
    assert {answer.split()[0] for answer, _ in answers} == {"7.0"}
    assert not any(error for _, error in answers)
    assert ask(copy) == ["7.0", "1", "0"]
    left = [path.name for path in (copy / "cache").rglob("*") if path.is_file() and path.name != "lock"]
    assert {Path(name).suffix for name in left} == {".nbc", ".nbi"}  # nothing half-written


def test_kernels_are_kept_in_the_temporary_folder_without_a_home(tmp_path: Path) -> None:
    """A home directory that not even root can create."""
    program = "from atomglass.kernels.jit import cache_folder; print(cache_folder())"
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": "/dev/null/home",
        "TMPDIR": str(tmp_path),
        "PYTHONPATH": str(PACKAGE.parent),
    }
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert Path(done.stdout.strip()).parent.parent == tmp_path


def test_a_user_without_a_home_has_a_temporary_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A container may run as a user who has no entry in the list of users, and no HOME."""

    def expanduser(self: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", expanduser)
    for name in ("ATOMGLASS_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert jit.cache_folder.__wrapped__().is_relative_to(tmp_path)
