"""The last steps to a first-order saddle from a point near it, by Newton's method without factorizations."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, eigsh, minres

from atomglass.landscape.saddle_search import TRUST_RADIUS, Saddle, find_saddle
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs, forces
from atomglass.system.potential import PairPotential
from atomglass.types import Array
from atomglass.vibrations.checked_hessian import hessian_without_rattlers
from atomglass.vibrations.hessian import pair_hessian

#: Largest number of Newton steps, and of products with the Hessian in each.
_NEWTON_STEPS, _PRODUCTS = 12, 2000
#: Relative residual to which each Newton equation is solved.
_RESIDUAL = 1e-5
#: Largest number of steps of eigenvector following, each of which takes several factorizations.
_FALLBACK_STEPS = 15
#: Accuracy of the lowest eigenvalue.
_EIGENVALUE_TOLERANCE = 1e-8


def refine_saddle(
    guess: Configuration, direction: Array, potential: PairPotential, force_tolerance: float = 1e-10
) -> Saddle:
    """Find the saddle next to a point that is already near it, such as the climbing image of a band.

    Newton's method converges to the nearest stationary point, whatever its order. Its equations are solved by MINRES,
    which needs products with the Hessian only: in three dimensions this is an order of magnitude faster than
    `find_saddle`, to which the search is left if Newton's method fails or finds no first-order saddle.

    Parameters
    ----------
    guess : Configuration
        The starting point.
    direction : (N, d) array
        Approximate direction of negative curvature, such as the tangent of the band.
    potential : PairPotential
        The interactions.
    force_tolerance : float
        Largest force on a particle at which the search has converged, in units of epsilon over length.

    Returns
    -------
    Saddle
        The final point of the search; check `is_first_order`. Its order comes from the inertia of the Hessian.

    Raises
    ------
    InputError
        The box is too small for the cutoff, or all particles are rattlers.
    """
    configuration = guess
    for iteration in range(_NEWTON_STEPS + 1):
        force = forces(configuration, potential)
        max_force = float(np.sqrt((force**2).sum(axis=1).max()))
        if max_force <= force_tolerance or iteration == _NEWTON_STEPS:
            break
        matrix = pair_hessian(InteractingPairs.of(configuration, potential))
        step = minres(matrix, force.ravel(), rtol=_RESIDUAL, maxiter=_PRODUCTS)[0].reshape(force.shape)
        longest = np.sqrt((step**2).sum(axis=1).max())
        step = step * min(1.0, TRUST_RADIUS / longest if longest > 0 else 1.0)
        configuration = configuration.replace(positions=configuration.positions + step)
    pairs = InteractingPairs.of(configuration, potential)
    order = hessian_without_rattlers(pairs).negative_count
    if max_force > force_tolerance or order != 1:
        return find_saddle(guess, potential, force_tolerance, _FALLBACK_STEPS)
    eigenvalue, mode = _lowest_mode(pair_hessian(pairs), direction)
    return Saddle(configuration, max_force, eigenvalue, order, mode, iteration, True)


def _lowest_mode(matrix: sparse.csr_array, direction: Array) -> tuple[float, Array]:
    """Return the lowest eigenvalue, which is negative, and its mode (N, d)."""

    def product(vector: Array) -> Array:
        moved = vector.reshape(direction.shape)
        return matrix @ (moved - moved.mean(axis=0)).ravel()

    operator = LinearOperator(matrix.shape, matvec=product, dtype=float)
    values, vectors = eigsh(operator, k=1, which="SA", v0=direction.ravel(), tol=_EIGENVALUE_TOLERANCE)
    return float(values[0]), vectors[:, 0].reshape(direction.shape)
