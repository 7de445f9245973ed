"""A time limit holds within the work on one huge sample, and nothing that can be saved is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from samples import liquid
from studies import Silent, same_tables
from study_runs import ORIGIN, StopAfter

import atomglass as ag
from atomglass.minimization import driver
from atomglass.study.collect import collect
from atomglass.study.errors import Stopped
from atomglass.study.execution import chain as chains
from atomglass.study.execution.chain import run_chain
from atomglass.study.execution.runners import run_serial
from atomglass.study.models import glass
from atomglass.study.store.study_store import StudyStore


class Countdown(StopAfter):
    """An observer that stops at the n-th check, wherever that is, and keeps what it is told."""

    def __init__(self, checks: int) -> None:
        super().__init__(checks, within=True)
        self.lines: list[str] = []

    def notice(self, text: str) -> None:
        self.lines.append(text)


@pytest.fixture
def huge(monkeypatch) -> None:
    """Samples of 64 particles are treated as if they had a hundred thousand times as many."""
    monkeypatch.setattr(driver, "PARTICLE_ITERATIONS_PER_CALL", 500)
    monkeypatch.setattr(glass, "BLOCK_MOVES", 10)


@pytest.mark.parametrize("method", ["conjugate_gradients", "fire", "steepest_descent"])
@pytest.mark.parametrize("per_call", [1, 7])
def test_the_length_of_calls_changes_no_bit_of_a_quench(monkeypatch, method: str, per_call: int) -> None:
    start, potential = liquid("kumar2021", 100, 2, 1), ag.load_potential("kumar2021")
    expected = ag.quench(start, potential, method=method)
    monkeypatch.setattr(driver, "PARTICLE_ITERATIONS_PER_CALL", per_call * len(start))
    found = ag.quench(start, potential, method=method)
    assert found.configuration.identical(expected.configuration)
    assert (found.iterations, found.status) == (expected.iterations, expected.status)


@pytest.mark.parametrize("checks", [1, 3])
def test_a_run_stops_while_its_first_sample_is_freed_of_overlaps(settings, tmp_path: Path, huge, checks: int) -> None:
    store = StudyStore.create(tmp_path / "out", settings(chains=1))
    with pytest.raises(Stopped):
        run_chain(store, 0, Countdown(checks), ORIGIN)
    assert not store.checkpoint_path(0).exists(), "there is nothing to save yet"


@pytest.mark.parametrize("sample", ["", "target_acceptance = 0.3"])
def test_a_run_stopped_at_any_check_ends_with_the_same_tables(
    undisturbed: Path, settings, tmp_path: Path, monkeypatch, sample: str
) -> None:
    monkeypatch.setattr(glass, "BLOCK_MOVES", 10)
    expected = undisturbed
    if sample:
        whole = StudyStore.create(tmp_path / "whole", settings(chains=1, realizations=2, sample=sample))
        assert run_serial(whole, Silent()).complete
        collect(whole)
        expected = whole.folder
    wanted = settings(chains=1, realizations=2, sample=sample) if sample else settings()
    store = StudyStore.create(tmp_path / "out", wanted)
    stops = 0
    for checks in range(5, 400, 7 if sample else 40):
        try:
            run_chain(store, 0, Countdown(checks), ORIGIN)
        except Stopped:
            stops += 1
    assert stops >= 2
    assert run_serial(store, Silent()).complete
    collect(store)
    assert same_tables(expected, store.folder)


def test_a_realization_that_is_cut_off_is_said(settings, tmp_path: Path, huge, monkeypatch) -> None:
    monkeypatch.setattr(chains, "NOTICED_SECONDS", 0.0)
    store = StudyStore.create(tmp_path / "out", settings(chains=1, equilibration=1))
    lines: list[str] = []
    for checks in range(5, 60, 3):
        observer = Countdown(checks)
        try:
            run_chain(store, 0, observer, ORIGIN)
        except Stopped:
            lines += observer.lines
    assert lines and all("was stopped after" in line and "begins again from its sample" in line for line in lines)
