"""The sampler's bookkeeping: resumption bit for bit, acceptances, tuning, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

import atomglass as ag
from atomglass.errors import InputError
from atomglass.sampling.swap_monte_carlo import SORTING_INTERVAL

POTENTIAL = ag.load_potential("kumar2021")


def liquid(number=60, dimension=2, seed=3):
    """Return a small sample without strong overlaps."""
    rng = np.random.default_rng(seed)
    box = np.full(dimension, number ** (1 / dimension))
    start = ag.Configuration(rng.random((number, dimension)) * box, ag.sample_diameters(number, rng, "quantile"), box)
    return ag.quench(start, POTENTIAL, force_tolerance=0.1).configuration


@pytest.fixture(scope="module")
def start():
    return liquid()


def sampler(start, **settings):
    return ag.SwapMonteCarlo(start, POTENTIAL, **{"temperature": 0.15, "seed": 9, **settings})


def same(a, b):
    """Return whether two samplers are in the same state, bit for bit."""
    first, second = a.state(), b.state()
    return first.keys() == second.keys() and all(np.array_equal(first[name], second[name]) for name in first)


# Resumption


@pytest.mark.parametrize("way", ["state", "file"])
@pytest.mark.parametrize("seed", range(3))
def test_resumption_at_random_sweeps_is_exact(start, tmp_path, way, seed):
    """Over two reorderings; the splits also lie at them, just before and just after."""
    total = 2 * SORTING_INTERVAL + 137
    straight = sampler(start)
    straight.run(total)
    rng = np.random.default_rng(seed)
    special = SORTING_INTERVAL + np.array([-1, 0, 1])
    splits = np.unique(np.r_[0, rng.integers(1, total, 6), special, 2 * SORTING_INTERVAL, total])
    chain = sampler(start)
    for sweeps in np.diff(splits):
        chain.run(int(sweeps))
        if way == "state":
            chain = ag.SwapMonteCarlo.restore(chain.state(), POTENTIAL)
        else:
            chain.save(tmp_path / "chain.npz")
            chain = ag.SwapMonteCarlo.load(tmp_path / "chain.npz", POTENTIAL)
    assert same(chain, straight)
    assert chain.configuration.identical(straight.configuration)
    assert chain.energy == straight.energy and chain.sweep == total
    assert [p.name for p in tmp_path.iterdir()] == (["chain.npz"] if way == "file" else [])


def test_resumption_after_tuning_keeps_the_step(start):
    chain = sampler(start)
    chain.equilibrate(200, target_acceptance=0.5)
    again = ag.SwapMonteCarlo.restore(chain.state(), POTENTIAL)
    assert again.max_displacement == chain.max_displacement
    chain.run(50), again.run(50)
    assert same(chain, again)


def test_a_state_is_a_copy(start):
    chain = sampler(start)
    state = chain.state()
    before = {name: np.array(value) for name, value in state.items()}
    chain.run(30)
    assert all(np.array_equal(state[name], before[name]) for name in state)
    assert not same(chain, ag.SwapMonteCarlo.restore(state, POTENTIAL))


def test_recording_does_not_change_the_trajectory(start):
    chains = [sampler(start) for _ in range(3)]
    records = [chain.run(1200, record_every=every).energies for chain, every in zip(chains, (1, 7, 400), strict=True)]
    assert same(chains[0], chains[1]) and same(chains[0], chains[2])
    assert np.array_equal(records[0][6::7], records[1]) and np.array_equal(records[0][399::400], records[2])
    assert records[0][-1] == chains[0].energy / len(start)


def test_seeds_make_the_trajectory(start):
    a, b, c = sampler(start), sampler(start), sampler(start, seed=10)
    d = sampler(start, seed=np.random.SeedSequence(9))
    for chain in (a, b, c, d):
        chain.run(5)
    assert same(a, b) and same(a, d) and not np.array_equal(a.configuration.positions, c.configuration.positions)


# Bookkeeping


def test_acceptances_are_shares_of_the_attempts(start):
    assert np.isnan(sampler(start, swap_fraction=0.0).run(10).swap_acceptance)
    swaps = sampler(start, swap_fraction=1.0)
    stats = swaps.run(10)
    assert np.isnan(stats.displacement_acceptance) and 0 < stats.swap_acceptance < 1
    assert np.array_equal(swaps.configuration.positions % start.box, start.positions % start.box)
    hot = sampler(start, temperature=1e9, max_displacement=0.001).run(20)
    assert hot.displacement_acceptance == 1 and hot.swap_acceptance == 1


@pytest.mark.parametrize("swap_fraction", [0.0, 0.2, 0.9])
def test_accepted_moves_show_in_the_configuration(start, swap_fraction):
    """In one sweep of a cold sampler few particles move: those that did are no more than the accepted moves."""
    chain = sampler(start, temperature=0.01, swap_fraction=swap_fraction)
    before, stats = chain.configuration, chain.run(1)
    after = chain.configuration
    moved = np.any(np.abs(after.positions - before.positions) > 1e-12, axis=1).sum()
    resized = (after.diameters != before.diameters).sum()
    displacements = stats.displacement_acceptance * len(start)
    swaps = 0.0 if swap_fraction == 0 else stats.swap_acceptance * len(start)
    assert moved <= displacements and (moved > 0) == (displacements > 0)
    assert resized <= 2 * swaps and (resized > 0) == (swaps > 0)


def test_records_and_lengths(start):
    stats = sampler(start).run(25, record_every=10)
    assert stats.sweeps == 25 and stats.record_every == 10 and len(stats.energies) == 2
    assert len(sampler(start).run(1000).energies) == 100
    nothing = sampler(start).run(0)
    assert nothing.sweeps == 0 and len(nothing.energies) == 0 and np.isnan(nothing.swap_acceptance)


def test_progress_counts_every_sweep(start):
    seen = []
    sampler(start).run(1234, record_every=100, progress=seen.append)
    assert sum(seen) == 1234 and min(seen) > 0


def test_equilibrate_tunes_and_then_freezes(start):
    chain = sampler(start, max_displacement=0.01)
    stats = chain.equilibrate(1010, target_acceptance=0.4)
    assert stats.sweeps == 1010 == chain.sweep
    frozen = chain.max_displacement
    assert frozen != 0.01
    assert chain.run(2000).displacement_acceptance == pytest.approx(0.4, abs=0.05)
    assert chain.max_displacement == frozen


def test_equilibrate_counts_accepted_over_attempted(start):
    """Where the step cannot change, tuning is running, and its acceptances are the run's."""
    tuned, plain = (sampler(start, swap_fraction=0.97, temperature=1e9, max_displacement=1e-3) for _ in range(2))
    plain_stats, tuned_stats = plain.run(20), tuned.equilibrate(20)
    assert tuned_stats.swap_acceptance == plain_stats.swap_acceptance == 1
    few = ag.SwapMonteCarlo(
        ag.Configuration([[0.0, 0.0], [2.5, 2.5]], [1.0, 1.1], [5.0, 5.0]), POTENTIAL, 0.1, 0.99, 0.05, seed=1
    )
    assert few.equilibrate(400).displacement_acceptance == 1, "blocks without an attempt must not spoil the mean"


