"""The Monte Carlo's neighbor list misses no pair that can interact, however particles have strayed or were resized."""

from __future__ import annotations

import numpy as np
import pytest
from samples import cell_of

import atomglass as ag
from atomglass.kernels.jit import kernel
from atomglass.kernels.sampling.verlet_table import REFERENCE, SIGMA, list_of, move_to, owner_of, resize, stop_for
from atomglass.kernels.sampling.verlet_table_build import LINE, vicinity


@kernel
def stop_of(axes, v, i, sigma, square, stray, p):
    return stop_for(axes, v, i, sigma, square, stray, p)


@kernel
def whole_list(v, i):
    return list_of(v, i)


@kernel
def owners(v):
    return np.array([owner_of(v, row) for row in range(v.table.shape[0] - 1)])


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
    v = vicinity(particles, reference, cell, np.linalg.inv(cell), d, reach, p)
    shift = rng.normal(size=(n, d))
    own = stray * rng.choice([0.1, 0.6, 1.0], n)
    particles[:, :d] += (own / np.linalg.norm(shift, axis=1))[:, None] * shift
    particles[:, 3] = rng.permutation(particles[:, 3])
    axes = tuple(range(d))
    there = [stop_of(axes, v, i, particles[i, 3], own[i] ** 2, stray, p) for i in range(n)]
    for i in range(n):
        put(v, i, *particles[i])
    grid = np.stack(np.meshgrid(*[np.arange(-1, 2)] * d, indexing="ij"), -1).reshape(-1, d) @ cell[:d, :d]
    shortened, found_pairs = 0, 0
    for i in range(n):
        first, end = whole_list(v, i)
        stop = stop_of(axes, v, i, particles[i, 3], 0.0, stray, p)
        assert stop == there[i]  # a trial position, and the particle at it
        found = v.table[v.neighbors[first:stop]]
        shortened += len(found) < end - first
        listed = np.sort(interacting(found, particles[i], nonadditivity))
        images = np.repeat(particles, len(grid), axis=0)
        images[:, :d] += np.tile(grid, (n, 1))
        images = images[np.linalg.norm(images[:, :3] - particles[i, :3], axis=1) > 1e-12]
        assert listed == pytest.approx(np.sort(interacting(images, particles[i], nonadditivity)), abs=1e-12)
        found_pairs += len(listed)
    assert shortened > 0 and found_pairs > n


@pytest.mark.parametrize("d, n, sheared", [(2, 14, False), (2, 300, True), (3, 60, True), (3, 700, False)])
def test_lists_hold_all_within_reach_by_distance(d: int, n: int, sheared: bool) -> None:
    """Rows, images and owners against all pairs; in the last sample more neighbors than there is room for at first."""
    rng = np.random.default_rng(n)
    cell, reach = np.eye(3), 1.7 if n < 100 else 3.2
    cell[:d, :d] = cell_of(n, d, sheared)
    p = ag.PairPotential(exponent=12, order=2, cutoff=1.25, nonadditivity=0.2).parameters
    particles = np.zeros((n, 4))
    particles[:, :3] = (rng.random((n, 3)) * (np.arange(3) < d)) @ cell
    particles[:, 3] = rng.uniform(0.7, 1.3, n)
    v = vicinity(particles, particles[:, :3].copy(), cell, np.linalg.inv(cell), d, reach, p)
    assert v.table.ctypes.data % LINE == v.heads.ctypes.data % LINE == v.neighbors.ctypes.data % LINE == 0
    assert np.array_equal(v.table[:n, : SIGMA + 1], particles) and np.array_equal(
        v.table[:n, REFERENCE:], particles[:, :3]
    )
    owner, stand_in = owners(v), len(v.table) - 1
    assert np.array_equal(v.table[:-1, SIGMA], particles[owner, 3])
    offsets = (v.table[:-1, :3] - particles[owner, :3]) @ np.linalg.inv(cell)
    assert offsets == pytest.approx(np.rint(offsets), abs=1e-12)
    grid = np.stack(np.meshgrid(*[np.arange(-1, 2)] * d, indexing="ij"), -1).reshape(-1, d) @ cell[:d, :d]
    everyone = (particles[:, None, :d] + grid).reshape(-1, d)
    before = 0
    for i in range(n):
        begin, end = whole_list(v, i)
        assert begin == before
        before = end
        rows = v.neighbors[begin:end]
        rows = rows[rows != stand_in]
        distances = np.linalg.norm(v.table[rows, :d] - particles[i, :d], axis=1)
        assert np.all(np.diff(distances) >= -1e-14)
        expected = np.sort(np.linalg.norm(everyone - particles[i, :d], axis=1))
        assert distances == pytest.approx(expected[(expected > 0) & (expected < reach)], abs=1e-12)
    assert d == 2 or n < 100 or end > 64 * n


def interacting(others: np.ndarray, one: np.ndarray, nonadditivity: float) -> np.ndarray:
    """Return the distances of those within the pair's cutoff."""
    distances = np.linalg.norm(others[:, :3] - one[:3], axis=1)
    sigma = 0.5 * (others[:, 3] + one[3]) * (1 - nonadditivity * np.abs(others[:, 3] - one[3]))
    return distances[distances < 1.25 * sigma]
