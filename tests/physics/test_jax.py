"""Automatic differentiation in float64, where JAX is installed (`pip install jax`): derivatives to fourth order."""

from __future__ import annotations

import numpy as np
import pytest
from naive import Model
from samples import glass, liquid

import atomglass as ag

pytestmark = pytest.mark.extended

jax = pytest.importorskip("jax", reason="JAX is not installed: `pip install jax` to compare with automatic derivatives")


def energy_function(configuration: ag.Configuration, potential: ag.PairPotential):
    """The total energy as a JAX function of the positions, over all pairs."""
    jnp, model = jax.numpy, Model.of(potential)
    i, j = np.triu_indices(len(configuration), 1)
    sigma = potential.pair_diameter(configuration.diameters[i], configuration.diameters[j])
    cell = np.asarray(configuration.cell)
    inverse = np.linalg.inv(cell)

    def energy(positions):
        r = positions[j] - positions[i]
        r = r - jax.lax.stop_gradient(jnp.rint(r @ inverse)) @ cell
        x = jnp.sqrt((r**2).sum(axis=1)) / sigma
        inside = x < model.cutoff
        x = jnp.where(inside, x, 1.0)
        phi = x**-model.exponent + sum(c * x ** (2 * l) for l, c in enumerate(model.coefficients))
        return model.epsilon * jnp.where(inside, phi, 0.0).sum()

    return energy


@pytest.mark.parametrize("maker", [liquid, glass])
@pytest.mark.parametrize("name, n, d", [("kumar2021", 100, 2), ("kumar2021_3d", 100, 3), ("ipl10", 100, 2)])
def test_derivatives_by_automatic_differentiation(maker, name: str, n: int, d: int) -> None:
    with jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64():
        configuration, potential = maker(name, n, d, 13), ag.load_potential(name)
        energy, positions = energy_function(configuration, potential), jax.numpy.array(configuration.positions)
        assert ag.energy(configuration, potential) == pytest.approx(float(energy(positions)), rel=1e-12)
        assert ag.forces(configuration, potential) == pytest.approx(-np.array(jax.grad(energy)(positions)), abs=1e-11)
        expected = np.array(jax.hessian(energy)(positions)).reshape(n * d, n * d)
        matrix = ag.hessian(configuration, potential).toarray()
        assert np.abs(matrix - expected).max() <= 1e-11 * np.abs(expected).max()
        mode = ag.full_spectrum(configuration, potential).eigenvectors[3]
        expansion = ag.expand(configuration, potential, mode)
        along = [lambda s: energy(positions + s * expansion.direction)]
        for _ in range(4):
            along.append(lambda s, f=along[-1]: jax.jvp(f, (s,), (1.0,))[1])
        found = [float(f(0.0)) for f in along[2:]]
        assert (expansion.b2, expansion.b3, expansion.b4) == pytest.approx(found, rel=1e-10)
