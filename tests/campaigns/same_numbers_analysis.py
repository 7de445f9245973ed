"""Items on theory: every number that is printed or written; the words may change.

The analysis of studies is not pinned here: its numbers follow the tables in data/, and tests hold docs/results.md to
them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from same_numbers_checks import Check, Close, Places, item
from same_numbers_run import atomglass, numbers, without_paths

#: Rows of a table of a theory that are stored, at most.
ROWS = 50
PRINTED = Close(1e-10)
#: A few minutes' work made short.
PARSHIN = """
couplings = [0.07, 0.10, 0.15]
realizations = 4
size = 9
exponent = 2.0
factors = "uniform"
positions = "lattice"
seed = 2007
pressures = [3e-4, 1e-3]
"""


def printed(places: Places, name: str, text: str) -> Check:
    """Compare the numbers of a text, and keep the text."""
    text = without_paths(text)
    places.texts[name] = text
    return Check(f"{name}: numbers printed", PRINTED, {"numbers": numbers(text)})


def _numbers_of(name: str, table: pd.DataFrame) -> Check:
    """Compare some rows of the numeric columns of a table."""
    step = max(1, len(table) // ROWS)
    chosen = table.iloc[::step].select_dtypes("number")
    values = {str(column): chosen[column].to_numpy(float) for column in chosen}
    return Check(name, PRINTED, values | {"rows": np.array(len(table))})


def _theory(places: Places, name: str, *options: str) -> Iterator[Check]:
    said = atomglass(places.work, "theory", "run", name, "--out", name, *options)
    yield printed(places, f"theory {name}", said.split("Written:")[0])
    for file in sorted((places.work / name).glob("*.csv")):
        yield _numbers_of(f"{name}: {file.name}", pd.read_csv(file))


@item("ilin1987")
def ilin1987(places: Places) -> Iterator[Check]:
    """Soft potentials."""
    return _theory(places, "ilin1987")


@item("lubchenko2003")
def lubchenko2003(places: Places) -> Iterator[Check]:
    """The mosaic of a random first-order transition."""
    return _theory(places, "lubchenko2003")


@item("parshin2007")
def parshin2007(places: Places) -> Iterator[Check]:
    """Coupled oscillators, fewer and smaller than the paper's."""
    (places.work / "few.toml").write_text(PARSHIN, encoding="utf-8")
    return _theory(places, "parshin2007", "--config", "few.toml")
