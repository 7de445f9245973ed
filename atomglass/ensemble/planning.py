"""What a study costs, before it is begun."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from atomglass.ensemble import checkpoints, shards
from atomglass.ensemble.chain import start_chain
from atomglass.ensemble.checkpoints import Checkpoint
from atomglass.ensemble.realization import realize
from atomglass.ensemble.settings import StudySettings

#: Seconds for which sweeps are timed.
TIMED_SECONDS = 2.0


@dataclass(frozen=True)
class Cost:
    """What was measured on this machine, in one process.

    Attributes
    ----------
    sweep_seconds, glass_seconds : float
        Wall time of one sweep, and of one glass: quench, modes, expansion.
    shard_bytes, checkpoint_bytes : int
        Size of a full shard and of a checkpoint.
    """

    sweep_seconds: float
    glass_seconds: float
    shard_bytes: int
    checkpoint_bytes: int


def measured_cost(settings: StudySettings) -> Cost:
    """Time some sweeps and one glass of a study; the liquid is young, so that its quench is rather a long one."""
    sampler = start_chain(settings, 0)
    sampler.run(1)
    began, first = time.perf_counter(), sampler.sweep
    while time.perf_counter() - began < TIMED_SECONDS:
        sampler.run(max(1, 100_000 // len(sampler)))
    sweep = (time.perf_counter() - began) / (sampler.sweep - first)
    began = time.perf_counter()
    glass = realize(sampler.configuration, settings.pair_potential, settings)
    seconds = time.perf_counter() - began
    shard = len(shards.encode([glass] * settings.ensemble.realizations_per_shard, {}))
    checkpoint = len(checkpoints.encode(Checkpoint(sampler.state(), 1, [glass]), 0, sampler.sweep, ""))
    return Cost(sweep, seconds, shard, checkpoint)


def _kept(settings: StudySettings, glasses: int) -> str:
    """Return what the inherent states take that the study keeps: positions and diameters, eight bytes each."""
    keep = settings.ensemble.keep_configurations
    size = 8 * settings.sample.particles * (settings.pair_potential.dimension + 1)
    if keep == "none":
        return "none"
    many = f"{glasses * size / 1e6:.3g} MB"
    return f"{many}, all of them" if keep == "all" else f"those with quasi-localized modes, {size / 1e3:.3g} kB each"


def plan_study(settings: StudySettings, cost: Cost | None, cores: int) -> list[tuple[str, str]]:
    """Return what a study takes, as lines of a table.

    Parameters
    ----------
    settings : StudySettings
        The study.
    cost : Cost or None
        As measured; None: only what needs no measurement.
    cores : int
        Processes that run it.
    """
    ensemble, sample = settings.ensemble, settings.sample
    glasses = ensemble.chains * ensemble.realizations_per_chain
    sweeps = sample.equilibration_sweeps + (ensemble.realizations_per_chain - 1) * sample.sweeps_between
    shard_count = ensemble.chains * math.ceil(ensemble.realizations_per_chain / ensemble.realizations_per_shard)
    lines = [
        ("glasses", f"{glasses} in {ensemble.chains} chains of {ensemble.realizations_per_chain}"),
        ("sweeps", f"{sweeps} a chain, {sweeps * ensemble.chains:.4g} altogether, N = {sample.particles}"),
        ("parallelism", f"at most {ensemble.chains} processes are of use: the chain is the unit of work"),
        ("files", f"{shard_count} shards, {ensemble.chains} checkpoints"),
        ("physics hash", settings.physics_hash),
    ]
    if cost is None:
        return lines
    chain = sweeps * cost.sweep_seconds + ensemble.realizations_per_chain * cost.glass_seconds
    rounds = math.ceil(ensemble.chains / min(cores, ensemble.chains))
    disk = shard_count * cost.shard_bytes + 2 * ensemble.chains * cost.checkpoint_bytes
    return [
        *lines,
        ("one sweep", f"{cost.sweep_seconds * 1e3:.3g} ms here"),
        ("one glass", f"{cost.glass_seconds:.3g} s here, for the quench and the modes"),
        ("core-hours", f"{ensemble.chains * chain / 3600:.3g} at this machine's speed"),
        ("one chain", f"{chain / 3600:.3g} h: the shortest wall time there can be"),
        ("wall time", f"{rounds * chain / 3600:.3g} h with {cores} processes ({rounds} chains one after another)"),
        ("disk", f"{disk / 1e6:.3g} MB"),
        ("kept glasses", _kept(settings, glasses)),
    ]
