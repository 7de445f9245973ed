"""The quench: it reaches the minimum of the basin in which it started, and reports how it ended."""

from __future__ import annotations

import sys

import naive
import numpy as np
import pytest
from samples import glass, liquid, loose

import atomglass as ag
from atomglass.minimization.quench import QuenchStatus

STARTS = [
    (loose, "kumar2021", 64, 2, True),
    (liquid, "kumar2021", 256, 2, False),
    (liquid, "ipl10", 100, 2, False),
    (liquid, "kumar2021_3d", 110, 3, True),
]


@pytest.mark.parametrize("maker, name, n, d, sheared", STARTS)
def test_converged(maker, name: str, n: int, d: int, sheared: bool) -> None:
    start = maker(n, d, 3, sheared) if maker is loose else maker(name, n, d, 3, sheared)
    potential, before = ag.load_potential(name), start.positions.copy()
    done = ag.quench(start, potential)
    assert done.converged
    assert done.status == "converged"
    assert done.max_force <= 1e-10
    model = naive.Model.of(potential)
    found = naive.pairs_of(done.configuration, model)
    # Positions are rounded to 1e-15 of the box, and forces bend by some hundred per unit length.
    assert np.linalg.norm(naive.forces(found, model, n, d), axis=1).max() <= 1e-10 + 2e-12
    assert done.energy == pytest.approx(naive.energy(found, model), rel=1e-12)
    assert done.energy < ag.energy(start, potential)
    assert done.evaluations >= done.iterations > 10
    assert ag.full_spectrum(done.configuration, potential).is_minimum
    # Particles keep their numbers, their sizes and their periodic image; the input is untouched.
    assert np.array_equal(done.configuration.diameters, start.diameters)
    assert np.array_equal(done.configuration.cell, start.cell)
    assert np.array_equal(start.positions, before)
    if maker is liquid:  # in another image a particle would have gone half a box at least; 1.3 diameters do occur
        moved = np.linalg.norm(done.configuration.positions - start.positions, axis=1)
        assert moved.max() < 0.45 * start.heights.min()
        assert np.median(moved) < 0.5


def test_positions_go_on_through_the_faces() -> None:
    """A sample moved by whole boxes, particle by particle, is quenched to the same place moved by as much."""
    start, potential = liquid("kumar2021", 64, 2, 9), ag.load_potential("kumar2021")
    boxes = np.random.default_rng(0).integers(-3, 4, (64, 2)) @ start.cell
    a = ag.quench(start, potential).configuration.positions
    b = ag.quench(start.replace(positions=start.positions + boxes), potential).configuration.positions
    assert b - boxes == pytest.approx(a, abs=1e-7)


@pytest.mark.parametrize("name, n, d", [("kumar2021", 30, 2), ("kumar2021_3d", 90, 3)])
def test_same_minimum_as_small_steps_downhill(name: str, n: int, d: int) -> None:
    """From near a minimum, steepest descent by the twin and conjugate gradients end in the same place."""
    potential, rng = ag.load_potential(name), np.random.default_rng(4)
    inherent = glass(name, n, d, 2)
    start = inherent.replace(positions=inherent.positions + 0.01 * rng.standard_normal((n, d)))
    descended = naive.steepest_descent(start, naive.Model.of(potential), tolerance=5e-2, step=2e-3)
    ours = ag.quench(start, potential).configuration.positions
    rest = ag.quench(start.replace(positions=descended), potential).configuration.positions
    held = ~ag.rattlers(inherent, potential)
    assert held.sum() > 0.8 * n
    shift = (ours - rest)[held].mean(axis=0)
    assert (ours - rest - shift)[held] == pytest.approx(0, abs=1e-7)
    assert np.abs(descended - start.positions).max() > 1e-3
    assert np.linalg.norm((descended - ours - (descended - ours)[held].mean(axis=0))[held], axis=1).max() < 5e-2


def test_a_minimum_stays_where_it_is() -> None:
    inherent, potential = glass("kumar2021", 144, 2, 6), ag.load_potential("kumar2021")
    again = ag.quench(inherent, potential, force_tolerance=1e-9)
    assert again.iterations == 0
    assert again.configuration.positions == pytest.approx(inherent.positions, abs=1e-14)


def test_energy_falls_along_the_way() -> None:
    start, potential = liquid("kumar2021", 100, 2, 12), ag.load_potential("kumar2021")
    energies = [ag.quench(start, potential, max_iterations=k).energy for k in (1, 2, 4, 8, 16, 32, 64, 128)]
    assert np.all(np.diff([ag.energy(start, potential), *energies]) < 0)


