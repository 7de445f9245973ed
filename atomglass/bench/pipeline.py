"""Benchmarks of the stages after the sampler, N = 4000: forces, quench, modes, expansion, a realization."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from atomglass.bench import samples
from atomglass.bench.clock import Timing, pool, time_alternately
from atomglass.bench.context import BenchmarkContext
from atomglass.bench.table import Row, Target
from atomglass.kernels import pair_sums as kernels
from atomglass.minimization.quench import quench
from atomglass.study.models.glass_realization import realize
from atomglass.study.protocol import Realization
from atomglass.study.registry import read_study
from atomglass.study.store.provenance import provenance
from atomglass.study.store.study_store import StudyStore
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.neighbors import WrappedPositions, half_neighbor_list
from atomglass.vibrations.elasticity import moduli_of
from atomglass.vibrations.expansion import directional_derivatives
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.mode_table import PHONON_MULTIPLE
from atomglass.vibrations.modes import lowest_modes_of_hessian, modes_of_hessian_below
from atomglass.vibrations.nonlinear_modes import nonlinear_modes_of_hessian

UNIT = "evaluations"
#: Force evaluations that are timed together.
EVALUATIONS = 200
#: Modes of a sample of N = 4000 in two dimensions, and directions that are expanded together.
MODES, DIRECTIONS = 8000, 1000
#: Harmonic modes from which pseudo-harmonic ones are sought.
STARTS = 15
#: Multiple of the first phonon frequency below which there are about 15 modes.
MULTIPLE_OF_MANY_MODES = 2.1

#: Seconds of a task and the same in force evaluations, as `BenchmarkContext.time_in_evaluations` returns them.
_Measured = tuple[Timing, Timing | None]


def force_evaluation(context: BenchmarkContext) -> Iterator[Row]:
    """One force evaluation with the pair list kept, N = 4000."""
    sample, pot = samples.reference(), samples.potential(2)
    geometry = WrappedPositions.of(sample)
    order = geometry.spatial_order(pot.max_cutoff(sample.diameters))
    geometry = geometry.at(geometry.positions[order])
    lists = half_neighbor_list(geometry, sample.diameters[order], pot, 0.3)
    result = np.empty_like(geometry.positions)

    def evaluate_repeatedly() -> None:
        for _ in range(EVALUATIONS):
            kernels.energy_forces(geometry.positions, lists, pot.parameters, result)

    evaluate_repeatedly()
    seconds, ratio = context.time_in_evaluations({"": evaluate_repeatedly}, context.choose(9, 3))[""]
    microseconds = seconds.divided_by(EVALUATIONS / 1e6)
    ratio = None if ratio is None else ratio.divided_by(EVALUATIONS)
    note = "our kernel on a spatially ordered sample; the unit is plain C"
    yield Row("evaluation", "energy and forces, pair list kept", microseconds, "µs", ratio, UNIT, note=note)


def quench_liquids(context: BenchmarkContext) -> Iterator[Row]:
    """Quench to a largest force of 1e-10, N = 4000."""
    count = context.choose(7, 2)
    liquids = samples.liquids(count)
    quench(liquids[0], samples.potential(2))
    tasks = {str(k): _quench_task(sample) for k, sample in enumerate(liquids)}
    seconds, ratio = _pool(context.time_in_evaluations(tasks, 3))
    note = f"{count} samples, {samples.SWEEPS_BETWEEN} sweeps apart"
    yield Row("quench", "quench to largest force 1e-10", seconds, "s", ratio, UNIT, Target("<=", 900), note=note)


def _quench_task(sample: Configuration) -> Callable[[], object]:
    def task() -> None:
        if not quench(sample, samples.potential(2)).converged:
            raise ArithmeticError("the quench did not converge")

    return task


def lowest_modes(context: BenchmarkContext) -> Iterator[Row]:
    """All modes below 1.2 omega_1, and about 15, with residuals and inertia, N = 4000."""
    for multiple in (PHONON_MULTIPLE, MULTIPLE_OF_MANY_MODES):
        yield _modes_below(context, multiple)


def _modes_below(context: BenchmarkContext, multiple: float) -> Row:
    """Time all modes below a multiple of the first phonon frequency."""
    pot, counts = samples.potential(2), []
    bounds = {}
    for index in range(context.choose(3, 1)):
        state = samples.inherent_state(index)
        pairs = InteractingPairs.of(state, pot)
        bounds[index] = multiple * moduli_of(state, pairs, ReducedHessian(pairs)).first_phonon_frequency

    def modes_task(index: int) -> Callable[[], object]:
        def task() -> None:
            hessian = ReducedHessian(InteractingPairs.of(samples.inherent_state(index), pot))
            modes = modes_of_hessian_below(hessian, bounds[index])
            if not (modes.complete and modes.is_minimum):
                raise ArithmeticError("the modes are not proven complete")
            counts.append(len(modes))

        return task

    tasks = {str(index): modes_task(index) for index in bounds}
    tasks["0"]()
    seconds, ratio = _pool(context.time_in_evaluations(tasks, 3))
    title = f"all modes below {multiple} ω₁, residuals, inertia"
    note = f"{min(counts)} to {max(counts)} modes; from the inherent state: pairs, Hessian, factors, Lanczos"
    return Row("modes", title, seconds, "s", ratio, UNIT, Target("<=", 1000), note=note)


def nonlinear_modes(context: BenchmarkContext) -> Iterator[Row]:
    """Pseudo-harmonic modes from the 15 lowest modes, beside the time of the modes, N = 4000."""
    pairs = InteractingPairs.of(samples.inherent_state(), samples.potential(2))
    reduced = ReducedHessian(pairs)
    starts = np.ascontiguousarray(reduced.reduce(lowest_modes_of_hessian(reduced, STARTS).eigenvectors).T)

    def modes_task() -> None:
        lowest_modes_of_hessian(ReducedHessian(pairs), STARTS)

    def map_task() -> None:
        if not nonlinear_modes_of_hessian(pairs, reduced, starts).converged.all():
            raise ArithmeticError("a pseudo-harmonic mode has not converged")

    map_task()
    measured = time_alternately({"map": map_task, "modes": modes_task}, context.choose(7, 3))
    title = f"pseudo-harmonic modes from {STARTS} starts, N = 4000"
    note = "with the factorization of the modes; the unit is the time for the same number of lowest modes"
    ratio = measured["map"].ratio_to(measured["modes"])
    yield Row("nonlinear", title, measured["map"], "s", ratio, "x the modes", Target("<=", 2.0), note=note)


def expansion(context: BenchmarkContext) -> Iterator[Row]:
    """b2, b3, b4 along all 8,000 modes, N = 4000."""
    pairs = InteractingPairs.of(samples.inherent_state(), samples.potential(2))
    rng = np.random.default_rng(1)
    directions = rng.standard_normal((DIRECTIONS, pairs.number, 2))
    directions /= np.linalg.norm(directions, axis=(1, 2))[:, None, None]
    directional_derivatives(pairs, directions[:2])
    batches = context.choose(MODES // DIRECTIONS, 1)

    def task() -> None:
        for _ in range(batches):
            directional_derivatives(pairs, directions)

    fraction = batches * DIRECTIONS / MODES
    seconds, ratio = context.time_in_evaluations({"": task}, context.choose(5, 3))[""]
    seconds, ratio = seconds.divided_by(fraction), None if ratio is None else ratio.divided_by(fraction)
    note = "random directions: the work does not depend on them"
    if context.quick:
        note += f"; {DIRECTIONS} of them, times {MODES // DIRECTIONS}"
    target = Target("<=", 1.0, "measured")
    yield Row("expand", "b2, b3, b4 of all 8,000 modes", seconds, "s", ratio, UNIT, target, note=note)


def whole_realization(context: BenchmarkContext) -> Iterator[Row]:
    """A whole realization without sampling, its row written, N = 4000."""
    settings, count = read_study("kumar2021"), context.choose(5, 1)
    liquids, pot = samples.liquids(count), samples.potential(2)
    realize(liquids[0], pot, settings)
    per_shard = settings.ensemble.realizations_per_shard
    done: list[Realization] = []

    def realization_task(liquid: Configuration) -> Callable[[], object]:
        def task() -> None:
            result = realize(liquid, pot, settings)
            if result.row["status"] != "ok":
                raise ArithmeticError(f"a realization is {result.row['status']}: {result.row['reason']}")
            done.append(result)

        return task

    tasks = {str(k): realization_task(liquid) for k, liquid in enumerate(liquids)}
    seconds, ratio = _pool(context.time_in_evaluations(tasks, 3))
    with tempfile.TemporaryDirectory() as folder:
        store = StudyStore.create(Path(folder, "study"), settings)
        rows = [_numbered(done[k % len(done)], k) for k in range(per_shard)]
        shard_writing = {"": lambda: store.write_shard(0, 0, rows, provenance())}
        shard_seconds, shard_ratio = context.time_in_evaluations(shard_writing, 1)[""]
    writing_seconds = shard_seconds.median / per_shard
    seconds = Timing(tuple(value + writing_seconds for value in seconds.values))
    if ratio is not None and shard_ratio is not None:
        ratio = Timing(tuple(value + shard_ratio.median / per_shard for value in ratio.values))
    title = "a realization without sampling, row written"
    note = (
        f"{count} samples, including {writing_seconds * 1e3:.2g} ms for writing, "
        f"1/{per_shard} of the time for a shard of {per_shard} rows"
    )
    yield Row("realization", title, seconds, "s", ratio, UNIT, Target("<=", 4000), note=note)


def _numbered(realization: Realization, index: int) -> Realization:
    """Return a realization with the keys that a chain would give it."""
    keys = {"realization": index, "chain": 0, "index_in_chain": index}
    modes = [keys | mode for mode in realization.modes]
    return replace(realization, row=realization.row | keys | {"sweep": index}, modes=modes, attempts=[])


def _pool(measured: dict[str, _Measured]) -> _Measured:
    """Return the measurements of several tasks as one."""
    ratios = [ratio for _, ratio in measured.values() if ratio is not None]
    return pool([seconds for seconds, _ in measured.values()]), pool(ratios) if ratios else None
