"""The sparse Hessian, and the rattlers that must be removed from it."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from atomglass.errors import InputError
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential
from atomglass.types import BoolArray, IntArray
from atomglass.vibrations.sparse_hessian import SparseHessian


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


class ReducedHessian(SparseHessian):
    """The Hessian of interacting pairs without rattlers, its translations, and its factorizations.

    Parameters
    ----------
    pairs : InteractingPairs
        The interacting pairs.
    pinned : (N,) bool array, optional
        Particles that cannot move; none by default. Their rows and columns are left out. They still hold their
        neighbors, so that no uniform displacement is free: there are no translations.
    """

    def __init__(self, pairs: InteractingPairs, pinned: BoolArray | None = None) -> None:
        dimension, rattling = pairs.dimension, pair_rattlers(pairs)
        free = ~rattling if pinned is None else ~(rattling | pinned)
        kept = np.flatnonzero(np.repeat(free, dimension))
        # Pairs with rattlers, which exert no force at a minimum, are left out so that a uniform displacement of the
        # other particles costs no energy, even in a liquid.
        full = pair_hessian(pairs.without(rattling))
        particles = len(kept) // dimension
        translations = np.tile(np.eye(dimension), (particles, 1)) / np.sqrt(max(particles, 1))
        super().__init__(
            matrix=full if len(kept) == full.shape[0] else full[kept][:, kept],
            translations=translations[:, :0] if pinned is not None and pinned.any() else translations,
            kept=kept,
            dimension=dimension,
            rattlers=rattling,
            coordinates=pairs.coordinates[free],
            lengths=pairs.lengths,
        )

    def held_pairs(self, pairs: InteractingPairs) -> tuple[InteractingPairs, IntArray]:
        """Return the pairs without rattlers, and their indices (P, 2) among the particles that are held."""
        held = pairs.without(self.rattlers)
        return held, (np.cumsum(~self.rattlers) - 1)[held.indices]
