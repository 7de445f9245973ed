"""Lanczos iterations with the inverse of a Hessian, shifted below its spectrum or to the upper bound of the modes."""

from __future__ import annotations

import numpy as np
from scipy.linalg import eigh_tridiagonal
from scipy.sparse.linalg import LinearOperator, eigsh

from atomglass.linalg.factorization import Factor
from atomglass.types import Array, IntArray
from atomglass.vibrations.sparse_hessian import SparseHessian

#: Relative residual at which an eigenpair of the inverse has converged.
LANCZOS_TOLERANCE = 1e-13


def lanczos(reduced: SparseHessian, count: int) -> tuple[Array, Array]:
    """Return the lowest eigenpairs by Lanczos iteration with the inverse, in the space without translations.

    Parameters
    ----------
    reduced : SparseHessian
        The Hessian.
    count : int
        Number of eigenpairs.
    """
    factor = reduced.factor_below_spectrum()

    def inverse(x: Array) -> Array:
        return reduced.project(factor.solve(reduced.project(x)))

    operator = LinearOperator((reduced.size, reduced.size), matvec=inverse, dtype=float)
    start = reduced.project(np.random.default_rng(0).standard_normal(reduced.size))
    inverted, vectors = eigsh(operator, k=count, which="LA", v0=start, ncv=min(reduced.size - 1, 2 * count + 20))
    order = np.argsort(-inverted)
    return 1 / inverted[order] + factor.shift, vectors[:, order]


def lanczos_below(reduced: SparseHessian, factor: Factor, expected: int) -> tuple[Array, Array]:
    """Return the `expected` eigenpairs below a factor's shift and the next one above it, as far as they converge.

    The Lanczos iteration uses the inverse shifted to the bound itself. Requested modes are its negative eigenvalues;
    all others are positive, most of them near zero. This takes half as many steps as the inverse at zero, for which
    modes just beyond the bound lie close to the last requested one.

    Parameters
    ----------
    reduced : SparseHessian
        The Hessian.
    factor : Factor
        A factorization of the Hessian at a shift within its spectrum.
    expected : int
        Number of eigenvalues below the shift.
    """
    max_steps = min(reduced.size - reduced.translation_count, 4 * expected + 60)
    basis, alpha, beta = np.empty((max_steps, reduced.size)), np.empty(max_steps), np.empty(max_steps)
    vector = reduced.project(np.random.default_rng(0).standard_normal(reduced.size))
    vector /= np.linalg.norm(vector)
    ritz_values, ritz_vectors, selected = np.empty(0), np.empty((0, 0)), np.empty(0, np.int64)
    for m in range(max_steps):
        basis[m] = vector
        vector = reduced.project(factor.solve(vector))
        alpha[m] = vector @ basis[m]
        for _ in range(2):  # full reorthogonalization, twice, as rounding would bring converged vectors back
            vector -= (basis[: m + 1] @ vector) @ basis[: m + 1]
        if np.linalg.norm(vector) < 1e-8 * np.abs(alpha[: m + 1]).max():
            # Few eigenvalues differ, and rounding is all that is left: uniform translations too, which would be taken
            # for modes.
            vector = reduced.project(vector)
        beta[m] = np.linalg.norm(vector)
        last = m + 1 == max_steps or beta[m] < 1e-14 * np.abs(alpha[: m + 1]).max()
        if last or (m > expected and m % 4 == 0):
            ritz_values, ritz_vectors = eigh_tridiagonal(alpha[: m + 1], beta[:m])
            selected = _converged(ritz_values, beta[m] * np.abs(ritz_vectors[-1]))
            if last or len(selected) == expected + 1:
                break
        vector /= beta[m]
    return factor.shift + 1 / ritz_values[selected], basis[: len(ritz_values)].T @ ritz_vectors[:, selected]


def _converged(ritz_values: Array, residuals: Array) -> IntArray:
    """Return which negative Ritz values (ascending) have converged, followed by the largest positive one if it did."""
    errors = residuals / np.abs(ritz_values)
    negative = np.flatnonzero(ritz_values < 0)
    converged = negative[errors[negative] <= LANCZOS_TOLERANCE]
    largest = len(ritz_values) - 1
    above = [largest] if ritz_values[largest] > 0 and errors[largest] < np.sqrt(LANCZOS_TOLERANCE) else []
    return np.concatenate([converged, above]).astype(np.int64)
