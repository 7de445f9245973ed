"""What a study costs, before it is begun."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from atomglass.study.registry import model_of
from atomglass.study.settings import StudyBase
from atomglass.study.store import checkpoints, shards
from atomglass.study.store.checkpoints import Checkpoint

#: Seconds for which sweeps are timed.
TIMED_SECONDS = 2.0


@dataclass(frozen=True)
class Cost:
    """What was measured on this machine, in one process.

    Attributes
    ----------
    sweep_seconds, glass_seconds : float
        Wall time of one sweep (or other step of a chain; 0 if it has none), and of one realization with its modes.
    shard_bytes, checkpoint_bytes : int
        Size of a full shard and of a checkpoint.
    """

    sweep_seconds: float
    glass_seconds: float
    shard_bytes: int
    checkpoint_bytes: int


def measured_cost(settings: StudyBase) -> Cost:
    """Time some steps and one realization of a study; a liquid is young, so that its quench is rather a long one."""
    model = model_of({"model": settings.model}, "model")
    sampler = model.start(settings, 0)
    step = model.timed_step(sampler, TIMED_SECONDS)
    if not model.words.steps:
        model.advance(settings, sampler, model.steps(settings, 0), lambda count: None)
    began = time.perf_counter()
    done = model.realize(settings, sampler, lambda: None)
    seconds = time.perf_counter() - began
    shard = len(shards.encode([done] * settings.ensemble.realizations_per_shard, {}, model))
    checkpoint = len(checkpoints.encode(Checkpoint(sampler.state(), 1, [done]), 0, sampler.sweep, ""))
    return Cost(step, seconds, shard, checkpoint)


def plan_study(settings: StudyBase, cost: Cost | None, cores: int) -> list[tuple[str, str]]:
    """Return what a study takes, as lines of a table.

    Parameters
    ----------
    settings : StudyBase
        The study.
    cost : Cost or None
        As measured; None: only what needs no measurement.
    cores : int
        Processes that run it.
    """
    ensemble, model = settings.ensemble, model_of({"model": settings.model}, "model")
    words = model.words
    realizations = ensemble.chains * ensemble.realizations_per_chain
    steps = model.steps(settings, ensemble.realizations_per_chain - 1)
    shard_count = ensemble.chains * math.ceil(ensemble.realizations_per_chain / ensemble.realizations_per_shard)
    lines = [(words.many, f"{realizations} in {ensemble.chains} chains of {ensemble.realizations_per_chain}")]
    if words.steps:
        told = f"{steps} a chain, {steps * ensemble.chains:.4g} altogether, {model.describe(settings)}"
        lines.append((words.steps, told))
    lines += [
        ("parallelism", f"at most {ensemble.chains} processes are of use: the chain is the unit of work"),
        ("files", f"{shard_count} shards, {ensemble.chains} checkpoints"),
        ("physics hash", settings.physics_hash),
    ]
    if cost is None:
        return lines
    chain = steps * cost.sweep_seconds + ensemble.realizations_per_chain * cost.glass_seconds
    rounds = math.ceil(ensemble.chains / min(cores, ensemble.chains))
    disk = shard_count * cost.shard_bytes + 2 * ensemble.chains * cost.checkpoint_bytes
    if words.steps:
        lines.append((f"one {words.steps.removesuffix('s')}", f"{cost.sweep_seconds * 1e3:.3g} ms here"))
    return [
        *lines,
        (f"one {words.one}", f"{cost.glass_seconds:.3g} s here, with its modes"),
        ("core-hours", f"{ensemble.chains * chain / 3600:.3g} at this machine's speed"),
        ("one chain", f"{chain / 3600:.3g} h: the shortest wall time there can be"),
        ("wall time", f"{rounds * chain / 3600:.3g} h with {cores} processes ({rounds} chains one after another)"),
        ("disk", f"{disk / 1e6:.3g} MB"),
        *model.plan_lines(settings),
    ]
