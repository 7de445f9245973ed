"""The search around an inherent state: what it finds are inherent states, counted as they were met."""

from __future__ import annotations

import numpy as np
import pytest
from samples import glass

import atomglass as ag
from atomglass.landscape.basin_search import InherentStates, SearchParameters, search_basin

POTENTIAL = ag.load_potential("kumar2021")
HOT = SearchParameters(temperature=0.3, steps_between=100, quenches=15, runs=4)


@pytest.fixture(scope="module")
def search():
    return search_basin(glass("kumar2021", 100, 2, 1), POTENTIAL, HOT, np.random.default_rng(1))


def test_states_are_different_minima(search):
    assert len(search.found) > 1
    for k, state in enumerate(search.found.states):
        assert np.abs(ag.forces(state, POTENTIAL)).max() <= 1e-9
        assert ag.energy(state, POTENTIAL) == pytest.approx(search.found.energies[k], abs=1e-9)
        assert search.found.number_of(state, search.found.energies[k]) == k


def test_counts_add_up(search):
    assert search.quenches == 60 == sum(search.visits.values()) + search.failures
    assert all(i != j for i, j in search.transitions)
    # Runs begin in state 0: another state is entered as often as it is left, but for the runs that end in it.
    for k in range(1, len(search.found)):
        left = sum(count for (i, _), count in search.transitions.items() if i == k)
        entered = sum(count for (_, j), count in search.transitions.items() if j == k)
        assert 0 <= entered - left <= HOT.runs
    for i, j in search.both_ways():
        assert i < j and search.transitions[i, j] and search.transitions[j, i]


def test_the_same_seed_gives_the_same_transitions(search):
    again = search_basin(glass("kumar2021", 100, 2, 1), POTENTIAL, HOT, np.random.default_rng(1))
    assert again.transitions == search.transitions and again.found.energies == search.found.energies


def test_a_cold_glass_stays_where_it_is():
    cold = SearchParameters(temperature=1e-5, steps_between=20, quenches=3, runs=2)
    found = search_basin(glass("kumar2021", 100, 2, 1), POTENTIAL, cold, np.random.default_rng(1))
    assert len(found.found) == 1 and found.visits == {0: 6} and not found.transitions and not found.both_ways()


def test_states_of_equal_energy_are_told_apart_by_their_distance():
    state = glass("kumar2021", 100, 2, 1)
    states = InherentStates()
    moved = state.positions.copy()
    moved[3] += 0.05
    assert states.number_of(state, -1.0) == 0
    assert states.number_of(state.replace(positions=moved), -1.0 + 1e-12) == 1
    assert states.number_of(state.replace(positions=state.positions + 0.4), -1.0 - 1e-12) == 0
    assert states.number_of(state, -1.0 + 1e-3) == 2 and len(states) == 3


def test_a_rattler_that_drifts_makes_no_new_state():
    state, loose = glass("kumar2021", 100, 2, 1), np.arange(100) == 7
    moved = state.positions.copy()
    moved[7] += 0.2
    for rattlers, number in ((loose, 0), (np.zeros(100, dtype=bool), 1)):
        states = InherentStates(rattlers=rattlers)
        assert states.number_of(state, -1.0) == 0
        assert states.number_of(state.replace(positions=moved), -1.0) == number
