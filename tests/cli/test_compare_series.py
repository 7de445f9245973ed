"""`atomglass compare` of studies that differ in the temperature of the liquid alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DATA = Path(__file__).parents[2] / "data"


def compared(*names: str) -> str:
    command = [sys.executable, "-m", "atomglass", "compare", *(str(DATA / name) for name in names)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_series_is_given_by_temperature() -> None:
    printed = compared("parent_t007", "parent_t01", "parent_t012")
    series = printed[printed.index("Pseudo-harmonic modes by the temperature of the liquid") :]
    assert [line.split()[0] for line in series.splitlines()[2:5]] == ["0.12", "0.1", "0.07"]
    assert "Boltzmann's law" in series


def test_other_studies_are_no_series() -> None:
    assert "Boltzmann" not in compared("parent_t01", "kumar2021_n400_quantile", "kumar2021_n400_cg")
