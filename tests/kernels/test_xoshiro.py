"""The random number generator against published numbers and against its twin in Python's integers."""

from __future__ import annotations

import numpy as np
from naive import Xoshiro

from atomglass.kernels.xoshiro import next_random, uniform


def test_random_numbers_are_the_published_ones() -> None:
    """The first outputs of xoshiro256** from the state 1, 2, 3, 4, and a long run of the twin."""
    state = np.array([1, 2, 3, 4], np.uint64)
    assert [int(next_random(state)) for _ in range(4)] == [11520, 0, 1509978240, 1215971899390074240]
    twin = Xoshiro(state)
    assert all(uniform(state) == twin.uniform() for _ in range(2000))
    assert [int(word) for word in state] == twin.state
