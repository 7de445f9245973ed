"""Do all moves sample the same ensemble? Energy, heat capacity and g(r) of long runs of the same particles.

    python tests/campaigns/same_ensemble.py --sweeps 2000000 --chains 4
    python tests/campaigns/same_ensemble.py --particles 100 --sweeps 62500000 --chains 4 --processes 2

Displacements and swaps, hybrid Monte Carlo, and hybrid Monte Carlo with swaps of similar diameters, N = 400, T = 0.1,
the same diameters in all (`--sweeps` is the number for displacements; the others decorrelate faster and take a fourth
and an eighth of it). Printed: U/N, the potential part of the heat capacity, and the error of each from blocks of the
runs; for g(r) the chi-squared per bin of the difference from displacements.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
from numpy.typing import NDArray

import atomglass as ag
from atomglass.minimization.random_start import random_start

MOVES = {
    "displacements": (1, {}),
    "trajectories": (4, {"trajectories": ag.HybridMonteCarlo()}),
    "trajectories, similar swaps": (8, {"trajectories": ag.HybridMonteCarlo(6, 16, 0.05, swap_window=0.14)}),
}
BLOCKS, RECORDS, EQUILIBRATION, BINS, RANGE = 8, 500, 40_000, 60, 3.0
#: Sweeps from one energy to the next.
EVERY = 10


def histogram(configuration: ag.Configuration) -> NDArray[np.float64]:
    """Return the number of pairs by distance, up to `RANGE`."""
    first, second = np.triu_indices(len(configuration), 1)
    step = configuration.positions[second] - configuration.positions[first]
    step -= configuration.box * np.rint(step / configuration.box)
    return np.histogram(np.linalg.norm(step, axis=1), BINS, (0, RANGE))[0].astype(float)


def blocks(args: argparse.Namespace, name: str, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the energies per particle of each block of a run, and its pairs by distance."""
    share, options = MOVES[name]
    potential = ag.load_potential("kumar2021")
    start = random_start(args.particles, potential, potential.density, "quantile", 1, seed)
    chain = ag.SwapMonteCarlo(start, potential, args.temperature, seed=seed, **options)
    chain.run(EQUILIBRATION)
    found, pairs = [], []
    for _ in range(BLOCKS):
        per_record = args.sweeps // share // BLOCKS // RECORDS
        energies, counts = [], np.zeros(BINS)
        for _ in range(RECORDS):
            energies.append(chain.run(per_record, record_every=EVERY).energies)
            counts += histogram(chain.configuration)
        found.append(np.concatenate(energies))
        pairs.append(counts)
    return np.array(found), np.array(pairs)


def mean_and_error(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the mean of independent values, and its standard error."""
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


def main() -> None:
    """Print a line for each set of moves."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--particles", type=int, default=400)
    options.add_argument("--temperature", type=float, default=0.1)
    options.add_argument("--sweeps", type=int, default=2_000_000)
    options.add_argument("--chains", type=int, default=4)
    options.add_argument("--processes", type=int, default=1)
    options.add_argument("--seed", type=int, default=100)
    args = options.parse_args()
    jobs = [(name, args.seed + k) for name in MOVES for k in range(args.chains)]
    with ProcessPoolExecutor(args.processes) as pool:
        found = dict(zip(jobs, pool.map(partial(blocks, args), *zip(*jobs, strict=True)), strict=True))
    reference = None
    for name in MOVES:
        runs = [run for (of, _), run in found.items() if of == name]
        values, pairs = (np.concatenate([run[n] for run in runs]) for n in (0, 1))
        mean, error = mean_and_error(values.mean(axis=1))
        square = args.particles * (values - mean) ** 2 / args.temperature**2  # about the mean of all runs
        capacity, its_error = mean_and_error(square.mean(axis=1))
        counts, spread = pairs.mean(axis=0), pairs.var(axis=0, ddof=1) / len(pairs)
        text = f"{name}: U/N {mean:.6f} +- {error:.6f}, c {capacity:.4f} +- {its_error:.4f}"
        if reference is None:
            reference = counts, spread
        else:
            filled = (counts + reference[0]) > 0
            difference = (counts - reference[0])[filled] ** 2 / (spread + reference[1])[filled]
            text += f", g(r): chi-squared {difference.sum():.1f} for {filled.sum()} bins (not independent)"
        print(text, flush=True)


if __name__ == "__main__":
    main()
