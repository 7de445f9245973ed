"""Bond-orientational order: psi_6 in two dimensions, Steinhardt's Q_l in three."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.spatial import QhullError, Voronoi
from scipy.special import gammaln, lpmv

from atomglass.diagnostics.pairs import neighbor_distance, pairs_within
from atomglass.errors import InputError, warn_caller
from atomglass.system.configuration import Configuration
from atomglass.types import Array, ComplexArray, IntArray, ShortRepr


@dataclass(frozen=True, repr=False)
class HexaticOrder(ShortRepr):
    """Sixfold bond-orientational order in two dimensions.

    Attributes
    ----------
    particles : (N,) complex array
        psi_6 of each particle.
    global_order : float
        |mean of psi_6|, which is 1 in a triangular crystal and of order N^-1/2 in a liquid.
    local_order : float
        Mean of |psi_6|, which is also large in a polycrystal.

    Examples
    --------
    >>> diagnostics.hexatic_order(glass).particles.shape
    (100,)
    """

    particles: ComplexArray
    global_order: float
    local_order: float


@dataclass(frozen=True, repr=False)
class SteinhardtOrder(ShortRepr):
    """Bond-orientational order of degree l in three dimensions.

    Attributes
    ----------
    degree : int
        The degree l.
    particles : (N,) array
        Q_l of each particle; 0 if it has no neighbor.
    averaged : (N,) array
        Q_l from the average of q_lm over the particle and its neighbors, which best distinguishes crystal and liquid.
    global_order : float
        Q_l of all bonds together, which is of order N^-1/2 in a liquid.

    Examples
    --------
    >>> positions = np.argwhere(np.ones((6, 6, 6))) + 0.5
    >>> cubic = ag.Configuration(positions, np.ones(216), np.full(3, 6.0))
    >>> diagnostics.steinhardt_order(cubic, 4).averaged.shape
    (216,)
    """

    degree: int
    particles: Array
    averaged: Array
    global_order: float


def hexatic_order(configuration: Configuration) -> HexaticOrder:
    """Return the sixfold bond-orientational order of a two-dimensional sample.

    psi_6 of a particle is the mean of exp(6 i theta) over its Voronoi neighbors, weighted with the length of the common
    edge, so that it changes continuously when neighbors change.

    Raises
    ------
    InputError
        The sample is not two-dimensional, or is too sparse or too small for a Voronoi tessellation.

    Notes
    -----
    Nelson and Halperin, Phys. Rev. B 19, 2457 (1979); weights: Mickel et al., J. Chem. Phys. 138,
    044501 (2013), Eq. (5).

    Examples
    --------
    >>> order = diagnostics.hexatic_order(liquid)
    >>> bool(0 < order.global_order < order.local_order < 1)
    True
    """
    if configuration.dimension != 2:
        raise InputError("dimension for psi_6", configuration.dimension, "2", "use steinhardt_order in 3-D")
    centers, bonds, lengths = _voronoi_bonds(configuration)
    phases = np.asarray(lengths * np.exp(6j * np.arctan2(bonds[:, 1], bonds[:, 0])), np.complex128)
    n = len(configuration)
    particles = _complex_bincount(centers, phases, n) / np.bincount(centers, lengths, n)
    return HexaticOrder(particles, float(abs(particles.mean())), float(np.abs(particles).mean()))


def steinhardt_order(
    configuration: Configuration, degree: int = 6, cutoff: float | None = None, *, reach: float | None = None
) -> SteinhardtOrder:
    """Return the bond-orientational order Q_l of a three-dimensional sample.

    Parameters
    ----------
    configuration : Configuration
        The sample.
    degree : int
        The degree l, 1 to 12. Q_6 is 0.57452 in fcc, 0.48476 in hcp, 0.51069 in bcc (14 neighbors).
    cutoff : float, optional
        Distance below which particles are neighbors, in units of length; 1.4 rho^(-1/3) by default.
    reach : float, optional
        Deprecated name of `cutoff`.

    Returns
    -------
    SteinhardtOrder
        Q_l of each particle and of the whole sample.

    Raises
    ------
    InputError
        The sample is not three-dimensional, or the degree or the cutoff is out of range.

    Notes
    -----
    Steinhardt, Nelson and Ronchetti, Phys. Rev. B 28, 784 (1983), Eqs. (1.3) to (1.5); `averaged`: Lechner and Dellago,
    J. Chem. Phys. 129, 114707 (2008), Eqs. (5) and (6).

    Examples
    --------
    >>> positions = np.argwhere(np.ones((6, 6, 6))) + 0.5
    >>> cubic = ag.Configuration(positions, np.ones(216), np.full(3, 6.0))
    >>> round(diagnostics.steinhardt_order(cubic, 4, cutoff=1.1).global_order, 3)
    0.764
    """
    if reach is not None:
        warn_caller("the keyword `reach` of steinhardt_order is deprecated: use `cutoff`", DeprecationWarning)
        cutoff = reach
    if configuration.dimension != 3:
        raise InputError("dimension for Q_l", configuration.dimension, "3", "use hexatic_order in 2-D")
    if degree not in range(1, 13):
        raise InputError("degree l", degree, "1 to 12")
    n = len(configuration)
    pairs, separations = pairs_within(configuration, neighbor_distance(configuration) if cutoff is None else cutoff)
    i, j = np.concatenate([pairs, pairs[:, ::-1]]).T
    harmonics = _spherical_harmonics(np.concatenate([separations, -separations]), degree)
    number = np.bincount(i, minlength=n)
    sums = np.array([_complex_bincount(i, h, n) for h in harmonics])
    q = np.asarray(sums / np.maximum(number, 1), np.complex128)
    around = np.array([_complex_bincount(i, component[j], n) for component in q])
    averaged = (q + around) / (number + 1)
    of_all_bonds = np.asarray(sums.sum(axis=1, keepdims=True) / max(1, len(i)), np.complex128)
    return SteinhardtOrder(degree, _invariant(q), _invariant(averaged), float(_invariant(of_all_bonds)[0]))


def _voronoi_bonds(configuration: Configuration) -> tuple[IntArray, Array, Array]:
    """Return particles, vectors to their Voronoi neighbors, and lengths of the common edges; each edge occurs twice.

    The sample is padded with its periodic images. Around a vertex at distance R from its particle there is an empty
    circle of radius R, so that a padding of 2 R is sufficient; the padding is increased until this holds.
    """
    n, heights = len(configuration), configuration.heights
    fractional = configuration.fractional % 1.0
    margin = 4.0 * configuration.density**-0.5
    while margin <= 8.0 * heights.max():
        points = _padded(fractional, margin / heights) @ configuration.cell
        try:
            diagram = Voronoi(points)
        except QhullError:  # all points on a line: the padding holds no image beside it
            margin *= 2.0
            continue
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
    ranges = [range(-int(np.ceil(m)), int(np.ceil(m)) + 1) for m in margins]
    shifts = np.array([shift for shift in product(*ranges) if any(shift)])
    images = (fractional[None] + shifts[:, None]).reshape(-1, fractional.shape[1])
    return np.concatenate([fractional, images[np.all((images >= -margins) & (images <= 1 + margins), axis=1)]])


def _spherical_harmonics(vectors: Array, degree: int) -> ComplexArray:
    """Return Y_lm of directions, (l + 1, P), for m = 0 to l; those for -m are the complex conjugates up to a sign."""
    cosine = vectors[:, 2] / np.linalg.norm(vectors, axis=1)
    azimuth = np.arctan2(vectors[:, 1], vectors[:, 0])
    m = np.arange(degree + 1)[:, None]
    norm = np.sqrt((2 * degree + 1) / (4 * np.pi) * np.exp(gammaln(degree - m + 1) - gammaln(degree + m + 1)))
    harmonics: ComplexArray = norm * lpmv(m, degree, cosine) * np.exp(1j * m * azimuth)
    return harmonics


def _invariant(q: ComplexArray) -> Array:
    """Return sqrt(4 pi / (2 l + 1) sum_m |q_lm|^2) of q (l + 1, N)."""
    degree = len(q) - 1
    total = np.abs(q[0]) ** 2 + 2 * (np.abs(q[1:]) ** 2).sum(axis=0)
    invariant: Array = np.sqrt(4 * np.pi / (2 * degree + 1) * total)
    return invariant


def _complex_bincount(indices: IntArray, values: ComplexArray, n: int) -> ComplexArray:
    """Return the sums (n,) of complex values by index."""
    total = np.zeros(n, np.complex128)
    total.real, total.imag = np.bincount(indices, values.real, n), np.bincount(indices, values.imag, n)
    return total
