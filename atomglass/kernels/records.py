"""Records that kernels share: the neighbor list, and the arrays, options and state of a minimizer."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from atomglass.kernels.pair_records import KindArray
from atomglass.types import Array, IntArray

#: Neighbors, each packed into one integer, `index * 32 + image` (see `kernels.cell_list`).
PackedArray = NDArray[np.uint32]

#: How a call of a minimizer ended: the force is within the tolerance, the neighbor list must be rebuilt, the iteration
#: limit was reached, or the force cannot be reduced (or is not a number).
CONVERGED, REBUILD, EXHAUSTED, STALLED = 0, 1, 2, 3


class PairList(NamedTuple):
    """A half neighbor list: each pair is listed once, at the particle that owns it.

    Attributes
    ----------
    row_starts : (N + 1,) int array
        The neighbors of particle i are `neighbors[row_starts[i] : row_starts[i + 1]]`.
    neighbors : (P,) uint32 array
        Packed neighbors, `index * 32 + image`; unsigned, so that kernels need no test for negative indices.
    inverse_sigma_squared : (P,) array
        1 / sigma_ij^2 of each pair, in units of length^-2.
    kinds : (P,) uint16 array
        Kind of each pair (see `kernels.pair_records`); not used with `PairParameters`.
    shifts : (32, 3) array
        Shift vector of each image number, in units of length.
    dimension : int
        2 or 3. In two dimensions all z are zero.
    """

    row_starts: IntArray
    neighbors: PackedArray
    inverse_sigma_squared: Array
    kinds: KindArray
    shifts: Array
    dimension: int


class MinimizerArrays(NamedTuple):
    """Per-particle arrays of a minimizer, all of shape (N, 3).

    Attributes
    ----------
    positions : (N, 3) array
        Current positions, in units of length; not wrapped since the neighbor list was built.
    reference : (N, 3) array
        Positions at which the neighbor list was built; not changed.
    direction : (N, 3) array
        Search direction; FIRE keeps the velocities here.
    forces : (N, 3) array
        Forces at `positions`, in units of epsilon over length.
    """

    positions: Array
    reference: Array
    direction: Array
    forces: Array


class MinimizerOptions(NamedTuple):
    """Settings that stay fixed during a minimization.

    Attributes
    ----------
    force_tolerance : float
        Largest force on a particle at which the minimization has converged, in units of epsilon over length.
    max_step : float
        Largest displacement of a particle in one trial step, in units of length.
    switch_force : float
        Root-mean-square force at which the method changes, in units of epsilon over length. Conjugate gradients try
        Newton steps below it; steepest descent and FIRE count as converged there.
    skin : float
        Skin of the neighbor list, in units of length.
    """

    force_tolerance: float
    max_step: float
    switch_force: float
    skin: float


#: Scalars that persist from one call of a minimization kernel to the next. A numpy record, so that kernels and Python
#: read and write the same fields by name.
MINIMIZER_STATE = np.dtype(
    [
        ("iterations", np.int64),  # steps done
        ("evaluations", np.float64),  # force evaluations; those of a part of the sample count as that fraction
        ("products", np.int64),  # products with the Hessian in Newton steps
        ("energy", np.float64),  # potential energy at the current positions, in units of epsilon
        ("needs_restart", np.bool_),  # the next call starts without a previous direction
        ("curvature", np.float64),  # d2U/ds2 along the last search direction of unit length; 0 if not yet known
        ("newton_cooldown", np.int64),  # conjugate-gradient steps left until Newton's method is tried again
        ("stiffness_bound", np.float64),  # upper bound of the Hessian's largest eigenvalue; 0 if not yet known
        ("time_step", np.float64),  # FIRE: current time step
        ("alpha", np.float64),  # FIRE: current mixing of velocity and force
        ("n_positive", np.int64),  # FIRE: steps since the power F.v was last negative
        ("fire_steps", np.int64),  # FIRE: steps since it started
    ],
    align=True,
)


def new_minimizer_state() -> Any:
    """Return the state at the start of a minimization: a record with the fields of `MINIMIZER_STATE`."""
    state = np.zeros(1, MINIMIZER_STATE).view(np.recarray)[0]
    state.needs_restart = True
    return state
