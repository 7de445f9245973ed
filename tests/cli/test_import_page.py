"""The Python of docs/import.md runs, in the order of the page, on files like those it speaks of."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import gsd.hoomd
import matplotlib
import numpy as np
import pandas as pd
import pytest
from samples import glass

import atomglass as ag
from atomglass.io import files

PAGE = Path(__file__).parents[2] / "docs" / "import.md"
BLOCKS = dict(re.findall(r"```python (\w+)\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL))


def prepare() -> None:
    """Write the files that the page reads."""
    sample = glass("kumar2021", 64, 2, 1)
    ag.write("glass.extxyz", sample)
    positions = sample.positions % 8
    pd.DataFrame({"x": positions[:, 0], "y": positions[:, 1], "d": sample.diameters}).to_csv("particles.csv")
    frame = gsd.hoomd.Frame()
    frame.configuration.box = [8, 8, 0, 0, 0, 0]
    frame.particles.N, frame.particles.types = 64, ["A", "B"]
    frame.particles.typeid = np.arange(64) % 2
    frame.particles.position = np.column_stack([positions - 4, np.zeros(64)])
    with gsd.hoomd.open("trajectory.gsd", "w") as trajectory:
        trajectory.append(frame)


@pytest.mark.parametrize("name", ["gsd", "ase", "numpy", "modes", "picture", "ovito"])
def test_a_block_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "ovito" and importlib.util.find_spec("ovito") is None:
        pytest.skip("ovito is not installed: pip install ovito")
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    prepare()
    for block in (name,) if name not in ("picture", "ovito") else ("modes", name):
        exec(compile(BLOCKS[block], f"{PAGE.name}: {block}", "exec"), {})
    if name in ("picture", "ovito"):
        assert Path("mode.png").stat().st_size > 10_000


def test_every_block_is_run() -> None:
    assert set(BLOCKS) == {"gsd", "ase", "numpy", "modes", "picture", "ovito"}


def test_the_page_names_every_suffix() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"`{suffix}`" in text for suffix in files._READABLE)
