"""Paths between inherent states: their saddles, their ends, their levels, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

import atomglass as ag
from atomglass.landscape import minimum_energy_path, saddle_search
from atomglass.landscape.double_wells import expected_second_minimum
from atomglass.landscape.minimum_energy_path import PathStatus
from atomglass.landscape.path_profile import barrier_count, profile_table, smooth_curve
from atomglass.landscape.saddle_refinement import refine_saddle
from atomglass.landscape.saddle_search import find_saddle, highest_point_between
from atomglass.landscape.tunnel_levels import double_well_levels
from atomglass.landscape.tunnel_splitting import localized_pair, splitting_along
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations.hessian import ReducedHessian

POTENTIAL = ag.load_potential("kumar2021")
DATA = Path(__file__).parent.parent / "data" / "double_wells_n400.npz"


@pytest.fixture(scope="module")
def pairs() -> list[tuple[ag.Configuration, ag.Configuration]]:
    """Inherent states of 400 particles on the two sides of a mode of group B."""
    found = []
    with np.load(DATA) as data:
        for x, sigma, k in zip(data["positions"], data["diameters"], data["modes"], strict=True):
            glass = ag.Configuration(x, sigma, data["box"])
            expansion = ag.expand(glass, POTENTIAL, ag.lowest_modes(glass, POTENTIAL, int(k) + 2).eigenvectors[k])
            start = glass.positions + expected_second_minimum(expansion) * expansion.direction
            done = ag.quench(glass.replace(positions=start), POTENTIAL, longest_step=0.01, newton=False)
            found.append((glass, done.configuration))
    return found


@pytest.fixture(scope="module")
def paths(pairs: list) -> list[ag.MinimumEnergyPath]:
    return [ag.minimum_energy_path(one, other, POTENTIAL) for one, other in pairs]


def test_the_barrier_is_the_energy_of_a_saddle_that_another_search_finds(pairs: list, paths: list):
    for (one, other), path in zip(pairs, paths, strict=True):
        assert path.status is PathStatus.ONE_BARRIER and path.barrier_count == 1
        saddle = find_saddle(highest_point_between(one, other, POTENTIAL), POTENTIAL)
        assert saddle.is_first_order
        assert saddle.eigenvalue == pytest.approx(path.saddle.eigenvalue, rel=1e-4)
        overlap = (saddle.direction * path.saddle.direction).sum()
        assert abs(overlap) == pytest.approx(1.0, abs=1e-4)
        rough = ag.energy(path.saddle.configuration, POTENTIAL) - ag.energy(one, POTENTIAL)
        assert path.barrier == pytest.approx(rough, abs=1e-10)
        assert path.energies.max() == pytest.approx(path.barrier, rel=1e-6)


def test_the_ends_are_the_two_minima_and_the_energies_those_of_the_images(pairs: list, paths: list):
    for (one, other), path in zip(pairs, paths, strict=True):
        last = other.positions - one.positions
        assert path.displacements[0] == pytest.approx(0.0) and len(path.lengths) == 17
        assert path.displacements[-1] == pytest.approx(last - last.mean(axis=0), abs=1e-12)
        assert path.length >= path.distance and (np.diff(path.lengths) > 0).all()
        for k in (4, 10):
            image = one.replace(positions=one.positions + path.displacements[k])
            change = ag.energy(image, POTENTIAL) - ag.energy(one, POTENTIAL)
            assert path.energies[k] == pytest.approx(change, abs=1e-10)
            # Where the path is relaxed, the force points along it.
            force = ag.forces(image, POTENTIAL)
            steepness = np.linalg.norm(force)
            assert abs(path.slopes[k]) == pytest.approx(steepness, rel=0.02, abs=1e-4)


def test_the_slopes_are_the_derivatives_of_the_energy_along_the_path(paths: list):
    for path in paths:
        fine, table = path.table()
        slopes = CubicSpline(fine, table)(path.lengths, 1)
        assert slopes == pytest.approx(path.slopes, abs=0.02 * np.abs(path.slopes).max())


def test_the_way_back_has_the_same_saddle(pairs: list, paths: list):
    (one, other), path = pairs[2], paths[2]
    back = ag.minimum_energy_path(other, one, POTENTIAL)
    assert back.barrier + path.asymmetry == pytest.approx(path.barrier, abs=1e-12)
    assert back.length == pytest.approx(path.length, rel=0.01)
    there, again = splitting_along(path, 0.0132), splitting_along(back, 0.0132)
    assert again.splitting == pytest.approx(there.splitting, rel=0.02)
    assert again.asymmetry == pytest.approx(-there.asymmetry, rel=0.05)


def test_refined_saddles_are_those_of_eigenvector_following(pairs: list):
    one, other = pairs[1]
    guess = highest_point_between(one, other, POTENTIAL)
    refined = refine_saddle(guess, other.positions - one.positions, POTENTIAL)
    followed = find_saddle(guess, POTENTIAL)
    assert refined.is_first_order and refined.max_force <= 1e-10
    assert refined.configuration.positions == pytest.approx(followed.configuration.positions, abs=1e-7)


def test_a_saddle_out_of_reach_of_newton_is_left_to_the_other_search(pairs: list):
    """From an inherent state Newton's method stays there, and the lowest mode leads to a saddle."""
    one, other = pairs[0]
    saddle = refine_saddle(one, other.positions - one.positions, POTENTIAL)
    assert saddle.order == 1 or not saddle.is_first_order


