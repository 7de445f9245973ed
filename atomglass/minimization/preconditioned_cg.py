"""The quench of a large sample: conjugate gradients and Newton's method, preconditioned for elastic waves.

As `kernels.minimize` does it, with the same line search and the same limits on a step; regions that lag behind go down
on their own in between. Small samples are quenched there: for them, Python would cost more than all this spares.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atomglass.kernels.minimization import conjugate_gradient as minimize
from atomglass.kernels.minimization import steepest_descent as descent
from atomglass.kernels.minimization import vector_ops as settle
from atomglass.kernels.pair_sums import energy_forces, energy_forces_masked
from atomglass.minimization.elastic_preconditioner import ElasticPreconditioner
from atomglass.minimization.local_relaxation import Rearrangements
from atomglass.system.neighbors import WrappedPositions
from atomglass.system.potential import PairPotential

Array = NDArray[np.float64]

#: Root-mean-square force below which steps are preconditioned, by dimension. Before, particles find their neighbors,
#: not waves. At 0.01 it would leave the basin of small steps more often, were it not that in the plane regions which
#: rearrange go down on their own from 0.03 on (docs/performance_kernels.md).
WAVES_FORCE = {2: 1e-2, 3: 1e-3}
#: Conjugate-gradient iterations after a Newton step that failed: by then a third of one would have been spent.
PAUSE = 10
#: Products between two looks at how long Newton's step has become.
LOOK = 10


@dataclass(frozen=True)
class State:
    """What a minimization changes in place: arrays (N, 3), and the counters and scalars of the kernels."""

    positions: Array
    images: NDArray[np.int64]
    direction: Array
    forces: Array
    memory: Array

    @classmethod
    def of(cls, positions: Array, images: NDArray[np.int64]) -> State:
        """Return the state at the start."""
        memory = np.zeros(descent.MEMORY)
        memory[minimize.FRESH] = 1.0
        return cls(positions, images, np.zeros_like(positions), np.zeros_like(positions), memory)

    def begin(self) -> None:
        """Let the next minimizer begin afresh from here."""
        self.memory[minimize.FRESH] = 1.0

    @property
    def iterations(self) -> int:
        """Steps so far."""
        return int(self.memory[minimize.ITERATIONS])

    def count(self, evaluations: float, energy: float) -> None:
        """Keep the energy, and in how many evaluations it was found."""
        self.memory[minimize.EVALUATIONS] += evaluations
        self.memory[minimize.ENERGY] = energy


class Settling:
    """A descent that goes on from call to call, as lists are rebuilt.

    Parameters
    ----------
    state : State
        Changed in place.
    geometry : WrappedPositions
        The cell.
    potential : PairPotential
        The interactions.
    counts : (d,) int array
        Nodes of the preconditioner's grid, from `preconditioner.grid`.
    tolerance, longest_step, newton_force, skin : float
        See `kernels.minimize.minimize`.
    """

    def __init__(
        self,
        state: State,
        geometry: WrappedPositions,
        potential: PairPotential,
        counts: NDArray[np.int64],
        tolerance: float,
        longest_step: float,
        newton_force: float,
        skin: float,
    ) -> None:
        self._state, self._geometry, self._potential, self._counts = state, geometry, potential, counts
        self._tolerance, self._longest_step = tolerance, longest_step
        self._newton_force = newton_force
        self._dimension = geometry.dimension
        self._old, self._scaled = np.zeros((2, self._dimension * len(state.positions)))
        self._preconditioner: ElasticPreconditioner | None = None
        self._room = 0.5 * skin - longest_step
        self._rearrangements = Rearrangements(self._dimension, longest_step, self._room, tolerance)
        self._restart()

    def _restart(self) -> None:
        """Forget the directions so far; how far a step goes is found anew."""
        self._product, self._square, self._curvature = 0.0, 0.0, 0.0

    def minimize(self, reference: Array, lists: tuple, iterations: int) -> int:
        """Iterate until converged, stalled, `iterations` more are done, or the list must be rebuilt; return which.

        `reference` (N, 3) is where the half list `lists` was built.
        """
        state, memory = self._state, self._state.memory
        listed = (*lists, self._geometry.shifts, self._potential.parameters)
        if memory[minimize.FRESH] == 1.0:
            self._evaluate(listed)
            memory[minimize.FRESH] = 0.0
        last = memory[minimize.ITERATIONS] + iterations
        while True:
            worst = settle.largest(state.forces)
            if worst <= self._tolerance:
                return minimize.CONVERGED
            if memory[minimize.ITERATIONS] >= last:
                return minimize.EXHAUSTED
            memory[minimize.ITERATIONS] += 1
            force = np.sqrt(np.vdot(state.forces, state.forces) / len(state.forces))
            if self._preconditioner is None and force < WAVES_FORCE[self._dimension]:
                self._preconditioner = ElasticPreconditioner(
                    self._geometry, state.positions, lists, self._potential, self._counts
                )
                self._restart()
            if self._rearrangements.due(force, worst):
                work = self._rearrangements.relax(state.positions, reference, state.forces, force, listed)
                self._evaluate(listed, work)
                self._restart()
            elif force < self._newton_force and memory[minimize.PAUSE] <= 0:
                if not self._newton((*listed, self._dimension)):
                    memory[minimize.PAUSE] = PAUSE
                self._rearrangements.hurry()
                self._restart()
            else:
                memory[minimize.PAUSE] -= 1
                if not self._descend((*listed, self._dimension)):
                    return minimize.STALLED
            if settle.strayed(state.positions, reference) > self._room:
                return minimize.REBUILD

    def _evaluate(self, listed: tuple, before: float = 0.0) -> None:
        """Find the forces, and count that with the evaluations before."""
        evaluate = energy_forces_masked if self._dimension == 2 else energy_forces
        self._state.count(before + 1, evaluate(self._state.positions, *listed, self._state.forces))

    def _precondition(self, field: Array) -> float:
        """Write the preconditioned field (d N) where it is looked for; return its product with the field."""
        if self._preconditioner is not None:
            return self._preconditioner.apply(field, self._scaled)
        self._scaled[:] = field
        return float(field @ field)

    def _descend(self, listed: tuple) -> bool:
        """Take one step of conjugate gradients; return False where the force is no number."""
        forces, direction = self._state.forces, self._state.direction
        flat = forces[:, : self._dimension].flatten()
        product = self._precondition(flat)
        # Polak and Ribiere's formula, restarted where it turns negative.
        with np.errstate(invalid="ignore"):
            change = product - float(self._scaled @ self._old)
        beta = max(0.0, change / self._product) if self._product > 0 else 0.0
        slope = settle.turn(self._scaled, beta, direction, forces, self._old, self._dimension)
        if not slope > 0 and beta > 0:
            beta, slope = 0.0, settle.turn(self._scaled, 0.0, direction, forces, self._old, self._dimension)
        if not np.isfinite(slope):
            return False
        self._product, self._square = product, product + beta * beta * self._square
        # Near a minimum the preconditioner is about the Hessian, and the first guess is the whole step.
        first = 1e-3 if self._preconditioner is None else 1.0
        guess = slope / (self._curvature * self._square) if self._curvature > 0 else first
        longest = self._longest_step / settle.largest(direction)
        step, energy, end, evaluations = settle.search(
            self._state.positions, direction, forces, slope, guess, longest, *listed
        )
        self._state.count(evaluations, energy)
        if slope > end:
            self._curvature = (slope - end) / (step * self._square)
        return True

    def _newton(self, listed: tuple) -> bool:
        """Try one step of Newton's method, see `kernels.minimize`; return whether the force fell."""
        forces, direction = self._state.forces, self._state.direction
        worst = settle.largest(forces)
        accuracy = max(0.2 * self._tolerance / worst, min(0.03, np.sqrt(worst)))
        if not self._newton_direction(listed, accuracy):
            return False
        slope = float(np.vdot(forces, direction))
        if not slope > 0:
            return False
        _, energy, _, evaluations = settle.search(self._state.positions, direction, forces, slope, 1.0, 1.0, *listed)
        self._state.count(evaluations, energy)
        return bool(settle.largest(forces) < 0.5 * worst)

    def _newton_direction(self, listed: tuple, accuracy: float) -> bool:
        """Write the direction with H direction = forces to a relative accuracy.

        Returns False if H is not positive, or as soon as the direction is too long to be believed: solutions grow as
        they are found.
        """
        d = self._dimension
        pairs = settle.pair_blocks(self._state.positions, *listed)
        rest = self._state.forces[:, :d].flatten()  # a copy, which is used up
        solution, search, image = np.zeros_like(rest), np.zeros_like(rest), np.empty_like(rest)
        square, old = float(rest @ rest), 0.0
        goal = accuracy * accuracy * square
        longest = minimize.NEWTON_CAUTION * self._longest_step
        for done in range(1, 40 * int(np.sqrt(len(self._state.forces))) + 201):
            product = self._precondition(rest)
            settle.combine(self._scaled, product / old if old > 0 else 0.0, search)
            old = product
            bend = settle.multiply(*pairs, search, image, d)
            self._state.memory[minimize.PRODUCTS] += 1
            if not bend > 0:
                return False
            square = settle.take_step(solution, rest, search, image, product / bend)
            if square <= goal or done % LOOK == 0:
                settle.without_drift(solution, self._state.direction, d)
                if not settle.largest(self._state.direction) <= longest:
                    return False
                if square <= goal:
                    return True
        return False
