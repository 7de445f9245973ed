"""Which pseudo-harmonic modes do few starts miss that many starts find?

    python tests/campaigns/soft_spot_completeness.py --chains 8 --glasses 5

Glasses of one state point, a few from each of several chains (diameters at the quantiles of their law). The library
of a glass holds the modes to which many starts lead: the lowest harmonic modes, and dipoles at the pairs of largest
relative pre-stress and at random pairs. Printed for each bound on the frequency: the number of modes in the library,
and the share that each smaller set of starts finds (overlap above 0.99). "both, stopped early" is
`atomglass.soft_spots` with this bound; for it the number of modes beyond the library and the sum of its estimates
`missed` are printed as well.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import atomglass as ag
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.modes import lowest_modes_of_hessian
from atomglass.vibrations.nonlinear_modes import NonlinearModes, nonlinear_modes_of_hessian
from atomglass.vibrations.soft_spots import missed, soft_spots_of_hessian
from atomglass.vibrations.starting_fields import responses_at_soft_pairs, start_count, starting_fields

BOUNDS = (0.6, 0.8, 1.0, 1.2, 1.5)
#: Harmonic modes, dipoles at chosen pairs and dipoles at random pairs from which the library is made.
MANY, CHOSEN, RANDOM = 120, 96, 96
EARLY = "both, stopped early"


def glasses(args: argparse.Namespace) -> list[ag.Configuration]:
    """Return inherent states."""
    potential, n = ag.load_potential(args.potential), args.particles
    d, found = potential.dimension, []
    for chain in range(args.chains):
        rng, side = np.random.default_rng([args.seed, chain]), np.full(d, (n / potential.density) ** (1 / d))
        diameters = ag.sample_diameters(n, rng, "quantile")
        loose = ag.Configuration(rng.random((n, d)) * side, diameters, side)
        first = ag.quench(loose, potential, force_tolerance=1.0).configuration
        sampler = ag.SwapMonteCarlo(first, potential, args.temperature, seed=chain)
        sampler.run(args.equilibration)
        for _ in range(args.glasses):
            sampler.run(args.sweeps)
            found.append(ag.quench(sampler.configuration, potential).configuration)
    return found


def random_dipoles(pairs: InteractingPairs, reduced: ReducedHessian, count: int, seed: int) -> NDArray[np.float64]:
    """Return the responses (count, n) to dipoles at random pairs."""
    rng, d = np.random.default_rng(seed), pairs.dimension
    held = pairs.without(reduced.rattlers)
    forces = np.zeros((count, pairs.number, d))
    for k, p in enumerate(rng.choice(len(held.indices), count, replace=False)):
        (i, j), direction = held.indices[p], held.separations[p, :d]
        forces[k, j], forces[k, i] = direction, -direction
    return np.ascontiguousarray(reduced.solve(reduced.reduce(forces)).T)


def known(library: NonlinearModes, found: NonlinearModes) -> NDArray[np.bool_]:
    """Return which modes of the library are among those found."""
    overlaps = np.abs(np.einsum("kia,lia->kl", library.eigenvectors, found.eigenvectors))
    return overlaps.max(axis=1, initial=0.0) > 0.99


def one_glass(number: int, glass: ag.Configuration, potential: ag.PairPotential) -> pd.DataFrame:
    """Return a row for each mode of a glass's library: its frequency, and which sets of starts find it."""
    pairs = InteractingPairs.of(glass, potential)
    reduced = ReducedHessian(pairs)
    modes = lowest_modes_of_hessian(reduced, MANY)
    harmonic = np.ascontiguousarray(reduced.reduce(modes.eigenvectors).T)
    few = start_count(pairs.number, len(modes))
    default = starting_fields(pairs, reduced, modes)
    random = random_dipoles(pairs, reduced, RANDOM, number)
    starts = {
        f"{few} harmonic": harmonic[:few],
        f"{2 * few} dipoles": default.fields[few:],
        "both": default.fields,
        "40 harmonic": harmonic[:40],
        f"{2 * few} random pairs": random[: 2 * few],
    }
    many = [harmonic, responses_at_soft_pairs(pairs, reduced, CHOSEN), random]
    library = nonlinear_modes_of_hessian(pairs, reduced, np.concatenate(many)).below(max(BOUNDS))
    table = pd.DataFrame({"glass": number, "frequency": library.frequencies, "converged": library.converged})
    for name, fields in starts.items():
        table[name] = known(library, nonlinear_modes_of_hessian(pairs, reduced, fields))
    for bound in BOUNDS:
        spots = soft_spots_of_hessian(pairs, reduced, default, bound)
        table[f"{EARLY} {bound}"] = known(library, spots.modes)
        new = int(spots.modes.converged.sum()) - int(
            (known(library, spots.modes) & (library.frequencies < bound)).sum()
        )
        estimate = missed(spots.harmonic_hits > 0, spots.dipole_hits > 0)
        table.attrs[bound] = (new, 0.0 if np.isnan(estimate) else estimate, spots.not_converged)
    return table


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--potential", default="kumar2021")
    parser.add_argument("--temperature", type=float, default=0.1)
    parser.add_argument("--particles", type=int, default=400)
    parser.add_argument("--chains", type=int, default=8)
    parser.add_argument("--glasses", type=int, default=5)
    parser.add_argument("--equilibration", type=int, default=4000)
    parser.add_argument("--sweeps", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=14)
    args = parser.parse_args()
    potential = ag.load_potential(args.potential)
    tables = [one_glass(k, glass, potential) for k, glass in enumerate(glasses(args))]
    beyond = {bound: np.sum([table.attrs[bound] for table in tables], axis=0) for bound in BOUNDS}
    for table in tables:
        table.attrs.clear()
    library = pd.concat(tables, ignore_index=True)
    names = [name for name in library if name not in ("glass", "frequency", "converged") and EARLY not in name]
    print(f"{len(tables)} glasses; of the library's modes {int((~library['converged']).sum())} have not converged")
    for bound in BOUNDS:
        below = library[(library["frequency"] < bound) & library["converged"]]
        shares = ", ".join(f"{name} {below[name].mean():.3f}" for name in [*names, f"{EARLY} {bound}"])
        print(f"below {bound}: {len(below)} modes; {shares}")
        print("  beyond the library {:.0f}, sum of `missed` {:.2f}, starts not converged {:.0f}".format(*beyond[bound]))


if __name__ == "__main__":
    main()
