"""Is the configurational temperature that of the bath, with every set of moves? To one part in ten thousand.

    python tests/campaigns/configurational_temperature.py --samples 300000 --chains 2 --processes 2

<|grad U|^2> / <laplacian U> = T holds exactly for any potential with continuous forces (Rugh, Phys. Rev. Lett. 78, 772
(1997)), at fixed diameters as with swaps. It tests how particles move; how diameters are exchanged is tested by
`same_ensemble.py`. N = 100, T = 0.1, the moves of `same_ensemble.py`; errors are from 16 blocks of each chain.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
from numpy.typing import NDArray
from same_ensemble import MOVES

import atomglass as ag
from atomglass.minimization.random_start import random_start
from atomglass.system.interactions import InteractingPairs

PARTICLES, TEMPERATURE, EQUILIBRATION, BLOCKS = 100, 0.1, 20_000, 16
#: Sweeps from one sample to the next, of displacements and of trajectories.
BETWEEN, BETWEEN_TRAJECTORIES = 24, 6


def sums(configuration: ag.Configuration, potential: ag.PairPotential) -> tuple[float, float]:
    """Return |grad U|^2 and the Laplacian of U."""
    pairs = InteractingPairs.of(configuration, potential)
    first, second = pairs.derivatives[:, 1], pairs.derivatives[:, 2]
    laplacian = 4 * second * (pairs.separations**2).sum(axis=1) + 2 * pairs.dimension * first
    return float((ag.forces(configuration, potential) ** 2).sum()), float(2 * laplacian.sum())  # of both particles


def blocks(samples: int, name: str, seed: int) -> NDArray[np.float64]:
    """Return the means of |grad U|^2 and of the Laplacian in each block of a chain, (BLOCKS, 2)."""
    options = MOVES[name][1]
    potential = ag.load_potential("kumar2021")
    start = random_start(PARTICLES, potential, potential.density, "quantile", 1, seed)
    chain = ag.SwapMonteCarlo(start, potential, TEMPERATURE, seed=seed, **options)
    chain.run(EQUILIBRATION)
    between = BETWEEN_TRAJECTORIES if options else BETWEEN
    found = []
    for _ in range(samples):
        chain.run(between, record_every=between)
        found.append(sums(chain.configuration, potential))
    return np.array([block.mean(axis=0) for block in np.array_split(found, BLOCKS)])


def main() -> None:
    """Print a line for each set of moves."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--samples", type=int, default=300_000)
    options.add_argument("--chains", type=int, default=2)
    options.add_argument("--seed", type=int, default=900)
    options.add_argument("--processes", type=int, default=1)
    args = options.parse_args()
    jobs = [(name, args.seed + k) for name in MOVES for k in range(args.chains)]
    with ProcessPoolExecutor(args.processes) as pool:
        results = dict(zip(jobs, pool.map(partial(blocks, args.samples), *zip(*jobs, strict=True)), strict=True))
    for name in MOVES:
        squares, laplacians = np.concatenate([found for (of, _), found in results.items() if of == name]).T
        value = squares.mean() / laplacians.mean()
        error = np.std(squares - value * laplacians, ddof=1) / np.sqrt(len(squares)) / laplacians.mean()
        print(f"{name}: T_conf {value:.6f} +- {error:.6f}", flush=True)


if __name__ == "__main__":
    main()
