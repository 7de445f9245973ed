"""Conjugate-gradient quench to an inherent state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from atomglass.configuration import Configuration
from atomglass.errors import InputError
from atomglass.interactions import Geometry, ListedPairs, largest_skin
from atomglass.kernels import minimise as kernels
from atomglass.potential import PairPotential
from atomglass.preconditioner import grid
from atomglass.settling import Settling, State

#: Width of the neighbour list beyond each pair's cutoff, and of the one that it is taken from while that lasts.
SKIN, WIDE_SKIN = 0.4, 1.2
#: Most that a particle moves in one iteration, in units of length.
LONGEST_STEP = 0.05
#: Root-mean-square force below which Newton's steps finish the descent: deep in the basin, where they cannot leave it.
NEWTON_FORCE = 2e-4
#: Iterations between two looks at Python.
ITERATIONS_PER_CALL = 500
#: Samples of more particles are quenched by preconditioned steps (`settling`): long waves take too many plain ones.
LARGE = 10_000
#: Iterations without a new smallest maximum force after which the quench gives up.
PATIENCE = 20_000


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
    longest_step: float = LONGEST_STEP,
    newton: bool = True,
    progress: Callable[[float], object] | None = None,
) -> Quench:
    """Descend by nonlinear conjugate gradients, finished by Newton's method, to the inherent state.

    More than 10,000 particles are preconditioned for elastic waves (`ElasticPreconditioner`).

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
        Most that one particle moves in one iteration; short steps stay in the basin.
    newton : bool
        Finish with Newton's method, by products with the Hessian alone; False: conjugate gradients to the end.
    progress : callable, optional
        Called with the largest force now and then.

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
    start = Geometry.of(configuration)
    order = start.spatial_order(potential.reach(configuration.diameters))
    state = State.of(start.positions[order], start.images[order])
    diameters = configuration.diameters[order]
    wide_skin = largest_skin(configuration, potential, WIDE_SKIN, least=1e-3)
    skin = min(SKIN, wide_skin)
    step = min(longest_step, skin / 4)
    best, best_at, code = np.inf, 0, kernels.REBUILD
    wide: ListedPairs | None = None
    newton_force = NEWTON_FORCE if newton else 0.0
    counts = grid(start, potential.reach(diameters)) if len(diameters) > LARGE else None
    settling = None
    if counts is not None:
        settling = Settling(state, start, potential, counts, force_tolerance, step, newton_force, skin)
    while code in (kernels.REBUILD, kernels.EXHAUSTED):
        if code == kernels.REBUILD:
            if wide is None or not wide.holds(state.positions, skin):
                geometry = start.at(state.positions)
                state.images[:] += geometry.images
                state.positions[:] = geometry.positions
                wide = ListedPairs.of(geometry, diameters, potential, wide_skin)
            reference = state.positions.copy()
            lists = wide.within(reference, skin)
        iterations = min(ITERATIONS_PER_CALL, max_iterations - state.iterations)
        if settling is not None:
            code = settling.minimise(reference, lists, iterations)
        else:
            code = kernels.minimise(
                state.positions, reference, state.direction, state.forces, *lists, start.shifts,
                potential.parameters, start.dimension, force_tolerance, step, newton_force, skin,
                iterations, state.memory,
            )  # fmt: skip
        worst = float(np.sqrt((state.forces**2).sum(axis=1).max()))
        if progress is not None:
            progress(worst)
        if worst < best:
            best, best_at = worst, state.iterations
        if code == kernels.EXHAUSTED and state.iterations >= max_iterations:
            break
        if state.iterations - best_at > PATIENCE:
            code = kernels.STALLED
    return _result(configuration, start, order, state, code)


def _result(configuration: Configuration, start: Geometry, order: NDArray, state: State, code: int) -> Quench:
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
