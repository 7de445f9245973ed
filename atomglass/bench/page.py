"""A page of documentation that contains the benchmark's table, written by the benchmark itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from atomglass.bench.table import Row, markdown
from atomglass.errors import InputError
from atomglass.io.files import atomic_output

#: The program whose table it is.
PROGRAM = "atomglass bench"


def marks(program: str = PROGRAM) -> tuple[str, str]:
    """Return the lines between which the table of a program stands."""
    return f"<!-- table of {program}: begin -->", f"<!-- table of {program}: end -->"


def check_page(path: Path, program: str = PROGRAM) -> None:
    """Reject a page without a place for the table, before the work.

    Parameters
    ----------
    path : Path
        The page.
    program : str
        The program whose table it is.

    Raises
    ------
    InputError
        The file does not exist, or has not exactly one pair of marks in their order.
    """
    begin, end = marks(program)
    if not path.is_file():
        raise InputError("--write", str(path), "an existing page", f"make one with the lines '{begin}' and '{end}'")
    text = path.read_text(encoding="utf-8")
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise InputError("--write", str(path), f"a page with the lines '{begin}' and '{end}'", "add them, once each")


def write_page(path: Path, rows: Sequence[Row], known: Mapping[str, Any], program: str = PROGRAM) -> None:
    """Replace the table of a page.

    Parameters
    ----------
    path : Path
        A page that `check_page` accepts.
    rows : sequence of Row
        The table.
    known : mapping
        From `runner.results_data`: date, processor, versions; `programs`, if given, are versions of other programs.
    program : str
        The program whose table it is.
    """
    begin, end = marks(program)
    before, rest = path.read_text(encoding="utf-8").split(begin)
    after = rest.split(end)[1]
    packages = {name: known["packages"][name] for name in ("numpy", "scipy", "numba") if name in known["packages"]}
    versions = ", ".join(f"{name} {number}" for name, number in (packages | known.get("programs", {})).items())
    caption = (
        f"Measured on {known['time'][:10]} with atomglass {known['atomglass']}: {known['processor']}, "
        f"{known['cores']} cores, {known['compiler'] or 'no C compiler'}, Python {known['python']}, {versions}."
    )
    table = f"{begin}\n\n{caption}\n\n{markdown(rows)}\n\n{end}"
    with atomic_output(path) as stream:
        stream.write(f"{before}{table}{after}".encode())
