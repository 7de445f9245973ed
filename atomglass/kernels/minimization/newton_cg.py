"""Newton steps near a minimum: H x = F solved by preconditioned conjugate gradients on the pairs' Hessian blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from atomglass.kernels.jit import inline, kernel
from atomglass.kernels.minimization.hessian_blocks import (
    apply_block_jacobi,
    hessian_rows,
    inverse_diagonal_blocks,
    multiply_rows,
)
from atomglass.kernels.minimization.line_search import SearchLine, line_search
from atomglass.kernels.minimization.vector_ops import cg_update, dot, max_norm, scale_and_add, without_mean
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.records import MinimizerArrays, MinimizerOptions, PairList
from atomglass.types import Array

#: Largest displacement of a particle in a Newton step, as a fraction of `max_step`.
TRUSTED_FRACTION = 0.2


class CGLimits(NamedTuple):
    """Termination criteria of linear conjugate gradients.

    Attributes
    ----------
    relative_residual : float
        |r| / |F| at which the solution has converged.
    max_displacement : float
        Displacement of a particle beyond which the solution is rejected, in units of length.
    max_iterations : int
        Largest number of products with the Hessian.
    check_interval : int
        Number of products between two tests of the displacement. The norm of the approximate solutions increases
        monotonically (Steihaug, SIAM J. Numer. Anal. 20, 626 (1983), Theorem 2.1), so that one that is already too long
        need not be completed.
    """

    relative_residual: float
    max_displacement: float
    max_iterations: int
    check_interval: int


@kernel
def cg_limits(max_force: float, n: int, options: MinimizerOptions, check_interval: int) -> CGLimits:
    """Return the limits of the linear solver in a truncated Newton step.

    The tolerated residual is large far from the minimum and small in the last step: about the anharmonic error that the
    step leaves in any case (Dembo, Eisenstat and Steihaug, SIAM J. Numer. Anal. 19, 400 (1982)).

    Parameters
    ----------
    max_force : float
        Largest force on a particle, in units of epsilon over length.
    n : int
        Number of particles.
    options : MinimizerOptions
        Force tolerance and largest step.
    check_interval : int
        Number of products between two tests of the displacement; 0 to test it at the end only.
    """
    relative_residual = max(0.2 * options.force_tolerance / max_force, min(0.03, np.sqrt(max_force)))
    max_iterations = 40 * int(np.sqrt(n)) + 200
    interval = check_interval if check_interval > 0 else max_iterations + 1
    return CGLimits(relative_residual, TRUSTED_FRACTION * options.max_step, max_iterations, interval)


def truncated_cg(
    multiply: Callable[[Any, Array, Array], float],
    hessian: Any,
    precondition: Callable[[Any, Array, Array], tuple[float, float]],
    preconditioner: Any,
    forces: Array,
    direction: Array,
    limits: CGLimits,
) -> tuple[bool, int]:
    """Solve H x = F by preconditioned conjugate gradients, truncated at the limits.

    Nocedal and Wright, Numerical Optimization (2006), Algorithms 5.3 and 7.1, with two differences. The solution is
    given up, instead of returning the current approximation, if H is not positive definite or if x moves a particle too
    far. The mean of x, a translation that costs no energy, is removed.

    Small samples use the compiled version (`compiled_truncated_cg`) with a block-Jacobi preconditioner; large ones run
    the same source as plain Python, with a preconditioner for elastic waves.

    Parameters
    ----------
    multiply : callable
        `multiply(hessian, p, Ap)` writes H p to Ap and returns p.H.p; p and Ap are (d N,) arrays.
    hessian : RowBlocks or CoordinateBlocks
        Passed on to `multiply`.
    precondition : callable
        `precondition(preconditioner, r, z)` writes z = M^-1 r and returns r.z and r.r.
    preconditioner : any
        Passed on to `precondition`.
    forces : (N, 3) array
        Right-hand side F, in units of epsilon over length.
    direction : (N, 3) array
        Overwritten with the solution x, in units of length.
    limits : CGLimits
        Termination criteria.

    Returns
    -------
    is_usable : bool
        Whether `direction` is a solution within the limits.
    products : int
        Number of products with the Hessian.
    """
    r = forces[:, : hessian.dimension].copy().reshape(-1)  # in 2-D without z: one third less memory traffic
    x, p = np.zeros_like(r), np.zeros_like(r)
    Ap, z = np.empty_like(r), np.empty_like(r)
    rz, rr = precondition(preconditioner, r, z)
    target, rz_old = limits.relative_residual**2 * rr, 0.0
    for iteration in range(1, limits.max_iterations + 1):
        scale_and_add(rz / rz_old if rz_old > 0.0 else 0.0, p, z)
        pAp = multiply(hessian, p, Ap)
        if not pAp > 0.0:
            return False, iteration
        cg_update(x, r, p, Ap, rz / pAp)
        rz_old = rz
        rz, rr = precondition(preconditioner, r, z)
        is_converged = rr <= target
        if is_converged or iteration % limits.check_interval == 0:
            without_mean(x, direction, hessian.dimension)
            if not max_norm(direction) <= limits.max_displacement:
                return False, iteration
            if is_converged:
                return True, iteration
    return False, limits.max_iterations


compiled_truncated_cg = inline(truncated_cg)


@kernel
def newton_step(
    arrays: MinimizerArrays, pairs: PairList, potential: Potential, options: MinimizerOptions, state: Any
) -> bool:
    """Try a truncated Newton step; return whether it reduced the largest force to less than half.

    Parameters
    ----------
    arrays : MinimizerArrays
        Changed in place; the final forces are those at the final positions.
    pairs : PairList
        Half neighbor list.
    potential : PairParameters or FormParameters
        Parameters of the pair potential.
    options : MinimizerOptions
        Force tolerance and largest step.
    state : MINIMIZER_STATE record
        Counters and energy, changed in place.
    """
    max_force = max_norm(arrays.forces)
    hessian = hessian_rows(arrays.positions, pairs, potential)
    is_usable, products = compiled_truncated_cg(
        multiply_rows,
        hessian,
        apply_block_jacobi,
        inverse_diagonal_blocks(hessian),
        arrays.forces,
        arrays.direction,
        cg_limits(max_force, arrays.forces.shape[0], options, 0),
    )
    state.products += products
    return is_usable and step_along_newton_direction(arrays, pairs, potential, max_force, state)


@kernel
def step_along_newton_direction(
    arrays: MinimizerArrays, pairs: PairList, potential: Potential, max_force: float, state: Any
) -> bool:
    """Search along a Newton direction, up to the full step; return whether the largest force fell to less than half.

    Parameters
    ----------
    arrays : MinimizerArrays
        Changed in place; the direction is that of `truncated_cg`.
    pairs : PairList
        Half neighbor list.
    potential : PairParameters or FormParameters
        Parameters of the pair potential.
    max_force : float
        Largest force on a particle before the step.
    state : MINIMIZER_STATE record
        Evaluations and energy, changed in place.
    """
    slope = dot(arrays.forces.reshape(-1), arrays.direction.reshape(-1))
    if not slope > 0.0:
        return False
    _, energy, _, evaluations = line_search(arrays, pairs, potential, SearchLine(slope, 1.0, 1.0))
    state.evaluations += evaluations
    state.energy = energy
    return max_norm(arrays.forces) < 0.5 * max_force