@pytest.mark.parametrize("dimension", [2, 3])
def test_diameters_are_only_passed_around_and_positions_go_on_through_the_faces(dimension):
    start = liquid(125, dimension)
    chain = ag.SwapMonteCarlo(start, POTENTIAL, temperature=0.6, max_displacement=0.05, seed=2)
    before = chain.configuration
    assert np.allclose(before.positions, start.positions, atol=1e-12) and np.array_equal(
        before.diameters, start.diameters
    )
    for _ in range(60):
        chain.run(
            20
        )  # a step of a particle is at most 0.05 per axis and move, so 20 sweeps stay far below half the box
        after = chain.configuration
        assert np.abs(after.positions - before.positions).max() < 1.5
        assert np.array_equal(np.sort(after.diameters), np.sort(start.diameters))
        before = after
    outside = (before.fractional < 0) | (before.fractional >= 1)
    assert outside.any() and np.any(before.diameters != start.diameters)


# Refusals


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"temperature": 0.0}, "temperature"),
        ({"temperature": -1.0}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"temperature": float("inf")}, "temperature"),
        ({"swap_fraction": -0.1}, "swap_fraction"),
        ({"swap_fraction": 1.1}, "swap_fraction"),
        ({"swap_fraction": float("nan")}, "swap_fraction"),
        ({"max_displacement": 0.0}, "max_displacement"),
        ({"max_displacement": float("nan")}, "max_displacement"),
        ({"max_displacement": 2.0}, "in this box"),
        ({"seed": -1}, "seed"),
        ({"seed": 0.5}, "seed"),
        ({"seed": float("nan")}, "seed"),
        ({"seed": "one"}, "seed"),
    ],
)
def test_settings_out_of_range(start, settings, name):
    with pytest.raises(InputError, match=name):
        sampler(start, **settings)


@pytest.mark.parametrize(
    "call", [{"sweeps": -1}, {"sweeps": 1.5}, {"sweeps": 5, "record_every": -1}, {"sweeps": 5, "record_every": 0}]
)
def test_runs_out_of_range(start, call):
    with pytest.raises(InputError, match=r"sweeps|record_every"):
        sampler(start).run(**call)


def test_equilibration_out_of_range(start):
    for target in (0.0, 1.0, float("nan")):
        with pytest.raises(InputError, match="target_acceptance"):
            sampler(start).equilibrate(20, target)
    with pytest.raises(InputError, match="sweeps"):
        sampler(start).equilibrate(-20)


def test_a_box_too_small():
    with pytest.raises(InputError, match="smallest height of the box"):
        sampler(ag.Configuration([[0.0, 0.0], [1.5, 1.5]], [1.0, 1.6], [3.5, 3.5]))


def test_a_state_of_another_potential(start, tmp_path):
    sampler(start).save(tmp_path / "chain.npz")
    with pytest.raises(InputError, match="potential"):
        ag.SwapMonteCarlo.load(tmp_path / "chain.npz", ag.load_potential("kumar2021_smooth"))


def test_a_damaged_state_file(start, tmp_path):
    path = tmp_path / "chain.npz"
    sampler(start).save(path)
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    damaged = [b"", whole[:100], whole[: len(whole) // 2], whole[:-30], b"not a state at all", bytes(flipped)]
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"chain\.npz"):
            ag.SwapMonteCarlo.load(path, POTENTIAL)
    np.save(tmp_path / "array.npy", np.arange(3))
    np.savez(tmp_path / "other.npz", positions=start.positions)
    for name in ("array.npy", "other.npz", "missing.npz"):
        with pytest.raises(InputError, match=name):
            ag.SwapMonteCarlo.load(tmp_path / name, POTENTIAL)


def test_a_state_with_arrays_that_do_not_fit(start, tmp_path):
    state = sampler(start).state()
    path = tmp_path / "chain.npz"
    broken = {
        "energies": state["energies"][:-1],
        "generator": np.zeros(4),
        "particles": state["particles"][:, :3],
        "settings": np.array("{"),
        "order": np.zeros_like(state["order"]),
    }
    for name, value in broken.items():
        np.savez(path, **{**state, name: value})
        with pytest.raises(InputError, match=r"chain\.npz"):
            ag.SwapMonteCarlo.load(path, POTENTIAL)