def test_periodic_images_do_not_matter(pairs: list, paths: list):
    one, other = pairs[3]
    shifted = other.positions + np.array([0.3, -0.2])
    shifted[7] += other.box * [1, -2]
    path = ag.minimum_energy_path(one, other.replace(positions=shifted), POTENTIAL)
    assert path.barrier == pytest.approx(paths[3].barrier, rel=1e-6)
    assert path.distance == pytest.approx(paths[3].distance, rel=1e-9)


def test_tunnel_splitting_end_to_end(pairs: list):
    one, other = pairs[3]
    found = ag.tunnel_splitting(one, other, POTENTIAL, hbar=0.0132)
    assert found.levels.energies[0] > min(0, found.path.asymmetry) and found.error < 0.05 * found.splitting
    assert np.hypot(found.asymmetry, found.tunneling) == pytest.approx(found.splitting)
    assert not found.below_barrier  # a barrier of 3e-5 holds no level
    classical = ag.tunnel_splitting(one, other, POTENTIAL, hbar=1e-4)
    assert classical.below_barrier or classical.splitting < found.splitting


def test_localized_states_of_a_nearly_symmetric_well():
    """A small tilt of a symmetric double well adds to the tunneling element as E^2 = Delta^2 + Delta_0^2."""
    x = np.linspace(-1.8, 1.8, 361)
    symmetric = double_well_levels(x, (x**2 - 1) ** 2, 0.2)
    asymmetry, tunneling, localization = localized_pair(symmetric, 0.0)
    assert localization > 0.95
    assert tunneling == pytest.approx(symmetric.splitting) and asymmetry == pytest.approx(0.0, abs=1e-9)
    for tilt in (0.001, -0.002):
        tilted = double_well_levels(x, (x**2 - 1) ** 2 + tilt * x, 0.2)
        asymmetry, tunneling, localization = localized_pair(tilted, 0.0)
        assert localization > 0.9
        assert tunneling == pytest.approx(symmetric.splitting, rel=2e-2)
        assert asymmetry == pytest.approx(2 * tilt, rel=0.1)


def test_two_levels_of_one_well_are_not_localized_on_two_sides():
    """A second well above the first quantum of vibration of the lower one: both levels lie in the lower one."""
    x = np.linspace(-1.8, 1.8, 721)
    tilted = double_well_levels(x, (x**2 - 1) ** 2 + 0.35 * x, 0.1)
    quantum = tilted.splitting
    assert 0.2 < quantum < 0.35  # hbar omega of the lower well, not the difference of 0.7 of the two wells
    assert localized_pair(tilted, 0.09)[2] < 0.05


def test_profiles_with_one_and_two_barriers():
    x = np.linspace(0, 1, 13)
    one, two = np.sin(np.pi * x) ** 2, np.sin(2 * np.pi * x) ** 2
    assert barrier_count(x, one, np.pi * np.sin(2 * np.pi * x)) == 1
    assert barrier_count(x, two, 2 * np.pi * np.sin(4 * np.pi * x)) == 2
    assert barrier_count(x, x * (3 - 2 * x) * x, 6 * x * (1 - x)) == 0
    fine, table = profile_table(x, one, np.pi * np.sin(2 * np.pi * x))
    assert table == pytest.approx(np.sin(np.pi * fine) ** 2, abs=2e-6)


