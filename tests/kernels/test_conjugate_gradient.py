"""What the quench is made of, against the slow twins: forces in the plane, Newton's products, lists cut from lists."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from samples import glass, liquid, listed

import atomglass as ag
from atomglass.kernels.minimization import newton_cg as newton
from atomglass.kernels.minimization import vector_ops as settle
from atomglass.kernels.pair_sums import energy_forces, energy_forces_masked, energy_forces_plane
from atomglass.system.neighbors import NeighborList, WrappedPositions, allowed_skin, half_neighbor_list

CASES = [("kumar2021", 144, 2, False), ("kumar2021", 100, 2, True), ("kumar2021_3d", 110, 3, True)]
PACKED = {2: [(0, 0), (0, 1), (1, 1)], 3: [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]}


@pytest.mark.parametrize("name, n, d, sheared", CASES[:2])
def test_forces_in_the_plane(name: str, n: int, d: int, sheared: bool) -> None:
    """Against the twin, and against the kernel for space, which sees the same list."""
    sample, potential = liquid(name, n, d, 7, sheared), ag.load_potential(name)
    positions, lists = listed(sample, potential)
    ours, other = np.full((n, 3), np.nan), np.empty((n, 3))
    total = energy_forces_plane(positions, *lists, ours)
    model = naive.Model.of(potential)
    found = naive.pairs_of(sample, model)
    expected = naive.forces(found, model, n, d)
    assert total == pytest.approx(naive.energy(found, model), rel=1e-11)
    assert ours[:, :2] == pytest.approx(expected, rel=1e-9, abs=1e-11 * np.abs(expected).max())
    assert np.all(ours[:, 2] == 0.0)
    for kernel in (energy_forces, energy_forces_masked):
        other[:] = np.nan
        assert total == pytest.approx(kernel(positions, *lists, other), rel=1e-13)
        assert ours == pytest.approx(other, rel=1e-11, abs=1e-13 * np.abs(other).max())


@pytest.mark.parametrize("name, n, d, sheared", CASES)
def test_newton_blocks_are_the_hessian(name: str, n: int, d: int, sheared: bool) -> None:
    """Products, curvature, inverse diagonal blocks and the step, against the twin's dense Hessian."""
    sample, potential = glass(name, n, d, 7, sheared), ag.load_potential(name)
    positions, lists = listed(sample, potential)
    model = naive.Model.of(potential)
    dense = naive.hessian(naive.pairs_of(sample, model), model, n, d)
    scale, rng = np.abs(dense).max(), np.random.default_rng(3)

    begin, columns, blocks = newton.pair_blocks(positions, *lists, d)
    assert blocks.shape == (begin[-1], len(PACKED[d]))
    vector, image = rng.standard_normal(n * d), np.full(n * d, np.nan)
    bend = newton.multiply(begin, columns, blocks, vector, image, d)
    assert image == pytest.approx(dense @ vector, rel=1e-10, abs=1e-11 * scale)
    assert bend == pytest.approx(vector @ dense @ vector, rel=1e-11)
    image[:] = np.nan  # the same pair by pair
    bend = settle.multiply(*settle.pair_blocks(positions, *lists, d), vector, image, d)
    assert image == pytest.approx(dense @ vector, rel=1e-10, abs=1e-11 * scale)
    assert bend == pytest.approx(vector @ dense @ vector, rel=1e-11)

    packed = newton.inverse_diagonal(begin, columns, blocks, d)
    scaled = np.full(n * d, np.nan)
    rz, rr = newton.precondition(packed, vector, scaled, d)
    solid = 0
    for i in range(n):
        block = dense[d * i : d * i + d, d * i : d * i + d]
        if np.linalg.eigvalsh(block)[0] > 1e-6 * scale:  # else it is left as it is
            solid += 1
            inverse = np.linalg.inv(block)
            assert packed[i] == pytest.approx([inverse[k] for k in PACKED[d]], rel=1e-8, abs=1e-12)
            expected = inverse @ vector[d * i : d * i + d]
            assert scaled[d * i : d * i + d] == pytest.approx(expected, rel=1e-8, abs=1e-12)
    assert solid > 0.9 * n
    assert (rz, rr) == pytest.approx((vector @ scaled, vector @ vector), rel=1e-11)

    held = np.repeat(~ag.rattlers(sample, potential), d)
    push = np.zeros((n, 3))
    push[:, :d] = (dense @ (held * rng.standard_normal(n * d))).reshape(n, d)  # no force on what is not held
    direction = np.full((n, 3), np.nan)
    products = newton.newton_direction(positions, push, *lists, d, 1e-10, direction)
    assert 0 < products < 40 * int(np.sqrt(n)) + 200
    flat = push[:, :d].ravel()
    assert dense @ direction[:, :d].ravel() == pytest.approx(flat, abs=1e-8 * np.abs(flat).max())
    assert direction.mean(axis=0) == pytest.approx(0, abs=1e-12 * np.abs(direction).max())
    assert np.all(direction[:, d:] == 0.0)


@pytest.mark.parametrize("name, n, d, sheared", CASES[1:])
def test_newton_sees_negative_curvature(name: str, n: int, d: int, sheared: bool) -> None:
    """In a liquid there is no minimum to step to: minus the products done comes back."""
    sample, potential = liquid(name, n, d, 7, sheared), ag.load_potential(name)
    positions, lists = listed(sample, potential)
    push = np.zeros((n, 3))
    push[:, :d] = ag.forces(sample, potential)
    assert newton.newton_direction(positions, push, *lists, d, 1e-10, np.zeros((n, 3))) < 0


@pytest.mark.parametrize("name, n, d, sheared", [("kumar2021", 144, 2, True), ("kumar2021_3d", 260, 3, False)])
def test_a_list_cut_from_a_wider_one(name: str, n: int, d: int, sheared: bool) -> None:
    """The same pairs as a new search finds after particles have moved; and it is known when they moved too far."""
    sample, potential = liquid(name, n, d, 7, sheared), ag.load_potential(name)
    geometry, rng = WrappedPositions.of(sample), np.random.default_rng(5)
    wide_skin = allowed_skin(sample, potential, 1.2)
    wide, skin = NeighborList.of(geometry, sample.diameters, potential, wide_skin), 0.25 * wide_skin
    moved = geometry.positions.copy()
    moves = rng.uniform(-1, 1, (n, d))
    moves /= np.linalg.norm(moves, axis=1).max()
    moved[:, :d] += 0.37 * wide_skin * moves
    assert wide.holds(moved, skin)
    first, neighbors, inverse_squares = wide.within(moved, skin)
    again = geometry.at(moved)
    expected = half_neighbor_list(again, sample.diameters, potential, skin)
    assert first[-1] == expected[0][-1] > 3 * n

    def told(at, shifts, begin, packed, weights):
        owner, j = np.repeat(np.arange(n), np.diff(begin)), (packed >> 5).astype(int)
        r = np.linalg.norm(at[j] + shifts[packed & 31] - at[owner], axis=1)
        pairs = np.sort(np.column_stack([owner, j]), axis=1)
        order = np.lexsort(pairs.T)
        return pairs[order], r[order], weights[order]

    ours = told(moved, geometry.shifts, first, neighbors, inverse_squares)
    other = told(again.positions, again.shifts, *expected)
    assert np.array_equal(ours[0], other[0])
    assert ours[1] == pytest.approx(other[1], abs=1e-12)
    assert ours[2] == pytest.approx(other[2], rel=1e-13)
    moved[0, 0] = geometry.positions[0, 0] + 0.376 * wide_skin
    assert not wide.holds(moved, skin)
