"""The command line, and how the tables and texts that it makes are compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from same_numbers_checks import Check, Close, Equal, Values

#: Columns that are rounding errors: compared to an absolute deviation.
ROUNDING = {"residual", "max_force"}
#: Numbers in a text: 12, -0.5, 3e-4; not the digits of a word such as b2 or omega_1.
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w])")


def atomglass(folder: Path, *words: str | Path) -> str:
    """Run the command line in a folder and return what it prints; any failure stops the item."""
    plain = {"COLUMNS": "200", "NO_COLOR": "1", "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "atomglass", *map(str, words)]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | plain, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"`atomglass {' '.join(command[3:])}` ended with {done.returncode}: {done.stderr[-800:]}")
    return done.stdout


def table_checks(name: str, table: pd.DataFrame, relative: float = 1e-10, bits: bool = False) -> Iterator[Check]:
    """Compare a table: floats to a deviation, all other columns exactly. New columns are of no interest."""
    floats: Values = {}
    rounding: Values = {}
    others: Values = {"rows": np.array(len(table))}
    for column in table.columns:
        array = table[column].to_numpy()
        if array.dtype.kind == "f":
            (rounding if column in ROUNDING else floats)[str(column)] = array.astype(float)
        else:
            others[str(column)] = array if array.dtype.kind in "biu" else _words(table[column])
    yield Check(f"{name}, other columns", Equal(), others, bits)
    # A value near zero, such as a pressure or a b3, counts by what is usual in its column.
    yield Check(f"{name}, floats", Close(relative, floor=1e-6), floats, bits)
    if rounding:
        yield Check(f"{name}, rounding errors", Close(0.0, absolute=1e-9), rounding, bits)


def _words(column: pd.Series) -> np.ndarray:
    return np.array(["" if pd.isna(value) else str(value) for value in column], dtype=str)


def numbers(text: str) -> np.ndarray:
    """Return all numbers of a text, in order."""
    return np.array([float(found.replace(",", "")) for found in NUMBER.findall(text)])


def without_paths(text: str) -> str:
    """Leave out the lines that name files."""
    return "\n".join(line.rstrip() for line in text.splitlines() if not line.startswith("written:"))


def flat(data: Any, prefix: str = "") -> dict[str, Any]:
    """Return the leaves of nested dicts and lists by their place, such as `exponents.0.error`."""
    if isinstance(data, dict | list):
        pairs = data.items() if isinstance(data, dict) else enumerate(data)
        return {name: leaf for key, value in pairs for name, leaf in flat(value, f"{prefix}.{key}").items()}
    return {prefix.lstrip("."): data}


def leaf_checks(name: str, data: Any, relative: float = 1e-10) -> Iterator[Check]:
    """Compare the numbers of a JSON file, part by part; its words are left to the writer."""
    parts: dict[str, list[float]] = {}
    for key, leaf in flat(data).items():
        if isinstance(leaf, int | float):
            parts.setdefault(re.sub(r"\.\d+", "", key), []).append(float(leaf))
    yield Check(name, Close(relative), {key: np.array(values) for key, values in parts.items()})
