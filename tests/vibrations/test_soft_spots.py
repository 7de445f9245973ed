"""Soft spots: starts, hidden modes, early stopping, and the estimate of what is missing."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import pytest
from nonlinear_twin import Twin
from samples import glass, loose

import atomglass as ag
from atomglass.errors import InputError
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.nonlinear_modes import nonlinear_modes_of_hessian
from atomglass.vibrations.soft_spots import SoftSpots, missed, soft_spots_of_hessian
from atomglass.vibrations.starting_fields import responses_at_soft_pairs, start_count, starting_fields

LARGE = [("kumar2021", 400, 2, 31, False), ("kumar2021_3d", 400, 3, 31, False)]
SMALL = [("kumar2021", 100, 2, 31, False), ("kumar2021_smooth", 100, 2, 6, True), ("kumar2021_smooth", 100, 3, 5, True)]


def prepared(sample: tuple) -> tuple[InteractingPairs, ReducedHessian]:
    pairs = InteractingPairs.of(glass(*sample), ag.load_potential(sample[0]))
    return pairs, ReducedHessian(pairs)


@cache
def spots_of(sample: tuple, below: float) -> SoftSpots:
    return ag.soft_spots(glass(*sample), ag.load_potential(sample[0]), below)


@pytest.mark.parametrize("sample", SMALL, ids=str)
def test_dipoles_are_those_of_loops_over_pairs(sample: tuple) -> None:
    """The pairs of smallest phi'' r / |phi'|, in r; no particle twice; the response is that of the dense inverse."""
    pairs, reduced = prepared(sample)
    twin = Twin(glass(*sample), ag.load_potential(sample[0]))
    order = sorted(
        range(len(twin.pairs)), key=lambda p: twin.f[2][p] * twin.r[p] / max(abs(twin.f[1][p]), 1e-300)
    )  # fmt: skip
    used: set[int] = set()
    expected = []
    for p in order:
        if len(expected) < 7 and not used & {twin.pairs[p].i, twin.pairs[p].j}:
            used |= {twin.pairs[p].i, twin.pairs[p].j}
            force = np.zeros((twin.n, twin.d))
            force[twin.pairs[p].j], force[twin.pairs[p].i] = twin.unit[p], -twin.unit[p]
            expected.append((twin.inverse @ force.ravel()).reshape(force.shape))
    found = reduced.expand(responses_at_soft_pairs(pairs, reduced, 7).T)
    assert found.shape == (7, twin.n, twin.d)
    for response, field in zip(found, expected, strict=True):
        assert response == pytest.approx(field, abs=1e-4 * np.abs(field).max())  # the factor's shift is not removed


def test_no_more_dipoles_than_disjoint_pairs() -> None:
    pairs, reduced = prepared(SMALL[0])
    responses = responses_at_soft_pairs(pairs, reduced, 10_000)
    assert 20 < len(responses) <= pairs.number // 2
    assert np.isfinite(responses).all()


@pytest.mark.parametrize("sample", [*SMALL, *LARGE], ids=str)
def test_default_starts_depend_on_the_number_of_particles_alone(sample: tuple) -> None:
    pairs, reduced = prepared(sample)
    starts = starting_fields(pairs, reduced)
    assert (starts.harmonic, len(starts.fields)) == (8, 8 + 8 * {2: 2, 3: 5}[pairs.dimension])
    modes = ag.lowest_modes(glass(*sample), ag.load_potential(sample[0]), 12)
    assert starts.highest_frequency == pytest.approx(modes.frequencies[7])
    for known in (modes, ag.lowest_modes(glass(*sample), ag.load_potential(sample[0]), 3)):  # too many, too few
        again = starting_fields(pairs, reduced, known)
        assert again.harmonic == 8
        assert np.abs(np.einsum("kn,kn->k", again.fields[:8], starts.fields[:8])) == pytest.approx(1, abs=1e-6)
        assert again.fields[8:] == pytest.approx(starts.fields[8:])


def test_larger_samples_have_more_starts() -> None:
    assert start_count(400, 798) == 8
    assert start_count(2250, 4498) == 9
    assert start_count(4000, 7998) == 16
    assert start_count(400, 798, 3) == 3
    assert start_count(15, 28, 100) == 28


@pytest.mark.parametrize("sample", [*SMALL, LARGE[0]], ids=str)
@pytest.mark.parametrize("factor", [1.0001, 1.5])
def test_stopping_early_finds_the_same_modes(sample: tuple, factor: float) -> None:
    pairs, reduced = prepared(sample)
    starts = starting_fields(pairs, reduced, harmonic=20)
    everything = nonlinear_modes_of_hessian(pairs, reduced, starts.fields)
    bound = factor * float(everything.frequencies[0])
    expected = everything.below(bound)
    found = soft_spots_of_hessian(pairs, reduced, starts, bound)
    assert len(found) == len(expected) >= 1
    assert found.modes.converged.all()
    assert found.modes.stiffnesses == pytest.approx(expected.stiffnesses, rel=1e-8)
    # Starts that would have come down late are given up: they are missing among the hits, not moved elsewhere. How many
    # depends on the glass, and so on the processor: none to a quarter were seen.
    assert np.all((found.modes.origins == expected.origins) | (found.modes.origins == -1))
    assert found.modes.hits.sum() >= 0.6 * expected.hits.sum()
    assert np.array_equal(found.harmonic_hits + found.dipole_hits, found.modes.hits)
    reached = found.modes.origins[:20]
    assert np.array_equal(found.harmonic_hits, np.bincount(reached[reached >= 0], minlength=len(expected)))
    assert found.not_converged == 0
    assert (found.start_count, found.below) == (len(starts.fields), bound)
    assert found.start_frequency == starts.highest_frequency