def test_length_of_a_curve():
    angle = np.linspace(0, 2, 9)
    lengths, tangents = smooth_curve(np.stack([np.cos(angle), np.sin(angle)], axis=1))
    assert lengths == pytest.approx(angle, rel=1e-3)
    assert tangents[4] == pytest.approx([-np.sin(1), np.cos(1)], abs=1e-3)


def test_what_is_refused(pairs: list):
    one, other = pairs[0]
    liquid = one.replace(positions=one.positions + 0.01 * np.random.default_rng(1).standard_normal((400, 2)))
    sheared = other.replace(box=other.box * 1.001, positions=other.positions * 1.001)
    for wrong, message in (
        (one, "same minimum"),
        (one.replace(positions=one.positions + 0.1), "same minimum"),
        (liquid, "quench it first"),
        (sheared, "particles or in their box"),
        (other.replace(diameters=other.diameters[::-1]), "particles or in their box"),
        (ag.Configuration(other.positions[:300], other.diameters[:300], other.box), "shape"),
    ):
        with pytest.raises(ag.InputError, match=message) as error:
            ag.minimum_energy_path(one, wrong, POTENTIAL)
        assert "\n" not in str(error.value)
    with pytest.raises(ag.InputError, match="hbar"):
        ag.tunnel_splitting(one, other, POTENTIAL, hbar=0)
    with pytest.raises(ag.InputError, match="number of levels"):
        ag.tunnel_splitting(one, other, POTENTIAL, count=1)
    with pytest.raises(ag.InputError, match="images"):
        ag.minimum_energy_path(one, other, POTENTIAL, images=5)


def test_a_search_that_starts_with_more_unstable_directions_than_it_has_steps_ends_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Hundreds of modes are unstable where particles collide; computing all of them in each step took minutes."""
    rng = np.random.default_rng(1)
    start = ag.Configuration(rng.random((200, 2)) * 14, np.full(200, 1.0), [14.0, 14.0])
    reduced = ReducedHessian(InteractingPairs.of(start, POTENTIAL))
    counts: list[int] = []
    honest = saddle_search.lowest_modes_of_hessian

    def counted(hessian: ReducedHessian, count: int) -> object:
        counts.append(count)
        return honest(hessian, count)

    monkeypatch.setattr(saddle_search, "lowest_modes_of_hessian", counted)
    ended = find_saddle(start, POTENTIAL, max_iterations=3)
    assert ended.order == reduced.negative_count > 7
    assert not ended.is_first_order and ended.iterations == 0 and counts == [1]
    assert ended.eigenvalue == pytest.approx(np.linalg.eigvalsh(reduced.matrix.toarray())[0], rel=1e-8)
    assert find_saddle(start, POTENTIAL, max_iterations=ended.order // 2 + 2).iterations > 0


def test_the_barrier_of_a_path_with_several_is_the_highest(monkeypatch: pytest.MonkeyPatch, pairs: list) -> None:
    """Newton's method may find the lower of two saddles, even one below the higher of the two minima."""
    x = np.linspace(0, 1, 17)
    energies, slopes = x + 0.5 * np.sin(4 * np.pi * x) ** 2, 1 + 2 * np.pi * np.sin(8 * np.pi * x)
    assert barrier_count(x, energies, slopes) > 1
    fine = np.linspace(0, 1, 100_001)
    exact = (fine + 0.5 * np.sin(4 * np.pi * fine) ** 2).max()
    assert minimum_energy_path._highest(0.6, x, energies, slopes) == pytest.approx(exact, rel=1e-3)
    assert minimum_energy_path._highest(2.0, x, energies, slopes) == 2.0
    one, other = pairs[1]
    monkeypatch.setattr(minimum_energy_path, "barrier_count", lambda *_: 2)
    path = ag.minimum_energy_path(one, other, POTENTIAL)
    assert path.status is PathStatus.SEVERAL_BARRIERS and path.barrier >= path.energies.max()
