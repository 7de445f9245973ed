"""Lanczos iterations with the inverse of a Hessian, shifted below its spectrum or above the modes that are sought."""

from __future__ import annotations

import numpy as np
from scipy.linalg import eigh
from scipy.sparse.linalg import LinearOperator, eigsh

from atomglass.linalg.factorization import Factor
from atomglass.types import Array, IntArray
from atomglass.vibrations.sparse_hessian import SparseHessian

#: Relative residual at which an eigenpair of the inverse has converged, before it is refined; and that of the one above
#: the shift, which only tells how far its neighbor is.
LANCZOS_TOLERANCE, TOLERANCE_ABOVE = 1e-11, 1e-6
#: Number of vectors in a block of the Lanczos iteration if twice as many modes are sought and the factor has more than
#: the second number of elements a degree of freedom, as in large samples in three dimensions; one vector otherwise.
BLOCK_SIZE, FILL = 4, 500
#: Number of vectors after which convergence is tested again: at least the first number, and this fraction of all.
CHECK_INTERVAL, CHECK_FRACTION = 8, 1 / 16
#: The eigenvalue below which there are n modes of N particles is about this times the mean diagonal element of the
#: Hessian times (n / N)^(2/d), as for plane waves: measured in glasses of `kumar2021` and `kumar2021_3d` with n = 20.
_WAVES = {2: 0.46, 3: 0.22}
#: Number of modes aimed at below the shift over the number sought: more where a second factorization costs more.
_AIM = {2: 1.2, 3: 1.4}
#: Shifts that are tried before the modes are sought from below the spectrum.
_TRIES = 2


