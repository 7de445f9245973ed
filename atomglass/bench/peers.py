"""Benchmarks beside other programs from PyPI, each in a process of its own where the two take turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec

from atomglass.bench import samples
from atomglass.bench.child import ChildError, run_child
from atomglass.bench.clock import Timing
from atomglass.bench.setting import Benchmark, Setting
from atomglass.bench.table import Row, Target
from atomglass.system.configuration import Configuration

#: The longest that another program may take, in seconds of CPU time.
PATIENCE = 400.0


def _beside(
    setting: Setting,
    task: str,
    package: str,
    what: str,
    other: str,
    sample: Callable[[], Configuration],
    aim: float | None,
) -> Iterator[Row]:
    """Yield the row of one comparison: our time, and theirs over ours."""
    name = f"peer-{task}"
    if find_spec(package) is None:
        hint = "pip install 'atomglass[peers]'"
        setting.tell(f"{name} is left out: {package} is not installed ({hint})")
        yield Row(name, f"{what}, {other}", note=f"{package} is not installed: {hint}")
        return
    target = None if aim is None else Target(">=", aim)
    try:
        found = run_child(task, sample(), PATIENCE)
    except ChildError as error:
        yield Row(name, f"{what}, {other}", note=f"{other}: {error}", target=target)
        return
    if not found["equal"]:
        yield Row(name, f"{what}, {other}", note=f"{found['agreement']}: no times", target=target)
        return
    mine, theirs = (_milliseconds(found[key]) for key in ("ours", "theirs"))
    shown = f"{theirs.median:.3g} ms; {found['agreement']}"
    yield Row(name, f"{what}, {other}", mine, "ms", theirs.over(mine), "x faster", target, note=f"{other}: {shown}")


def _milliseconds(seconds: list[float]) -> Timing:
    return Timing(tuple(1e3 * value for value in seconds))


def _benchmark(
    task: str, package: str, what: str, other: str, sample: Callable[[], Configuration], aim: float | None = None
) -> Benchmark:
    def work(setting: Setting) -> Iterator[Row]:
        return _beside(setting, task, package, what, other, sample, aim)

    work.__doc__ = f"Beside {other}: {what}."
    return work


_MODES = "the 20 lowest modes"
_QUENCH = "quench of the liquid to 1e-10"
_EXPANSION = "b2, b3, b4 along one mode"
_GIVEN: list[tuple] = [
    ("lammps-forces", "lammps", "energy and forces", "LAMMPS", samples.reference),
    ("lammps-quench", "lammps", _QUENCH, "LAMMPS, conjugate gradients", samples.reference),
    ("ase-FIRE", "ase", _QUENCH, "ASE FIRE", samples.reference),
    ("ase-LBFGS", "ase", _QUENCH, "ASE LBFGS", samples.reference),
    ("ase-BFGSLineSearch", "ase", _QUENCH, "ASE BFGSLineSearch", samples.reference),
    ("lammps-hessian", "lammps", "the Hessian", "LAMMPS dynamical_matrix", samples.glass),
    ("eigsh-zero", "scipy", _MODES, "scipy eigsh(sigma=0)", samples.glass),
    ("eigsh-sm", "scipy", _MODES, 'scipy eigsh(which="SM")', samples.glass),
    ("eigh-lowest", "scipy", _MODES, "LAPACK eigh(subset)", samples.glass),
    ("jax-all-pairs", "jax", _EXPANSION, "JAX", samples.glass, 100.0),
    ("jax-our-pairs", "jax", _EXPANSION, "JAX, given our pairs", samples.glass),
]
BENCHMARKS: dict[str, Benchmark] = {f"peer-{given[0]}": _benchmark(*given) for given in _GIVEN}
