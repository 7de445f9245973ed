"""Benchmarks of the sampler: attempted moves per second compared with C, and independent samples per core-hour."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from atomglass.bench import samples
from atomglass.bench.clock import Timing, time_alternately
from atomglass.bench.context import BenchmarkContext
from atomglass.bench.table import Row, Target
from atomglass.bench.yardstick import SwapMoves
from atomglass.diagnostics.time_series import integrated_correlation_time
from atomglass.errors import InputError
from atomglass.minimization.quench import quench
from atomglass.sampling.moves import HybridMonteCarlo
from atomglass.study.load import load_study
from atomglass.study.models.glass_realization import realize
from atomglass.study.registry import read_study
from atomglass.system.configuration import Configuration


@dataclass(frozen=True)
class Rival:
    """A C program to compare with.

    Attributes
    ----------
    program : str
        `plain`, `tuned` or `plain_3d`, as in `Yardstick.run_swap_monte_carlo`.
    sweeps : int
        Sweeps that are timed together.
    target : float
        Our moves per second over its own that are aimed at.
    """

    program: str
    sweeps: int
    target: float

    @property
    def title(self) -> str:
        """Its name in the table."""
        return "tuned C" if self.program == "tuned" else "plain C"


def monte_carlo(context: BenchmarkContext) -> Iterator[Row]:
    """Swap Monte Carlo, N = 4000, 2-D, T = 0.1."""
    rivals = [Rival("tuned", context.choose(300, 100), 1.0), Rival("plain", 50, 5.5)]
    sweeps = context.choose(500, 200)
    yield from _moves_per_second(context, "Swap Monte Carlo, N = 4000", samples.reference(), rivals, sweeps)


def monte_carlo_large(context: BenchmarkContext) -> Iterator[Row]:
    """Swap Monte Carlo, N = 1e5, 2-D, T = 0.1."""
    context.log("sampling 1e5 particles ...")
    sample = samples.tiled_liquid(5, samples.DECORRELATION_SWEEPS)
    yield from _moves_per_second(context, "Swap Monte Carlo, N = 1e5", sample, [Rival("tuned", 100, 2.0)], 100)


def monte_carlo_3d(context: BenchmarkContext) -> Iterator[Row]:
    """Swap Monte Carlo, 3-D, T = 0.13."""
    number = context.choose(4000, 1500)
    context.log(f"sampling {number} particles in 3-D ...")
    sample = samples.new_liquid(number, 3, context.choose(2000, 500))
    title = f"Swap Monte Carlo, 3-D, N = {number}, T = 0.13"
    yield from _moves_per_second(context, title, sample, [Rival("plain_3d", 10, 4.0)], context.choose(100, 50))


def _moves_per_second(
    context: BenchmarkContext, title: str, sample: Configuration, rivals: list[Rival], sweeps: int
) -> Iterator[Row]:
    """Yield a row for each C program; all are timed alternately with ours, and all start from the same sample."""
    chain = samples.swap_sampler(sample)
    chain.run(1)  # compiles
    tasks: dict[str, Callable[[], object]] = {"ours": lambda: chain.run(sweeps, record_every=sweeps)}
    counts = {"ours": sweeps}
    if context.yardstick is not None:
        moves = SwapMoves(samples.TEMPERATURE[sample.dimension], samples.SWAP_FRACTION, samples.MAX_DISPLACEMENT)
        for rival in rivals:
            context.yardstick.run_swap_monte_carlo(rival.program, sample, moves, 0)  # compiles
            tasks[rival.program] = _rival_task(context, rival, sample, moves)
            counts[rival.program] = rival.sweeps
    times = time_alternately(tasks, context.choose(5, 3))
    rates = {program: times[program].rate(len(sample) * counts[program] / 1e6) for program in counts}
    note = "attempted moves, swap fraction 0.2, step 0.12, all starting from the same sample"
    for rival in rivals:
        ratio = rates["ours"].ratio_to(rates[rival.program]) if rival.program in rates else None
        what, unit = f"{title}, against {rival.title}", f"x {rival.title}"
        yield Row("mc", what, rates["ours"], "M moves/s", ratio, unit, Target(">=", rival.target), note=note)


def _rival_task(
    context: BenchmarkContext, rival: Rival, sample: Configuration, moves: SwapMoves
) -> Callable[[], object]:
    yardstick = context.yardstick
    assert yardstick is not None
    return lambda: yardstick.run_swap_monte_carlo(rival.program, sample, moves, rival.sweeps)


#: Sweeps between the inherent states of the chain from which the correlation time is measured, and their number.
_CHAIN_SPACING, _CHAIN_LENGTH = 300, 260


def independent_glasses(context: BenchmarkContext) -> Iterator[Row]:
    """Glasses per core-hour, all of them and statistically independent ones, N = 4000, T = 0.1."""
    settings = read_study("kumar2021")  # by trajectories, as the sampler here
    sweeps_between = settings.sample.sweeps_between
    chain = samples.hybrid_sampler(samples.reference(), seed=2)
    chain.run(1)
    pot = samples.potential(2)
    realize(chain.configuration, pot, settings)
    tasks: dict[str, Callable[[], object]] = {
        "sweeps": lambda: chain.run(sweeps_between, record_every=sweeps_between),
        "glass": lambda: realize(chain.configuration, pot, settings),
    }
    times = time_alternately(tasks, context.choose(9, 3))
    seconds = list(zip(times["sweeps"].values, times["glass"].values, strict=True))
    rate = Timing(tuple(sampling + glass for sampling, glass in seconds)).rate(3600)
    title, unit = f"glasses, one every {sweeps_between} sweeps", "a core-hour"
    yield Row("samples", title, rate, unit, note="sampling and realization")
    if context.quick and context.study is None:
        return
    tau, source = _correlation_time_of_study(context.study) if context.study else _correlation_time_of_chain(context)
    relative = tau / sweeps_between
    best = Timing(tuple(3600 / (relative * sampling + glass) for sampling, glass in seconds))
    note = f"statistical inefficiency of the inherent states' energy {tau:.0f} sweeps, from {source}"
    yield Row("samples", "of these independent", rate.divided_by(max(1.0, relative)), unit, note=note)
    yield Row("samples", "glasses, one every correlation time", best, unit, note=note)


def _correlation_time_of_chain(context: BenchmarkContext) -> tuple[float, str]:
    """Return the statistical inefficiency of the inherent states' energy, in sweeps, from a chain run for it."""
    context.log(f"{_CHAIN_LENGTH} quenches, {_CHAIN_SPACING} sweeps apart, for the correlation time ...")
    chain, energies = samples.hybrid_sampler(samples.reference(), seed=3), []
    for _ in range(_CHAIN_LENGTH):
        chain.run(_CHAIN_SPACING, record_every=_CHAIN_SPACING)
        energies.append(quench(chain.configuration, samples.potential(2)).energy)
    found = integrated_correlation_time(energies)
    short = "" if found.long_enough else ", too short: a lower bound"
    error = found.error * _CHAIN_SPACING
    sweeps = _CHAIN_LENGTH * _CHAIN_SPACING
    return found.time * _CHAIN_SPACING, f"one chain of {sweeps} sweeps (error {error:.0f}{short})"


def _correlation_time_of_study(folder: Path) -> tuple[float, str]:
    """Return the statistical inefficiency of the inherent states' energy, in sweeps, from a collected study.

    Each chain is evaluated on its own, because each has its own diameters and thus its own mean energy.

    Raises
    ------
    InputError
        The study has other moves, or no chain of 50 glasses.
    """
    study = load_study(folder)
    moves = study.settings["sample"].get("trajectories")
    if moves is None or HybridMonteCarlo(**moves) != HybridMonteCarlo():
        raise InputError("--study", str(folder), "a study by hybrid Monte Carlo with the default moves, as kumar2021")
    sweeps_between = study.settings["sample"]["sweeps_between"]
    good = study.realizations[study.realizations["status"] == "ok"].sort_values("realization")
    series = [group["energy_per_particle"].to_numpy() for _, group in good.groupby("chain") if len(group) >= 50]
    if not series:
        raise InputError("--study", str(folder), "a study with chains of 50 glasses or more", "leave --study out")
    times = [integrated_correlation_time(energies).time * sweeps_between for energies in series]
    error = np.std(times) / np.sqrt(len(times))
    return float(np.mean(times)), f"{len(times)} chains of the study {study.settings['name']} (error {error:.0f})"
