"""ASE's optimizers with our Calculator: the same forces, another minimizer."""

from __future__ import annotations

from typing import Any

import numpy as np
from ase import optimize
from peer_result import Minimization, compare_minimizations

from atomglass.ase_calculator import Calculator
from atomglass.bench import samples
from atomglass.bench.clock import cpu_seconds
from atomglass.minimization.quench import quench
from atomglass.system.configuration import Configuration


def fire(sample: Configuration) -> dict[str, Any]:
    """FIRE with ASE's default settings."""
    return _compare(sample, "FIRE")


def lbfgs(sample: Configuration) -> dict[str, Any]:
    """LBFGS with a step limit suited to a glass."""
    return _compare(sample, "LBFGS", maxstep=0.05)


def bfgs_line_search(sample: Configuration) -> dict[str, Any]:
    """BFGSLineSearch, which keeps a dense matrix of (3N)^2 elements."""
    return _compare(sample, "BFGSLineSearch", maxstep=0.05)


def _compare(sample: Configuration, name: str, **options: float) -> dict[str, Any]:
    pot = samples.potential(2)
    atoms = sample.to_atoms()
    atoms.calc = Calculator(pot)
    atoms.get_forces()
    done = [quench(sample, pot)]
    our_seconds = cpu_seconds(lambda: done.append(quench(sample, pot)))
    optimizer = getattr(optimize, name)(atoms, logfile=None, **options)
    seconds = cpu_seconds(lambda: optimizer.run(fmax=1e-10, steps=100_000))
    max_force = float(np.linalg.norm(atoms.get_forces(), axis=1).max())
    theirs = Minimization(float(atoms.get_potential_energy()), max_force, seconds)
    ours = Minimization(done[0].energy, done[0].max_force, our_seconds)
    result = compare_minimizations(f"ASE's {name}", ours, theirs)
    return result | {"agreement": f"{result['agreement']}; {optimizer.get_number_of_steps()} steps"}
