"""Nonlinear conjugate gradients (Polak and Ribiere), finished by Newton's method near the minimum."""

from __future__ import annotations

from typing import Any

import numpy as np

from atomglass.kernels.jit import kernel
from atomglass.kernels.minimization.line_search import SearchLine, polak_ribiere, search_and_record, trial_step
from atomglass.kernels.minimization.newton_cg import newton_step
from atomglass.kernels.minimization.vector_ops import dot, max_displacement, max_norm, next_direction
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

#: Number of conjugate-gradient steps after a failed Newton step before the next one is tried.
NEWTON_COOLDOWN = 30
#: First trial step while no curvature is known, in units of the force.
FIRST_STEP = 1e-3


@kernel
def minimize(
    arrays: MinimizerArrays,
    pairs: PairList,
    potential: Potential,
    options: MinimizerOptions,
    max_iterations: int,
    state: Any,
) -> int:
    """Iterate until converged or stalled, the iterations are used up, or the neighbor list must be rebuilt.

    Parameters
    ----------
    arrays : MinimizerArrays
        Changed in place, except for the reference positions.
    pairs : PairList
        Half neighbor list, built at the reference positions.
    potential : PairParameters or FormParameters
        Parameters of the pair potential.
    options : MinimizerOptions
        Newton steps are tried while the root-mean-square force is below `switch_force`; never if that is 0.
    max_iterations : int
        Largest number of steps in this call.
    state : MINIMIZER_STATE record
        Changed in place; the next call continues from it.

    Returns
    -------
    code : int
        CONVERGED, REBUILD, EXHAUSTED or STALLED.
    """
    positions, forces, n = arrays.positions, arrays.forces, arrays.positions.shape[0]
    old_forces = np.empty_like(forces)
    f, f_old, p = forces.reshape(-1), old_forces.reshape(-1), arrays.direction.reshape(-1)
    state.energy = fastest_energy_forces(positions, pairs, potential, forces)
    state.evaluations += 1
    if state.needs_restart:
        for k in range(f.size):
            p[k] = f[k]
        state.needs_restart = False
    last_iteration = state.iterations + max_iterations
    for k in range(f.size):
        f_old[k] = f[k]
    force_squared = dot(f, f)
    slope, direction_squared = dot(f, p), dot(p, p)
    allowed = 0.5 * options.skin - options.max_step
    slack = allowed - max_displacement(positions, arrays.reference)
    while True:
        # The root-mean-square force, already known, is tested first: the largest force cannot be smaller.
        if force_squared <= options.force_tolerance**2 * n and max_norm(forces) <= options.force_tolerance:
            return CONVERGED
        if state.iterations >= last_iteration:
            return EXHAUSTED
        state.iterations += 1
        if force_squared < options.switch_force**2 * n and state.newton_cooldown <= 0:
            if not newton_step(arrays, pairs, potential, options, state):
                state.newton_cooldown = NEWTON_COOLDOWN
            force_squared = dot(f, f)
            slope, direction_squared = next_direction(f, f_old, p, 0.0)
            moved = options.max_step
        else:
            state.newton_cooldown -= 1
            if not slope > 0.0:
                slope, direction_squared = next_direction(f, f_old, p, 0.0)
            if not np.isfinite(slope):
                return STALLED
            first_step = trial_step(slope, direction_squared, state.curvature, FIRST_STEP)
            # |p| bounds the largest displacement, which is computed only if the search may come close to the limit.
            max_step = options.max_step / np.sqrt(direction_squared)
            if 3.0 * first_step > max_step:
                max_step = options.max_step / max_norm(arrays.direction)
            line = SearchLine(slope, first_step, max_step)
            step = search_and_record(arrays, pairs, potential, line, direction_squared, state)
            moved = min(step * np.sqrt(direction_squared), options.max_step)
            old_force_squared, force_squared = force_squared, dot(f, f)
            beta = polak_ribiere(force_squared, dot(f, f_old), old_force_squared)
            slope, direction_squared = next_direction(f, f_old, p, beta)
        slack -= moved
        if slack < 0.0:
            slack = allowed - max_displacement(positions, arrays.reference)
            if slack < 0.0:
                return REBUILD
