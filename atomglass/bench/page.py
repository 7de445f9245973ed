"""A page of documentation that contains the benchmark's table, written by the benchmark itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from atomglass.bench.table import Row, markdown
from atomglass.errors import InputError
from atomglass.io.files import atomic_output

#: Lines between which the table stands.
BEGIN, END = "<!-- table of atomglass bench: begin -->", "<!-- table of atomglass bench: end -->"


def check_page(path: Path) -> None:
    """Reject a page without a place for the table, before the work.

    Raises
    ------
    InputError
        The file does not exist, or has not exactly one pair of marks in their order.
    """
    if not path.is_file():
        raise InputError("--write", str(path), "an existing page", f"make one with the lines '{BEGIN}' and '{END}'")
    text = path.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise InputError("--write", str(path), f"a page with the lines '{BEGIN}' and '{END}'", "add them, once each")


def write_page(path: Path, rows: Sequence[Row], known: Mapping[str, Any]) -> None:
    """Replace the table of a page.

    Parameters
    ----------
    path : Path
        A page that `check_page` accepts.
    rows : sequence of Row
        The table.
    known : mapping
        From `runner.results_data`: date, processor, versions.
    """
    before, rest = path.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    packages = known["packages"]
    versions = ", ".join(f"{name} {packages[name]}" for name in ("numpy", "scipy", "numba") if name in packages)
    caption = (
        f"Measured on {known['time'][:10]} with atomglass {known['atomglass']}: {known['processor']}, "
        f"{known['cores']} cores, {known['compiler'] or 'no C compiler'}, Python {known['python']}, {versions}."
    )
    table = f"{BEGIN}\n\n{caption}\n\n{markdown(rows)}\n\n{END}"
    with atomic_output(path) as stream:
        stream.write(f"{before}{table}{after}".encode())
