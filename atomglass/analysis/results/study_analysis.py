"""All statistics of a study in one frozen result, and its files."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from atomglass.analysis.results.exponent_tables import (
    exponent_drift_warnings,
    primary_exponents,
    selection_grid,
    share_of_grid,
)
from atomglass.analysis.results.mode_counts import qlms_per_realization
from atomglass.analysis.results.paper_statements import paper_statements
from atomglass.analysis.results.prefactors import prefactor_table
from atomglass.analysis.results.selection_warnings import selection_warnings
from atomglass.analysis.results.theory_tests import all_tests
from atomglass.analysis.selection import Selection, counted_realizations, in_group, select
from atomglass.analysis.statistics.chain_errors import Fraction, fraction
from atomglass.analysis.statistics.exponents import MIN_MODES, truncated_power_law
from atomglass.analysis.statistics.likelihood import TwoTermFit, fit_two_terms
from atomglass.io.atomic import replace
from atomglass.study.followup.recurrence_table import with_recurrences

#: A mode with a smaller participation number is a single particle in a loose cage.
MIN_PARTICIPATION_NUMBER = 3
#: With fewer chains, errors between chains are uncertain.
RELIABLE_CHAINS = 20


@dataclass(frozen=True)
class Analysis:
    """The results of a study, with errors that allow for correlated realizations.

    Attributes
    ----------
    name : str
        Name of the study.
    seed : int
        Seed of everything random; the same seed gives the same numbers.
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
    warnings : tuple of str
        Limitations of the study.
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
    warnings: tuple[str, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by name."""
        return {f.name: value for f in fields(self) if isinstance(value := getattr(self, f.name), pd.DataFrame)}

    def to_json(self) -> str:
        """Return the whole analysis as JSON; NaN becomes null, infinity a string."""
        content: dict[str, Any] = {"name": self.name, "seed": self.seed, "rule": asdict(self.rule)}
        content |= {name: table.to_dict("records") for name, table in self.tables().items()}
        content["two_terms"] = None if self.two_terms is None else asdict(self.two_terms)
        content["warnings"] = list(self.warnings)
        return json.dumps(_json_value(content), indent=1, ensure_ascii=False) + "\n"


def analyze(
    study: Any, *, seed: int = 0, rule: Selection | None = None, recurrences: pd.DataFrame | None = None
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

    Raises
    ------
    InputError
        A table lacks a column, or the selection's bound lies above what the tables hold.
    """
    rule = rule or Selection()
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(3)]
    whole = counted_realizations(study.realizations, rule)
    modes = study.modes if recurrences is None else with_recurrences(study.modes, recurrences)
    qlms = select(modes, study.realizations, rule)
    reference = rule.reference if rule.frequency is None else "study"
    exponents, grid = primary_exponents(qlms, seed), selection_grid(modes, study.realizations, reference)
    return Analysis(
        name=str(study.settings.get("name", "study")),
        seed=seed,
        rule=rule,
        overview=_overview(qlms, whole, study.realizations),
        exponents=exponents,
        selection=grid,
        two_terms=_two_terms(in_group(qlms, "B")),
        prefactors=prefactor_table(qlms, study.realizations, rule),
        statements=paper_statements(study, rule, seed=seed, exponents=exponents),
        theory=pd.DataFrame([vars(test) for test in all_tests(qlms, streams[1])]),
        warnings=(
            *selection_warnings(study.realizations, rule),
            *_warnings(qlms, whole),
            *exponent_drift_warnings(grid, rule, share_of_grid(study.realizations, rule)),
        ),
    )


def _two_terms(in_b: pd.DataFrame) -> TwoTermFit | None:
    if len(in_b) < MIN_MODES:
        return None
    effective = truncated_power_law(in_b["x"], in_b["chain"]).effective_count
    return fit_two_terms(in_b["x"], in_b["bound"], effective)


