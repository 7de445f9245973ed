"""Print work, fill and time of the factorization of three-dimensional glasses.

    python tests/campaigns/factor_fill.py 1500 4000

The glasses are made on the way: kumar2021_3d at density 1, T = 0.1, 3,000 sweeps of swap Monte Carlo, quenched.
"""

from __future__ import annotations

import sys
import time

import numpy as np

import atomglass as ag
from atomglass.minimization.random_start import random_start
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.modes import lowest_modes_of_hessian


def main() -> None:
    """Make a glass of each size given and print one line for it."""
    potential = ag.load_potential("kumar2021_3d")
    for number in map(int, sys.argv[1:] or ["1500"]):
        seeds = np.random.SeedSequence(1).spawn(2)
        start = random_start(number, potential, potential.density, "quantile", seeds[0], seeds[1])
        chain = ag.SwapMonteCarlo(start, potential, 0.1, 0.2, 0.12, 1)
        chain.run(3000)
        pairs = InteractingPairs.of(ag.quench(chain.configuration, potential).configuration, potential)
        lowest_modes_of_hessian(ReducedHessian(pairs), 3)  # compiles
        reduced = ReducedHessian(pairs)
        symbolic = reduced._dissection._symbolic
        pivots, rows = 3 * np.diff(symbolic.starts), 3 * np.diff(symbolic.row_pointers)
        columns = np.concatenate([np.arange(r + p, r, -1.0) for p, r in zip(pivots, rows, strict=True)])
        begin = time.process_time()
        reduced.factor(-1e-7)
        factor = time.process_time() - begin
        modes = lowest_modes_of_hessian(ReducedHessian(pairs), 20)
        seconds = time.process_time() - begin - factor
        print(
            f"N = {number}: {(columns**2).sum():.3g} operations, {columns.sum():.3g} elements, largest front "
            f"{(pivots + rows).max()}, factor {factor:.3f} s, 20 modes {seconds:.2f} s, largest residual "
            f"{modes.residuals.max():.0e}, {'complete' if modes.complete else 'NOT proven complete'}",
            flush=True,
        )


if __name__ == "__main__":
    main()
