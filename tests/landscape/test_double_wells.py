"""Second wells and saddles against dense spectra, and against ASE's optimizer and nudged elastic band."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from ase.mep import NEB
from ase.optimize import FIRE

import atomglass as ag
from atomglass.landscape import double_wells
from atomglass.landscape.double_wells import (
    WellOutcome,
    energy_difference,
    expected_second_minimum,
    find_second_well,
    minimum_beyond,
)
from atomglass.landscape.saddle_search import find_saddle, highest_point_between
from atomglass.minimization.quench import require_converged

POTENTIAL = ag.load_potential("kumar2021")
DATA = Path(__file__).parent.parent / "data" / "double_wells_n400.npz"


def inherent_state(seed: int, n: int = 100) -> ag.Configuration:
    rng = np.random.default_rng(seed)
    start = ag.Configuration(rng.random((n, 2)) * n**0.5, ag.sample_diameters(n, rng), [n**0.5] * 2)
    return ag.quench(start, POTENTIAL).configuration


@pytest.fixture(scope="module")
def real() -> list[tuple]:
    """Glasses of 400 particles, sampled at T = 0.15, whose mode of group B leads to another inherent state."""
    with np.load(DATA) as data:
        glasses = [
            (ag.Configuration(x, sigma, data["box"]), int(k))
            for x, sigma, k in zip(data["positions"], data["diameters"], data["modes"], strict=True)
        ]
    found = []
    for glass, k in glasses:
        expansion = ag.expand(glass, POTENTIAL, ag.lowest_modes(glass, POTENTIAL, k + 2).eigenvectors[k])
        found.append((glass, expansion, find_second_well(glass, POTENTIAL, expansion)))
    return found


def descent(glass: ag.Configuration) -> ag.Configuration:
    """Return the inherent state that ASE's FIRE finds with short steps, as an independent quench."""
    atoms = glass.to_atoms()
    atoms.calc = ag.Calculator(POTENTIAL)
    FIRE(atoms, logfile=None, maxstep=0.01).run(fmax=5e-5, steps=2000)
    return glass.replace(positions=atoms.positions[:, :2])


def separation(one: ag.Configuration, other: ag.Configuration) -> float:
    difference = one.positions - other.positions
    return float(np.linalg.norm(difference - difference.mean(axis=0)))


def test_new_minima_are_minima_and_saddles_are_saddles(real: list[tuple]):
    assert len(real) == 4 and all(well.outcome is WellOutcome.NEW and well.saddle for _, _, well in real)
    for glass, _, well in real:
        saddle = well.saddle.configuration
        assert np.abs(ag.forces(saddle, POTENTIAL)).max() <= 1e-10
        spectrum = np.linalg.eigvalsh(ag.hessian(saddle, POTENTIAL).toarray())
        scale = spectrum[-1]
        assert np.count_nonzero(spectrum < -1e-9 * scale) == 1
        assert spectrum[0] == pytest.approx(well.saddle.eigenvalue, rel=1e-6)
        assert well.barrier > 0
        # The precise energy difference agrees with the difference of two total energies, to their precision.
        rough = ag.energy(saddle, POTENTIAL) - ag.energy(glass, POTENTIAL)
        assert well.barrier == pytest.approx(rough, abs=1e-9)


def test_the_way_down_from_the_saddle_ends_where_it_says(real: list[tuple]):
    for glass, expansion, well in real[1:2]:
        new = _new(glass, expansion, well)
        ends = []
        for sign in (1, -1):
            start = well.saddle.configuration
            step = sign * 0.25 * well.distance * well.saddle.direction
            ends.append(descent(start.replace(positions=start.positions + step)))
        near_old = [separation(end, glass) < 0.1 * well.distance for end in ends]
        near_new = [separation(end, new) < 0.1 * well.distance for end in ends]
        assert sorted(near_old) == sorted(near_new) == [False, True] and near_old != near_new


@pytest.mark.extended
def test_barrier_agrees_with_a_nudged_elastic_band(real: list[tuple]):
    for glass, expansion, well in real:
        new = _new(glass, expansion, well)
        images = [glass.to_atoms() for _ in range(9)]
        images[-1] = new.to_atoms()
        for image in images:
            image.calc = ag.Calculator(POTENTIAL)
        band = NEB(images, climb=True, k=0.5, method="improvedtangent")
        band.interpolate(apply_constraint=False)
        FIRE(band, logfile=None, maxstep=0.02).run(fmax=1e-4, steps=2000)
        energies = [image.get_potential_energy() for image in images]
        # The band may cross another saddle, but never a lower one than the lowest found here.
        assert max(energies) - energies[0] >= well.barrier * (1 - 1e-3) - 1e-9
        if max(energies) - energies[0] == pytest.approx(well.barrier, rel=1e-2):
            return
    raise AssertionError("no band passes over the saddle that was found")


