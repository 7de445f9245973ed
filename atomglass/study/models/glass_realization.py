"""One realization, from a liquid configuration to its inherent state, its modes and their groups, as table rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from atomglass.minimization.quench import MAX_STEP, Method, Quench, quench
from atomglass.study.models.retries import Attempts
from atomglass.study.protocol import Realization, Row
from atomglass.study.settings import StudySettings
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.interactions import energy as total_energy
from atomglass.system.potential import PairPotential
from atomglass.vibrations.elasticity import ElasticModuli, moduli_of
from atomglass.vibrations.expansion import barrier_along_mode, expand_all
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.localization import is_quasi_localized
from atomglass.vibrations.mode_table import mode_rows
from atomglass.vibrations.modes import Modes, all_modes_of_hessian, modes_of_hessian_below


@dataclass(frozen=True)
class Solver:
    """Parameters of one attempt at a quench.

    Attributes
    ----------
    name : str
        Name of the solver in the tables.
    max_step : float
        Largest displacement of a particle in one step, in units of length.
    newton : bool
        Whether Newton's method finishes the quench.
    iteration_factor : int
        Largest number of iterations, in units of the study's `max_iterations`.
    """

    name: str
    max_step: float
    newton: bool
    iteration_factor: int


#: Solvers tried in order, each from the same liquid configuration, until one reaches a minimum. The sample is never
#: redrawn: failures are correlated with soft modes, so that an ensemble without them would be biased. Each solver
#: starts with the method chosen in the study.
SOLVERS = (
    Solver("newton", MAX_STEP, True, 1),
    Solver("conjugate gradients", MAX_STEP / 5, False, 2),
    Solver("short steps", MAX_STEP / 25, False, 4),
)
#: Failures that another solver may overcome.
_RETRIED = ("not_converged", "not_a_minimum")


def solver_name(solver: Solver, method: Method) -> str:
    """Return a solver's name in the tables, preceded by the study's method unless that is the default."""
    return solver.name if method is Method.CONJUGATE_GRADIENTS else f"{method.words}, then {solver.name}"


def realize(
    configuration: Configuration,
    potential: PairPotential,
    settings: StudySettings,
    check: Callable[[], object] = lambda: None,
) -> Realization:
    """Quench a liquid configuration and analyze its modes; a physical failure becomes a row that states the reason.

    Parameters
    ----------
    configuration : Configuration
        The liquid.
    potential : PairPotential
        Its interactions.
    settings : StudySettings
        The study's settings.
    check : callable, optional
        Called from time to time; an exception that it raises ends the work.

    Returns
    -------
    Realization
        The result of the last solver tried, and a row for each attempt. An exception becomes a row with status `error`
        after two identical attempts; running out of memory or disk space is raised instead.
    """
    attempts = Attempts()
    for solver in SOLVERS:
        compute = partial(_realize, configuration, potential, settings, solver, check)
        result = attempts.run_twice_on_error(solver_name(solver, settings.quench.method), compute)
        if result.row["status"] not in _RETRIED:
            break
    return attempts.attached_to(result)


def _realize(
    configuration: Configuration,
    potential: PairPotential,
    settings: StudySettings,
    solver: Solver,
    check: Callable[[], object],
) -> Realization:
    row: Row = {
        "status": "ok",
        "reason": "",
        "solver": solver_name(solver, settings.quench.method),
        "number": len(configuration),
        "dimension": configuration.dimension,
        "density": configuration.density,
        "temperature": settings.sample.temperature,
        "potential": potential.name,
        "mean_diameter": float(configuration.diameters.mean()),
        "liquid_energy_per_particle": total_energy(configuration, potential) / len(configuration),
    }
    done = quench(
        configuration,
        potential,
        settings.quench.force_tolerance,
        settings.quench.max_iterations * solver.iteration_factor,
        solver.max_step,
        solver.newton,
        lambda force: check(),
        settings.quench.method,
    )
    row |= _quench_columns(done, len(configuration))
    if not done.converged:
        return _failed(row, "not_converged", f"quench {done.status.value}: {done.status.advice}")
    pairs = InteractingPairs.of(done.configuration, potential)
    reduced = ReducedHessian(pairs)
    row["rattlers"] = int(reduced.rattlers.sum())
    if reduced.size <= reduced.dimension:
        return _failed(row, "all_rattlers", "no particle is held by its neighbors: the sample is too dilute")
    row["is_minimum"] = reduced.is_minimum
    moduli = moduli_of(done.configuration, pairs, reduced)
    row |= _moduli_columns(moduli)
    if not reduced.is_minimum:
        return _failed(row, "not_a_minimum", "the Hessian has a negative eigenvalue: a saddle within the tolerance")
    if not moduli.first_phonon_frequency > 0:
        return _failed(row, "no_rigidity", "the shear modulus is not positive: no first phonon frequency")
    bound = settings.modes.phonon_multiple * moduli.first_phonon_frequency
    modes = all_modes_of_hessian(reduced) if settings.modes.full_spectrum else modes_of_hessian_below(reduced, bound)
    row |= {
        "complete": modes.complete,
        "complete_below": math.inf if settings.modes.full_spectrum else (bound if modes.complete else math.nan),
        "mode_count": len(modes),
    }
    rows = _mode_rows(done.configuration, potential, pairs, modes, settings, row)
    row["qlm_count"] = sum(r["is_qlm"] for r in rows)
    keep = settings.ensemble.keep_configurations
    kept = keep == "all" or (keep == "qlm" and row["qlm_count"] > 0)
    return Realization(row, rows, inherent_state=done.configuration if kept else None)


def _failed(row: Row, status: str, reason: str) -> Realization:
    return Realization(row | {"status": status, "reason": reason})


def _quench_columns(done: Quench, number: int) -> Row:
    return {
        "energy": done.energy,
        "energy_per_particle": done.energy / number,
        "max_force": done.max_force,
        "iterations": done.iterations,
        "evaluations": done.evaluations,
    }


def _moduli_columns(moduli: ElasticModuli) -> Row:
    return {
        "shear_modulus": moduli.shear,
        "bulk_modulus": moduli.bulk,
        "pressure": moduli.pressure,
        "transverse_speed": moduli.transverse_speed,
        "longitudinal_speed": moduli.longitudinal_speed,
        "first_phonon_frequency": moduli.first_phonon_frequency,
    }


def _mode_rows(
    configuration: Configuration,
    potential: PairPotential,
    pairs: InteractingPairs,
    modes: Modes,
    settings: StudySettings,
    realization: Row,
) -> list[Row]:
    expansions = expand_all(pairs, modes.eigenvectors)
    first_phonon = realization["first_phonon_frequency"]
    selected = is_quasi_localized(
        modes.frequencies,
        modes.participation_ratios,
        first_phonon,
        settings.qlm.participation_ratio,
        settings.qlm.frequency_share,
    )
    rows = []
    for k, (measured, expansion) in enumerate(zip(mode_rows(modes, expansions), expansions, strict=True)):
        # The true energy profile takes hundreds of energy evaluations, and is computed only where it is of interest.
        profiled = bool(selected[k]) or (expansion.second_minimum and not settings.modes.full_spectrum)
        rows.append(
            {
                **measured,
                "true_barrier": barrier_along_mode(configuration, potential, expansion) if profiled else math.nan,
                "is_qlm": bool(selected[k]),
                "first_phonon_frequency": first_phonon,
                "complete_below": realization["complete_below"],
                "centre_particle": _center(configuration, modes.eigenvectors[k]),
            }
        )
    return rows


def _center(configuration: Configuration, eigenvector: np.ndarray) -> int:
    """Return the particle with the largest displacement, which marks the position of a mode in all realizations."""
    return int((eigenvector**2).sum(axis=1).argmax())
