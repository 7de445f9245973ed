"""`atomglass compare` of studies that differ in the temperature of the liquid alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd

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


def test_a_series_without_modes_enough_still_gives_the_table(tmp_path: Path) -> None:
    """Densities by temperature need modes below 0.8 of omega_1; the comparison does not."""
    names = ("parent_t007", "parent_t01", "parent_t012")
    for name in names:
        shutil.copytree(DATA / name, tmp_path / name, ignore=shutil.ignore_patterns("analysis", "SHA256SUMS"))
        path = tmp_path / name / "realizations.parquet"
        table = pd.read_parquet(path)
        table["spots_below"] = 0.55
        table.to_parquet(path)
    out = tmp_path / "table.csv"
    command = [sys.executable, "-m", "atomglass", "compare", *(str(tmp_path / name) for name in names)]
    done = subprocess.run([*command, "--out", str(out)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(pd.read_csv(out)) == len(names)
    assert "no densities by temperature" in done.stdout + done.stderr
