"""All statistics of a study in one frozen result."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np
import pandas as pd

from atomglass.analysis.counted_glasses import reference_frequency
from atomglass.analysis.results.bound_dependence import (
    HARMONIC,
    SPOTS,
    ModeTables,
    bound_drift_warnings,
    exponents_by_bound,
)
from atomglass.analysis.results.chain_stiffness import exponents_by_chain_stiffness
from atomglass.analysis.results.energy_drift import drift_warnings
from atomglass.analysis.results.exponent_drift import exponent_drift_warnings
from atomglass.analysis.results.exponent_tables import (
    exponent_table,
    primary_exponents,
    selection_grid,
    two_term_fit,
)
from atomglass.analysis.results.few_particle_modes import exponents_by_particle_number
from atomglass.analysis.results.json_value import json_value
from atomglass.analysis.results.other_spectra import spectra_below_rule
from atomglass.analysis.results.paper_statements import paper_statements, spot_statements
from atomglass.analysis.results.participation_cut import participation_cut, without_cut
from atomglass.analysis.results.prefactors import prefactor_table
from atomglass.analysis.results.selection_warnings import selection_warnings
from atomglass.analysis.results.spot_selection import select_spots, spot_bins, spot_warnings
from atomglass.analysis.results.study_overview import mode_warnings, study_overview
from atomglass.analysis.results.theory_tests import all_tests
from atomglass.analysis.results.two_level_links import link_table
from atomglass.analysis.results.two_level_systems import two_level_table
from atomglass.analysis.results.two_level_theories import theories_table
from atomglass.analysis.selection import Selection, counted_realizations, in_group, select
from atomglass.analysis.statistics.likelihood import TwoTermFit
from atomglass.study.followup.pinned_modes import PinnedTables
from atomglass.study.followup.recurrence_table import with_recurrences
from atomglass.types import ShortRepr


@dataclass(frozen=True, repr=False)
class Analysis(ShortRepr):
    """The results of a study, with errors that allow for correlated realizations.

    Attributes
    ----------
    name, seed : str, int
        Name of the study, and seed of everything random; the same seed gives the same numbers.
    rule : Selection
        The primary selection.
    overview : DataFrame
        quantity | value | error: realizations, chains, modes, fractions.
    exponents : DataFrame
        One row per group (A, B, all) and treatment of recurring defects, see `exponent_table`.
    selection : DataFrame
        Exponents on a grid of f and participation ratio, see `selection_grid`.
    two_terms : TwoTermFit or None
        c3 omega^3 - c4 omega^4 fitted to group B; None with fewer than ten modes.
    prefactors : DataFrame
        A of D(omega) = A omega^s at the theory's exponents.
    statements : DataFrame
        The paper's statements: quantity | paper | ours | error | verdict | note.
    theory : DataFrame
        Tests of the theory: name | meaning | value | error | expected | p | count | verdict.
    exponents_without_cut : DataFrame
        As `exponents`, without the bound on the participation.
    participation_cut : DataFrame
        Share of modes that pass that bound in bins of frequency, see `participation_cut`.
    bounds : DataFrame
        Exponents on a grid of fixed frequencies, for each kind of modes, see `exponents_by_bound`.
    chain_stiffness : DataFrame
        Exponents by thirds of the chains' median omega_1, see `exponents_by_chain_stiffness`.
    warnings : tuple of str
        Limitations of the study.
    spot_exponents, spot_statements, spot_theory, spot_bins : DataFrame or None
        Of the pseudo-harmonic modes, as for harmonic modes, and the evidence that they are complete, see `spot_bins`.
    particle_numbers : DataFrame or None
        Exponents of pseudo-harmonic modes of few and of many particles, see `exponents_by_particle_number`.
    other_spectra : dict of DataFrame
        Exponents by other roads: smallest frequencies, D - D_Debye, pinned glasses, see `other_spectra`.
    two_level_systems, two_level_links, two_level_theories : DataFrame or None
        Two-level systems, their link to soft modes, and the search beside three theories, if there was a search.
    """

    name: str
    seed: int
    rule: Selection
    overview: pd.DataFrame
    exponents: pd.DataFrame
    selection: pd.DataFrame
    two_terms: TwoTermFit | None
    prefactors: pd.DataFrame
    statements: pd.DataFrame
    theory: pd.DataFrame
    exponents_without_cut: pd.DataFrame
    participation_cut: pd.DataFrame
    bounds: pd.DataFrame
    chain_stiffness: pd.DataFrame
    warnings: tuple[str, ...]
    spot_exponents: pd.DataFrame | None = None
    spot_statements: pd.DataFrame | None = None
    spot_theory: pd.DataFrame | None = None
    spot_bins: pd.DataFrame | None = None
    particle_numbers: pd.DataFrame | None = None
    other_spectra: dict[str, pd.DataFrame] = field(default_factory=dict)
    two_level_systems: pd.DataFrame | None = None
    two_level_links: pd.DataFrame | None = None
    two_level_theories: pd.DataFrame | None = None

    @property
    def answer(self) -> pd.DataFrame:
        """The exponents that answer the study's question: those of the pseudo-harmonic modes, where there are any."""
        return self.exponents if self.spot_exponents is None else self.spot_exponents

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by name."""
        own = {f.name: value for f in fields(self) if isinstance(value := getattr(self, f.name), pd.DataFrame)}
        return own | self.other_spectra

    def to_json(self) -> str:
        """Return the whole analysis as JSON, with the names of its files; NaN becomes null, infinity a string."""
        content: dict[str, Any] = {"name": self.name, "seed": self.seed, "rule": asdict(self.rule)}
        content |= {name: table.to_dict("records") for name, table in self.tables().items()}
        content["two_terms"] = None if self.two_terms is None else asdict(self.two_terms)
        content["warnings"] = list(self.warnings)
        content["files"] = [f"{name}.csv" for name in self.tables()]
        return json.dumps(json_value(content), indent=1, ensure_ascii=False) + "\n"


def analyze(
    study: Any,
    *,
    seed: int = 0,
    rule: Selection | None = None,
    recurrences: pd.DataFrame | None = None,
    pinned: PinnedTables | None = None,
) -> Analysis:
    """Analyze a collected study.

    Parameters
    ----------
    study : Study
        From `load_study`, or anything with the tables `modes` and `realizations`, and `settings`.
    seed : int
        Seed of the bootstrap and of the simulated p-values.
    rule : Selection, optional
        The primary selection; omega < 0.6 of the chain's median omega_1 and PR < 0.27 by default.
    recurrences : DataFrame, optional
        From `find_recurrences`; exponents are then also given without recurrences of one defect.
    pinned : PinnedTables, optional
        From `load_pinned`; exponents of pinned glasses are then added.

    Raises
    ------
    InputError
        A table lacks a column, or the selection's bound lies above what the tables hold.
    """
    rule = rule or Selection()
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(5)]
    realizations, spots = study.realizations, getattr(study, "spots", None)
    whole = counted_realizations(realizations, rule)
    modes = study.modes if recurrences is None else with_recurrences(study.modes, recurrences)
    qlms = select(modes, realizations, rule)
    reference = rule.reference if rule.frequency is None else "study"
    exponents, grid = primary_exponents(qlms, seed), selection_grid(modes, realizations, reference)
    every = ModeTables(modes, realizations, spots)
    thirds = {HARMONIC: exponents_by_chain_stiffness(qlms, realizations)}
    of_spots = {} if spots is None else _spot_results(study, rule, seed, thirds)
    return Analysis(
        name=str(study.settings.get("name", "study")),
        seed=seed,
        rule=rule,
        overview=study_overview(qlms, whole, realizations),
        exponents=exponents,
        selection=grid,
        two_terms=two_term_fit(in_group(qlms, "B")),
        prefactors=prefactor_table(qlms, realizations, rule),
        statements=paper_statements(study, rule, seed=seed, exponents=exponents, recurrences=recurrences),
        theory=pd.DataFrame([vars(test) for test in all_tests(qlms, streams[1])]),
        exponents_without_cut=exponent_table(select(modes, realizations, without_cut(rule)), streams[3]),
        participation_cut=participation_cut(modes, realizations, rule),
        bounds=exponents_by_bound(every, rule),
        chain_stiffness=pd.concat([table.assign(kind=kind) for kind, table in thirds.items()], ignore_index=True),
        warnings=(
            *selection_warnings(realizations, rule),
            *drift_warnings(realizations),
            *mode_warnings(qlms, whole),
            *exponent_drift_warnings(modes, realizations, rule),
            *([] if spots is None else spot_warnings(spots, realizations, rule)),
            *bound_drift_warnings(every, rule),
        ),
        other_spectra=spectra_below_rule(study, rule, streams[4], pinned),
        two_level_systems=two_level_table(study),
        two_level_links=link_table(study),
        two_level_theories=theories_table(study),
        **of_spots,
    )


def _spot_results(study: Any, rule: Selection, seed: int, thirds: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of the pseudo-harmonic modes; their exponents by chains are added to `thirds`."""
    chosen = select_spots(study.spots, study.realizations, rule)
    fits = primary_exponents(chosen, seed)
    thirds[SPOTS] = exponents_by_chain_stiffness(chosen, study.realizations)
    top = float(reference_frequency(study.realizations, "study").max())
    stream = np.random.default_rng(np.random.SeedSequence([seed, 3]))
    return {
        "spot_exponents": fits,
        "spot_statements": spot_statements(study, rule, seed=seed, exponents=fits),
        "spot_theory": pd.DataFrame([vars(test) for test in all_tests(chosen, stream)]),
        "spot_bins": spot_bins(study.spots, study.realizations, top),
        "particle_numbers": exponents_by_particle_number(study.spots, study.realizations),
    }
