"""The fast Monte Carlo makes the very moves of its slow twin: the same random numbers, the same verdicts."""

from __future__ import annotations

import json

import numpy as np
import pytest
from naive import Model, SwapTwin, Xoshiro
from samples import cell_of, glass

import atomglass as ag
from atomglass.errors import InputError
from atomglass.kernels import xoshiro as random
from atomglass.kernels.jit import leaf
from atomglass.kernels.sampling.simd_pair_energy import eight_energies
from atomglass.sampling import swap_monte_carlo as swap_module
from atomglass.sampling.swap_monte_carlo import HybridMonteCarlo


@leaf
def eight_energies_at(neighbors, squares, diameters, k, sigma, p, terms, at):
    return eight_energies(neighbors, squares, diameters, k, sigma, p, terms, at)


def small_sample(n: int, d: int, sheared: bool) -> ag.Configuration:
    """Particles of nearly equal size: the box can be small, and the twin fast."""
    rng = np.random.default_rng(n)
    cell = cell_of(n, d, sheared)
    start = ag.Configuration(rng.random((n, d)) @ cell, rng.uniform(0.85, 1.1, n), cell)
    return ag.quench(start, ag.load_potential("kumar2021"), force_tolerance=1e-3).configuration


def test_random_numbers_are_the_published_ones() -> None:
    """The first outputs of xoshiro256** from the state 1, 2, 3, 4, and a long run beside the twin."""
    state = np.array([1, 2, 3, 4], np.uint64)
    assert [int(random.next_random(state)) for _ in range(4)] == [11520, 0, 1509978240, 1215971899390074240]
    twin = Xoshiro(state)
    assert all(random.uniform(state) == twin.uniform() for _ in range(2000))
    assert [int(word) for word in state] == twin.state


@pytest.mark.parametrize(
    "n, d, sheared, name, temperature, step, sweeps",
    [
        (20, 2, False, "kumar2021", 0.3, 0.2, 60),
        (20, 2, True, "kumar2021", 0.3, 0.2, 60),
        (30, 2, False, "ipl10", 0.2, 0.2, 30),
        (40, 3, False, "kumar2021_3d", 0.3, 0.08, 8),
        (44, 3, True, "kumar2021_smooth", 0.3, 0.06, 14),
    ],
)  # fmt: skip
def test_same_trajectory_move_for_move(
    monkeypatch, n: int, d: int, sheared: bool, name: str, temperature: float, step: float, sweeps: int
) -> None:
    for dimension in (2, 3):
        monkeypatch.setitem(swap_module.SKIN, dimension, 0.6)  # narrow, so that lists are rebuilt
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
        for kind, share in (("displacement", stats.displacement_acceptance), ("swap", stats.swap_acceptance)):
            tried = slow.attempted[kind] - attempted[kind]
            assert not tried or round(share * tried) == slow.accepted[kind] - accepted[kind]
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
def test_the_skin_changes_no_move(monkeypatch, d: int, n: int, skins: tuple[float, float]) -> None:
    """Lists of different width, rebuilt at different moves; the skins leave the number of search cells the same."""
    name = "kumar2021" if d == 2 else "kumar2021_3d"
    results = []
    for skin in skins:
        monkeypatch.setitem(swap_module.SKIN, d, skin)
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


