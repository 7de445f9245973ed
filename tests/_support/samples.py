"""Small samples that several test files share: random, liquid, quenched; orthogonal and sheared; crystals."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np

import atomglass as ag
from atomglass.kernels.pair_records import PairParameters
from atomglass.kernels.records import PairList
from atomglass.system.neighbors import WrappedPositions, allowed_skin, half_neighbor_list

POTENTIALS = ("kumar2021", "kumar2021_3d", "kumar2021_smooth", "ipl10")
SHEAR = 0.2


def cell_of(n: int, d: int, sheared: bool, density: float = 1.0) -> np.ndarray:
    """A cubic cell, or a lower triangular one of the same volume."""
    length = (n / density) ** (1 / d)
    cell = np.eye(d) + (SHEAR * np.tri(d, k=-1) if sheared else 0)
    return length * cell


@cache
def loose(n: int, d: int, seed: int, sheared: bool = False) -> ag.Configuration:
    """Particles at random positions."""
    rng = np.random.default_rng(seed)
    cell = cell_of(n, d, sheared)
    return ag.Configuration(rng.random((n, d)) @ cell, ag.sample_diameters(n, rng, "quantile"), cell)


@cache
def liquid(name: str, n: int, d: int, seed: int, sheared: bool = False) -> ag.Configuration:
    """A random sample after some sweeps at T = 0.3."""
    potential = ag.load_potential(name)
    start = ag.quench(loose(n, d, seed, sheared), potential, force_tolerance=1e-2).configuration
    sampler = ag.SwapMonteCarlo(start, potential, temperature=0.3, max_displacement=0.04, seed=seed)
    sampler.run(200)
    return sampler.configuration


@cache
def glass(name: str, n: int, d: int, seed: int, sheared: bool = False) -> ag.Configuration:
    """An inherent state."""
    done = ag.quench(liquid(name, n, d, seed, sheared), ag.load_potential(name))
    assert done.converged, done
    return done.configuration


def triangular(side: int, spacing: float = 1.0) -> ag.Configuration:
    """side x side particles of diameter 1 on a triangular lattice, in the cell of its own lattice vectors."""
    cell = side * spacing * np.array([[1.0, 0.0], [0.5, np.sqrt(0.75)]])
    return _lattice(side, cell)


def fcc(side: int, spacing: float = 1.0) -> ag.Configuration:
    """side^3 particles of diameter 1 on an fcc lattice, in the (rhombohedral) cell of its primitive vectors."""
    cell = side * spacing * np.sqrt(0.5) * np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]])
    return _lattice(side, cell)


def _lattice(side: int, cell: np.ndarray) -> ag.Configuration:
    d = len(cell)
    fractional = np.array(list(product(range(side), repeat=d))) / side
    return ag.Configuration(fractional @ cell, np.ones(side**d), cell)


def listed(
    sample: ag.Configuration, potential: ag.PairPotential, skin: float = 0.3
) -> tuple[np.ndarray, PairList, PairParameters]:
    """What kernels need: wrapped positions, a half neighbor list, and the potential's parameters."""
    wrapped = WrappedPositions.of(sample)
    pairs = half_neighbor_list(wrapped, sample.diameters, potential, allowed_skin(sample, potential, skin))
    return wrapped.positions, pairs, potential.parameters
