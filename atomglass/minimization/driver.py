"""The loop around a minimizer, which rebuilds neighbor lists and ends when the minimizer has converged or stalled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from atomglass.kernels.records import EXHAUSTED, REBUILD, STALLED, MinimizerArrays, PairList, new_minimizer_state
from atomglass.system.neighbors import NeighborList, WrappedPositions
from atomglass.system.potential import PairPotential
from atomglass.types import Array, IntArray

#: Largest skin of the neighbor list, and of the wide list from which it is cut while that is valid, in units of length.
SKIN, WIDE_SKIN = 0.4, 1.2
#: Number of iterations in one call of a minimizer; calls are short because compiled code blocks signal handlers.
ITERATIONS_PER_CALL = 500
#: Number of iterations times particles in one call, which limits the calls of samples of more than 100,000 particles.
PARTICLE_ITERATIONS_PER_CALL = 50_000_000

#: A function that minimizes with a neighbor list for a number of iterations; it returns CONVERGED, REBUILD, EXHAUSTED
#: or STALLED.
Minimizer = Callable[[MinimizerArrays, PairList, int], int]
#: Force, in units of epsilon over length, that only an overlap can cause (r = 0.4 sigma for r^-12), and number of
#: iterations without a new minimum of it after which a minimization of finite patience counts as stalled.
OVERLAPPING_FORCE, OVERLAP_PATIENCE = 1e6, 2000


@dataclass(frozen=True)
class Sample:
    """Quantities that stay fixed during a quench.

    Attributes
    ----------
    start : WrappedPositions
        The cell, and the initial positions in the order given by the user.
    labels : (N,) array
        Labels of the particles (diameters or species) in spatial order.
    potential : PairPotential
        The interactions.
    wide_skin : float
        Skin of the wide neighbor list, at most what the box allows, in units of length.
    """

    start: WrappedPositions
    labels: Array
    potential: PairPotential
    wide_skin: float

    @property
    def skin(self) -> float:
        """Skin of the neighbor list, in units of length."""
        return min(SKIN, self.wide_skin)


@dataclass(frozen=True)
class QuenchState:
    """Quantities that a minimization changes in place; particles are in spatial order.

    Attributes
    ----------
    positions : (N, 3) array
        Positions, wrapped when the wide neighbor list was built and moved since, in units of length.
    images : (N, 3) int array
        Number of cell vectors that wrapping has subtracted from each position.
    direction, forces : (N, 3) arrays
        Search direction, and forces in units of epsilon over length.
    scalars : MINIMIZER_STATE record
        Counters and scalars that persist from one call of the minimizer to the next.
    """

    positions: Array
    images: IntArray
    direction: Array
    forces: Array
    scalars: Any

    @classmethod
    def of(cls, positions: Array, images: IntArray) -> QuenchState:
        """Return the initial state of a minimization."""
        return cls(positions, images, np.zeros_like(positions), np.zeros_like(positions), new_minimizer_state())

    @property
    def iterations(self) -> int:
        """Number of iterations done."""
        return int(self.scalars.iterations)

    @property
    def max_force(self) -> float:
        """Largest force on a particle, in units of epsilon over length."""
        return float(np.sqrt((self.forces**2).sum(axis=1).max()))


def run_minimizer(
    minimizer: Minimizer,
    sample: Sample,
    state: QuenchState,
    max_iterations: int,
    patience: float,
    on_progress: Callable[[float], object],
) -> int:
    """Call a minimizer repeatedly, rebuilding the neighbor list as needed, until the minimization has ended.

    Parameters
    ----------
    minimizer : callable
        The minimizer: called with arrays, neighbor list and number of iterations, it returns how the call ended.
    sample : Sample
        Cell, labels and interactions.
    state : QuenchState
        Changed in place.
    max_iterations : int
        Largest total number of iterations.
    patience : float
        Number of iterations without a new minimum of the largest force after which the minimization counts as stalled;
        infinite for a descent from a liquid, in which the force may increase for a long time near saddles.
    on_progress : callable
        Called with the largest force after each call of the minimizer.

    Returns
    -------
    code : int
        CONVERGED, EXHAUSTED or STALLED.
    """
    best_force, best_iteration, code = np.inf, 0, REBUILD
    per_call = min(ITERATIONS_PER_CALL, max(1, PARTICLE_ITERATIONS_PER_CALL // len(sample.labels)))
    wide: NeighborList | None = None
    while code in (REBUILD, EXHAUSTED):
        if code == REBUILD:
            if wide is None or not wide.covers(state.positions, sample.skin):
                wrapped = sample.start.at(state.positions)
                state.images[:] += wrapped.images
                state.positions[:] = wrapped.positions
                wide = NeighborList.build(wrapped, sample.labels, sample.potential, sample.wide_skin)
            reference = state.positions.copy()
            pairs = wide.narrowed(reference, sample.skin)
        arrays = MinimizerArrays(state.positions, reference, state.direction, state.forces)
        code = minimizer(arrays, pairs, min(per_call, max_iterations - state.iterations))
        force = state.max_force
        on_progress(force)
        if force < best_force:
            best_force, best_iteration = force, state.iterations
        if code == EXHAUSTED and state.iterations >= max_iterations:
            break
        overlapping = force > OVERLAPPING_FORCE
        if state.iterations - best_iteration > (min(patience, OVERLAP_PATIENCE) if overlapping else patience):
            code = STALLED
    return code
