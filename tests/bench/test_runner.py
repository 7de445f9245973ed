"""Which benchmarks run, what happens if one fails or a compiler is missing, and the command itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import atomglass as ag
from atomglass.bench import runner
from atomglass.bench.context import BenchmarkContext
from atomglass.bench.table import Row
from atomglass.bench.yardstick import compiler


def test_which_benchmarks_run() -> None:
    assert runner.choose_benchmarks(["quench", "mc"]) == ["mc", "quench"]
    assert set(runner.choose_benchmarks([], quick=True)) == set(runner.QUICK) < set(runner.BENCHMARKS)
    assert runner.choose_benchmarks([]) == list(runner.BENCHMARKS)
    with pytest.raises(ag.InputError, match=r"--only is 'quensh'; allowed: one of .*quench"):
        runner.choose_benchmarks(["quensh"], quick=True)
    with pytest.raises(ag.InputError, match=r"python tests/benchmarks/run_peers.py runs it"):
        runner.choose_benchmarks(["peer-eigsh-sm"])
    assert all((function.__doc__ or "").endswith(".") for function in runner.BENCHMARKS.values())


def test_without_a_compiler_only_our_code_is_measured() -> None:
    rows = runner.run_benchmarks(["evaluation", "mc"], BenchmarkContext(quick=True, yardstick=None))
    assert [row.name for row in rows] == ["evaluation", "mc", "mc"]
    assert all(row.ratio is None and row.met is None and row.measured is not None for row in rows)


def test_a_benchmark_that_fails_does_not_stop_the_others() -> None:
    def fails(context: BenchmarkContext):
        raise ArithmeticError("the quench did not converge")
        yield

    def works(context: BenchmarkContext):
        yield Row("", "fine", claim=True)

    benchmarks = {"one": fails, "two": works}
    first, second = runner.run_benchmarks(["one", "two"], BenchmarkContext(True, None), benchmarks)
    assert first.met is False and first.note == "the quench did not converge"
    assert second.met is True and second.name == "two"


@pytest.mark.extended
def test_the_command_end_to_end(tmp_path: Path) -> None:
    """All quick benchmarks, as a user would run them."""
    out = tmp_path / "bench.json"
    command = [sys.executable, "-m", "atomglass", "bench", "--quick", "--json", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == 0, done.stderr
    data = json.loads(out.read_text())
    assert data["quick"] is True and data["kernel_sources"] and "host" not in data
    assert {row["name"] for row in data["rows"]} == set(runner.QUICK)
    assert not [row for row in data["rows"] if "FAILED" in row["what"]]
    for row in data["rows"]:
        assert row["claim"] is not None or row["median"] > 0, row
        assert row["what"] in done.stdout
    if compiler() is not None:
        without = ("startup", "quench-3d")  # nothing to compare with
        assert all(row["ratio_median"] > 0 for row in data["rows"] if row["name"] not in without)
    else:
        assert "no C compiler here" in done.stderr
