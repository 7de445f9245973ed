"""All of a study's statistics in one frozen result, and their files."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from atomglass.analysis.results.exponent_tables import drifting, exponent_table, prefactor_table, selection_grid
from atomglass.analysis.results.paper_statements import paper_statements, per_realization
from atomglass.analysis.results.theory_tests import all_tests
from atomglass.analysis.selection import Selection, complete_realizations, select
from atomglass.analysis.statistics.chain_errors import Share, share
from atomglass.analysis.statistics.exponents import truncated_power_law
from atomglass.analysis.statistics.likelihood import TwoTermFit, fit_two_terms
from atomglass.study.followup.recurrence_table import with_recurrences

#: A participation number below this is a single particle in a loose cage.
FEW_PARTICLES = 3


@dataclass(frozen=True)
class Analysis:
    """What a study says, with errors that allow for correlated realizations.

    Attributes
    ----------
    name : str
        Of the study.
    seed : int
        Of everything that is drawn; the same seed gives the same numbers.
    rule : Selection
        The primary selection.
    overview : DataFrame
        quantity | value | error: realizations, chains, modes, shares.
    exponents : DataFrame
        One row a group (A, B, all) and treatment of returning defects, see `exponent_table`.
    selection : DataFrame
        Exponents on a grid of f and participation ratio, see `selection_grid`.
    two_terms : TwoTermFit or None
        c3 omega^3 - c4 omega^4 fitted to B; None with fewer than ten modes.
    prefactors : DataFrame
        A of D(omega) = A omega^s at the theory's exponents.
    statements : DataFrame
        The paper's statements: quantity | paper | ours | error | verdict | note.
    theory : DataFrame
        Tests of the theory: name | meaning | value | error | expected | p | count | verdict.
    warnings : tuple of str
        What a reader must keep in mind.
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
        """Return every table under its name."""
        return {f.name: value for f in fields(self) if isinstance(value := getattr(self, f.name), pd.DataFrame)}

    def to_json(self) -> str:
        """Return everything as JSON; NaN and infinity become null and a string."""
        content: dict[str, Any] = {"name": self.name, "seed": self.seed, "rule": asdict(self.rule)}
        content |= {name: table.to_dict("records") for name, table in self.tables().items()}
        content["two_terms"] = None if self.two_terms is None else asdict(self.two_terms)
        content["warnings"] = list(self.warnings)
        return json.dumps(_plain(content), indent=1, ensure_ascii=False) + "\n"


def analyze(
    study: Any, *, seed: int = 0, rule: Selection | None = None, recurrences: pd.DataFrame | None = None
) -> Analysis:
    """Return the whole analysis of a study.

    Parameters
    ----------
    study : Study
        From `load_study`: anything with the tables `modes` and `realizations`, and `settings`.
    seed : int
        Of bootstrap and simulated p-values.
    rule : Selection, optional
        The primary selection; omega < 0.8 omega_1 and PR < 0.27 by default.
    recurrences : DataFrame, optional
        From `find_recurrences`: exponents are then given without returns of one defect too.

    Raises
    ------
    InputError
        A table lacks a column.
    """
    rule = rule or Selection()
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(3)]
    whole = complete_realizations(study.realizations)
    modes = study.modes if recurrences is None else with_recurrences(study.modes, recurrences)
    qlms = select(modes, rule)
    deep = qlms[qlms["group"] == "B"]
    two_terms = None
    if len(deep) >= 10:
        effective = truncated_power_law(deep["x"], deep["chain"]).effective_count
        two_terms = fit_two_terms(deep["x"], deep["bound"], effective)
    exponents, grid = exponent_table(qlms, streams[0]), selection_grid(modes)
    return Analysis(
        name=str(study.settings.get("name", "study")),
        seed=seed,
        rule=rule,
        overview=_overview(qlms, whole, study.realizations),
        exponents=exponents,
        selection=grid,
        two_terms=two_terms,
        prefactors=prefactor_table(qlms, whole, rule),
        statements=paper_statements(study, rule, seed=seed, exponents=exponents),
        theory=pd.DataFrame([vars(test) for test in all_tests(qlms, streams[1])]),
        warnings=(*_warnings(qlms, whole, study.realizations), *drifting(grid, rule)),
    )


def _overview(qlms: pd.DataFrame, whole: pd.DataFrame, realizations: pd.DataFrame) -> pd.DataFrame:
    """Numbers that everything else rests on."""
    rows: list[tuple[str, float, float]] = [
        ("realizations", len(realizations), math.nan),
        ("analyzed", int((realizations["status"] == "ok").sum()), math.nan),
        ("of these complete", len(whole), math.nan),
        ("chains", realizations["chain"].nunique(), math.nan),
        ("QLMs", len(qlms), math.nan),
    ]
    found: list[tuple[str, Share]] = [("QLMs per realization", per_realization(qlms, whole))]
    for name in ("A", "B"):
        rows.append((f"QLMs in {name}", int((qlms["group"] == name).sum()), math.nan))
        found.append((f"share of {name}", share(qlms["group"] == name, qlms["chain"])))
    shallow = qlms[qlms["group"] == "A"]
    found.append(("share of A with a hidden well", share(shallow["second_minimum"].eq(True), shallow["chain"])))
    if "recurrence_of" in qlms.columns:
        found.append(("share of QLMs that are returns", share(qlms["recurrence_of"].notna(), qlms["chain"])))
    rows += [(name, value.value, value.error) for name, value in found]
    rows += _stationarity(realizations)
    return pd.DataFrame(rows, columns=["quantity", "value", "error"])


def _stationarity(realizations: pd.DataFrame) -> list[tuple[str, float, float]]:
    """How chains of full length stand still, and how alike neighboring glasses are; chains are the units of error."""
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


def _warnings(qlms: pd.DataFrame, whole: pd.DataFrame, realizations: pd.DataFrame) -> list[str]:
    """Lines on what limits the study."""
    lines = []
    chains = qlms["chain"].nunique()
    if chains < 20:
        lines.append(f"The modes come from {chains} chains: errors that rest on chains are uncertain below about 20.")
    lost = len(realizations) - len(whole)
    if lost:
        lines.append(f"{lost} of {len(realizations)} realizations failed or are not proven complete; left out.")
    if "recurrence_of" not in qlms.columns:
        lines.append("Returns of one defect are not marked; errors allow for them through the chains.")
    size = whole.set_index("realization")["number"].reindex(qlms["realization"]).to_numpy()
    alone = int((qlms["participation_ratio"].to_numpy() * size < FEW_PARTICLES).sum())
    if alone:
        lines.append(
            f"In {alone} of {len(qlms)} QLMs fewer than {FEW_PARTICLES} particles take part: barely held ones, almost "
            "rattlers."
        )
    leaning = int((qlms.get("b3_cutoff_share", pd.Series(dtype=float)).abs() > 0.5).sum())
    if leaning:
        lines.append(f"In {leaning} of {len(qlms)} QLMs most of b3 comes from pairs within 5 % of their cutoff.")
    return lines


def _plain(value: Any) -> Any:
    """Return something JSON can hold."""
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("infinity" if value > 0 else "-infinity")
    return None if value is pd.NA else value


def write_analysis(analysis: Analysis, folder: Path) -> list[Path]:
    """Write `analysis.json` and a CSV file of each table, each whole or not at all; return the paths."""
    from atomglass.io.atomic import replace

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    contents = {"analysis.json": analysis.to_json()}
    contents |= {f"{name}.csv": table.to_csv(index=False) for name, table in analysis.tables().items()}
    for name, text in contents.items():
        replace(folder / name, text.encode())
        written.append(folder / name)
    return written
