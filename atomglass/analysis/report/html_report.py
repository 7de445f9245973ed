"""One HTML file that says what a study found: tables, figures, provenance; nothing is loaded from elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from atomglass.analysis.figures.gallery import NamedFigure, picture_modes, selection_grid_figure, study_figures
from atomglass.analysis.report import origin_section as report_origin
from atomglass.analysis.report import report_tables
from atomglass.analysis.report.docs_tables import exponent_rows, rewrite_page
from atomglass.analysis.report.double_wells_section import wells_tables
from atomglass.analysis.report.report_tables import ReportTable
from atomglass.analysis.report.typesetting import number, typeset, with_error
from atomglass.analysis.results.study_analysis import Analysis, analyze
from atomglass.errors import InputError
from atomglass.study.followup.recurrence_table import load_recurrences
from atomglass.study.load import Study, load_study
from atomglass.study.store.inherent_states import load_configuration
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential, PotentialSettings, potential_from


@dataclass(frozen=True)
class Headline:
    """One number that a reader wants first."""

    value: str
    what: str


def write_report(
    folder: str | Path, out: str | Path | None = None, *, seed: int = 0, exponents: str | Path | None = None
) -> list[Path]:
    """Analyze a collected study and write its report.

    Parameters
    ----------
    folder : str or Path
        The study's directory, after `atomglass collect`.
    out : str or Path, optional
        The file; by default `report.html` in the folder.
    seed : int
        Of bootstrap and simulated p-values; the same seed gives the same file.
    exponents : str or Path, optional
        A Markdown page whose table of exponents gets this study's rows, see `published`.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    InputError
        There are no tables, a table lacks a column, or the file cannot be written there.
    """
    from atomglass.io.atomic import replace

    folder = Path(folder)
    out = folder / "report.html" if out is None else Path(out)
    if out.is_dir() or not out.parent.is_dir():
        raise InputError("--out", str(out), "a file in a folder that exists", "name the HTML file")
    study = load_study(folder)
    found = analyze(study, seed=seed, recurrences=load_recurrences(folder))
    written = []
    if exponents is not None:  # first, since it refuses a page without a place for the table
        written.append(rewrite_page(exponents, exponent_rows(found, study.realizations)))
    replace(out, render(study, folder, found).encode())
    return [out, *written]


def render(study: Study, folder: Path, found: Analysis) -> str:
    """Return the report as HTML.

    Parameters
    ----------
    study : Study
        From `load_study`.
    folder : Path
        Where kept glasses and optional tables are looked for: `runs`, and `density_of_states` (frequency, density,
        error), a spectrum found by another route, the kernel polynomial method say.
    found : Analysis
        Of the study.
    """
    runs, wells = report_origin.read_optional(folder, "runs"), study.wells
    page = Environment(
        loader=PackageLoader("atomglass.analysis.report"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    page.filters |= {"typeset": typeset, "image": _image}
    return page.get_template("report.html").render(
        name=found.name,
        description=str(study.settings.get("description", "")),
        facts=_facts(study),
        headlines=_headlines(found),
        warnings=[*report_origin.origin_warnings(study, runs), *found.warnings],
        rule=found.rule,
        sections=_sections(found, [] if wells is None else wells_tables(wells, study.modes)),
        figures=_figures(study, folder, found),
        origin=[report_origin.runs_table(runs), report_origin.settings_table(study.settings)],
        glossary=report_origin.glossary(study),
        seed=found.seed,
    )


def _facts(study: Study) -> list[tuple[str, str]]:
    """What kind of glass this is, from the tables themselves."""
    good = study.realizations[study.realizations["status"] == "ok"]
    rows = []
    for column, name in (
        ("potential", "model"), ("number", "particles, N"), ("dimension", "dimension"), ("density", "density"),
        ("temperature", "temperature of the liquid"),
    ):  # fmt: skip
        if column in good and len(good):
            values = sorted(good[column].dropna().unique())
            rows.append((name, ", ".join(v if isinstance(v, str) else number(v) for v in values[:5])))
    sample = study.settings.get("sample", {})
    for key, name in (
        ("equilibration_sweeps", "sweeps before the first glass"), ("sweeps_between", "sweeps between two glasses"),
        ("diameters", "diameters"),
    ):  # fmt: skip
        if key in sample:
            rows.append((name, sample[key] if isinstance(sample[key], str) else number(sample[key])))
    return rows


def _headlines(found: Analysis) -> list[Headline]:
    """The numbers on top: what there is, the two groups, the exponents."""
    at = found.overview.set_index("quantity")
    rows = [
        Headline(number(at.value["analyzed"]), "glasses analyzed"),
        Headline(number(at.value["chains"]), "independent chains"),
        Headline(number(at.value["QLMs"]), "quasi-localized modes (QLMs)"),
        Headline(with_error(at.value["QLMs per realization"], at.error["QLMs per realization"]), "QLMs a glass"),
        Headline(with_error(at.value["share of B"], at.error["share of B"]), "share of group B (paper: 0.31)"),
    ]
    if "share of QLMs that are returns" in at.index:
        returns = at.loc["share of QLMs that are returns"]
        rows.append(Headline(with_error(returns["value"], returns["error"]), "share of returning defects"))
    for r in found.exponents[found.exponents["returns"] == "kept"].itertuples():
        if r.group in ("A", "B"):
            expected = {"A": 4, "B": 3}[r.group]
            rows.append(
                Headline(with_error(r.exponent, r.error), f"exponent s of group {r.group} (theory: {expected})")
            )
    return rows


def _sections(found: Analysis, wells: list[ReportTable]) -> list[tuple[str, str, str, list[ReportTable]]]:
    """Return (anchor, title, words, tables) of each section of tables."""
    two = report_tables.two_terms_table(found)
    sections = [
        (
            "paper", "The paper and this study",
            "A verdict needs errors: “differs” means outside the 95 % interval, “agrees” that other values are "
            "excluded too, “undecided” that the data do not suffice.",
            [report_tables.statements_table(found.statements), report_tables.own_numbers_table(found.statements)],
        ),
        (
            "exponents", "How the densities of states grow", "",
            [report_tables.exponents_table(found.exponents), *([] if two is None else [two]),
             report_tables.prefactors_table(found.prefactors)],
        ),
        (
            "selection", "The exponent against the selection",
            "Which modes are called quasi-localized makes the exponent. The rule was fixed before looking; here is "
            "what other rules would have given.",
            [report_tables.grid_table(found.selection)],
        ),
        ("theory", "Tests of the theory", "", [report_tables.theory_table(found.theory)]),
    ]  # fmt: skip
    if wells:
        words = "The quartic freezes all other directions. Here the glass itself was displaced and quenched."
        sections.append(("wells", "Are the second wells there?", words, wells))
    return sections


def _figures(study: Study, folder: Path, found: Analysis) -> list[NamedFigure]:
    """The figures of the study, with pictures of modes where its glasses were kept."""
    rule: dict[str, Any] = {"frequency_share": found.rule.frequency_share}
    if found.rule.participation_ratio is not None:
        rule["participation_ratio"] = found.rule.participation_ratio
    density = report_origin.read_optional(folder, "density_of_states")
    figures = study_figures(study.modes, study.realizations, density=density, **rule)
    if len(found.selection):
        figures.insert(5, selection_grid_figure(found.selection, **rule))
    potential = study.settings.get("potential")
    if isinstance(potential, dict) and (folder / "study.json").is_file():
        figures += picture_modes(study.modes, _kept(folder), _potential(potential))
    return figures


def _potential(settings: dict[str, Any]) -> PairPotential:
    return potential_from(PotentialSettings(**settings).model_dump(), settings["name"])


def _kept(folder: Path) -> Callable[[int], Configuration | None]:
    """Return a function that finds a kept glass; None for one that was not kept."""

    def find(realization: int) -> Configuration | None:
        try:
            return load_configuration(folder, realization)
        except InputError:
            return None

    return find


def _image(figure: NamedFigure) -> str:
    """Return a figure as a data address; as an image its inner names cannot clash with another figure's."""
    return "data:image/svg+xml;base64," + base64.b64encode(figure.svg().encode()).decode()