def test_where_there_is_no_second_well_the_glass_comes_back():
    seed = 0
    while True:  # group B without a second well is the rule in quenches from random positions
        glass = inherent_state(seed)
        expansions = [ag.expand(glass, POTENTIAL, v) for v in ag.lowest_modes(glass, POTENTIAL, 6).eigenvectors]
        for expansion in (e for e in expansions if e.group == "B"):
            well = find_second_well(glass, POTENTIAL, expansion, displacement_factors=(1.0,))
            if well.outcome is WellOutcome.SAME:
                pushed = glass.replace(positions=glass.positions + well.push * well.place * expansion.direction)
                assert separation(descent(pushed), glass) < 0.02 * well.place
                assert np.isnan(well.barrier) and well.saddle is None
                return
        seed += 1


def test_a_mirrored_glass_has_the_mirrored_wells(real: list[tuple]):
    glass, expansion, well = real[0]
    mirrored = ag.Configuration(glass.positions * [-1, 1], glass.diameters, glass.box)
    again = find_second_well(mirrored, POTENTIAL, ag.expand(mirrored, POTENTIAL, expansion.direction * [-1, 1]))
    assert again.barrier == pytest.approx(well.barrier, rel=1e-6)
    assert again.energy_difference == pytest.approx(well.energy_difference, rel=1e-6)
    assert again.moved_particles == pytest.approx(well.moved_particles, rel=1e-6)


def test_the_saddle_does_not_depend_on_where_the_search_begins(real: list[tuple]):
    glass, expansion, well = real[0]
    there = find_saddle(highest_point_between(glass, _new(glass, expansion, well), POTENTIAL), POTENTIAL)
    assert there.is_first_order
    assert separation(there.configuration, well.saddle.configuration) < 1e-6


def _new(glass: ag.Configuration, expansion, well) -> ag.Configuration:
    pushed = glass.replace(positions=glass.positions + well.push * well.place * expansion.direction)
    return ag.quench(pushed, POTENTIAL, longest_step=0.01, newton=False).configuration


def test_energy_difference_is_that_of_two_sums():
    glass = inherent_state(3)
    difference = np.random.default_rng(1).normal(size=glass.positions.shape) * 0.02
    moved = glass.replace(positions=glass.positions + difference)
    expected = ag.energy(moved, POTENTIAL) - ag.energy(glass, POTENTIAL)
    assert energy_difference(glass, difference, POTENTIAL) == pytest.approx(expected, rel=1e-10)


def test_place_of_a_quartic_without_second_minimum_is_where_its_force_is_least():
    glass = inherent_state(5)
    expansion = next(
        e
        for e in (ag.expand(glass, POTENTIAL, v) for v in ag.lowest_modes(glass, POTENTIAL, 6).eigenvectors)
        if e.group == "A" and not e.second_minimum
    )
    s = np.linspace(1e-6, 10, 2_000_001)
    slope = expansion.b2 + expansion.b3 * s / 2 + expansion.b4 * s**2 / 6
    assert expected_second_minimum(expansion) == pytest.approx(s[np.argmin(slope)], abs=1e-5)


def test_a_descent_that_does_not_converge_is_no_minimum(real: list[tuple], monkeypatch: pytest.MonkeyPatch):
    glass, _, well = real[0]
    assert minimum_beyond(well.saddle, glass, POTENTIAL) is not None
    monkeypatch.setattr(double_wells, "quench", partial(ag.quench, max_iterations=1))
    assert minimum_beyond(well.saddle, glass, POTENTIAL) is None


def test_a_quench_that_did_not_converge_is_refused_where_a_minimum_is_needed(real: list[tuple]):
    moved = real[0][0].positions + 0.05 * np.random.default_rng(1).normal(size=(400, 2))
    done = ag.quench(real[0][0].replace(positions=moved), POTENTIAL, max_iterations=2)
    with pytest.raises(ag.InputError, match="'iterations_exhausted'; allowed: converged; raise max_iterations"):
        require_converged(done)


def test_without_b3_there_is_no_place_to_look(real: list[tuple]):
    glass, expansion, _ = real[0]
    symmetric = replace(expansion, b3=0.0, second_minimum=False)
    assert symmetric.b4 > 0 and find_second_well(glass, POTENTIAL, symmetric).outcome is WellOutcome.SYMMETRIC
    boundless = replace(symmetric, b4=-1.0)
    assert find_second_well(glass, POTENTIAL, boundless).outcome is WellOutcome.BOUNDLESS
