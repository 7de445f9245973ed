"""The energy along a path as a function: a spline through a table, with harmonic walls beyond its two ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import BSpline, make_interp_spline

from atomglass.errors import InputError
from atomglass.types import Array, ShortRepr

#: Smallest number of points in a table.
LEAST_POINTS = 8
#: Curvatures below this, in units of the height and length of the table, are rounding errors; and the smallest
#: curvature of a wall that continues a slope.
_ROUNDING, _SOFTEST_WALL = 1e-9, 1e-2
#: Largest distance of the minimum of a wall beyond the end of the table, in units of the table's length.
_FARTHEST_MINIMUM = 0.1


@dataclass(frozen=True)
class Wall:
    """A parabola that continues a table beyond one end: V = value + slope t + curvature t^2/2, t the distance from it.

    Attributes
    ----------
    end : float
        Position of the end of the table.
    side : int
        -1 for the left end, 1 for the right end.
    value, slope, curvature : float
        Energy at the end, and its first two derivatives with respect to the outward distance.
    """

    end: float
    side: int
    value: float
    slope: float
    curvature: float

    def energy(self, x: Array) -> Array:
        """Return the energy at positions beyond the end of the table."""
        t = self.side * (x - self.end)
        return self.value + t * (self.slope + t * self.curvature / 2)

    def turning_point(self, energy: float) -> float:
        """Return the position at which the wall reaches an energy; the end of the table if that is higher."""
        root = np.sqrt(max(self.slope**2 + 2 * self.curvature * (energy - self.value), 0.0))
        return self.end + self.side * max((root - self.slope) / self.curvature, 0.0)


@dataclass(frozen=True, repr=False)
class WellProfile(ShortRepr):
    """The energy V(x) along a path, for all x.

    Attributes
    ----------
    positions : (n,) array
        Positions of the table, ascending, in units of length.
    minimum : float
        Lowest energy of the table, in units of energy; `__call__` returns energies relative to it.
    spline : BSpline
        Interpolation of the table.
    left, right : Wall
        The walls beyond its ends.
    """

    positions: Array
    minimum: float
    spline: BSpline
    left: Wall
    right: Wall

    def __call__(self, x: Array) -> Array:
        """Return V(x) relative to `minimum`, in units of energy."""
        inside = self.spline(np.clip(x, self.left.end, self.right.end))
        beyond = np.where(x < self.left.end, self.left.energy(x), self.right.energy(x))
        return np.where((x < self.left.end) | (x > self.right.end), beyond, inside)


def well_profile(
    positions: ArrayLike, energies: ArrayLike, degree: int = 5, wall_degree: int = 5, between_minima: bool = False
) -> WellProfile:
    """Return the function through a table of energies along a path.

    Parameters
    ----------
    positions : (n,) array
        Positions along the path, ascending, with arbitrary spacing, in units of length.
    energies : (n,) array
        Energies at these positions.
    degree : int
        Degree of the interpolating spline, odd.
    wall_degree : int
        Degree of the polynomials from which the walls take slope and curvature, at most 7. Each is fitted to the last
        tenth of the table, at least `wall_degree + 1` points: derivatives of the spline would magnify rounding errors.
    between_minima : bool
        Whether both ends of the table are known to be minima. Where the polynomial has no positive curvature at an end,
        or a slope that does not fit a minimum there, the curvature then comes from a fit without slope.

    Returns
    -------
    WellProfile
        Within the table a spline through all points. Beyond each end a parabola with the energy, slope and curvature of
        the table there, so that a well which is harmonic at the end of the table is continued exactly.

    Raises
    ------
    InputError
        There are fewer than 8 points, a number is not finite, the positions do not ascend, or the table is no well: at
        one of its ends the energy still falls, or it neither rises nor bends upwards.
    """
    x, energy = _checked_table(positions, energies)
    minimum = float(energy.min())
    relative = energy - minimum
    left, right = (_wall(x, relative, side, wall_degree, between_minima) for side in (-1, 1))
    return WellProfile(x, minimum, make_interp_spline(x, relative, k=degree), left, right)


def _checked_table(positions: ArrayLike, energies: ArrayLike) -> tuple[Array, Array]:
    arrays = []
    for name, values in (("positions along the path", positions), ("energies along the path", energies)):
        try:
            array = np.array(values, dtype=float)
        except (TypeError, ValueError):
            raise InputError(name, values, "real numbers") from None
        if array.ndim != 1:
            raise InputError(f"shape of the {name}", array.shape, "(n,)")
        if not np.isfinite(array).all():
            raise InputError(name, array[~np.isfinite(array)][0], "finite numbers")
        arrays.append(array)
    x, energy = arrays
    if len(x) != len(energy):
        raise InputError("number of energies along the path", len(energy), f"{len(x)}, one for each position")
    if len(x) < LEAST_POINTS:
        raise InputError("number of points along the path", len(x), f">= {LEAST_POINTS}", "tabulate more points")
    steps = np.diff(x)
    if not (steps > 0).all():
        k = int(np.argmax(steps <= 0))
        raise InputError(
            f"positions {k} and {k + 1} along the path", f"{x[k]:g}, {x[k + 1]:g}", "ascending", "sort the table"
        )
    return x, energy


def _wall(x: Array, energy: Array, side: int, degree: int, at_minimum: bool) -> Wall:
    """Return the wall at one end; raise if the table is no well there."""
    count = max(degree + 1, len(x) // 10)
    chosen = slice(-count, None) if side > 0 else slice(None, count)
    end, value = (x[-1], energy[-1]) if side > 0 else (x[0], energy[0])
    fit = np.polynomial.Polynomial.fit(side * (x[chosen] - end), energy[chosen], degree)
    slope, curvature = float(fit.deriv(1)(0.0)), float(fit.deriv(2)(0.0))
    length, height = float(x[-1] - x[0]), float(np.ptp(energy))
    if at_minimum and not (curvature > 0 and abs(slope) < _FARTHEST_MINIMUM * length * curvature):
        slope, curvature = 0.0, _curvature_at_minimum(side * (x[chosen] - end), energy[chosen] - value)
    name, remedy = "right" if side > 0 else "left", "continue the table to a minimum or beyond"
    if curvature <= _ROUNDING * height / length**2:
        # The parabola with this energy and slope whose minimum has the lowest energy of the table.
        curvature = slope**2 / (2 * float(value)) if slope > 0 and value > 0 else 0.0
        if not curvature > _SOFTEST_WALL * height / length**2:
            what = f"the energy neither rises nor bends upwards at the {name} end of the path: outward slope"
            raise InputError(what, slope, "> 0, or a positive curvature", remedy)
    if -slope / curvature > _FARTHEST_MINIMUM * length:
        raise InputError(f"the path ends on the {name} before a minimum: outward slope", slope, ">= 0", remedy)
    return Wall(float(end), side, float(value), slope, curvature)


def _curvature_at_minimum(distance: Array, energy: Array) -> float:
    """Return the curvature at a minimum, from a fit of its parabola and of the next order to energies above it."""
    terms = np.stack([distance**2 / 2, distance**3 / 6], axis=1)
    return float(np.linalg.lstsq(terms, energy, rcond=None)[0][0])
