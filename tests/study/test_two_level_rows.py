"""Which pairs of inherent states get a path: every rearrangement before any is met a second time."""

from __future__ import annotations

from collections import Counter

import numpy as np

import atomglass as ag
from atomglass.landscape.basin_search import BasinSearch, InherentStates
from atomglass.study.models.two_level_candidates import Candidates, Rearrangements
from atomglass.study.models.two_level_rows import transition_rows
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
