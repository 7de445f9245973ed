"""The samples on which everything is measured."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from atomglass.io import files
from atomglass.minimization.quench import quench
from atomglass.minimization.random_start import random_start
from atomglass.sampling.moves import HybridMonteCarlo
from atomglass.sampling.swap_monte_carlo import SwapMonteCarlo
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential, load_potential

#: Temperatures of the samples by dimension: the paper's, and one at which the 3-D liquid is as slow.
TEMPERATURE = {2: 0.1, 3: 0.13}
#: Moves of Swap Monte Carlo: the paper's fraction of swaps and largest displacement along an axis.
SWAP_FRACTION, MAX_DISPLACEMENT = 0.2, 0.12
#: Sweeps between successive samples of one chain.
SWEEPS_BETWEEN = 200
#: Sweeps after which the copies in a large sample differ: the correlation time of the energy.
DECORRELATION_SWEEPS = 300
_NAME = "liquid2d_T0.1_n4000.npz"


def reference_file() -> Path:
    """Return the path of the equilibrated 2-D sample, N = 4000, which is part of the package."""
    return Path(__file__).parent / "data" / _NAME


@cache
def reference() -> Configuration:
    """Return the equilibrated 2-D sample, N = 4000, T = 0.1."""
    return files.read(reference_file())


def potential(dimension: int) -> PairPotential:
    """Return the model in two or three dimensions."""
    return load_potential({2: "kumar2021", 3: "kumar2021_3d"}[dimension])


def swap_sampler(sample: Configuration, seed: int = 1) -> SwapMonteCarlo:
    """Return a sampler with displacements and swaps that starts from a sample, at the sample's temperature."""
    d = sample.dimension
    return SwapMonteCarlo(sample, potential(d), TEMPERATURE[d], SWAP_FRACTION, MAX_DISPLACEMENT, seed)


def hybrid_sampler(sample: Configuration, seed: int = 1) -> SwapMonteCarlo:
    """Return a sampler with hybrid Monte Carlo and swaps that starts from a sample, at the sample's temperature."""
    d = sample.dimension
    return SwapMonteCarlo(sample, potential(d), TEMPERATURE[d], seed=seed, trajectories=HybridMonteCarlo())


def similar_swap_sampler(sample: Configuration, seed: int = 1) -> SwapMonteCarlo:
    """Return a sampler with longer trajectories and swaps of similar diameters, at the sample's temperature."""
    d, moves = sample.dimension, HybridMonteCarlo(steps=16, swap_window=0.14)
    return SwapMonteCarlo(sample, potential(d), TEMPERATURE[d], seed=seed, trajectories=moves)


@cache
def liquids(count: int) -> list[Configuration]:
    """Return the reference sample and those that follow it in one chain, `SWEEPS_BETWEEN` apart."""
    chain, found = swap_sampler(reference()), [reference()]
    while len(found) < count:
        chain.run(SWEEPS_BETWEEN)
        found.append(chain.configuration)
    return found


@cache
def inherent_state(index: int = 0) -> Configuration:
    """Return the inherent state of one of `liquids`."""
    done = quench(liquids(index + 1)[index], potential(2))
    if not done.converged:
        raise ArithmeticError(f"the sample's quench ended as {done.status.value}")
    return done.configuration


@cache
def new_liquid(number: int, dimension: int, sweeps: int, seed: int = 1) -> Configuration:
    """Return a liquid sampled from a random start: its energy has settled, its slowest relaxation has not.

    Parameters
    ----------
    number : int
        Number of particles.
    dimension : int
        2 or 3.
    sweeps : int
        Sweeps of Swap Monte Carlo after the random start.
    seed : int
        Seed of diameters, positions and moves.
    """
    model, seeds = potential(dimension), np.random.SeedSequence(seed).spawn(2)
    start = random_start(number, model, model.density, "quantile", seeds[0], seeds[1])
    chain = swap_sampler(start, seed)
    chain.run(sweeps)
    return chain.configuration


@cache
def tiled_liquid(copies: int, sweeps: int) -> Configuration:
    """Return copies x copies of the reference sample after some sweeps of Swap Monte Carlo, in which they diverge.

    The particles are numbered at random, as in a sample made from random positions: a program that needs neighbors
    close in memory has to sort them itself.
    """
    chain = swap_sampler(tiled(reference(), copies))
    chain.run(sweeps)
    return chain.configuration


def tiled(tile: Configuration, copies: int, seed: int = 1) -> Configuration:
    """Return copies^d copies of a sample in one box, with the particles numbered at random.

    Parameters
    ----------
    tile : Configuration
        The sample, in a rectangular box.
    copies : int
        Copies along each side.
    seed : int
        Seed of the numbering.
    """
    d = tile.dimension
    cells = np.stack(np.meshgrid(*[np.arange(copies)] * d, indexing="ij"), axis=-1).reshape(-1, d)
    positions = (tile.positions[None] + cells[:, None] * tile.box).reshape(-1, d)
    order = np.random.default_rng(seed).permutation(len(positions))
    return Configuration(positions[order], np.tile(tile.diameters, copies**d)[order], tile.box * copies)
