"""How much core time the sampler takes to forget: its bonds, and the energy of its inherent states.

Moves a second say nothing about moves that lead nowhere. Here every scheme starts from the same equilibrated samples
and is timed until two correlation functions are down to 1/e: the share of the bonds that survive, which only motion
breaks, and the autocorrelation of the inherent states' energy, which swaps and motion change together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from atomglass.bench import samples
from atomglass.bench.clock import Timing, cpu_seconds
from atomglass.bench.setting import Setting
from atomglass.bench.table import Row, Target
from atomglass.diagnostics.autocorrelation import MemoryTime, autocorrelations, memory_time
from atomglass.diagnostics.dynamics import bond_breaking
from atomglass.minimization.quench import quench
from atomglass.sampling.swap_monte_carlo import SwapMonteCarlo
from atomglass.system.configuration import Configuration

#: Particles; sweeps before the first start and between two starts; how many starts.
NUMBER, EQUILIBRATION, BETWEEN_STARTS, STARTS = 400, 40_000, 4000, 6
#: The bonds are looked at after a first number of sweeps, and then whenever this many times as many have passed.
FIRST, GROWTH = 500, 1.25
#: The least gain that is aimed at.
TARGET = 2.0
#: Inherent states of each start, and how many of them the autocorrelation goes back; the force they are quenched to.
RECORDS, LAGS, FORCE = 1500, 30, 1e-4


@dataclass(frozen=True)
class Scheme:
    """A way to sample.

    Attributes
    ----------
    title : str
        As the table calls it.
    sampler : callable
        Makes the sampler of a configuration and a seed.
    apart : int
        Sweeps between two inherent states: a small part of the time that the energy remembers.
    """

    title: str
    sampler: Callable[[Configuration, int], SwapMonteCarlo]
    apart: int


@dataclass(frozen=True)
class Memory:
    """Time to 1/e of a scheme in sweeps, and what a sweep costs, in core-seconds."""

    sweeps: MemoryTime
    price: float

    @property
    def seconds(self) -> Timing:
        """The time in core-seconds, as values whose spread is the standard error."""
        return _with_error(self.sweeps.time * self.price, self.sweeps.error * self.price)


SCHEMES = {
    "default": Scheme("displacements and random swaps", samples.sampler, 25),
    "trajectories": Scheme("trajectories and random swaps", samples.with_trajectories, 6),
}


def starts(count: int, number: int = NUMBER) -> list[Configuration]:
    """Return equilibrated samples of so many particles, far apart in one chain."""
    chain, found = samples.sampler(samples.young(number, 2, EQUILIBRATION)), []
    for _ in range(count):
        chain.run(BETWEEN_STARTS)
        found.append(chain.configuration)
    return found


def memory_of_bonds(schemes: Mapping[str, Scheme], begin: Sequence[Configuration]) -> dict[str, Memory]:
    """Return how long each scheme remembers its bonds: all starts and all schemes go on together, in turns."""
    chains = {name: [scheme.sampler(one, k) for k, one in enumerate(begin)] for name, scheme in schemes.items()}
    sweeps, spent = {name: [0] for name in schemes}, dict.fromkeys(schemes, 0.0)
    surviving = {name: [np.ones(len(begin))] for name in schemes}
    going = list(schemes)
    while going:
        for name in going:
            more = max(FIRST, round(sweeps[name][-1] * (GROWTH - 1)))
            spent[name] += sum(_seconds(chain, more) for chain in chains[name])
            sweeps[name].append(sweeps[name][-1] + more)
            pairs = zip(begin, chains[name], strict=True)
            surviving[name].append(
                np.array([bond_breaking(one, c.configuration, potential=c.potential) for one, c in pairs])
            )
        # Until the mean without any one of the starts is below 1/e: the errors need those too.
        going = [name for name in going if np.mean(np.sort(surviving[name][-1])[1:]) > 1 / np.e]
    return {
        name: Memory(
            memory_time(sweeps[name], np.transpose(surviving[name])), spent[name] / sweeps[name][-1] / len(begin)
        )
        for name in schemes
    }


def memory_of_energy(
    schemes: Mapping[str, Scheme], begin: Sequence[Configuration], prices: Mapping[str, float], records: int
) -> dict[str, Memory]:
    """Return how long each scheme remembers the energy of its inherent states.

    The prices of a sweep are given, from long runs: a few sweeps between two quenches find cold memory.
    """
    chains = {name: [scheme.sampler(one, k) for k, one in enumerate(begin)] for name, scheme in schemes.items()}
    energies = {name: np.empty((len(begin), records)) for name in schemes}
    for record in range(records):
        for name, scheme in schemes.items():
            for k, chain in enumerate(chains[name]):
                chain.run(scheme.apart, record_every=scheme.apart)
                energies[name][k, record] = quench(chain.configuration, chain.potential, FORCE).energy
    variance = float(np.var(list(energies.values())))  # of the ensemble, which all schemes share
    return {
        name: Memory(
            memory_time(scheme.apart * np.arange(LAGS + 1), autocorrelations(energies[name], LAGS, variance)),
            prices[name],
        )
        for name, scheme in schemes.items()
    }


def forgetting(setting: Setting) -> Iterator[Row]:
    """Core time until bonds and inherent energies are forgotten, N = 400, 2-D, T = 0.1."""
    count = setting.several(STARTS, 2)
    setting.tell(f"{count} starts of {NUMBER} particles ...")
    begin = starts(count)
    for scheme in SCHEMES.values():
        scheme.sampler(begin[0], 1).run(1)  # compiles
    yield from rows(begin, RECORDS, setting.tell)


def rows(begin: Sequence[Configuration], records: int, tell: Callable[[str], object]) -> Iterator[Row]:
    """Compare the schemes from these samples on, with so many inherent states of each."""
    tell("until the bonds are down to 1/e ...")
    bonds = memory_of_bonds(SCHEMES, begin)
    tell("until the energy of inherent states is down to 1/e ...")
    energy = memory_of_energy(SCHEMES, begin, {name: memory.price for name, memory in bonds.items()}, records)
    for what, found in (("bonds", bonds), ("energy of inherent states", energy)):
        for name, memory in found.items():
            gain = found["default"].sweeps.gain_of(memory.sweeps, memory.price / found["default"].price)
            yield Row(
                "decorrelation", f"1/e of the {what}, {SCHEMES[name].title}", memory.seconds, "core-s",
                None if name == "default" else _with_error(*gain), "x default",
                None if name == "default" else Target(">=", TARGET),
                note=f"{memory.sweeps.time:,.0f}({memory.sweeps.error:,.0f}) sweeps of {1e6 * memory.price:.0f} µs; "
                "the spread is the standard error over the starts",
            )  # fmt: skip


def _seconds(chain: SwapMonteCarlo, sweeps: int) -> float:
    return cpu_seconds(lambda: chain.run(sweeps, record_every=sweeps))


def _with_error(value: float, error: float) -> Timing:
    return Timing((value - error, value, value + error))
