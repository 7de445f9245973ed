"""Trajectories of hybrid Monte Carlo against those of the naive twin, and their limits."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pytest
from naive import Model, SwapTwin
from samples import glass
from small_boxes import small_sample

import atomglass as ag
from atomglass.errors import InputError
from atomglass.minimization.random_start import random_start
from atomglass.sampling import move_sets
from atomglass.sampling.moves import HybridMonteCarlo


@dataclass(frozen=True)
class Case:
    """A small sample, its temperature, and how its trajectories are integrated."""

    n: int
    d: int
    sheared: bool
    potential: str
    temperature: float
    moves: HybridMonteCarlo
    sweeps: int


CASES = [
    Case(41, 2, False, "kumar2021", 0.3, HybridMonteCarlo(1, 3, 0.08), 14),
    Case(40, 2, True, "kumar2021", 0.3, HybridMonteCarlo(3, 5, 0.05), 16),
    Case(30, 2, False, "ipl10", 0.2, HybridMonteCarlo(2, 4, 0.06), 12),
    Case(65, 3, False, "kumar2021_3d", 0.4, HybridMonteCarlo(2, 2, 0.08), 8),
    Case(66, 3, False, "kumar2021_smooth", 0.4, HybridMonteCarlo(2, 2, 0.08), 8),
    Case(41, 2, False, "kumar2021", 0.3, HybridMonteCarlo(2, 3, 0.08, swap_window=0.1), 14),
    Case(40, 2, True, "kumar2021", 0.3, HybridMonteCarlo(3, 5, 0.05, swap_window=0.3), 16),
    Case(30, 2, False, "ipl10", 0.2, HybridMonteCarlo(2, 4, 0.06, swap_window=0.15), 12),
    Case(65, 3, False, "kumar2021_3d", 0.4, HybridMonteCarlo(2, 2, 0.08, swap_window=0.14), 8),
]


#: The twin tries all images of all pairs: the cases in three dimensions take ten seconds each.
BY_COST = [pytest.param(case, marks=[pytest.mark.extended] * (case.d == 3)) for case in CASES]


@pytest.mark.parametrize("case", BY_COST, ids=lambda case: f"{case.potential}-{case.n}-{case.moves.swap_window}")
def test_every_trajectory_is_that_of_the_twin(monkeypatch, case: Case) -> None:
    monkeypatch.setattr(move_sets, "HMC_SKIN", 0.7)  # narrow: lists are rebuilt within trajectories too
    monkeypatch.setattr(move_sets, "SIMILAR_SWAPS_SKIN", {2: 0.7, 3: 0.7})
    potential, moves = ag.load_potential(case.potential), case.moves
    sample = small_sample(case.n, case.d, case.sheared)
    fast = ag.SwapMonteCarlo(sample, potential, case.temperature, seed=case.n, trajectories=moves)
    state = fast.state()
    order = state["order"]
    positions, diameters, model = sample.positions[order], sample.diameters[order], Model.of(potential)
    slow = SwapTwin(positions, diameters, sample.cell, model, case.temperature, 1.0, 0.1, state["generator"])
    accepted, rebuilds = [], 0
    for sweep in range(1, case.sweeps + 1):
        attempted_before, accepted_before = dict(slow.attempted), dict(slow.accepted)
        stats = fast.run(1)
        for _ in range(case.n):
            slow.swap() if moves.swap_window is None else slow.similar_swap(moves.swap_window)
        attempts = slow.attempted["swap"] - attempted_before["swap"]
        assert stats.swap_acceptance == (slow.accepted["swap"] - accepted_before["swap"]) / attempts
        if sweep % moves.every == 0:
            accepted.append(slow.trajectory(moves.steps, moves.time_step))
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
    if moves.time_step > 0.07:
        assert not all(accepted)


@pytest.mark.parametrize(
    ("moves", "equal_diameters"),
    [
        (HybridMonteCarlo(2, 5, 0.06), False),
        (HybridMonteCarlo(2, 5, 0.06, swap_window=0.12), False),
        (HybridMonteCarlo(2, 5, 0.06, swap_window=0.12), True),
    ],
)
def test_a_saved_run_continues_bit_for_bit(tmp_path, moves: HybridMonteCarlo, equal_diameters: bool) -> None:
    potential, sample = ag.load_potential("kumar2021"), glass("kumar2021", 400, 2, seed=5)
    if equal_diameters:
        sample = ag.Configuration(sample.positions, np.round(sample.diameters, 1), sample.box)

    def make() -> ag.SwapMonteCarlo:
        return ag.SwapMonteCarlo(sample, potential, 0.2, seed=4, trajectories=moves)

    whole, parts = make(), make()
    whole.run(1013)
    parts.run(7)
    parts.save(tmp_path / "state.npz")
    parts = ag.SwapMonteCarlo.load(tmp_path / "state.npz", potential)
    assert parts.trajectories == moves
    parts.run(996)
    parts = ag.SwapMonteCarlo.restore(parts.state(), potential)
    parts.run(10)
    assert whole.configuration.identical(parts.configuration) and whole.energy == parts.energy
    for name, array in whole.state().items():
        assert np.array_equal(array, parts.state()[name]), name


@pytest.mark.parametrize(("model", "d", "n"), [("kumar2021", 2, 400), ("kumar2021_3d", 3, 300), ("ipl10", 2, 200)])
def test_energies_stay_those_of_a_full_recompute_with_similar_swaps(model: str, d: int, n: int) -> None:
    potential, moves = ag.load_potential(model), HybridMonteCarlo(50, 4, 0.03, swap_window=0.15)
    sample = glass(model, n, d, seed=5)
    chain = ag.SwapMonteCarlo(sample, potential, 0.2, seed=4, trajectories=moves)
    stats = chain.run(49)  # no trajectory yet, which would recompute the energies
    assert 0.2 < stats.swap_acceptance < 0.9
    assert np.array_equal(np.sort(chain.configuration.diameters), np.sort(sample.diameters))
    assert chain.energy == pytest.approx(ag.energy(chain.configuration, potential), rel=1e-11)


def test_a_trajectory_that_diverges_is_rejected() -> None:
    potential, sample = ag.load_potential("kumar2021"), glass("kumar2021", 400, 2, seed=5)
    chain = ag.SwapMonteCarlo(sample, potential, 0.2, seed=4, trajectories=HybridMonteCarlo(1, 4, 5.0))
    stats = chain.run(3)
    assert stats.trajectory_acceptance == 0
    assert chain.configuration.positions == pytest.approx(sample.positions, abs=1e-12)
    assert chain.energy == pytest.approx(ag.energy(chain.configuration, potential), rel=1e-12)


def test_steps_longer_than_the_range_of_the_list_are_integrated() -> None:
    """Free particles conserve their energy, however far they go: every trajectory is accepted."""
    rng, side = np.random.default_rng(2), np.full(2, 4000.0)
    gas = ag.Configuration(rng.random((20, 2)) * side, np.full(20, 1.0), side)
    moves = HybridMonteCarlo(1, 1, 12.0)
    chain = ag.SwapMonteCarlo(gas, ag.load_potential("kumar2021"), 0.1, seed=1, trajectories=moves)
    stats = chain.run(40)
    assert stats.trajectory_acceptance == 1 and stats.rebuilds >= 39
    moved = chain.configuration.positions - gas.positions
    assert np.mean(moved**2) == pytest.approx(40 * 0.1 * 12.0**2, rel=0.6)


@pytest.mark.parametrize("change", [{"swap_fraction": 0.8}, {"skin": 0.2}, {"trajectories": {"evry": 3}}])
def test_a_saved_state_that_contradicts_its_trajectories_is_refused(change) -> None:
    potential, sample = ag.load_potential("kumar2021"), glass("kumar2021", 400, 2, seed=5)
    state = ag.SwapMonteCarlo(sample, potential, 0.2, seed=4, trajectories=HybridMonteCarlo()).state()
    state["settings"] = np.array(json.dumps(json.loads(str(state["settings"])) | change))
    with pytest.raises(InputError, match="saved state"):
        ag.SwapMonteCarlo.restore(state, potential)


@pytest.mark.parametrize(
    "values", [(10**7, 5, 0.1), (0, 5, 0.1), (1, 0, 0.1), (1, 5, 0.0), (1, 5, float("nan")), (1.5, 5, 0.1)]
)
def test_parameters_out_of_range_are_refused(values) -> None:
    with pytest.raises(InputError, match="trajector"):
        HybridMonteCarlo(*values)


@pytest.mark.parametrize("window", [0.0, -1.0, float("nan"), True, "wide"])
def test_a_window_out_of_range_is_refused(window) -> None:
    with pytest.raises(InputError, match="swap window"):
        HybridMonteCarlo(swap_window=window)


def test_a_window_of_diameters_is_refused_with_species() -> None:
    mixture = ag.load_potential("kob_andersen")
    sample = random_start(400, mixture, mixture.density, "quantile", 1, 2)
    with pytest.raises(InputError, match="species, not diameters"):
        ag.SwapMonteCarlo(sample, mixture, 0.6, trajectories=HybridMonteCarlo(swap_window=0.1))


def test_a_box_too_small_for_trajectories_is_refused() -> None:
    sample = small_sample(12, 2, False)
    with pytest.raises(InputError, match="more particles, or no trajectories"):
        ag.SwapMonteCarlo(sample, ag.load_potential("kumar2021"), 0.3, trajectories=HybridMonteCarlo())


def test_displacements_with_trajectories_are_refused() -> None:
    sample = glass("kumar2021", 400, 2, seed=5)
    with pytest.raises(InputError, match="swap_fraction with trajectories"):
        ag.SwapMonteCarlo(sample, ag.load_potential("kumar2021"), 0.2, 0.2, trajectories=HybridMonteCarlo())


def test_the_state_of_a_run_without_trajectories_does_not_mention_them() -> None:
    chain = ag.SwapMonteCarlo(glass("kumar2021", 400, 2, seed=5), ag.load_potential("kumar2021"), 0.2)
    assert "trajectories" not in str(chain.state()["settings"])
    assert np.isnan(chain.run(2).trajectory_acceptance)
