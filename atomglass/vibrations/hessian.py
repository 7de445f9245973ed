"""The sparse Hessian, and the rattlers that must be removed from it."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy import sparse

from atomglass.errors import InputError
from atomglass.linalg.factorization import Dissection, Factor
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential
from atomglass.types import Array, BoolArray, IntArray

#: Shift below zero at which the Hessian is factorized, in units of its mean diagonal element (about 200 in the models
#: of `potentials/`).
SHIFT = 1e-9
#: Largest number of steps of iterative refinement of a linear solution.
MAX_REFINEMENTS = 50


def hessian(configuration: Configuration, potential: PairPotential) -> sparse.csr_array:
    """Return the Hessian, the matrix of second derivatives of the energy.

    Parameters
    ----------
    configuration : Configuration
        Any configuration.
    potential : PairPotential
        The interactions.

    Returns
    -------
    (d N, d N) sparse array
        In units of epsilon over length^2; row d i + a is component a of particle i. Rattlers are included.

    Raises
    ------
    InputError
        The box is too small for the cutoff.

    Notes
    -----
    Kumar, Procaccia and Singh, Eq. 2. If U is a sum of psi(r^2), the block of a pair is 4 psi'' r r + 2 psi' 1.

    Examples
    --------
    >>> ag.hessian(glass, pot).shape
    (200, 200)
    """
    return pair_hessian(InteractingPairs.of(configuration, potential))


def pair_hessian(pairs: InteractingPairs) -> sparse.csr_array:
    """Return the Hessian of given pairs, (d N, d N), in units of epsilon over length^2."""
    d, n = pairs.dimension, pairs.number
    r = pairs.separations[:, :d]
    # The outer product is computed first: x y = y x to the last bit, so that the matrix is exactly symmetric.
    blocks = (r[:, :, None] * r[:, None, :]) * (4 * pairs.derivatives[:, 2, None, None])
    blocks += 2 * pairs.derivatives[:, 1, None, None] * np.eye(d)
    i, j = pairs.indices.T
    diagonal = np.zeros((n, d, d))
    np.add.at(diagonal, i, blocks)
    np.add.at(diagonal, j, blocks)
    particles = np.arange(n)
    row_blocks, column_blocks = np.concatenate([particles, i, j]), np.concatenate([particles, j, i])
    values = np.concatenate([diagonal, -blocks, -blocks])
    rows = np.broadcast_to(row_blocks[:, None, None] * d + np.arange(d)[:, None], values.shape)
    columns = np.broadcast_to(column_blocks[:, None, None] * d + np.arange(d), values.shape)
    matrix = sparse.coo_array((values.ravel(), (rows.ravel(), columns.ravel())), shape=(n * d, n * d))
    return matrix.tocsr()


def rattlers(configuration: Configuration, potential: PairPotential) -> BoolArray:
    """Return which particles are rattlers: those with fewer than d + 1 contacts with particles that are not rattlers.

    Returns
    -------
    (N,) bool array
        True for rattlers.

    Raises
    ------
    InputError
        The box is too small for the cutoff.

    Examples
    --------
    >>> ag.rattlers(glass, pot).shape
    (100,)
    """
    return pair_rattlers(InteractingPairs.of(configuration, potential))


def pair_rattlers(pairs: InteractingPairs) -> BoolArray:
    """Return which particles (N,) are rattlers, removed repeatedly until all others have at least d + 1 contacts."""
    if not isinstance(pairs, InteractingPairs):
        remedy = "make them: InteractingPairs.of(configuration, potential)"
        raise InputError("pairs", type(pairs).__name__, "InteractingPairs", remedy)
    removed: BoolArray = np.zeros(pairs.number, dtype=bool)
    while True:
        kept_pairs = ~removed[pairs.indices].any(axis=1)
        contacts = np.bincount(pairs.indices[kept_pairs].ravel(), minlength=pairs.number)
        found = (contacts <= pairs.dimension) & ~removed
        if not found.any():
            return removed
        removed |= found


class ReducedHessian:
    """The Hessian without rattlers, its translations, and the factorizations that modes and moduli share.

    Parameters
    ----------
    pairs : InteractingPairs
        The interacting pairs.
    pinned : (N,) bool array, optional
        Particles that cannot move; none by default. Their rows and columns are left out. They still hold their
        neighbors, so that no uniform displacement is free: there are no translations.

    Attributes
    ----------
    matrix : (n, n) sparse array
        Hessian of the particles that are neither rattlers nor pinned, n = d times their number, in units of epsilon
        over length^2.
    rattlers : (N,) bool array
        Which particles are left out because nothing holds them.
    translations : (n, t) array
        Orthonormal uniform displacements: t = d of them, or none if particles are pinned.
    """

    def __init__(self, pairs: InteractingPairs, pinned: BoolArray | None = None) -> None:
        self.number, self.dimension = pairs.number, pairs.dimension
        self.rattlers = pair_rattlers(pairs)
        free = ~self.rattlers if pinned is None else ~(self.rattlers | pinned)
        self._kept = np.flatnonzero(np.repeat(free, self.dimension))
        # Pairs with rattlers, which exert no force at a minimum, are left out so that a uniform displacement of the
        # other particles costs no energy, even in a liquid.
        full = pair_hessian(pairs.without(self.rattlers))
        self.matrix = full if len(self._kept) == full.shape[0] else full[self._kept][:, self._kept]
        particles = len(self._kept) // self.dimension
        self._coordinates, self._lengths = pairs.coordinates[free], pairs.lengths
        self.translations = np.tile(np.eye(self.dimension), (particles, 1)) / np.sqrt(max(particles, 1))
        if pinned is not None and pinned.any():
            self.translations = self.translations[:, :0]

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
    def _dissection(self) -> Dissection:
        return Dissection(self.matrix, self._coordinates, self._lengths)

    @cached_property
    def _factor_below(self) -> Factor:
        """The factorization just below zero."""
        return self.factor(-SHIFT * self.scale)

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
        """Return the solution (n, k) of H x = right without translations, where H must be positive definite."""
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
        """Return vectors (n, k) as displacements (k, N, d), which are zero at rattlers and at pinned particles."""
        full = np.zeros((vectors.shape[1], self.number * self.dimension))
        full[:, self._kept] = vectors.T
        return full.reshape(-1, self.number, self.dimension)

    def held_pairs(self, pairs: InteractingPairs) -> tuple[InteractingPairs, IntArray]:
        """Return the pairs without rattlers, and their indices (P, 2) among the particles that are held."""
        held = pairs.without(self.rattlers)
        return held, (np.cumsum(~self.rattlers) - 1)[held.indices]

    def reduce(self, displacements: Array) -> Array:
        """Return displacements (k, N, d) as vectors (n, k), without rattlers and pinned particles."""
        return displacements.reshape(len(displacements), -1)[:, self._kept].T
