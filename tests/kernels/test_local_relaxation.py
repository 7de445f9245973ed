"""Local relaxation: which particles a region has, where it ends, and when relaxation is due."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from samples import glass

import atomglass as ag
from atomglass.kernels import cell_list as cells
from atomglass.kernels.minimization import local_relaxation as kernels
from atomglass.kernels.records import MinimizerArrays, PairList, new_minimizer_state
from atomglass.minimization import local_relaxation
from atomglass.minimization.local_relaxation import LocalRelaxation
from atomglass.system.neighbors import WrappedPositions, allowed_skin, half_neighbor_list

CASES = [("kumar2021", 144, 2, False), ("kumar2021", 144, 2, True), ("kumar2021_3d", 280, 3, True)]
STEP = 0.05


class Displaced:
    """A glass in which some particles were displaced, its neighbor list and its forces."""

    def __init__(self, name: str, n: int, d: int, sheared: bool, pushed: list[int]) -> None:
        self.glass, self.potential = glass(name, n, d, 7, sheared), ag.load_potential(name)
        positions = self.glass.positions.copy()
        positions[pushed] += 0.04
        self.start = self.glass.replace(positions=positions)
        self.wrapped = WrappedPositions.of(self.start)
        self.skin = allowed_skin(self.start, self.potential, 0.4)
        self.pairs = half_neighbor_list(self.wrapped, self.start.diameters, self.potential, self.skin)
        self.forces = np.zeros((n, 3))
        self.forces[:, :d] = ag.forces(self.start, self.potential)
        self.norms = np.linalg.norm(self.forces, axis=1)

    def relax(
        self,
        trigger_force: float,
        target_force: float,
        size: int,
        max_evaluations: int = 1000,
        max_displacement: float | None = None,
    ) -> tuple[np.ndarray, int, float]:
        """Positions afterwards, the regions left unfinished, and the work."""
        positions = self.wrapped.positions.copy()
        if max_displacement is None:
            max_displacement = self.skin / 2 - STEP
        arrays = MinimizerArrays(positions, self.wrapped.positions, np.zeros_like(positions), self.forces)
        options = kernels.RegionOptions(trigger_force, target_force, size, STEP, max_displacement, max_evaluations)
        reverse = kernels.reverse_list(self.pairs.row_starts, self.pairs.neighbors)
        parameters, state = self.potential.parameters, new_minimizer_state()
        return positions, *kernels.relax(arrays, self.pairs, reverse, parameters, options, state)

    def steps_from(self, seed: int) -> np.ndarray:
        """Steps from neighbor to neighbor of the list from the seed to each particle."""
        first, neighbors = self.pairs.row_starts, self.pairs.neighbors
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
def test_reverse_list(name: str, n: int, d: int, sheared: bool) -> None:
    """Each pair once more, seen from the other side, with its index in the list."""
    sample = Displaced(name, n, d, sheared, [])
    first, neighbors = sample.pairs.row_starts, sample.pairs.neighbors
    begin, owners, pairs = kernels.reverse_list(first, neighbors)
    owner = np.repeat(np.arange(n), np.diff(begin))
    assert len(begin) == n + 1
    assert sorted(pairs.tolist()) == list(range(len(neighbors)))
    assert np.array_equal(neighbors[pairs] >> cells.IMAGE_BITS, owner)
    assert np.array_equal(np.repeat(np.arange(n), np.diff(first))[pairs], owners >> cells.IMAGE_BITS)
    shifts = sample.wrapped.shifts
    assert shifts[owners & cells.IMAGE_MASK] == pytest.approx(-shifts[neighbors[pairs] & cells.IMAGE_MASK])


@pytest.mark.extended
@pytest.mark.parametrize("name, n, d, sheared", CASES)
def test_one_region(name: str, n: int, d: int, sheared: bool) -> None:
    """The particles nearest to the largest force move to where a slow reference puts them, all others held fixed."""
    size, sample = 20 if d == 2 else 12, Displaced(name, n, d, sheared, [50])
    positions, unfinished, work = sample.relax(0.99 * sample.norms.max(), 1e-7, size)
    moved = np.any(positions != sample.wrapped.positions, axis=1)
    steps = sample.steps_from(int(sample.norms.argmax()))
    assert moved.sum() == size
    assert steps[moved].max() <= steps[~moved].min()
    assert unfinished == 0
    assert 5 * size / n < work < 200 * size / n
    model, done = naive.Model.of(sample.potential), sample.start.replace(positions=positions[:, :d])
    left = naive.forces(naive.pairs_of(done, model), model, n, d)
    assert np.linalg.norm(left[moved], axis=1).max() <= 1.001e-7
    if n < 200:  # else the reference takes minutes
        expected = naive.steepest_descent(sample.start, model, 0.01, 2e-3, held=np.flatnonzero(~moved))
        ours = (positions - sample.wrapped.positions)[:, :d]
        assert ours == pytest.approx(expected - sample.start.positions, abs=3e-3)
        assert np.abs(ours).max() > 0.03


def test_regions_far_apart(target_force=1e-3) -> None:
    """Each of two displaced particles has its region; a particle in one is not the center of another."""
    sample = Displaced("kumar2021", 400, 2, False, [0, 200])
    trigger = 0.2 * sample.norms.max()
    assert (sample.norms > trigger).sum() > 2
    positions, unfinished, work = sample.relax(trigger, target_force, 60)
    assert unfinished == 0
    done = sample.start.replace(positions=positions[:, :2])
    moved = np.any(positions != sample.wrapped.positions, axis=1)
    assert np.all(moved[sample.norms > trigger])
    assert 100 <= moved.sum() <= 180
    assert work > 0
    assert ag.energy(done, sample.potential) < ag.energy(sample.start, sample.potential)
    assert np.linalg.norm(ag.forces(done, sample.potential), axis=1).max() < 0.1 * sample.norms.max()


def test_unfinished_region() -> None:
    """After the allowed evaluations, or where the list may become invalid: at most one step beyond the limit."""
    sample = Displaced("kumar2021", 144, 2, False, [50])
    trigger = 0.99 * sample.norms.max()
    _, unfinished, work = sample.relax(trigger, 1e-7, 20, max_evaluations=5)
    assert unfinished == 1
    assert 5 * 20 / 144 <= work <= 17 * 20 / 144
    positions, unfinished, _ = sample.relax(trigger, 1e-7, 20, max_displacement=0.001)
    assert unfinished == 1
    assert 0.001 < np.linalg.norm(positions - sample.wrapped.positions, axis=1).max() <= 0.001 + STEP
    still, unfinished, work = sample.relax(2 * sample.norms.max(), 1e-7, 20)
    assert (unfinished, work) == (0, 0)
    assert np.array_equal(still, sample.wrapped.positions)


def test_is_due(monkeypatch) -> None:
    """When few particles have most of the force; again at once while regions are unfinished, else after a cooldown."""
    unfinished = [1, 0]
    monkeypatch.setattr(kernels, "reverse_list", lambda row_starts, neighbors: ())
    monkeypatch.setattr(kernels, "relax", lambda *_: (unfinished.pop(0) if unfinished else 3, 2.5))
    local = LocalRelaxation(2, STEP, 0.15, 1e-10)
    nothing = np.zeros((3, 3))
    arrays = MinimizerArrays(nothing, nothing, nothing, nothing)
    pairs = PairList(np.zeros(4, int), np.zeros(0, np.uint32), nothing[0], np.zeros(0, np.uint16), nothing, 2)
    parameters = ag.load_potential("kumar2021").parameters
    force = 0.5 * local_relaxation.START_FORCE
    uneven = 1.1 * local_relaxation.UNEVENNESS * force
    assert not LocalRelaxation(3, STEP, 0.15, 1e-10).is_due(force, uneven)
    assert not local.is_due(force, 0.9 * local_relaxation.UNEVENNESS * force)
    assert not local.is_due(2.1 * force, 10 * local_relaxation.UNEVENNESS * force)
    assert local.is_due(force, uneven)
    assert local.relax(arrays, pairs, parameters, force) == 2.5
    assert local.is_due(force, force)
    local.relax(arrays, pairs, parameters, force)
    due = [local.is_due(force, uneven) for _ in range(local_relaxation.COOLDOWN)]
    assert due == [False] * (local_relaxation.COOLDOWN - 1) + [True]
    for _ in range(local_relaxation.MAX_ROUNDS):
        assert local.is_due(force, uneven)
        local.relax(arrays, pairs, parameters, force)
    assert not local.is_due(force, uneven)
    local.skip_cooldown()
    assert local.is_due(force, uneven)
