"""The preconditioned quench of large samples, at sizes where a slow reference and the plain quench are affordable."""

from __future__ import annotations

import sys
from dataclasses import replace

import naive
import numpy as np
import pytest
from samples import glass, liquid

import atomglass as ag
from atomglass.minimization import local_relaxation
from atomglass.minimization.elastic_preconditioner import DAMPING, SHIFT, ElasticPreconditioner, grid_counts
from atomglass.minimization.preconditioned_cg import PreconditionedCG
from atomglass.system.interactions import InteractingPairs
from atomglass.system.neighbors import WrappedPositions, half_neighbor_list
from atomglass.vibrations.hessian import pair_hessian

CASES = [("kumar2021", 144, 2, False), ("kumar2021", 144, 2, True), ("kumar2021_3d", 1300, 3, False)]


@pytest.fixture
def forced(monkeypatch) -> list:
    """Treat every sample as large; return the calls of the preconditioned minimizer."""
    calls: list = []
    minimize = PreconditionedCG.minimize

    def recorded(self, *arguments):
        calls.append(self)
        return minimize(self, *arguments)

    monkeypatch.setattr(sys.modules["atomglass.minimization.quench"], "PRECONDITION_ABOVE", 0)
    monkeypatch.setattr(PreconditionedCG, "minimize", recorded)
    return calls


def without_tension(sample: ag.Configuration, potential: ag.PairPotential) -> np.ndarray:
    """The Hessian with every pair's first derivative set to zero, dense."""
    pairs = InteractingPairs.of(sample, potential)
    second = np.zeros_like(pairs.derivatives)
    second[:, 2] = pairs.derivatives[:, 2]
    return pair_hessian(replace(pairs, derivatives=second)).toarray()


@pytest.mark.parametrize("name, n, d, sheared", CASES)
@pytest.mark.parametrize("maker", [glass, liquid])
def test_elastic_preconditioner(maker, name: str, n: int, d: int, sheared: bool) -> None:
    """D^-1 + P (P^T K P)^-1 P^T against dense matrices; it is positive definite in a liquid too."""
    sample, potential = maker(name, n, d, 7, sheared), ag.load_potential(name)
    geometry = WrappedPositions.of(sample)
    counts = grid_counts(geometry, potential.max_cutoff(sample.diameters))
    assert counts is not None
    lists = half_neighbor_list(geometry, sample.diameters, potential, 0.0)
    ours = ElasticPreconditioner(geometry, geometry.positions, lists, potential, counts)

    if d == 2:
        stiffness = naive.stiffness(naive.pairs_of(sample, naive.Model.of(potential)), naive.Model.of(potential), n, d)
    else:  # the slow reference would take minutes
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
    product, squared = ours.apply(field, result)
    result -= np.tile((result - expected).reshape(n, d).mean(axis=0), n)
    assert result == pytest.approx(expected, abs=1e-5 * np.abs(expected).max())  # weights are in single precision
    assert product == pytest.approx(field @ expected, rel=1e-5)
    assert squared == pytest.approx(field @ field, rel=1e-12)
    assert product > 0


def test_no_grid_in_a_small_box() -> None:
    """Five cells wider than a pair must fit along each axis, or else the sample is not preconditioned."""
    potential = ag.load_potential("kumar2021")
    sample = liquid("kumar2021", 64, 2, 9)
    assert grid_counts(WrappedPositions.of(sample), potential.max_cutoff(sample.diameters)) is None
    thin = ag.Configuration(sample.positions, sample.diameters, [8.0, 800.0])
    assert grid_counts(WrappedPositions.of(thin), potential.max_cutoff(sample.diameters)) is None


@pytest.mark.parametrize("name, n, d, sheared", CASES)
def test_the_same_minimum_from_within_the_basin(forced, name: str, n: int, d: int, sheared: bool) -> None:
    """Where plain conjugate gradients end, to the same tolerance; with and without Newton steps."""
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
def test_the_same_minimum_with_local_relaxation(forced, monkeypatch, name: str, n: int, d: int, sheared) -> None:
    """From within the basin, where a few particles were displaced more than all others."""
    monkeypatch.setattr(local_relaxation, "UNEVENNESS", 4.0)
    monkeypatch.setattr(local_relaxation, "TRIGGER_FACTOR", 2.0)
    monkeypatch.setattr(local_relaxation, "REGION_SIZE", 40)
    monkeypatch.setattr(local_relaxation, "START_FORCE", 10.0)
    works: list[float] = []
    local = local_relaxation.LocalRelaxation
    relax = local.relax
    monkeypatch.setattr(local, "relax", lambda *given: works.append(relax(*given)) or works[-1])
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


def test_fewer_and_no_longer_steps(forced, monkeypatch) -> None:
    """From a liquid: the energy always falls, no step exceeds the limit, and there are fewer than without."""
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
    monkeypatch.setattr(sys.modules["atomglass.minimization.quench"], "PRECONDITION_ABOVE", 10_000)
    plain = ag.quench(start, potential)
    # 0.88 here: so small a box has no long waves (for large ones see docs/performance_kernels.md).
    assert done.evaluations + done.products < 0.95 * (plain.evaluations + plain.products)


def test_an_overlap_is_reported(forced) -> None:
    """Forces that are not finite end the quench with a status, not with an exception."""
    sample = glass("kumar2021", 144, 2, 7)
    positions = sample.positions.copy()
    positions[1] = positions[0] + 1e-6
    hard = ag.PairPotential(exponent=60, order=2, cutoff=1.25)
    done = ag.quench(sample.replace(positions=positions), hard)
    assert forced
    assert done.status == "stalled"
    assert not np.isfinite(done.energy)