def factor_above(reduced: SparseHessian, count: int) -> tuple[Factor, int] | None:
    """Return a factorization above the lowest `count` modes, not far above, and the number of modes below its shift.

    The number is exact (Sylvester's law of inertia), so that one factorization serves to find the modes and to prove
    that none is missing. The first shift is an estimate; the second follows from the number of modes below the first.

    Parameters
    ----------
    reduced : SparseHessian
        The Hessian.
    count : int
        Number of modes sought.

    Returns
    -------
    tuple of Factor and int, or None
        None if no shift was found below which there are more than `count` modes, but not many more.
    """
    power, particles = 2 / reduced.dimension, reduced.size / reduced.dimension
    wanted = _AIM[reduced.dimension] * count + 3
    shift = _WAVES[reduced.dimension] * reduced.scale * (wanted / particles) ** power
    for _ in range(_TRIES):
        try:
            factor = reduced.factor(shift)
        except ArithmeticError:  # the shift is an eigenvalue, up to rounding
            return None
        below = reduced.count_below_shift(factor)
        if count < below <= 2 * wanted - count + 2:
            return factor, below
        del factor  # before the next one is computed: a large sample has memory for one only
        shift *= (wanted / max(below, 0.1 * wanted)) ** power
    return None


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

    The block Lanczos iteration uses the inverse shifted to the bound itself. Requested modes are its negative
    eigenvalues; all others are positive, most of them near zero. This takes half as many steps as the inverse at zero,
    for which modes just beyond the bound lie close to the last requested one. Blocks take more steps than single
    vectors, but each costs a fraction, as solutions for several right-hand sides read the factor once.

    Parameters
    ----------
    reduced : SparseHessian
        The Hessian.
    factor : Factor
        A factorization of the Hessian at a shift within its spectrum.
    expected : int
        Number of eigenvalues below the shift.

    Returns
    -------
    tuple of (k,) array and (n, k) array
        Eigenvalues, descending within those below the shift and within those above; orthonormal eigenvectors.
    """
    block = BLOCK_SIZE if expected >= 2 * BLOCK_SIZE and factor.stored > FILL * reduced.size else 1
    largest = min(reduced.size - reduced.translation_count, 6 * expected + 60)
    basis, projected = np.empty((largest, reduced.size)), np.zeros((largest, largest))
    start = reduced.project(np.random.default_rng(0).standard_normal((reduced.size, block)))
    vectors, size, checked, scale = _orthonormal(start)[0].T, 0, 0, 0.0
    while True:
        basis[size : size + block] = vectors
        image = reduced.project(factor.solve(vectors.T)).T
        before, size = size, size + block
        # Once against the last two blocks, as the recurrence says, and once against all, as rounding would bring
        # converged vectors back.
        for first in (max(0, before - block), 0):
            overlaps = basis[first:size] @ image.T
            image = image - overlaps.T @ basis[first:size]
            projected[first:size, before:size] += overlaps
        scale = max(scale, float(np.abs(projected[:size, before:size]).max()))
        vectors, coupling = _next_block(reduced, image, basis[:size], scale)
        last, interval = size + block > largest, max(CHECK_INTERVAL, CHECK_FRACTION * size)
        if last or (size > (2 + block // 2) * expected and size - checked >= interval):
            checked = size
            ritz_values, ritz_vectors = eigh(projected[:size, :size], lower=False)
            selected = _converged(ritz_values, np.linalg.norm(coupling @ ritz_vectors[-block:], axis=0))
            if last or len(selected) == expected + 1:
                return factor.shift + 1 / ritz_values[selected], basis[:size].T @ ritz_vectors[:, selected]


def _next_block(reduced: SparseHessian, image: Array, basis: Array, scale: float) -> tuple[Array, Array]:
    """Return orthonormal rows that span those of `image`, and the coupling R of image^T = Q R.

    Where few eigenvalues differ the basis can be exhausted: rounding is all that is left of a row, uniform translations
    too, which would be taken for modes. What is left when basis and translations are removed starts a new search.
    """
    vectors, coupling = _orthonormal(image.T)
    if np.abs(coupling.diagonal()).min() < 1e-8 * scale:
        for _ in range(2):
            vectors = _orthonormal(reduced.project(vectors - basis.T @ (basis @ vectors)))[0]
    return vectors.T, coupling


def _orthonormal(vectors: Array) -> tuple[Array, Array]:
    """Return Q and R of the decomposition of the columns of `vectors`; without LAPACK for a single one."""
    if vectors.shape[1] > 1:
        q, r = np.linalg.qr(vectors)
        return q, r
    norm = np.linalg.norm(vectors)
    return vectors / norm, np.full((1, 1), norm)


def _converged(ritz_values: Array, residuals: Array) -> IntArray:
    """Return which negative Ritz values (ascending) have converged, followed by the largest positive one if it did."""
    errors = residuals / np.abs(ritz_values)
    negative = np.flatnonzero(ritz_values < 0)
    converged = negative[errors[negative] <= LANCZOS_TOLERANCE]
    largest = len(ritz_values) - 1
    above = [largest] if ritz_values[largest] > 0 and errors[largest] < TOLERANCE_ABOVE else []
    return np.concatenate([converged, above]).astype(np.int64)


def refined(reduced: SparseHessian, factor: Factor, vectors: Array) -> tuple[Array, Array]:
    """Return eigenpairs without most of the rounding errors of a factorization within the spectrum.

    Without pivoting such a factorization is that of a matrix that differs from H - shift by some 1e-12 of its norm, and
    so are the eigenvectors of its inverse. Residuals, computed from H itself, are corrected by one solution each, and a
    Rayleigh-Ritz step in the space of vectors and corrections finds the eigenpairs of H: one step of block Davidson
    iteration (Parlett, The Symmetric Eigenvalue Problem, secs. 11.3 and 14.6).

    Parameters
    ----------
    reduced : SparseHessian
        The Hessian.
    factor : Factor
        A factorization of the Hessian at a shift within its spectrum.
    vectors : (n, k) array
        Approximate eigenvectors, linearly independent.

    Returns
    -------
    tuple of (k,) array and (n, k) array
        Eigenvalues, ascending, and orthonormal eigenvectors.
    """
    count = vectors.shape[1]
    if not count:
        return np.empty(0), vectors
    vectors, image, eigenvalues = _rayleigh_ritz(reduced.project(vectors), reduced)
    corrections = factor.solve(image - vectors * eigenvalues)
    corrections = np.linalg.qr(reduced.project(corrections - vectors @ (vectors.T @ corrections)))[0]
    vectors, _, eigenvalues = _rayleigh_ritz(np.hstack([vectors, corrections]), reduced)
    return eigenvalues[:count], vectors[:, :count]


def _rayleigh_ritz(subspace: Array, reduced: SparseHessian) -> tuple[Array, Array, Array]:
    """Return orthonormal Ritz vectors in a space of columns, their products with the Hessian, and Ritz values."""
    image = reduced.matrix @ subspace
    ritz_values, rotation = eigh(subspace.T @ image, subspace.T @ subspace)
    return subspace @ rotation, image @ rotation, ritz_values
