"""The samples that everything is measured on."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from atomglass.io import files
from atomglass.minimization.quench import quench
from atomglass.minimization.random_start import random_start
from atomglass.sampling.swap_monte_carlo import HybridMonteCarlo, SwapMonteCarlo
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential, load_potential

#: Temperatures of the samples, by dimension: the paper's, and one where the 3-D liquid is as slow.
TEMPERATURE = {2: 0.1, 3: 0.13}
#: Moves of Swap Monte Carlo: the paper's mixture and step.
SWAP_FRACTION, STEP = 0.2, 0.12
#: Sweeps between samples that come from one chain.
APART = 200
#: Sweeps that the copies in a large sample have gone ways of their own: as many as the energy remembers.
SWEEPS = 300
_NAME = "liquid2d_T0.1_n4000.npz"


def reference_file() -> Path:
    """Return the file of the equilibrated 2-D sample, N = 4000, which is part of the package."""
    return Path(__file__).parent / "data" / _NAME


@cache
def reference() -> Configuration:
    """Return the equilibrated 2-D sample, N = 4000, T = 0.1."""
    return files.read(reference_file())


def potential(dimension: int) -> PairPotential:
    """Return the model, in two or three dimensions."""
    return load_potential({2: "kumar2021", 3: "kumar2021_3d"}[dimension])


def sampler(sample: Configuration, seed: int = 1) -> SwapMonteCarlo:
    """Return a sampler of a sample at its temperature."""
    d = sample.dimension
    return SwapMonteCarlo(sample, potential(d), TEMPERATURE[d], SWAP_FRACTION, STEP, seed)


def with_trajectories(sample: Configuration, seed: int = 1) -> SwapMonteCarlo:
    """Return a sampler of a sample at its temperature whose particles move in trajectories alone."""
    d = sample.dimension
    return SwapMonteCarlo(sample, potential(d), TEMPERATURE[d], seed=seed, trajectories=HybridMonteCarlo())


@cache
def liquids(count: int) -> list[Configuration]:
    """Return the reference sample and others that follow it in one chain."""
    chain, found = sampler(reference()), [reference()]
    while len(found) < count:
        chain.run(APART)
        found.append(chain.configuration)
    return found


@cache
def glass(index: int = 0) -> Configuration:
    """Return the inherent state of one of `liquids`."""
    done = quench(liquids(index + 1)[index], potential(2))
    if not done.converged:
        raise ArithmeticError(f"the sample's quench ended as {done.status.value}")
    return done.configuration


@cache
def young(number: int, dimension: int, sweeps: int, seed: int = 1) -> Configuration:
    """Return a new sample, `sweeps` sweeps old: the energy has settled, the slowest relaxation has not."""
    model, seeds = potential(dimension), np.random.SeedSequence(seed).spawn(2)
    chain = sampler(random_start(number, model, model.density, "quantile", *seeds), seed)
    chain.run(sweeps)
    return chain.configuration


@cache
def large(copies: int, sweeps: int) -> Configuration:
    """Return copies x copies of the reference sample, which then went ways of their own for some sweeps.

    The particles are numbered at random, as in any sample that was made from random positions: a program that wants
    neighbors near in memory has to bring them there itself.
    """
    one = reference()
    offsets = np.stack(np.meshgrid(np.arange(copies), np.arange(copies), indexing="ij"), axis=-1).reshape(-1, 2)
    positions = (one.positions[None] + offsets[:, None] * one.box).reshape(-1, 2)
    order = np.random.default_rng(1).permutation(len(positions))
    tiled = Configuration(positions[order], np.tile(one.diameters, copies**2)[order], one.box * copies)
    chain = sampler(tiled)
    chain.run(sweeps)
    return chain.configuration
