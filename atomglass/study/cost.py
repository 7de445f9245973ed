"""Estimate the cost of a study before it is run."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

from atomglass.study.registry import model_of
from atomglass.study.settings import StudyBase
from atomglass.study.store import checkpoints, shards
from atomglass.study.store.checkpoints import Checkpoint
from atomglass.system.compilation import NOTICE

#: Time for which sweeps are measured, in seconds.
TIMED_SECONDS = 2.0


@dataclass(frozen=True)
class Cost:
    """Times and sizes, measured on this machine in a single process.

    Attributes
    ----------
    step_seconds, realization_seconds : float
        CPU time of one sweep (or another step of a chain; 0 if there are none), and of one realization with its modes.
    shard_bytes, checkpoint_bytes : int
        Sizes of a full shard and of a checkpoint, in bytes.
    """

    step_seconds: float
    realization_seconds: float
    shard_bytes: int
    checkpoint_bytes: int


def measured_cost(settings: StudyBase) -> Cost:
    """Measure the cost of some steps and of one realization of a study.

    Times are CPU times, which other programs on the machine change little. Sweeps are timed a second time, as the first
    ones start from random positions; the liquid is still not in equilibrium, so that its quench may take longer. The
    time to compile kernels, which is spent once on a machine, is left out: a realization in which one was compiled is
    repeated, and then as many are averaged as fit into `TIMED_SECONDS`.
    """
    model = model_of({"model": settings.model}, "model")
    sampler = model.start(settings, 0)
    for _ in range(2):
        step = model.timed_step(sampler, TIMED_SECONDS / 2)
    if not model.labels.steps:
        model.advance(settings, sampler, model.steps(settings, 0), lambda count: None)
    kernels = -1
    while NOTICE.kernels != kernels:
        kernels = NOTICE.kernels
        seconds, done = _timed_realization(model, settings, sampler)
    times = [seconds]
    while sum(times) + max(times) < TIMED_SECONDS:
        model.timed_step(sampler, TIMED_SECONDS / 10)
        seconds, done = _timed_realization(model, settings, sampler)
        times.append(seconds)
    several = [done] * settings.ensemble.realizations_per_shard
    shard = len(shards.encode(several, {}, model, model.further_tables(settings)))
    checkpoint = len(checkpoints.encode(Checkpoint(sampler.state(), 1, [done]), 0, sampler.sweep, ""))
    return Cost(step, sum(times) / len(times), shard, checkpoint)


def _timed_realization(model: Any, settings: StudyBase, sampler: Any) -> tuple[float, Any]:
    """Return the CPU time of one realization, and the realization."""
    began = time.process_time()
    done = model.realize(settings, sampler, lambda: None)
    return time.process_time() - began, done


def plan_study(settings: StudyBase, cost: Cost | None, cores: int) -> list[tuple[str, str]]:
    """Return the cost of a study as the lines of a table, each a name and a text.

    Parameters
    ----------
    settings : StudyBase
        The study.
    cost : Cost or None
        The measured cost; None to return only the lines that need no measurement.
    cores : int
        Number of processes that will run it.
    """
    ensemble, model = settings.ensemble, model_of({"model": settings.model}, "model")
    labels = model.labels
    realizations = ensemble.chains * ensemble.realizations_per_chain
    steps = model.steps(settings, ensemble.realizations_per_chain - 1)
    shard_count = ensemble.chains * math.ceil(ensemble.realizations_per_chain / ensemble.realizations_per_shard)
    lines = [(labels.plural, f"{realizations} in {ensemble.chains} chains of {ensemble.realizations_per_chain}")]
    if labels.steps:
        text = f"{steps} per chain, {steps * ensemble.chains:.4g} in total, {model.describe(settings)}"
        lines.append((labels.steps, text))
    lines += [
        ("parallelism", f"at most {ensemble.chains} processes: the chain is the unit of work"),
        ("files", f"{shard_count} shards, {ensemble.chains} checkpoints"),
        ("tables", ", ".join(("realizations", "modes", *model.further_tables(settings)))),
        ("physics hash", settings.physics_hash),
    ]
    if cost is None:
        return lines
    chain_seconds = steps * cost.step_seconds + ensemble.realizations_per_chain * cost.realization_seconds
    rounds = math.ceil(ensemble.chains / min(cores, ensemble.chains))
    disk = shard_count * cost.shard_bytes + 2 * ensemble.chains * cost.checkpoint_bytes
    if labels.steps:
        lines.append((f"one {labels.steps.removesuffix('s')}", f"{cost.step_seconds * 1e3:.3g} ms here"))
    return [
        *lines,
        (f"one {labels.singular}", f"{cost.realization_seconds:.3g} s here, with its modes"),
        ("core-hours", f"{ensemble.chains * chain_seconds / 3600:.3g} at this machine's speed"),
        ("one chain", f"{chain_seconds / 3600:.3g} h, the shortest possible wall time"),
        (
            "wall time",
            f"{rounds * chain_seconds / 3600:.3g} h with {cores} processes ({rounds} chains one after another)",
        ),
        ("disk", f"{disk / 1e6:.3g} MB"),
        *model.plan_lines(settings),
    ]
