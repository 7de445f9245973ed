"""A sparse Hessian of the degrees of freedom that are free, with the factorizations that modes and moduli share."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy import sparse

from atomglass.linalg.factorization import Dissection, Factor
from atomglass.types import Array, BoolArray, IntArray

#: Shift below zero at which the Hessian is factorized, in units of its mean diagonal element (about 200 in the models
#: of `potentials/`).
SHIFT = 1e-9
#: Largest number of steps of iterative refinement of a linear solution.
MAX_REFINEMENTS = 50


class SparseHessian:
    """A Hessian without the degrees of freedom that are left out, its rigid motions, and its factorizations.

    Parameters
    ----------
    matrix : (n, n) sparse array
        The Hessian of the n degrees of freedom that are free, particle by particle.
    translations : (n, t) array
        Orthonormal rigid motions that cost no energy: uniform displacements, and rotations of an open cluster.
    kept : (n,) int array
        The degrees of freedom that are free: d i + a is component a of particle i.
    dimension : int
        Components a displacement has, d.
    rattlers : (N,) bool array
        Which particles are left out because nothing holds them.
    coordinates : (M, d) array
        Positions along the cell vectors, from 0 to `lengths`, of the M blocks of n / M rows that `matrix` consists of.
    lengths : (d,) array
        Perpendicular heights of the cell, in units of length.
    """

    #: Whether so few elements of the matrix vanish that it is diagonalized as a dense one.
    dense = False
    #: Number of threads that factorize the Hessian and solve with it; the results have the same bits with any number.
    threads = 1

    def __init__(
        self,
        matrix: sparse.csr_array,
        translations: Array,
        kept: IntArray,
        dimension: int,
        rattlers: BoolArray,
        coordinates: Array,
        lengths: Array,
    ) -> None:
        self.matrix, self.translations, self.rattlers = matrix, translations, rattlers
        self.number, self.dimension = len(rattlers), dimension
        self._kept, self._coordinates, self._lengths = kept, coordinates, lengths

    @property
    def size(self) -> int:
        """Number of degrees of freedom n, translations included."""
        return int(self.matrix.shape[0])

    @property
    def translation_count(self) -> int:
        """Number of uniform displacements that cost no energy: d, or 0 if particles are pinned."""
        return int(self.translations.shape[1])

    @cached_property
    def scale(self) -> float:
        """Mean diagonal element, the natural unit of eigenvalues, in units of epsilon over length^2."""
        return float(self.matrix.diagonal().mean())

    @cached_property
    def rounding(self) -> float:
        """Largest magnitude of an eigenvalue that is attributed to rounding, in the unit of eigenvalues."""
        return SHIFT * self.scale

    @cached_property
    def _dissection(self) -> Dissection:
        return Dissection(self.matrix, self._coordinates, self._lengths, self.threads)

    @cached_property
    def _factor_below(self) -> Factor:
        """The factorization just below zero."""
        return self.factor(-self.rounding)

    @property
    def is_minimum(self) -> bool:
        """Whether no eigenvalue is negative, apart from rounding."""
        return self.negative_count == 0

    @property
    def negative_count(self) -> int:
        """Number of eigenvalues that are negative, apart from rounding."""
        return self._factor_below.negative_count

    def factor(self, shift: float) -> Factor:
        """Return the factorization of H - shift, the signs of whose pivots give the inertia."""
        return self._dissection.factor(shift)

    def count_below_shift(self, factor: Factor) -> int:
        """Return the number of eigenvalues below a factor's shift, from Sylvester's law, translations excluded."""
        return factor.negative_count - (self.translation_count if factor.shift > 0 else 0)

    def count_below(self, eigenvalue: float) -> int:
        """Return the number of eigenvalues below a bound, translations excluded."""
        return self.count_below_shift(self.factor(eigenvalue))

    def factor_below_spectrum(self) -> Factor:
        """Return a factorization at a shift below all eigenvalues."""
        factor = self._factor_below
        while factor.negative_count:
            factor = self.factor(30 * factor.shift)
        return factor

    def project(self, vectors: Array) -> Array:
        """Return vectors, (n,) or (n, k), without their components along uniform translations."""
        projected: Array = vectors - self.translations @ (self.translations.T @ vectors)
        return projected

    def solve(self, right: Array) -> Array:
        """Return the solution (n, k) of H x = right without translations, of which H may have no other zero mode."""
        factor = self._factor_below
        right = self.project(right)
        x = self.project(factor.solve(right))
        for _ in range(MAX_REFINEMENTS):  # each step reduces the effect of the small shift by a factor shift/eigenvalue
            residual = right - self.matrix @ x
            if np.abs(residual).max() <= 1e-13 * np.abs(right).max():
                break
            x += self.project(factor.solve(self.project(residual)))
        return x

    def expand(self, vectors: Array) -> Array:
        """Return vectors (n, k) as displacements (k, N, d), which are zero at what is left out."""
        full = np.zeros((vectors.shape[1], self.number * self.dimension))
        full[:, self._kept] = vectors.T
        return full.reshape(-1, self.number, self.dimension)

    def reduce(self, displacements: Array) -> Array:
        """Return displacements (k, N, d) as vectors (n, k), without what is left out."""
        return displacements.reshape(len(displacements), -1)[:, self._kept].T
