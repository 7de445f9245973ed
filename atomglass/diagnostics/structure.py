"""Static structure: the pair distribution function, and the spatial correlation of the diameters."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from atomglass.diagnostics.pairs import largest_pair_diameter, neighbor_distance, pair_diameters, pairs_within
from atomglass.errors import InputError
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential
from atomglass.types import Array, IntArray, ShortRepr

#: Multiple of the smallest wave vector up to which wave vectors are "large scale": [10] and [11] in a square, up to
#: [110] in a cube.
LARGE_SCALE = 1.5


@dataclass(frozen=True, repr=False)
class RadialDistribution(ShortRepr):
    """The pair distribution function in bins.

    Attributes
    ----------
    distances : (K,) array
        Bin centers: r in units of length, or r/sigma_ij if `scaled`.
    values : (K,) array
        g, the number of pairs divided by the number expected for an ideal gas.
    counts : (K,) array
        Number of pairs, each counted once.
    scaled : bool
        Whether distances are in units of the pair diameter.

    Examples
    --------
    >>> g = diagnostics.radial_distribution(glass, 0.05, 2.0, scaled=True)
    >>> bool(0.9 < g.distances[g.values.argmax()] < 1.3)
    True
    """

    distances: Array
    values: Array
    counts: IntArray
    scaled: bool


@dataclass(frozen=True)
class SizeCorrelation:
    """Whether the diameters are distributed evenly in space or have demixed.

    Attributes
    ----------
    neighbors : float
        Moran's I, the correlation coefficient of the diameters of neighbors, which is 1 if neighbors are equal.
    expected, deviation : float
        Mean and standard deviation of I over all permutations of the diameters.
    large_scale : float
        Structure factor of the diameters, averaged over the smallest wave vectors: 1 for shuffled diameters, of order N
        if the sizes have separated.

    Examples
    --------
    >>> sizes = diagnostics.size_correlation(liquid)
    >>> round(sizes.expected, 4)
    -0.0101
    """

    neighbors: float
    expected: float
    deviation: float
    large_scale: float

    @property
    def score(self) -> float:
        """Deviation of the neighbor correlation from its mean in shuffled samples, in standard deviations."""
        return (self.neighbors - self.expected) / self.deviation


def radial_distribution(
    configuration: Configuration,
    width: float,
    r_max: float,
    scaled: bool = False,
    potential: PairPotential | None = None,
) -> RadialDistribution:
    """Return the pair distribution function g, in two or three dimensions and any periodic cell.

    Parameters
    ----------
    configuration : Configuration
        The sample.
    width, r_max : float
        Width of the bins and largest distance, in units of length, or of the pair diameter if `scaled`.
    scaled : bool
        Whether to divide distances by sigma_ij, which sharpens peaks in polydisperse samples, and makes order and
        demixing more visible.
    potential : PairPotential, optional
        Its (non-additive) rule gives sigma_ij; without it, sigma_ij is the mean of the two diameters.

    Returns
    -------
    RadialDistribution
        g in bins.

    Raises
    ------
    InputError
        The width or the distance is out of range, or the distance exceeds half the smallest height of the cell.

    Notes
    -----
    The N (N - 1) / 2 pairs of an ideal gas are uniformly distributed, so that its g is 1 at any N. If `scaled`, the
    shell of each pair has the volume between x and x + dx times sigma_ij^d.

    Examples
    --------
    >>> g = diagnostics.radial_distribution(liquid, 0.1, 4.0)
    >>> g.values.shape
    (40,)
    """
    if not (0 < width <= r_max and np.isfinite(r_max)):
        raise InputError("bins of g(r) (width, r_max)", (width, r_max), "0 < width <= r_max")
    d, n = configuration.dimension, len(configuration)
    edges = width * np.arange(int(np.floor(r_max / width + 1e-9)) + 1)
    unit = largest_pair_diameter(configuration, potential) if scaled else 1.0
    pairs, separations = pairs_within(configuration, edges[-1] * unit)
    distances = np.sqrt((separations**2).sum(axis=1))
    if scaled:
        distances = distances / pair_diameters(configuration, pairs, potential)
    counts = np.histogram(distances, edges)[0]
    shells = (np.pi if d == 2 else 4 * np.pi / 3) * np.diff(edges**d)
    weight = _total_pair_volume(configuration, potential) if scaled else n * (n - 1) / 2
    expected = weight * shells / configuration.volume
    return RadialDistribution(np.asarray(edges[:-1] + width / 2), counts / expected, counts, scaled)


def size_correlation(configuration: Configuration) -> SizeCorrelation:
    """Return the correlation of neighbors' diameters, and the variation of the sizes over the largest length scales.

    Raises
    ------
    InputError
        All diameters are equal, there are fewer than four particles, or no two particles are neighbors.

    Notes
    -----
    Neighbors are closer than 1.4 rho^(-1/d), regardless of size, so that permutations of the diameters do not change
    neighbors. The moments of I under permutations are those of Cliff and Ord, *Spatial Processes* (1981), Sec. 1.5.

    Examples
    --------
    >>> bool(diagnostics.size_correlation(glass).neighbors < 0.1)
    True
    """
    sizes = configuration.diameters - configuration.diameters.mean()
    n, variance = len(configuration), float(configuration.diameters.var())
    if n < 4 or variance <= 1e-20:
        raise InputError("diameters for a size correlation (N, variance)", (n, variance), "N >= 4 and variance > 0")
    pairs, _ = pairs_within(configuration, neighbor_distance(configuration))
    if not len(pairs):
        raise InputError("neighbors within 1.4 rho^(-1/d)", 0, ">= 1 pair")
    i, j = pairs.T
    waves = _large_scale_waves(configuration)
    amplitudes = np.exp(1j * configuration.positions @ waves.T).T @ sizes
    return SizeCorrelation(
        neighbors=float(np.mean(sizes[i] * sizes[j]) / variance),
        expected=-1.0 / (n - 1),
        deviation=_shuffled_deviation(pairs, sizes),
        large_scale=float(np.mean(np.abs(amplitudes) ** 2) / (n * variance) * (n - 1) / n),
    )


def _total_pair_volume(configuration: Configuration, potential: PairPotential | None) -> float:
    """Return sum_{i<j} sigma_ij^d, computed row by row, as N^2 numbers at once could exceed the memory."""
    n = len(configuration)
    total = 0.0
    for i in range(n - 1):
        pairs = np.column_stack([np.full(n - 1 - i, i), np.arange(i + 1, n)])
        total += float((pair_diameters(configuration, pairs, potential) ** configuration.dimension).sum())
    return total


def _large_scale_waves(configuration: Configuration) -> Array:
    """Return the wave vectors (K, d) up to 1.5 times the smallest, one of each pair +-k."""
    d = configuration.dimension
    half_space = [m for m in product(range(-3, 4), repeat=d) if m > (0,) * d]
    waves: Array = 2 * np.pi * np.array(half_space) @ np.linalg.inv(configuration.cell).T
    lengths = np.linalg.norm(waves, axis=1)
    return waves[lengths <= LARGE_SCALE * lengths.min() * (1 + 1e-9)]


def _shuffled_deviation(pairs: IntArray, sizes: Array) -> float:
    """Return the standard deviation of Moran's I over permutations of the sizes, with fixed neighbors."""
    n = len(sizes)
    s0 = 2.0 * len(pairs)
    s1 = 2.0 * s0  # symmetric weights of 0 and 1: half the sum of (w_ij + w_ji)^2
    s2 = float(((2.0 * np.bincount(pairs.ravel(), minlength=n)) ** 2).sum())
    kurtosis = float(n * (sizes**4).sum() / (sizes**2).sum() ** 2)
    a = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0 * s0)
    b = kurtosis * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0 * s0)
    mean_of_square = (a - b) / ((n - 1) * (n - 2) * (n - 3) * s0 * s0)
    return float(np.sqrt(mean_of_square - 1.0 / (n - 1) ** 2))
