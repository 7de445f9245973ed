"""Static structure: pair distribution, bond-orientational order, and how the diameters are spread."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Voronoi
from scipy.special import gammaln, lpmv

from atomglass.diagnostics.pairs import pair_diameters, pairs_within
from atomglass.errors import InputError
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential

Array = NDArray[np.float64]

#: Neighbors are nearer than this many rho^(-1/d): the first minimum of g(r) in dense liquids; it takes in the 12
#: neighbors of fcc and hcp (at 1.12) and the 8 + 6 of bcc (1.09 and 1.26), not the next shells (from 1.59 on).
NEIGHBOR_REACH = 1.4
#: Wave vectors up to this multiple of the smallest are "large scale": [10] and [11] in a square, up to [110] in a cube.
LARGE_SCALE = 1.5


@dataclass(frozen=True)
class RadialDistribution:
    """g(r) in bins.

    Attributes
    ----------
    distances : (K,) array
        Bin centers: r, or r/sigma_ij where `scaled`.
    values : (K,) array
        g: pairs found over pairs expected of an ideal gas.
    counts : (K,) array
        Pairs found, each once.
    scaled : bool
        Whether distances are in units of the pair diameter.
    """

    distances: Array
    values: Array
    counts: NDArray[np.int64]
    scaled: bool


@dataclass(frozen=True)
class HexaticOrder:
    """Sixfold bond-orientational order in two dimensions.

    Attributes
    ----------
    particles : (N,) complex array
        psi_6 of each particle.
    global_order : float
        |mean of psi_6|: 1 in a triangular crystal, of order N^-1/2 in a liquid.
    local_order : float
        Mean of |psi_6|: large also in a polycrystal.
    """

    particles: NDArray[np.complex128]
    global_order: float
    local_order: float


@dataclass(frozen=True)
class SteinhardtOrder:
    """Bond-orientational order of degree l in three dimensions.

    Attributes
    ----------
    degree : int
        l.
    particles : (N,) array
        Q_l of each particle; 0 where it has no neighbor.
    averaged : (N,) array
        The same, of q_lm averaged over the particle and its neighbors: what tells crystal from liquid best.
    global_order : float
        Q_l of all bonds together: of order N^-1/2 in a liquid.
    """

    degree: int
    particles: Array
    averaged: Array
    global_order: float


@dataclass(frozen=True)
class SizeCorrelation:
    """Whether the diameters are spread evenly or have fractionated.

    Attributes
    ----------
    neighbors : float
        Moran's I, the correlation coefficient of the diameters of neighbors: 1 where neighbors are alike.
    expected, deviation : float
        Mean and standard deviation of I over all shufflings of the diameters.
    large_scale : float
        Structure factor of the diameters, averaged over the longest waves of the box: 1 for shuffled diameters, of
        order N where the sizes have separated.
    """

    neighbors: float
    expected: float
    deviation: float
    large_scale: float

    @property
    def score(self) -> float:
        """Neighbor correlation in standard deviations of a shuffled sample."""
        return (self.neighbors - self.expected) / self.deviation


def radial_distribution(
    configuration: Configuration,
    width: float,
    r_max: float,
    scaled: bool = False,
    potential: PairPotential | None = None,
) -> RadialDistribution:
    """Return the pair distribution function g, in two or three dimensions and any cell.

    Parameters
    ----------
    configuration : Configuration
        The sample.
    width, r_max : float
        Width of the bins and largest distance; in units of the pair diameter where `scaled`.
    scaled : bool
        Distances over sigma_ij: sharper in a polydisperse sample, where order and demixing show more clearly.
    potential : PairPotential, optional
        Gives sigma_ij by its (non-additive) rule; the mean of the two diameters without it.

    Raises
    ------
    InputError
        A width or distance out of range, or a distance beyond half the least height of the cell.

    Notes
    -----
    The ideal gas puts N (N - 1) / 2 pairs uniformly, so that g = 1 for it at any N. Scaled, the shell of each pair has
    the volume of x to x + dx times sigma_ij^d.
    """
    if not (0 < width <= r_max and np.isfinite(r_max)):
        raise InputError("bins of g(r) (width, r_max)", (width, r_max), "0 < width <= r_max")
    d, n = configuration.dimension, len(configuration)
    edges = width * np.arange(int(np.floor(r_max / width + 1e-9)) + 1)
    unit = float(configuration.diameters.max()) if scaled else 1.0
    pairs, separations = pairs_within(configuration, edges[-1] * unit)
    distances = np.sqrt((separations**2).sum(axis=1))
    if scaled:
        distances = distances / pair_diameters(configuration, pairs, potential)
    counts = np.histogram(distances, edges)[0]
    shells = (np.pi if d == 2 else 4 * np.pi / 3) * np.diff(edges**d)
    weight = _total_pair_volume(configuration, potential) if scaled else n * (n - 1) / 2
    expected = weight * shells / configuration.volume
    return RadialDistribution(np.asarray(edges[:-1] + width / 2), counts / expected, counts, scaled)


def hexatic_order(configuration: Configuration) -> HexaticOrder:
    """Return the sixfold bond-orientational order of a two-dimensional sample.

    psi_6 of a particle is the mean of exp(6 i theta) over its Voronoi neighbors, each weighted with the length of the
    common edge, so that it changes continuously when neighbors change.

    Raises
    ------
    InputError
        Another dimension, or a sample too sparse or small for its own Voronoi cells.

    Notes
    -----
    Nelson and Halperin, Phys. Rev. B 19, 2457 (1979); weights: Mickel et al., J. Chem. Phys. 138,
    044501 (2013), Eq. (5).
    """
    if configuration.dimension != 2:
        raise InputError("dimension for psi_6", configuration.dimension, "2", "use steinhardt_order in 3-D")
    centers, bonds, lengths = _voronoi_bonds(configuration)
    phases = np.asarray(lengths * np.exp(6j * np.arctan2(bonds[:, 1], bonds[:, 0])), np.complex128)
    n = len(configuration)
    particles = _complex_bincount(centers, phases, n) / np.bincount(centers, lengths, n)
    return HexaticOrder(particles, float(abs(particles.mean())), float(np.abs(particles).mean()))


def steinhardt_order(configuration: Configuration, degree: int = 6, reach: float | None = None) -> SteinhardtOrder:
    """Return the bond-orientational order Q_l of a three-dimensional sample.

    Parameters
    ----------
    configuration : Configuration
        The sample.
    degree : int
        l, 1 to 12. Q_6 is 0.57452 in fcc, 0.48476 in hcp, 0.51069 in bcc (14 neighbors).
    reach : float, optional
        Neighbors are nearer than this, in units of length; 1.4 rho^(-1/3) by default.

    Raises
    ------
    InputError
        Another dimension, or a degree or reach out of range.

    Notes
    -----
    Steinhardt, Nelson and Ronchetti, Phys. Rev. B 28, 784 (1983), Eqs. (1.3) to (1.5); `averaged`: Lechner and Dellago,
    J. Chem. Phys. 129, 114707 (2008), Eqs. (5) and (6).
    """
    if configuration.dimension != 3:
        raise InputError("dimension for Q_l", configuration.dimension, "3", "use hexatic_order in 2-D")
    if degree not in range(1, 13):
        raise InputError("degree l", degree, "1 to 12")
    n = len(configuration)
    pairs, separations = pairs_within(configuration, _neighbor_distance(configuration) if reach is None else reach)
    i, j = np.concatenate([pairs, pairs[:, ::-1]]).T
    harmonics = _spherical_harmonics(np.concatenate([separations, -separations]), degree)
    number = np.bincount(i, minlength=n)
    sums = np.array([_complex_bincount(i, h, n) for h in harmonics])
    q = np.asarray(sums / np.maximum(number, 1), np.complex128)
    around = np.array([_complex_bincount(i, component[j], n) for component in q])
    averaged = (q + around) / (number + 1)
    whole = np.asarray(sums.sum(axis=1, keepdims=True) / max(1, len(i)), np.complex128)
    return SteinhardtOrder(degree, _invariant(q), _invariant(averaged), float(_invariant(whole)[0]))


def size_correlation(configuration: Configuration) -> SizeCorrelation:
    """Return how much alike the diameters of neighbors are, and how the sizes vary over the largest distances.

    Raises
    ------
    InputError
        All diameters equal, fewer than four particles, or no two particles near each other.

    Notes
    -----
    Neighbors are nearer than 1.4 rho^(-1/d), whatever their sizes, so that shuffling the diameters changes no
    neighbor; the moments of I under shuffling are those of Cliff and Ord, *Spatial Processes* (1981), Sec. 1.5.
    """
    sizes = configuration.diameters - configuration.diameters.mean()
    n, variance = len(configuration), float(configuration.diameters.var())
    if n < 4 or variance <= 1e-20:
        raise InputError("diameters for a size correlation (N, variance)", (n, variance), "N >= 4 and variance > 0")
    pairs, _ = pairs_within(configuration, _neighbor_distance(configuration))
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


def _neighbor_distance(configuration: Configuration) -> float:
    return NEIGHBOR_REACH * configuration.density ** (-1 / configuration.dimension)


def _total_pair_volume(configuration: Configuration, potential: PairPotential | None) -> float:
    """Return sum_{i<j} sigma_ij^d, row by row: N^2 numbers at once could be too many."""
    n = len(configuration)
    total = 0.0
    for i in range(n - 1):
        pairs = np.column_stack([np.full(n - 1 - i, i), np.arange(i + 1, n)])
        total += float((pair_diameters(configuration, pairs, potential) ** configuration.dimension).sum())
    return total


def _voronoi_bonds(configuration: Configuration) -> tuple[NDArray[np.int64], Array, Array]:
    """Return particle, vector to its Voronoi neighbor and length of their common edge, each edge from both sides.

    The sample is padded with its periodic images. A vertex at distance R from its particle has an empty circle of
    radius R around it, so a padding of 2 R is enough; it is widened until that holds.
    """
    n, heights = len(configuration), configuration.heights
    fractional = configuration.fractional % 1.0
    margin = 4.0 * configuration.density**-0.5
    while margin <= 8.0 * heights.max():
        points = _padded(fractional, margin / heights) @ configuration.cell
        diagram = Voronoi(points)
        inside = (diagram.ridge_points < n).any(axis=1)
        ends = np.array(diagram.ridge_vertices)[inside]
        points_of, vertices = diagram.ridge_points[inside], diagram.vertices[ends]
        # Both particles of a ridge are equally far from its ends.
        radius = np.linalg.norm(vertices - points[points_of[:, :1]], axis=2).max()
        if ends.min() >= 0 and 2 * radius <= margin:
            lengths = np.linalg.norm(vertices[:, 1] - vertices[:, 0], axis=1)
            centers, others = np.concatenate([points_of, points_of[:, ::-1]]).T
            own = centers < n
            return centers[own], (points[others] - points[centers])[own], np.tile(lengths, 2)[own]
        margin *= 2.0
    raise InputError("sample for Voronoi cells, N =", n, "one without holes as wide as the box", "use more particles")


def _padded(fractional: Array, margins: Array) -> Array:
    """Return fractional positions, followed by their images up to `margins` outside the cell."""
    reach = [range(-int(np.ceil(m)), int(np.ceil(m)) + 1) for m in margins]
    shifts = np.array([shift for shift in product(*reach) if any(shift)])
    images = (fractional[None] + shifts[:, None]).reshape(-1, fractional.shape[1])
    return np.concatenate([fractional, images[np.all((images >= -margins) & (images <= 1 + margins), axis=1)]])


def _spherical_harmonics(vectors: Array, degree: int) -> NDArray[np.complex128]:
    """Return Y_lm of directions, (l + 1, P) for m = 0 to l; those of -m are their conjugates up to a sign."""
    cosine = vectors[:, 2] / np.linalg.norm(vectors, axis=1)
    azimuth = np.arctan2(vectors[:, 1], vectors[:, 0])
    m = np.arange(degree + 1)[:, None]
    norm = np.sqrt((2 * degree + 1) / (4 * np.pi) * np.exp(gammaln(degree - m + 1) - gammaln(degree + m + 1)))
    return norm * lpmv(m, degree, cosine) * np.exp(1j * m * azimuth)


def _invariant(q: NDArray[np.complex128]) -> Array:
    """Return sqrt(4 pi / (2 l + 1) sum_m |q_lm|^2) of q (l + 1, N)."""
    degree = len(q) - 1
    total = np.abs(q[0]) ** 2 + 2 * (np.abs(q[1:]) ** 2).sum(axis=0)
    return np.sqrt(4 * np.pi / (2 * degree + 1) * total)


def _complex_bincount(indices: NDArray[np.int64], values: NDArray[np.complex128], n: int) -> NDArray[np.complex128]:
    total = np.zeros(n, np.complex128)
    total.real, total.imag = np.bincount(indices, values.real, n), np.bincount(indices, values.imag, n)
    return total


def _large_scale_waves(configuration: Configuration) -> Array:
    """Return the wave vectors (K, d), one of each pair +-k, up to 1.5 times the smallest."""
    d = configuration.dimension
    half = [m for m in product(range(-3, 4), repeat=d) if m > (0,) * d]
    waves = 2 * np.pi * np.array(half) @ np.linalg.inv(configuration.cell).T
    lengths = np.linalg.norm(waves, axis=1)
    return waves[lengths <= LARGE_SCALE * lengths.min() * (1 + 1e-9)]


def _shuffled_deviation(pairs: NDArray[np.int64], sizes: Array) -> float:
    """Return the standard deviation of Moran's I when the sizes are shuffled over fixed neighbors."""
    n = len(sizes)
    s0 = 2.0 * len(pairs)
    s1 = 2.0 * s0  # symmetric weights of 0 and 1: half the sum of (w_ij + w_ji)^2
    s2 = float(((2.0 * np.bincount(pairs.ravel(), minlength=n)) ** 2).sum())
    kurtosis = float(n * (sizes**4).sum() / (sizes**2).sum() ** 2)
    a = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0 * s0)
    b = kurtosis * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0 * s0)
    square = (a - b) / ((n - 1) * (n - 2) * (n - 3) * s0 * s0)
    return float(np.sqrt(square - 1.0 / (n - 1) ** 2))
