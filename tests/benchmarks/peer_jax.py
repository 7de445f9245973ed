"""b2, b3 and b4 by automatic differentiation (`pip install jax`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from peer_result import time_equal_results

from atomglass.bench import samples
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations.expansion import directional_derivatives
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.modes import lowest_modes_of_hessian


def all_pairs(sample: Configuration) -> dict[str, Any]:
    """The energy as one would write it in JAX: a sum over all pairs of particles."""
    i, j = np.triu_indices(len(sample), 1)
    return _compare(sample, i, j, count=2, repeats=3)


def interacting_pairs(sample: Configuration) -> dict[str, Any]:
    """The energy as a sum over the interacting pairs alone, of which JAX is given our list."""
    i, j = InteractingPairs.of(sample, samples.potential(2)).indices.T
    return _compare(sample, i, j, count=20, repeats=5)


def _compare(sample: Configuration, i: NDArray, j: NDArray, count: int, repeats: int) -> dict[str, Any]:
    """Differentiate s -> U(r + s psi) four times by nested `jvp`, compiled once, along the `count` lowest modes."""
    import jax

    jax.config.update("jax_enable_x64", True)
    pot = samples.potential(2)
    pairs = InteractingPairs.of(sample, pot)
    directions = lowest_modes_of_hessian(ReducedHessian(pairs), count).eigenvectors
    differences = sample.positions[j] - sample.positions[i]
    separations = jax.numpy.array(differences - np.rint(differences / sample.box) * sample.box)
    sigma = jax.numpy.array(pot.pair_diameter(sample.diameters[i], sample.diameters[j]))
    i, j = jax.numpy.array(i), jax.numpy.array(j)
    coefficients = [float(c) for c in pot.coefficients]

    def energy(s, direction):
        r = separations + s * (direction[j] - direction[i])
        z = (r * r).sum(axis=1) / (sigma * sigma)
        inside = z < pot.cutoff**2
        z = jax.numpy.where(inside, z, 1.0)
        phi = (1 / z) ** (pot.exponent // 2) + sum(c * z**power for power, c in enumerate(coefficients))
        return jax.numpy.where(inside, phi, 0.0).sum()

    def derivatives(direction):
        functions = [lambda s: energy(s, direction)]
        for _ in range(4):
            functions.append(lambda s, f=functions[-1]: jax.jvp(f, (s,), (1.0,))[1])
        return jax.numpy.array([f(0.0) for f in functions[2:]])

    compiled = jax.jit(derivatives)
    jax_directions = [jax.numpy.array(direction) for direction in directions]
    theirs = np.array([compiled(direction) for direction in jax_directions])
    error = float(np.abs(theirs / directional_derivatives(pairs, directions)[0] - 1).max())

    def differentiate() -> None:
        for direction in jax_directions:
            compiled(direction).block_until_ready()

    agreement = f"within {error:.0e}; nested jvp, compiling not counted"
    return time_equal_results(
        lambda: directional_derivatives(pairs, directions), differentiate, repeats, error < 1e-8, agreement, count
    )
