"""The commands that analyze collected studies: wells, pinned, compare, recurrences, analyze, report,
crosscheck, join, publish.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from atomglass.cli.printing import say, warn
from atomglass.errors import InputError

app = typer.Typer()

StudyFolder = Annotated[Path, typer.Argument(help="Directory of a collected study.")]
Frequency = Annotated[
    float | None, typer.Option("--frequency", help="Only modes below this frequency omega; replaces --share.")
]
Share = Annotated[
    float | None,
    typer.Option("--share", help="Only modes below this share of the first phonon frequency; by default 0.6."),
]
Reference = Annotated[
    str | None,
    typer.Option(
        "--reference",
        help="Whose first phonon frequency: the median of the glass's chain or of the study, or its own, which biases "
        "the exponents. chain, study or own; by default chain.",
    ),
]
Participation = Annotated[
    str | None,
    typer.Option("--participation", help="Only participation ratios below this, or none; by default 0.27."),
]


def _need_glasses(folder: Path) -> None:
    """Raise InputError if a study is not of glasses, which cannot be known for published tables without the study."""
    from atomglass.study.store.study_store import StudyStore

    if (folder / "study.json").is_file():
        StudyStore(folder).require_glasses()


@app.command()
def wells(
    folder: StudyFolder,
    workers: Annotated[int, typer.Option("--workers", "-w", min=1, help="Number of processes.")] = 1,
    chains: Annotated[
        int | None, typer.Option("--chains", min=1, help="Number of chains, from the first; by default all.")
    ] = None,
) -> None:
    """Test the second wells of a collected study in its kept glasses: displace, quench, find the saddle.

    Writes wells.parquet, one row for each quasi-localized mode. After an interruption the same command continues.
    """
    _need_glasses(folder)
    from atomglass.analysis.report.comparison_text_tables import well_outcomes_table
    from atomglass.cli.text_table import print_table
    from atomglass.study.followup.double_wells import second_wells

    found = second_wells(folder, workers, lambda done, of: warn(f"chain {done} of {of}"), chains)
    print_table(*well_outcomes_table(found))
    say(f"written: {folder / 'wells.parquet'}")


@app.command()
def pinned(
    folder: StudyFolder,
    below: Annotated[float, typer.Option("--below", help="All modes below this frequency, the same in every glass.")],
    fraction: Annotated[float, typer.Option("--fraction", help="Fraction of the particles that are pinned.")] = 0.03,
    workers: Annotated[int, typer.Option("--workers", "-w", min=1, help="Number of processes.")] = 1,
    chains: Annotated[
        int | None, typer.Option("--chains", min=1, help="Number of chains, from the first; by default all.")
    ] = None,
) -> None:
    """Pin particles at random in the kept glasses of a study, which suppresses phonons, and compute the modes.

    Needs keep_configurations = "all". Writes pinned.parquet, one row for each mode, and pinned_glasses.parquet, which
    `analyze` uses. After an interruption the same command continues.
    """
    from atomglass.study.followup.pinned_modes import GLASSES, MODES, pin_kept_glasses
    from atomglass.study.store.study_store import StudyStore

    found = pin_kept_glasses(folder, fraction, below, workers, lambda done, of: warn(f"chain {done} of {of}"), chains)
    store = StudyStore(folder)
    realizations = sum(store.stored(int(chain)) for chain in found.glasses["chain"].unique())
    say(f"{len(found.modes)} modes below {below:g} in {len(found.glasses)} glasses with a share of {fraction:g} pinned")
    say(
        f"left out: {realizations - len(found.glasses)} realizations without a kept glass; not proven complete: "
        f"{int((~found.glasses['complete']).sum())} glasses"
    )
    say(f"written: {folder / MODES} {folder / GLASSES}")


@app.command()
def compare(
    folders: Annotated[list[Path], typer.Argument(help="Directories of collected studies.")],
    fixed_number_of: Annotated[
        int | None,
        typer.Option(
            "--fixed-number-of", min=1, help="Keep the bound on N PR at its value for this number of particles."
        ),
    ] = None,
    frequency: Frequency = None,
    share: Share = None,
    reference: Reference = None,
    participation: Participation = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Also write the table as CSV.")] = None,
) -> None:
    """Compare collected studies: QLMs, fractions in group B and with hidden wells, confirmed second wells, exponents.

    Studies of the same liquids as the first one, but quenched differently, are also compared with it glass by glass. Of
    three or more that differ in the temperature of the liquid alone, the density of soft modes is given by temperature.
    """
    for folder in folders:
        _need_glasses(folder)
    from atomglass.analysis.report.comparison_text_tables import (
        comparison_table,
        paired_table,
        parent_temperature_tables,
    )
    from atomglass.analysis.results.energy_drift import drift_warnings
    from atomglass.analysis.results.paired_studies import compare_paired_studies, have_same_liquids
    from atomglass.analysis.results.parent_temperatures import differ_in_temperature, parent_temperature_table
    from atomglass.analysis.results.selected_modes import selection_from_options
    from atomglass.analysis.results.selection_warnings import selection_warnings
    from atomglass.analysis.results.study_comparison import compare_studies
    from atomglass.cli.text_table import print_table
    from atomglass.io.atomic import replace
    from atomglass.study.load import load_study

    studies = [load_study(folder) for folder in folders]
    rule = selection_from_options(frequency, share, reference, participation)
    table = compare_studies(studies, rule, fixed_number_of=fixed_number_of)
    if table["study"].duplicated().any():
        table["study"] = [folder.resolve().name for folder in folders]
    print_table(*comparison_table(table))
    for folder, study in zip(folders, studies, strict=True):
        for line in (*selection_warnings(study.realizations, rule), *drift_warnings(study.realizations)):
            say(f"warning: {folder}: {line}")
    rule = rule if fixed_number_of is None else rule.at_fixed_number(fixed_number_of)
    for study in studies[1:]:
        if have_same_liquids(studies[0], study):
            say()
            print_table(*paired_table(compare_paired_studies(studies[0], study, rule)))
    if out is not None:  # before a table that other studies may refuse
        replace(out, table.to_csv(index=False).encode())
        say("", f"written: {out}")
    if differ_in_temperature(studies):
        try:
            densities = parent_temperature_tables(parent_temperature_table(studies))
        except InputError as error:
            say(f"warning: no densities by temperature: {error}")
            return
        for lines in densities:
            say()
            print_table(*lines)


@app.command()
def recurrences(folder: StudyFolder) -> None:
    """Find which quasi-localized modes of a collected study are the same defect in successive kept glasses.

    Writes recurrences.parquet, which `analyze` uses.
    """
    _need_glasses(folder)
    from atomglass.study.followup.recurrence_table import NAME, find_recurrences

    found = find_recurrences(folder, lambda done, of: warn(f"chain {done} of {of}"))
    again = int(found["recurrence_of"].notna().sum())
    say(f"{len(found)} modes are {found['defect'].nunique()} defects: {again} are recurrences of earlier ones")
    say(f"written: {folder / NAME}")


@app.command()
def analyze(
    folder: StudyFolder,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the tables; by default DIR/analysis.")
    ] = None,
    frequency: Frequency = None,
    share: Share = None,
    reference: Reference = None,
    participation: Participation = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the bootstrap and of simulated p-values.")] = 0,
) -> None:
    """Analyze a collected study: exponents with errors, the paper's statements, tests of the theory.

    Prints tables, and writes them as CSV files and together as analysis.json.
    """
    _need_glasses(folder)
    from atomglass.analysis.report.comparison_text_tables import (
        outcome_exponents_table,
        well_outcomes_table,
        well_readings_table,
    )
    from atomglass.analysis.report.other_spectra_tables import other_spectra_tables
    from atomglass.analysis.report.text_tables import analysis_tables
    from atomglass.analysis.results.analysis_files import write_analysis
    from atomglass.analysis.results.selected_modes import selection_from_options
    from atomglass.analysis.results.study_analysis import analyze
    from atomglass.analysis.results.well_exponents import exponents_by_quench_outcome
    from atomglass.analysis.results.well_readings import well_readings
    from atomglass.cli.text_table import print_table
    from atomglass.study.followup.pinned_modes import load_pinned
    from atomglass.study.followup.recurrence_table import load_recurrences
    from atomglass.study.load import load_study

    study = load_study(folder)
    rule = selection_from_options(frequency, share, reference, participation)
    found = analyze(study, seed=seed, rule=rule, recurrences=load_recurrences(folder), pinned=load_pinned(folder))
    for title, header, rows in [*analysis_tables(found), *other_spectra_tables(found.other_spectra)]:
        print_table(title, header, rows)
        say()
    if study.wells is not None:
        for table in (well_outcomes_table(study.wells), well_readings_table(well_readings(study.wells))):
            print_table(*table)
            say()
        print_table(
            *outcome_exponents_table(exponents_by_quench_outcome(study.modes, study.realizations, study.wells, rule))
        )
        say()
    for line in found.warnings:
        say(f"warning: {line}")
    written = write_analysis(found, out or folder / "analysis")
    say("", "written: " + " ".join(str(path) for path in written))


@app.command()
def report(
    folder: StudyFolder,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The file; by default DIR/report.html.")] = None,
    frequency: Frequency = None,
    share: Share = None,
    reference: Reference = None,
    participation: Participation = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the bootstrap and of simulated p-values.")] = 0,
) -> None:
    """Write the analysis of a collected study as one HTML file with figures, for a browser, a phone, or print."""
    _need_glasses(folder)
    from atomglass.analysis.report.html_report import write_report
    from atomglass.analysis.results.selected_modes import selection_from_options

    rule = selection_from_options(frequency, share, reference, participation)
    say(f"written: {write_report(folder, out, seed=seed, rule=rule)}")


@app.command()
def crosscheck(
    one: Annotated[Path, typer.Argument(help="Directory of a collected study.")],
    other: Annotated[Path, typer.Argument(help="Directory of the same study, computed on another machine.")],
) -> None:
    """Compare a study computed on two machines: changed basins are counted, and modes must agree to 1e-8.

    Exit status 1: modes of the same basin do not agree, or their pseudo-harmonic modes do not.
    """
    from atomglass.cli.text_table import print_table
    from atomglass.study.crosscheck import FREQUENCY_TOLERANCE
    from atomglass.study.crosscheck import crosscheck as compare

    found = compare(one, other)
    rows = [
        ["realizations in both", str(found.common)],
        ["with the same status", str(found.same_status)],
        ["different sample (a step of the sampler was decided differently)", _count_and_first(found.different_samples)],
        ["same sample, changed basin", _count_and_first(found.different_basins)],
        ["same basin", f"{found.same_basin}, {found.modes} modes"],
        ["largest relative difference of a frequency there", f"{found.worst_frequency:.1e}"],
        [f"same basin, modes differ by more than {FREQUENCY_TOLERANCE:g}", _count_and_first(found.disagreeing)],
        ["modes in a different group", str(found.regrouped)],
    ]
    if found.spots:
        rows += [
            ["pseudo-harmonic modes in the same basin", str(found.spots)],
            ["largest relative difference of their frequencies", f"{found.worst_spot_frequency:.1e}"],
            ["same basin, pseudo-harmonic modes differ", _count_and_first(found.disagreeing_spots)],
        ]
    print_table("", ["", ""], rows)
    if found.disagreeing or found.disagreeing_spots:
        raise typer.Exit(1)


def _count_and_first(numbers: list[int]) -> str:
    """Return, as text, how many numbers there are and the first few of them."""
    shown = ", ".join(map(str, numbers[:8])) + (", ..." if len(numbers) > 8 else "")
    return f"{len(numbers)} ({shown})" if numbers else "0"


@app.command()
def join(
    folders: Annotated[
        list[Path], typer.Argument(help="Directories of collected studies that differ only in their seeds.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="A new or an empty directory.")],
) -> None:
    """Join the tables of studies that were run with different seeds, as if one study had run all the chains."""
    from atomglass.study.archive.join import join_studies

    written = join_studies(folders, out)
    say("written: " + " ".join(str(path) for path in written))


@app.command()
def publish(
    folder: StudyFolder,
    out: Annotated[Path, typer.Option("--out", "-o", help="A new or an empty directory.")],
    below: Annotated[
        float | None,
        typer.Option(
            "--below",
            help="Leave out modes above this multiple of the first phonon frequency of their own glass. Soft modes "
            "lower it, so that the table becomes unusable for bounds at a fixed frequency.",
        ),
    ] = None,
    below_frequency: Annotated[
        float | None,
        typer.Option(
            "--below-frequency",
            help="Leave out harmonic modes above this frequency, the same in all glasses.",
        ),
    ] = None,
    spots_below: Annotated[
        float | None,
        typer.Option("--spots-below", help="Leave out pseudo-harmonic modes above this frequency."),
    ] = None,
    as_portion: Annotated[
        bool,
        typer.Option(
            "--as-portion",
            help="Add the study, in a folder of its own, to the portions in --out, which differ in their seeds only.",
        ),
    ] = False,
) -> None:
    """Copy a collected study's tables in a compact form, with checksums, for a repository or an archive.

    `analyze` and `report` accept the copy like a study; portions are joined when they are read.
    """
    from atomglass.study.archive.portions import publish_portion
    from atomglass.study.archive.publish import Cuts, publish_tables

    if as_portion:
        written = publish_portion(folder, out, Cuts(below, below_frequency, spots_below))
    else:
        written = publish_tables(folder, out, below, below_frequency, spots_below)
    say("written: " + " ".join(str(path) for path in written))
