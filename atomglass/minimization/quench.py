"""The quench of a configuration to its inherent state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from atomglass.errors import InputError
from atomglass.kernels.minimization.conjugate_gradient import minimize
from atomglass.kernels.minimization.fire import fire
from atomglass.kernels.minimization.steepest_descent import steepest_descent
from atomglass.kernels.records import CONVERGED, STALLED, MinimizerArrays, MinimizerOptions, PairList
from atomglass.minimization.driver import WIDE_SKIN, Minimizer, QuenchState, Sample, run_minimizer
from atomglass.minimization.elastic_preconditioner import grid_counts
from atomglass.minimization.preconditioned_cg import PreconditionedCG
from atomglass.system.arguments import check_sample
from atomglass.system.configuration import Configuration
from atomglass.system.neighbors import WrappedPositions, allowed_skin
from atomglass.system.potential import PairPotential
from atomglass.types import IntArray, typed_arguments

#: Largest displacement of a particle in one iteration, in units of length.
MAX_STEP = 0.05
#: Root-mean-square force below which Newton steps are tried: so deep in the basin that they cannot leave it.
NEWTON_FORCE = 2e-4
#: Largest displacement of a particle in one step of steepest descent, in units of length.
STEEPEST_DESCENT_STEP = MAX_STEP / 10
#: Number of particles above which samples are preconditioned, as long elastic waves would relax too slowly otherwise.
PRECONDITION_ABOVE = 10_000
#: Force, in units of epsilon over length, above which conjugate gradients that stall are taken to have met an overlap,
#: which steepest descent then removes.
OVERLAP_FORCE = 1.0
#: Number of iterations without a new minimum of the largest force after which the quench counts as stalled.
PATIENCE = 20_000


class Method(StrEnum):
    """The minimizer that descends into a basin; the final descent, deep within the basin, is the same for all."""

    CONJUGATE_GRADIENTS = "conjugate_gradients"
    STEEPEST_DESCENT = "steepest_descent"
    FIRE = "fire"

    @property
    def words(self) -> str:
        """The name of the method, for use in a sentence."""
        return "FIRE" if self is Method.FIRE else self.value.replace("_", " ")


class QuenchStatus(StrEnum):
    """How a quench ended."""

    CONVERGED = "converged"
    EXHAUSTED = "iterations_exhausted"
    STALLED = "stalled"

    @property
    def advice(self) -> str:
        """What to do if the quench did not converge."""
        return {
            QuenchStatus.CONVERGED: "",
            QuenchStatus.EXHAUSTED: "raise max_iterations, or quench the result again: it continues from there",
            QuenchStatus.STALLED: "the force no longer falls: check the configuration for overlaps, "
            "or raise force_tolerance (1e-10 is near rounding for forces of order 10)",
        }[self]


@dataclass(frozen=True)
class Quench:
    """A quenched configuration and how it was reached.

    Attributes
    ----------
    configuration : Configuration
        Particles in the given order; positions are not wrapped, and differ from the given ones by the displacements.
    energy : float
        Total potential energy, in units of epsilon.
    max_force : float
        Largest force on a particle, in units of epsilon over length.
    status : QuenchStatus
        `converged`, `iterations_exhausted` or `stalled`; `status.advice` says what to do.
    iterations : int
        Number of steps.
    evaluations : int
        Number of force evaluations.
    products : int
        Number of products with the Hessian in Newton steps.
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


def require_converged(done: Quench) -> Quench:
    """Return a quench that has converged.

    Raises
    ------
    InputError
        It has not.
    """
    if not done.converged:
        raise InputError("the quench", done.status.value, "converged", done.status.advice)
    return done


