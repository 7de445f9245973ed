"""The yardstick: small C programs (`c/*.c`), compiled on this machine and called through ctypes."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atomglass.system.configuration import Configuration

#: What the yardstick has always been compiled with.
FLAGS = ("-O3", "-march=native", "-ffast-math", "-fPIC", "-c")
#: Width of the pair list of the force evaluation beyond each pair's cutoff.
SKIN = 0.3
#: Room in the pair list, in pairs a particle.
PAIRS = 40
_SOURCES = Path(__file__).parent / "c"
_WRONG = {-1: "the box does not suit it", -2: "a list of it is full"}


class YardstickError(RuntimeError):
    """The C programs could not be compiled, or refuse a sample."""


def compiler() -> str | None:
    """Return the C compiler: $CC, gcc, cc or clang; None where there is none."""
    names = [os.environ.get("CC", ""), "gcc", "cc", "clang"]
    return next((found for name in names if name and (found := shutil.which(name))), None)


class Yardstick:
    """The C programs, each compiled when first used, into a temporary folder.

    Parameters
    ----------
    command : str
        The compiler, from `compiler`.
    """

    def __init__(self, command: str) -> None:
        self.command = command
        self._folder = tempfile.TemporaryDirectory(prefix="atomglass-yardstick-")

    def moves(
        self, program: str, sample: Configuration, temperature: float, swap_fraction: float, step: float, sweeps: int
    ) -> tuple[float, float, float]:
        """Run Swap Monte Carlo from a sample: energy per particle at the end, acceptance of displacements, of swaps.

        Parameters
        ----------
        program : str
            `plain`, `tuned` (both 2-D) or `plain_3d`.
        sample : Configuration
            In a square or cubic box.
        temperature, swap_fraction, step, sweeps : float
            As in `SwapMonteCarlo`.
        """
        run = self._loaded(f"swap_{program}")
        positions, diameters = sample.positions.copy(), sample.diameters.copy()
        given = [_doubles(positions)] if program == "plain_3d" else [_doubles(p.copy()) for p in positions.T]
        out = np.zeros(5)
        last = [ctypes.c_double(1.0), _doubles(out)] if program == "tuned" else [_doubles(out)]
        run.seed(ctypes.c_uint64(1))
        code = (run.fsmc if program == "tuned" else run.smc)(
            len(sample), ctypes.c_double(_side(sample)), *given, _doubles(diameters), ctypes.c_double(temperature),
            ctypes.c_double(step), ctypes.c_double(swap_fraction), ctypes.c_int64(len(sample) * sweeps), *last,
        )  # fmt: skip
        _check(code, f"swap_{program}")
        return float(out[0]), float(out[1]), float(out[2])

    def evaluation(self, sample: Configuration) -> Callable[[], tuple[float, NDArray[np.float64]]]:
        """Return a function that evaluates energy and forces of a 2-D sample once, with its pair list kept."""
        run, n, side = self._loaded("forces"), len(sample), ctypes.c_double(_side(sample))
        positions, diameters = sample.positions.copy(), sample.diameters.copy()
        first, second = np.zeros(PAIRS * n, np.int32), np.zeros(PAIRS * n, np.int32)
        x, y = (p.copy() for p in positions.T)
        count = run.pairs(
            n, side, _doubles(x), _doubles(y), _doubles(diameters), ctypes.c_double(SKIN), _integers(first),
            _integers(second), PAIRS * n,
        )  # fmt: skip
        _check(min(count, 0), "forces")
        forces = np.zeros((n, 2))
        run.ef.restype = ctypes.c_double
        arguments = [n, side, _doubles(positions), _doubles(diameters), count, _integers(first), _integers(second)]
        result = _doubles(forces)

        def evaluate(_kept: Any = (positions, diameters, first, second)) -> tuple[float, NDArray[np.float64]]:
            return run.ef(*arguments, result), forces

        return evaluate

    @cached_property
    def _libraries(self) -> dict[str, ctypes.CDLL]:
        return {}

    def _loaded(self, name: str) -> ctypes.CDLL:
        if name not in self._libraries:
            part, library = (Path(self._folder.name, f"{name}{suffix}") for suffix in (".o", ".so"))
            self._call(name, *FLAGS, "-o", str(part), str(_SOURCES / f"{name}.c"))
            # Linked without -ffast-math: with it, loading the library would make the whole process flush subnormal
            # numbers to zero, ours included.
            self._call(name, "-shared", "-o", str(library), str(part), "-lm")
            self._libraries[name] = ctypes.CDLL(str(library))
        return self._libraries[name]

    def _call(self, name: str, *arguments: str) -> None:
        done = subprocess.run([self.command, *arguments], capture_output=True, text=True)
        if done.returncode:
            raise YardstickError(f"{self.command} cannot compile {name}.c: {done.stderr.strip()[:500]}")


def _side(sample: Configuration) -> float:
    return float(np.max(sample.box))


def _check(code: int, program: str) -> None:
    if code < 0:
        raise YardstickError(f"{program}.c refuses the sample: {_WRONG.get(code, code)}")


def _doubles(array: NDArray[np.float64]) -> Any:
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_double))


def _integers(array: NDArray[np.int32]) -> Any:
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_int))
