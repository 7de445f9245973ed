"""Steepest descent in small steps.

It follows the gradient flow dr/dt = F, whose basins are those of the energy landscape itself: a reference
that shows whether the choice of minimizer decides which inherent state is found. It ends deep in the basin, where
`minimize` takes over.
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

#: Step times the stiffness bound; at 2 the stiffest mode would no longer decay.
STEP_FRACTION = 0.5
#: Number of halvings of a step after which the energy is assumed not to decrease for any step.
MAX_HALVINGS = 60


@kernel
def steepest_descent(
    arrays: MinimizerArrays,
    pairs: PairList,
    potential: Potential,
    options: MinimizerOptions,
    max_iterations: int,
    state: Any,
) -> int:
    """Descend along the force in small steps; the energy never rises.

    A step is `STEP_FRACTION` divided by the stiffness bound, moves no particle by more than `max_step`, and is halved
    until it does not raise the energy.

    Parameters
    ----------
    arrays : MinimizerArrays
        Changed in place, except for the reference positions.
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
    positions, direction, forces = arrays.positions, arrays.direction, arrays.forces
    r, f, p, n = positions.reshape(-1), forces.reshape(-1), direction.reshape(-1), positions.shape[0]
    state.energy = fastest_energy_forces(positions, pairs, potential, forces)
    state.evaluations += 1
    last_iteration = state.iterations + max_iterations
    allowed = 0.5 * options.skin - options.max_step
    slack = allowed - max_displacement(positions, arrays.reference)
    while True:
        force_squared, max_force = dot(f, f), max_norm(forces)
        if not np.isfinite(force_squared):
            return STALLED
        if force_squared <= options.switch_force**2 * n or max_force <= options.force_tolerance:
            return CONVERGED
        if state.iterations >= last_iteration:
            return EXHAUSTED
        bound = update_stiffness_bound(positions, pairs, potential, state)
        step = min(STEP_FRACTION / bound, options.max_step / max_force)
        state.iterations += 1
        direction[:] = forces
        add_scaled(r, step, p)
        energy = fastest_energy_forces(positions, pairs, potential, forces)
        state.evaluations += 1
        halvings = 0
        while not energy <= state.energy:
            if halvings == MAX_HALVINGS:
                return STALLED
            halvings += 1
            step *= 0.5
            add_scaled(r, -step, p)
            energy = fastest_energy_forces(positions, pairs, potential, forces)
            state.evaluations += 1
        state.energy = energy
        slack -= step * max_force
        if slack < 0.0:
            slack = allowed - max_displacement(positions, arrays.reference)
            if slack < 0.0:
                return REBUILD
