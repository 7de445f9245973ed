"""Damage files of every format at random: each is read, or refused with one line, in little time and memory.

python tests/campaigns/mutated_files.py [MUTATIONS] [SEED]     mutations of each format, 500 by default
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import ase.io
import gsd.hoomd
import numpy as np
from fuzzing import damaged

import atomglass as ag

#: Longest message, and longest time to read one small file in seconds.
LONGEST_MESSAGE, LONGEST_TIME = 900, 5.0


def originals(folder: Path) -> dict[str, bytes]:
    """Return an undamaged file of each format, by its suffix."""
    rng = np.random.default_rng(0)
    cell = np.tril(np.full((3, 3), 0.3)) + 5 * np.eye(3)
    sample = ag.Configuration(rng.random((6, 3)) * 5, rng.uniform(0.8, 1.2, 6), cell, np.arange(6) % 2)
    for suffix in (".extxyz", ".dump", ".data", ".npz", ".extxyz.gz"):
        ag.write(folder / f"original{suffix}", sample)
    flat = ag.Configuration(sample.positions[:, :2], sample.diameters, [6, 6]).to_atoms()
    flat.info |= {"note": "a 'quoted' word", "lattice": "triangular"}
    ase.io.write(folder / "original.xyz", flat, format="extxyz")
    frame = gsd.hoomd.Frame()
    frame.configuration.box = [5, 5, 5, 0.1, 0.1, 0.1]
    frame.particles.N, frame.particles.types = 6, ["A", "B"]
    frame.particles.typeid, frame.particles.diameter = sample.species, sample.diameters
    frame.particles.position = sample.positions - 2.5
    with gsd.hoomd.open(folder / "original.gsd", "w") as trajectory:
        trajectory.append(frame)
    return {path.name.removeprefix("original"): path.read_bytes() for path in sorted(folder.glob("original*"))}


def complaints(mutations: int, seed: int, folder: Path) -> Iterator[str]:
    """Yield a line for each damaged file that is neither read nor properly refused."""
    rng = random.Random(seed)
    for suffix, content in originals(folder).items():
        for _ in range(mutations):
            path = folder / f"damaged{suffix}"
            path.write_bytes(damaged(content, rng))
            start = time.monotonic()
            try:
                list(ag.frames(path))
            except ag.InputError as error:
                if "\n" in str(error) or len(str(error)) > LONGEST_MESSAGE:
                    yield f"{suffix}: message {str(error)[:200]!r}"
            except Exception as error:
                yield f"{suffix}: {error!r} from {path.read_bytes()!r}"
            if time.monotonic() - start > LONGEST_TIME:
                yield f"{suffix}: {time.monotonic() - start:.0f} s"


def main(mutations: int = 500, seed: int = 1) -> int:
    """Print what is wrong, and return the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        found = list(complaints(mutations, seed, Path(folder)))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("\n".join([*found, f"{len(found)} complaints, {memory:.0f} MB"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
