"""One realization, from a liquid configuration to its inherent state, its modes and their groups, as table rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from atomglass.minimization.quench import MAX_STEP, Method, Quench, quench
from atomglass.study.models.retries import Attempts
from atomglass.study.protocol import Realization, Row
from atomglass.study.settings import ModeSettings, StudySettings
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.interactions import energy as total_energy
from atomglass.system.potential import PairPotential
from atomglass.vibrations.elasticity import ElasticModuli, moduli_of
from atomglass.vibrations.expansion import barrier_along_mode, expand_all
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.localization import central_particle, is_quasi_localized
from atomglass.vibrations.mode_table import mode_rows
from atomglass.vibrations.modes import (
    Modes,
    all_modes_of_hessian,
    modes_of_hessian_below,
    no_modes_of_hessian,
)
from atomglass.vibrations.soft_spots import soft_spots_of_hessian
from atomglass.vibrations.spot_table import spot_rows
from atomglass.vibrations.starting_fields import starting_fields


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
#: The reason why a true minimum has no modes in the table.
_UNBOUNDED = (
    "no modes: the shear modulus is not positive, so that there is no first phonon frequency; `[modes] below = ...` "
    "gives the modes of this glass"
)


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
    check()
    if not done.converged:
        return _failed(row, "not_converged", f"quench {done.status.value}: {done.status.advice}")
    pairs = InteractingPairs.of(done.configuration, potential)
    reduced = ReducedHessian(pairs)
    row["rattlers"] = int(reduced.rattlers.sum())
    if reduced.size <= reduced.dimension:
        return _failed(row, "all_rattlers", "no particle is held by its neighbors: the sample is too dilute")
    row["is_minimum"] = reduced.is_minimum
    check()
    moduli = moduli_of(done.configuration, pairs, reduced)
    row |= _moduli_columns(moduli)
    if not reduced.is_minimum:
        return _failed(row, "not_a_minimum", "the Hessian has a negative eigenvalue: a saddle within the tolerance")
    row["rigid"] = moduli.shear > 0
    bound = math.inf if settings.modes.full_spectrum else settings.modes.bound(moduli.first_phonon_frequency)
    if math.isnan(bound):
        row["reason"] = _UNBOUNDED
    check()
    modes = glass_modes(reduced, settings.modes, moduli.first_phonon_frequency)
    check()
    row |= {
        "complete": modes.complete,
        "complete_below": bound if modes.complete else math.nan,
        "mode_count": len(modes),
    }
    rows = _mode_rows(done.configuration, potential, pairs, modes, settings, row)
    row["qlm_count"] = sum(r["is_qlm"] for r in rows)
    result = Realization(row, rows)
    if settings.modes.nonlinear == "pseudoharmonic":
        assert settings.modes.below is not None  # the settings require it
        spots, columns = _spots(pairs, reduced, modes, settings.modes.below)
        result = Realization(row | columns, rows, tables={"spots": spots})
    if is_kept(row, settings):
        result.inherent_state = done.configuration
    return result


def glass_modes(reduced: ReducedHessian, settings: ModeSettings, first_phonon_frequency: float) -> Modes:
    """Return the modes of a glass that a study computes.

    Parameters
    ----------
    reduced : ReducedHessian
        The Hessian of the glass.
    settings : ModeSettings
        The study's settings of the modes.
    first_phonon_frequency : float
        That of the glass; NaN if its shear modulus is not positive.

    Returns
    -------
    Modes
        All modes of the full spectrum, or those below the bound of the settings. None, and not complete, if there is no
        bound.
    """
    if settings.full_spectrum:
        return all_modes_of_hessian(reduced)
    bound = settings.bound(first_phonon_frequency)
    return no_modes_of_hessian(reduced) if math.isnan(bound) else modes_of_hessian_below(reduced, bound)


def _spots(pairs: InteractingPairs, reduced: ReducedHessian, modes: Modes, below: float) -> tuple[list[Row], Row]:
    """Return the rows of the pseudo-harmonic modes, and the columns of the realization that describe the search."""
    spots = soft_spots_of_hessian(pairs, reduced, starting_fields(pairs, reduced, modes), below)
    return spot_rows(spots, pairs, modes), {
        "spot_count": len(spots),
        "spots_below": below,
        "spot_starts": spots.start_count,
        "spots_not_converged": spots.not_converged,
        "spot_start_frequency": spots.start_frequency,
    }


def is_kept(row: Row, settings: StudySettings) -> bool:
    """Return whether the study keeps a glass: also one without rigidity that has modes, which are of interest too.

    Parameters
    ----------
    row : dict
        Row of the realization.
    settings : StudySettings
        The study's settings.
    """
    keep = settings.ensemble.keep_configurations
    of_interest = row["qlm_count"] > 0 or (not row["rigid"] and row["mode_count"] > 0)
    return keep == "all" or (keep == "qlm" and of_interest)


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
    # A glass without a first phonon frequency has quasi-localized modes below the same share of the study's own bound.
    unit = first_phonon if realization["rigid"] else (settings.modes.below or math.nan)
    selected = is_quasi_localized(
        modes.frequencies,
        modes.participation_ratios,
        unit,
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
                "centre_particle": central_particle(modes.eigenvectors[k]),
            }
        )
    return rows
