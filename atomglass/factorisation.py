"""Direct solution with a sparse Hessian: the order once a sample, a factorisation for each shift."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from atomglass.kernels import dissection, ldlt

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Factor:
    """L D L^T of H - shift.

    Attributes
    ----------
    shift : float
        Taken off the diagonal.
    negative_count : int
        How many eigenvalues of H lie below the shift: the negative pivots (Sylvester's law of inertia).
    """

    shift: float
    negative_count: int
    _dissection: Dissection
    _panels_first: Integers
    _panels: Array

    @property
    def stored(self) -> int:
        """How many numbers the factor keeps."""
        return self._panels.size

    def solve(self, right: Array) -> Array:
        """Return x with (H - shift) x = right, for (n,) or (n, k) right sides."""
        x = np.array(right.T, dtype=float, order="C", ndmin=2)
        d = self._dissection
        ldlt.solve(d.order, d.starts, d.rows_first, d.rows, self._panels_first, self._panels, d.dimension, x)
        return x[0] if right.ndim == 1 else np.ascontiguousarray(x.T)


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
        self.dimension = coordinates.shape[1]
        blocks = matrix.tobsr((self.dimension, self.dimension))
        self._values = blocks.data
        self._first, self._columns = blocks.indptr.astype(np.int64), blocks.indices.astype(np.int64)
        self.order, self.starts, self.parents = dissection.dissect(coordinates, lengths, self._first, self._columns)
        self.rows_first, self.rows, peak = dissection.fill(
            self.order, self.starts, self.parents, self._first, self._columns
        )
        self._stack = peak * self.dimension**2

    def factor(self, shift: float) -> Factor:
        """Return the factorisation of H - shift.

        Raises
        ------
        ArithmeticError
            A pivot is zero or not finite: the signs say nothing.
        """
        panels_first, panels, negative = ldlt.factorise(
            shift, self._first, self._columns, self._values, self.order, self.starts, self.parents,
            self.rows_first, self.rows, self._stack,
        )  # fmt: skip
        if negative < 0:
            raise ArithmeticError(f"the factorisation at {shift} met a pivot that is zero or not finite")
        return Factor(shift, negative, self, panels_first, panels)
