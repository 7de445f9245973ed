"""The command line: parse, call one verb, print. Imports of the work itself happen inside the commands."""

from __future__ import annotations

import sys

import typer

from atomglass.errors import InputError
from atomglass.theory.commands import theory_app

app = typer.Typer(
    name="atomglass",
    help="Computer glasses and their quasi-localized modes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(
    theory_app, name="theory", help="The theories beside the simulations: each paper's figures and statements."
)


@app.command()
def version() -> None:
    """Print the version."""
    from atomglass.version import __version__

    typer.echo(__version__)


def main() -> None:
    """Run the command line; bad input is one line on stderr and exit status 2."""
    try:
        app()
    except InputError as error:
        typer.echo(f"atomglass: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
