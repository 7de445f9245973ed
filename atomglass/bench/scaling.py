"""How time and memory grow with the number of particles: quench from N = 1e3 to 1e5, lowest modes at N = 1e5."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

from atomglass.bench import samples
from atomglass.bench.child_process import peak_memory, reset_peak_memory, run_child
from atomglass.bench.clock import Timing, cpu_seconds
from atomglass.bench.context import BenchmarkContext
from atomglass.bench.table import Row, Target
from atomglass.minimization.quench import quench
from atomglass.system.configuration import Configuration
from atomglass.vibrations.modes import lowest_modes

#: CPU seconds after which a child process is killed.
MAX_CPU_SECONDS = 1200.0
#: Particles beyond which a quench runs in a process of its own: below, the memory is that of Python itself.
LARGE = 10_000
#: Particles of the smallest samples; modes that are computed.
SMALLEST, MODES = 1000, 20


def quench_scaling(context: BenchmarkContext) -> Iterator[Row]:
    """Quench from N = 1e3 to 1e5: time and memory a particle."""
    times: dict[int, Timing] = {}
    memory: dict[int, float] = {}
    for copies in (0, 1, 3, 5)[: context.choose(4, 3)]:
        liquids = _liquids(context, copies)
        n = len(liquids[0])
        results = [_quench(sample, compile_first=not memory) for sample in liquids]
        times[n] = Timing(tuple(result["seconds"] / n * 1e6 for result in results))
        if n > LARGE:
            memory[n] = results[0]["bytes"] / n
        evaluations = statistics.median(result["evaluations"] + result["products"] for result in results)
        note = f"{evaluations:.0f} evaluations and products with the Hessian; {len(liquids)} samples"
        yield Row("linear", f"quench, a particle, N = {n:,}", times[n], "µs", note=note)
    target = Target("<=", 1.2, "measured")
    smallest, largest = min(times), max(times)
    growth = Timing((times[largest].median / times[smallest].median,))
    yield Row("linear", f"quench: time a particle, from N = {smallest:,} to {largest:,}", growth, "x", target=target)
    if len(memory) < 2:
        return
    smallest, largest = sorted(memory)
    growth = Timing((memory[largest] / memory[smallest],))
    title = f"quench: memory a particle, from N = {smallest:,} to {largest:,}"
    yield Row("linear", title, growth, "x", target=target, note=f"{memory[largest]:.0f} bytes a particle")


def _quench(sample: Configuration, compile_first: bool) -> dict[str, Any]:
    """Measure a quench, in a process of its own if the sample is large."""
    if len(sample) <= LARGE:
        return measure_quench(sample)
    task = "atomglass.bench.scaling:measure_quench"
    if compile_first:  # the kernels that only large samples need
        run_child(task, sample, MAX_CPU_SECONDS)
    return run_child(task, sample, MAX_CPU_SECONDS)


def _liquids(context: BenchmarkContext, copies: int) -> list[Configuration]:
    """Return liquids made of copies x copies of the reference sample, or for 0 copies the smallest ones."""
    if copies == 0:
        return [samples.new_liquid(SMALLEST, 2, 3000, seed) for seed in range(1, context.choose(9, 4))]
    if copies == 1:
        return samples.liquids(context.choose(7, 2))
    context.log(f"sampling {4000 * copies**2} particles ...")
    return [samples.tiled_liquid(copies, samples.DECORRELATION_SWEEPS)]


def measure_quench(sample: Configuration) -> dict[str, Any]:
    """Quench a sample; return CPU seconds, additional memory in bytes, evaluations and Hessian-vector products."""
    quench(samples.new_liquid(200, 2, 0), samples.potential(2))
    before, results = reset_peak_memory(), []
    seconds = cpu_seconds(lambda: results.append(quench(sample, samples.potential(2))))
    done = results[0]
    if not done.converged:
        raise ArithmeticError(f"the quench ended as {done.status.value}")
    return {
        "seconds": seconds,
        "bytes": peak_memory() - before,
        "evaluations": done.evaluations,
        "products": done.products,
    }


def lowest_modes_large(context: BenchmarkContext) -> Iterator[Row]:
    """The 20 lowest modes at N = 1e5: time and memory."""
    context.log("sampling and quenching 1e5 particles ...")
    done = quench(samples.tiled_liquid(5, samples.DECORRELATION_SWEEPS), samples.potential(2))
    found = run_child("atomglass.bench.scaling:measure_lowest_modes", done.configuration, MAX_CPU_SECONDS)
    proof = "proven complete" if found["complete"] else "NOT proven complete"
    note = f"lowest frequency {found['frequency']:.5f}, largest residual {found['residual']:.1e}, {proof}"
    title = f"the {MODES} lowest modes, N = {len(done.configuration):,}"
    bound = Target("<=", 60, "measured")
    yield Row("modes-large", title, Timing((found["seconds"],)), "s", target=bound, note=note)
    gigabytes = Timing((found["bytes"] / 1e9,))
    bound = Target("<=", 6, "measured")
    yield Row("modes-large", f"{title}: memory", gigabytes, "GB", target=bound, note="of the whole process")


def measure_lowest_modes(sample: Configuration) -> dict[str, Any]:
    """Compute the lowest modes of a glass; return CPU seconds, memory of the process in bytes, and their quality."""
    lowest_modes(quench(samples.new_liquid(200, 2, 0), samples.potential(2)).configuration, samples.potential(2), 3)
    results = []
    seconds = cpu_seconds(lambda: results.append(lowest_modes(sample, samples.potential(2), MODES)))
    modes = results[0]
    return {
        "seconds": seconds,
        "bytes": peak_memory(),
        "complete": bool(modes.complete),
        "frequency": float(modes.frequencies[0]),
        "residual": float(modes.residuals.max()),
    }
