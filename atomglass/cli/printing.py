"""The one place through which the command line prints: lines and tables, in which no name can act on the terminal."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

from atomglass.errors import printable

#: Width in characters if the output is not a terminal, which is enough for any table.
LOG_FILE_WIDTH = 200


def say(*lines: str, err: bool = False) -> None:
    """Print lines, with control characters escaped: a name with a line feed stays in its line.

    Parameters
    ----------
    *lines : str
        The lines, each without its end; one empty line if there are none.
    err : bool
        Whether to print to stderr.
    """
    for line in lines or ("",):
        print(printable(line), file=sys.stderr if err else sys.stdout, flush=True)


def warn(line: str) -> None:
    """Print a line to stderr, as `say` does."""
    say(line, err=True)


def say_above(bars: Console, line: str) -> None:
    """Print a line above the bars of progress that a console shows, as `say` does."""
    bars.print(printable(line), markup=False)


def show(table: Table, width: int = LOG_FILE_WIDTH) -> None:
    """Print a table of cells that `printable` has passed, as wide as the terminal.

    Parameters
    ----------
    table : Table
        The table.
    width : int
        Width in characters if the output is not a terminal.
    """
    console = Console()
    if not console.is_terminal:
        console = Console(width=width)
    if table.title:  # above the table, which may be narrower and would wrap it
        console.print(table.title, soft_wrap=True)
        table.title = None
    console.print(table)
