"""Energies of eight pairs at once against the potential itself."""

from __future__ import annotations

import numpy as np
import pytest

import atomglass as ag
from atomglass.kernels.jit import leaf
from atomglass.kernels.sampling.simd_pair_energy import eight_pair_energies


@leaf
def compute(neighbors, squares, diameters, k, diameter, p, terms, at):
    return eight_pair_energies(neighbors, squares, diameters, k, diameter, p, terms, at)


@pytest.mark.parametrize("name", ["kumar2021", "kumar2021_smooth", "ipl10"])
def test_energies_of_eight_pairs_at_once(name: str) -> None:
    """Pairs within and beyond the cutoff, for the potential with vector code and for those without."""
    potential, rng = ag.load_potential(name), np.random.default_rng(3)
    diameters, neighbors = rng.uniform(0.8, 1.4, 20), rng.integers(0, 20, 24).astype(np.uint32)
    sigma, squares, terms = 1.1, rng.uniform(0.8, 3.5, 24), np.full(30, np.nan)
    total = compute(neighbors, squares, diameters, 8, sigma, potential.parameters, terms, 5)
    pair = potential.pair_diameter(sigma, diameters[neighbors[8:16]])
    expected = potential.phi(np.sqrt(squares[8:16]), pair)
    assert 0 < np.count_nonzero(expected) < 8
    assert terms[5:13] == pytest.approx(expected, rel=1e-12, abs=1e-14)
    assert total == pytest.approx(expected.sum(), rel=1e-12)
    assert np.isnan(np.delete(terms, range(5, 13))).all()
