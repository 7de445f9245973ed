"""Overlap, displacement and bonds against counts particle by particle."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from lattices import gas, quantile, triangular

import atomglass as ag
from atomglass.diagnostics import bond_breaking, bonds, mean_square_displacement, overlap, radial_distribution
from atomglass.errors import InputError


@pytest.mark.parametrize("cell", [[9.0, 11.0], [[9.0, 0.0], [4.0, 11.0]], [7.0, 7.5, 8.0]])
def test_surviving_bonds_as_counted_one_by_one(cell, rng):
    before, potential = gas(120, cell), ag.load_potential("kumar2021")
    steps = rng.normal(0, 0.3, before.positions.shape) + rng.integers(-2, 3, before.positions.shape) @ before.cell
    after = before.replace(positions=before.positions + steps, diameters=before.diameters[::-1])
    expected = naive.surviving_bonds(before, after, naive.Model.of(potential), 1.25, 1.5)
    assert 0.2 < expected < 0.95
    assert bond_breaking(before, after, potential=potential) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("cell", [[9.0, 11.0], [[9.0, 0.0], [4.0, 11.0]], [8.0, 9.0, 10.0]])
def test_overlap_counts_the_particles_that_moved_far(cell, rng):
    before = gas(200, cell)
    d = before.dimension
    directions = rng.normal(size=(200, d))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    lengths = np.where(np.arange(200) < 60, 0.31, 0.29)
    jumps = rng.integers(-2, 3, (200, d)) @ before.cell
    after = before.replace(positions=before.positions + lengths[:, None] * directions + jumps)
    assert overlap(before, after) == pytest.approx(0.7)
    assert overlap(before, after, cutoff=0.32) == 1
    assert overlap(before, after.replace(diameters=after.diameters[::-1])) == pytest.approx(0.7)


def test_mean_square_displacement_of_a_random_walk(rng):
    before = gas(4000, [60.0, 70.0])
    after = before.replace(positions=before.positions + rng.normal(0, 30, (4000, 2)))
    # Each squared displacement has mean 2 x 30^2 and standard deviation 2 x 30^2.
    assert mean_square_displacement(before, after) == pytest.approx(1800, abs=4 * 1800 / np.sqrt(4000))


def test_mean_square_displacement_refuses_wrapped_positions():
    before = gas(100, [10.0, 10.0])
    after = before.replace(positions=(before.positions + 1.0) % 10.0)
    with pytest.raises(InputError, match="unwrapped"):
        mean_square_displacement(before, after)


@pytest.mark.parametrize("cell", [[9.0, 11.0], [[9.0, 0.0], [4.0, 11.0]], [7.0, 7.5, 8.0]])
def test_bonds_are_the_close_pairs(cell):
    sample = gas(150, cell)
    i, j = np.triu_indices(150, 1)
    vectors = sample.positions[j] - sample.positions[i]
    shifts = np.stack(np.meshgrid(*[[-1, 0, 1]] * sample.dimension), -1).reshape(-1, sample.dimension) @ sample.cell
    distances = np.min([np.linalg.norm(vectors + shift, axis=1) for shift in shifts], axis=0)
    sigma = (sample.diameters[i] + sample.diameters[j]) / 2
    expected = set(zip(*(x[distances < 1.3 * sigma] for x in (i, j)), strict=True))
    found = bonds(sample, 1.3)
    assert len(found) == len(expected) and set(map(tuple, found)) == expected
    potential = ag.load_potential("kumar2021")
    sigma = potential.pair_diameter(sample.diameters[i], sample.diameters[j])
    assert len(bonds(sample, 1.3, potential)) == np.sum(distances < 1.3 * sigma)


def test_bonds_break_with_motion_not_with_swaps():
    before = triangular(12, diameters=quantile)
    # Spacing 1.07: whether nearest neighbors are bonded depends on their sizes.
    assert bond_breaking(before, before) == 1
    assert bond_breaking(before, before.replace(diameters=before.diameters[::-1])) == 1
    pairs, far = bonds(before), before.positions.copy()
    far[0] = far[0] + before.box / 2 + [0.0, 0.3]
    mine = np.any(pairs == 0, axis=1)
    assert bond_breaking(before, before.replace(positions=far)) == pytest.approx(1 - mine.mean(), abs=1e-12)
    # Two particles at 1.2, 1.45 and 1.55 diameters: the bond survives between the two lengths and breaks beyond.
    near, stretched, gone = (
        ag.Configuration([[0.0, 0.0], [x, 0.0]], [1.0, 1.0], [8.0, 8.0]) for x in (1.2, 1.45, 1.55)
    )
    assert bond_breaking(near, stretched) == 1 and bond_breaking(near, gone) == 0


def test_configurations_of_different_particles_or_cells_are_refused():
    a, b, c = gas(50, [9.0, 9.0]), gas(51, [9.0, 9.0]), gas(50, [9.0, 9.1])
    for compare in (overlap, mean_square_displacement, bond_breaking):
        for other in (b, c):
            with pytest.raises(InputError):
                compare(a, other)
    with pytest.raises(InputError, match="cutoff"):
        overlap(a, a, cutoff=5)
    with pytest.raises(InputError, match="bonded"):
        bond_breaking(a, a, 1.5, 1.2)
    with pytest.raises(InputError, match="half the least height"):
        bond_breaking(a, a, broken=4)
    with pytest.raises(InputError, match="cutoff of a bond"):
        bonds(a, -1)


def test_bonds_of_species_are_as_long_as_their_table_says():
    """Particles of species have no sizes of their own: the placeholder 1 must not limit the search."""
    pot = ag.load_potential("binary_ipl10")
    large = pot.sigma.max()
    positions = [[0.0, 0.0, 0.0], [1.2 * large, 0.0, 0.0]]
    index = int(np.unravel_index(pot.sigma.argmax(), pot.sigma.shape)[0])
    pair = ag.Configuration(positions, None, [9.0] * 3, species=[index, index])
    assert 1.2 * large > 1.25
    assert bonds(pair, potential=pot).tolist() == [[0, 1]]
    assert bond_breaking(pair, pair, potential=pot) == 1
    assert radial_distribution(pair, 0.1, 1.25, scaled=True, potential=pot).counts.sum() == 1
