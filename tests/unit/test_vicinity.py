"""The Monte Carlo's neighbour list misses no pair that can interact, however particles have strayed or were resized."""

from __future__ import annotations

import numpy as np
import pytest
from samples import cell_of

import atomglass as ag
from atomglass.kernels.compile import kernel
from atomglass.kernels.vicinity import move_to, resize, stop_within, vicinity


@kernel
def stop_of(v, i, sigma, margin, p):
    return stop_within(v, i, sigma, margin, p)


@kernel
def put(v, i, x, y, z, sigma):
    move_to(v, i, x, y, z)
    resize(v, i, sigma)


@pytest.mark.parametrize("d, n, sheared", [(2, 60, False), (2, 60, True), (3, 150, False), (3, 150, True)])
@pytest.mark.parametrize("nonadditivity", [0.0, 0.2, 0.45])
def test_no_interacting_pair_lies_beyond_the_stop(d: int, n: int, sheared: bool, nonadditivity: float) -> None:
    """At a = 0.45 sigma_ij has its maximum at sigma_j = 1.11, below the largest diameter."""
    rng = np.random.default_rng(n + d)
    cell, stray = np.eye(3), 0.35
    cell[:d, :d] = cell_of(n, d, sheared)
    p = ag.PairPotential(exponent=12, order=2, cutoff=1.25, nonadditivity=nonadditivity).parameters
    particles = np.zeros((n, 4))
    particles[:, :3] = (rng.random((n, 3)) * (np.arange(3) < d)) @ cell
    particles[:, 3] = rng.uniform(0.7, 1.3, n)
    reference, reach = particles[:, :3].copy(), 1.25 * 1.3 + 2 * stray
    v = vicinity(particles, reference, cell, np.linalg.inv(cell), d, reach)
    shift = rng.normal(size=(n, d))
    particles[:, :d] += stray * shift / np.linalg.norm(shift, axis=1)[:, None]
    particles[:, 3] = rng.permutation(particles[:, 3])
    for i in range(n):
        put(v, i, *particles[i])
    grid = np.stack(np.meshgrid(*[np.arange(-1, 2)] * d, indexing="ij"), -1).reshape(-1, d) @ cell[:d, :d]
    shortened, found_pairs = 0, 0
    for i in range(n):
        found = v.table[v.neighbours[v.first[i] : stop_of(v, i, particles[i, 3], 2 * stray, p)]]
        shortened += len(found) < v.first[i + 1] - v.first[i]
        listed = np.sort(interacting(found, particles[i], nonadditivity))
        images = np.repeat(particles, len(grid), axis=0)
        images[:, :d] += np.tile(grid, (n, 1))
        images = images[np.linalg.norm(images[:, :3] - particles[i, :3], axis=1) > 1e-12]
        assert listed == pytest.approx(np.sort(interacting(images, particles[i], nonadditivity)), abs=1e-12)
        found_pairs += len(listed)
    assert shortened > 0 and found_pairs > n


def interacting(others: np.ndarray, one: np.ndarray, nonadditivity: float) -> np.ndarray:
    """Return the distances of those within the pair's cutoff."""
    distances = np.linalg.norm(others[:, :3] - one[:3], axis=1)
    sigma = 0.5 * (others[:, 3] + one[3]) * (1 - nonadditivity * np.abs(others[:, 3] - one[3]))
    return distances[distances < 1.25 * sigma]
