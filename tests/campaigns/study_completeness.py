"""How many pseudo-harmonic modes a study misses: a program that is run by hand, on glasses that the study kept.

    python tests/campaigns/study_completeness.py FOLDER BELOW [EVERY]

In every EVERY-th kept glass the search of the study is repeated with 40 harmonic modes and 100 force dipoles, 40 of
them at random pairs; in samples of more than 2,000 particles with more, in proportion to the study's own starts.
Printed by bins of frequency: the modes that this finds, and the share of them that the study's own starts find.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from atomglass.study.store.inherent_states import kept_configurations
from atomglass.study.store.study_store import StudyStore
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations.checked_hessian import minimum_hessian
from atomglass.vibrations.modes import lowest_modes_of_hessian
from atomglass.vibrations.nonlinear_modes import SAME_MODE, nonlinear_modes_of_hessian
from atomglass.vibrations.starting_fields import responses_at_soft_pairs, start_count, starting_fields

#: Starts of the wide search for each harmonic mode among the study's own: harmonic modes, dipoles in the order of their
#: relative pre-stress, and dipoles at random among those that follow in this order, of which at most so many are made.
HARMONIC, DIPOLES, RANDOM, POOL = 5.0, 7.5, 5.0, 25.0


def wide_starts(pairs: InteractingPairs, reduced, rng: np.random.Generator) -> np.ndarray:
    """Return the fields of the wide search."""
    own = start_count(pairs.number, reduced.size - reduced.dimension)
    many, first, random, pool = (round(factor * own) for factor in (HARMONIC, DIPOLES, RANDOM, POOL))
    harmonic = reduced.reduce(lowest_modes_of_hessian(reduced, many).eigenvectors).T
    dipoles = responses_at_soft_pairs(pairs, reduced, first + pool)  # fewer if there are not as many disjoint pairs
    chosen = first + rng.permutation(max(len(dipoles) - first, 0))[:random]
    return np.concatenate([harmonic, dipoles[:first], dipoles[chosen]])


def main() -> None:
    """Print the share that the study finds."""
    folder, below, every = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 40
    potential = StudyStore(folder).settings.pair_potential
    edges = np.concatenate([[0.0], np.linspace(0.5, 1.0, 6)]) * below
    present, found, glasses = np.zeros(6, int), np.zeros(6, int), 0
    rng = np.random.default_rng(1)
    for place, (_, glass) in enumerate(kept_configurations(folder)):
        if place % every:
            continue
        pairs = InteractingPairs.of(glass, potential)
        reduced = minimum_hessian(pairs)
        library = nonlinear_modes_of_hessian(pairs, reduced, wide_starts(pairs, reduced, rng), below=1.05 * below)
        own = nonlinear_modes_of_hessian(pairs, reduced, starting_fields(pairs, reduced).fields, below=below)
        kept = library.converged & (library.frequencies < below)
        overlaps = np.abs(np.einsum("kni,mni->km", library.eigenvectors[kept], own.eigenvectors[own.converged]))
        hit = (overlaps > SAME_MODE).any(axis=1) if overlaps.size else np.zeros(kept.sum(), bool)
        present += np.histogram(library.frequencies[kept], edges)[0]
        found += np.histogram(library.frequencies[kept][hit], edges)[0]
        glasses += 1
    print(f"{glasses} glasses")
    for low, high, count, share in zip(edges[:-1], edges[1:], present, found / np.maximum(present, 1), strict=True):
        print(f"{low:.3g} to {high:.3g}: {count} modes, the study's starts find {share:.3f}")


if __name__ == "__main__":
    main()
