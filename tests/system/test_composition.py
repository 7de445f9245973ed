"""Species of new samples: exact numbers by largest remainder, or drawn independently."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from atomglass.errors import InputError
from atomglass.system.composition import compose_species, exact_counts


@pytest.mark.parametrize(
    "number, fractions, counts",
    [
        (1000, [0.8, 0.2], [800, 200]),
        (100, [0.29, 0.71], [29, 71]),  # 100 * 0.29 is rounded to just below 29
        (10, [0.7, 0.2, 0.1], [7, 2, 1]),
        (3, [0.5, 0.5], [2, 1]),
        (7, [0.65, 0.35], [5, 2]),
        (1, [1 / 3, 1 / 3, 1 / 3], [1, 0, 0]),
        (2, [0.2, 0.15, 0.65], [1, 0, 1]),  # shares 0.4, 0.3 and 1.3
    ],
)
def test_counts_by_largest_remainder(number: int, fractions: list[float], counts: list[int]) -> None:
    assert exact_counts(number, fractions).tolist() == counts


def test_counts_add_up_and_are_near_their_shares() -> None:
    rng = np.random.default_rng(1)
    for _ in range(300):
        fractions = rng.dirichlet(np.full(rng.integers(1, 6), 0.5))
        number = int(rng.integers(1, 1000))
        counts = exact_counts(number, fractions)
        assert counts.sum() == number
        assert np.all(np.abs(counts - number * fractions) < 1 + 1e-9)


def test_exact_species_are_in_random_order() -> None:
    species = compose_species(1000, [0.8, 0.2], np.random.default_rng(1))
    assert species.dtype == np.int64
    assert np.bincount(species).tolist() == [800, 200]
    # The number of the second species in the first half is hypergeometric.
    halves = [compose_species(100, [0.8, 0.2], np.random.default_rng(seed))[:50].sum() for seed in range(300)]
    law = stats.hypergeom(100, 20, 50)
    assert np.mean(halves) == pytest.approx(law.mean(), abs=4 * law.std() / math.sqrt(300))
    assert np.var(halves) == pytest.approx(law.var(), rel=0.35)


def test_independent_species_are_multinomial() -> None:
    composition = [0.65, 0.0, 0.35]
    counts = np.array(
        [
            np.bincount(compose_species(200, composition, np.random.default_rng(s), "iid"), minlength=3)
            for s in range(400)
        ]
    )
    assert np.all(counts[:, 1] == 0)
    assert counts[:, 0].mean() == pytest.approx(130, abs=4 * math.sqrt(45.5 / 400))
    assert counts[:, 0].var() == pytest.approx(45.5, rel=4 * math.sqrt(2 / 400))


@pytest.mark.parametrize(
    "number, composition, method, says",
    [
        (0, [0.8, 0.2], "iid", "number of particles is 0"),
        (5, [0.8, 0.3], "quantile", "sum of the composition is 1.1"),
        (5, [1.2, -0.2], "iid", "one fraction >= 0 for each species"),
        (5, [float("nan"), 1.0], "iid", "one fraction >= 0 for each species"),
        (5, [], "quantile", "one fraction"),
        (5, [0.8, 0.2], "exact", "method of drawing species is 'exact'"),
    ],
)
def test_a_mistake_is_one_clear_line(number: int, composition: list[float], method: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        compose_species(number, composition, np.random.default_rng(1), method)
