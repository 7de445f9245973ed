"""The first use of a kernel on a machine is announced, once, and not that of the user's own compiled functions."""

from __future__ import annotations

import os
import subprocess
import sys

import numba
import pytest

from atomglass.kernels.jit import device, leaf
from atomglass.system import compilation
from atomglass.system.compilation import CompilationNotice


def _function():
    def double(x):
        return 2 * x

    return double


class _Occurrence:
    def __init__(self, function) -> None:
        self.data = {"dispatcher": function}


@pytest.fixture
def notice(monkeypatch: pytest.MonkeyPatch) -> CompilationNotice:
    monkeypatch.setenv("ATOMGLASS_QUIET", "0")
    return CompilationNotice()


def _own():
    """Return a kernel of this package."""
    function = _function()
    function.__module__ = "atomglass.kernels.example"
    return leaf(function)


def _compile(notice: CompilationNotice, *functions) -> None:
    """Report compilations nested in one another."""
    for function in functions:
        notice.on_start(_Occurrence(function))
    for function in reversed(functions):
        notice.on_end(_Occurrence(function))


def test_the_first_kernel_is_announced_and_the_others_are_counted(notice, monkeypatch, capsys) -> None:
    now = [100.0]
    monkeypatch.setattr(compilation.time, "monotonic", lambda: now.__setitem__(0, now[0] + 4.0) or now[0])
    kernel = _own()
    _compile(notice, kernel, device(_function()))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("atomglass: compiling (once on this machine, about a minute)")
    for _ in range(4):
        _compile(notice, kernel)
    later = capsys.readouterr().err.splitlines()
    assert later and all(line.startswith("atomglass: compiled ") for line in later)
    assert len(later) < 4, "a line for every kernel"


def test_functions_of_the_user_are_not_announced(notice, capsys) -> None:
    _compile(notice, numba.njit(_function()), numba.njit(_function()))
    notice.announced = True  # as by `atomglass run`
    _compile(notice, _own())
    assert not capsys.readouterr().err


def test_quiet(notice, monkeypatch, capsys) -> None:
    monkeypatch.setenv("ATOMGLASS_QUIET", "1")
    _compile(notice, _own())
    assert not capsys.readouterr().err


@pytest.mark.parametrize("quiet", [False, True])
def test_in_a_new_environment(tmp_path, quiet: bool) -> None:
    code = (
        "import numpy as np, atomglass.system.configuration\n"
        "from atomglass.kernels.minimization.vector_ops import dot\n"
        "print(dot(np.ones(3), np.ones(3)))"
    )
    environment = {"ATOMGLASS_CACHE_DIR": str(tmp_path), "ATOMGLASS_QUIET": str(int(quiet))}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, env=os.environ | environment
    )
    assert done.returncode == 0, done.stderr
    assert ("atomglass: compiling" in done.stderr) is not quiet and float(done.stdout) == 3
    again = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, env=os.environ | environment
    )
    assert not again.stderr and again.stdout == done.stdout, "what is in the cache is not announced"
