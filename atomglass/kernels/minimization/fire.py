"""FIRE, the fast inertial relaxation engine: molecular dynamics steered downhill.

Bitzek, Koskinen, Gaehler, Moseler and Gumbsch, Phys. Rev. Lett. 97, 170201 (2006), in the form of Guenole et al.,
Comput. Mater. Sci. 175, 109584 (2020) (FIRE 2.0), with semi-implicit Euler integration and unit masses. Names and
values of the parameters are those of the latter, Table 1; time steps follow from a bound on the Hessian's largest
eigenvalue. FIRE ends deep in the basin, where `minimize` takes over.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from atomglass.kernels.jit import kernel
from atomglass.kernels.minimization.stiffness_bound import update_stiffness_bound
from atomglass.kernels.minimization.vector_ops import add_scaled, dot, max_displacement, max_norm
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.pair_sums import fastest_energy_forces
from atomglass.kernels.records import (
    CONVERGED,
    EXHAUSTED,
    REBUILD,
    STALLED,
    MinimizerArrays,
    MinimizerOptions,
    PairList,
)
from atomglass.types import Array

#: Steps downhill before the time step grows.
N_MIN = 20
#: Factors by which the time step is increased and decreased.
F_INC, F_DEC = 1.1, 0.5
#: Initial mixing of velocity and force, and the factor by which it is reduced.
ALPHA_START, F_ALPHA = 0.25, 0.99
#: Largest time step times the bound on the highest frequency; semi-implicit Euler integration is stable up to 2.
DT_MAX = 1.0
#: Initial and smallest time step, in units of the largest.
DT_START_FRACTION, DT_MIN_FRACTION = 0.1, 0.002


@kernel
def adapt_time_step(power: float, dt_max: float, state: Any) -> bool:
    """Adapt the time step and the mixing to the power F.v; return whether the velocity points downhill.

    Parameters
    ----------
    power : float
        F.v, force times velocity summed over all particles.
    dt_max : float
        Largest time step.
    state : MINIMIZER_STATE record
        FIRE's fields are changed in place.
    """
    state.fire_steps += 1
    if power > 0.0:
        state.n_positive += 1
        if state.n_positive > N_MIN:
            state.time_step = min(F_INC * state.time_step, dt_max)
            state.alpha *= F_ALPHA
        return True
    state.n_positive = 0
    state.alpha = ALPHA_START
    if state.fire_steps > N_MIN:  # initial delay: the first velocity is zero, which is no reason to slow down
        state.time_step = max(F_DEC * state.time_step, DT_MIN_FRACTION * dt_max)
    return False


@kernel
def mix_velocity(v: Array, f: Array, force_squared: float, alpha: float) -> None:
    """Turn the velocity toward the force: v = (1 - alpha) v + alpha |v| F / |F|.

    Parameters
    ----------
    v : (3 N,) array
        Velocities, changed in place.
    f : (3 N,) array
        Forces.
    force_squared : float
        F.F, summed over all particles.
    alpha : float
        Mixing of velocity and force, 0 to 1.
    """
    pull = alpha * np.sqrt(dot(v, v) / force_squared)
    for k in range(v.size):
        v[k] = (1.0 - alpha) * v[k] + pull * f[k]


@kernel
def fire(
    arrays: MinimizerArrays,
    pairs: PairList,
    potential: Potential,
    options: MinimizerOptions,
    max_iterations: int,
    state: Any,
) -> int:
    """Descend by FIRE 2.0.

    In one iteration a particle moves forward by at most `max_step`, and back by half of that if the velocity pointed
    uphill.

    Parameters
    ----------
    arrays : MinimizerArrays
        Changed in place, except for the reference positions; `direction` holds the velocities.
    pairs : PairList
        Half neighbor list, built at the reference positions.
    potential : PairParameters or FormParameters
        Parameters of the pair potential.
    options : MinimizerOptions
        The minimization ends at `force_tolerance`, or at a root-mean-square force of `switch_force`.
    max_iterations : int
        Largest number of steps in this call.
    state : MINIMIZER_STATE record
        Changed in place; the next call continues from it.

    Returns
    -------
    code : int
        CONVERGED, REBUILD, EXHAUSTED or STALLED.
    """
    positions, velocity, forces = arrays.positions, arrays.direction, arrays.forces
    r, v, f, n = positions.reshape(-1), velocity.reshape(-1), forces.reshape(-1), positions.shape[0]
    state.energy = fastest_energy_forces(positions, pairs, potential, forces)
    state.evaluations += 1
    if state.needs_restart:
        velocity[:] = 0.0
        state.needs_restart = False
        state.alpha = ALPHA_START
        state.time_step = (
            DT_START_FRACTION * DT_MAX / np.sqrt(update_stiffness_bound(positions, pairs, potential, state))
        )
    last_iteration = state.iterations + max_iterations
    allowed = 0.5 * options.skin - 1.5 * options.max_step
    slack = allowed - max_displacement(positions, arrays.reference)
    while True:
        force_squared = dot(f, f)
        if not np.isfinite(force_squared):
            return STALLED
        if force_squared <= options.switch_force**2 * n or max_norm(forces) <= options.force_tolerance:
            return CONVERGED
        if state.iterations >= last_iteration:
            return EXHAUSTED
        dt_max = DT_MAX / np.sqrt(update_stiffness_bound(positions, pairs, potential, state))
        state.iterations += 1
        moved = 0.0
        if not adapt_time_step(dot(f, v), dt_max, state):
            max_speed = max_norm(velocity)
            moved = 0.5 * min(state.time_step * max_speed, options.max_step)
            if moved > 0.0:
                add_scaled(r, -moved / max_speed, v)
            v[:] = 0.0
        dt = min(state.time_step, dt_max)
        add_scaled(v, dt, f)
        mix_velocity(v, f, force_squared, state.alpha)
        max_speed = max_norm(velocity)
        step = min(dt, options.max_step / max_speed)
        add_scaled(r, step, v)
        state.energy = fastest_energy_forces(positions, pairs, potential, forces)
        state.evaluations += 1
        slack -= moved + step * max_speed
        if slack < 0.0:
            slack = allowed - max_displacement(positions, arrays.reference)
            if slack < 0.0:
                return REBUILD
