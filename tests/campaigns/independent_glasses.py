"""Core time between independent glasses: the default sampler beside trajectories of molecular dynamics between swaps.

    python tests/campaigns/independent_glasses.py --temperature 0.1 --chains 12 --records 300

Both go on from the same liquids (diameters at the quantiles of their law) and are quenched every so many sweeps. For
each are printed: mean energies per particle with errors over chains, which must agree; the core time of the sweeps
between two quenches; and that time multiplied by the statistical inefficiency 1 + 2 sum rho of the inherent states'
energy, which is what an independent glass costs. The sum ends after six times its own value (Sokal's window); errors
by leaving out each chain.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from numpy.typing import NDArray

import atomglass as ag
from atomglass.sampling.swap_monte_carlo import HybridMonteCarlo

#: Sweeps between two quenches, about equal in core time, and what the sampler is given besides.
SCHEMES = {"default": (250, {}), "trajectories": (180, {"trajectories": HybridMonteCarlo()})}
WINDOW = 6.0


def inefficiency(series: NDArray[np.float64]) -> float:
    """Return 1 + 2 sum rho of series of one law, about their common mean."""
    centered = series - series.mean()
    variance, total = (centered**2).mean(), 0.5
    for lag in range(1, series.shape[1] // 3):
        total += (centered[:, :-lag] * centered[:, lag:]).mean() / variance
        if lag >= WINDOW * total:
            break
    return 2 * total


def chain(number: int, args: argparse.Namespace) -> dict[str, tuple[float, float, NDArray[np.float64]]]:
    """Return each scheme's mean liquid energy, seconds between two quenches, and inherent states' energies."""
    potential, n = ag.load_potential("kumar2021"), args.particles
    rng, side = np.random.default_rng([77, number]), np.full(2, np.sqrt(n))
    diameters = ag.sample_diameters(n, rng, "quantile")
    loose = ag.Configuration(rng.random((n, 2)) * side, diameters, side)
    first = ag.quench(loose, potential, force_tolerance=1.0).configuration
    start = ag.SwapMonteCarlo(first, potential, args.temperature, seed=number)
    start.run(args.equilibration)
    found = {}
    for name, (sweeps, options) in SCHEMES.items():
        sampler = ag.SwapMonteCarlo(start.configuration, potential, args.temperature, seed=100 + number, **options)
        liquid, inherent, seconds = [], [], 0.0
        for _ in range(args.records):
            began = time.process_time()
            liquid.append(sampler.run(sweeps, record_every=sweeps).energies[-1])
            seconds += time.process_time() - began
            inherent.append(ag.quench(sampler.configuration, potential).energy / n)
        found[name] = float(np.mean(liquid)), seconds / args.records, np.array(inherent)
    return found


def told(name: str, rows: list[tuple[float, float, NDArray[np.float64]]]) -> str:
    """Return a line on a scheme."""
    liquid, inherent = np.array([row[0] for row in rows]), np.array([row[2] for row in rows])
    price, whole, root = 1e3 * np.mean([row[1] for row in rows]), inefficiency(inherent), np.sqrt(len(rows))
    without = np.array([inefficiency(np.delete(inherent, k, 0)) for k in range(len(rows))])
    error = np.sqrt((len(rows) - 1) * without.var())
    means = " ".join(f"{m.mean():.6f} +- {m.std(ddof=1) / root:.6f}" for m in (liquid, inherent.mean(axis=1)))
    return f"{name:13s} {means}  {price:6.2f} ms  {price * whole:6.1f} +- {price * error:.1f} ms"


def main() -> None:
    """Run both schemes and print a line for each."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--temperature", type=float, default=0.1)
    options.add_argument("--particles", type=int, default=400)
    options.add_argument("--chains", type=int, default=12)
    options.add_argument("--records", type=int, default=300)
    options.add_argument("--equilibration", type=int, default=30_000)
    args = options.parse_args()
    runs = [chain(number, args) for number in range(args.chains)]
    print("scheme        liquid                 inherent states         between quenches  an independent glass")
    for name in SCHEMES:
        print(told(name, [run[name] for run in runs]), flush=True)


if __name__ == "__main__":
    main()
