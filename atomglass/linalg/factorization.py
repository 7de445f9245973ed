"""Direct solution with a sparse Hessian: one symbolic analysis per sample, one factorization per shift."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.linalg import lapack
from scipy.sparse.linalg import splu

from atomglass.kernels.linalg.multifrontal_ldlt import BlockMatrix
from atomglass.kernels.linalg.nested_dissection import analyze, dissect
from atomglass.linalg.multifrontal import Multifrontal
from atomglass.types import Array, IntArray

#: Largest backward error, relative to the norm of the matrix, at which a factorization is accepted: its inertia is then
#: that of a matrix this close. Typical errors are 1e-15 for a shift just below zero and 1e-12 for shifts within the
#: spectrum; the shift just below zero (`sparse_hessian.SHIFT`) is about six times larger than this bound.
MAX_BACKWARD_ERROR = 1e-11
#: Largest number of degrees of freedom for which a dense factorization is tried (1.2 GB).
MAX_DENSE_SIZE = 12_000


@dataclass(frozen=True)
class Factor:
    """A factorization of H - shift.

    Attributes
    ----------
    shift : float
        Subtracted from the diagonal, in units of epsilon over length^2.
    negative_count : int
        Number of eigenvalues of H below the shift: the negative pivots (Sylvester's law of inertia).
    method : str
        "multifrontal" (without pivoting), or "superlu" or "dense" where pivots were too small for it.
    stored : int
        Number of elements of the factor.
    """

    shift: float
    negative_count: int
    method: str
    stored: int
    _solve: Callable[[Array], Array] = field(repr=False)

    def solve(self, right: Array) -> Array:
        """Return the solution x of (H - shift) x = right, for right-hand sides of shape (n,) or (n, k)."""
        return self._solve(right)


class Dissection:
    """A Hessian and the elimination order of its particles, for factorizations of H - shift at any shift.

    Parameters
    ----------
    matrix : (n, n) sparse array
        Symmetric, particle by particle: row b i + a is component a of particle i, b = n / N.
    coordinates : (N, d) array
        Positions of the particles along the cell vectors, from 0 to `lengths`, in units of length; d may differ from b.
    lengths : (d,) array
        Perpendicular heights of the periodic cell, in units of length.
    threads : int
        Number of threads that factorize and solve.
    """

    def __init__(self, matrix: sparse.csr_array, coordinates: Array, lengths: Array, threads: int = 1) -> None:
        self.matrix, block = matrix, max(1, matrix.shape[0] // max(len(coordinates), 1))
        blocks = matrix.tobsr((block, block))
        self._blocks = BlockMatrix(blocks.indptr.astype(np.int64), blocks.indices.astype(np.int64), blocks.data)
        tree = dissect(coordinates, lengths, self._blocks.row_pointers, self._blocks.columns)
        self._symbolic = analyze(tree, self._blocks.row_pointers, self._blocks.columns)
        self._elimination = Multifrontal(self._symbolic, block, threads)

    @property
    def order(self) -> IntArray:
        """Particles in order of elimination, (N,)."""
        return self._symbolic.order

    @property
    def starts(self) -> IntArray:
        """First particle of each front, (F + 1,): front f eliminates order[starts[f] : starts[f + 1]]."""
        return self._symbolic.starts

    @property
    def parents(self) -> IntArray:
        """Parent of each front in the elimination tree, (F,); -1 for the root."""
        return self._symbolic.parents

    def factor(self, shift: float) -> Factor:
        """Return the factorization of H - shift.

        Three methods are tried in turn, until a factor reproduces a vector of random signs up to rounding: multifrontal
        without pivoting; SuperLU, which eliminates in another order; and dense with symmetric pivoting (Bunch and
        Kaufman, Math. Comput. 31, 163 (1977)).

        Raises
        ------
        ArithmeticError
            No factor is accepted: H - shift is singular, not finite, or too large for the dense method.
        """
        for method in (self._multifrontal, self._superlu, self._dense):
            factor = method(shift)
            if factor is not None and self.backward_error(factor) <= MAX_BACKWARD_ERROR:
                return factor
        raise ArithmeticError(f"H - {shift:.17g} has a pivot that is zero or not finite in every order tried")

    def backward_error(self, factor: Factor) -> float:
        """Return the distance, relative to the norm, of H - shift from a matrix that the factor solves exactly."""
        known, norm = self._probe
        right = self.matrix @ known - factor.shift * known
        x = factor.solve(right)
        residual = np.abs(right - self.matrix @ x + factor.shift * x).max()
        error = residual / ((norm + abs(factor.shift)) * np.abs(x).max())
        return float(error) if np.isfinite(error) else np.inf

    @cached_property
    def _probe(self) -> tuple[Array, float]:
        """A vector of random signs, and the norm of H (largest absolute row sum)."""
        signs = np.random.default_rng(0).choice([-1.0, 1.0], self.matrix.shape[0])
        return signs, float(abs(self.matrix).sum(axis=1).max())

    def _multifrontal(self, shift: float) -> Factor | None:
        factor, negative = self._elimination.factorize(shift, self._blocks)
        if negative < 0:
            return None

        def solve_factored(right: Array) -> Array:
            x = np.array(right.T, dtype=float, order="C", ndmin=2)
            self._elimination.solve(factor, x)
            return x[0] if right.ndim == 1 else np.ascontiguousarray(x.T)

        return Factor(shift, negative, "multifrontal", factor.values.size, solve_factored)

    def _superlu(self, shift: float) -> Factor | None:
        shifted = (self.matrix - shift * sparse.eye_array(self.matrix.shape[0])).tocsc()
        try:
            lu = splu(shifted, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
        except RuntimeError:  # exactly singular
            return None
        if not np.array_equal(lu.perm_r, lu.perm_c):  # rows were exchanged, so the signs give no inertia
            return None
        return Factor(shift, int((lu.U.diagonal() < 0).sum()), "superlu", lu.L.nnz, lu.solve)

    def _dense(self, shift: float) -> Factor | None:
        n = self.matrix.shape[0]
        if n > MAX_DENSE_SIZE:
            return None
        lower, pivots, info = lapack.dsytrf(self.matrix.toarray() - shift * np.eye(n), lower=1, lwork=64 * n)
        if info:
            return None
        # Negative entries mark 2 x 2 pivot blocks, which have one eigenvalue of each sign.
        singles = pivots > 0
        negative = int((lower.diagonal()[singles] < 0).sum()) + int((~singles).sum()) // 2

        def solve_factored(right: Array) -> Array:
            x = lapack.dsytrs(lower, pivots, right.reshape(n, -1), lower=1)[0]
            return x.reshape(right.shape)

        return Factor(shift, negative, "dense", n * n, solve_factored)
