"""Benchmarks of the sampler: attempted moves a second beside C, and independent samples a core-hour."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from atomglass.bench import samples
from atomglass.bench.clock import Timing, take_turns
from atomglass.bench.setting import Setting
from atomglass.bench.table import Row, Target
from atomglass.diagnostics.time_series import integrated_correlation_time
from atomglass.errors import InputError
from atomglass.minimization.quench import quench
from atomglass.study.load import load_study
from atomglass.study.models.glass_realization import realize
from atomglass.study.registry import read_study
from atomglass.system.configuration import Configuration


def small(setting: Setting) -> Iterator[Row]:
    """Swap Monte Carlo, N = 4000, 2-D, T = 0.1."""
    sample = samples.reference()
    programs = {"tuned": (setting.several(300, 100), 1.0), "plain": (50, 5.5)}
    yield from _moves(setting, "mc", "Swap Monte Carlo, N = 4000", sample, programs, setting.several(500, 200))


def large(setting: Setting) -> Iterator[Row]:
    """Swap Monte Carlo, N = 1e5, 2-D, T = 0.1."""
    setting.tell("sampling 1e5 particles ...")
    sample = samples.large(5, samples.SWEEPS)
    yield from _moves(setting, "mc-large", "Swap Monte Carlo, N = 1e5", sample, {"tuned": (100, 2.0)}, 100)


def in_space(setting: Setting) -> Iterator[Row]:
    """Swap Monte Carlo, 3-D, T = 0.13."""
    number = setting.several(4000, 1500)
    setting.tell(f"sampling {number} particles in 3-D ...")
    sample = samples.young(number, 3, setting.several(2000, 500))
    title = f"Swap Monte Carlo, 3-D, N = {number}, T = 0.13"
    yield from _moves(setting, "mc-3d", title, sample, {"plain_3d": (10, 4.0)}, setting.several(100, 50))


_TITLES = {"tuned": "tuned C", "plain": "plain C", "plain_3d": "plain C"}


def _moves(
    setting: Setting, name: str, title: str, sample: Configuration, programs: dict[str, tuple[int, float]], sweeps: int
) -> Iterator[Row]:
    """Yield a row for each C program, its sweeps and target given; all take turns from the same sample."""
    n = len(sample)
    chain = samples.sampler(sample)
    chain.run(1)  # compiles
    counts = {"ours": sweeps} | ({p: count for p, (count, _) in programs.items()} if setting.yardstick else {})

    def task(program: str) -> Callable[[], object]:
        if program == "ours":
            return lambda: chain.run(sweeps, record_every=sweeps)
        assert setting.yardstick is not None
        yardstick, given = setting.yardstick, (samples.TEMPERATURE[sample.dimension], samples.SWAP_FRACTION)
        yardstick.moves(program, sample, *given, samples.STEP, 0)  # compiles
        return lambda: yardstick.moves(program, sample, *given, samples.STEP, counts[program])

    times = take_turns({program: task(program) for program in counts}, setting.several(5, 3))
    rates = {program: times[program].rate(n * counts[program] / 1e6) for program in counts}
    for program, (_, aim) in programs.items():
        ratio = rates["ours"].over(rates[program]) if program in rates else None
        yield Row(
            name, f"{title}, against {_TITLES[program]}", rates["ours"], "M moves/s", ratio, f"x {_TITLES[program]}",
            Target(">=", aim),
            note="attempted moves, swap fraction 0.2, step 0.12, going on from one and the same sample",
        )  # fmt: skip


#: Sweeps between the inherent states of the chain that the correlation time is measured on, and how many of them.
_SPACING, _LENGTH = 300, 260


def independent(setting: Setting) -> Iterator[Row]:
    """Glasses a core-hour, raw and independent of one another, N = 4000, T = 0.1."""
    settings = read_study("kumar2021")
    apart = settings.sample.sweeps_between
    chain = samples.sampler(samples.reference(), seed=2)
    chain.run(1)
    pot = samples.potential(2)
    realize(chain.configuration, pot, settings)
    tasks: dict[str, Callable[[], object]] = {
        "sweeps": lambda: chain.run(apart, record_every=apart),
        "glass": lambda: realize(chain.configuration, pot, settings),
    }
    times = take_turns(tasks, setting.several(9, 3))
    each = Timing(tuple(a + b for a, b in zip(times["sweeps"].values, times["glass"].values, strict=True)))
    raw = each.rate(3600)
    yield Row("samples", f"glasses, one every {apart} sweeps", raw, "a core-hour", note="sampling and realization")
    if setting.quick and setting.study is None:
        return
    tau, source = _of_study(setting) if setting.study else _of_chain(setting)
    inefficiency = max(1.0, tau / apart)
    best = Timing(tuple(3600 / (tau / apart * a + b) for a, b in _pairs(times)))
    note = f"statistical inefficiency of the inherent states' energy {tau:.0f} sweeps, from {source}"
    yield Row("samples", "of these independent", raw.per(inefficiency), "a core-hour", note=note)
    yield Row("samples", "glasses, one every correlation time", best, "a core-hour", note=note)


def _pairs(times: dict[str, Timing]) -> list[tuple[float, float]]:
    return list(zip(times["sweeps"].values, times["glass"].values, strict=True))


def _of_chain(setting: Setting) -> tuple[float, str]:
    """Return 1 + 2 sum rho of the inherent states' energy, in sweeps, from a chain of our own."""
    length = _LENGTH
    setting.tell(f"{length} quenches, {_SPACING} sweeps apart, for the correlation time ...")
    chain, energies = samples.sampler(samples.reference(), seed=3), []
    for _ in range(length):
        chain.run(_SPACING, record_every=_SPACING)
        energies.append(quench(chain.configuration, samples.potential(2)).energy)
    found = integrated_correlation_time(energies)
    short = "" if found.long_enough else ", too short: a lower bound"
    error = found.error * _SPACING
    return found.time * _SPACING, f"one chain of {length * _SPACING} sweeps (error {error:.0f}{short})"


def _of_study(setting: Setting) -> tuple[float, str]:
    """Return the same from a collected study: every chain on its own, because each has its own diameters."""
    assert setting.study is not None
    study = load_study(setting.study)
    apart = study.settings["sample"]["sweeps_between"]
    good = study.realizations[study.realizations["status"] == "ok"].sort_values("realization")
    series = [group["energy_per_particle"].to_numpy() for _, group in good.groupby("chain") if len(group) >= 50]
    if not series:
        raise InputError("--study", str(setting.study), "chains of 50 glasses or more", "leave it away")
    taus = [integrated_correlation_time(energies).time * apart for energies in series]
    error = np.std(taus) / np.sqrt(len(taus))
    return float(np.mean(taus)), f"{len(taus)} chains of the study {study.settings['name']} (error {error:.0f})"
