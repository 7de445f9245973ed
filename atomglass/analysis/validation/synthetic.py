"""Modes drawn from known laws, correlated as those of a study are: what fits, intervals and tests are tried on.

A study's modes come in chains, and within a chain the same defect returns, with nearly the same frequency. Here the
number of returns of a defect is geometric, and returns are tied together by a Gaussian copula, so that the law of each
mode by itself stays exactly what it should be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from atomglass.analysis.statistics.goodness_of_fit import clustered_uniforms
from atomglass.errors import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Structure:
    """Which modes belong together.

    Attributes
    ----------
    chain, defect : array, shape (n,)
        Labels; a defect lies within one chain.
    """

    chain: NDArray[np.int64]
    defect: NDArray[np.int64]


def chain_structure(count: int, chains: int, returns: float, rng: np.random.Generator) -> Structure:
    """Return the chains and defects of a number of modes.

    Parameters
    ----------
    count : int
        Modes.
    chains : int
        Chains; each defect falls into one of them at random.
    returns : float
        Mean number of modes of a defect, >= 1; the numbers are geometric.
    rng : numpy.random.Generator
        Source of randomness.
    """
    if not (count >= 1 and chains >= 1 and returns >= 1):
        shown = f"{count}, {chains}, {returns:g}"
        raise InputError("modes, chains and modes of a defect", shown, "each at least 1")
    size = rng.geometric(1 / returns, count)
    defect = np.repeat(np.arange(count), size)[:count]
    return Structure(rng.integers(chains, size=count)[defect], defect)


def power_law_quantile(u: ArrayLike, exponent: float) -> Array:
    """Return x of the density (s + 1) x^s on (0, 1] where the distribution function is u."""
    return np.asarray(u, dtype=float) ** (1 / (exponent + 1))


def mixture_quantile(u: ArrayLike, cubic_share: float) -> Array:
    """Return x where w x^4 + (1 - w) x^5 = u: a share w of modes with omega^3, the others with omega^4."""
    u = np.asarray(u, dtype=float)
    x = u ** (1 / (5 - cubic_share))
    for _ in range(30):  # Newton; the function is convex and increasing, it converges from anywhere
        value = cubic_share * x**4 + (1 - cubic_share) * x**5 - u
        x = np.clip(x - value / (4 * cubic_share * x**3 + 5 * (1 - cubic_share) * x**4), 1e-12, 1.0)
    return x


def two_term_quantile(u: ArrayLike, a: float) -> Array:
    """Return x of the density (x^3 - a x^4) / (1/4 - a/5) on (0, 1] where the distribution function is u."""
    u = np.asarray(u, dtype=float)
    if not 0 <= a <= 1:
        raise InputError("a = bound / omega_c", a, "0 to 1", "the density is negative beyond")
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1, 4001)])
    return np.interp(u, (grid**4 / 4 - a * grid**5 / 5) / (1 / 4 - a / 5), grid)


def mixture_exponent(cubic_share: float) -> float:
    """Return the exponent that a power law fitted to endless data of `mixture_quantile` finds."""
    return 1 / (cubic_share / 4 + (1 - cubic_share) / 5) - 1


def draw_uniforms(structure: Structure, likeness: float, rng: np.random.Generator, samples: int = 1) -> Array:
    """Return uniform numbers that are alike within each defect, shape (samples, n).

    Parameters
    ----------
    structure : Structure
        From `chain_structure`.
    likeness : float
        Correlation, of normal scores, between two modes of one defect.
    rng : numpy.random.Generator
        Source of randomness.
    samples : int
        How many.
    """
    return clustered_uniforms(structure.defect, likeness, rng, samples)
