"""Regions that go down on their own: which particles they are of, where they end, and when it is time for them."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from samples import glass

import atomglass as ag
from atomglass.kernels import cell_list as cells
from atomglass.kernels.minimization import local_relaxation as regions
from atomglass.minimization import local_relaxation as rearrangements
from atomglass.minimization.local_relaxation import Rearrangements
from atomglass.system.neighbors import WrappedPositions, allowed_skin, half_neighbor_list

CASES = [("kumar2021", 144, 2, False), ("kumar2021", 144, 2, True), ("kumar2021_3d", 280, 3, True)]
STEP = 0.05


class Pushed:
    """A glass of which some particles were pushed, its list and its forces."""

    def __init__(self, name: str, n: int, d: int, sheared: bool, pushed: list[int]) -> None:
        self.glass, self.potential = glass(name, n, d, 7, sheared), ag.load_potential(name)
        positions = self.glass.positions.copy()
        positions[pushed] += 0.04
        self.start = self.glass.replace(positions=positions)
        self.geometry = WrappedPositions.of(self.start)
        self.skin = allowed_skin(self.start, self.potential, 0.4)
        lists = half_neighbor_list(self.geometry, self.start.diameters, self.potential, self.skin)
        self.listed = (*lists, self.geometry.shifts, self.potential.parameters)
        self.forces = np.zeros((n, 3))
        self.forces[:, :d] = ag.forces(self.start, self.potential)
        self.norms = np.linalg.norm(self.forces, axis=1)

    def relax(self, hot: float, goal: float, size: int, most: int = 1000, room: float | None = None) -> tuple:
        """Positions afterwards, and what the kernel says."""
        positions, reference = self.geometry.positions.copy(), self.geometry.positions
        room = self.skin / 2 - STEP if room is None else room
        told = regions.relax(
            positions, reference, self.forces, *self.listed, *regions.backwards(*self.listed[:2]),
            self.geometry.dimension, hot, goal, size, STEP, room, most,
        )  # fmt: skip
        return positions, *told

    def steps_from(self, seed: int) -> np.ndarray:
        """How many steps from neighbor to neighbor of the list each particle is away."""
        first, neighbors = self.listed[:2]
        n = len(first) - 1
        linked = np.zeros((n, n), bool)
        linked[np.repeat(np.arange(n), np.diff(first)), neighbors >> cells.IMAGE_BITS] = True
        linked |= linked.T
        steps = np.full(n, n)
        steps[seed], now = 0, 0
        while np.any(steps == now):
            steps[linked[steps == now].any(axis=0) & (steps == n)] = now + 1
            now += 1
        return steps


@pytest.mark.parametrize("name, n, d, sheared", CASES)
def test_the_other_half_of_a_list(name: str, n: int, d: int, sheared: bool) -> None:
    """Each pair once more, seen from the other side, and at its place in the list."""
    sample = Pushed(name, n, d, sheared, [])
    first, neighbors = sample.listed[:2]
    begin, partners, pairs = regions.backwards(first, neighbors)
    owner = np.repeat(np.arange(n), np.diff(begin))
    assert len(begin) == n + 1
    assert sorted(pairs.tolist()) == list(range(len(neighbors)))
    assert np.array_equal(neighbors[pairs] >> cells.IMAGE_BITS, owner)
    assert np.array_equal(np.repeat(np.arange(n), np.diff(first))[pairs], partners >> cells.IMAGE_BITS)
    shifts = sample.geometry.shifts
    assert shifts[partners & cells.IMAGE_MASK] == pytest.approx(-shifts[neighbors[pairs] & cells.IMAGE_MASK])


@pytest.mark.parametrize("name, n, d, sheared", CASES)
def test_a_region_goes_down_alone(name: str, n: int, d: int, sheared: bool) -> None:
    """The particles nearest to the one of the largest force go where the slow twin brings them, all others held."""
    size, sample = 20 if d == 2 else 12, Pushed(name, n, d, sheared, [50])
    positions, unfinished, work = sample.relax(0.99 * sample.norms.max(), 1e-7, size)
    moved = np.any(positions != sample.geometry.positions, axis=1)
    steps = sample.steps_from(int(sample.norms.argmax()))
    assert moved.sum() == size
    assert steps[moved].max() <= steps[~moved].min()
    assert unfinished == 0
    assert 5 * size / n < work < 200 * size / n
    model, done = naive.Model.of(sample.potential), sample.start.replace(positions=positions[:, :d])
    left = naive.forces(naive.pairs_of(done, model), model, n, d)
    assert np.linalg.norm(left[moved], axis=1).max() <= 1.001e-7
    if n < 200:  # else the twin takes minutes
        expected = naive.steepest_descent(sample.start, model, 0.01, 2e-3, held=np.flatnonzero(~moved))
        ours = (positions - sample.geometry.positions)[:, :d]
        assert ours == pytest.approx(expected - sample.start.positions, abs=3e-3)
        assert np.abs(ours).max() > 0.03


def test_regions_far_apart(forces_below=1e-3) -> None:
    """Each of two pushed particles has its region; what lies in one is not the middle of another."""
    sample = Pushed("kumar2021", 400, 2, False, [0, 200])
    hot = 0.2 * sample.norms.max()
    assert (sample.norms > hot).sum() > 2
    positions, unfinished, work = sample.relax(hot, forces_below, 60)
    assert unfinished == 0
    done = sample.start.replace(positions=positions[:, :2])
    moved = np.any(positions != sample.geometry.positions, axis=1)
    assert np.all(moved[sample.norms > hot])
    assert 100 <= moved.sum() <= 180
    assert work > 0
    assert ag.energy(done, sample.potential) < ag.energy(sample.start, sample.potential)
    assert np.linalg.norm(ag.forces(done, sample.potential), axis=1).max() < 0.1 * sample.norms.max()


def test_a_region_is_left_unfinished() -> None:
    """After so many evaluations, or where the list would no longer hold: one step beyond the room at most."""
    sample = Pushed("kumar2021", 144, 2, False, [50])
    hot = 0.99 * sample.norms.max()
    _, unfinished, work = sample.relax(hot, 1e-7, 20, most=5)
    assert unfinished == 1
    assert 5 * 20 / 144 <= work <= 17 * 20 / 144
    positions, unfinished, _ = sample.relax(hot, 1e-7, 20, room=0.001)
    assert unfinished == 1
    assert 0.001 < np.linalg.norm(positions - sample.geometry.positions, axis=1).max() <= 0.001 + STEP
    still, unfinished, work = sample.relax(2 * sample.norms.max(), 1e-7, 20)
    assert (unfinished, work) == (0, 0)
    assert np.array_equal(still, sample.geometry.positions)


def test_when_it_is_time(monkeypatch) -> None:
    """Where few particles have most of the force; again at once while regions are unfinished, else after a pause."""
    left = [1, 0]
    monkeypatch.setattr(regions, "backwards", lambda first, neighbors: ())
    monkeypatch.setattr(regions, "relax", lambda *_: (left.pop(0) if left else 3, 2.5))
    local = Rearrangements(2, STEP, 0.15, 1e-10)
    nothing = np.zeros((3, 3))
    force = 0.5 * rearrangements.BEGIN_FORCE
    assert not Rearrangements(3, STEP, 0.15, 1e-10).due(force, 1.1 * rearrangements.UNEVEN * force)
    assert not local.due(force, 0.9 * rearrangements.UNEVEN * force)
    assert not local.due(2.1 * force, 10 * rearrangements.UNEVEN * force)
    assert local.due(force, 1.1 * rearrangements.UNEVEN * force)
    assert local.relax(nothing, nothing, nothing, force, (1, 2)) == 2.5
    assert local.due(force, force)
    local.relax(nothing, nothing, nothing, force, (1, 2))
    asked = [local.due(force, 1.1 * rearrangements.UNEVEN * force) for _ in range(rearrangements.PAUSE)]
    assert asked == [False] * (rearrangements.PAUSE - 1) + [True]
    for _ in range(rearrangements.TURNS):
        assert local.due(force, 1.1 * rearrangements.UNEVEN * force)
        local.relax(nothing, nothing, nothing, force, (1, 2))
    assert not local.due(force, 1.1 * rearrangements.UNEVEN * force)
    local.hurry()
    assert local.due(force, 1.1 * rearrangements.UNEVEN * force)
