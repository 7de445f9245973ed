"""The top of a report: what kind of glass was studied, and the numbers that a reader looks for first."""

from __future__ import annotations

from dataclasses import dataclass

from atomglass.analysis.results.study_analysis import Analysis
from atomglass.analysis.statistics.exponents import EXPECTED_EXPONENT
from atomglass.analysis.statistics.number_format import TYPESET
from atomglass.study.load import Study

_FACTS_OF_TABLES = {
    "potential": "model",
    "number": "particles, N",
    "dimension": "dimension",
    "density": "density",
    "temperature": "temperature of the liquid",
}
_FACTS_OF_SAMPLING = {
    "equilibration_sweeps": "sweeps before the first glass",
    "sweeps_between": "sweeps between two glasses",
    "diameters": "diameters",
}


@dataclass(frozen=True)
class Headline:
    """One number at the top of the report.

    Attributes
    ----------
    value : str
        The number.
    what : str
        What it is.
    """

    value: str
    what: str


def study_facts(study: Study) -> list[tuple[str, str]]:
    """Return what kind of glass this is, from the tables themselves."""
    good = study.realizations[study.realizations["status"] == "ok"]
    rows = []
    for column, name in _FACTS_OF_TABLES.items():
        if column in good and len(good):
            values = sorted(good[column].dropna().unique())
            rows.append((name, ", ".join(v if isinstance(v, str) else TYPESET.number(v) for v in values[:5])))
    sample = study.settings.get("sample", {})
    for key, name in _FACTS_OF_SAMPLING.items():
        if key in sample:
            rows.append((name, sample[key] if isinstance(sample[key], str) else TYPESET.number(sample[key])))
    return rows


def headlines(found: Analysis) -> list[Headline]:
    """Return the numbers on top: counts, the two groups, the exponents."""
    at = found.overview.set_index("quantity")
    rows = [
        Headline(TYPESET.number(at.value["analyzed"]), "glasses analyzed"),
        Headline(TYPESET.number(at.value["chains"]), "independent chains"),
        Headline(TYPESET.number(at.value["QLMs"]), "quasi-localized modes (QLMs)"),
        Headline(
            TYPESET.with_error(at.value["QLMs per realization"], at.error["QLMs per realization"]), "QLMs per glass"
        ),
        Headline(TYPESET.with_error(at.value["share of B"], at.error["share of B"]), "share of group B (paper: 0.31)"),
    ]
    if "share of QLMs that are returns" in at.index:
        returns = at.loc["share of QLMs that are returns"]
        rows.append(Headline(TYPESET.with_error(returns["value"], returns["error"]), "share of recurring defects"))
    kind = "" if found.spot_exponents is None else ", pseudo-harmonic modes"
    for r in found.answer[found.answer["returns"] == "kept"].itertuples():
        if r.group in ("A", "B"):
            what = (
                f"exponent s of group {r.group}{kind} (theory: {EXPECTED_EXPONENT[r.group]}; {r.verdict}: {r.because})"
            )
            rows.append(Headline(TYPESET.with_error(r.exponent, r.error), what))
    return rows
