"""Which moves decorrelate fastest: displacements beside trajectories with any parameters, in two or three dimensions.

    python tests/campaigns/moves_by_decorrelation.py --moves 0,6,8,0.05 --moves 0.14,6,16,0.05
    python tests/campaigns/moves_by_decorrelation.py --dimension 3 --particles 1500 --temperature 0.08 --level 0.85 \\
        --starts 3 --moves 0,6,8,0.05 --moves 0.14,6,16,0.05

Each `--moves` gives the window of the swaps (0: none), the sweeps from one trajectory to the next, and the number and
length of the time steps. All go on from the same liquids, thermalized by hybrid Monte Carlo. Printed for each: sweeps
and core time until the surviving bonds are down to `--level`, and until the energy of the inherent states is
decorrelated to 1/e, with its error over the starts (`--records 0` leaves it out).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np

import atomglass as ag
from atomglass.bench import decorrelation, samples
from atomglass.bench.clock import cpu_seconds
from atomglass.diagnostics.autocorrelation import autocorrelations, memory_time
from atomglass.diagnostics.dynamics import bond_breaking
from atomglass.minimization.random_start import random_start

#: Sweeps before the first start and between two of them; sweeps of displacements between two inherent states.
EQUILIBRATION, BETWEEN, DISPLACEMENT_SWEEPS = 15_000, 3000, 25
LAGS = 30
Sampler = Callable[[ag.Configuration, int], ag.SwapMonteCarlo]


def sampler(potential: ag.PairPotential, temperature: float, text: str) -> tuple[int, Sampler]:
    """Return the sweeps between two inherent states, and the function that makes a sampler."""
    if text == "displacements":
        return DISPLACEMENT_SWEEPS, lambda start, seed: ag.SwapMonteCarlo(start, potential, temperature, seed=seed)
    window, every, steps, time_step = (float(word) for word in text.split(","))
    moves = ag.HybridMonteCarlo(int(every), int(steps), time_step, window or None)
    return int(every), lambda start, seed: ag.SwapMonteCarlo(
        start, potential, temperature, seed=seed, trajectories=moves
    )


def bonds(
    make: Sampler, starts: list[ag.Configuration], potential: ag.PairPotential, level: float
) -> tuple[float, float]:
    """Return the sweeps until the surviving bonds are down to a level, and the core time of a sweep."""
    make(starts[0], 0).run(12)  # compiles
    chains = [make(start, k) for k, start in enumerate(starts)]
    sweeps, seconds, before, surviving = 0, 0.0, 1.0, 1.0
    while surviving > level:
        before, more = surviving, max(100, sweeps // 4)
        seconds += sum(cpu_seconds(lambda c=chain, n=more: c.run(n, record_every=n)) for chain in chains)
        sweeps += more
        pairs = zip(starts, chains, strict=True)
        surviving = float(np.mean([bond_breaking(a, b.configuration, potential=potential) for a, b in pairs]))
    return sweeps - more * (level - surviving) / (before - surviving), seconds / sweeps / len(starts)


def energies(make: Sampler, every: int, starts: list[ag.Configuration], potential: ag.PairPotential, records: int):
    """Return the energies of inherent states, (starts, records)."""
    found = np.empty((len(starts), records))
    for k, start in enumerate(starts):
        chain = make(start, k)
        for record in range(records):
            chain.run(every, record_every=every)
            found[k, record] = ag.quench(chain.configuration, potential, decorrelation.FORCE_TOLERANCE).energy
    return found


def main() -> None:
    """Print one line for each set of moves and each correlation function."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--dimension", type=int, choices=(2, 3), default=2)
    options.add_argument("--particles", type=int, default=400)
    options.add_argument("--temperature", type=float, default=0.1)
    options.add_argument("--starts", type=int, default=4)
    options.add_argument("--records", type=int, default=600)
    options.add_argument("--level", type=float, default=float(np.exp(-1)))
    options.add_argument("--moves", action="append", default=[], metavar="WINDOW,EVERY,STEPS,TIME_STEP")
    args = options.parse_args()
    potential = samples.potential(args.dimension)
    loose = random_start(args.particles, potential, potential.density, "quantile", 1, 2)
    liquid = ag.SwapMonteCarlo(loose, potential, args.temperature, trajectories=ag.HybridMonteCarlo())
    liquid.run(EQUILIBRATION)
    starts = []
    for _ in range(args.starts):
        liquid.run(BETWEEN)
        starts.append(liquid.configuration)
    schemes = {text: sampler(potential, args.temperature, text) for text in ["displacements", *args.moves]}
    price = {}
    for text, (_, make) in schemes.items():
        sweeps, price[text] = bonds(make, starts, potential, args.level)
        print(
            f"{text}: bonds {sweeps:.0f} sweeps of {1e6 * price[text]:.0f} us, {sweeps * price[text]:.3f} s", flush=True
        )
    if not args.records:
        return
    found = {text: energies(make, every, starts, potential, args.records) for text, (every, make) in schemes.items()}
    variance = float(np.var(list(found.values())))  # of the ensemble, which all moves share
    for text, (every, _) in schemes.items():
        time = memory_time(every * np.arange(LAGS + 1), autocorrelations(found[text], LAGS, variance))
        core = [1e3 * price[text] * value for value in (time.time, time.error)]
        print(f"{text}: energy {time.time:.0f}({time.error:.0f}) sweeps, {core[0]:.2f} +- {core[1]:.2f} ms", flush=True)


if __name__ == "__main__":
    main()
