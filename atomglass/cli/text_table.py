"""Tables as text: aligned on a terminal, never truncated in a log file."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from atomglass.cli.printing import show
from atomglass.errors import printable


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table. Numbers are right-aligned; names are literal, even with square brackets.

    Parameters
    ----------
    title : str
        Printed above the table; empty for none.
    header : sequence of str
        The names of the columns.
    rows : sequence of sequences of str
        The cells.
    """
    # Text, unlike str, is not parsed for markup: a study may be called "[red]" or ":smile:".
    table = Table(title=Text(printable(title), style="table.title") if title else None, title_justify="left")
    table.box, table.pad_edge = None, False
    for place, name in enumerate(header):
        numeric = bool(rows) and all(_is_numeric(row[place]) for row in rows)
        table.add_column(Text(printable(name)), justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    show(table)


def _is_numeric(text: str) -> bool:
    return text[:1].isdigit() or text[:1] in "-+"
