"""The preconditioned quench of large samples, at sizes where the slow twin and the plain quench can be asked."""

from __future__ import annotations

import sys
from dataclasses import replace

import naive
import numpy as np
import pytest
from samples import glass, liquid

import atomglass as ag
from atomglass.minimization import local_relaxation as rearrangements
from atomglass.minimization.elastic_preconditioner import DAMPING, SHIFT, ElasticPreconditioner, grid
from atomglass.minimization.preconditioned_cg import Settling
from atomglass.system.interactions import InteractingPairs
from atomglass.system.neighbors import WrappedPositions, half_neighbor_list
from atomglass.vibrations.hessian import pair_hessian

CASES = [("kumar2021", 144, 2, False), ("kumar2021", 144, 2, True), ("kumar2021_3d", 1300, 3, False)]


@pytest.fixture
def forced(monkeypatch) -> list:
    """Every sample counts as large; the calls of the preconditioned descent."""
    calls: list = []
    minimize = Settling.minimize

    def told(self, *arguments):
        calls.append(self)
        return minimize(self, *arguments)

    monkeypatch.setattr(sys.modules["atomglass.minimization.quench"], "LARGE", 0)
    monkeypatch.setattr(Settling, "minimize", told)
    return calls


def without_tension(sample: ag.Configuration, potential: ag.PairPotential) -> np.ndarray:
    """The Hessian with every pair's first derivative put to zero, dense."""
    pairs = InteractingPairs.of(sample, potential)
    second = np.zeros_like(pairs.derivatives)
    second[:, 2] = pairs.derivatives[:, 2]
    return pair_hessian(replace(pairs, derivatives=second)).toarray()


@pytest.mark.parametrize("name, n, d, sheared", CASES)
@pytest.mark.parametrize("maker", [glass, liquid])
def test_preconditioner_is_the_dense_one(maker, name: str, n: int, d: int, sheared: bool) -> None:
    """D^-1 + P (P^T K P)^-1 P^T against the twin's matrices; in a liquid as well it is positive."""
    sample, potential = maker(name, n, d, 7, sheared), ag.load_potential(name)
    geometry = WrappedPositions.of(sample)
    counts = grid(geometry, potential.reach(sample.diameters))
    assert counts is not None
    lists = half_neighbor_list(geometry, sample.diameters, potential, 0.0)
    ours = ElasticPreconditioner(geometry, geometry.positions, lists, potential, counts)

    if d == 2:
        stiffness = naive.stiffness(naive.pairs_of(sample, naive.Model.of(potential)), naive.Model.of(potential), n, d)
    else:  # so many particles take the twin minutes
        stiffness = without_tension(sample, potential)
    weights = np.kron(naive.interpolation(sample.positions, sample.cell, counts), np.eye(d))
    coarse = weights.T @ stiffness @ weights
    coarse += SHIFT * coarse.diagonal().mean() * np.eye(len(coarse))
    damping = DAMPING * stiffness.diagonal().mean() * np.eye(d)
    field = np.random.default_rng(1).standard_normal(n * d)
    field -= np.tile(field.reshape(n, d).mean(axis=0), n)  # a uniform force on the grid is all rounding
    expected = weights @ np.linalg.solve(coarse, weights.T @ field)
    for i in range(0, n * d, d):
        expected[i : i + d] += np.linalg.solve(stiffness[i : i + d, i : i + d] + damping, field[i : i + d])
    result = np.full(n * d, np.nan)
    product = ours.apply(field, result)
    result -= np.tile((result - expected).reshape(n, d).mean(axis=0), n)
    assert result == pytest.approx(expected, abs=1e-5 * np.abs(expected).max())  # weights are in single precision
    assert product == pytest.approx(field @ expected, rel=1e-5)
    assert product > 0


def test_no_grid_in_a_small_box() -> None:
    """Five cells wider than a pair must fit along each axis; else the plain quench does it."""
    potential = ag.load_potential("kumar2021")
    sample = liquid("kumar2021", 64, 2, 9)
    assert grid(WrappedPositions.of(sample), potential.reach(sample.diameters)) is None
    thin = ag.Configuration(sample.positions, sample.diameters, [8.0, 800.0])
    assert grid(WrappedPositions.of(thin), potential.reach(sample.diameters)) is None


