"""The Verlet table misses no pair that can interact, wherever particles moved and whichever diameters they swapped."""

from __future__ import annotations

import numpy as np
import pytest
from samples import cell_of

import atomglass as ag
from atomglass.kernels.jit import kernel
from atomglass.kernels.sampling.build_verlet_table import CACHE_LINE, build_verlet_table
from atomglass.kernels.sampling.records import ListGeometry
from atomglass.kernels.sampling.verlet_table import (
    LABEL,
    REFERENCE,
    list_end,
    list_range,
    move_to,
    owner_of,
    set_label,
)

CUTOFF = 1.25


@kernel
def end_of_list(axes, v, i, diameter, trial_squared, displacement_bound, p):
    return list_end(axes, v, i, diameter, trial_squared, displacement_bound, p)


@kernel
def whole_list(v, i):
    return list_range(v, i)


@kernel
def owners(v):
    return np.array([owner_of(v, row) for row in range(v.table.shape[0] - 1)])


@kernel
def put(v, i, x, y, z, diameter):
    move_to(v, i, x, y, z)
    set_label(v, i, diameter)


def random_particles(n: int, cell: np.ndarray, d: int, rng: np.random.Generator) -> np.ndarray:
    """Return positions and diameters (N, 4)."""
    particles = np.zeros((n, 4))
    particles[:, :3] = (rng.random((n, 3)) * (np.arange(3) < d)) @ cell
    particles[:, 3] = rng.uniform(0.7, 1.3, n)
    return particles


def image_grid(cell: np.ndarray, d: int) -> np.ndarray:
    """Return the shifts of the cell and of the images around it."""
    return np.stack(np.meshgrid(*[np.arange(-1, 2)] * d, indexing="ij"), -1).reshape(-1, d) @ cell[:d, :d]


def cell_in_three(n: int, d: int, sheared: bool) -> np.ndarray:
    cell = np.eye(3)
    cell[:d, :d] = cell_of(n, d, sheared)
    return cell


@pytest.mark.parametrize("d, n, sheared", [(2, 60, False), (2, 60, True), (3, 150, False), (3, 150, True)])
@pytest.mark.parametrize("nonadditivity", [0.0, 0.2, 0.45])
def test_no_interacting_pair_is_beyond_the_end_of_the_list(d: int, n: int, sheared: bool, nonadditivity: float) -> None:
    """At a = 0.45 sigma_ij has its maximum at sigma_j = 1.11, below the largest diameter."""
    rng = np.random.default_rng(n + d)
    cell, bound = cell_in_three(n, d, sheared), 0.35
    p = ag.PairPotential(exponent=12, order=2, cutoff=CUTOFF, nonadditivity=nonadditivity).parameters
    particles = random_particles(n, cell, d, rng)
    geometry = ListGeometry(cell, np.linalg.inv(cell), CUTOFF * 1.3 + 2 * bound, 2 * bound)
    v = build_verlet_table(particles, particles[:, :3].copy(), geometry, d, p)
    direction = rng.normal(size=(n, d))
    displacement = bound * rng.choice([0.1, 0.6, 1.0], n)
    particles[:, :d] += (displacement / np.linalg.norm(direction, axis=1))[:, None] * direction
    particles[:, 3] = rng.permutation(particles[:, 3])
    axes = tuple(range(d))
    trial_ends = [end_of_list(axes, v, i, particles[i, 3], displacement[i] ** 2, bound, p) for i in range(n)]
    for i in range(n):
        put(v, i, *particles[i])
    grid = image_grid(cell, d)
    shortened, found_pairs = 0, 0
    for i in range(n):
        first, last = whole_list(v, i)
        end = end_of_list(axes, v, i, particles[i, 3], 0.0, bound, p)
        assert end == trial_ends[i]  # the same for a trial position and for a particle at it
        found = v.table[v.neighbors[first:end]]
        shortened += len(found) < last - first
        listed = np.sort(interacting(found, particles[i], nonadditivity))
        images = np.repeat(particles, len(grid), axis=0)
        images[:, :d] += np.tile(grid, (n, 1))
        images = images[np.linalg.norm(images[:, :3] - particles[i, :3], axis=1) > 1e-12]
        assert listed == pytest.approx(np.sort(interacting(images, particles[i], nonadditivity)), abs=1e-12)
        found_pairs += len(listed)
    assert shortened > 0 and found_pairs > n


@pytest.mark.parametrize("d, n, sheared", [(2, 14, False), (2, 300, True), (3, 60, True), (3, 700, False)])
def test_lists_hold_all_neighbors_by_distance(d: int, n: int, sheared: bool) -> None:
    """Rows, images and owners against all pairs. In the last sample lists outgrow the memory reserved at first."""
    rng = np.random.default_rng(n)
    cell, list_cutoff = cell_in_three(n, d, sheared), 1.7 if n < 100 else 3.2
    p = ag.PairPotential(exponent=12, order=2, cutoff=CUTOFF, nonadditivity=0.2).parameters
    particles = random_particles(n, cell, d, rng)
    geometry = ListGeometry(cell, np.linalg.inv(cell), list_cutoff, 0.0)
    v = build_verlet_table(particles, particles[:, :3].copy(), geometry, d, p)
    assert all(array.ctypes.data % CACHE_LINE == 0 for array in (v.table, v.row_pointers, v.neighbors))
    assert np.array_equal(v.table[:n, : LABEL + 1], particles)
    assert np.array_equal(v.table[:n, REFERENCE:], particles[:, :3])
    owner, dummy = owners(v), len(v.table) - 1
    assert np.array_equal(v.table[:-1, LABEL], particles[owner, 3])
    offsets = (v.table[:-1, :3] - particles[owner, :3]) @ np.linalg.inv(cell)
    assert offsets == pytest.approx(np.rint(offsets), abs=1e-12)
    all_images = (particles[:, None, :d] + image_grid(cell, d)).reshape(-1, d)
    end = 0
    for i in range(n):
        before = end
        begin, end = whole_list(v, i)
        assert begin == before
        rows = v.neighbors[begin:end]
        rows = rows[rows != dummy]
        distances = np.linalg.norm(v.table[rows, :d] - particles[i, :d], axis=1)
        assert np.all(np.diff(distances) >= -1e-14)
        expected = np.sort(np.linalg.norm(all_images - particles[i, :d], axis=1))
        assert distances == pytest.approx(expected[(expected > 0) & (expected < list_cutoff)], abs=1e-12)
    assert d == 2 or n < 100 or end > 64 * n


def interacting(others: np.ndarray, particle: np.ndarray, nonadditivity: float) -> np.ndarray:
    """Return the distances of those within the pair's cutoff."""
    distances = np.linalg.norm(others[:, :3] - particle[:3], axis=1)
    sigma = 0.5 * (others[:, 3] + particle[3]) * (1 - nonadditivity * np.abs(others[:, 3] - particle[3]))
    return distances[distances < CUTOFF * sigma]
