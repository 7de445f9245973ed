"""Choose benchmarks, run them one after the other, and return their results as plain data."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from atomglass.bench import decorrelation, pipeline, sampling, scaling, startup, three_dimensions
from atomglass.bench.child_process import ChildError
from atomglass.bench.context import Benchmark, BenchmarkContext
from atomglass.bench.table import Row
from atomglass.bench.yardstick import YardstickError, compiler
from atomglass.errors import InputError
from atomglass.study.store.provenance import provenance

#: Benchmarks by name.
BENCHMARKS: dict[str, Benchmark] = {
    "evaluation": pipeline.force_evaluation,
    "mc": sampling.monte_carlo,
    "mc-large": sampling.monte_carlo_large,
    "mc-3d": sampling.monte_carlo_3d,
    "quench": pipeline.quench_liquids,
    "modes": pipeline.lowest_modes,
    "nonlinear": pipeline.nonlinear_modes,
    "expand": pipeline.expansion,
    "realization": pipeline.whole_realization,
    "samples": sampling.independent_glasses,
    "decorrelation": decorrelation.decorrelation_times,
    "quench-3d": three_dimensions.quench_3d,
    "modes-3d": three_dimensions.modes_3d,
    "linear": scaling.quench_scaling,
    "modes-large": scaling.lowest_modes_large,
    "startup": startup.startup_times,
}
#: Those that `--quick` runs, in less than a minute.
QUICK = (
    *("evaluation", "mc", "mc-3d", "quench", "modes", "nonlinear", "expand", "realization"),
    *("quench-3d", "modes-3d", "startup"),
)
#: What describes the measurement in the plain data, from the provenance of a run.
_PROVENANCE_KEYS = (
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


def choose_benchmarks(
    only: Sequence[str], quick: bool = False, benchmarks: Mapping[str, Benchmark] | None = None
) -> list[str]:
    """Return the names of the benchmarks to run, in the order of the table.

    Parameters
    ----------
    only : sequence of str
        Names asked for; empty for all, or for the quick ones.
    quick : bool
        Whether to run only the quick benchmarks where no names are given.
    benchmarks : mapping of str to callable, optional
        Those to choose from; by default `BENCHMARKS`.

    Raises
    ------
    InputError
        There is no benchmark of this name.
    """
    available = BENCHMARKS if benchmarks is None else benchmarks
    for name in only:
        if name not in available:
            remedy = "python tests/benchmarks/run_peers.py runs it" if name.startswith("peer-") else "correct the name"
            raise InputError("--only", name, f"one of {', '.join(available)}", remedy)
    if only:
        return [name for name in available if name in only]
    return [name for name in available if not quick or name in QUICK]


def run_benchmarks(
    names: Sequence[str], context: BenchmarkContext, benchmarks: Mapping[str, Benchmark] | None = None
) -> list[Row]:
    """Run benchmarks and return their rows. A benchmark that fails is a row that says so, and the others go on.

    Parameters
    ----------
    names : sequence of str
        From `choose_benchmarks`.
    context : BenchmarkContext
        How to measure.
    benchmarks : mapping of str to callable, optional
        Where the names are looked up; by default `BENCHMARKS`.
    """
    available = BENCHMARKS if benchmarks is None else benchmarks
    rows = []
    for name in names:
        context.log(f"{name}: {available[name].__doc__ or ''}")
        try:
            rows += [replace(row, name=name) for row in available[name](context)]
        except (ArithmeticError, ChildError, YardstickError) as error:
            rows.append(Row(name, f"{name}: FAILED", claim=False, note=str(error)))
    return rows


def results_data(rows: Sequence[Row], quick: bool) -> dict[str, Any]:
    """Return the rows and what they were measured with as plain data."""
    known = provenance()
    return {
        **{key: known[key] for key in _PROVENANCE_KEYS},
        "cores": os.cpu_count(),
        "compiler": os.path.basename(compiler() or ""),
        "quick": quick,
        "rows": [row.data() for row in rows],
    }
