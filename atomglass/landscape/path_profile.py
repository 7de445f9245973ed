"""The energy along a path from the energies and slopes of its images: interpolation, length, number of barriers."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import BSpline, CubicSpline

from atomglass.types import Array

#: Smallest depth of a minimum that separates two barriers, in units of the height of the path.
_LEAST_DEPTH = 1e-3
#: Intervals into which each interval between two images is divided.
_FINE = 16


def smooth_curve(points: Array) -> tuple[Array, Array]:
    """Return the length (n,) of the smooth curve through points up to each of them, and its unit tangents (n, D).

    The curve is a cubic spline; a polygon would be too short.

    Parameters
    ----------
    points : (n, D) array
        Points of the curve, in order.
    """
    chords = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    curve = CubicSpline(chords, points, axis=0)
    fine = _divided(chords, 8)
    length = CubicSpline(fine, np.linalg.norm(curve(fine, 1), axis=1)).antiderivative()
    tangents = curve(chords, 1)
    return length(chords) - length(0.0), tangents / np.linalg.norm(tangents, axis=1, keepdims=True)


def profile_table(lengths: Array, energies: Array, slopes: Array) -> tuple[Array, Array]:
    """Return a fine table of the energy along a path, interpolated with its slopes.

    The interpolation is a spline of degree five with two knots at each image, so that it has the energy and the slope
    of every image, and continuous third derivatives.

    Parameters
    ----------
    lengths : (n,) array, n >= 4
        Length of the path to each image.
    energies, slopes : (n,) arrays
        Energies of the images, and their derivatives along the path.

    Returns
    -------
    lengths, energies : (16 (n - 1) + 1,) arrays
        The table, with 16 intervals between two images.
    """
    spline = _hermite_spline(lengths, energies, slopes)
    fine = _divided(lengths, _FINE)
    return fine, spline(fine)


def barrier_count(lengths: Array, energies: Array, slopes: Array) -> int:
    """Return the number of maxima between the ends of a path, separated by minima deeper than 1e-3 of its height.

    Parameters
    ----------
    lengths : (n,) array, n >= 4
        Length of the path to each image.
    energies, slopes : (n,) arrays
        Energies of the images, and their derivatives along the path.
    """
    fine = profile_table(lengths, energies, slopes)[1]
    depth = _LEAST_DEPTH * float(fine.max() - min(fine[0], fine[-1]))
    count, rising, extreme = 0, True, fine[0]
    for value in fine:
        extreme = max(extreme, value) if rising else min(extreme, value)
        if rising and value < extreme - depth:
            count, rising, extreme = count + 1, False, value
        elif not rising and value > extreme + depth:
            rising, extreme = True, value
    return count


def _divided(nodes: Array, parts: int) -> Array:
    """Return nodes with every interval divided into equal parts."""
    weights = np.arange(parts) / parts
    inner = nodes[:-1, None] + weights * np.diff(nodes)[:, None]
    return np.concatenate([inner.ravel(), nodes[-1:]])


def _hermite_spline(x: Array, values: Array, slopes: Array) -> BSpline:
    """Return the spline of degree five through values and slopes; the first and last inner knot are single."""
    inner = np.concatenate([x[1:2], np.repeat(x[2:-2], 2), x[-2:-1]])
    knots = np.concatenate([np.repeat(x[0], 6), inner, np.repeat(x[-1], 6)])
    basis = BSpline(knots, np.eye(len(knots) - 6), 5)
    matrix = np.vstack([basis(x), basis(x, 1)])
    scale = np.concatenate([np.ones(len(x)), np.full(len(x), float(np.diff(x).mean()))])
    coefficients = np.linalg.solve(matrix * scale[:, None], np.concatenate([values, slopes]) * scale)
    return BSpline(knots, coefficients, 5)
