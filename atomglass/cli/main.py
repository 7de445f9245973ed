"""The command line: parse, call one verb, print. Imports of the work itself happen inside the commands."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from atomglass.cli import analysis as analysis_cli
from atomglass.cli import study as study_cli
from atomglass.cli.bench import bench
from atomglass.cli.theory import theory_app
from atomglass.errors import InputError

app = typer.Typer(name="atomglass", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(study_cli.app)
app.add_typer(analysis_cli.app)
app.add_typer(
    theory_app, name="theory", help="The theories beside the simulations: each paper's figures and statements."
)

app.command()(bench)

PotentialOption = Annotated[str, typer.Option("--potential", "-p", help="A name in potentials/, or a TOML file.")]
OutFile = Annotated[Path, typer.Option("--out", "-o", help="File to write: .extxyz or .npz.")]
InFile = Annotated[Path, typer.Argument(help="A configuration: .extxyz, .xyz, .gsd or .npz.")]
Frame = Annotated[int, typer.Option(help="Which frame of the file; -1 is the last.")]


@app.callback()
def commands() -> None:
    """Computer glasses and their quasi-localized modes.

    A study: plan, run, status, collect, analyze, compare, report. One stage alone: sample, quench, modes, dos. The
    theories: theory. This machine: doctor, warmup, bench.
    """


@app.command()
def version() -> None:
    """Print the version."""
    from atomglass.version import __version__

    typer.echo(__version__)


@app.command()
def potentials() -> None:
    """List the shipped potentials."""
    from atomglass.cli.progress import print_table
    from atomglass.settings import shipped_folder
    from atomglass.system.potential import load_potential

    rows = []
    for path in sorted(shipped_folder("potentials").glob("*.toml")):
        p = load_potential(path)
        rows.append([p.name, str(p.dimension), str(p.exponent), str(p.order), f"{p.cutoff:g}", p.source])
    print_table("", ["name", "d", "n", "q", "cutoff", "source"], rows)


@app.command()
def sample(
    out: OutFile,
    particles: Annotated[
        int | None, typer.Option("--particles", "-n", help="Number of particles of a new sample.")
    ] = None,
    start: Annotated[Optional[Path], typer.Option("--from", help="Start from this configuration instead.")] = None,  # noqa: UP045
    potential: PotentialOption = "kumar2021",
    temperature: Annotated[float, typer.Option("--temperature", "-t", help="In units of epsilon.")] = 0.1,
    sweeps: Annotated[int, typer.Option(help="Sweeps of N attempted moves.")] = 10_000,
    density: Annotated[Optional[float], typer.Option(help="Number density; the model's own by default.")] = None,  # noqa: UP045
    diameters: Annotated[Optional[str], typer.Option(help="iid (the default) or quantile.")] = None,  # noqa: UP045
    frame: Frame = -1,
    swap_fraction: Annotated[Optional[float], typer.Option(help="Share of swap moves; by default 0.2.")] = None,  # noqa: UP045
    max_displacement: Annotated[
        Optional[float], typer.Option(help="Largest displacement along an axis; by default 0.12.")  # noqa: UP045
    ] = None,
    trajectories: Annotated[
        bool, typer.Option("--trajectories", help="Molecular dynamics in place of displacements: forgets faster.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 1,
) -> None:
    """Thermalize a liquid by Swap Monte Carlo and write its configuration."""
    from atomglass.cli.configuration_stages import sample_liquid

    sample_liquid(
        out, particles=particles, start=start, potential=potential, temperature=temperature, sweeps=sweeps,
        density=density, diameters=diameters, frame=frame, swap_fraction=swap_fraction,
        max_displacement=max_displacement, trajectories=trajectories, seed=seed,
    )  # fmt: skip


@app.command()
def quench(
    file: InFile,
    out: OutFile,
    potential: PotentialOption = "kumar2021",
    frame: Frame = -1,
    force_tolerance: Annotated[float, typer.Option(help="Largest force left on a particle.")] = 1e-10,
    max_iterations: Annotated[int, typer.Option(help="Give up after so many.")] = 100_000,
    method: Annotated[
        str, typer.Option(help="conjugate_gradients, steepest_descent (slow: raise --max-iterations) or fire.")
    ] = "conjugate_gradients",
) -> None:
    """Quench a configuration to its inherent state. Exit status 1 if it does not converge (the file is written)."""
    from atomglass.cli.configuration_stages import quench_file

    if not quench_file(file, out, potential, frame, force_tolerance, max_iterations, method):
        raise typer.Exit(1)


@app.command()
def modes(
    file: InFile,
    potential: PotentialOption = "kumar2021",
    frame: Frame = -1,
    count: Annotated[
        int | None,
        typer.Option(
            "--count",
            "-k",
            help="So many of the lowest modes; by default all below 1.2 times the first phonon frequency.",
        ),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="The whole spectrum, by a dense diagonalization.")] = False,
    quench_first: Annotated[bool, typer.Option("--quench", help="Quench the configuration first.")] = False,
    out: Annotated[Optional[Path], typer.Option("--out", "-o", help="Write the table too: .parquet or .csv.")] = None,  # noqa: UP045
) -> None:
    """Find the modes of an inherent state, expand the energy along each, and classify them."""
    from atomglass.cli.configuration_stages import modes_of_file

    modes_of_file(file, potential, frame, count, full, quench_first, out)


@app.command()
def dos(
    file: InFile,
    potential: PotentialOption = "kumar2021",
    frame: Frame = -1,
    moments: Annotated[int, typer.Option(help="Chebyshev moments: the more, the finer the resolution.")] = 2000,
    vectors: Annotated[int, typer.Option(help="Random vectors: the more, the smaller the error.")] = 16,
    seed: Annotated[int, typer.Option(help="Of the random vectors.")] = 1,
    out: Annotated[Optional[Path], typer.Option("--out", "-o", help="Write the table too: .parquet or .csv.")] = None,  # noqa: UP045
) -> None:
    """Estimate the density of states of an inherent state and its boson peak, for large samples."""
    from atomglass.cli.configuration_stages import density_of_file

    density_of_file(file, potential, frame, moments, vectors, seed, out)


def main() -> None:
    """Run the command line; bad input is one line on stderr and exit status 2."""
    # One thread a process unless asked otherwise: results do not depend on the machine, and processes do not compete.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    try:
        status = app(standalone_mode=False)
    except InputError as error:
        status = _complain(str(error))
    except MemoryError:
        status = _complain("not enough memory for this; use fewer particles, or fewer modes (--count)")
    except KeyboardInterrupt:
        status = _stopped()
    except OSError as error:  # a full disk, a folder that is not ours
        named = f": {error.filename}" if error.filename else ""
        status = _complain(f"{error.strerror or error}{named}")
    except Exception as error:
        # The option parser's own complaints, one line like all others; anything else is a fault of ours.
        if _is_interrupt(error):
            sys.exit(_stopped())
        if not hasattr(error, "format_message"):
            raise
        text = error.format_message().rstrip(".")
        status = _complain(f"{text}; see `atomglass --help`") if text else 2  # no words at all: help is shown
    sys.exit(status or 0)


def _is_interrupt(error: BaseException) -> bool:
    """Whether Ctrl-C is behind an exception: the parser's Abort, or what a compiled kernel makes of it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, KeyboardInterrupt) or type(cause).__name__ == "Abort":
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _stopped() -> int:
    typer.echo("atomglass: stopped; nothing was written", err=True)
    return 130


def _complain(text: str) -> int:
    """Print one line to stderr and return the status of bad input."""
    typer.echo("atomglass: " + " ".join(text.split()), err=True)
    return 2


if __name__ == "__main__":
    main()
