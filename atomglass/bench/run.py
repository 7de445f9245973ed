"""Run the benchmarks: which there are, one after the other, and what comes out as data."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from atomglass.bench import decorrelation, peers, pipeline, sampling, size, startup
from atomglass.bench.child import ChildError
from atomglass.bench.setting import Benchmark, Setting
from atomglass.bench.table import Row
from atomglass.bench.yardstick import Yardstick, YardstickError, compiler
from atomglass.errors import InputError
from atomglass.study.store.provenance import provenance

#: Benchmarks by name.
BENCHMARKS: dict[str, Benchmark] = {
    "evaluation": pipeline.evaluation,
    "mc": sampling.small,
    "mc-large": sampling.large,
    "mc-3d": sampling.in_space,
    "quench": pipeline.descent,
    "modes": pipeline.soft_modes,
    "expand": pipeline.expansion,
    "realization": pipeline.whole_realization,
    "samples": sampling.independent,
    "decorrelation": decorrelation.forgetting,
    "linear": size.linearity,
    "modes-large": size.lowest,
    "startup": startup.start,
    **peers.BENCHMARKS,
}
#: Those that take less than a minute together, with `--quick`.
QUICK = ("evaluation", "mc", "mc-3d", "quench", "modes", "expand", "realization", "startup")


def chosen(only: Sequence[str], quick: bool) -> list[str]:
    """Return the names to run, in the order of the table.

    Raises
    ------
    InputError
        There is no such benchmark.
    """
    for name in only:
        if name not in BENCHMARKS:
            raise InputError("--only", name, f"one of {', '.join(BENCHMARKS)}", "correct the name")
    if only:
        return [name for name in BENCHMARKS if name in only]
    return list(QUICK) if quick else list(BENCHMARKS)


def benchmark(
    only: Sequence[str] = (),
    quick: bool = False,
    study: Path | None = None,
    tell: Callable[[str], object] = lambda text: None,
) -> list[Row]:
    """Run benchmarks and return their rows.

    Parameters
    ----------
    only : sequence of str
        Names in `BENCHMARKS`; none: all, or the quick ones.
    quick : bool
        Few repeats, small samples.
    study : Path, optional
        A collected study, whose correlation time counts independent samples.
    tell : callable
        Called with a line on what is being done.

    Raises
    ------
    InputError
        There is no such benchmark, or no such study.
    """
    names = chosen(only, quick)
    command = compiler()
    if command is None:
        tell("no C compiler here (gcc, cc, clang or $CC): the yardstick is left out")
    setting = Setting(quick, Yardstick(command) if command else None, study, tell)
    rows = []
    for name in names:
        tell(f"{name}: {BENCHMARKS[name].__doc__ or ''}")
        try:
            rows += [replace(row, name=name) for row in BENCHMARKS[name](setting)]
        except (ArithmeticError, ChildError, YardstickError) as error:  # one that fails must not take the others down
            rows.append(Row(name, f"{name}: FAILED", claim=False, note=str(error)))
    return rows


def report(rows: Sequence[Row], quick: bool) -> dict[str, Any]:
    """Return the rows and what they were measured with, as plain data."""
    known = provenance()
    keys = (
        "atomglass",
        "kernel_version",
        "kernel_sources",
        "commit",
        "python",
        "packages",
        "processor",
        "blas",
        "time",
    )
    return {
        **{key: known[key] for key in keys},
        "cores": os.cpu_count(),
        "compiler": os.path.basename(compiler() or ""),
        "quick": quick,
        "rows": [row.data() for row in rows],
    }
