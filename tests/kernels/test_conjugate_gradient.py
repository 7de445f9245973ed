"""The parts of the quench against slow references: forces in two dimensions, Newton directions, narrowed lists."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from samples import glass, liquid, listed

import atomglass as ag
from atomglass.kernels.minimization import hessian_blocks
from atomglass.kernels.minimization.newton_cg import CGLimits, truncated_cg
from atomglass.kernels.pair_sums import (
    energy_forces,
    energy_forces_2d,
    energy_forces_2d_branchless,
    energy_forces_3d_branchless,
)
from atomglass.kernels.records import PairList
from atomglass.system.neighbors import NeighborList, WrappedPositions, allowed_skin, half_neighbor_list

CASES = [("kumar2021", 144, 2, False), ("kumar2021", 100, 2, True), ("kumar2021_3d", 110, 3, True)]
#: Products with the Hessian allowed in a Newton direction.
MAX_PRODUCTS = 1000
#: Elements of a packed block.
PACKED = {2: [(0, 0), (0, 1), (1, 1)], 3: [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]}


def newton_direction(hessian: hessian_blocks.RowBlocks, push: np.ndarray, direction: np.ndarray) -> tuple[bool, int]:
    """Solve H x = push to 1e-10 with the block-Jacobi preconditioner; return whether that worked, and the products."""
    inverse = hessian_blocks.inverse_diagonal_blocks(hessian)
    limits = CGLimits(1e-10, np.inf, MAX_PRODUCTS, MAX_PRODUCTS + 1)
    multiply, precondition = hessian_blocks.multiply_rows, hessian_blocks.apply_block_jacobi
    return truncated_cg(multiply, hessian, precondition, inverse, push, direction, limits)


def sorted_pairs(positions: np.ndarray, pairs: PairList) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return indices, distances and 1/sigma_ij^2 of the listed pairs, in an order that does not depend on the list."""
    owner = np.repeat(np.arange(len(positions)), np.diff(pairs.row_starts))
    j = (pairs.neighbors >> 5).astype(int)
    r = np.linalg.norm(positions[j] + pairs.shifts[pairs.neighbors & 31] - positions[owner], axis=1)
    indices = np.sort(np.column_stack([owner, j]), axis=1)
    order = np.lexsort(indices.T)
    return indices[order], r[order], pairs.inverse_sigma_squared[order]


@pytest.mark.parametrize("name, n, d, sheared", CASES[:2])
def test_forces_in_two_dimensions(name: str, n: int, d: int, sheared: bool) -> None:
    """Against the slow reference, and against the kernel for any dimension with the same list."""
    sample, potential = liquid(name, n, d, 7, sheared), ag.load_potential(name)
    positions, pairs, parameters = listed(sample, potential)
    ours, other = np.full((n, 3), np.nan), np.empty((n, 3))
    total = energy_forces_2d(positions, pairs, parameters, ours)
    model = naive.Model.of(potential)
    found = naive.pairs_of(sample, model)
    expected = naive.forces(found, model, n, d)
    assert total == pytest.approx(naive.energy(found, model), rel=1e-11)
    assert ours[:, :2] == pytest.approx(expected, rel=1e-9, abs=1e-11 * np.abs(expected).max())
    assert np.all(ours[:, 2] == 0.0)
    for kernel in (energy_forces, energy_forces_2d_branchless):
        other[:] = np.nan
        assert total == pytest.approx(kernel(positions, pairs, parameters, other), rel=1e-13)
        assert ours == pytest.approx(other, rel=1e-11, abs=1e-13 * np.abs(other).max())


@pytest.mark.parametrize("name, n, d, sheared", [case for case in CASES if case[2] == 3])
def test_forces_in_three_dimensions_without_a_branch(name: str, n: int, d: int, sheared: bool) -> None:
    """Against the slow reference, with a list that contains pairs beyond their cutoff."""
    sample, potential = liquid(name, n, d, 7, sheared), ag.load_potential(name)
    positions, pairs, parameters = listed(sample, potential)
    ours = np.full((n, 3), np.nan)
    total = energy_forces_3d_branchless(positions, pairs, parameters, ours)
    model = naive.Model.of(potential)
    found = naive.pairs_of(sample, model)
    assert len(found) < len(pairs.neighbors)
    expected = naive.forces(found, model, n, d)
    assert total == pytest.approx(naive.energy(found, model), rel=1e-11)
    assert ours == pytest.approx(expected, rel=1e-9, abs=1e-11 * np.abs(expected).max())
    other = np.full((n, 3), np.nan)
    assert total == energy_forces(positions, pairs, parameters, other)
    assert np.array_equal(ours, other)