@pytest.mark.parametrize("name, n, d, sheared", CASES)
def test_the_same_minimum_from_within_the_basin(forced, name: str, n: int, d: int, sheared: bool) -> None:
    """As conjugate gradients without a preconditioner, and to the same tolerance; Newton's steps or none."""
    inherent, potential = glass(name, n, d, 7, sheared), ag.load_potential(name)
    noise = np.random.default_rng(4).standard_normal((n, d))
    start = inherent.replace(positions=inherent.positions + 0.01 * noise)
    for newton in (True, False):
        done = ag.quench(start, potential, newton=newton)
        assert done.converged
        assert (done.products > 0) == newton
        assert np.linalg.norm(ag.forces(done.configuration, potential), axis=1).max() <= 1e-10 + 2e-12
        assert done.energy == pytest.approx(ag.energy(inherent, potential), rel=1e-12)
        held = ~ag.rattlers(inherent, potential)
        away = (done.configuration.positions - inherent.positions)[held]
        assert away - away.mean(axis=0) == pytest.approx(0, abs=1e-7)
    assert len(forced) >= 2


@pytest.mark.parametrize("name, n, d, sheared", CASES[:2])
def test_the_same_minimum_with_regions_on_their_own(forced, monkeypatch, name: str, n: int, d: int, sheared) -> None:
    """From within the basin, where a few particles were pushed farther than all others."""
    monkeypatch.setattr(rearrangements, "UNEVEN", 4.0)
    monkeypatch.setattr(rearrangements, "HOT", 2.0)
    monkeypatch.setattr(rearrangements, "SIZE", 40)
    monkeypatch.setattr(rearrangements, "BEGIN_FORCE", 10.0)
    works: list[float] = []
    relax = rearrangements.Rearrangements.relax
    monkeypatch.setattr(rearrangements.Rearrangements, "relax", lambda *given: works.append(relax(*given)) or works[-1])
    inherent, potential = glass(name, n, d, 7, sheared), ag.load_potential(name)
    positions = inherent.positions + 1e-3 * np.random.default_rng(4).standard_normal((n, d))
    positions[[3, n // 2]] += 0.03
    done = ag.quench(inherent.replace(positions=positions), potential)
    assert done.converged
    assert works
    assert min(works) > 0
    assert done.evaluations >= int(sum(works)) + len(works)
    assert done.energy == pytest.approx(ag.energy(inherent, potential), rel=1e-12)
    held = ~ag.rattlers(inherent, potential)
    away = (done.configuration.positions - inherent.positions)[held]
    assert away - away.mean(axis=0) == pytest.approx(0, abs=1e-7)


def test_fewer_steps_and_no_longer_ones(forced, monkeypatch) -> None:
    """From a liquid: downhill all the way, no particle farther than allowed in a step, and fewer steps than plainly."""
    start, potential = liquid("kumar2021", 400, 2, 7), ag.load_potential("kumar2021")
    place, energy, before, longest = start.positions, ag.energy(start, potential), 0, 0.02
    for iterations in (1, 2, 3, 5, 8, 13, 21, 34, 55, 89):
        done = ag.quench(start, potential, max_iterations=iterations, longest_step=longest)
        assert done.iterations == iterations
        assert done.energy < energy
        moved = np.linalg.norm(done.configuration.positions - place, axis=1).max()
        assert 0 < moved <= longest * (iterations - before) * (1 + 1e-9)
        place, energy, before = done.configuration.positions, done.energy, iterations
    done = ag.quench(start, potential)
    assert done.converged
    assert forced
    monkeypatch.setattr(sys.modules["atomglass.minimization.quench"], "LARGE", 10_000)
    plain = ag.quench(start, potential)
    # 0.88 here; there are no long waves in so small a box (docs/performance_kernels.md tells of large ones).
    assert done.evaluations + done.products < 0.95 * (plain.evaluations + plain.products)


def test_an_overlap_is_reported(forced) -> None:
    """Forces that are no numbers end the quench with a verdict, not with an exception."""
    sample = glass("kumar2021", 144, 2, 7)
    positions = sample.positions.copy()
    positions[1] = positions[0] + 1e-6
    hard = ag.PairPotential(exponent=60, order=2, cutoff=1.25)
    done = ag.quench(sample.replace(positions=positions), hard)
    assert forced
    assert done.status == "stalled"
    assert not np.isfinite(done.energy)
