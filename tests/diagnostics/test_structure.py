"""Pair distribution and size correlation of ideal gases, crystals and shuffled diameters."""

from __future__ import annotations

import numpy as np
import pytest
from lattices import FCC, crystal, gas, triangular

import atomglass as ag
from atomglass.diagnostics import radial_distribution, size_correlation
from atomglass.errors import InputError


@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize(
    "cell", [[30.0, 35.0], [[30.0, 0.0], [-14.0, 33.0]], [12.0, 13.0, 14.0], [[12, 0, 0], [5, 13, 0], [-4, 3, 14]]]
)
def test_an_ideal_gas_has_no_structure(cell, scaled):
    sample = gas(2500, cell)
    found = radial_distribution(sample, 0.2, 3.0, scaled, ag.load_potential("kumar2021"))
    pulls = (found.values - 1) * np.sqrt(found.counts / found.values)
    assert found.distances == pytest.approx(np.arange(0.1, 3, 0.2))
    assert (pulls**2).sum() == pytest.approx(len(pulls), abs=4 * np.sqrt(2 * len(pulls)))
    assert np.abs(pulls).max() < 4


def test_radial_distribution_of_a_crystal_counts_its_shells():
    sample = crystal(FCC, 6)
    found = radial_distribution(sample, 0.05, 2.5)
    spacing = 2 ** (1 / 6)  # of fcc at density 1
    shells = {1.0: 12, 2**0.5: 6, 3**0.5: 24, 2.0: 12}
    for distance, number in shells.items():
        bin_of = int(distance * spacing / 0.05)
        assert 2 * found.counts[bin_of] / len(sample) == number
    assert found.counts.sum() * 2 == sum(shells.values()) * len(sample)


@pytest.mark.parametrize(("width", "r_max"), [(0.0, 1.0), (0.1, 6.0), (0.1, np.inf), (2.0, 1.0)])
def test_radial_distribution_refuses(width, r_max):
    with pytest.raises(InputError):
        radial_distribution(gas(100, [10.0, 10.0]), width, r_max)


@pytest.mark.parametrize("cell", [[14.0, 15.0], [[14.0, 0.0], [6.0, 15.0]], [6.0, 6.0, 6.0]])
def test_size_correlation_of_shuffled_diameters(cell, rng):
    """Mean and deviation over permutations are those stated; the large-scale structure factor averages to 1."""
    sample = gas(200, cell)
    found = [size_correlation(sample.replace(diameters=rng.permutation(sample.diameters))) for _ in range(400)]
    values = np.array([f.neighbors for f in found])
    assert values.mean() == pytest.approx(found[0].expected, abs=4 * found[0].deviation / 20)
    assert values.std() == pytest.approx(found[0].deviation, rel=4 / np.sqrt(800))
    assert np.std([f.score for f in found]) == pytest.approx(1, rel=4 / np.sqrt(800))
    # A single gas has its own |rho_k|^2, which reduces the average by a fraction of order 1/N.
    assert np.mean([f.large_scale for f in found]) == pytest.approx(1, abs=4 * 0.5 / 20)


def test_size_correlation_needs_sizes():
    with pytest.raises(InputError, match="variance"):
        size_correlation(triangular(6))


def test_species_without_a_potential_have_no_pair_diameters() -> None:
    """Their placeholder 1 would be taken for a size."""
    potential = ag.load_potential("kob_andersen")
    sample = gas(60, np.full(3, 5.0), 5)
    unsized = ag.Configuration(sample.positions, None, sample.box, species=np.arange(60) % 2)
    with pytest.raises(InputError, match="species and no diameters; give the potential"):
        radial_distribution(unsized, 0.2, 1.0, scaled=True)
    with pytest.raises(InputError, match="species and no diameters"):
        ag.diagnostics.bonds(unsized, 0.5)
    assert radial_distribution(unsized, 0.2, 1.0, scaled=True, potential=potential).values.shape == (5,)
    assert radial_distribution(unsized, 0.2, 1.0).values.shape == (5,)
