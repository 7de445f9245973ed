"""Bond-orientational order of perfect crystals, and independent formulas for it."""

from __future__ import annotations

import numpy as np
import pytest
from lattices import BCC, FCC, HCP, HCP_EDGES, crystal, gas, triangular

import atomglass as ag
from atomglass.diagnostics import hexatic_order, steinhardt_order
from atomglass.errors import InputError


def test_hexatic_order_of_crystals():
    found = hexatic_order(triangular(8))
    assert found.local_order == pytest.approx(1, abs=1e-9) and found.global_order == pytest.approx(1, abs=1e-9)
    # The same crystal in a sheared cell, rotated by 0.2: the phase of psi_6 changes by 6 x 0.2.
    turn = np.array([[np.cos(0.2), np.sin(0.2)], [-np.sin(0.2), np.cos(0.2)]])
    a = np.array([[1.0, 0.0], [0.5, np.sqrt(0.75)]]) @ turn
    steps = np.stack(np.meshgrid(np.arange(9), np.arange(9)), -1).reshape(-1, 2)
    turned = hexatic_order(ag.Configuration((steps + 0.1) @ a, np.ones(81), 9 * a))
    assert turned.particles == pytest.approx(np.full(81, np.exp(1.2j)), abs=1e-9)
    # A square crystal has no sixfold order, and degenerate Voronoi vertices.
    assert hexatic_order(crystal(np.array([[0.0, 0.0]]), 9)).local_order == pytest.approx(0, abs=1e-9)


def test_hexatic_order_does_not_depend_on_the_cell(rng):
    sample = gas(60, [8.0, 7.5])
    other = ag.Configuration(
        sample.positions + rng.integers(-3, 3, (60, 2)) * sample.box, sample.diameters, [[8.0, 0.0], [8.0, 7.5]]
    )
    assert hexatic_order(other).particles == pytest.approx(hexatic_order(sample).particles, abs=1e-9)


@pytest.mark.parametrize(
    ("basis", "edges", "q4", "q6"),
    [(FCC, 1.0, 0.19094, 0.57452), (BCC, 1.0, 0.03637, 0.51069), (HCP, HCP_EDGES, 0.09722, 0.48476)],
    ids=["fcc", "bcc", "hcp"],
)
def test_steinhardt_order_of_crystals(basis, edges, q4, q6):
    sample = crystal(basis, 5, edges)
    for degree, exact in ((4, q4), (6, q6)):
        found = steinhardt_order(sample, degree)
        assert found.particles == pytest.approx(np.full(len(sample), exact), abs=6e-6)
        if (
            basis is not HCP
        ):  # the bonds of hcp's two sublattices differ, but not their even harmonics of degree 6, m = 0
            assert found.averaged == pytest.approx(np.full(len(sample), exact), abs=6e-6)
            assert found.global_order == pytest.approx(exact, abs=6e-6)


def test_steinhardt_order_by_the_addition_theorem(rng):
    """Q_l^2 is the mean of P_l(cos) over all pairs of a particle's bonds, without spherical harmonics."""
    from scipy.spatial.transform import Rotation
    from scipy.special import eval_legendre

    turn = Rotation.random(rng=rng).as_matrix()
    sample = gas(100, 5.0 * turn)
    found = steinhardt_order(sample, 5, cutoff=1.5)
    vectors = sample.positions - sample.positions[0]
    vectors = (vectors @ turn.T - 5 * np.rint(vectors @ turn.T / 5))[1:]
    vectors = vectors[np.linalg.norm(vectors, axis=1) < 1.5]
    unit = vectors / np.linalg.norm(vectors, axis=1)[:, None]
    assert found.particles[0] == pytest.approx(np.sqrt(eval_legendre(5, unit @ unit.T).mean()), rel=1e-10)


def test_order_parameters_of_the_wrong_dimension():
    with pytest.raises(InputError, match="steinhardt"):
        hexatic_order(crystal(FCC, 3))
    with pytest.raises(InputError, match="hexatic"):
        steinhardt_order(triangular(6))
    with pytest.raises(InputError, match="degree"):
        steinhardt_order(crystal(FCC, 3), 0)


def test_particles_on_a_line_of_a_narrow_box():
    line = ag.Configuration([[x, 50.0] for x in (0.3, 1.1, 2.2, 3.4)], [1.0] * 4, [4.0, 100.0])
    assert np.isfinite(hexatic_order(line).local_order)
