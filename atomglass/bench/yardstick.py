"""The yardstick: small C programs (`c/*.c`) that are compiled on this machine and called through ctypes."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from atomglass.system.configuration import Configuration

#: Flags of the compiler; changing them would make old and new ratios incomparable.
FLAGS = ("-O3", "-march=native", "-ffast-math", "-fPIC", "-c")
#: The pair list of the force evaluation holds pairs up to this distance beyond their cutoff.
SKIN = 0.3
#: Capacity of the pair list in pairs per particle.
PAIRS_PER_PARTICLE = 40
_SOURCES = Path(__file__).parent / "c"
_ERRORS = {-1: "the box is too small or too large for its cell list", -2: "one of its lists is full"}


class YardstickError(RuntimeError):
    """The C programs could not be compiled, or refused a sample."""


class SwapMoves(NamedTuple):
    """What Swap Monte Carlo samples, and how.

    Attributes
    ----------
    temperature : float
        In units of epsilon.
    swap_fraction : float
        Fraction of the attempted moves that swap two diameters.
    max_displacement : float
        Largest displacement along an axis.
    """

    temperature: float
    swap_fraction: float
    max_displacement: float


class SwapResult(NamedTuple):
    """What a C program reports at the end of a run.

    Attributes
    ----------
    energy_per_particle : float
        Potential energy per particle of the last configuration.
    displacement_acceptance, swap_acceptance : float
        Accepted over attempted moves.
    """

    energy_per_particle: float
    displacement_acceptance: float
    swap_acceptance: float


def compiler() -> str | None:
    """Return the path of the C compiler: $CC, gcc, cc or clang; None if there is none."""
    names = [os.environ.get("CC", ""), "gcc", "cc", "clang"]
    return next((path for name in names if name and (path := shutil.which(name))), None)


class Yardstick:
    """The C programs. Each is compiled on its first use, into a temporary folder.

    Parameters
    ----------
    command : str
        The compiler, from `compiler`.
    """

    def __init__(self, command: str) -> None:
        self.command = command
        self._folder = tempfile.TemporaryDirectory(prefix="atomglass-yardstick-")
        self._libraries: dict[str, ctypes.CDLL] = {}

    def run_swap_monte_carlo(self, program: str, sample: Configuration, moves: SwapMoves, sweeps: int) -> SwapResult:
        """Run Swap Monte Carlo from a sample.

        Parameters
        ----------
        program : str
            `plain`, `tuned` (both 2-D) or `plain_3d`.
        sample : Configuration
            In a square or cubic box.
        moves : SwapMoves
            Temperature, fraction of swaps, and largest displacement.
        sweeps : int
            Number of sweeps of N attempted moves.

        Raises
        ------
        YardstickError
            The program cannot be compiled, or refuses the sample.
        """
        name = f"swap_{program}"
        library = self._library(name)
        positions, diameters = sample.positions.copy(), sample.diameters.copy()
        coordinates = [positions] if program == "plain_3d" else [axis.copy() for axis in positions.T]
        result = np.zeros(5)
        function = library.fsmc if program == "tuned" else library.smc
        skin = [ctypes.c_double(1.0)] if program == "tuned" else []
        library.seed(ctypes.c_uint64(1))
        code = function(
            len(sample),
            ctypes.c_double(_side(sample)),
            *map(_doubles, coordinates),
            _doubles(diameters),
            ctypes.c_double(moves.temperature),
            ctypes.c_double(moves.max_displacement),
            ctypes.c_double(moves.swap_fraction),
            ctypes.c_int64(len(sample) * sweeps),
            *skin,
            _doubles(result),
        )
        _check(code, name)
        return SwapResult(*map(float, result[:3]))

    def force_evaluation(self, sample: Configuration) -> Callable[[], tuple[float, NDArray[np.float64]]]:
        """Return a function that computes energy and forces (N, 2) of a 2-D sample; its pair list is built only once.

        Raises
        ------
        YardstickError
            The program cannot be compiled, or refuses the sample.
        """
        library, n, side = self._library("forces"), len(sample), ctypes.c_double(_side(sample))
        positions, diameters = sample.positions.copy(), sample.diameters.copy()
        capacity = PAIRS_PER_PARTICLE * n
        first, second = np.zeros(capacity, np.int32), np.zeros(capacity, np.int32)
        x, y = (axis.copy() for axis in positions.T)
        count = library.pairs(
            n,
            side,
            _doubles(x),
            _doubles(y),
            _doubles(diameters),
            ctypes.c_double(SKIN),
            _integers(first),
            _integers(second),
            capacity,
        )
        _check(min(count, 0), "forces")
        forces = np.zeros((n, 2))
        library.ef.restype = ctypes.c_double
        arguments = [n, side, _doubles(positions), _doubles(diameters), count, _integers(first), _integers(second)]
        result = _doubles(forces)

        # The default argument keeps the arrays alive whose addresses are passed to C.
        def evaluate(_arrays: Any = (positions, diameters, first, second)) -> tuple[float, NDArray[np.float64]]:
            return library.ef(*arguments, result), forces

        return evaluate

    def _library(self, name: str) -> ctypes.CDLL:
        """Return a program as a library, compiled if this is its first use."""
        if name not in self._libraries:
            compiled, library = (Path(self._folder.name, f"{name}{suffix}") for suffix in (".o", ".so"))
            self._compile(name, *FLAGS, "-o", str(compiled), str(_SOURCES / f"{name}.c"))
            # Linked without -ffast-math: with it, loading the library would make the whole process flush subnormal
            # numbers to zero, including ours.
            self._compile(name, "-shared", "-o", str(library), str(compiled), "-lm")
            self._libraries[name] = ctypes.CDLL(str(library))
        return self._libraries[name]

    def _compile(self, name: str, *arguments: str) -> None:
        done = subprocess.run([self.command, *arguments], capture_output=True, text=True)
        if done.returncode:
            raise YardstickError(f"{self.command} cannot compile {name}.c: {done.stderr.strip()[:500]}")


def _side(sample: Configuration) -> float:
    return float(np.max(sample.box))


def _check(code: int, program: str) -> None:
    if code < 0:
        raise YardstickError(f"{program}.c refuses the sample: {_ERRORS.get(code, code)}")


def _doubles(array: NDArray[np.float64]) -> Any:
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_double))


def _integers(array: NDArray[np.int32]) -> Any:
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_int))
