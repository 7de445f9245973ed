"""Each method ends in a minimum; steepest descent ends in the one to which the gradient flow leads."""

from __future__ import annotations

import numpy as np
import pytest
from samples import liquid
from scipy.integrate import solve_ivp

import atomglass as ag
from atomglass.minimization.quench import NEWTON_FORCE, Method

pytestmark = pytest.mark.extended


def flow(start: ag.Configuration, potential: ag.PairPotential) -> ag.Configuration:
    """Follow dr/dt = F by scipy's implicit solver until the root-mean-square force is small."""
    n, d = start.positions.shape

    def at(flat):
        return start.replace(positions=flat.reshape(n, d))

    def arrived(_, flat):
        return np.sqrt((ag.forces(at(flat), potential) ** 2).sum() / n) - NEWTON_FORCE

    arrived.terminal = True
    found = solve_ivp(
        lambda _, flat: ag.forces(at(flat), potential).ravel(),
        (0.0, 1e5),
        start.positions.ravel(),
        "BDF",
        events=arrived,
        rtol=1e-6,
        atol=1e-8,
        jac=lambda _, flat: -ag.hessian(at(flat), potential).toarray(),
    )
    assert found.status == 1
    return at(found.y[:, -1])


def test_steepest_descent_follows_the_gradient_flow() -> None:
    """Of 20 liquids at most 2 may be so close to a basin boundary that finite steps cross it."""
    potential, energies = ag.load_potential("kumar2021"), []
    for seed in range(20):
        start = liquid("kumar2021", 64, 2, 100 + seed)
        down = ag.quench(flow(start, potential), potential)
        quenches = {method: ag.quench(start, potential, method=method, max_iterations=1_000_000) for method in Method}
        assert down.converged and all(done.converged for done in quenches.values())
        energies.append([down.energy, *(quenches[method].energy for method in Method)])
    same = np.abs(np.array(energies)[:, 1:] - np.array(energies)[:, :1]) < 1e-8
    by_gradients, by_steps, by_fire = same.sum(axis=0)
    assert by_steps >= 18
    assert by_steps >= by_gradients and by_steps >= by_fire
    assert min(by_gradients, by_fire) >= 10


@pytest.mark.parametrize("method", ["steepest_descent", "fire"])
@pytest.mark.parametrize("name, n, d", [("kumar2021", 256, 2), ("kumar2021_3d", 110, 3), ("ipl10", 100, 2)])
def test_a_minimum_is_reached(method: str, name: str, n: int, d: int) -> None:
    start, potential = liquid(name, n, d, 3, sheared=True), ag.load_potential(name)
    done = ag.quench(start, potential, method=method, max_iterations=1_000_000)
    assert done.converged and done.max_force <= 1e-10
    assert ag.full_spectrum(done.configuration, potential).is_minimum
    assert done.energy < ag.energy(start, potential)
    # The descent alone does not reach it: the common final descent does.
    short = ag.quench(start, potential, method=method, max_iterations=30)
    assert not short.converged and short.iterations == 30


def test_a_loose_tolerance_ends_the_descent() -> None:
    """If the descent alone reaches the tolerance, no final descent follows."""
    start, potential = liquid("kumar2021", 100, 2, 12), ag.load_potential("kumar2021")
    done = ag.quench(start, potential, force_tolerance=1e-1, method="steepest_descent")
    assert done.converged and 1e-2 < done.max_force <= 1e-1 and done.products == 0


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(ag.InputError, match=r"method is 'newton'.*conjugate_gradients or steepest_descent or fire"):
        ag.quench(liquid("kumar2021", 64, 2, 9), ag.load_potential("kumar2021"), method="newton")
