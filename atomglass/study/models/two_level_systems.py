"""Studies of two-level systems: glasses as in `glass`, each with a search for the inherent states around it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from atomglass.landscape.basin_search import SearchParameters, search_basin
from atomglass.landscape.minimum_energy_path import PathStatus
from atomglass.minimization.quench import quench, require_converged
from atomglass.sampling.molecular_dynamics import MolecularDynamics
from atomglass.sampling.swap_monte_carlo import SwapMonteCarlo
from atomglass.settings import validated
from atomglass.study.models import two_level_rows
from atomglass.study.models.glass import Glass
from atomglass.study.models.glass_realization import is_kept, realize
from atomglass.study.models.retries import Attempts
from atomglass.study.models.two_level_candidates import Candidates
from atomglass.study.models.two_level_inputs import coupling_columns
from atomglass.study.models.two_level_settings import TwoLevelSettings
from atomglass.study.protocol import Column, Labels, Realization, Row
from atomglass.study.schema import FURTHER_TABLES, REALIZATIONS, SEARCHES
from atomglass.study.settings import StudySettings, read_glass_study
from atomglass.system.configuration import Configuration

#: The tables that every study of two-level systems has.
_TABLES = ("minima", "transitions", "tls")
#: Steps of the aging between two looks at signals and at the time that is left.
_STEPS_BETWEEN_CHECKS = 200


class TwoLevelSystems(Glass):
    """The `StudyModel` of two-level systems."""

    name = "two_level_systems"
    labels = Labels("glass", "glasses", "sweeps", "quasi-localized modes")
    realization_columns = (*REALIZATIONS, *SEARCHES)

    def read(self, data: dict[str, Any], source: Path) -> TwoLevelSettings:
        """Return the validated settings from the content of a TOML file, with the potential resolved."""
        return read_glass_study(data, source, TwoLevelSettings)

    def stored(self, data: dict[str, Any], source: str) -> TwoLevelSettings:
        """Return the settings stored in a study's manifest, which contains all parameters of the potential."""
        return validated(TwoLevelSettings, data, source)

    def further_tables(self, settings: StudySettings) -> dict[str, tuple[Column, ...]]:
        """Return the columns of the tables of minima, transitions and levels, and of pseudo-harmonic modes."""
        return super().further_tables(settings) | {name: FURTHER_TABLES[name] for name in _TABLES}

    def realize(self, settings: Any, sampler: SwapMonteCarlo, check: Callable[[], object]) -> Realization:
        """Quench the liquid, analyze its modes, and search for two-level systems around the inherent state.

        Parameters
        ----------
        settings : TwoLevelSettings
            The study's settings.
        sampler : SwapMonteCarlo
            Sampler of the chain's liquid; not changed.
        check : callable
            Called before each quench and each path; an exception that it raises ends the work.
        """
        everything = settings.ensemble.model_copy(update={"keep_configurations": "all"})
        liquid = sampler.configuration
        rng = np.random.default_rng([settings.seed, _digest(liquid.positions)])
        if settings.aging:

            def age() -> Realization:
                nonlocal liquid
                liquid = _aged(liquid, settings, rng, check)
                return Realization({"status": "ok", "reason": ""})

            aging = Attempts()
            aged = aging.run("aging", age)
            if aged.row["status"] != "ok":
                return aging.attached_to(aged)
        result = realize(liquid, settings.pair_potential, settings.model_copy(update={"ensemble": everything}), check)
        glass = result.inherent_state
        if result.row["status"] != "ok" or glass is None:
            return result
        if not is_kept(result.row, settings):
            result.inherent_state = None
        attempts, begin = Attempts(), rng.bit_generator.state

        def compute() -> Realization:
            rng.bit_generator.state = begin  # a second attempt is identical
            tables, columns = _search(settings, glass, rng, check)
            return Realization(result.row | columns, tables=tables)

        searched = attempts.attached_to(attempts.run_twice_on_error("search", compute))
        if searched.row["status"] == "error":  # the modes of the glass stay
            result.row |= {"status": "error", "reason": searched.row["reason"]}
        else:
            result.row |= searched.row | {"attempt_count": result.row["attempt_count"]}
            result.tables |= searched.tables
        if len(searched.attempts) > 1:  # otherwise the search succeeded at once
            first = len(result.attempts)
            result.attempts += [row | {"attempt": first + row["attempt"]} for row in searched.attempts]
            result.row["attempt_count"] = len(result.attempts)
        return result

    def plan_lines(self, settings: Any) -> list[tuple[str, str]]:
        """Return the lines of a study of glasses, and one on the search."""
        search = settings.search
        quenches = search.runs * search.quenches
        text = f"{quenches} quenches a glass, {search.steps_between} steps at T = {search.temperature:g} before each"
        lines = [*super().plan_lines(settings), ("search", f"{text}; at most {settings.paths.most} paths")]
        if aging := settings.aging:
            lines.append(("aging", f"{aging.steps} steps at T = {aging.temperature:g} before each glass is analyzed"))
        return lines


def _digest(positions: np.ndarray[Any, Any]) -> int:
    """Return an integer that stands for the liquid, as the seed of the dynamics in its glass."""
    return int.from_bytes(hashlib.sha256(np.ascontiguousarray(positions).tobytes()).digest()[:8], "little")


def _aged(
    liquid: Configuration, settings: TwoLevelSettings, rng: np.random.Generator, check: Callable[[], object]
) -> Configuration:
    """Return the glass, quenched from the liquid, after molecular dynamics at the temperature of the aging."""
    aging, potential = settings.aging, settings.pair_potential
    assert aging is not None
    glass = require_converged(quench(liquid, potential)).configuration
    dynamics = MolecularDynamics(glass, potential, aging.temperature, rng, aging.time_step)
    for first in range(0, aging.steps, _STEPS_BETWEEN_CHECKS):
        check()
        dynamics.run(min(_STEPS_BETWEEN_CHECKS, aging.steps - first))
    return dynamics.configuration


def _search(
    settings: TwoLevelSettings, glass: Any, rng: np.random.Generator, check: Callable[[], object]
) -> tuple[dict[str, list[Row]], Row]:
    """Return the rows of the tables of one glass, and the columns of its realization."""
    potential = settings.pair_potential
    search = search_basin(glass, potential, SearchParameters(**settings.search.model_dump()), rng, check)
    candidates = Candidates.of(search, settings)
    table = two_level_rows.PairRows(potential, settings, rng, candidates.rearrangements)
    rows = two_level_rows.pair_rows(search, table, candidates.chosen, check)
    inputs: Row = {}
    if settings.paths.link:
        rows += two_level_rows.second_well_rows(search, table, check)
        inputs |= coupling_columns(search.found.states[0], potential, table.modes(0, search.found.states[0]).spots)
    tables = {
        "minima": two_level_rows.minima_rows(search),
        "transitions": two_level_rows.transition_rows(search, candidates),
        "tls": rows,
    }
    one_barrier = [row["splitting"] for row in rows if row["path_status"] == PathStatus.ONE_BARRIER]
    return tables, inputs | {
        "quenches": search.quenches,
        "failed_quenches": search.failures,
        "minima_count": len(search.found),
        "pair_count": len(tables["transitions"]),
        "candidate_count": len(candidates.events),
        "candidate_events": len(set(candidates.events.values())),
        "path_count": len(rows),
        "tls_count": sum(splitting < settings.paths.splitting_below for splitting in one_barrier),
    }


#: The instance loaded by the registry of models.
TWO_LEVEL_SYSTEMS = TwoLevelSystems()