def test_the_public_function_is_the_sum_of_its_parts() -> None:
    sample = LARGE[0]
    pairs, reduced = prepared(sample)
    expected = soft_spots_of_hessian(pairs, reduced, starting_fields(pairs, reduced), 1.0)
    found = spots_of(sample, 1.0)
    assert len(found) >= 2
    assert found.modes.stiffnesses == pytest.approx(expected.modes.stiffnesses, rel=1e-9)
    assert found.start_count == 24
    more = ag.soft_spots(glass(*sample), ag.load_potential(sample[0]), 1.0, starts=3)
    assert more.start_count == 9


def test_dipoles_find_modes_that_harmonic_starts_miss() -> None:
    """Modes known from many harmonic starts that the eight lowest hide."""
    sample = LARGE[0]
    pairs, reduced = prepared(sample)
    many = starting_fields(pairs, reduced, harmonic=60)
    library = nonlinear_modes_of_hessian(pairs, reduced, many.fields).below(1.3)
    few = nonlinear_modes_of_hessian(pairs, reduced, many.fields[:8]).below(1.3)
    both = soft_spots_of_hessian(pairs, reduced, starting_fields(pairs, reduced), 1.3)

    def known(modes: ag.NonlinearModes) -> np.ndarray:
        overlaps = np.abs(np.einsum("kia,lia->kl", library.eigenvectors, modes.eigenvectors))
        return overlaps.max(axis=1, initial=0) > 0.99

    assert known(library).all()
    assert known(few).sum() < known(both.modes).sum()
    assert known(both.modes)[library.frequencies < 1.0].all()
    found_by_dipoles = both.modes.eigenvectors[both.harmonic_hits == 0]
    assert len(found_by_dipoles)


def test_an_empty_result() -> None:
    found = spots_of(SMALL[0], 1e-3)
    assert len(found) == len(found.modes) == 0
    assert found.modes.eigenvectors.shape == (0, 100, 2)
    assert np.all(found.modes.origins == -1)
    assert found.harmonic_hits.shape == found.dipole_hits.shape == found.modes.hits.shape == (0,)
    assert np.isnan(found.missed)
    assert found.not_converged == 0
    assert len(found.modes.below(1.0)) == 0


def test_below_keeps_everything_together() -> None:
    pairs, reduced = prepared(LARGE[0])
    found = nonlinear_modes_of_hessian(pairs, reduced, starting_fields(pairs, reduced).fields)
    assert len(found) > 2
    part = found.below(float(found.frequencies[1]) + 1e-9)
    assert len(part) == 2
    for name in ("eigenvectors", "costs", "hits", "overlaps", "converged", "starts", "iterations", "residuals"):
        assert np.array_equal(getattr(part, name), getattr(found, name)[:2])
    assert np.array_equal(part.origins, np.where(found.origins < 2, found.origins, -1))
    assert np.array_equal(part.rattlers, found.rattlers)
    assert len(found.below(np.inf)) == len(found)


def test_missed_is_the_lincoln_petersen_estimate() -> None:
    harmonic = np.array([1, 1, 1, 1, 0, 0], dtype=bool)
    dipole = np.array([1, 1, 0, 0, 1, 0], dtype=bool)
    assert missed(harmonic, dipole) == pytest.approx(2 * 1 / 2)
    assert missed(harmonic, harmonic) == 0
    assert np.isnan(missed(harmonic, ~harmonic))
    assert np.isnan(missed(harmonic[:0], dipole[:0]))
    # Two independent kinds of start: the estimate is right on average.
    rng, estimates, truth = np.random.default_rng(0), [], []
    for _ in range(400):
        by, other = rng.random(200) < 0.8, rng.random(200) < 0.7
        estimates.append(missed(by, other))
        truth.append((~by & ~other).sum())
    error = np.std(np.array(estimates) - truth) / 20
    assert np.mean(estimates) == pytest.approx(np.mean(truth), abs=4 * error)


def test_invalid_input_is_refused() -> None:
    configuration, potential = glass(*SMALL[0]), ag.load_potential("kumar2021")
    for below in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(InputError, match="frequency bound"):
            ag.soft_spots(configuration, potential, below)
    with pytest.raises(InputError, match="number of harmonic modes"):
        ag.soft_spots(configuration, potential, 1.0, starts=0)
    with pytest.raises(InputError, match="rattlers"):
        ag.soft_spots(loose(64, 2, 1).replace(diameters=np.full(64, 0.05)), potential, 1.0)


def test_more_starts_than_modes() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sample = ("kumar2021", 30, 2, 31, True)
        found = ag.soft_spots(glass(*sample), ag.load_potential("kumar2021"), 100.0, starts=10_000)
    held = int((~found.modes.rattlers).sum())
    assert 2 * held - 2 < found.start_count <= 2 * held - 2 + held // 2
    assert found.not_converged == 0
