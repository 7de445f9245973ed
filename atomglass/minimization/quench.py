"""Quench to an inherent state: by conjugate gradients, or by another minimizer that chooses the basin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from atomglass.errors import InputError
from atomglass.kernels.minimization import conjugate_gradient as kernels
from atomglass.kernels.minimization import steepest_descent as descent
from atomglass.minimization.elastic_preconditioner import grid
from atomglass.minimization.preconditioned_cg import Settling, State
from atomglass.system.configuration import Configuration
from atomglass.system.neighbors import NeighborList, WrappedPositions, allowed_skin
from atomglass.system.potential import PairPotential

#: Width of the neighbor list beyond each pair's cutoff, and of the one that it is taken from while that lasts.
SKIN, WIDE_SKIN = 0.4, 1.2
#: Most that a particle moves in one iteration, in units of length.
MAX_STEP = 0.05
#: Root-mean-square force below which Newton's steps finish the descent: deep in the basin, where they cannot leave it.
NEWTON_FORCE = 2e-4
#: Most that a particle moves in one step of steepest descent.
FLOW_STEP = MAX_STEP / 10
#: Iterations between two looks at Python.
ITERATIONS_PER_CALL = 500
#: Samples of more particles are quenched by preconditioned steps (`settling`): long waves take too many plain ones.
LARGE = 10_000
#: Iterations without a new smallest maximum force after which the quench gives up.
PATIENCE = 20_000

#: Goes down with a list built at `reference`, so many iterations at most; returns why it ended.
Descent = Callable[[NDArray[np.float64], tuple, int], int]


class Method(StrEnum):
    """The minimizer that goes down into a basin; the last part of the way, within it, is the same for all."""

    CONJUGATE_GRADIENTS = "conjugate_gradients"
    STEEPEST_DESCENT = "steepest_descent"
    FIRE = "fire"

    @property
    def words(self) -> str:
        """The name as one writes it."""
        return "FIRE" if self is Method.FIRE else self.value.replace("_", " ")


class QuenchStatus(StrEnum):
    """How a quench ended."""

    CONVERGED = "converged"
    EXHAUSTED = "iterations_exhausted"
    STALLED = "stalled"

    @property
    def advice(self) -> str:
        """What to do about it."""
        return {
            QuenchStatus.CONVERGED: "",
            QuenchStatus.EXHAUSTED: "raise max_iterations, or quench the result again: it goes on from there",
            QuenchStatus.STALLED: "the force no longer falls: check the configuration for overlaps, "
            "or raise force_tolerance (1e-10 is near rounding for forces of order 10)",
        }[self]


@dataclass(frozen=True)
class Quench:
    """A quenched configuration and how it was reached.

    Attributes
    ----------
    configuration : Configuration
        Particles in the order given; positions continuous with the given ones.
    energy : float
        Total potential energy.
    max_force : float
        Largest force on a particle.
    status : QuenchStatus
        `converged`, `iterations_exhausted` or `stalled`; `status.advice` says what to do.
    iterations, evaluations, products : int
        Steps, force evaluations, and products with the Hessian in Newton's steps.
    """

    configuration: Configuration
    energy: float
    max_force: float
    status: QuenchStatus
    iterations: int
    evaluations: int
    products: int

    @property
    def converged(self) -> bool:
        """Whether the largest force is within the tolerance."""
        return self.status is QuenchStatus.CONVERGED


def quench(
    configuration: Configuration,
    potential: PairPotential,
    force_tolerance: float = 1e-10,
    max_iterations: int = 100_000,
    longest_step: float = MAX_STEP,
    newton: bool = True,
    progress: Callable[[float], object] | None = None,
    method: str = Method.CONJUGATE_GRADIENTS,
) -> Quench:
    """Descend to the inherent state by the method wanted, finished by Newton's method.

    More than 10,000 particles are preconditioned for elastic waves (`ElasticPreconditioner`), and in the plane
    regions that still rearrange go down on their own (`Rearrangements`), whichever method. Their evaluations count by
    the share of the sample that they are of.

    Parameters
    ----------
    configuration : Configuration
        Where to start.
    potential : PairPotential
        The interactions.
    force_tolerance : float
        Converged when every particle's force is at most this.
    max_iterations : int
        Give up after so many.
    longest_step : float
        Most that one particle moves in one iteration; short steps stay in the basin. Steepest descent moves none by
        more than `FLOW_STEP`.
    newton : bool
        Finish with Newton's method, by products with the Hessian alone; False: conjugate gradients to the end.
    progress : callable, optional
        Called with the largest force now and then.
    method : {"conjugate_gradients", "steepest_descent", "fire"}
        Which minimizer goes down to a root-mean-square force of 2e-4, deep in a basin, and so decides on the basin:
        nonlinear conjugate gradients; steepest descent in steps so small that they follow the gradient flow, several
        times as long; or FIRE 2.0, damped molecular dynamics. Conjugate gradients and Newton's method do the rest.

    Returns
    -------
    Quench
        Also where it did not converge; look at `converged`.

    Raises
    ------
    InputError
        A setting out of range, or a box too small for the cutoff.
    """
    for name, value in (("force_tolerance", force_tolerance), ("longest_step", longest_step)):
        if not (value > 0 and np.isfinite(value)):
            raise InputError(name, value, "> 0")
    if max_iterations < 1:
        raise InputError("max_iterations", max_iterations, ">= 1")
    if method not in list(Method):
        raise InputError("method", method, " or ".join(Method), "leave it out for conjugate gradients")
    start = WrappedPositions.of(configuration)
    order = start.spatial_order(potential.reach(configuration.diameters))
    state = State.of(start.positions[order], start.images[order])
    wide_skin = allowed_skin(configuration, potential, WIDE_SKIN, least=1e-3)
    way = _Way(
        start, configuration.diameters[order], potential, wide_skin, force_tolerance, max_iterations,
        progress or (lambda force: None),
    )  # fmt: skip
    step = min(longest_step, way.skin / 4)
    code = kernels.CONVERGED
    if method == Method.STEEPEST_DESCENT:
        code = way.go(state, way.by(descent.steepest_descent, state, min(step, FLOW_STEP), NEWTON_FORCE))
    elif method == Method.FIRE:
        code = way.go(state, way.by(descent.fire, state, step, NEWTON_FORCE))
    if code == kernels.CONVERGED:
        state.begin()
        code = way.go(state, way.finish(state, step, NEWTON_FORCE if newton else 0.0), PATIENCE)
    return _result(configuration, start, order, state, code)


@dataclass(frozen=True)
class _Way:
    """What all minimizers that work on one sample share."""

    start: WrappedPositions
    diameters: NDArray[np.float64]
    potential: PairPotential
    wide_skin: float
    force_tolerance: float
    max_iterations: int
    progress: Callable[[float], object]

    @property
    def skin(self) -> float:
        return min(SKIN, self.wide_skin)

    def by(self, kernel: Callable[..., int], state: State, step: float, newton_force: float) -> Descent:
        """Return a descent by a kernel."""

        def descend(reference: NDArray, lists: tuple, iterations: int) -> int:
            return kernel(
                state.positions, reference, state.direction, state.forces, *lists, self.start.shifts,
                self.potential.parameters, self.start.dimension, self.force_tolerance, step, newton_force, self.skin,
                iterations, state.memory,
            )  # fmt: skip

        return descend

    def finish(self, state: State, step: float, newton_force: float) -> Descent:
        """Return what goes down to the tolerance: conjugate gradients, for a large sample with a preconditioner."""
        counts = grid(self.start, self.potential.reach(self.diameters)) if len(self.diameters) > LARGE else None
        if counts is None:
            return self.by(kernels.minimize, state, step, newton_force)
        return Settling(
            state, self.start, self.potential, counts, self.force_tolerance, step, newton_force, self.skin
        ).minimize  # fmt: skip

    def go(self, state: State, descend: Descent, patience: float = np.inf) -> int:
        """Call a descent until it ends for another reason than that Python is wanted; return which.

        `patience`: iterations without a new smallest maximum force after which it has stalled. On a long way past
        saddles the force may rise for long.
        """
        best, best_at, code = np.inf, 0, kernels.REBUILD
        wide: NeighborList | None = None
        while code in (kernels.REBUILD, kernels.EXHAUSTED):
            if code == kernels.REBUILD:
                if wide is None or not wide.holds(state.positions, self.skin):
                    geometry = self.start.at(state.positions)
                    state.images[:] += geometry.images
                    state.positions[:] = geometry.positions
                    wide = NeighborList.of(geometry, self.diameters, self.potential, self.wide_skin)
                reference = state.positions.copy()
                lists = wide.within(reference, self.skin)
            code = descend(reference, lists, min(ITERATIONS_PER_CALL, self.max_iterations - state.iterations))
            worst = float(np.sqrt((state.forces**2).sum(axis=1).max()))
            self.progress(worst)
            if worst < best:
                best, best_at = worst, state.iterations
            if code == kernels.EXHAUSTED and state.iterations >= self.max_iterations:
                break
            if state.iterations - best_at > patience:
                code = kernels.STALLED
        return code


def _result(configuration: Configuration, start: WrappedPositions, order: NDArray, state: State, code: int) -> Quench:
    positions = np.empty_like(state.positions)
    positions[order] = state.positions + state.images @ start.cell
    status = {kernels.CONVERGED: QuenchStatus.CONVERGED, kernels.STALLED: QuenchStatus.STALLED}
    forces = np.sqrt((state.forces**2).sum(axis=1).max())
    return Quench(
        configuration=configuration.replace(positions=positions[:, : start.dimension]),
        energy=float(state.memory[kernels.ENERGY]),
        max_force=float(forces),
        status=status.get(code, QuenchStatus.EXHAUSTED),
        iterations=state.iterations,
        evaluations=int(state.memory[kernels.EVALUATIONS]),
        products=int(state.memory[kernels.PRODUCTS]),
    )
