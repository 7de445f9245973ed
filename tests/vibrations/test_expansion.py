"""The exact energy along a mode against differences of total energies, and beyond their precision."""

from __future__ import annotations

from pathlib import Path

import naive
import numpy as np
import pytest

import atomglass as ag
from atomglass.vibrations import expansion as module
from atomglass.vibrations.expansion import barrier_along_mode, energy_profile

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def soft():
    """An inherent state of the external sample, its potential, and the expansion of its lowest mode (a hidden well)."""
    potential = ag.load_potential("kumar2021")
    glass = ag.quench(ag.read(DATA / "polydisperse12.gsd", frame=20), potential).configuration
    return glass, potential, ag.expand(glass, potential, ag.lowest_modes(glass, potential, count=1).eigenvectors[0])


@pytest.mark.extended
def test_profile_is_a_difference_of_total_energies(soft):
    glass, potential, mode = soft
    model = naive.Model.of(potential)
    start = naive.energy(naive.pairs_of(glass, model), model)
    for s in (-0.3, 0.05, 0.3):
        moved = glass.replace(positions=glass.positions + s * mode.direction)
        expected = naive.energy(naive.pairs_of(moved, model), model) - start
        assert energy_profile(glass, potential, mode.direction, [s])[0] == pytest.approx(expected, abs=1e-11)


def test_profile_is_finer_than_total_energies(soft):
    """Changes of 1e-11, below the rounding of a total energy of 200, still have three digits."""
    glass, potential, mode = soft
    s = np.array([-2e-5, 2e-5])
    assert energy_profile(glass, potential, mode.direction, s) == pytest.approx(mode.b2 * s**2 / 2, rel=2e-3)


def test_profile_in_a_box_without_room_for_a_wide_list():
    """If no neighbor list is wide enough for the whole line, one is built at every point."""
    potential = ag.load_potential("kumar2021")
    rng = np.random.default_rng(3)
    glass = ag.Configuration(rng.random((18, 2)) * 4.2, np.full(18, 1.0), np.full(2, 4.2))
    glass = ag.quench(glass, potential).configuration
    direction = rng.standard_normal((18, 2))
    direction /= np.linalg.norm(direction)
    moved = glass.replace(positions=glass.positions + 1.5 * direction)
    expected = ag.energy(moved, potential) - ag.energy(glass, potential)
    assert energy_profile(glass, potential, direction, [1.5])[0] == pytest.approx(expected, rel=1e-11)


def test_the_hidden_well_of_the_quartic_is_none_of_the_true_energy(soft):
    glass, potential, mode = soft
    assert mode.second_minimum and mode.group == "A"
    assert np.isnan(barrier_along_mode(glass, potential, mode))
    rising = energy_profile(glass, potential, mode.direction, np.linspace(0, 2 * mode.second_minimum_position, 50))
    assert np.all(np.diff(rising) > 0)


@pytest.mark.parametrize("height", [1e-9, 1e-4])
def test_a_planted_barrier_is_found(soft, monkeypatch, height):
    """The search on an energy whose barrier is known: s^2 (1 - s/c)^2 has its maximum c^2/16 at c/2."""
    glass, potential, mode = soft
    c = 4 * np.sqrt(height)
    monkeypatch.setattr(module, "_Profile", lambda *arguments: lambda s: s**2 * (1 - s / c) ** 2)
    planted = module.Expansion(**(vars(mode) | {"second_minimum_position": c}))
    assert barrier_along_mode(glass, potential, planted) == pytest.approx(height, rel=1e-9)
    monkeypatch.setattr(module, "_Profile", lambda *arguments: lambda s: s**2 + 1e-14 * np.sin(1e6 * s))
    assert np.isnan(barrier_along_mode(glass, potential, planted)), "rounding is no barrier"


@pytest.mark.parametrize(("overlap", "offset"), [(0.01, 0.003), (0.001, 0.01)])
def test_an_energy_that_falls_by_less_than_rounding_at_first_has_no_barrier(overlap: float, offset: float) -> None:
    """A particle that a cage of small overlap hardly holds, slightly off its minimum."""
    potential = ag.load_potential("kumar2021_q6")
    cage = np.array([[offset, 0.0], [1.0, 0.0], [-0.5, 0.866], [-0.5, -0.866]])
    sample = ag.Configuration(potential.cutoff * (1 - overlap) * cage + 6.0, np.ones(4), np.full(2, 12.0))
    direction = np.zeros((4, 2))
    direction[0, 0] = 1.0
    assert np.isnan(barrier_along_mode(sample, potential, ag.expand(sample, potential, direction)))