@pytest.mark.parametrize("name, n, d, sheared", CASES)
def test_hessian_blocks(name: str, n: int, d: int, sheared: bool) -> None:
    """Products, curvature, inverse diagonal blocks and the Newton direction, against a dense Hessian."""
    sample, potential = glass(name, n, d, 7, sheared), ag.load_potential(name)
    positions, pairs, parameters = listed(sample, potential)
    model = naive.Model.of(potential)
    dense = naive.hessian(naive.pairs_of(sample, model), model, n, d)
    scale, rng = np.abs(dense).max(), np.random.default_rng(3)

    hessian = hessian_blocks.hessian_rows(positions, pairs, parameters)
    assert hessian.blocks.shape == (hessian.row_starts[-1], len(PACKED[d]))
    vector, product = rng.standard_normal(n * d), np.full(n * d, np.nan)
    curvature = hessian_blocks.multiply_rows(hessian, vector, product)
    assert product == pytest.approx(dense @ vector, rel=1e-10, abs=1e-11 * scale)
    assert curvature == pytest.approx(vector @ dense @ vector, rel=1e-11)
    product[:] = np.nan
    coordinates = hessian_blocks.hessian_coordinates(positions, pairs, parameters)
    curvature = hessian_blocks.multiply_coordinates(coordinates, vector, product)
    assert product == pytest.approx(dense @ vector, rel=1e-10, abs=1e-11 * scale)
    assert curvature == pytest.approx(vector @ dense @ vector, rel=1e-11)

    preconditioner = hessian_blocks.inverse_diagonal_blocks(hessian)
    z = np.full(n * d, np.nan)
    rz, rr = hessian_blocks.apply_block_jacobi(preconditioner, vector, z)
    well_held = 0
    for i in range(n):
        block = dense[d * i : d * i + d, d * i : d * i + d]
        if np.linalg.eigvalsh(block)[0] > 1e-6 * scale:  # else a multiple of the unit matrix is used
            well_held += 1
            inverse = np.linalg.inv(block)
            assert preconditioner.blocks[i] == pytest.approx([inverse[k] for k in PACKED[d]], rel=1e-8, abs=1e-12)
            expected = inverse @ vector[d * i : d * i + d]
            assert z[d * i : d * i + d] == pytest.approx(expected, rel=1e-8, abs=1e-12)
    assert well_held > 0.9 * n
    assert (rz, rr) == pytest.approx((vector @ z, vector @ vector), rel=1e-11)

    held = np.repeat(~ag.rattlers(sample, potential), d)
    push = np.zeros((n, 3))
    push[:, :d] = (dense @ (held * rng.standard_normal(n * d))).reshape(n, d)  # no force on rattlers
    direction = np.full((n, 3), np.nan)
    is_usable, products = newton_direction(hessian, push, direction)
    assert is_usable
    assert 0 < products < MAX_PRODUCTS
    flat = push[:, :d].ravel()
    assert dense @ direction[:, :d].ravel() == pytest.approx(flat, abs=1e-8 * np.abs(flat).max())
    assert direction.mean(axis=0) == pytest.approx(0, abs=1e-12 * np.abs(direction).max())
    assert np.all(direction[:, d:] == 0.0)


@pytest.mark.parametrize("name, n, d, sheared", CASES[1:])
def test_negative_curvature_is_detected(name: str, n: int, d: int, sheared: bool) -> None:
    """In a liquid the Hessian is not positive definite, and there is no Newton direction."""
    sample, potential = liquid(name, n, d, 7, sheared), ag.load_potential(name)
    positions, pairs, parameters = listed(sample, potential)
    push = np.zeros((n, 3))
    push[:, :d] = ag.forces(sample, potential)
    hessian = hessian_blocks.hessian_rows(positions, pairs, parameters)
    assert not newton_direction(hessian, push, np.zeros((n, 3)))[0]


@pytest.mark.parametrize("name, n, d, sheared", [("kumar2021", 144, 2, True), ("kumar2021_3d", 260, 3, False)])
def test_narrowed_list(name: str, n: int, d: int, sheared: bool) -> None:
    """The pairs that a new search finds after particles have moved; and moves that are too large are detected."""
    sample, potential = liquid(name, n, d, 7, sheared), ag.load_potential(name)
    geometry, rng = WrappedPositions.of(sample), np.random.default_rng(5)
    wide_skin = allowed_skin(sample, potential, 1.2)
    wide, skin = NeighborList.build(geometry, sample.diameters, potential, wide_skin), 0.25 * wide_skin
    moved = geometry.positions.copy()
    moves = rng.uniform(-1, 1, (n, d))
    moves /= np.linalg.norm(moves, axis=1).max()
    moved[:, :d] += 0.37 * wide_skin * moves
    assert wide.covers(moved, skin)
    ours = wide.narrowed(moved, skin)
    again = geometry.at(moved)
    expected = half_neighbor_list(again, sample.diameters, potential, skin)
    assert ours.row_starts[-1] == expected.row_starts[-1] > 3 * n

    indices, distances, weights = sorted_pairs(moved, ours)
    expected_indices, expected_distances, expected_weights = sorted_pairs(again.positions, expected)
    assert np.array_equal(indices, expected_indices)
    assert distances == pytest.approx(expected_distances, abs=1e-12)
    assert weights == pytest.approx(expected_weights, rel=1e-13)
    moved[0, 0] = geometry.positions[0, 0] + 0.376 * wide_skin
    assert not wide.covers(moved, skin)
