"""A Kob-Andersen glass of 1000 particles: quench and 20 modes, beside LAMMPS's minimizer from the same liquid.

    PYTHONPATH=tests/_support:tests/physics python tests/benchmarks/kob_andersen.py [repetitions]

LAMMPS minimizes by conjugate gradients (Polak and Ribiere) with its own `lj/cut`, the fastest of its Lennard-Jones
styles, and with the very same potential by `lepton`. All times are CPU seconds of one process, taken in turns.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from lammps_program import run_lammps
from test_models_by_lammps import KA, KOB_ANDERSEN, styles_of

import atomglass as ag
from atomglass.minimization.random_start import random_start


def main() -> None:
    """Print the medians of a number of repetitions."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    potential = ag.load_potential("kob_andersen")
    start = random_start(1000, potential, potential.density, "quantile", 1, 2)
    sampler = ag.SwapMonteCarlo(start, potential, 1.0, swap_fraction=0.0, max_displacement=0.1, seed=1)
    sampler.run(300)
    liquid = sampler.configuration
    ours(liquid, potential)  # compiles
    times: dict[str, list[float]] = {"quench": [], "20 modes": [], "LAMMPS lj/cut": [], "LAMMPS lepton": []}
    for _ in range(repetitions):
        quench_time, mode_time = ours(liquid, potential)
        times["quench"].append(quench_time)
        times["20 modes"].append(mode_time)
        times["LAMMPS lj/cut"].append(lammps(liquid, styles_of(KA, None, 2.5)))
        times["LAMMPS lepton"].append(lammps(liquid, styles_of(KA, KOB_ANDERSEN, 2.5)))
    for name, values in times.items():
        print(f"{name:15s} {np.median(values):8.2f} s   {', '.join(f'{value:.2f}' for value in values)}")


def ours(liquid: ag.Configuration, potential: ag.PairPotential) -> tuple[float, float]:
    """Return the CPU times of the quench to 1e-10 and of 20 modes."""
    began = time.process_time()
    glass = ag.quench(liquid, potential)
    quenched = time.process_time()
    modes = ag.lowest_modes(glass.configuration, potential, 20)
    assert glass.converged
    assert modes.complete
    return quenched - began, time.process_time() - quenched


def lammps(liquid: ag.Configuration, styles: str) -> float:
    """Return the CPU time of LAMMPS's minimization to a force of 1e-8, which it reaches or stalls near."""
    side = float(liquid.box[0])
    assert liquid.species is not None
    places = zip(liquid.species.tolist(), (liquid.positions % side).tolist(), strict=True)
    atoms = "\n".join(f"create_atoms {kind + 1} single {x!r} {y!r} {z!r}" for kind, (x, y, z) in places)
    head = f"""
units lj
atom_style atomic
atom_modify map array
region box block 0 {side!r} 0 {side!r} 0 {side!r}
create_box 2 box
{atoms}
mass * 1
{styles}
thermo_modify norm no
"""
    used = []
    for command in ("run 0", "min_style cg\nminimize 0 1e-8 100000 1000000"):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with tempfile.TemporaryDirectory() as folder:
            run_lammps(head + command + "\n", Path(folder))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return used[1] - used[0]


if __name__ == "__main__":
    main()
