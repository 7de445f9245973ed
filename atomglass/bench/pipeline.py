"""Benchmarks of what follows the sampler, N = 4000: quench, modes, expansion, a whole realization."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from atomglass.bench import samples
from atomglass.bench.clock import Timing, joined
from atomglass.bench.setting import Setting
from atomglass.bench.table import Row, Target
from atomglass.kernels import pair_sums as kernels
from atomglass.minimization.quench import quench
from atomglass.study.models.glass_realization import realize
from atomglass.study.settings import read_study
from atomglass.study.store.provenance import provenance
from atomglass.study.store.study_store import StudyStore
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.neighbors import WrappedPositions, half_neighbor_list
from atomglass.vibrations.elasticity import moduli_of
from atomglass.vibrations.expansion import mode_moments
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.mode_table import PHONON_MULTIPLE
from atomglass.vibrations.modes import all_below

UNIT = "evaluations"
#: Modes of a sample of N = 4000 in two dimensions, and the directions that are expanded at a time.
MODES, DIRECTIONS = 8000, 1000
#: Multiple of the first phonon frequency below which there are some 15 modes.
MANY = 2.1


def evaluation(setting: Setting) -> Iterator[Row]:
    """One force evaluation with the pair list kept, N = 4000."""
    sample, pot = samples.reference(), samples.potential(2)
    geometry = WrappedPositions.of(sample)
    order = geometry.spatial_order(pot.reach(sample.diameters))
    geometry = geometry.at(geometry.positions[order])
    lists = half_neighbor_list(geometry, sample.diameters[order], pot, 0.3)
    result = np.empty_like(geometry.positions)

    def block() -> None:
        for _ in range(200):
            kernels.energy_forces(geometry.positions, lists, pot.parameters, result)

    block()
    seconds, ratio = setting.in_evaluations({"": block}, setting.several(9, 3))[""]
    yield Row(
        "evaluation", "energy and forces, pair list kept", seconds.per(200 / 1e6), "µs",
        None if ratio is None else ratio.per(200), UNIT,
        note="our kernel on a spatially ordered sample; the unit is plain C",
    )  # fmt: skip


def descent(setting: Setting) -> Iterator[Row]:
    """Quench to a largest force of 1e-10, N = 4000."""
    count = setting.several(7, 2)
    liquids = samples.liquids(count)
    quench(liquids[0], samples.potential(2))
    tasks = {str(k): _quench_task(sample) for k, sample in enumerate(liquids)}
    note = f"{count} samples, {samples.APART} sweeps apart"
    yield _row(setting, "quench", "quench to largest force 1e-10", tasks, 3, 900, note)


def _quench_task(sample: Configuration) -> Callable[[], object]:
    def task() -> None:
        if not quench(sample, samples.potential(2)).converged:
            raise ArithmeticError("the quench did not converge")

    return task


def soft_modes(setting: Setting) -> Iterator[Row]:
    """All modes below 1.2 omega_1, and some 15, with residuals and inertia, N = 4000."""
    for multiple in (PHONON_MULTIPLE, MANY):
        yield _modes_below(setting, multiple)


def _modes_below(setting: Setting, multiple: float) -> Row:
    pot, count = samples.potential(2), setting.several(3, 1)
    bounds, found = {}, []
    for index in range(count):
        state = samples.glass(index)
        pairs = InteractingPairs.of(state, pot)
        moduli = moduli_of(state, pairs, ReducedHessian(pairs))
        bounds[index] = multiple * moduli.first_phonon_frequency

    def task(index: int) -> Callable[[], object]:
        def work() -> None:
            modes = all_below(ReducedHessian(InteractingPairs.of(samples.glass(index), pot)), bounds[index])
            if not (modes.complete and modes.is_minimum):
                raise ArithmeticError("the modes are not proven complete")
            found.append(len(modes))

        return work

    tasks = {str(index): task(index) for index in range(count)}
    tasks["0"]()
    row = _row(setting, "modes", f"all modes below {multiple} ω₁, residuals, inertia", tasks, 3, 1000, "")
    note = f"{min(found)} to {max(found)} modes; from the inherent state: pairs, Hessian, factors, Lanczos"
    return Row(**(vars(row) | {"note": note}))


def expansion(setting: Setting) -> Iterator[Row]:
    """b2, b3, b4 along all 8,000 modes, N = 4000."""
    pairs = InteractingPairs.of(samples.glass(), samples.potential(2))
    rng = np.random.default_rng(1)
    directions = rng.standard_normal((DIRECTIONS, pairs.number, 2))
    directions /= np.linalg.norm(directions, axis=(1, 2))[:, None, None]
    mode_moments(pairs, directions[:2])
    batches = setting.several(MODES // DIRECTIONS, 1)

    def task() -> None:
        for _ in range(batches):
            mode_moments(pairs, directions)

    share = batches * DIRECTIONS / MODES
    seconds, ratio = setting.in_evaluations({"": task}, setting.several(5, 3))[""]
    note = "directions at random: the work does not depend on them"
    if setting.quick:
        note += f"; {DIRECTIONS} of them, times {MODES // DIRECTIONS}"
    yield Row(
        "expand", "b2, b3, b4 of all 8,000 modes", seconds.per(share), "s",
        None if ratio is None else ratio.per(share), UNIT,
        Target("<=", 1.0, "measured"), note=note,
    )  # fmt: skip


def whole_realization(setting: Setting) -> Iterator[Row]:
    """A whole realization without sampling, its row written, N = 4000."""
    settings, count = read_study("kumar2021"), setting.several(5, 1)
    liquids, pot = samples.liquids(count), samples.potential(2)
    realize(liquids[0], pot, settings)
    per_shard = settings.ensemble.realizations_per_shard
    done = []

    def task(index: int) -> Callable[[], object]:
        def work() -> None:
            result = realize(liquids[index], pot, settings)
            if result.row["status"] != "ok":
                raise ArithmeticError(f"a realization is {result.row['status']}: {result.row['reason']}")
            done.append(result)

        return work

    found = setting.in_evaluations({str(k): task(k) for k in range(count)}, 3)
    with tempfile.TemporaryDirectory() as folder:
        store = StudyStore.create(Path(folder, "study"), settings)
        rows = [_numbered(done[k % len(done)], k) for k in range(per_shard)]
        writing = setting.in_evaluations({"": lambda: store.write_shard(0, 0, rows, provenance())}, 1)[""]
    seconds = joined([timing for timing, _ in found.values()])
    added = writing[0].median / per_shard
    total = Timing(tuple(value + added for value in seconds.values))
    ratio = _together(found)
    if ratio is not None and writing[1] is not None:
        ratio = Timing(tuple(value + writing[1].median / per_shard for value in ratio.values))
    yield Row(
        "realization", "a realization without sampling, row written", total, "s", ratio, UNIT, Target("<=", 4000),
        note=f"{count} samples; of it {added * 1e3:.2g} ms are writing, a {per_shard}th of a shard of {per_shard} rows",
    )  # fmt: skip


def _numbered(realization, index: int):  # type: ignore[no-untyped-def]
    """Give a realization the keys that a chain would give it."""
    keys = {"realization": index, "chain": 0, "index_in_chain": index}
    return type(realization)(
        realization.row | keys | {"sweep": index}, [keys | mode for mode in realization.modes], [],
        realization.inherent_state,
    )  # fmt: skip


def _row(setting: Setting, name: str, what: str, tasks: dict, repeats: int, aim: float, note: str) -> Row:  # type: ignore[type-arg]
    found = setting.in_evaluations(tasks, repeats)
    seconds = joined([timing for timing, _ in found.values()])
    return Row(name, what, seconds, "s", _together(found), UNIT, Target("<=", aim), note=note)


def _together(found: dict[str, tuple[Timing, Timing | None]]) -> Timing | None:
    ratios = [ratio for _, ratio in found.values() if ratio is not None]
    return joined(ratios) if ratios else None
