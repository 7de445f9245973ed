"""Two-level preconditioner for quenches: single particles, and elastic waves on a coarse grid."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from atomglass.kernels.minimization import coarse_grid as kernels
from atomglass.kernels.records import PairList
from atomglass.linalg.factorization import Dissection
from atomglass.system.neighbors import WrappedPositions
from atomglass.system.potential import PairPotential
from atomglass.types import Array, IntArray

#: Spacing of the grid's nodes, in units of length. From 2.5 to 6, the number of steps in a quench grows by one third,
#: while the cost of solving on the grid falls from three force evaluations to one third of one.
SPACING = 6.0
#: Added to the diagonal blocks, in units of the mean diagonal element, so that particles with few contacts are not
#: displaced too far.
DAMPING = 0.1
#: Added to the diagonal of the grid's matrix before it is factorized, in units of its mean diagonal element; without
#: it, translations would make the matrix singular.
SHIFT = 1e-7


def grid_counts(wrapped: WrappedPositions, max_cutoff: float) -> IntArray | None:
    """Return the number of nodes along each axis (d,), or None if the box is too small, or too empty, for a grid.

    A grid needs at least five cells along each axis, each wider than the interaction range, and fewer nodes than there
    are particles.

    Parameters
    ----------
    wrapped : WrappedPositions
        Provides the cell.
    max_cutoff : float
        Largest distance at which two particles interact, in units of length.
    """
    heights = wrapped.heights
    counts = np.maximum(5, np.round(heights / SPACING)).astype(np.int64)
    fits = np.all(heights / counts > max_cutoff) and counts.astype(float).prod() < len(wrapped.positions)
    return counts if fits else None


class ElasticPreconditioner:
    """An approximate inverse of the Hessian near a minimum: M^-1 = D^-1 + P (P^T K P)^-1 P^T.

    K is the Hessian without the pairs' tension, so that M is positive definite even in a liquid; D is its damped block
    diagonal; P interpolates displacements from a coarse grid. This is an additive two-level method (Dryja and Widlund,
    in: Third International Symposium on Domain Decomposition Methods, SIAM (1990)).

    Parameters
    ----------
    wrapped : WrappedPositions
        Provides the cell.
    positions : (N, 3) array
        Current positions, in units of length.
    pairs : PairList
        A half neighbor list that is valid at these positions.
    potential : PairPotential
        The interactions.
    counts : (d,) int array
        Number of nodes along each axis, from `grid_counts`.
    """

    def __init__(
        self,
        wrapped: WrappedPositions,
        positions: Array,
        pairs: PairList,
        potential: PairPotential,
        counts: IntArray,
    ) -> None:
        d = wrapped.dimension
        self._interpolation = kernels.interpolation(positions, wrapped.inverse, d, counts)
        springs = kernels.pair_springs(positions, pairs, potential.parameters)
        blocks = kernels.grid_stiffness(springs, self._interpolation, counts)
        matrix = _sparse(blocks, counts)
        nodes = np.stack(np.unravel_index(np.arange(len(blocks)), tuple(counts)), axis=-1)
        dissection = Dissection(matrix, (nodes + 0.5) * (wrapped.heights / counts), wrapped.heights)
        self._factor = dissection.factor(-SHIFT * float(matrix.diagonal().mean()))
        diagonal = kernels.diagonal_blocks(springs)
        diagonal += DAMPING * np.trace(diagonal, axis1=1, axis2=2).mean() / d * np.eye(d)
        self._inverse_blocks = np.linalg.inv(diagonal)[(slice(None), *np.triu_indices(d))].astype(np.float32)
        self._coarse = np.empty((len(blocks), d))

    def apply(self, field: Array, result: Array) -> tuple[float, float]:
        """Write M^-1 field to `result`, both (d N,) arrays; return field.M^-1.field and field.field."""
        kernels.restrict(self._interpolation, field, self._coarse)
        coarse = self._factor.solve(self._coarse.ravel()).reshape(self._coarse.shape)
        product, squared = kernels.prolong_and_add(self._interpolation, coarse, self._inverse_blocks, field, result)
        return float(product), float(squared)


def _sparse(blocks: Array, counts: IntArray) -> sparse.bsr_array:
    """Return the grid's stiffness as a sparse matrix, from its blocks by node and offset."""
    total, d, shape = len(blocks), blocks.shape[2], tuple(counts)
    nodes = np.stack(np.unravel_index(np.arange(total), shape), axis=-1)
    offsets = np.stack(np.unravel_index(np.arange(5**d), (5,) * d), axis=-1) - 2
    others = (nodes[:, None, :] + offsets) % counts
    columns = np.ravel_multi_index(tuple(np.moveaxis(others, -1, 0)), shape)
    order = np.argsort(columns, axis=1)
    columns, blocks = np.take_along_axis(columns, order, 1), np.take_along_axis(blocks, order[:, :, None, None], 1)
    begin = np.arange(total + 1) * 5**d
    return sparse.bsr_array((blocks.reshape(-1, d, d), columns.ravel(), begin), shape=(d * total, d * total))
