"""The application, the commands on the package itself, and the conversion of errors to one line and an exit status."""

from __future__ import annotations

import io
import os
import sys
from typing import Annotated, Any

import typer

from atomglass.cli import analysis, bench, configuration, study
from atomglass.cli.printing import say
from atomglass.cli.theory import theory_app
from atomglass.errors import PLATFORM, InputError

#: Exit status after Ctrl-C, as shells define it.
INTERRUPTED_STATUS = 130

app = typer.Typer(
    name="atomglass",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(configuration.app)
app.add_typer(study.app)
app.add_typer(analysis.app)
app.add_typer(bench.app)
app.add_typer(
    theory_app, name="theory", help="Theories to compare with the simulations: figures and statements of each paper."
)


def _print_version(wanted: bool) -> None:
    if wanted:
        version()
        raise typer.Exit


@app.callback()
def commands(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Computer glasses and their quasi-localized modes.

    Studies: plan, run, status, collect, analyze, compare, report. Single stages: sample, quench, modes, dos.
    Theories: theory. This machine: doctor, warmup, bench.
    """


@app.command()
def version() -> None:
    """Print the version."""
    from atomglass.__about__ import __version__

    say(__version__)


@app.command()
def potentials() -> None:
    """List the potentials that come with the package."""
    from atomglass.cli.text_table import print_table
    from atomglass.settings import shipped_folder
    from atomglass.system.potential import load_potential

    rows = []
    for path in sorted(shipped_folder("potentials").glob("*.toml")):
        p = load_potential(path)
        form = p.form if p.exponent is None else f"{p.form} {p.exponent}"
        dimension = "2, 3" if p.dimension is None else str(p.dimension)
        species = ", ".join(p.table.names) if p.table else "sizes"
        rows.append([p.name, dimension, form, species, str(p.smoothness), f"{p.cutoff:g}", p.source])
    print_table("", ["name", "d", "form", "particles", "q", "cutoff", "source"], rows)


def main() -> None:
    """Run the command line; invalid input is reported by one line on stderr and exit status 2."""
    # One thread per process unless the user requests more, so that results do not depend on the machine and processes
    # do not compete for cores.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    if isinstance(sys.stdout, io.TextIOWrapper):  # a name that stdout cannot encode must not abort a command
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status = app(standalone_mode=False)
        if status == INTERRUPTED_STATUS:  # the parser has caught the interrupt
            _interrupted()
    except InputError as error:
        status = _complain(str(error))
    except ModuleNotFoundError as error:
        if error.name != "fcntl":
            raise
        status = _complain(PLATFORM)
    except MemoryError:
        status = _complain("not enough memory; use fewer particles, or fewer modes (--count)")
    except KeyboardInterrupt:
        status = _interrupted()
    except OSError as error:  # for instance a full disk, or a folder without permission to write
        named = f": {error.filename}" if error.filename else ""
        status = _complain(f"{error.strerror or error}{named}")
    except Exception as error:
        if _is_interrupt(error):
            sys.exit(_interrupted())
        column = _missing_column(error)
        if column:
            remedy = "use tables that `atomglass collect` of this version writes"
            sys.exit(_complain(f"a table lacks the column {column}; {remedy}"))
        # Errors of the option parser become one line like all others; anything else is a bug and keeps its traceback.
        if not hasattr(error, "format_message"):
            raise
        status = _complain_of_option(error)
    sys.exit(status or 0)


def _is_interrupt(error: BaseException) -> bool:
    """Return whether Ctrl-C caused an exception: the parser's Abort, or the form it takes in a compiled kernel."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, KeyboardInterrupt) or type(cause).__name__ == "Abort":
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _missing_column(error: Exception) -> str:
    """Return the column whose absence from a table, written by another program or version, caused an error."""
    from atomglass.study.followup.double_wells import COLUMNS
    from atomglass.study.followup.recurrence_table import COLUMNS as RECURRENCES
    from atomglass.study.schema import FURTHER_TABLES, MODES, REALIZATIONS, SEARCHES

    if not isinstance(error, KeyError):
        return ""
    described = (*MODES, *REALIZATIONS, *SEARCHES, *(column for table in FURTHER_TABLES.values() for column in table))
    known = sorted({*(column.name for column in described), *COLUMNS, *RECURRENCES}, key=len, reverse=True)
    text = str(error)
    return next((name for name in known if f"'{name}'" in text), "")


def _interrupted() -> int:
    say("atomglass: stopped; no file is incomplete", err=True)
    return INTERRUPTED_STATUS


def _complain_of_option(error: Any) -> int:
    """Print one line about an option or command that the parser rejects, with the value and the help to read."""
    text = " ".join(error.format_message().split()).rstrip(".")
    if not text:  # help was shown
        return 2
    for detail in getattr(error.__cause__, "errors", list)():
        text += f", not {detail['input']!r}"
    words: list[str] = []
    context = getattr(error, "ctx", None)
    while context is not None and context.parent is not None:
        words, context = [context.info_name, *words], context.parent
    return _complain(f"{text}; see `{' '.join(['atomglass', *words])} --help`")


def _complain(text: str) -> int:
    """Print one line to stderr, and return the exit status for invalid input."""
    say(f"atomglass: {text}", err=True)
    return 2


if __name__ == "__main__":
    main()
