"""Short runs of the campaigns that damage, kill and interrupt (`tests/campaigns`)."""

from __future__ import annotations

import random
import signal
from pathlib import Path

import interrupts
import kill_later
import mutated_settings
import mutated_studies
import pytest

pytestmark = pytest.mark.extended


@pytest.mark.parametrize(("kind", "mutations"), [("studies", 12), ("potentials", 20), ("command_lines", 20)])
def test_mutated_settings_and_command_lines_end_well(tmp_path: Path, kind: str, mutations: int) -> None:
    assert list(mutated_settings.complaints(kind, mutations, seed=2, folder=tmp_path)) == []


@pytest.mark.parametrize(("kind", "mutations"), [("tables", 12), ("manifests", 12), ("leases", 4), ("shards", 4)])
def test_mutated_studies_are_refused_or_recovered(tmp_path: Path, kind: str, mutations: int) -> None:
    assert list(mutated_studies.complaints(kind, mutations, seed=2, folder=tmp_path)) == []


@pytest.mark.parametrize("name", ["join", "portion", "publish"])
def test_a_killed_command_can_be_repeated(tmp_path: Path, name: str) -> None:
    original, work = tmp_path / "original", tmp_path / "work"
    mutated_studies.make(original)
    words, target = kill_later.COMMANDS[name]
    kill_later.prepared(name, original, work)
    with mutated_studies.working_in(work):
        mutated_studies.good(words)
    expected = kill_later.contents(work / target)
    for moment in (0.02, 0.08):
        assert kill_later.killed(name, original, work, expected, moment)[0] == ""


@pytest.mark.parametrize("kind", ["sampler", "trajectories", "quench", "modes"])
def test_interrupts_at_random_moments(kind: str) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert list(interrupts.kinds()[kind](4, random.Random(2))) == []
    finally:
        signal.signal(signal.SIGINT, before)
