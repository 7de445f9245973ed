"""How are weak forces between pairs distributed, and does it depend on the smoothness of the cutoff?

    python tests/campaigns/weak_forces.py --chains 8 --glasses 20

For inherent states of the models and temperatures of `workflows/smoothness_*.toml` (and q = 2 in two dimensions at
T = 0.1): the exponent a of the density of overlaps, P(delta) ~ delta^a, among the pairs within 1, 2 and 5 % of their
cutoff, by maximum likelihood with standard errors over chains. Since such pairs have forces f ~ delta^q, weak forces
have P(f) ~ f^theta with theta = (a + 1)/q - 1; a finite density of overlaps at 0, a = 0, means theta = 1/q - 1. (The
forces themselves are not fitted: with q = 6 those of the smallest overlaps are lost in rounding.)
"""

from __future__ import annotations

import argparse

import numpy as np

import atomglass as ag
from atomglass import diagnostics
from atomglass.analysis.statistics.exponents import truncated_power_law
from atomglass.minimization.random_start import random_start
from atomglass.study.registry import read_study

#: The studies whose models and temperatures are taken, by dimension and by q.
STUDIES = {
    2: {2: "kumar2021_n400_quantile"} | {q: f"smoothness_q{q}" for q in (1, 3, 4, 6)},
    3: {q: f"smoothness_3d_q{q}" for q in (1, 2, 3, 4, 6)},
}
BOUNDS = (0.01, 0.02, 0.05)


def glasses(name: str, seed: int, args: argparse.Namespace) -> list[diagnostics.PairForces]:
    """Return the pairs of inherent states of one chain."""
    settings = read_study(name)
    potential = settings.pair_potential
    seeds = np.random.SeedSequence(seed).spawn(2)
    start = random_start(args.particles, potential, potential.density, "quantile", *seeds)
    chain = ag.SwapMonteCarlo(start, potential, settings.sample.temperature, seed=seed)
    chain.run(args.sweeps)
    found = []
    for _ in range(args.glasses):
        chain.run(args.sweeps_between)
        found.append(diagnostics.pair_forces(ag.quench(chain.configuration, potential).configuration, potential))
    return found


def exponents(d: int, q: int, args: argparse.Namespace) -> str:
    """Return a line of the table: exponents of overlaps and of weak forces for each bound."""
    chains = [glasses(STUDIES[d][q], seed, args) for seed in range(args.chains)]
    overlaps = np.concatenate([pairs.overlaps for chain in chains for pairs in chain])
    number = np.concatenate([np.full(len(pairs.overlaps), k) for k, chain in enumerate(chains) for pairs in chain])
    cells = []
    for bound in BOUNDS:
        near = overlaps < bound
        a = truncated_power_law(overlaps[near] / bound, number[near])
        theta = (a.exponent + 1) / q - 1
        cells += [str(a.count), f"{a.exponent:.3f}({a.standard_error:.3f})", f"{theta:.3f}({a.standard_error / q:.3f})"]
    return f"| {d} | {q} | {1 / q - 1:.3f} | " + " | ".join(cells) + " |"


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--particles", type=int, default=400)
    options.add_argument("--sweeps", type=int, default=20_000)
    options.add_argument("--sweeps-between", type=int, default=250)
    options.add_argument("--chains", type=int, default=8)
    options.add_argument("--glasses", type=int, default=20)
    args = options.parse_args()
    print("| d | q | 1/q - 1 | " + " | ".join(f"pairs within {b} | a | theta" for b in BOUNDS) + " |")
    for d, of_order in STUDIES.items():
        for q in sorted(of_order):
            print(exponents(d, q, args), flush=True)


if __name__ == "__main__":
    main()
