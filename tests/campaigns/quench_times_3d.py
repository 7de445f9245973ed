"""How long does a quench in three dimensions take? Time a particle, evaluations and energies, N = 1500 to 96,000.

    python tests/campaigns/quench_times_3d.py FOLDER --copies 1 2 3 4 --seeds 1 2 3

Liquids of N = 1500 are sampled from random positions at T = 0.1 by 20,000 sweeps with trajectories; larger
ones are copies of them after 300 sweeps with displacements. They are kept in FOLDER and read from there by
the next run. To compare two versions, run both in turns with PYTHONPATH set to their checkouts; the first
quench of a process may compile.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import atomglass as ag
from atomglass.bench.samples import tiled
from atomglass.minimization.random_start import random_start

PARTICLES, TEMPERATURE, SWEEPS, SWEEPS_OF_COPIES = 1500, 0.1, 20_000, 300


def kept(file: Path, make: Callable[[], ag.Configuration]) -> ag.Configuration:
    """Return the configuration in a file, which is made if it is not there."""
    if not file.exists():
        made = make()
        np.savez(file, positions=made.positions, diameters=made.diameters, box=made.box)
    data = np.load(file)
    return ag.Configuration(data["positions"], data["diameters"], data["box"])


def liquid(folder: Path, copies: int, seed: int) -> ag.Configuration:
    """Return a liquid of copies^3 times N = 1500 particles, from the folder if it is there."""
    return kept(folder / f"d3_n{PARTICLES * copies**3}_s{seed}.npz", lambda: _sampled(folder, copies, seed))


def _sampled(folder: Path, copies: int, seed: int) -> ag.Configuration:
    potential = ag.load_potential("kumar2021_3d")
    if copies == 1:
        seeds = np.random.SeedSequence(seed).spawn(2)
        start = random_start(PARTICLES, potential, potential.density, "quantile", seeds[0], seeds[1])
        moves = ag.HybridMonteCarlo()
        chain = ag.SwapMonteCarlo(start, potential, TEMPERATURE, seed=seed, trajectories=moves)
        chain.run(SWEEPS)
        return chain.configuration
    start = tiled(liquid(folder, 1, seed), copies, seed)
    chain = ag.SwapMonteCarlo(start, potential, TEMPERATURE, 0.2, 0.12, seed)
    chain.run(SWEEPS_OF_COPIES)
    return chain.configuration


def main() -> None:
    """Quench every sample and print one line for each."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--copies", type=int, nargs="+", default=[1, 2])
    options.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    given = options.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    potential = ag.load_potential("kumar2021_3d")
    print(f"ours: {ag.__file__}", flush=True)
    for copies in given.copies:
        ag.quench(liquid(given.folder, copies, given.seeds[0]), potential, max_iterations=1)
        for seed in given.seeds:
            sample = liquid(given.folder, copies, seed)
            began = time.process_time()
            done = ag.quench(sample, potential)
            share = (time.process_time() - began) / len(sample) * 1e6
            counts = f"{done.iterations} steps, {done.evaluations} evaluations, {done.products} products"
            energy = f"U/N {done.energy / len(sample):.10f}"
            print(f"N = {len(sample)}, {seed}: {share:.1f} us, {counts}, {energy}, {done.status.value}", flush=True)


if __name__ == "__main__":
    main()
