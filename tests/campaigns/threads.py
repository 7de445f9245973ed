"""How much faster are the modes of one sample with several threads?

    python tests/campaigns/threads.py --particles 100000
    python tests/campaigns/threads.py --potential kumar2021_3d --particles 12000 --temperature 0.12

A short run of the liquid is quenched. Runs with one thread and with several take turns on the same inherent state; the
median wall times and their ratio are printed, and whether all bits agree. Leave the cores to it.
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import numpy as np

import atomglass as ag
from atomglass.minimization.random_start import random_start
from atomglass.vibrations.modes import lowest_modes_of_hessian, reduced_hessian

#: Solutions of a linear system that are timed together.
SOLUTIONS = 20


def timed(glass: ag.Configuration, potential: ag.PairPotential, threads: int) -> tuple[dict[str, float], ag.Modes]:
    """Return wall times of the stages, in seconds, and twenty modes."""
    times, began = {}, time.perf_counter()

    def stage(name: str) -> None:
        nonlocal began
        now = time.perf_counter()
        times[name], began = now - began, now

    reduced = reduced_hessian(glass, potential, threads)
    stage("Hessian")
    factor = reduced.factor(-reduced.rounding)
    stage("order and one factorization")
    right = np.random.default_rng(0).standard_normal((reduced.size, 1 if glass.dimension == 2 else 4))
    for _ in range(SOLUTIONS):
        factor.solve(right)
    stage(f"{SOLUTIONS} solutions, {right.shape[1]} at a time")
    modes = lowest_modes_of_hessian(reduced, 20)
    stage("20 modes")
    return times, modes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--potential", default="kumar2021")
    parser.add_argument("--particles", type=int, default=100_000)
    parser.add_argument("--temperature", type=float, default=0.2)
    parser.add_argument("--sweeps", type=int, default=300)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--turns", type=int, default=5)
    args = parser.parse_args()
    potential = ag.load_potential(args.potential)
    start = random_start(args.particles, potential, potential.density, "iid", 1, 2)
    sampler = ag.SwapMonteCarlo(start, potential, args.temperature, seed=3)
    sampler.run(args.sweeps, record_every=args.sweeps)
    glass = ag.quench(sampler.configuration, potential).configuration
    timed(glass, potential, args.threads)  # compiles
    runs = [(timed(glass, potential, 1), timed(glass, potential, args.threads)) for _ in range(args.turns)]
    print(f"{args.potential}, N = {args.particles}: one thread, {args.threads} threads, ratio")
    for name in runs[0][0][0]:
        one, several = (np.median([run[number][0][name] for run in runs]) for number in (0, 1))
        print(f"{name:32s} {one:8.3f} {several:8.3f} s  {one / several:5.2f}")
    same = all(
        np.array_equal(runs[0][0][1].eigenvectors, run[number][1].eigenvectors) for run in runs for number in (0, 1)
    )
    print("all bits agree" if same else "BITS DIFFER")


if __name__ == "__main__":
    main()
