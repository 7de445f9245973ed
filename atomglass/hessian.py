"""Sparse Hessian, and the rattlers that it must be freed of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from atomglass.configuration import Configuration
from atomglass.interactions import Pairs
from atomglass.potential import PairPotential


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
    return pair_hessian(Pairs.of(configuration, potential))


def pair_hessian(pairs: Pairs) -> sparse.csr_array:
    """Return the Hessian of given pairs."""
    d, n = pairs.dimension, pairs.number
    r = pairs.separations[:, :d]
    blocks = 4 * pairs.derivatives[:, 2, None, None] * r[:, :, None] * r[:, None, :]
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
    return pair_rattlers(Pairs.of(configuration, potential))


def pair_rattlers(pairs: Pairs) -> NDArray[np.bool_]:
    """Return the rattlers of given pairs: removed repeatedly until every particle left has d + 1 contacts."""
    loose = np.zeros(pairs.number, dtype=bool)
    while True:
        held = ~loose[pairs.indices].any(axis=1)
        contacts = np.bincount(pairs.indices[held].ravel(), minlength=pairs.number)
        found = (contacts <= pairs.dimension) & ~loose
        if not found.any():
            return loose
        loose |= found
