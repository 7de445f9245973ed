"""The minimizer for large samples: conjugate gradients and Newton's method, preconditioned for elastic waves.

Line search, formulas and limits are those of the compiled `minimize` for small samples, in which the overhead of Python
would exceed what the preconditioner saves. In between, regions that lag behind are relaxed separately.
"""

from __future__ import annotations

import numpy as np

from atomglass.kernels.minimization.conjugate_gradient import FIRST_STEP
from atomglass.kernels.minimization.hessian_blocks import hessian_coordinates, multiply_coordinates
from atomglass.kernels.minimization.line_search import SearchLine, polak_ribiere, search_and_record, trial_step
from atomglass.kernels.minimization.newton_cg import cg_limits, step_along_newton_direction, truncated_cg
from atomglass.kernels.minimization.vector_ops import max_displacement, max_norm, next_preconditioned_direction
from atomglass.kernels.pair_sums import evaluate
from atomglass.kernels.records import (
    CONVERGED,
    EXHAUSTED,
    REBUILD,
    STALLED,
    MinimizerArrays,
    MinimizerOptions,
    PairList,
)
from atomglass.minimization.driver import QuenchState, Sample
from atomglass.minimization.elastic_preconditioner import ElasticPreconditioner
from atomglass.minimization.local_relaxation import LocalRelaxation
from atomglass.types import Array, IntArray

#: Root-mean-square force below which steps are preconditioned, by dimension. Above it, forces are those of single
#: pairs, not of waves. In three dimensions, 0.01 would more often lead out of the basin that short steps find; in two
#: dimensions it does not, because regions that rearrange are relaxed separately below 0.03.
PRECONDITION_FORCE = {2: 1e-2, 3: 1e-3}
#: Number of conjugate-gradient steps after a failed Newton step before the next is tried, for one third of its cost.
NEWTON_COOLDOWN = 10
#: Number of products with the Hessian between two tests of the length of a Newton step.
CHECK_INTERVAL = 10


