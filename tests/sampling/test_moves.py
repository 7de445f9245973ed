"""Moves as objects: their ranges, their acceptances, and the tuning of the step."""

from __future__ import annotations

import numpy as np
import pytest

from atomglass.errors import InputError
from atomglass.kernels.sampling.records import COUNTERS, DISPLACEMENTS, DISPLACEMENTS_ACCEPTED
from atomglass.sampling.move_sets import DisplacementsAndSwaps, SwapsAndTrajectories, move_set
from atomglass.sampling.moves import DiameterSwaps, Displacements, HybridMonteCarlo


def counters(attempted: int, accepted: int) -> np.ndarray:
    found = np.zeros(COUNTERS, np.int64)
    found[DISPLACEMENTS], found[DISPLACEMENTS_ACCEPTED] = attempted, accepted
    return found


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [(30, 0.1), (100, 0.125), (0, 0.08), (32, 0.1 * 0.37 / 0.35)],
    ids=["at the target", "at most a fourth more", "at most a fifth less", "in proportion"],
)
def test_tuning_changes_the_step_a_little(accepted, expected):
    tuned = Displacements(0.1).tuned(counters(100, accepted), target_acceptance=0.3, limit=1.0)
    assert tuned.max_displacement == pytest.approx(expected, rel=1e-14)


def test_tuning_respects_the_limit_and_needs_attempts():
    assert Displacements(0.1).tuned(counters(100, 100), 0.3, limit=0.11).max_displacement == 0.11
    assert Displacements(0.1).tuned(counters(0, 0), 0.3, limit=1.0) == Displacements(0.1)


def test_acceptances():
    assert Displacements.acceptance(counters(4, 1)) == 0.25
    for kind in (Displacements, DiameterSwaps, HybridMonteCarlo):
        assert np.isnan(kind.acceptance(counters(0, 0)))


def test_the_set_follows_from_the_parameters():
    local = move_set(None, 0.1, None)
    assert local == DisplacementsAndSwaps(Displacements(0.1), DiameterSwaps(0.2)) and local.trajectories is None
    hybrid = move_set(None, 0.1, HybridMonteCarlo())
    assert hybrid == SwapsAndTrajectories(Displacements(0.1), DiameterSwaps(1.0), HybridMonteCarlo())
    with pytest.raises(InputError, match="swap_fraction with trajectories"):
        move_set(0.5, 0.1, HybridMonteCarlo())


def test_moves_too_large_for_the_list_are_refused():
    with pytest.raises(InputError, match="max_displacement"):
        move_set(0.2, 0.5, None).check(skin=1.3, dimension=2)
    with pytest.raises(InputError, match="trajectories"):
        move_set(None, 0.1, HybridMonteCarlo()).check(skin=0.5, dimension=2)
