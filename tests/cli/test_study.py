"""What the commands on studies print."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path

import pytest
from studies import Silent
from study_runs import said

from atomglass.study import cost, doctor
from atomglass.study.collect import collect, provenance_warnings
from atomglass.study.cost import Cost, plan_study
from atomglass.study.execution.runners import run_serial
from atomglass.study.registry import read_study
from atomglass.study.status import study_status
from atomglass.study.store.study_store import StudyStore


def test_a_dry_run_writes_nothing(undisturbed: Path, study_file, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert "would start 3 chains, 15 glasses" in said("run", study_file(), "--out", out, "--dry-run")
    assert not out.exists()
    before = sorted((p, p.stat().st_mtime_ns) for p in undisturbed.rglob("*"))
    more = study_file(realizations=7, chains=4)
    text = said("run", more, "--out", undisturbed, "--extend", "--dry-run")
    assert "13 of 28 glasses left in 4 of 4 chains (3 of them begun, 0 being run)" in text
    assert sorted((p, p.stat().st_mtime_ns) for p in undisturbed.rglob("*")) == before


def test_the_arithmetic_of_a_plan(settings) -> None:
    study = settings(chains=7, realizations=5, shard=2, equilibration=200)
    # Seven chains of 200 + 4 * 40 sweeps at 10 s and five glasses at 100 s: 4100 s a chain, two rounds on four cores.
    lines = dict(plan_study(study, Cost(10.0, 100.0, 1000, 500), cores=4))
    assert lines["core-hours"].startswith(f"{7 * 4100 / 3600:.3g} ")
    assert lines["wall time"].startswith(f"{2 * 4100 / 3600:.3g} h with 4 processes (2 chains one after another)")
    assert lines["files"] == "21 shards, 7 checkpoints" and "at most 7 processes" in lines["parallelism"]
    assert lines["disk"] == f"{(21 * 1000 + 14 * 500) / 1e6:.3g} MB"


def test_a_plan_does_not_count_the_time_to_compile(study_file, monkeypatch: pytest.MonkeyPatch) -> None:
    study = read_study(study_file(particles=100))
    model = cost.model_of({"model": study.model}, "model")
    realize, calls = type(model).realize, []

    def compiling(self, *arguments):
        calls.append(0)
        if len(calls) == 1:
            time.sleep(2.0)
            cost.NOTICE.kernels += 1
        return realize(self, *arguments)

    monkeypatch.setattr(type(model), "realize", compiling)
    monkeypatch.setattr(cost, "TIMED_SECONDS", 0.1)
    assert cost.measured_cost(study).realization_seconds < 2.0
    assert len(calls) >= 2


def test_plan_with_measured_times(study_file) -> None:
    text = said("plan", study_file(), "--cores", 2)
    assert "one sweep" in text and "core-hours" in text and "15 in 3 chains of 5" in text


def test_status(undisturbed: Path) -> None:
    text = " ".join(said("status", undisturbed).split())
    assert "done 3 15" in text and "all 3 15 of 15" in text
    failed = sum(
        chain.failed for chain in study_status(StudyStore(undisturbed)).chains
    )  # depends on the machine's rounding
    assert f"failed glasses: {failed}; sweeps 100.0%" in text


def test_collect_warns_of_different_machines(settings, tmp_path: Path) -> None:
    assert provenance_warnings(Counter({'{"processor": "a"}': 3})) == []
    mixed = Counter(['{"processor": "a", "threads": "1"}', '{"processor": "b", "threads": "1"}'])
    line, *rest = provenance_warnings(mixed)
    assert not rest and line.startswith("processors differ between shards") and '"b" (1 shards)' in line
    store = StudyStore.create(tmp_path / "out", settings(chains=1))
    assert run_serial(store, Silent()).complete
    found = collect(store)
    assert found.warnings == [] and found.attempts["host"].to_pylist() == [os.uname().nodename] * 5
    assert found.runs["packages"][0].as_py().startswith('{"numpy"')


def test_doctor_reports_an_unsuitable_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {f.subject: f for f in doctor.examine(tmp_path)}
    assert found["file system"].mark == found["Python"].mark == "ok"
    assert {"MPI", "SLURM", "threads", "kernel cache", "BLAS"} <= set(found) and not list(tmp_path.iterdir())

    def refused(*paths: object) -> None:
        raise OSError(95, os.strerror(95))

    monkeypatch.setattr(os, "link", refused)
    bad = next(f for f in doctor.examine(tmp_path) if f.subject == "file system")
    assert bad.mark == "BAD" and os.strerror(95) in bad.text
    assert "BAD" in said("doctor", tmp_path / "nowhere", status=1)


@pytest.mark.parametrize(
    ("script", "shown"),
    [
        ("echo one >&2; echo 'no source' >&2; exit 1", "sinfo does not answer: no source"),
        ("exit 3", "sinfo does not answer: exit status 3"),
        ("echo 'short up 4'", "partitions: short up 4"),
    ],
)
def test_doctor_shows_what_slurm_says(script: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("sbatch", "exit 0"), ("sinfo", script)):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    found = {f.subject: f for f in doctor.examine(tmp_path)}
    assert found["SLURM"].text == shown


def test_warmup_names_the_folder_of_the_kernels() -> None:
    assert "compiled kernels are in" in said("warmup")
