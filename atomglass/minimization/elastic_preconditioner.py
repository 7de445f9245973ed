"""Two-level preconditioner of a quench: single particles, and elastic waves on a coarse grid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from atomglass.kernels.minimization import coarse_grid as kernels
from atomglass.linalg.factorization import Dissection
from atomglass.system.neighbors import WrappedPositions
from atomglass.system.potential import PairPotential

Array = NDArray[np.float64]

#: Distance of the grid's nodes, in units of length. From 2.5 to 6 the steps of a quench grow by a third, while the
#: grid's solution falls from three times the cost of a force evaluation to a third.
SPACING = 6.0
#: Added to the particles' own blocks, in units of the mean diagonal element, so that particles with few contacts are
#: not pushed far.
DAMPING = 0.1
#: Shift below zero at which the grid is factorized, in units of its mean diagonal element: lets translations pass.
SHIFT = 1e-7


def grid(geometry: WrappedPositions, reach: float) -> NDArray[np.int64] | None:
    """Return the nodes along each axis, or None for a box that has no room for five cells wider than a pair."""
    heights = geometry.heights
    counts = np.maximum(5, np.round(heights / SPACING)).astype(np.int64)
    return counts if np.all(heights / counts > reach) else None


class ElasticPreconditioner:
    """An approximate inverse of the Hessian near a minimum: M^-1 = D^-1 + P (P^T K P)^-1 P^T.

    K is the Hessian without the pairs' tension, so that M is positive in a liquid too; D its diagonal blocks, damped; P
    interpolates displacements from a coarse grid. An additive two-level method (Dryja and Widlund, in: Third
    International Symposium on Domain Decomposition Methods, SIAM (1990)).

    Parameters
    ----------
    geometry : WrappedPositions
        The cell.
    positions : (N, 3) array
        Where the particles are.
    lists : tuple
        A half list at these positions (first, neighbors, 1/sigma_ij^2).
    potential : PairPotential
        The interactions.
    counts : (d,) int array
        From `grid`.
    """

    def __init__(
        self,
        geometry: WrappedPositions,
        positions: Array,
        lists: tuple,
        potential: PairPotential,
        counts: NDArray[np.int64],
    ) -> None:
        d = geometry.dimension
        cells, self._nodes, self._weights = kernels.place(positions, geometry.inverse, d, counts)
        pairs = kernels.springs(positions, *lists, geometry.shifts, potential.parameters, d)
        blocks = kernels.grid_stiffness(*pairs, cells, self._nodes, self._weights, counts)
        matrix = _sparse(blocks, counts)
        places = np.stack(np.unravel_index(np.arange(len(blocks)), tuple(counts)), axis=-1)
        widths = geometry.heights / counts
        dissection = Dissection(matrix, (places + 0.5) * widths, geometry.heights)
        self._factor = dissection.factor(-SHIFT * float(matrix.diagonal().mean()))
        own = kernels.diagonal_blocks(*pairs)
        own += DAMPING * np.trace(own, axis1=1, axis2=2).mean() / d * np.eye(d)
        self._inverse = np.linalg.inv(own)[(slice(None), *np.triu_indices(d))].astype(np.float32)
        self._coarse = np.empty((len(blocks), d))

    def apply(self, field: Array, result: Array) -> float:
        """Write M^-1 field, both flat (d N); return field.M^-1.field."""
        kernels.restrict(self._nodes, self._weights, field, self._coarse)
        solved = self._factor.solve(self._coarse.ravel()).reshape(self._coarse.shape)
        return float(kernels.correct(self._nodes, self._weights, solved, self._inverse, field, result))


def _sparse(blocks: Array, counts: NDArray[np.int64]) -> sparse.bsr_array:
    """Return the grid's stiffness as a matrix, from its blocks by offset."""
    total, d, shape = len(blocks), blocks.shape[2], tuple(counts)
    nodes = np.stack(np.unravel_index(np.arange(total), shape), axis=-1)
    offsets = np.stack(np.unravel_index(np.arange(5**d), (5,) * d), axis=-1) - 2
    others = (nodes[:, None, :] + offsets) % counts
    columns = np.ravel_multi_index(tuple(np.moveaxis(others, -1, 0)), shape)
    order = np.argsort(columns, axis=1)
    columns, blocks = np.take_along_axis(columns, order, 1), np.take_along_axis(blocks, order[:, :, None, None], 1)
    begin = np.arange(total + 1) * 5**d
    return sparse.bsr_array((blocks.reshape(-1, d, d), columns.ravel(), begin), shape=(d * total, d * total))
