"""Benchmarks of size: the quench from N = 1e3 to 1e5, and the lowest modes at N = 1e5."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

from atomglass.bench import samples
from atomglass.bench.child import forget_peak, peak_memory, run_child
from atomglass.bench.clock import Timing, cpu_seconds
from atomglass.bench.setting import Setting
from atomglass.bench.table import Row, Target
from atomglass.minimization.quench import quench
from atomglass.system.configuration import Configuration
from atomglass.vibrations.modes import lowest_modes

#: The longest that a child may take.
PATIENCE = 1200.0
_SMALL = 1000
_COUNT = 20


def linearity(setting: Setting) -> Iterator[Row]:
    """Quench from N = 1e3 to 1e5: time and memory a particle."""
    times: dict[int, Timing] = {}
    memory: dict[int, float] = {}
    for copies in (0, 1, 3, 5)[: setting.several(4, 3)]:
        made = _samples_of(setting, copies)
        n = len(made[0])
        if n > 10_000 and not memory:
            run_child("quench", made[0], PATIENCE)  # compiles what only large samples need
        # The memory of a small one is that of Python itself.
        found = [run_child("quench", sample, PATIENCE) if n > 10_000 else quench_task(sample) for sample in made]
        times[n] = Timing(tuple(f["seconds"] / n * 1e6 for f in found))
        if n > 10_000:
            memory[n] = found[0]["bytes"] / n
        evaluations = statistics.median(f["evaluations"] + f["products"] for f in found)
        yield Row(
            "linear", f"quench, a particle, N = {n:,}", times[n], "µs",
            note=f"{evaluations:.0f} evaluations and products with the Hessian; {len(made)} samples",
        )  # fmt: skip
    least, most = min(times), max(times)
    title = f"from N = {least:,} to {most:,}"
    growth = Timing((times[most].median / times[least].median,))
    yield Row("linear", f"quench: time a particle, {title}", growth, "x", target=Target("<=", 1.2, "measured"))
    if len(memory) < 2:
        return
    sizes = sorted(memory)
    growth = Timing((memory[sizes[1]] / memory[sizes[0]],))
    yield Row(
        "linear", f"quench: memory a particle, from N = {sizes[0]:,} to {sizes[1]:,}", growth, "x",
        target=Target("<=", 1.2, "measured"), note=f"{memory[sizes[1]]:.0f} bytes a particle",
    )  # fmt: skip


def _samples_of(setting: Setting, copies: int) -> list[Configuration]:
    if copies == 0:
        return [samples.young(_SMALL, 2, 3000, seed) for seed in range(1, setting.several(9, 4))]
    if copies == 1:
        return samples.liquids(setting.several(7, 2))
    setting.tell(f"sampling {4000 * copies**2} particles ...")
    return [samples.large(copies, samples.SWEEPS)]


def quench_task(sample: Configuration) -> dict[str, Any]:
    """Quench in this process; the memory beyond what it had before."""
    quench(samples.young(200, 2, 0), samples.potential(2))
    before, result = forget_peak(), []
    seconds = cpu_seconds(lambda: result.append(quench(sample, samples.potential(2))))
    done = result[0]
    if not done.converged:
        raise ArithmeticError(f"the quench ended as {done.status.value}")
    return {
        "seconds": seconds, "bytes": peak_memory() - before, "evaluations": done.evaluations, "products": done.products,
    }  # fmt: skip


def lowest(setting: Setting) -> Iterator[Row]:
    """The 20 lowest modes at N = 1e5: time and memory."""
    setting.tell("sampling and quenching 1e5 particles ...")
    done = quench(samples.large(5, samples.SWEEPS), samples.potential(2))
    found = run_child("modes", done.configuration, PATIENCE)
    proof = "proven complete" if found["complete"] else "NOT proven complete"
    note = f"lowest frequency {found['frequency']:.5f}, largest residual {found['residual']:.1e}, {proof}"
    title = f"the {_COUNT} lowest modes, N = {len(done.configuration):,}"
    yield Row("modes-large", title, Timing((found["seconds"],)), "s", target=Target("<=", 60, "measured"), note=note)
    gigabytes = Timing((found["bytes"] / 1e9,))
    yield Row(
        "modes-large",
        f"{title}: memory",
        gigabytes,
        "GB",
        target=Target("<=", 6, "measured"),
        note="of the whole process",
    )


def modes_task(sample: Configuration) -> dict[str, Any]:
    """Find the lowest modes in this process; all of its memory."""
    lowest_modes(quench(samples.young(200, 2, 0), samples.potential(2)).configuration, samples.potential(2), 3)
    result = []
    seconds = cpu_seconds(lambda: result.append(lowest_modes(sample, samples.potential(2), _COUNT)))
    modes = result[0]
    return {
        "seconds": seconds, "bytes": peak_memory(), "complete": bool(modes.complete),
        "frequency": float(modes.frequencies[0]), "residual": float(modes.residuals.max()),
    }  # fmt: skip