class PreconditionedCG:
    """A minimizer whose state persists between calls, while neighbor lists are rebuilt.

    Parameters
    ----------
    sample : Sample
        Cell, labels and interactions.
    state : QuenchState
        Changed in place.
    options : MinimizerOptions
        Newton steps are tried while the root-mean-square force is below `switch_force`.
    grid_counts : (d,) int array
        Number of nodes of the preconditioner's grid along each axis, from `elastic_preconditioner.grid_counts`.
    """

    def __init__(self, sample: Sample, state: QuenchState, options: MinimizerOptions, grid_counts: IntArray) -> None:
        self._sample, self._state, self._options, self._grid_counts = sample, state, options, grid_counts
        self._dimension = sample.start.dimension
        self._potential = sample.potential.parameters
        self._old_forces, self._z = np.zeros((2, self._dimension * len(state.positions)))
        self._preconditioner: ElasticPreconditioner | None = None
        self._max_displacement = 0.5 * options.skin - options.max_step
        self._local = LocalRelaxation(
            self._dimension, options.max_step, self._max_displacement, options.force_tolerance
        )
        self._restart()

    def _restart(self) -> None:
        """Discard the previous directions and the curvature along them."""
        self._rz, self._direction_squared, self._state.scalars.curvature = 0.0, 0.0, 0.0

    def minimize(self, arrays: MinimizerArrays, pairs: PairList, max_iterations: int) -> int:
        """Iterate until converged or stalled, the iterations are used up, or the neighbor list must be rebuilt.

        Parameters
        ----------
        arrays : MinimizerArrays
            Changed in place, except for the reference positions.
        pairs : PairList
            Half neighbor list, built at the reference positions.
        max_iterations : int
            Largest number of steps in this call.

        Returns
        -------
        code : int
            CONVERGED, REBUILD, EXHAUSTED or STALLED.
        """
        state, forces = self._state.scalars, arrays.forces
        if state.needs_restart:
            self._evaluate(arrays, pairs)
            state.needs_restart = False
        last_iteration = state.iterations + max_iterations
        while True:
            max_force = max_norm(forces)
            if max_force <= self._options.force_tolerance:
                return CONVERGED
            if state.iterations >= last_iteration:
                return EXHAUSTED
            state.iterations += 1
            rms_force = np.sqrt(np.vdot(forces, forces) / len(forces))
            if self._preconditioner is None and rms_force < PRECONDITION_FORCE[self._dimension]:
                self._preconditioner = ElasticPreconditioner(
                    self._sample.start, arrays.positions, pairs, self._sample.potential, self._grid_counts
                )
                self._restart()
            if self._local.is_due(rms_force, max_force):
                state.evaluations += self._local.relax(arrays, pairs, self._potential, rms_force)
                self._evaluate(arrays, pairs)
                self._restart()
            elif rms_force < self._options.switch_force and state.newton_cooldown <= 0:
                if not self._newton_step(arrays, pairs, max_force):
                    state.newton_cooldown = NEWTON_COOLDOWN
                self._local.skip_cooldown()
                self._restart()
            else:
                state.newton_cooldown -= 1
                if not self._cg_step(arrays, pairs):
                    return STALLED
            if max_displacement(arrays.positions, arrays.reference) > self._max_displacement:
                return REBUILD

    def _evaluate(self, arrays: MinimizerArrays, pairs: PairList) -> None:
        """Compute energy and forces."""
        self._state.scalars.energy = evaluate(arrays.positions, pairs, self._potential, arrays.forces)
        self._state.scalars.evaluations += 1

    def _cg_step(self, arrays: MinimizerArrays, pairs: PairList) -> bool:
        """Take one step of nonlinear conjugate gradients; return False if the force is not finite."""
        direction, forces, state = arrays.direction, arrays.forces, self._state.scalars
        rz, _ = _precondition(self._preconditioner, forces[:, : self._dimension].flatten(), self._z)
        with np.errstate(invalid="ignore"):
            rz_cross = float(self._z @ self._old_forces)
        beta = polak_ribiere(rz, rz_cross, self._rz)
        slope = next_preconditioned_direction(self._z, beta, direction, forces, self._old_forces)
        if not slope > 0 and beta > 0:
            beta = 0.0
            slope = next_preconditioned_direction(self._z, beta, direction, forces, self._old_forces)
        if not np.isfinite(slope):
            return False
        # p.M p of preconditioned conjugate gradients, from its recurrence; without a preconditioner about p.p.
        self._rz, self._direction_squared = rz, rz + beta * beta * self._direction_squared
        # Near a minimum the preconditioner resembles the Hessian, and the first guess is the full step.
        default = FIRST_STEP if self._preconditioner is None else 1.0
        first_step = trial_step(slope, self._direction_squared, float(state.curvature), default)
        line = SearchLine(slope, first_step, self._options.max_step / max_norm(direction))
        search_and_record(arrays, pairs, self._potential, line, self._direction_squared, state)
        return True

    def _newton_step(self, arrays: MinimizerArrays, pairs: PairList, max_force: float) -> bool:
        """Try a truncated Newton step; return whether it reduced the largest force to less than half."""
        is_usable, products = truncated_cg(
            multiply_coordinates,
            hessian_coordinates(arrays.positions, pairs, self._potential),
            _precondition,
            self._preconditioner,
            arrays.forces,
            arrays.direction,
            cg_limits(max_force, len(arrays.forces), self._options, CHECK_INTERVAL),
        )
        state = self._state.scalars
        state.products += products
        return is_usable and step_along_newton_direction(arrays, pairs, self._potential, max_force, state)


def _precondition(preconditioner: ElasticPreconditioner | None, r: Array, z: Array) -> tuple[float, float]:
    """Write z = M^-1 r, or z = r without a preconditioner, both (d N,) arrays; return r.z and r.r."""
    if preconditioner is not None:
        return preconditioner.apply(r, z)
    rr = float(r @ r)
    z[:] = r
    return rr, rr
