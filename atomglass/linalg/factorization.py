"""Direct solution with a sparse Hessian: the order once a sample, a factorization for each shift."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import lapack
from scipy.sparse.linalg import splu

from atomglass.kernels.linalg import multifrontal_ldlt as ldlt
from atomglass.kernels.linalg import nested_dissection as dissection

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Backward error, as a share of the matrix' norm, up to which a factorization is believed: its inertia is that of a
#: matrix so near. Just below zero it is 1e-15, within the spectrum some 1e-12. The shift just below zero
#: (`hessian.SHIFT`) is some six times farther.
TRUSTED = 1e-11
#: Most degrees of freedom for which a dense factorization is tried (1.2 GB).
DENSE_MOST = 12_000


@dataclass(frozen=True)
class Factor:
    """A factorization of H - shift.

    Attributes
    ----------
    shift : float
        Taken off the diagonal.
    negative_count : int
        How many eigenvalues of H lie below the shift: the negative pivots (Sylvester's law of inertia).
    method : str
        "multifrontal", without exchanges; where pivots were too small for that, "superlu" or "dense".
    stored : int
        How many numbers the factor keeps.
    """

    shift: float
    negative_count: int
    method: str
    stored: int
    _solve: Callable[[Array], Array]

    def solve(self, right: Array) -> Array:
        """Return x with (H - shift) x = right, for (n,) or (n, k) right sides."""
        return self._solve(right)


class Dissection:
    """The blocks of a Hessian, and the order in which its particles are eliminated.

    Parameters
    ----------
    matrix : (n, n) sparse array
        Symmetric, particle-major.
    coordinates : (n / d, d) array
        Of the particles, along the cell vectors, from 0 to `lengths`.
    lengths : (d,) array
        Perpendicular heights of the periodic cell.
    """

    def __init__(self, matrix: sparse.csr_array, coordinates: Array, lengths: Array) -> None:
        self.matrix, self.dimension = matrix, coordinates.shape[1]
        blocks = matrix.tobsr((self.dimension, self.dimension))
        self._values = blocks.data
        self._first, self._columns = blocks.indptr.astype(np.int64), blocks.indices.astype(np.int64)
        self.order, self.starts, self.parents = dissection.dissect(coordinates, lengths, self._first, self._columns)
        self.rows_first, self.rows, peak = dissection.fill(
            self.order, self.starts, self.parents, self._first, self._columns
        )
        self._stack = peak * self.dimension**2

    def factor(self, shift: float) -> Factor:
        """Return the factorization of H - shift.

        The first is believed that reproduces a vector of random signs to rounding: the multifrontal one, which
        exchanges no rows; SuperLU's, which eliminates in another order; a dense one with pivots (Bunch and Kaufman,
        Math. Comput. 31, 163 (1977)).

        Raises
        ------
        ArithmeticError
            None can be believed: H - shift is singular or not finite, or too large for the last resort.
        """
        for method in (self._multifrontal, self._superlu, self._dense):
            found = method(shift)
            if found is not None and self.backward_error(found) <= TRUSTED:
                return found
        raise ArithmeticError(f"H - {shift:.17g} has a pivot that is zero or not finite in every order tried")

    def backward_error(self, factor: Factor) -> float:
        """Return how far from H - shift, as a share of its norm, a matrix lies that the factor solves exactly."""
        known, norm = self._probe
        right = self.matrix @ known - factor.shift * known
        found = factor.solve(right)
        rest = np.abs(right - self.matrix @ found + factor.shift * found).max()
        error = rest / ((norm + abs(factor.shift)) * np.abs(found).max())
        return float(error) if np.isfinite(error) else np.inf

    @cached_property
    def _probe(self) -> tuple[Array, float]:
        """A vector that is as large in every place, and the norm of H (largest sum over a row)."""
        signs = np.random.default_rng(0).choice([-1.0, 1.0], self.matrix.shape[0])
        return signs, float(abs(self.matrix).sum(axis=1).max())

    def _multifrontal(self, shift: float) -> Factor | None:
        panels_first, panels, negative = ldlt.factorize(
            shift, self._first, self._columns, self._values, self.order, self.starts, self.parents,
            self.rows_first, self.rows, self._stack,
        )  # fmt: skip
        if negative < 0:
            return None

        def solve(right: Array) -> Array:
            x = np.array(right.T, dtype=float, order="C", ndmin=2)
            ldlt.solve(
                self.order, self.starts, self.rows_first, self.rows, panels_first, panels, self.dimension, x
            )  # fmt: skip
            return x[0] if right.ndim == 1 else np.ascontiguousarray(x.T)

        return Factor(shift, negative, "multifrontal", panels.size, solve)

    def _superlu(self, shift: float) -> Factor | None:
        shifted = (self.matrix - shift * sparse.eye_array(self.matrix.shape[0])).tocsc()
        try:
            lu = splu(shifted, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
        except RuntimeError:  # exactly singular
            return None
        if not np.array_equal(lu.perm_r, lu.perm_c):  # rows exchanged: the signs say nothing
            return None
        return Factor(shift, int((lu.U.diagonal() < 0).sum()), "superlu", lu.L.nnz, lu.solve)

    def _dense(self, shift: float) -> Factor | None:
        n = self.matrix.shape[0]
        if n > DENSE_MOST:
            return None
        lower, pivots, info = lapack.dsytrf(self.matrix.toarray() - shift * np.eye(n), lower=1, lwork=64 * n)
        if info:
            return None
        # Negative entries mark the pivots that are 2 x 2 blocks; these have one eigenvalue of each sign.
        singles = pivots > 0
        negative = int((lower.diagonal()[singles] < 0).sum()) + int((~singles).sum()) // 2

        def solve(right: Array) -> Array:
            x = lapack.dsytrs(lower, pivots, right.reshape(n, -1), lower=1)[0]
            return x.reshape(right.shape)

        return Factor(shift, negative, "dense", n * n, solve)
