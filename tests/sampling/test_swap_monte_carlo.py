"""The sampler: resuming bit for bit, acceptances, tuning, and input that it refuses."""

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


# Resuming


@pytest.mark.parametrize("medium", ["state", "file"])
@pytest.mark.parametrize("seed", range(3))
def test_resuming_at_random_sweeps_is_exact(start, tmp_path, medium, seed):
    """The run includes two spatial sorts; it is also split at them, one sweep before and one after."""
    total = 2 * SORTING_INTERVAL + 137
    unbroken = sampler(start)
    unbroken.run(total)
    rng = np.random.default_rng(seed)
    special = SORTING_INTERVAL + np.array([-1, 0, 1])
    splits = np.unique(np.r_[0, rng.integers(1, total, 6), special, 2 * SORTING_INTERVAL, total])
    chain = sampler(start)
    for sweeps in np.diff(splits):
        chain.run(int(sweeps))
        if medium == "state":
            chain = ag.SwapMonteCarlo.restore(chain.state(), POTENTIAL)
        else:
            chain.save(tmp_path / "chain.npz")
            chain = ag.SwapMonteCarlo.load(tmp_path / "chain.npz", POTENTIAL)
    assert same(chain, unbroken)
    assert chain.configuration.identical(unbroken.configuration)
    assert chain.energy == unbroken.energy and chain.sweep == total
    assert [p.name for p in tmp_path.iterdir()] == (["chain.npz"] if medium == "file" else [])


def test_resuming_after_tuning_keeps_the_step(start):
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


def test_recording_does_not_change_the_run(start):
    chains = [sampler(start) for _ in range(3)]
    records = [chain.run(1200, record_every=every).energies for chain, every in zip(chains, (1, 7, 400), strict=True)]
    assert same(chains[0], chains[1]) and same(chains[0], chains[2])
    assert np.array_equal(records[0][6::7], records[1]) and np.array_equal(records[0][399::400], records[2])
    assert records[0][-1] == chains[0].energy / len(start)


def test_the_seed_determines_the_run(start):
    a, b, c = sampler(start), sampler(start), sampler(start, seed=10)
    d = sampler(start, seed=np.random.SeedSequence(9))
    for chain in (a, b, c, d):
        chain.run(5)
    assert same(a, b) and same(a, d) and not np.array_equal(a.configuration.positions, c.configuration.positions)


# Statistics


def test_acceptances_are_fractions_of_the_attempts(start):
    assert np.isnan(sampler(start, swap_fraction=0.0).run(10).swap_acceptance)
    swaps = sampler(start, swap_fraction=1.0)
    stats = swaps.run(10)
    assert np.isnan(stats.displacement_acceptance) and 0 < stats.swap_acceptance < 1
    assert np.array_equal(swaps.configuration.positions % start.box, start.positions % start.box)
    hot = sampler(start, temperature=1e9, max_displacement=0.001).run(20)
    assert hot.displacement_acceptance == 1 and hot.swap_acceptance == 1


@pytest.mark.parametrize("swap_fraction", [0.0, 0.2, 0.9])
def test_accepted_moves_change_the_configuration(start, swap_fraction):
    """In one sweep at low temperature few particles move: no more than there are accepted moves."""
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


def test_equilibrate_tunes_the_step_and_run_does_not(start):
    chain = sampler(start, max_displacement=0.01)
    stats = chain.equilibrate(1010, target_acceptance=0.4)
    assert stats.sweeps == 1010 == chain.sweep
    tuned = chain.max_displacement
    assert tuned != 0.01
    assert chain.run(2000).displacement_acceptance == pytest.approx(0.4, abs=0.05)
    assert chain.max_displacement == tuned


def test_equilibrate_counts_accepted_over_attempted(start):
    """If the step cannot change, the acceptances while tuning are those of a plain run."""
    tuned, plain = (sampler(start, swap_fraction=0.97, temperature=1e9, max_displacement=1e-3) for _ in range(2))
    plain_stats, tuned_stats = plain.run(20), tuned.equilibrate(20)
    assert tuned_stats.swap_acceptance == plain_stats.swap_acceptance == 1
    few = ag.SwapMonteCarlo(
        ag.Configuration([[0.0, 0.0], [2.5, 2.5]], [1.0, 1.1], [5.0, 5.0]), POTENTIAL, 0.1, 0.99, 0.05, seed=1
    )
    assert few.equilibrate(400).displacement_acceptance == 1, "intervals without an attempt must not change the mean"


@pytest.mark.parametrize("dimension", [2, 3])
def test_diameters_are_permuted_and_positions_continue_through_the_faces(dimension):
    start = liquid(125, dimension)
    chain = ag.SwapMonteCarlo(start, POTENTIAL, temperature=0.6, max_displacement=0.05, seed=2)
    before = chain.configuration
    assert np.allclose(before.positions, start.positions, atol=1e-12)
    assert np.array_equal(before.diameters, start.diameters)
    for _ in range(60):
        chain.run(20)  # with steps of at most 0.05 no particle moves half the box in 20 sweeps
        after = chain.configuration
        assert np.abs(after.positions - before.positions).max() < 1.5
        assert np.array_equal(np.sort(after.diameters), np.sort(start.diameters))
        before = after
    outside = (before.fractional < 0) | (before.fractional >= 1)
    assert outside.any() and np.any(before.diameters != start.diameters)


def test_the_temperature_can_be_changed(start):
    """A run continued at another temperature is that of a sampler restored with this temperature."""
    chain = sampler(start)
    chain.run(10)
    other = ag.SwapMonteCarlo.restore(chain.state(), POTENTIAL)
    other.temperature = 1.5
    assert other.temperature == 1.5 and chain.temperature == 0.15
    assert other.run(20).displacement_acceptance > chain.run(20).displacement_acceptance
    with pytest.raises(InputError, match="temperature"):
        other.temperature = -1.0


# Input that is refused


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
def test_parameters_out_of_range_are_refused(start, settings, name):
    with pytest.raises(InputError, match=name):
        sampler(start, **settings)


@pytest.mark.parametrize(
    "call", [{"sweeps": -1}, {"sweeps": 1.5}, {"sweeps": 5, "record_every": -1}, {"sweeps": 5, "record_every": 0}]
)
def test_runs_out_of_range_are_refused(start, call):
    with pytest.raises(InputError, match=r"sweeps|record_every"):
        sampler(start).run(**call)


def test_equilibration_out_of_range_is_refused(start):
    for target in (0.0, 1.0, float("nan")):
        with pytest.raises(InputError, match="target_acceptance"):
            sampler(start).equilibrate(20, target)
    with pytest.raises(InputError, match="sweeps"):
        sampler(start).equilibrate(-20)


def test_a_box_too_small_is_refused():
    with pytest.raises(InputError, match="smallest height of the box"):
        sampler(ag.Configuration([[0.0, 0.0], [1.5, 1.5]], [1.0, 1.6], [3.5, 3.5]))
