"""Items on analysis and theory: every number that is printed or written; the words may change."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pandas as pd
from same_numbers_checks import Check, Close, Places, item
from same_numbers_run import atomglass, leaf_checks, numbers, table_checks, without_paths

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


def _analysed(places: Places, name: str) -> Iterator[Check]:
    out = places.work / name
    yield printed(places, name, atomglass(places.work, "analyze", (places.data / name).resolve(), "--out", out))
    yield from leaf_checks(f"{name}: analysis.json", json.loads((out / "analysis.json").read_text(encoding="utf-8")))
    for file in sorted(out.glob("*.csv")):
        yield _numbers_of(f"{name}: {file.name}", pd.read_csv(file))


def _numbers_of(name: str, table: pd.DataFrame) -> Check:
    """Compare some rows of the numeric columns of a table."""
    step = max(1, len(table) // ROWS)
    chosen = table.iloc[::step].select_dtypes("number")
    values = {str(column): chosen[column].to_numpy(float) for column in chosen}
    return Check(name, PRINTED, values | {"rows": np.array(len(table))})


@item("analyze", quick=True)
def analyze(places: Places) -> Iterator[Check]:
    """Exponents, statements and tests of a published table."""
    return _analysed(places, "kumar2021_n400_cg")


@item("analyze_q4")
def analyze_q4(places: Places) -> Iterator[Check]:
    """The same of the smoother cutoff."""
    return _analysed(places, "kumar2021_n400_q4")


@item("compare_studies")
def compare_studies(places: Places) -> Iterator[Check]:
    """Two published tables side by side, glass by glass."""
    folders = [(places.data / f"kumar2021_n400_{name}").resolve() for name in ("cg", "sd")]
    yield printed(places, "compare cg sd", atomglass(places.work, "compare", *folders, "--out", "studies.csv"))
    yield from table_checks("compare cg sd: studies.csv", pd.read_csv(places.work / "studies.csv"))


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
