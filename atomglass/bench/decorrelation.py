"""How much core time the sampler needs to decorrelate bonds, and the energy of inherent states.

Moves per second say nothing about how far the moves lead. Here every scheme starts from the same equilibrated samples
and is timed until two correlation functions have fallen to 1/e: the fraction of bonds that survive, which decays only
by motion, and the autocorrelation of the inherent states' energy, which decays by swaps and motion together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from atomglass.bench import samples
from atomglass.bench.clock import Timing, cpu_seconds
from atomglass.bench.context import BenchmarkContext
from atomglass.bench.table import Row, Target
from atomglass.diagnostics.autocorrelation import MemoryTime, autocorrelations, memory_time
from atomglass.diagnostics.dynamics import bond_breaking
from atomglass.minimization.quench import quench
from atomglass.sampling.swap_monte_carlo import SwapMonteCarlo
from atomglass.system.configuration import Configuration

#: Number of particles; sweeps before the first starting configuration and between two of them; their number.
PARTICLES, EQUILIBRATION_SWEEPS, SWEEPS_BETWEEN, STARTS = 400, 40_000, 4000, 6
#: The bonds are counted after a first number of sweeps, and then whenever the number has grown by this factor.
FIRST_SWEEPS, GROWTH = 500, 1.25
#: The smallest gain over the default scheme that is a success.
TARGET_GAIN = 2.0
#: Inherent states from each start; largest lag of the autocorrelation, in inherent states; force tolerance.
RECORDS, LAGS, FORCE_TOLERANCE = 1500, 30, 1e-4


@dataclass(frozen=True)
class Scheme:
    """A way to sample.

    Attributes
    ----------
    title : str
        Its name in the table.
    sampler : callable
        Returns the sampler for a configuration and a seed.
    sweeps_between : int
        Sweeps between two inherent states: a small fraction of the energy's correlation time.
    """

    title: str
    sampler: Callable[[Configuration, int], SwapMonteCarlo]
    sweeps_between: int


@dataclass(frozen=True)
class DecorrelationTime:
    """The time to 1/e of one scheme.

    Attributes
    ----------
    sweeps : MemoryTime
        The time in sweeps, with its error.
    seconds_per_sweep : float
        Core-seconds of one sweep.
    """

    sweeps: MemoryTime
    seconds_per_sweep: float

    @property
    def seconds(self) -> Timing:
        """The time in core-seconds, as values whose spread is the standard error."""
        return _with_error(self.sweeps.time * self.seconds_per_sweep, self.sweeps.error * self.seconds_per_sweep)


SCHEMES = {
    "default": Scheme("displacements and random swaps", samples.swap_sampler, 25),
    "trajectories": Scheme("trajectories and random swaps", samples.hybrid_sampler, 6),
    "similar": Scheme("longer trajectories, swaps of similar diameters", samples.similar_swap_sampler, 6),
}


def starting_configurations(count: int, particles: int = PARTICLES) -> list[Configuration]:
    """Return equilibrated configurations of one chain, many sweeps apart."""
    chain, found = samples.swap_sampler(samples.new_liquid(particles, 2, EQUILIBRATION_SWEEPS)), []
    for _ in range(count):
        chain.run(SWEEPS_BETWEEN)
        found.append(chain.configuration)
    return found


def bond_decorrelation(schemes: Mapping[str, Scheme], starts: Sequence[Configuration]) -> dict[str, DecorrelationTime]:
    """Return the time in which the surviving bonds of each scheme fall to 1/e; starts and schemes alternate."""
    chains = {name: [scheme.sampler(start, k) for k, start in enumerate(starts)] for name, scheme in schemes.items()}
    sweeps, seconds = {name: [0] for name in schemes}, dict.fromkeys(schemes, 0.0)
    surviving = {name: [np.ones(len(starts))] for name in schemes}
    unfinished = list(schemes)
    while unfinished:
        for name in unfinished:
            more = max(FIRST_SWEEPS, round(sweeps[name][-1] * (GROWTH - 1)))
            seconds[name] += sum(_seconds(chain, more) for chain in chains[name])
            sweeps[name].append(sweeps[name][-1] + more)
            pairs = zip(starts, chains[name], strict=True)
            surviving[name].append(
                np.array([bond_breaking(start, c.configuration, potential=c.potential) for start, c in pairs])
            )
        # Until the mean is below 1/e even without the fastest start: the jackknife error leaves out each of them.
        unfinished = [name for name in unfinished if np.mean(np.sort(surviving[name][-1])[1:]) > 1 / np.e]
    return {
        name: DecorrelationTime(
            memory_time(sweeps[name], np.transpose(surviving[name])), seconds[name] / sweeps[name][-1] / len(starts)
        )
        for name in schemes
    }


def energy_decorrelation(
    schemes: Mapping[str, Scheme],
    starts: Sequence[Configuration],
    seconds_per_sweep: Mapping[str, float],
    records: int,
) -> dict[str, DecorrelationTime]:
    """Return the time in which the autocorrelation of the inherent states' energy falls to 1/e.

    Parameters
    ----------
    schemes : mapping of str to Scheme
        The schemes to compare.
    starts : sequence of Configuration
        Equilibrated configurations from which every scheme starts.
    seconds_per_sweep : mapping of str to float
        Core-seconds of a sweep of each scheme, from long runs: between two quenches the sweeps are few, and slower
        because the caches are cold.
    records : int
        Number of inherent states from each start.
    """
    chains = {name: [scheme.sampler(start, k) for k, start in enumerate(starts)] for name, scheme in schemes.items()}
    energies = {name: np.empty((len(starts), records)) for name in schemes}
    for record in range(records):
        for name, scheme in schemes.items():
            for k, chain in enumerate(chains[name]):
                chain.run(scheme.sweeps_between, record_every=scheme.sweeps_between)
                energies[name][k, record] = quench(chain.configuration, chain.potential, FORCE_TOLERANCE).energy
    variance = float(np.var(list(energies.values())))  # of the ensemble, which all schemes share
    return {
        name: DecorrelationTime(
            memory_time(scheme.sweeps_between * np.arange(LAGS + 1), autocorrelations(energies[name], LAGS, variance)),
            seconds_per_sweep[name],
        )
        for name, scheme in schemes.items()
    }


def decorrelation_times(context: BenchmarkContext) -> Iterator[Row]:
    """Core time until bonds and inherent energies are decorrelated, N = 400, 2-D, T = 0.1."""
    count = context.choose(STARTS, 2)
    context.log(f"{count} starts of {PARTICLES} particles ...")
    starts = starting_configurations(count)
    for scheme in SCHEMES.values():
        scheme.sampler(starts[0], 1).run(1)  # compiles
    yield from compare_schemes(starts, RECORDS, context.log)


def compare_schemes(starts: Sequence[Configuration], records: int, log: Callable[[str], object]) -> Iterator[Row]:
    """Yield a row for each scheme and each of the two correlation functions.

    Parameters
    ----------
    starts : sequence of Configuration
        Equilibrated configurations from which every scheme starts.
    records : int
        Number of inherent states from each start.
    log : callable
        Called with a line of text on what is being done.
    """
    log("until the bonds are down to 1/e ...")
    bonds = bond_decorrelation(SCHEMES, starts)
    log("until the energy of inherent states is down to 1/e ...")
    prices = {name: found.seconds_per_sweep for name, found in bonds.items()}
    energy = energy_decorrelation(SCHEMES, starts, prices, records)
    for what, found in (("bonds", bonds), ("energy of inherent states", energy)):
        for name in found:
            yield _row(what, name, found[name], found["default"])


def _row(what: str, name: str, found: DecorrelationTime, default: DecorrelationTime) -> Row:
    gain = target = None
    if name != "default":
        relative_price = found.seconds_per_sweep / default.seconds_per_sweep
        gain = _with_error(*default.sweeps.gain_of(found.sweeps, relative_price))
        target = Target(">=", TARGET_GAIN)
    note = (
        f"{found.sweeps.time:,.0f}({found.sweeps.error:,.0f}) sweeps of {1e6 * found.seconds_per_sweep:.0f} µs; "
        "the spread is the standard error over the starts"
    )
    title = f"1/e of the {what}, {SCHEMES[name].title}"
    return Row("decorrelation", title, found.seconds, "core-s", gain, "x default", target, note=note)


def _seconds(chain: SwapMonteCarlo, sweeps: int) -> float:
    return cpu_seconds(lambda: chain.run(sweeps, record_every=sweeps))


def _with_error(value: float, error: float) -> Timing:
    return Timing((value - error, value, value + error))
