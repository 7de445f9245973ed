"""b2, b3 and b4 by automatic differentiation (`pip install jax`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from atomglass.bench import samples
from atomglass.bench.comparison import compared
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations.expansion import mode_moments
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.modes import lowest_of


def all_pairs(sample: Configuration) -> dict[str, Any]:
    """The energy as one writes it in JAX: over all pairs of particles."""
    i, j = np.triu_indices(len(sample), 1)
    return _against(sample, i, j, count=2, repeats=3)


def our_pairs(sample: Configuration) -> dict[str, Any]:
    """The same over the interacting pairs alone, which JAX is given."""
    i, j = InteractingPairs.of(sample, samples.potential(2)).indices.T
    return _against(sample, i, j, count=20, repeats=5)


def _against(sample: Configuration, i: NDArray, j: NDArray, count: int, repeats: int) -> dict[str, Any]:
    """Four nested `jvp` of s -> U(r + s psi), compiled once."""
    import jax

    jax.config.update("jax_enable_x64", True)
    pot = samples.potential(2)
    pairs = InteractingPairs.of(sample, pot)
    directions = lowest_of(ReducedHessian(pairs), count).eigenvectors
    apart = sample.positions[j] - sample.positions[i]
    separations = jax.numpy.array(apart - np.rint(apart / sample.box) * sample.box)
    sigma = jax.numpy.array(pot.pair_diameter(sample.diameters[i], sample.diameters[j]))
    i, j = jax.numpy.array(i), jax.numpy.array(j)
    coefficients = [float(c) for c in pot.coefficients]

    def energy(s, direction):  # type: ignore[no-untyped-def]
        r = separations + s * (direction[j] - direction[i])
        z = (r * r).sum(axis=1) / (sigma * sigma)
        inside = z < pot.cutoff**2
        z = jax.numpy.where(inside, z, 1.0)
        phi = (1 / z) ** (pot.exponent // 2) + sum(c * z**power for power, c in enumerate(coefficients))
        return jax.numpy.where(inside, phi, 0.0).sum()

    def derivatives(direction):  # type: ignore[no-untyped-def]
        functions = [lambda s: energy(s, direction)]
        for _ in range(4):
            functions.append(lambda s, f=functions[-1]: jax.jvp(f, (s,), (1.0,))[1])  # type: ignore[misc]
        return jax.numpy.array([f(0.0) for f in functions[2:]])

    compiled = jax.jit(derivatives)
    given = [jax.numpy.array(direction) for direction in directions]
    found = np.array([compiled(direction) for direction in given])
    mine = mode_moments(pairs, directions)[0]
    error = float(np.abs(found / mine - 1).max())

    def theirs() -> None:
        for direction in given:
            compiled(direction).block_until_ready()

    note = f"within {error:.0e}; nested jvp, compiling not counted"
    return compared(lambda: mode_moments(pairs, directions), theirs, repeats, error < 1e-8, note, count)