@pytest.mark.parametrize(
    "n, d, sheared, name, temperature, every, steps, time_step, sweeps",
    [
        (41, 2, False, "kumar2021", 0.3, 1, 3, 0.08, 14),
        (40, 2, True, "kumar2021", 0.3, 3, 5, 0.05, 16),
        (30, 2, False, "ipl10", 0.2, 2, 4, 0.06, 12),
        (65, 3, False, "kumar2021_3d", 0.4, 2, 2, 0.08, 8),
        (66, 3, False, "kumar2021_smooth", 0.4, 2, 2, 0.08, 8),
    ],
)  # fmt: skip
def test_trajectories_are_those_of_the_twin(
    monkeypatch, n: int, d: int, sheared: bool, name: str, temperature: float, every: int, steps: int,
    time_step: float, sweeps: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(swap_module, "TRAJECTORY_SKIN", 0.7)  # narrow: lists are renewed within trajectories too
    potential = ag.load_potential(name)
    sample = small_sample(n, d, sheared)
    schedule = HybridMonteCarlo(every, steps, time_step)
    fast = ag.SwapMonteCarlo(sample, potential, temperature, seed=n, trajectories=schedule)
    state = fast.state()
    order = state["order"]
    slow = SwapTwin(
        sample.positions[order], sample.diameters[order], sample.cell, Model.of(potential), temperature, 1.0, 0.1,
        state["generator"],
    )  # fmt: skip
    accepted, rebuilds = [], 0
    for sweep in range(1, sweeps + 1):
        attempted, taken = dict(slow.attempted), dict(slow.accepted)
        stats = fast.run(1)
        for _ in range(n):
            slow.swap()
        attempts = slow.attempted["swap"] - attempted["swap"]
        assert stats.swap_acceptance == (slow.accepted["swap"] - taken["swap"]) / attempts
        if sweep % every == 0:
            accepted.append(slow.trajectory(steps, time_step))
            assert stats.trajectory_acceptance == accepted[-1]
        else:
            assert np.isnan(stats.trajectory_acceptance)
        now = fast.configuration
        assert now.positions[order] == pytest.approx(slow.positions, abs=1e-8)
        assert np.array_equal(now.diameters[order], slow.diameters)
        assert fast.energy == pytest.approx(slow.energy, rel=1e-9)
        assert [int(word) for word in fast.state()["generator"]] == slow.random.state
        rebuilds += stats.rebuilds
    assert rebuilds >= 2
    assert any(accepted)
    if time_step > 0.07:
        assert not all(accepted)


def test_trajectories_go_on_bit_for_bit_from_a_saved_state(tmp_path) -> None:
    potential, schedule = ag.load_potential("kumar2021"), HybridMonteCarlo(2, 5, 0.06)
    make = lambda: ag.SwapMonteCarlo(glass("kumar2021", 400, 2, seed=5), potential, 0.2, seed=4, trajectories=schedule)  # noqa: E731
    whole, parts = make(), make()
    whole.run(1013)
    parts.run(7)
    parts.save(tmp_path / "state.npz")
    parts = ag.SwapMonteCarlo.load(tmp_path / "state.npz", potential)
    assert parts.trajectories == schedule
    parts.run(996)
    parts = ag.SwapMonteCarlo.restore(parts.state(), potential)
    parts.run(10)
    assert whole.configuration.identical(parts.configuration) and whole.energy == parts.energy
    for name, array in whole.state().items():
        assert np.array_equal(array, parts.state()[name]), name


def test_a_trajectory_that_flies_apart_is_rejected() -> None:
    potential, sample = ag.load_potential("kumar2021"), glass("kumar2021", 400, 2, seed=5)
    chain = ag.SwapMonteCarlo(sample, potential, 0.2, seed=4, trajectories=HybridMonteCarlo(1, 4, 5.0))
    stats = chain.run(3)
    assert stats.trajectory_acceptance == 0
    assert chain.configuration.positions == pytest.approx(sample.positions, abs=1e-12)
    assert chain.energy == pytest.approx(ag.energy(chain.configuration, potential), rel=1e-12)


def test_steps_longer_than_a_list_reaches_are_followed_to_their_end() -> None:
    """Particles that do not meet keep their energy, however far they go: nothing is rejected."""
    rng, side = np.random.default_rng(2), np.full(2, 4000.0)
    gas = ag.Configuration(rng.random((20, 2)) * side, np.full(20, 1.0), side)
    chain = ag.SwapMonteCarlo(
        gas, ag.load_potential("kumar2021"), 0.1, seed=1, trajectories=HybridMonteCarlo(1, 1, 12.0)
    )
    stats = chain.run(40)
    assert stats.trajectory_acceptance == 1 and stats.rebuilds >= 39
    moved = chain.configuration.positions - gas.positions
    assert np.mean(moved**2) == pytest.approx(40 * 0.1 * 12.0**2, rel=0.6)


@pytest.mark.parametrize("change", [{"swap_fraction": 0.8}, {"skin": 0.2}, {"trajectories": {"evry": 3}}])
def test_a_saved_state_that_contradicts_its_trajectories(change) -> None:
    potential, sample = ag.load_potential("kumar2021"), glass("kumar2021", 400, 2, seed=5)
    state = ag.SwapMonteCarlo(sample, potential, 0.2, seed=4, trajectories=HybridMonteCarlo()).state()
    state["settings"] = np.array(json.dumps(json.loads(str(state["settings"])) | change))
    with pytest.raises(InputError, match="saved state"):
        ag.SwapMonteCarlo.restore(state, potential)


@pytest.mark.parametrize(
    "given", [(10**7, 5, 0.1), (0, 5, 0.1), (1, 0, 0.1), (1, 5, 0.0), (1, 5, float("nan")), (1.5, 5, 0.1)]
)
def test_trajectories_that_are_none(given) -> None:
    with pytest.raises(InputError, match="trajector"):
        HybridMonteCarlo(*given)


def test_a_box_too_small_for_trajectories() -> None:
    sample = small_sample(12, 2, False)
    with pytest.raises(InputError, match="more particles, or no trajectories"):
        ag.SwapMonteCarlo(sample, ag.load_potential("kumar2021"), 0.3, trajectories=HybridMonteCarlo())


def test_displacements_beside_trajectories_are_refused() -> None:
    sample = glass("kumar2021", 400, 2, seed=5)
    with pytest.raises(InputError, match="swap_fraction beside trajectories"):
        ag.SwapMonteCarlo(sample, ag.load_potential("kumar2021"), 0.2, 0.2, trajectories=HybridMonteCarlo())


@pytest.mark.parametrize("name", ["kumar2021", "kumar2021_smooth", "ipl10"])
def test_energies_of_eight_pairs_at_once(name: str) -> None:
    """Some within the cutoff and some beyond, for the potential that has vectors and for those that have not."""
    potential, rng = ag.load_potential(name), np.random.default_rng(3)
    diameters, neighbors = rng.uniform(0.8, 1.4, 20), rng.integers(0, 20, 24).astype(np.uint32)
    sigma, squares, terms = 1.1, rng.uniform(0.8, 3.5, 24), np.full(30, np.nan)
    total = eight_energies_at(neighbors, squares, diameters, 8, sigma, potential.parameters, terms, 5)
    pair = potential.pair_diameter(sigma, diameters[neighbors[8:16]])
    expected = potential.phi(np.sqrt(squares[8:16]), pair)
    assert 0 < np.count_nonzero(expected) < 8
    assert terms[5:13] == pytest.approx(expected, rel=1e-12, abs=1e-14)
    assert total == pytest.approx(expected.sum(), rel=1e-12)
    assert np.isnan(np.delete(terms, range(5, 13))).all()


def test_without_trajectories_nothing_is_saved_of_them() -> None:
    chain = ag.SwapMonteCarlo(glass("kumar2021", 400, 2, seed=5), ag.load_potential("kumar2021"), 0.2)
    assert "trajectories" not in str(chain.state()["settings"])
    assert np.isnan(chain.run(2).trajectory_acceptance)
