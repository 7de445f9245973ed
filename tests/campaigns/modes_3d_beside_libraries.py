"""The lowest modes in three dimensions beside the sparse solvers of others, in turns, from the same pairs.

    python tests/campaigns/modes_3d_beside_libraries.py FOLDER --copies 1 2 --turns 3

Ours: Hessian, 20 modes, residuals and the count below the last. Beside it `eigsh` in shift-invert mode with SuperLU
(MMD_AT_PLUS_A, symmetric mode), and with CHOLMOD (nested dissection) where scikit-sparse is installed, Hessian
included, without residuals and without a count. Liquids at T = 0.1 are made by `quench_times_3d` for 1,500 particles
and their copies (12,000), and quenched; FOLDER keeps both.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from quench_times_3d import PARTICLES, kept, liquid
from scipy.sparse.linalg import LinearOperator, eigsh

import atomglass as ag
from atomglass.bench.three_dimensions import MODES, SHIFT, superlu_eigenvalues
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations.hessian import ReducedHessian, pair_hessian
from atomglass.vibrations.modes import lowest_modes_of_hessian


def glass(folder: Path, copies: int) -> ag.Configuration:
    """Return the inherent state of a liquid of copies^3 times 1,500 particles, from the folder if it is there."""
    potential = ag.load_potential("kumar2021_3d")
    file = folder / f"glass_d3_n{PARTICLES * copies**3}.npz"
    return kept(file, lambda: ag.quench(liquid(folder, copies, 1), potential).configuration)


def superlu(pairs: InteractingPairs) -> np.ndarray:
    """Factor by SuperLU with the order and the mode that suit symmetric matrices."""
    return superlu_eigenvalues(pairs)


def cholmod(pairs: InteractingPairs) -> np.ndarray:
    """Factor by CHOLMOD with nested dissection."""
    from sksparse.cholmod import cholesky

    matrix = pair_hessian(pairs).tocsc()
    inverse = LinearOperator(matrix.shape, matvec=cholesky(matrix, beta=-SHIFT, ordering_method="nesdis"), dtype=float)
    return np.sort(eigsh(matrix, MODES + 3, sigma=SHIFT, OPinv=inverse)[0])[3:]


def ours(pairs: InteractingPairs) -> np.ndarray:
    """Modes with their residuals and the count of eigenvalues below the last."""
    return lowest_modes_of_hessian(ReducedHessian(pairs), MODES).eigenvalues


def main() -> None:
    """Run all solvers in turns, and print CPU times and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 2], help="1: N = 1,500; 2: N = 12,000.")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--without", nargs="*", default=[], help="Solvers to leave out.")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    solvers = {f.__name__: f for f in (ours, superlu, cholmod) if f.__name__ not in args.without}
    for copies in args.copies:
        sample = glass(args.folder, copies)
        pairs = InteractingPairs.of(sample, ag.load_potential("kumar2021_3d"))
        expected = ours(pairs)
        times: dict[str, list[float]] = {name: [] for name in solvers}
        for _ in range(args.turns):
            for name, solver in solvers.items():
                start = time.process_time()
                error = np.abs(solver(pairs) / expected - 1).max()
                times[name].append(time.process_time() - start)
                if error > 1e-8:
                    print(f"{name}: eigenvalues differ by {error:.1e}")
        for name, seconds in times.items():
            ratio = np.median(np.array(seconds) / np.array(times["ours"]))
            print(f"N = {len(sample)}, {name}: {np.median(seconds):.3f} CPU-s, {ratio:.2f} times ours", flush=True)


if __name__ == "__main__":
    main()
