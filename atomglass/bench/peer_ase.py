"""ASE's optimizers through our Calculator: the same forces, another descent."""

from __future__ import annotations

from typing import Any

import numpy as np
from ase import optimize

from atomglass.ase_calculator import Calculator
from atomglass.bench import samples
from atomglass.bench.clock import cpu_seconds
from atomglass.bench.peer_lammps import ended
from atomglass.minimization.quench import quench
from atomglass.system.configuration import Configuration


def fire(sample: Configuration) -> dict[str, Any]:
    """FIRE, with ASE's own settings."""
    return _against(sample, "FIRE")


def lbfgs(sample: Configuration) -> dict[str, Any]:
    """LBFGS, with steps that fit a glass."""
    return _against(sample, "LBFGS", maxstep=0.05)


def bfgs_line_search(sample: Configuration) -> dict[str, Any]:
    """BFGSLineSearch: keeps a dense matrix of (3N)^2."""
    return _against(sample, "BFGSLineSearch", maxstep=0.05)


def _against(sample: Configuration, name: str, **options: float) -> dict[str, Any]:
    pot = samples.potential(2)
    atoms = sample.to_atoms()
    atoms.calc = Calculator(pot)
    atoms.get_forces()
    done = [quench(sample, pot)]
    mine = cpu_seconds(lambda: done.append(quench(sample, pot)))
    optimizer = getattr(optimize, name)(atoms, logfile=None, **options)
    seconds = cpu_seconds(lambda: optimizer.run(fmax=1e-10, steps=100_000))
    worst = float(np.linalg.norm(atoms.get_forces(), axis=1).max())
    found = ended(f"ASE's {name}", done[0].energy, float(atoms.get_potential_energy()), worst, mine, seconds)
    return found | {"agreement": f"{found['agreement']}; {optimizer.get_number_of_steps()} steps"}