def _overview(qlms: pd.DataFrame, whole: pd.DataFrame, realizations: pd.DataFrame) -> pd.DataFrame:
    """Return the counts and fractions that all other results rest on."""
    rows: list[tuple[str, float, float]] = [
        ("realizations", len(realizations), math.nan),
        ("analyzed", int((realizations["status"] == "ok").sum()), math.nan),
        ("of these complete", len(whole), math.nan),
        ("chains", realizations["chain"].nunique(), math.nan),
        ("QLMs", len(qlms), math.nan),
    ]
    found: list[tuple[str, Fraction]] = [("QLMs per realization", qlms_per_realization(qlms, whole))]
    for name in ("A", "B"):
        rows.append((f"QLMs in {name}", len(in_group(qlms, name)), math.nan))
        found.append((f"share of {name}", fraction(qlms["group"] == name, qlms["chain"])))
    in_a = in_group(qlms, "A")
    found.append(("share of A with a hidden well", fraction(in_a["second_minimum"].eq(True), in_a["chain"])))
    if "recurrence_of" in qlms.columns:
        found.append(("share of QLMs that are returns", fraction(qlms["recurrence_of"].notna(), qlms["chain"])))
    rows += [(name, value.value, value.error) for name, value in found]
    rows += _stationarity(realizations)
    return pd.DataFrame(rows, columns=["quantity", "value", "error"])


def _stationarity(realizations: pd.DataFrame) -> list[tuple[str, float, float]]:
    """Return the drift of the liquid along full chains, and the correlation of consecutive glasses, over chains."""
    sizes = realizations["chain"].map(realizations["chain"].value_counts())
    full = [chain for _, chain in realizations[sizes == sizes.max()].groupby("chain")]
    if len(full) < 2 or len(full[0]) < 4 or "liquid_energy_per_particle" not in realizations:
        return []
    half = len(full[0]) // 2
    liquid = [chain["liquid_energy_per_particle"] for chain in full]
    found = {
        "liquid's energy, 2nd half - 1st": [e.iloc[half:].mean() - e.iloc[:half].mean() for e in liquid],
        "energy's correlation, next glass": [c["energy_per_particle"].autocorr(1) for c in full],
    }
    return [(name, float(np.mean(x)), float(np.std(x, ddof=1) / math.sqrt(len(x)))) for name, x in found.items()]


def _warnings(qlms: pd.DataFrame, whole: pd.DataFrame) -> list[str]:
    """Return the limitations of the study, a sentence each."""
    lines = []
    chains = qlms["chain"].nunique()
    if chains < RELIABLE_CHAINS:
        lines.append(
            f"The modes come from {chains} chains; errors between chains are uncertain below about {RELIABLE_CHAINS}."
        )
    if "recurrence_of" not in qlms.columns:
        lines.append("Recurrences of one defect are not marked; errors between chains allow for them.")
    size = whole.set_index("realization")["number"].reindex(qlms["realization"]).to_numpy()
    single = int((qlms["participation_ratio"].to_numpy() * size < MIN_PARTICIPATION_NUMBER).sum())
    if single:
        lines.append(
            f"In {single} of {len(qlms)} QLMs fewer than {MIN_PARTICIPATION_NUMBER} particles take part: loosely held "
            "particles, almost rattlers."
        )
    cutoff_dominated = int((qlms.get("b3_cutoff_share", pd.Series(dtype=float)).abs() > 0.5).sum())
    if cutoff_dominated:
        lines.append(
            f"In {cutoff_dominated} of {len(qlms)} QLMs most of b3 comes from pairs within 5 % of their cutoff."
        )
    return lines


def _json_value(value: Any) -> Any:
    """Return a value that JSON can represent."""
    if isinstance(value, dict):
        return {str(key): _json_value(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json_value(entry) for entry in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("infinity" if value > 0 else "-infinity")
    return None if value is pd.NA else value


def write_analysis(analysis: Analysis, folder: Path) -> list[Path]:
    """Write `analysis.json` and each table as CSV, each file atomically.

    Parameters
    ----------
    analysis : Analysis
        What to write.
    folder : Path
        Where to write; it is created if necessary.

    Returns
    -------
    list of Path
        The files written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    contents = {"analysis.json": analysis.to_json()}
    contents |= {f"{name}.csv": table.to_csv(index=False) for name, table in analysis.tables().items()}
    for name, text in contents.items():
        replace(folder / name, text.encode())
        written.append(folder / name)
    return written
