"""Is a liquid thermalized? The same particles approach one temperature from above and from below.

    python tests/campaigns/two_sided_start.py --temperature 0.08 --particles 400 --chains 12 --sweeps 400000
    python tests/campaigns/two_sided_start.py --particles 4000 --chains 4 --sweeps 40000 --trajectories
    python tests/campaigns/two_sided_start.py --temperature 0.07 --sweeps 100000 --swap-window 0.14 --diameters quantile
    python tests/campaigns/two_sided_start.py workflows/smoothness_3d_q4.toml --chains 4 --sweeps 8000

Each chain is run twice with the same diameters: from positions at random, as a study starts, and from a liquid that
was first cooled to half the temperature. Printed in windows of time that double: the energy per particle of the liquids
and of their inherent states from above, and the paired difference, with the standard error over chains. In equilibrium
the difference vanishes and the energy no longer changes. One without the other says little: a liquid that was cooled
quickly is not always the lower one, and then both relax together. A workflow gives its model, temperature and
trajectories.
"""

from __future__ import annotations

import argparse
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import atomglass as ag

#: Sweeps between two energies that are written down.
EVERY = 50
#: Share of the run that the cooling takes before it, in steps of equal length.
COOLING, STEPS = 0.25, 10


def approach(chain: int, cold: bool, args: argparse.Namespace) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the energies per particle of the liquid and of its inherent states, from one start."""
    potential = ag.load_potential(args.potential)
    rng = np.random.default_rng([args.seed, chain])
    d, n = potential.dimension, args.particles
    side = np.full(d, (n / potential.density) ** (1 / d))
    diameters = ag.sample_diameters(n, rng, args.diameters)
    loose = ag.Configuration(rng.random((n, d)) * side, diameters, side)
    configuration = ag.quench(loose, potential, force_tolerance=1.0).configuration
    seed = 2 * chain + cold
    moves = moves_of(args)
    if cold:
        for step, temperature in enumerate(np.linspace(args.temperature, args.temperature / 2, STEPS)):
            sampler = ag.SwapMonteCarlo(
                configuration, potential, temperature, seed=args.seed + 1000 * (step + 1) + seed, **moves
            )
            sampler.run(round(COOLING * args.sweeps / STEPS))
            configuration = sampler.configuration
    sampler = ag.SwapMonteCarlo(configuration, potential, args.temperature, seed=args.seed + seed, **moves)
    liquid, inherent = [], []
    for _ in range(args.sweeps // args.inherent_every):
        liquid.append(sampler.run(args.inherent_every, record_every=EVERY).energies)
        inherent.append(ag.quench(sampler.configuration, potential).energy / n)
    return np.concatenate(liquid), np.array(inherent)


def moves_of(args: argparse.Namespace) -> dict[str, ag.HybridMonteCarlo]:
    """Return the argument of the sampler that chooses its moves: none for displacements."""
    if args.workflow is not None:
        return {"trajectories": ag.HybridMonteCarlo(**workflow_sample(args.workflow)["trajectories"])}
    if args.swap_window is not None:
        return {"trajectories": ag.HybridMonteCarlo(steps=16, swap_window=args.swap_window)}
    return {"trajectories": ag.HybridMonteCarlo()} if args.trajectories else {}


def workflow_sample(workflow: Path) -> dict[str, Any]:
    """Return the section `[sample]` of a workflow file, with its potential."""
    settings = tomllib.loads(workflow.read_text(encoding="utf-8"))
    return {"potential": settings["potential"], **settings["sample"]}


def windows(sweeps: int, every: int) -> list[tuple[float, float]]:
    """Return shares of the run: the last half, the quarter before it, and so on, the earliest first."""
    count = max(1, int(np.log2(sweeps / every)))
    edges = [2.0**-k for k in range(min(count, 7), -1, -1)]
    return list(pairwise(edges))


def told(hot: NDArray, cold: NDArray, share: tuple[float, float]) -> str:
    """Return the mean from above, and the paired difference with its error over chains."""
    rows = [series[:, round(share[0] * series.shape[1]) : round(share[1] * series.shape[1])] for series in (hot, cold)]
    difference = rows[0].mean(axis=1) - rows[1].mean(axis=1)
    error = difference.std(ddof=1) / np.sqrt(len(difference))
    return f"{rows[0].mean():12.6f} {difference.mean():+11.6f} +- {error:.6f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workflow", type=Path, nargs="?", help="take the model, temperature and trajectories from it")
    parser.add_argument("--temperature", type=float, default=0.1)
    parser.add_argument("--particles", type=int, default=400)
    parser.add_argument("--chains", type=int, default=12)
    parser.add_argument("--sweeps", type=int, default=100_000)
    parser.add_argument("--potential", default="kumar2021")
    parser.add_argument("--inherent-every", type=int, default=2000, help="sweeps between two quenches")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trajectories", action="store_true", help="hybrid Monte Carlo instead of displacements")
    parser.add_argument("--swap-window", type=float, help="the same with 16 steps and swaps of similar diameters only")
    parser.add_argument("--diameters", choices=("iid", "quantile"), default="iid")
    args = parser.parse_args()
    if args.workflow is not None:
        sample = workflow_sample(args.workflow)
        for name in ("potential", "particles", "diameters", "temperature"):
            setattr(args, name, sample[name])
    print(
        f"N = {args.particles}, T = {args.temperature:g}, {args.chains} pairs of chains of {args.sweeps} sweeps",
        flush=True,
    )
    ends = [[approach(chain, cold, args) for chain in range(args.chains)] for cold in (False, True)]
    print("sweeps              liquid, from above; above less below        inherent states, the same")
    for share in windows(args.sweeps, args.inherent_every):
        cells = [told(*(np.array([run[kind] for run in end]) for end in ends), share) for kind in (0, 1)]
        print(f"{share[0] * args.sweeps:8.0f} {share[1] * args.sweeps:8.0f} {cells[0]}  {cells[1]}", flush=True)


if __name__ == "__main__":
    main()
