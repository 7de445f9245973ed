"""One prediction of a theory compared with its measurement."""

from __future__ import annotations

import math
from dataclasses import dataclass

from atomglass.analysis.statistics.verdicts import UNDECIDED

#: A Kolmogorov-Smirnov test of this many independent numbers detects a distance of 0.1 of the distribution functions.
MIN_MODES_FOR_SHAPE = 185
#: Fewest modes for which a test gives a result.
MIN_MODES = 10


@dataclass(frozen=True)
class TheoryTest:
    """One prediction compared with its measurement.

    Attributes
    ----------
    name, meaning : str
        Short name, and what the number is.
    value, error : float
        Measured value and one standard error that allows for correlated realizations; NaN with too few modes. An
        infinite omega* has no error: the data show no sign of it.
    expected : float
        What the theory predicts; NaN if it leaves the number open and only the shape is tested.
    p : float
        p-value of the test of the shape; NaN if there is none.
    count : int
        Number of modes used.
    verdict : str
        `agrees`, `differs` or `undecided`.
    """

    name: str
    meaning: str
    value: float
    error: float
    expected: float
    p: float
    count: int
    verdict: str


def undecided(name: str, meaning: str, expected: float, count: int) -> TheoryTest:
    """Return the result of a test that has too few modes.

    Parameters
    ----------
    name, meaning : str
        Short name, and what the number is.
    expected : float
        What the theory predicts.
    count : int
        Number of modes.
    """
    return TheoryTest(name, meaning, math.nan, math.nan, expected, math.nan, count, UNDECIDED)
