"""The fast Monte Carlo makes exactly the moves of its naive twin: the same random numbers, the same decisions."""

from __future__ import annotations

import numpy as np
import pytest
from naive import Model, SwapTwin
from samples import glass
from small_boxes import small_sample

import atomglass as ag
from atomglass.sampling import move_sets


@pytest.mark.parametrize(
    "n, d, sheared, name, temperature, step, sweeps",
    [
        (20, 2, False, "kumar2021", 0.3, 0.2, 60),
        (20, 2, True, "kumar2021", 0.3, 0.2, 60),
        (30, 2, False, "ipl10", 0.2, 0.2, 30),
        (40, 3, False, "kumar2021_3d", 0.3, 0.08, 8),
        (44, 3, True, "kumar2021_smooth", 0.3, 0.06, 14),
    ],
)
def test_every_move_is_that_of_the_twin(
    monkeypatch, n: int, d: int, sheared: bool, name: str, temperature: float, step: float, sweeps: int
) -> None:
    for dimension in (2, 3):
        monkeypatch.setitem(move_sets.TABLE_SKIN, dimension, 0.6)  # narrow, so that tables are rebuilt
    potential = ag.load_potential(name)
    fast = ag.SwapMonteCarlo(small_sample(n, d, sheared), potential, temperature, 0.3, step, seed=n)
    state, start = fast.state(), fast.configuration
    order = state["order"]
    positions, diameters, model = start.positions[order], start.diameters[order], Model.of(potential)
    slow = SwapTwin(positions, diameters, start.cell, model, temperature, 0.3, step, state["generator"])
    rebuilds = 0
    for _ in range(sweeps):
        attempted, accepted = dict(slow.attempted), dict(slow.accepted)
        stats = fast.run(1)
        for _ in range(n):
            slow.move()
        for kind, acceptance in (("displacement", stats.displacement_acceptance), ("swap", stats.swap_acceptance)):
            attempts = slow.attempted[kind] - attempted[kind]
            assert not attempts or round(acceptance * attempts) == slow.accepted[kind] - accepted[kind]
        now = fast.configuration
        assert now.positions[order] == pytest.approx(slow.positions, abs=1e-10)
        assert np.array_equal(now.diameters[order], slow.diameters)
        assert fast.energy == pytest.approx(slow.energy, rel=1e-11)
        assert [int(word) for word in fast.state()["generator"]] == slow.random.state
        rebuilds += stats.rebuilds
    assert rebuilds >= 3
    assert min(slow.accepted.values()) >= 10
    assert slow.accepted["displacement"] < slow.attempted["displacement"]
    assert slow.accepted["swap"] < slow.attempted["swap"]


@pytest.mark.parametrize("d, n, skins", [(2, 400, (0.22, 0.48)), (3, 512, (0.21, 0.6))])
def test_the_skin_does_not_change_a_move(monkeypatch, d: int, n: int, skins: tuple[float, float]) -> None:
    """Tables of different width, rebuilt at different moves. Both skins give the same number of search cells."""
    name = "kumar2021" if d == 2 else "kumar2021_3d"
    results = []
    for skin in skins:
        monkeypatch.setitem(move_sets.TABLE_SKIN, d, skin)
        sampler = ag.SwapMonteCarlo(glass(name, n, d, seed=5), ag.load_potential(name), 0.25, 0.2, 0.06, seed=8)
        stats = sampler.run(40)
        results.append((sampler.configuration, stats, sampler.state()["order"]))
    (a, narrow, order_a), (b, wide, order_b) = results
    assert np.array_equal(order_a, order_b)
    assert narrow.rebuilds > 1.5 * wide.rebuilds > 0
    assert narrow.displacement_acceptance == wide.displacement_acceptance
    assert narrow.swap_acceptance == wide.swap_acceptance
    assert a.positions == pytest.approx(b.positions, abs=1e-10)
    assert np.array_equal(a.diameters, b.diameters)
    assert np.any(a.diameters != glass(name, n, d, seed=5).diameters)
