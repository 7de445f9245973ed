"""An upper bound on the Hessian's largest eigenvalue, which sets the steps of steepest descent and FIRE."""

from __future__ import annotations

from typing import Any

import numpy as np

from atomglass.kernels.cell_list import IMAGE_BITS
from atomglass.kernels.jit import kernel
from atomglass.kernels.pair_potential import cutoff_squared, is_repulsive, pair_derivatives, stored_kind
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.pair_sums import separation
from atomglass.kernels.records import PairList
from atomglass.types import Array

#: Number of iterations between updates of the bound, which changes slowly and costs a pass over the pairs.
UPDATE_INTERVAL = 10
#: Least bound, as a share of the same sum over the magnitudes |phi''| + |phi'/r|.
LEAST_SHARE = 0.01


@kernel
def stiffness_bound(positions: Array, pairs: PairList, potential: Potential) -> float:
    """Return a bound on the Hessian's largest eigenvalue: twice the largest sum of stiffnesses over a particle's pairs.

    A pair contributes at most k (u_i - u_j)^2 <= 2 k (u_i^2 + u_j^2) to u.H.u, where k is the largest of phi''(r),
    phi'(r)/r (which is positive for attractive pairs) and zero. The bound is at least `LEAST_SHARE` of the same sum
    over |phi''| + |phi'/r|: where the energy is concave along all pairs, as between soft repulsive particles that
    overlap, steps must still be finite.

    Parameters
    ----------
    positions : (N, 3) array
        Wrapped when the list was built.
    pairs : PairList
        Half neighbor list.
    potential : PairParameters or FormParameters
        Parameters of the pair potential.

    Returns
    -------
    bound : float
        In units of epsilon over length^2.
    """
    row_starts, neighbors = pairs.row_starts, pairs.neighbors
    sums, magnitudes = np.zeros(positions.shape[0]), np.zeros(positions.shape[0])
    for i in range(positions.shape[0]):
        for k in range(row_starts[i], row_starts[i + 1]):
            dx, dy, dz = separation(positions, i, neighbors[k], pairs.shifts)
            w = pairs.inverse_sigma_squared[k]
            ratio = (dx * dx + dy * dy + dz * dz) * w
            kind = stored_kind(pairs.kinds, k, potential)
            if ratio < cutoff_squared(kind, potential):
                _, f1, f2, _, _ = pair_derivatives(ratio, potential, kind)
                stiffness = max(4.0 * f2 * ratio * w + 2.0 * f1 * w, 0.0)
                if not is_repulsive(potential):
                    stiffness = max(stiffness, 2.0 * f1 * w)
                magnitude = abs(4.0 * f2 * ratio * w + 2.0 * f1 * w) + abs(2.0 * f1 * w)
                j = neighbors[k] >> IMAGE_BITS
                sums[i] += stiffness
                sums[j] += stiffness
                magnitudes[i] += magnitude
                magnitudes[j] += magnitude
    return 2.0 * max(sums.max(), LEAST_SHARE * magnitudes.max())


@kernel
def update_stiffness_bound(positions: Array, pairs: PairList, potential: Potential, state: Any) -> float:
    """Update the bound in the state if an update is due, and return the bound.

    Parameters
    ----------
    positions : (N, 3) array
        Wrapped when the list was built.
    pairs : PairList
        Half neighbor list.
    potential : PairParameters or FormParameters
        Parameters of the pair potential.
    state : MINIMIZER_STATE record
        `stiffness_bound` is changed in place.
    """
    if state.stiffness_bound == 0.0 or state.iterations % UPDATE_INTERVAL == 0:
        state.stiffness_bound = stiffness_bound(positions, pairs, potential)
    return state.stiffness_bound