def test_iterations_exhausted() -> None:
    start, potential = liquid("kumar2021", 100, 2, 12), ag.load_potential("kumar2021")
    seen = []
    first = ag.quench(start, potential, max_iterations=20, progress=seen.append)
    assert first.status is QuenchStatus.EXHAUSTED
    assert first.status == "iterations_exhausted"
    assert not first.converged
    assert first.iterations == 20
    assert "max_iterations" in first.status.advice
    assert seen[-1] == pytest.approx(first.max_force)
    rest = ag.quench(first.configuration, potential)
    assert rest.converged
    assert rest.energy == pytest.approx(ag.quench(start, potential).energy, rel=1e-10)


def test_stalled(monkeypatch) -> None:
    """A tolerance below rounding is never reached; the quench sees it and says so."""
    monkeypatch.setattr(sys.modules["atomglass.minimization.quench"], "PATIENCE", 1000)
    done = ag.quench(liquid("kumar2021", 64, 2, 9), ag.load_potential("kumar2021"), force_tolerance=1e-300)
    assert done.status is QuenchStatus.STALLED
    assert not done.converged
    assert "force_tolerance" in done.status.advice
    assert done.max_force < 1e-11


def test_a_nan_never_passes() -> None:
    """At the door as a position; on the way, from an overlap whose energy overflows, as a verdict."""
    start = liquid("kumar2021", 64, 2, 9)
    broken = start.positions.copy()
    broken[5, 1] = np.nan
    with pytest.raises(ag.InputError, match="position of particle 5"):
        start.replace(positions=broken)
    hard = ag.PairPotential(exponent=60, order=2, cutoff=1.25)
    positions = [[0.0, 0.0], [1e-6, 0.0], [2.5, 2.5], [3.4, 2.5], [2.5, 3.3]]
    done = ag.quench(ag.Configuration(positions, np.ones(5), [6.0, 6.0]), hard)
    assert not np.isfinite(done.energy)
    assert done.status is QuenchStatus.STALLED
    assert not done.converged
    assert "overlaps" in done.status.advice


def test_overlaps_come_apart() -> None:
    """Two particles a hundredth, or a thousandth, apart: forces of 1e27 and 1e40."""
    potential = ag.load_potential("kumar2021")
    for gap in (1e-2, 1e-3):
        positions = [[0.0, 0.0], [gap, 0.0], [2.5, 2.5], [3.4, 2.5], [2.5, 3.3]]
        done = ag.quench(ag.Configuration(positions, np.ones(5), [6.0, 6.0]), potential)
        assert done.converged
        assert done.max_force <= 1e-10
        assert np.isfinite(done.configuration.positions).all()


@pytest.mark.parametrize(
    "setting, value",
    [("force_tolerance", 0.0), ("force_tolerance", np.nan), ("longest_step", -1.0), ("max_iterations", 0)],
)
def test_bad_settings(setting: str, value: float) -> None:
    with pytest.raises(ag.InputError, match=setting):
        ag.quench(loose(64, 2, 1), ag.load_potential("kumar2021"), **{setting: value})


@pytest.mark.parametrize("distance", [1e-1, 1e-3, 1e-5, 1e-8])
@pytest.mark.parametrize("name, d", [("kumar2021", 2), ("kumar2021_3d", 3)])
def test_any_distance_of_a_close_pair_reaches_a_minimum(name: str, d: int, distance: float) -> None:
    """Conjugate gradients alone stall below about 0.004: the force falls by orders of magnitude within one step."""
    potential, start = ag.load_potential(name), glass(name, 300, d, 3)
    positions = start.positions.copy()
    positions[1] = positions[0]
    positions[1, 0] += distance
    done = ag.quench(start.replace(positions=positions), potential)
    assert done.converged
    assert done.energy < 2 * ag.energy(start, potential)


def test_several_overlaps_at_once_reach_a_minimum() -> None:
    potential, start = ag.load_potential("kumar2021"), glass("kumar2021", 300, 2, 3)
    positions = start.positions.copy()
    positions[1:4] = positions[0] + np.array([[1e-3, 0], [0, 1e-5], [1e-3, 1e-4]])
    positions[11] = positions[10] + [0, 2e-4]
    assert ag.quench(start.replace(positions=positions), potential).converged


def test_close_pairs_with_attraction_reach_a_minimum() -> None:
    potential = ag.PairPotential(form="lennard_jones", order=2, cutoff=2.5)
    start = glass("kumar2021", 300, 2, 3)
    positions = start.positions.copy()
    positions[1] = positions[0] + [1e-4, 0]
    assert ag.quench(start.replace(positions=positions), potential).converged
