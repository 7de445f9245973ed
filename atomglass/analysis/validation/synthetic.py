"""Modes drawn from known laws and correlated like those of a study, to try fits, intervals and tests on.

The modes of a study come in chains, and within a chain the same defect recurs with nearly the same frequency. Here the
number of recurrences of a defect is geometric, and recurrences are correlated by a Gaussian copula, so that each mode
by itself follows its law exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from atomglass.errors import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SyntheticStudy:
    """How the modes of a synthetic study are correlated.

    Attributes
    ----------
    count : int
        Number of modes.
    chains : int
        Number of chains; each defect belongs to one of them at random.
    modes_per_defect : float
        Mean number of modes of a defect, >= 1; the numbers are geometric.
    correlation : float
        Correlation of the normal scores of two modes of one defect.
    sizes : tuple of int
        Number of modes of each chain, in place of `count` and `chains`; empty for chains drawn at random.
    """

    count: int = 540
    chains: int = 60
    modes_per_defect: float = 1.5
    correlation: float = 0.9
    sizes: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.sizes:
            object.__setattr__(self, "count", sum(self.sizes))
            object.__setattr__(self, "chains", len(self.sizes))
        if not (self.count >= 1 and self.chains >= 1 and self.modes_per_defect >= 1):
            shown = f"{self.count}, {self.chains}, {self.modes_per_defect:g}"
            raise InputError("modes, chains and modes of a defect", shown, "each at least 1")


@dataclass(frozen=True)
class ModeLabels:
    """Which modes belong together.

    Attributes
    ----------
    chain, defect : array, shape (n,)
        Labels; a defect lies within one chain.
    """

    chain: NDArray[np.int64]
    defect: NDArray[np.int64]


def draw_labels(study: SyntheticStudy, rng: np.random.Generator) -> ModeLabels:
    """Return chains and defects for the modes of a synthetic study.

    Parameters
    ----------
    study : SyntheticStudy
        Numbers of modes, chains and modes per defect.
    rng : numpy.random.Generator
        Source of randomness.
    """
    if study.sizes:
        chain = np.repeat(np.arange(study.chains), study.sizes)
        begins = rng.random(study.count) < 1 / study.modes_per_defect
        begins[1:] |= chain[1:] != chain[:-1]
        return ModeLabels(chain, np.cumsum(begins))
    size = rng.geometric(1 / study.modes_per_defect, study.count)
    defect = np.repeat(np.arange(study.count), size)[: study.count]
    return ModeLabels(rng.integers(study.chains, size=study.count)[defect], defect)


def power_law_quantile(u: ArrayLike, exponent: float) -> Array:
    """Return the x at which the distribution function of (s + 1) x^s on (0, 1] is u."""
    return np.asarray(u, dtype=float) ** (1 / (exponent + 1))


def mixture_quantile(u: ArrayLike, cubic_fraction: float) -> Array:
    """Return the x with w x^4 + (1 - w) x^5 = u: a fraction w of the modes follows omega^3, the others omega^4."""
    u = np.asarray(u, dtype=float)
    x = u ** (1 / (5 - cubic_fraction))
    for _ in range(30):  # Newton's method converges from anywhere: the function is convex and increasing
        value = cubic_fraction * x**4 + (1 - cubic_fraction) * x**5 - u
        x = np.clip(x - value / (4 * cubic_fraction * x**3 + 5 * (1 - cubic_fraction) * x**4), 1e-12, 1.0)
    return x


def two_term_quantile(u: ArrayLike, a: float) -> Array:
    """Return the x at which the distribution function of (x^3 - a x^4) / (1/4 - a/5) on (0, 1] is u."""
    u = np.asarray(u, dtype=float)
    if not 0 <= a <= 1:
        raise InputError("a = bound / omega_c", a, "0 to 1", "the density is negative beyond")
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1, 4001)])
    return np.interp(u, (grid**4 / 4 - a * grid**5 / 5) / (1 / 4 - a / 5), grid)


def mixture_exponent(cubic_fraction: float) -> float:
    """Return the exponent of a power law fitted to infinitely many modes from `mixture_quantile`."""
    return 1 / (cubic_fraction / 4 + (1 - cubic_fraction) / 5) - 1
