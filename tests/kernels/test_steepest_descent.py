"""Steepest descent and FIRE, step by step against slow references; and the bound that sets their steps."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from samples import glass, liquid, listed, loose

import atomglass as ag
from atomglass.kernels.minimization.steepest_descent import steepest_descent
from atomglass.kernels.minimization.stiffness_bound import stiffness_bound
from atomglass.kernels.records import EXHAUSTED, MinimizerArrays, MinimizerOptions, new_minimizer_state
from atomglass.minimization.quench import MAX_STEP, STEEPEST_DESCENT_STEP, Method

CASES = [("kumar2021", 36, 2, False), ("kumar2021", 36, 2, True), ("kumar2021_3d", 90, 3, True)]


@pytest.mark.parametrize("name, n, d, sheared", CASES)
def test_stiffness_bound(name: str, n: int, d: int, sheared: bool) -> None:
    """Equal to the slow reference; above the largest eigenvalue, but not so far that steps become needlessly short."""
    sample, potential = liquid(name, n, d, 7, sheared), ag.load_potential(name)
    bound = stiffness_bound(*listed(sample, potential))
    model = naive.Model.of(potential)
    found = naive.pairs_of(sample, model)
    assert bound == pytest.approx(naive.stiffness_bound(found, model, n), rel=1e-11)
    largest = np.linalg.eigvalsh(naive.hessian(found, model, n, d))[-1]
    assert largest < bound < 4 * largest


@pytest.mark.parametrize("name, n, d, sheared", CASES)
def test_steepest_descent_steps(name: str, n: int, d: int, sheared: bool) -> None:
    start, potential = liquid(name, n, d, 7, sheared), ag.load_potential(name)
    model = naive.Model.of(potential)
    expected, energies = naive.gradient_steps(start, model, 23, STEEPEST_DESCENT_STEP)
    ours = ag.quench(start, potential, method="steepest_descent", max_iterations=23)
    assert ours.iterations == 23
    assert ours.configuration.positions == pytest.approx(expected, abs=1e-12)
    assert ours.energy == pytest.approx(energies[-1], rel=1e-13)
    assert np.all(np.diff(energies) < 0)


@pytest.mark.parametrize("name, n, d, sheared", CASES)
def test_a_step_that_raises_the_energy_is_halved(name: str, n: int, d: int, sheared: bool) -> None:
    """With a bound a hundred times too low, halving finds a step that lowers the energy every time."""
    sample, potential = glass(name, n, d, 7, sheared), ag.load_potential(name)
    shaken = sample.positions + 1e-3 * np.random.default_rng(1).standard_normal((n, d))
    start = sample.replace(positions=shaken)
    positions, pairs, parameters = listed(start, potential)
    model = naive.Model.of(potential)
    low = 0.01 * naive.stiffness_bound(naive.pairs_of(start, model), model, n)
    expected, energies = naive.gradient_steps(start, model, 8, 0.05, stale=low)
    before, state = positions.copy(), new_minimizer_state()
    state.iterations, state.stiffness_bound = 1, low
    arrays = MinimizerArrays(positions, before.copy(), np.zeros((n, 3)), np.zeros((n, 3)))
    code = steepest_descent(arrays, pairs, parameters, MinimizerOptions(1e-10, 0.05, 1e-9, 0.3), 8, state)
    assert code == EXHAUSTED
    assert state.evaluations > 12, "no step was halved"
    assert (positions - before)[:, :d] == pytest.approx(expected - start.positions, abs=1e-12)
    assert state.energy == pytest.approx(energies[-1], rel=1e-13)
    assert np.all(np.diff(energies) < 0)


@pytest.mark.parametrize("name, n, d, sheared", CASES)
def test_fire_steps(name: str, n: int, d: int, sheared: bool) -> None:
    """Over enough steps for the time step to grow and the velocity to be reset."""
    start, potential = liquid(name, n, d, 7, sheared), ag.load_potential(name)
    steps = 150 if d == 2 else 30
    expected, turns = naive.fire(start, naive.Model.of(potential), steps, MAX_STEP)
    ours = ag.quench(start, potential, method="fire", max_iterations=steps)
    assert ours.iterations == steps and not ours.converged
    assert ours.configuration.positions == pytest.approx(expected, abs=1e-12)
    assert turns >= (2 if d == 2 else 1)


@pytest.mark.parametrize("method", [Method.STEEPEST_DESCENT, Method.FIRE])
def test_largest_displacement(method: Method) -> None:
    """From overlaps, where forces are very large; in steepest descent the energy falls in every step."""
    start, potential = loose(100, 2, 5), ag.load_potential("kumar2021")
    limit = {Method.STEEPEST_DESCENT: STEEPEST_DESCENT_STEP, Method.FIRE: 1.5 * MAX_STEP}[method]
    before, energies = start.positions, [ag.energy(start, potential)]
    for k in range(1, 40):
        done = ag.quench(start, potential, method=method, max_iterations=k)
        moved = np.linalg.norm(done.configuration.positions - before, axis=1).max()
        assert 0 < moved < limit * (1 + 1e-9)
        before = done.configuration.positions
        energies.append(done.energy)
    if method is Method.STEEPEST_DESCENT:
        assert np.all(np.diff(energies) < 0)
    assert energies[-1] < energies[0]


@pytest.mark.parametrize("method", ["steepest_descent", "fire"])
def test_particles_between_which_the_energy_is_concave_are_pushed_apart(method: str) -> None:
    """Soft particles that overlap: phi'' and phi'/r are negative, so that the bound on the stiffness would be 0."""
    potential = ag.PairPotential(form="formula", formula="exp(-x^2)", order=3, cutoff=3.0)
    close = ag.Configuration(np.array([[5.0, 5.0], [5.3, 5.2]]), np.ones(2), np.full(2, 10.0))
    done = ag.quench(close, potential, method=method)
    assert done.converged
    distance = np.linalg.norm(np.diff(done.configuration.positions, axis=0))
    assert 2.9 < distance < 3.1
    assert done.energy == pytest.approx(0.0, abs=1e-9)
