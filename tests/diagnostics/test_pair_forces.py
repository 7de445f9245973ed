"""Forces and overlaps of pairs, beside a search over all pairs."""

import numpy as np
import pytest

import atomglass as ag
from atomglass import diagnostics
from atomglass.minimization.random_start import random_start


@pytest.mark.parametrize("name", ["kumar2021", "kumar2021_q1", "kob_andersen"])
def test_forces_and_overlaps_are_those_of_all_pairs(name):
    """Every pair inside its cutoff is there, once, with the derivative of its energy by r."""
    potential = ag.load_potential(name)
    liquid = random_start(500 if potential.species else 120, potential, potential.density, "iid", 3, 4)
    found = diagnostics.pair_forces(liquid, potential)
    labels = liquid.species if potential.species else liquid.diameters
    first, second = np.triu_indices(len(liquid), 1)
    step = liquid.positions[second] - liquid.positions[first]
    step -= liquid.box * np.rint(step / liquid.box)
    r, sigma = np.linalg.norm(step, axis=1), potential.pair_diameter(labels[first], labels[second])
    inside = r / sigma < potential.cutoff
    assert {tuple(pair) for pair in found.indices} == set(zip(first[inside], second[inside], strict=True))
    row = {(i, j): k for k, (i, j) in enumerate(zip(first, second, strict=True))}
    rows = [row[tuple(pair)] for pair in found.indices]
    np.testing.assert_allclose(found.overlaps, potential.cutoff - (r / sigma)[rows], atol=1e-12)
    step = 1e-6
    for k in range(0, len(rows), 7):
        pair = labels[first[rows[k]]], labels[second[rows[k]]]
        options = {"species": pair} if potential.species else {"sigma": sigma[rows[k]]}
        energies = [float(potential.phi(r[rows[k]] + sign * step, **options)) for sign in (1, -1)]
        slope = (energies[0] - energies[1]) / (2 * step)
        assert found.forces[k] == pytest.approx(-slope, rel=1e-4, abs=1e-5 * max(1, abs(slope)))
