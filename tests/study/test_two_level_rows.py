"""Which pairs of inherent states get a path: every rearrangement before any is met a second time."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

import atomglass as ag
from atomglass.landscape.basin_search import BasinSearch, InherentStates
from atomglass.landscape.minimum_energy_path import PathStatus
from atomglass.study.models import two_level_rows, two_level_systems
from atomglass.study.models.two_level_candidates import Candidates, Rearrangements
from atomglass.study.models.two_level_rows import PairRows, transition_rows
from atomglass.study.protocol import Realization
from atomglass.study.registry import read_study


def search_of_two_double_wells() -> BasinSearch:
    """Four inherent states of two independent double wells, a and b: 0 neither, 1 a, 2 b, 3 both."""
    rng = np.random.default_rng(1)
    base = rng.random((20, 3))
    a, b = np.zeros((20, 3)), np.zeros((20, 3))
    a[3], b[11] = 0.2, [0.3, 0, 0]
    diameters = np.ones(20)
    found = InherentStates()
    for move, energy in ((0 * a, 1.0), (a, 1.01), (b, 1.005), (a + b, 1.0149)):
        found.states.append(ag.Configuration(base + move, diameters, np.full(3, 3.0)))
        found.energies.append(energy)
    counts = {(0, 1): 9, (2, 3): 7, (0, 2): 5, (1, 3): 3, (0, 3): 1}
    transitions = Counter(counts | {pair[::-1]: count for pair, count in counts.items()})
    return BasinSearch(found, Counter(), transitions, 100, 0)


def settings(**paths: object):
    study = read_study("tls_tiny")
    return study.model_copy(update={"paths": study.paths.model_copy(update=paths)})


def test_a_rearrangement_is_recognized_in_both_directions_and_beside_others():
    known = Rearrangements()
    a = np.zeros((10, 2))
    a[2] = [0.3, -0.1]
    noise = 0.01 * np.random.default_rng(2).normal(size=(10, 2))
    b = np.roll(a, 1, axis=0)
    assert [known.number_of(x) for x in (a, -2 * a, a + noise, b, -b - noise, a + b)] == [0, 0, 0, 1, 1, 2]


def test_every_rearrangement_comes_before_any_comes_twice():
    candidates = Candidates.of(search_of_two_double_wells(), settings(largest_difference=0.03, both_ways=True, most=4))
    assert candidates.events == {(0, 1): 0, (2, 3): 0, (0, 2): 1, (1, 3): 1, (0, 3): 2}
    assert candidates.chosen == [(0, 1), (0, 2), (0, 3), (2, 3)]
    rows = transition_rows(search_of_two_double_wells(), candidates)
    assert [row["event"] for row in rows] == [0, 1, 2, 1, 0]


def test_the_number_of_paths_of_a_rearrangement_is_bounded():
    some = settings(largest_difference=0.03, both_ways=True, most=100, most_per_rearrangement=1)
    assert Candidates.of(search_of_two_double_wells(), some).chosen == [(0, 1), (0, 2), (0, 3)]


def test_pairs_with_a_large_difference_are_no_candidates():
    few = settings(largest_difference=0.0055, both_ways=True, most=100)
    candidates = Candidates.of(search_of_two_double_wells(), few)
    assert candidates.events == {(0, 2): 0, (1, 3): 0}
    rows = transition_rows(search_of_two_double_wells(), candidates)
    assert [row["candidate"] for row in rows] == [False, True, False, True, False]
    assert [row["event"] for row in rows].count(None) == 3


def pair_rows() -> PairRows:
    study = settings()
    return PairRows(study.pair_potential, study, np.random.default_rng(1), Rearrangements())


def test_modes_of_states_that_are_in_no_table_are_not_mixed_up(monkeypatch):
    """All of them have the number -1; those in the table are computed once."""
    monkeypatch.setattr(two_level_rows, "soft_modes", lambda state, potential, study: state)
    rows = pair_rows()
    assert [rows.modes(-1, "one"), rows.modes(-1, "other")] == ["one", "other"]
    assert [rows.modes(3, "one"), rows.modes(3, "other")] == ["one", "one"]


def test_a_pair_without_a_path_is_a_row_and_not_the_end_of_the_search(monkeypatch):
    def fails(*arguments):
        raise ag.InputError("positions", "nan", "finite and distinct")

    monkeypatch.setattr(two_level_rows, "minimum_energy_path", fails)
    row = pair_rows().row((0, None), (1, None), "dynamics")
    assert row["path_status"] == PathStatus.FAILED and (row["state_i"], row["state_j"]) == (0, 1)


def test_the_number_of_a_state_is_looked_up_without_adding_it():
    found = search_of_two_double_wells().found
    assert found.place_of(found.states[2], found.energies[2]) == 2
    assert found.place_of(found.states[2], found.energies[2] + 1) is None and len(found) == 4


def fake_glass(attempts: int = 1) -> Realization:
    row = {"status": "ok", "reason": "", "mode_count": 1, "qlm_count": 0, "rigid": True, "attempt_count": attempts}
    tries = [{"attempt": k, "solver": "cg", "status": "ok", "reason": "", "seconds": 0.0} for k in range(attempts)]
    return Realization(row, [{"mode": 0}], tries, inherent_state="glass", tables={"spots": [{"spot": 0}]})


def searched(monkeypatch, search, keep: str = "all") -> Realization:
    """The realization of a study whose glass and search are replaced."""
    monkeypatch.setattr(two_level_systems, "realize", lambda *arguments: fake_glass())
    monkeypatch.setattr(two_level_systems, "_search", search)
    study = settings()
    study = study.model_copy(update={"ensemble": study.ensemble.model_copy(update={"keep_configurations": keep})})
    liquid = ag.Configuration(np.random.default_rng(1).random((5, 2)), np.ones(5), np.full(2, 9.0))
    return two_level_systems.TWO_LEVEL_SYSTEMS.realize(study, SimpleNamespace(configuration=liquid), lambda: None)


def test_the_modes_of_a_glass_survive_an_error_of_its_search(monkeypatch):
    drawn = []

    def fails(study, glass, rng, check):
        drawn.append(rng.random())
        raise ArithmeticError("no path")

    result = searched(monkeypatch, fails)
    assert result.row["status"] == "error" and "no path" in result.row["reason"]
    assert (result.modes, result.tables) == ([{"mode": 0}], {"spots": [{"spot": 0}]})
    assert len(drawn) == 2 and drawn[0] == drawn[1], "the second attempt is identical"
    assert [a["solver"] for a in result.attempts] == ["cg", "search", "search"]
    assert [a["attempt"] for a in result.attempts] == [0, 1, 2] and result.row["attempt_count"] == 3


@pytest.mark.parametrize("keep, kept", [("all", "glass"), ("qlm", None), ("none", None)])
def test_a_glass_is_kept_as_the_study_asks(monkeypatch, keep, kept):
    result = searched(monkeypatch, lambda *arguments: ({"tls": []}, {"quenches": 3}), keep)
    assert result.inherent_state == kept and result.row["quenches"] == 3
    assert result.tables == {"spots": [{"spot": 0}], "tls": []} and result.row["attempt_count"] == 1
