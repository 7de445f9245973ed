"""Recurrences of a defect, found in synthetic displacement fields."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from atomglass.analysis.results.exponent_tables import exponent_table
from atomglass.errors import InputError
from atomglass.study.followup.recurrences import likely_recurrences, mark_recurrences

BOX = np.array([20.0, 20.0])


def core(center, rng, noise=0.0, number=400):
    """A localized field about a point of a periodic lattice of particles."""
    grid = np.stack(np.meshgrid(np.arange(20.0), np.arange(20.0), indexing="ij"), axis=-1).reshape(-1, 2)
    apart = grid - center
    apart -= BOX * np.round(apart / BOX)
    field = np.exp(-(apart**2).sum(axis=1, keepdims=True) / 8) * np.array([1.0, 0.5]) + noise * rng.standard_normal(
        (400, 2)
    )
    return field / np.linalg.norm(field)


@pytest.fixture
def sample():
    """Chain 0: one defect three times (its sign changes, it sits on the box's edge), another once, in between.

    Chain 1: the first defect's field again, which must not count.
    """
    rng = np.random.default_rng(1)
    edge, other = np.array([0.2, 10.0]), np.array([11.0, 4.0])
    fields = [
        core(edge, rng),
        core(other, rng),
        -core(edge, rng, 0.01),
        core(edge + np.array([19.6, 0.3]), rng, 0.01),
        core(edge, rng),
    ]
    center = np.array([edge, other, edge, [19.8, 10.3], edge])
    modes = pd.DataFrame(
        {"chain": [0, 0, 0, 0, 1], "realization": [3, 3, 4, 6, 12], "mode": [0, 1, 0, 0, 2]}, index=[10, 11, 12, 13, 14]
    )
    return modes, {"displacement": np.array(fields), "center": center, "box": BOX}


def test_every_recurrence_is_marked_once(sample):
    modes, patterns = sample
    found = mark_recurrences(modes, patterns)
    assert list(found.index) == list(modes.index)
    assert found["recurrence_of"].isna().tolist() == [True, True, False, False, True]
    assert found.loc[[12, 13], "recurrence_of"].tolist() == [0, 0]
    assert found.loc[[12, 13], "recurrence_realization"].tolist() == [3, 3]
    assert found["defect"].nunique() == 3
    assert found["defect"].iloc[0] == found["defect"].iloc[2] == found["defect"].iloc[3]
    assert (found.loc[[12, 13], "overlap"] > 0.8).all()
    assert found.loc[[10, 11, 14], "overlap"].isna().all()


def test_matches_are_transitive():
    """A drifting defect matches only its predecessors and successors, not its first appearance."""
    rng = np.random.default_rng(2)
    center = np.array([[5.0 + 1.5 * step, 5.0] for step in range(4)])
    modes = pd.DataFrame({"chain": 0, "realization": range(4), "mode": 0})
    patterns = {"displacement": np.array([core(c, rng) for c in center]), "center": center, "box": BOX}
    found = mark_recurrences(modes, patterns)
    first_and_last = abs((patterns["displacement"][0] * patterns["displacement"][3]).sum())
    assert first_and_last < 0.5
    assert found["recurrence_of"].tolist()[1:] == [0, 0, 0]


def test_thresholds_decide(sample):
    modes, patterns = sample
    assert mark_recurrences(modes, patterns, overlap=0.999999)["recurrence_of"].notna().sum() == 0
    far = dict(patterns, center=patterns["center"] + np.arange(5)[:, None] * 4.0)
    assert mark_recurrences(modes, far)["recurrence_of"].notna().sum() == 0


def test_two_modes_of_one_realization_never_match():
    rng = np.random.default_rng(3)
    field = core(np.array([5.0, 5.0]), rng)
    modes = pd.DataFrame({"chain": [0, 0], "realization": [1, 1], "mode": [0, 1]})
    patterns = {"displacement": np.array([field, field]), "center": np.full((2, 2), 5.0), "box": BOX}
    assert mark_recurrences(modes, patterns)["defect"].nunique() == 2


def test_no_modes_at_all(sample):
    modes, _ = sample
    empty = {"displacement": np.empty((0, 400, 2)), "center": np.empty((0, 2)), "box": BOX}
    assert len(mark_recurrences(modes.iloc[:0], empty)) == 0


@pytest.mark.parametrize(
    ("change", "named"),
    [({"center": np.zeros((4, 2))}, "shapes"), ({"box": np.ones(3)}, "shapes"), ({"displacement": None}, "lack")],
)
def test_invalid_patterns_are_refused(sample, change, named):
    modes, patterns = sample
    changed = {k: v for k, v in (patterns | change).items() if v is not None}
    with pytest.raises(InputError, match=named):
        mark_recurrences(modes, changed)


def test_likely_recurrences_from_the_tables():
    modes = pd.DataFrame(
        {
            "chain": [0, 0, 0, 1], "realization": [0, 1, 2, 9], "mode": 0, "centre_particle": [7, 7, 7, 7],
            "frequency": [0.20, 0.205, 0.3, 0.20], "b4": [10.0, 11.0, 10.0, 10.0],
        }
    )  # fmt: skip
    found = likely_recurrences(modes)
    assert found["recurrence_of"].fillna(-1).tolist() == [-1, 0, -1, -1]


def test_without_recurrences_the_error_is_that_of_independent_modes():
    rng = np.random.default_rng(4)
    x = rng.random(300) ** 0.2
    modes = pd.DataFrame({"x": np.repeat(x, 3), "chain": np.repeat(np.arange(300) % 60, 3), "group": "A"})
    modes["defect"] = np.repeat(np.arange(300), 3)
    modes["recurrence_of"] = pd.array([None if i % 3 == 0 else i - i % 3 for i in range(900)], dtype="Int64")
    table = exponent_table(modes, rng).set_index(["group", "returns"])
    kept, dropped = table.loc[("A", "kept")], table.loc[("A", "dropped")]
    assert (kept.modes, dropped.modes) == (900, 300)
    assert kept.exponent == pytest.approx(dropped.exponent)
    assert kept.effective == pytest.approx(300, rel=0.35)
    assert kept.error == pytest.approx(dropped.error, rel=0.25)
