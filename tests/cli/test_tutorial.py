"""The tutorial, followed like a new user: its files, commands and program, in the order of the page."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

pytestmark = pytest.mark.extended

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
FILE = re.compile(r"```toml (\S+)\n(.*?)```", re.DOTALL)
PROGRAM = re.compile(r"```python\n(.*?)```", re.DOTALL)
COMMAND = re.compile(r"^    (atomglass .*?)(?:\s+#.*)?$", re.MULTILINE)


def run(command: list[str], folder: Path) -> str:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    return done.stdout


def test_the_page_works_as_written(tmp_path: Path):
    text = PAGE.read_text(encoding="utf-8")
    files, commands, programs = dict(FILE.findall(text)), COMMAND.findall(text), PROGRAM.findall(text)
    assert set(files) == {"soft.toml", "mine.toml"}
    assert len(commands) == 11
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    printed: dict[str, str] = {}
    for command in commands:
        words = shlex.split(command)[1:]
        if "--extend" in words:
            (tmp_path / "mine.toml").write_text(files["mine.toml"].replace("chains = 4", "chains = 6"))
        printed[words[0]] = run(["-m", "atomglass", *words], tmp_path)
    assert "undecided" in printed["analyze"]
    drift = re.search(r"liquid's energy, 2nd half - 1st +(\S+) \+- (\S+)", printed["analyze"])
    assert drift and float(drift[1]) < -3 * float(drift[2])  # 2,000 sweeps are not enough, as the page says
    assert (tmp_path / "mine.html").stat().st_size > 100_000
    (program,) = programs
    text = run(["-c", program], tmp_path)
    assert "frequency" in text
    assert "b3" in text
    check_wells_of_some_chains_and_then_of_all(tmp_path)


def check_wells_of_some_chains_and_then_of_all(folder: Path) -> None:
    table = folder / "mine" / "wells.parquet"
    run(["-m", "atomglass", "wells", "mine", "--chains", "2"], folder)
    some = pd.read_parquet(table)
    assert set(some["chain"]) <= {0, 1}
    text = run(["-m", "atomglass", "wells", "mine"], folder)
    whole, qlms = pd.read_parquet(table), pd.read_parquet(folder / "mine" / "modes.parquet").query("is_qlm")
    assert len(some) < len(whole) == len(qlms)
    assert (whole[["realization", "mode"]].to_numpy() == qlms[["realization", "mode"]].to_numpy()).all()
    pd.testing.assert_frame_equal(whole[whole["chain"] < 2].reset_index(drop=True), some)
    assert "share new" in text
