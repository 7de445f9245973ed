"""The report of a study as one HTML file: tables, figures and provenance, with nothing loaded from elsewhere."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from atomglass.analysis.figures.named_figure import NamedFigure
from atomglass.analysis.report import nonlinear_section, provenance_section, report_tables
from atomglass.analysis.report.double_wells_section import wells_tables
from atomglass.analysis.report.headlines import headlines, study_facts
from atomglass.analysis.report.other_spectra_tables import other_spectra_tables
from atomglass.analysis.report.report_figures import is_wide, report_figures
from atomglass.analysis.report.report_tables import ReportTable, report_table
from atomglass.analysis.report.two_level_section import TEXT, two_level_tables
from atomglass.analysis.report.typesetting import typeset, visible
from atomglass.analysis.results.participation_cut import without_cut
from atomglass.analysis.results.study_analysis import Analysis, analyze
from atomglass.analysis.selection import Selection
from atomglass.errors import InputError
from atomglass.io.atomic import remove_stale_temporaries, replace
from atomglass.study.followup.pinned_modes import load_pinned
from atomglass.study.followup.recurrence_table import load_recurrences
from atomglass.study.load import Study, load_study
from atomglass.study.store.checksums import require_folder


@dataclass(frozen=True)
class Section:
    """A section of tables.

    Attributes
    ----------
    anchor, title : str
        Its address within the page, and its heading.
    text : str
        A sentence or two below the heading; may be empty.
    tables : list of ReportTable
        The tables.
    """

    anchor: str
    title: str
    text: str
    tables: list[ReportTable]


def write_report(
    folder: str | Path, out: str | Path | None = None, *, seed: int = 0, rule: Selection | None = None
) -> Path:
    """Analyze a collected study and write its report.

    Parameters
    ----------
    folder : str or Path
        The study's directory, after `atomglass collect`.
    out : str or Path, optional
        The file; by default `report.html` in the folder.
    seed : int
        Seed of the bootstrap and of the simulated p-values; the same seed gives the same file.
    rule : Selection, optional
        Which modes are quasi-localized; the primary rule by default.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        There are no tables, a table lacks a column, the rule's bound lies above what the tables hold, or the file
        cannot be written there.
    """
    folder = Path(folder)
    out = folder / "report.html" if out is None else Path(out)
    require_folder(folder)
    if out.is_dir() or not out.parent.is_dir():
        raise InputError("--out", str(out), "a file in a folder that exists", "name the HTML file")
    study = load_study(folder)
    recurrences, pinned = load_recurrences(folder), load_pinned(folder)
    found = analyze(study, seed=seed, rule=rule, recurrences=recurrences, pinned=pinned)
    remove_stale_temporaries(out.parent)
    replace(out, render(study, folder, found).encode())
    return out


def render(study: Study, folder: Path, found: Analysis) -> str:
    """Return the report as HTML.

    Parameters
    ----------
    study : Study
        From `load_study`.
    folder : Path
        Where kept glasses and optional tables are looked for: `runs`, and `density_of_states` (frequency, density,
        error), a spectrum from another method such as the kernel polynomial method.
    found : Analysis
        The results of the study.
    """
    runs, wells = provenance_section.read_optional(folder, "runs"), []
    if study.wells is not None:
        wells = wells_tables(study.wells, study.modes, study.realizations, found.rule)
    page = Environment(
        loader=PackageLoader("atomglass.analysis.report"),
        autoescape=True,
        finalize=visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page.filters |= {"typeset": typeset, "image": _data_url, "wide": is_wide}
    return page.get_template("report.html").render(
        name=found.name,
        description=str(study.settings.get("description", "")),
        facts=study_facts(study),
        headlines=headlines(found),
        warnings=[*provenance_section.provenance_warnings(study, runs), *found.warnings],
        rule=found.rule,
        sections=_sections(found, wells),
        figures=report_figures(study, folder, found),
        provenance=[provenance_section.runs_table(runs), provenance_section.settings_table(study.settings)],
        glossary=provenance_section.glossary(study),
        seed=found.seed,
    )


def _sections(found: Analysis, wells: list[ReportTable]) -> list[Section]:
    """Return the sections of tables; that on second wells only if there are any."""
    two_terms = report_tables.two_terms_table(found)
    cut, uncut = (f"Harmonic modes, {rule}" for rule in (found.rule, without_cut(found.rule)))
    exponents = [
        report_tables.exponents_table(found.exponents, cut),
        report_tables.exponents_table(found.exponents_without_cut, uncut),
        *([] if two_terms is None else [two_terms]),
    ]
    sections = [
        Section(
            "paper",
            "The paper and this study",
            "A verdict needs errors: “differs” means outside the 95 % interval, “agrees” that other values are "
            "excluded too, “undecided” that the data do not suffice.",
            [
                report_tables.statements_table(found.statements),
                report_tables.own_numbers_table(found.statements),
                report_tables.overview_table(found.overview),
            ],
        ),
        Section(
            "exponents",
            "Exponents of the densities of states",
            "These are effective exponents: harmonic modes mix with phonons, and the bound on the participation ratio "
            "cuts those that do.",
            [*exponents, report_tables.prefactors_table(found.prefactors)],
        ),
        Section(
            "selection",
            "The exponent as a function of the selection",
            "The exponent depends on which modes are called quasi-localized. The rule was fixed in advance; these are "
            "the results of other rules.",
            [
                nonlinear_section.bounds_table(found.bounds),
                nonlinear_section.cut_table(found.participation_cut),
                nonlinear_section.chain_stiffness_table(found.chain_stiffness),
                report_tables.grid_table(found.selection),
            ],
        ),
        Section("theory", "Tests of the theory", "", [report_tables.theory_table(found.theory)]),
    ]
    if found.spot_exponents is not None:
        sections.insert(1, _spot_section(found))
    others = [report_table(*table) for table in other_spectra_tables(found.other_spectra)]
    if others:
        text = "No mode is selected here: see docs/spectra.md. s is the exponent, the number of modes in parentheses."
        sections.append(Section("others", "Spectra without phonons by other roads", text, others))
    two_level = two_level_tables(found)
    if two_level:
        sections.append(Section("two-level", "Two-level systems", TEXT, two_level))
    if wells:
        text = "The quartic keeps all other directions fixed. Here the glass itself was displaced and quenched."
        sections.append(Section("wells", "Do the second wells exist?", text, wells))
    return sections


def _spot_section(found: Analysis) -> Section:
    """Return the section on pseudo-harmonic modes, which are the study's answer where there are any."""
    tables = []
    if found.spot_exponents is not None:
        what = f"Pseudo-harmonic modes, {without_cut(found.rule)}"
        tables.append(report_tables.exponents_table(found.spot_exponents, what))
    if found.spot_statements is not None:
        tables.append(nonlinear_section.both_statements_table(found.statements, found.spot_statements))
    if found.spot_bins is not None:
        tables.append(nonlinear_section.spot_bins_table(found.spot_bins))
    if found.particle_numbers is not None and len(found.particle_numbers):
        tables.append(nonlinear_section.particle_number_table(found.particle_numbers))
    if found.spot_theory is not None:
        tables.append(report_tables.theory_table(found.spot_theory))
    text = (
        "Pseudo-harmonic modes do not mix with phonons, so they need no bound on the participation ratio. Their "
        "exponents are the answer of this study."
    )
    return Section("nonlinear", "Pseudo-harmonic modes", text, tables)


def _data_url(figure: NamedFigure) -> str:
    """Return a figure as a data URL; embedded as an image, its internal names cannot clash with another figure's."""
    return "data:image/svg+xml;base64," + base64.b64encode(figure.svg().encode()).decode()
