"""Time and memory of quench, 20 modes and density of states in one large sample.

    python tests/campaigns/large_samples.py FOLDER --dimension 3 --copies 4      # 96,000 particles
    python tests/campaigns/large_samples.py FOLDER --dimension 2 --copies 16     # 1,024,000 particles

The liquid, T = 0.1, consists of copies of a small one that have diverged for some sweeps of swap Monte Carlo. It and
its inherent state are kept in FOLDER: what is there is read, not computed again. Peak memory is that of the process so
far.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from quench_times_3d import kept
from quench_times_3d import liquid as liquid_3d

import atomglass as ag
from atomglass.bench import samples

SWEEPS = 300


def timed(name: str, work: Callable[[], Any]) -> Any:
    """Do some work, and print what it took."""
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{name}: {cpu:.0f} CPU-s, {wall:.0f} s, peak memory {memory:.1f} GiB; {result!r}", flush=True)
    return result


def liquid(folder: Path, dimension: int, copies: int) -> ag.Configuration:
    """Return the liquid."""
    if dimension == 3:
        return liquid_3d(folder, copies, 1)
    return kept(folder / f"liquid_d2_c{copies}.npz", lambda: samples.tiled_liquid(copies, SWEEPS))


def main() -> None:
    """Do all stages in turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dimension", type=int, choices=(2, 3), default=3)
    parser.add_argument("--copies", type=int, default=4, help="Copies along each side.")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    potential = ag.load_potential("kumar2021" if args.dimension == 2 else "kumar2021_3d")
    start = timed("liquid", lambda: liquid(args.folder, args.dimension, args.copies))

    def quenched() -> ag.Configuration:
        done = ag.quench(start, potential)
        print(f"converged: {done.converged}, {done.iterations} steps, {done.evaluations} evaluations")
        return done.configuration

    glass = timed("quench", lambda: kept(args.folder / f"glass_d{args.dimension}_c{args.copies}.npz", quenched))
    modes = timed("20 modes", lambda: ag.lowest_modes(glass, potential, 20))
    print(f"complete: {modes.complete}, minimum: {modes.is_minimum}, largest residual {modes.residuals.max():.1e}")
    timed("density of states", lambda: ag.density_of_states(glass, potential))


if __name__ == "__main__":
    main()
