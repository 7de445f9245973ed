"""What the tests of exact sampling share: cells, shortest distances, and a chi-squared test of counts."""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy import stats

#: Probability of a deviation of four sigma or more.
FOUR_SIGMA = 2 * stats.norm.sf(4)
SHEAR = {2: np.array([[1.0, 0.0], [0.35, 1.0]]), 3: np.array([[1.0, 0.0, 0.0], [0.3, 1.0, 0.0], [-0.2, 0.25, 1.0]])}


def cell_of(dimension: int, sheared: bool, height: float) -> np.ndarray:
    """Return a cell (d, d), a cube or sheared, of a given least perpendicular height."""
    cell = SHEAR[dimension] if sheared else np.eye(dimension)
    return cell * height * np.linalg.norm(np.linalg.inv(cell), axis=0).max()


def chi_squared_probability(counts, expected_shares) -> float:
    """Return the probability of a chi-squared at least as large."""
    counts, shares = np.asarray(counts, float), np.asarray(expected_shares) / np.sum(expected_shares)
    rare = shares * counts.sum() < 10  # too few for the chi-squared law: merged into one bin
    counts, shares = (np.r_[x[~rare], x[rare].sum()] if rare.any() else x for x in (counts, shares))
    if shares[-1] * counts.sum() < 10:  # still too few
        counts, shares = (np.r_[x[1:-1], x[0] + x[-1]] for x in (counts, shares))
    assert len(shares) > 8 and shares.min() * counts.sum() > 4
    return float(stats.chisquare(counts, shares * counts.sum()).pvalue)


def nearest_distance(vectors, cell):
    """Return the length of the shortest image of vectors (..., d), by trying all neighboring images."""
    fractions = vectors @ np.linalg.inv(cell)
    fractions -= np.rint(fractions)
    squares = [(((fractions + shift) @ cell) ** 2).sum(axis=-1) for shift in product((-1, 0, 1), repeat=len(cell))]
    return np.sqrt(np.min(squares, axis=0))
