"""Sparse Hessian, and the rattlers that it must be freed of."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from atomglass.linalg.factorization import Dissection, Factor
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential

#: Shift below zero at which the Hessian is factorized, in units of its mean diagonal element (some 200 here).
SHIFT = 1e-9
#: Most steps of iterative refinement of a linear solution.
REFINEMENTS = 50


def hessian(configuration: Configuration, potential: PairPotential) -> sparse.csr_array:
    """Return the matrix of second derivatives of the energy.

    Parameters
    ----------
    configuration : Configuration
        Any configuration.
    potential : PairPotential
        The interactions.

    Returns
    -------
    (d N, d N) sparse array
        Particle-major: row d i + a is component a of particle i. Rattlers included.

    Raises
    ------
    InputError
        The box is too small for the cutoff.

    Notes
    -----
    Kumar, Procaccia and Singh, Eq. 2. With U a sum of psi(r^2), a pair's block is 4 psi'' r r + 2 psi' 1.
    """
    return pair_hessian(InteractingPairs.of(configuration, potential))


def pair_hessian(pairs: InteractingPairs) -> sparse.csr_array:
    """Return the Hessian of given pairs."""
    d, n = pairs.dimension, pairs.number
    r = pairs.separations[:, :d]
    # The outer product first: x y = y x to the last bit, so that the matrix is exactly symmetric.
    blocks = (r[:, :, None] * r[:, None, :]) * (4 * pairs.derivatives[:, 2, None, None])
    blocks += 2 * pairs.derivatives[:, 1, None, None] * np.eye(d)
    i, j = pairs.indices.T
    diagonal = np.zeros((n, d, d))
    np.add.at(diagonal, i, blocks)
    np.add.at(diagonal, j, blocks)
    every = np.arange(n)
    row_blocks, column_blocks = np.concatenate([every, i, j]), np.concatenate([every, j, i])
    values = np.concatenate([diagonal, -blocks, -blocks])
    rows = np.broadcast_to(row_blocks[:, None, None] * d + np.arange(d)[:, None], values.shape)
    columns = np.broadcast_to(column_blocks[:, None, None] * d + np.arange(d), values.shape)
    matrix = sparse.coo_array((values.ravel(), (rows.ravel(), columns.ravel())), shape=(n * d, n * d))
    return matrix.tocsr()


def rattlers(configuration: Configuration, potential: PairPotential) -> NDArray[np.bool_]:
    """Return which particles (N,) are rattlers: fewer than d + 1 contacts, not counting those with other rattlers."""
    return pair_rattlers(InteractingPairs.of(configuration, potential))


def pair_rattlers(pairs: InteractingPairs) -> NDArray[np.bool_]:
    """Return the rattlers of given pairs: removed repeatedly until every particle left has d + 1 contacts."""
    loose = np.zeros(pairs.number, dtype=bool)
    while True:
        held = ~loose[pairs.indices].any(axis=1)
        contacts = np.bincount(pairs.indices[held].ravel(), minlength=pairs.number)
        found = (contacts <= pairs.dimension) & ~loose
        if not found.any():
            return loose
        loose |= found


class ReducedHessian:
    """The Hessian without rattlers, its translations, and factorizations that modes and moduli share.

    Parameters
    ----------
    pairs : Pairs
        The interacting pairs.

    Attributes
    ----------
    matrix : (n, n) sparse array
        Hessian of the particles that are held, n = d (N - rattlers).
    rattlers : (N,) bool array
        The others.
    translations : (n, d) array
        Orthonormal uniform displacements.
    """

    def __init__(self, pairs: InteractingPairs) -> None:
        self.number, self.dimension = pairs.number, pairs.dimension
        self.rattlers = pair_rattlers(pairs)
        self._kept = np.flatnonzero(np.repeat(~self.rattlers, self.dimension))
        # Without the pairs that rattlers are in (at a minimum they push with no force): so a uniform displacement of
        # the held particles costs nothing, in a liquid as well.
        whole = pair_hessian(pairs.without(self.rattlers))
        self.matrix = whole if len(self._kept) == whole.shape[0] else whole[self._kept][:, self._kept]
        held = len(self._kept) // self.dimension
        self._coordinates, self._lengths = pairs.coordinates[~self.rattlers], pairs.lengths
        self.translations = np.tile(np.eye(self.dimension), (held, 1)) / np.sqrt(max(held, 1))

    @property
    def size(self) -> int:
        """Number of degrees of freedom n, translations included."""
        return self.matrix.shape[0]

    @cached_property
    def scale(self) -> float:
        """Mean diagonal element: the natural unit of eigenvalues."""
        return float(self.matrix.diagonal().mean())

    @cached_property
    def _dissection(self) -> Dissection:
        return Dissection(self.matrix, self._coordinates, self._lengths)

    @cached_property
    def _factor_below(self) -> Factor:
        """The factorization just below zero."""
        return self.factor(-SHIFT * self.scale)

    @property
    def is_minimum(self) -> bool:
        """Whether no eigenvalue is negative (beyond rounding)."""
        return self.negative_count == 0

    @property
    def negative_count(self) -> int:
        """How many eigenvalues are negative (beyond rounding)."""
        return self._factor_below.negative_count

    def factor(self, shift: float) -> Factor:
        """Return the factorization of H - shift; its signs give the inertia."""
        return self._dissection.factor(shift)

    def modes_below(self, factor: Factor) -> int:
        """Return how many eigenvalues lie below a factor's shift, translations left out (Sylvester's inertia law)."""
        return factor.negative_count - (self.dimension if factor.shift > 0 else 0)

    def count_below(self, eigenvalue: float) -> int:
        """Return how many eigenvalues lie below a bound, translations left out."""
        return self.modes_below(self.factor(eigenvalue))

    def factor_below_spectrum(self) -> Factor:
        """Return the factorization at a shift below all eigenvalues."""
        factor = self._factor_below
        while factor.negative_count:
            factor = self.factor(30 * factor.shift)
        return factor

    def project(self, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Remove uniform translations from (n,) or (n, k) vectors."""
        return vectors - self.translations @ (self.translations.T @ vectors)

    def solve(self, right: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return x with H x = right, (n, k), for right sides without translations; H must be positive."""
        factor = self._factor_below
        right = self.project(right)
        x = self.project(factor.solve(right))
        for _ in range(REFINEMENTS):  # takes the small shift out again, by a factor shift/eigenvalue a step
            rest = right - self.matrix @ x
            if np.abs(rest).max() <= 1e-13 * np.abs(right).max():
                break
            x += self.project(factor.solve(self.project(rest)))
        return x

    def expand(self, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return vectors (n, k) as displacements (k, N, d), zero at rattlers."""
        full = np.zeros((vectors.shape[1], self.number * self.dimension))
        full[:, self._kept] = vectors.T
        return full.reshape(-1, self.number, self.dimension)

    def reduce(self, displacements: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return displacements (k, N, d) as vectors (n, k)."""
        return displacements.reshape(len(displacements), -1)[:, self._kept].T
