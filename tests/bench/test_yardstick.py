"""The C programs: the same energies, forces and ensemble as the package, and clear errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from samples import liquid

import atomglass as ag
from atomglass.bench import samples as bench_samples
from atomglass.bench import yardstick
from atomglass.bench.yardstick import SwapMoves, Yardstick, YardstickError, compiler

needs_compiler = pytest.mark.skipif(
    compiler() is None, reason="NO C COMPILER: the yardstick's programs are not compared with the package"
)


@pytest.fixture(scope="module")
def programs() -> Yardstick:
    command = compiler()
    assert command is not None
    return Yardstick(command)


@needs_compiler
def test_the_programs_do_not_change_the_arithmetic_of_the_process() -> None:
    """A library linked with -ffast-math would flush subnormal numbers to zero everywhere once it is loaded."""
    code = (
        "from atomglass.bench import samples, yardstick;"
        "y = yardstick.Yardstick(yardstick.compiler());"
        "y.run_swap_monte_carlo('plain', samples.reference(), yardstick.SwapMoves(0.1, 0.2, 0.12), 0);"
        "y.force_evaluation(samples.reference())();"
        "print(float('5e-324') * 1.0 > 0, float('2.3e-308') / 4 > 0)"  # computed only now, not by the compiler
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["True", "True"], done.stderr


@needs_compiler
def test_forces_of_the_c_program(programs: Yardstick) -> None:
    sample, pot = bench_samples.reference(), bench_samples.potential(2)
    energy, forces = programs.force_evaluation(sample)()
    assert energy == pytest.approx(ag.energy(sample, pot), rel=1e-12)
    assert np.abs(forces - ag.forces(sample, pot)).max() < 1e-11


@needs_compiler
@pytest.mark.parametrize("program", ["plain", "tuned", "plain_3d"])
def test_energy_of_the_c_programs(programs: Yardstick, program: str) -> None:
    d = 3 if program == "plain_3d" else 2
    sample = liquid("kumar2021_3d", 500, 3, 7) if d == 3 else bench_samples.reference()
    energy = programs.run_swap_monte_carlo(program, sample, SwapMoves(0.3, 0.2, 0.12), 0).energy_per_particle
    assert energy * len(sample) == pytest.approx(ag.energy(sample, bench_samples.potential(d)), rel=1e-12)


@needs_compiler
@pytest.mark.parametrize("program", ["plain", "tuned", "plain_3d"])
def test_the_c_programs_sample_the_same_ensemble(programs: Yardstick, program: str) -> None:
    """Acceptance and energy after some sweeps, with fixed seeds and bounds of several standard errors."""
    if program == "plain_3d":
        sample, sweeps, moves = liquid("kumar2021_3d", 500, 3, 7), 300, SwapMoves(0.3, 0.2, 0.12)
    else:
        sample, sweeps, moves = bench_samples.reference(), 60, SwapMoves(0.1, 0.2, 0.12)
    theirs = programs.run_swap_monte_carlo(program, sample, moves, sweeps)
    ours = ag.SwapMonteCarlo(sample, bench_samples.potential(sample.dimension), *moves, seed=3)
    found = ours.run(sweeps, record_every=5)
    assert theirs.displacement_acceptance == pytest.approx(found.displacement_acceptance, rel=0.02)
    # 2.5 % is one standard error of the difference.
    assert theirs.swap_acceptance == pytest.approx(found.swap_acceptance, rel=0.06)
    second_half = found.energies[len(found.energies) // 2 :]
    assert theirs.energy_per_particle == pytest.approx(second_half.mean(), abs=6 * second_half.std() + 0.002)


@needs_compiler
@pytest.mark.parametrize("program", ["plain", "tuned", "plain_3d", "forces"])
def test_a_box_of_the_wrong_size_is_refused(programs: Yardstick, program: str) -> None:
    d = 3 if program == "plain_3d" else 2
    side = np.full(d, 4.0)
    sample = ag.Configuration(np.random.default_rng(1).random((12, d)) * side, np.ones(12), side)
    with pytest.raises(YardstickError, match="the box is too small or too large"):
        if program == "forces":
            programs.force_evaluation(sample)
        else:
            programs.run_swap_monte_carlo(program, sample, SwapMoves(0.1, 0.2, 0.1), 1)


def test_a_compiler_that_fails_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "cc"
    broken.write_text("#!/bin/sh\necho no license >&2\nexit 3\n")
    broken.chmod(0o755)
    with pytest.raises(YardstickError, match=r"cannot compile swap_plain\.c: no license"):
        Yardstick(str(broken)).run_swap_monte_carlo("plain", bench_samples.reference(), SwapMoves(0.1, 0.2, 0.1), 0)


def test_the_compiler_is_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yardstick.shutil, "which", lambda name: f"/x/{name}" if name in ("mycc", "cc") else None)
    monkeypatch.setenv("CC", "mycc")
    assert compiler() == "/x/mycc"
    monkeypatch.delenv("CC")
    assert compiler() == "/x/cc"