@typed_arguments
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
    """Minimize the energy of a configuration, down to its inherent state.

    With any method, the final descent of samples of more than 10,000 particles is preconditioned for elastic waves
    (`ElasticPreconditioner`), and in two dimensions regions that still rearrange are relaxed separately
    (`LocalRelaxation`); a force evaluation of a region counts as its fraction of the sample.

    Parameters
    ----------
    configuration : Configuration
        The initial configuration.
    potential : PairPotential
        The interactions.
    force_tolerance : float
        Largest force on a particle at which the quench has converged, in units of epsilon over length.
    max_iterations : int
        Largest number of iterations.
    longest_step : float
        Largest displacement of a particle in one iteration, in units of length; short steps stay in the basin. In
        steepest descent no displacement exceeds 0.005.
    newton : bool
        Whether to finish with Newton's method, by products with the Hessian, rather than with conjugate gradients.
    progress : callable, optional
        Called from time to time with the largest force.
    method : {"conjugate_gradients", "steepest_descent", "fire"}
        The minimizer that descends to a root-mean-square force of 2e-4, deep in a basin, and thus selects the basin:
        nonlinear conjugate gradients; steepest descent, with steps so small that they follow the gradient flow, which
        is several times slower; or FIRE 2.0, damped molecular dynamics. Conjugate gradients and Newton's method then
        complete the quench.

    Returns
    -------
    Quench
        The final configuration, even if the quench did not converge: check `converged`.

    Raises
    ------
    InputError
        A setting is out of range, or the box is too small for the cutoff.

    Examples
    --------
    >>> quenched = ag.quench(liquid, pot)
    >>> quenched.converged, bool(quenched.max_force <= 1e-10)
    (True, True)
    >>> quenched.energy < ag.energy(liquid, pot)
    True
    """
    check_sample(configuration, potential)
    for name, value in (("force_tolerance", force_tolerance), ("longest_step", longest_step)):
        if not (value > 0 and np.isfinite(value)):
            raise InputError(name, value, "> 0")
    if max_iterations < 1:
        raise InputError("max_iterations", max_iterations, ">= 1")
    if method not in list(Method):
        raise InputError("method", method, " or ".join(Method), "leave it out for conjugate gradients")
    # Numbers of another type would compile every minimizer once more.
    force_tolerance, longest_step = float(force_tolerance), float(longest_step)
    start, labels = WrappedPositions.of(configuration), potential.labels(configuration)
    order = start.spatial_order(potential.max_cutoff(labels))
    wide_skin = allowed_skin(configuration, potential, WIDE_SKIN, least=1e-3)
    sample = Sample(start, labels[order], potential, wide_skin)
    state = QuenchState.of(start.positions[order], start.images[order])
    max_step = min(longest_step, sample.skin / 4)
    on_progress = progress or (lambda force: None)

    code = CONVERGED
    if method != Method.CONJUGATE_GRADIENTS:
        minimizer = _descent(Method(method), sample, state, force_tolerance, max_step)
        code = run_minimizer(minimizer, sample, state, max_iterations, np.inf, on_progress)
    if code == CONVERGED:
        state.scalars.needs_restart = True
        options = MinimizerOptions(force_tolerance, max_step, NEWTON_FORCE if newton else 0.0, sample.skin)
        minimizer = _final_descent(sample, state, options)
        code = run_minimizer(minimizer, sample, state, max_iterations, PATIENCE, on_progress)
        if code == STALLED and state.max_force > OVERLAP_FORCE:
            # The line search cannot resolve forces that grow by orders of magnitude within a step.
            freed = _steepest_descent(sample, state, force_tolerance, max_step, OVERLAP_FORCE)
            code = run_minimizer(freed, sample, state, max_iterations, np.inf, on_progress)
            if code == CONVERGED:
                state.scalars.needs_restart, state.scalars.curvature = True, 0.0  # that of the overlap is enormous
                minimizer = _final_descent(sample, state, options)
                code = run_minimizer(minimizer, sample, state, max_iterations, PATIENCE, on_progress)
    return _result(configuration, start, order, state, code)


def _descent(method: Method, sample: Sample, state: QuenchState, force_tolerance: float, max_step: float) -> Minimizer:
    """Return the minimizer that descends into the basin, other than conjugate gradients."""
    if method is Method.FIRE:
        return _compiled(fire, sample, state, MinimizerOptions(force_tolerance, max_step, NEWTON_FORCE, sample.skin))
    return _steepest_descent(sample, state, force_tolerance, max_step, NEWTON_FORCE)


def _steepest_descent(
    sample: Sample, state: QuenchState, force_tolerance: float, max_step: float, until: float
) -> Minimizer:
    """Return steepest descent to a root-mean-square force."""
    step = min(max_step, STEEPEST_DESCENT_STEP)
    return _compiled(steepest_descent, sample, state, MinimizerOptions(force_tolerance, step, until, sample.skin))


def _final_descent(sample: Sample, state: QuenchState, options: MinimizerOptions) -> Minimizer:
    """Return the minimizer that descends to the tolerance: conjugate gradients, preconditioned in a large sample."""
    if len(sample.labels) > PRECONDITION_ABOVE:
        counts = grid_counts(sample.start, sample.potential.max_cutoff(sample.labels))
        if counts is not None:
            return PreconditionedCG(sample, state, options, counts).minimize
    return _compiled(minimize, sample, state, options)


def _compiled(kernel: Callable[..., int], sample: Sample, state: QuenchState, options: MinimizerOptions) -> Minimizer:
    """Return a compiled minimizer with all arguments bound that do not change between calls."""

    def call(arrays: MinimizerArrays, pairs: PairList, max_iterations: int) -> int:
        return kernel(arrays, pairs, sample.potential.parameters, options, max_iterations, state.scalars)

    return call


def _result(
    configuration: Configuration, start: WrappedPositions, order: IntArray, state: QuenchState, code: int
) -> Quench:
    """Return the quenched configuration with particles in the user's order."""
    positions = np.empty_like(state.positions)
    positions[order] = state.positions + state.images @ start.cell
    status = {CONVERGED: QuenchStatus.CONVERGED, STALLED: QuenchStatus.STALLED}
    return Quench(
        configuration=configuration.replace(positions=positions[:, : start.dimension]),
        energy=float(state.scalars.energy),
        max_force=state.max_force,
        status=status.get(code, QuenchStatus.EXHAUSTED),
        iterations=state.iterations,
        evaluations=int(state.scalars.evaluations),
        products=int(state.scalars.products),
    )
