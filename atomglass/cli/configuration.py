"""The commands on a single configuration: sample, quench, modes, dos."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()

PotentialOption = Annotated[str, typer.Option("--potential", "-p", help="A name in potentials/, or a TOML file.")]
OutFile = Annotated[
    Path, typer.Option("--out", "-o", help="File to write: .extxyz, .npz, or for LAMMPS .data or .lammpstrj.")
]
OutTable = Annotated[Path | None, typer.Option("--out", "-o", help="Also write the table: .parquet or .csv.")]
OutModes = Annotated[
    list[Path] | None,
    typer.Option(
        "--out", "-o", help="Also write the table (.parquet or .csv), or the modes as frames (.extxyz or .lammpstrj)."
    ),
]
InFile = Annotated[
    Path,
    typer.Argument(
        help="A configuration: .extxyz, .xyz, .gsd, .npz; of LAMMPS .data, .lmp, .lammpstrj, .dump; text also with .gz."
    ),
]
Frame = Annotated[int, typer.Option(help="Frame of the file; -1 is the last.")]
TypeDiameters = Annotated[
    str | None,
    typer.Option("--diameters-by-type", help="Diameter of each type of particle in the file: A=1.0,B=0.88."),
]
SpeciesOrder = Annotated[
    str | None, typer.Option("--species", help="Types in the file, in the order of the potential's species: A,B.")
]


@app.command()
def sample(
    out: OutFile,
    particles: Annotated[
        int | None, typer.Option("--particles", "-n", help="Number of particles of a new sample.")
    ] = None,
    start: Annotated[Path | None, typer.Option("--from", help="Start from this configuration instead.")] = None,
    potential: PotentialOption = "kumar2021",
    temperature: Annotated[float, typer.Option("--temperature", "-t", help="In units of epsilon.")] = 0.1,
    sweeps: Annotated[int, typer.Option(help="Sweeps of N attempted moves.")] = 10_000,
    density: Annotated[float | None, typer.Option(help="Number density; by default that of the potential.")] = None,
    dimension: Annotated[int | None, typer.Option(help="2 or 3, for a potential that serves both.")] = None,
    diameters: Annotated[str | None, typer.Option(help="iid (the default) or quantile.")] = None,
    sizes: Annotated[
        str | None,
        typer.Option(
            help="Size law with its parameters, as 'gaussian polydispersity=0.1', or a file of diameters; "
            "by default the law of the potential."
        ),
    ] = None,
    frame: Frame = -1,
    diameters_by_type: TypeDiameters = None,
    species: SpeciesOrder = None,
    swap_fraction: Annotated[float | None, typer.Option(help="Fraction of swap moves; by default 0.2.")] = None,
    max_displacement: Annotated[
        float | None, typer.Option(help="Largest displacement along an axis; by default 0.12.")
    ] = None,
    trajectories: Annotated[
        bool,
        typer.Option("--trajectories", help="Hybrid Monte Carlo instead of displacements, for faster decorrelation."),
    ] = False,
    swap_window: Annotated[
        float | None, typer.Option(help="With --trajectories: largest difference of two diameters that are swapped.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 1,
) -> None:
    """Equilibrate a liquid by swap Monte Carlo and write its configuration."""
    from atomglass.cli.configuration_stages import MoveOptions, sample_liquid
    from atomglass.cli.input_file import InputFile
    from atomglass.cli.liquid_start import LiquidStart

    file = None if start is None else InputFile(start, frame, diameters_by_type, species)
    begin = LiquidStart(particles, file, density, diameters, sizes, dimension)
    moves = MoveOptions(temperature, swap_fraction, max_displacement, trajectories, swap_window)
    sample_liquid(out, potential, begin, moves, sweeps, seed)


@app.command()
def quench(
    file: InFile,
    out: OutFile,
    potential: PotentialOption = "kumar2021",
    frame: Frame = -1,
    diameters_by_type: TypeDiameters = None,
    species: SpeciesOrder = None,
    force_tolerance: Annotated[float, typer.Option(help="Largest force on a particle at the end.")] = 1e-10,
    max_iterations: Annotated[int, typer.Option(help="Give up after this number of iterations.")] = 100_000,
    method: Annotated[
        str, typer.Option(help="conjugate_gradients, steepest_descent (slow: raise --max-iterations) or fire.")
    ] = "conjugate_gradients",
) -> None:
    """Quench a configuration to its inherent state. Exit status 1 if it does not converge (the file is written)."""
    from atomglass.cli.configuration_stages import quench_file
    from atomglass.cli.input_file import InputFile

    given = InputFile(file, frame, diameters_by_type, species)
    if not quench_file(given, out, potential, force_tolerance, max_iterations, method):
        raise typer.Exit(1)


@app.command()
def modes(
    file: InFile,
    potential: PotentialOption = "kumar2021",
    frame: Frame = -1,
    diameters_by_type: TypeDiameters = None,
    species: SpeciesOrder = None,
    count: Annotated[
        int | None,
        typer.Option(
            "--count",
            "-k",
            help="Number of lowest modes; by default all below 1.2 times the first phonon frequency.",
        ),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Compute the whole spectrum, by dense diagonalization.")] = False,
    quench_first: Annotated[bool, typer.Option("--quench", help="Quench the configuration first.")] = False,
    threads: Annotated[
        int, typer.Option(help="Threads for the modes of a sample of more than some 10,000 particles; same numbers.")
    ] = 1,
    out: OutModes = None,
) -> None:
    """Find the modes of an inherent state, expand the energy along each, and classify them."""
    from atomglass.cli.configuration_stages import modes_of_file
    from atomglass.cli.input_file import InputFile

    given = InputFile(file, frame, diameters_by_type, species)
    modes_of_file(given, potential, count, full, quench_first, out or [], threads)


@app.command()
def dos(
    file: InFile,
    potential: PotentialOption = "kumar2021",
    frame: Frame = -1,
    diameters_by_type: TypeDiameters = None,
    species: SpeciesOrder = None,
    moments: Annotated[
        int | None,
        typer.Option(
            help="Number of Chebyshev moments; more give a finer resolution. By default at most 2000, and so few that "
            "the resolution holds ten modes on average."
        ),
    ] = None,
    vectors: Annotated[int, typer.Option(help="Number of random vectors; more give a smaller error.")] = 16,
    seed: Annotated[int, typer.Option(help="Seed of the random vectors.")] = 1,
    out: OutTable = None,
) -> None:
    """Estimate the density of states of an inherent state and its boson peak; suited to large samples."""
    from atomglass.cli.configuration_stages import density_of_file
    from atomglass.cli.input_file import InputFile

    given = InputFile(file, frame, diameters_by_type, species)
    density_of_file(given, potential, moments, vectors, seed, out)
