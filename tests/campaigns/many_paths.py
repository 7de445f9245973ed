"""How long do many minimum-energy paths with their levels take? As one run, on the glasses that a study has kept.

    python tests/campaigns/many_paths.py FOLDER --paths 1000 --workers 2

Around each glass a short search finds inherent states; each transition between two that differ by less than 0.1
epsilon is a pair, in whichever direction it was met. Pairs are taken glass by glass in turn. The time of the
searches is printed apart from that of the paths.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import numpy as np
import pandas as pd

import atomglass as ag
from atomglass.landscape.basin_search import SearchParameters, search_basin
from atomglass.landscape.tunnel_levels import DEFAULT_HBAR
from atomglass.study.store.study_store import StudyStore

LARGEST_DIFFERENCE = 0.1
SEARCH = SearchParameters(runs=8)


def pairs_of(folder: Path, realization: int) -> tuple[list[tuple[ag.Configuration, ag.Configuration]], float]:
    """Return the pairs of inherent states around a glass, and the CPU time of the search."""
    start = time.process_time()
    potential = StudyStore(folder).settings.pair_potential
    glass = ag.load_configuration(folder, realization)
    search = search_basin(glass, potential, SEARCH, np.random.default_rng(realization))
    states, energies = search.found.states, search.found.energies
    close = {(min(p), max(p)) for p in search.transitions if abs(energies[p[0]] - energies[p[1]]) < LARGEST_DIFFERENCE}
    return [(states[i], states[j]) for i, j in sorted(close)], time.process_time() - start


def path_of(task: tuple[Path, ag.Configuration, ag.Configuration]) -> tuple[str, bool, float]:
    """Return the verdict on a path, whether it has levels, and its CPU time."""
    folder, one, other = task
    start = time.process_time()
    potential = StudyStore(folder).settings.pair_potential
    done = ag.tunnel_splitting(one, other, potential, DEFAULT_HBAR)
    return str(done.path.status.value), bool(np.isfinite(done.splitting)), time.process_time() - start


def main() -> None:
    """Search around each glass, compute the paths, and print the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="A study with kept configurations.")
    parser.add_argument("--paths", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    realizations = pd.read_parquet(args.folder / "realizations.parquet").query("status == 'ok'")["realization"].tolist()
    with ProcessPoolExecutor(args.workers) as pool:
        found = list(pool.map(pairs_of, [args.folder] * len(realizations), realizations))
        seconds = sum(s for _, s in found)
        print(f"{len(found)} glasses, {SEARCH.runs * SEARCH.quenches} quenches each: {seconds:.0f} CPU-s", flush=True)
        deepest = max(len(pairs) for pairs, _ in found)
        tasks = [(args.folder, *pairs[k]) for k in range(deepest) for pairs, _ in found if k < len(pairs)][: args.paths]
        start = time.perf_counter()
        done = []
        for result in as_completed([pool.submit(path_of, task) for task in tasks]):
            done.append(result.result())
            if len(done) % 50 == 0:
                print(f"[{time.perf_counter() - start:7.0f} s] {len(done)} of {len(tasks)} paths", flush=True)
    times = np.array([s for _, _, s in done])
    wall = time.perf_counter() - start
    print(f"{len(done)} paths, {args.workers} processes: {wall:.0f} s; {times.sum():.0f} CPU-s; ", end="")
    print("CPU-s a path, 10, 50, 90, 100 %:", *np.round(np.quantile(times, (0.1, 0.5, 0.9, 1)), 2))
    print(f"with levels: {sum(levels for _, levels, _ in done)}; verdicts: {dict(Counter(s for s, _, _ in done))}")


if __name__ == "__main__":
    main()
