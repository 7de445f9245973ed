"""Energy levels of a particle of unit mass in a potential that is tabulated along a path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import eigh

from atomglass.errors import InputError
from atomglass.landscape.well_profile import WellProfile, well_profile
from atomglass.types import Array

#: Planck's constant in units of sigma sqrt(m epsilon) for parameters like those of nickel and phosphorus.
DEFAULT_HBAR = 0.0132
#: Largest number of levels.
MAX_COUNT = 60
#: Exponent of the wave function's decay, exp(-40), at which the grid ends.
_DECAY = 40.0
#: Number of points at which the classical action is integrated.
_ACTION_POINTS = 4096
#: The grid is refined until no level changes by more than this, in units of the height of the highest level.
_TOLERANCE = 1e-12
#: Factor between the sizes of successive grids, and largest size.
_REFINEMENT, _LARGEST_GRID = 1.3, 1500


@dataclass(frozen=True, eq=False)
class Levels:
    """The lowest levels of a particle in a potential along a path; `numpy.asarray` gives their energies.

    Attributes
    ----------
    above_minimum : (k,) array
        Energies relative to `minimum`, ascending. Differences between levels are computed from these, as a large energy
        of the minimum would cost digits.
    errors : (k,) array
        Estimated numerical error of each level: of the grid, of rounding, and of the interpolation of the table; NaN
        where the second interpolation, from which the last one is estimated, has no wall at one of its ends.
    outside : (k,) array
        Probability of finding the particle beyond the ends of the table, where the potential is continued harmonically.
    minimum : float
        Lowest energy of the table.
    hbar : float
        Planck's constant.
    grid : (m,) array
        Positions at which the wave functions are given, in units of length.
    states : (m, k) array
        The wave functions, normalized so that their squares add up to 1 over the grid.
    """

    above_minimum: Array
    errors: Array
    outside: Array
    minimum: float
    hbar: float
    grid: Array
    states: Array

    @property
    def energies(self) -> Array:
        """Energies of the levels, ascending, on the scale of the table (k,)."""
        return self.minimum + self.above_minimum

    @property
    def splitting(self) -> float:
        """Distance of the lowest two levels; NaN if only one was computed."""
        return float(self.above_minimum[1] - self.above_minimum[0]) if len(self) > 1 else float("nan")

    def __len__(self) -> int:
        """Return the number of levels."""
        return len(self.above_minimum)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        """Return the energies as an array."""
        return np.array(self.energies, dtype=dtype)

    def __repr__(self) -> str:
        shown = ", ".join(f"{energy:.6g}" for energy in self.energies)
        return f"Levels(energies=[{shown}], largest error {self.errors.max():.1e})"


def double_well_levels(
    x: ArrayLike, V: ArrayLike, hbar: float = DEFAULT_HBAR, count: int = 4, between_minima: bool = False
) -> Levels:
    """Return the lowest levels of -(hbar^2/2) psi'' + V psi = E psi for a potential tabulated along a path.

    Parameters
    ----------
    x : (n,) array, n >= 8
        Positions along the path, ascending, with arbitrary spacing. For a path of many particles of mass 1 this is the
        Euclidean length of the path, in units of length.
    V : (n,) array
        Energies at these positions, in units of epsilon.
    hbar : float
        Planck's constant in units of length sqrt(m epsilon); see `QuantumUnits`.
    count : int
        Number of levels, from 1 to 60.
    between_minima : bool
        Whether both ends of the table are known to be minima, as those of a path between two inherent states are: the
        walls then bend upwards there even if numerical errors hide it.

    Returns
    -------
    Levels
        `energies`, ascending and on the scale of V, and `errors`.

    Raises
    ------
    InputError
        hbar is not positive, the number of levels is out of range, there are fewer than 8 points, the positions do not
        ascend, a number is not finite, or the table is no well (see Notes).

    Notes
    -----
    Between its points the table is interpolated by a spline of degree five. Beyond each end the potential is a parabola
    with the energy, slope and curvature of the table there: the walls are harmonic, and the levels do not depend on
    where a path stops as long as its walls are harmonic there, or so high that the particle does not reach them.
    `Levels.outside` is the weight of the walls. Where the energy rises without bending upwards, the wall is the
    parabola with its energy and slope whose minimum has the lowest energy of the table. A table is no well if at one of
    its ends the energy still falls outwards, or neither rises nor bends upwards.

    The Hamiltonian is represented by sinc functions on a uniform grid (Colbert and Miller, J. Chem. Phys. 96, 1982
    (1992), Eq. A7), which reaches to where the highest wave function has decayed by exp(-40), and is refined until the
    levels are stationary. `errors` adds up their change in the last refinement, the rounding error, and the difference
    that a cubic spline, with walls fitted by polynomials of degree four, makes in first-order perturbation theory.

    Examples
    --------
    >>> x = np.linspace(-1.5, 1.5, 61)
    >>> levels = ag.double_well_levels(x, 0.05 * (x**2 - 1) ** 2, hbar=0.05)
    >>> bool(0 < levels.splitting < 1e-3 < levels.energies[2] - levels.energies[1])
    True
    """
    hbar = checked_hbar(hbar)
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or not 1 <= count <= MAX_COUNT:
        raise InputError("number of levels", count, f"1 to {MAX_COUNT}")
    profile = well_profile(x, V, between_minima=between_minima)
    try:
        rougher = well_profile(x, V, degree=3, wall_degree=4, between_minima=between_minima)
    except InputError:  # it serves the estimate of the error alone; the levels do not need it
        rougher = None
    energies, errors, grid, states = _levels(profile, rougher, hbar, int(count))
    beyond = (grid < profile.left.end) | (grid > profile.right.end)
    outside = (states[beyond] ** 2).sum(axis=0)
    return Levels(energies, errors, outside, profile.minimum, hbar, grid, states)


def checked_hbar(hbar: float) -> float:
    """Return Planck's constant, in units of length sqrt(m epsilon), as a float.

    Raises
    ------
    InputError
        It is not a positive number.
    """
    if isinstance(hbar, bool) or not isinstance(hbar, int | float | np.floating | np.integer) or not 0 < hbar < np.inf:
        raise InputError("hbar", hbar, "a positive number", "take that of a substance: QuantumUnits.named(...).hbar")
    return float(hbar)


def _levels(
    profile: WellProfile, rougher: WellProfile | None, hbar: float, count: int
) -> tuple[Array, Array, Array, Array]:
    """Return the levels above the minimum of the table and their errors, the grid and the wave functions."""
    left, right, top = _range(profile, hbar, count)
    spacing = np.pi * hbar / (2 * np.sqrt(2 * top))
    size = max(count + 8, int((right - left) / spacing) + 2)
    energies, errors = np.full(count, np.inf), np.full(count, np.inf)
    while size <= _LARGEST_GRID:
        x, step = np.linspace(left, right, size, retstep=True)
        potential = profile(x)
        matrix = (hbar / step) ** 2 / 2 * _second_derivative(size)
        matrix[np.diag_indices(size)] += potential
        refined, states = eigh(matrix, subset_by_index=(0, count - 1))
        errors, energies = np.abs(refined - energies), refined
        if errors.max() <= _TOLERANCE * top:
            break
        size = max(size + 8, int(_REFINEMENT * size))
    if not np.isfinite(errors).all():
        raise InputError(
            "hbar", hbar, f"so large that the levels need fewer than {_LARGEST_GRID} grid points", "cut the table"
        )
    rounding = np.finfo(float).eps * (np.abs(potential).max() + 5 * (hbar / step) ** 2)
    interpolation = np.full(count, np.nan) if rougher is None else np.abs((states**2).T @ (rougher(x) - potential))
    return energies, errors + rounding + interpolation, x, states


def _second_derivative(size: int) -> Array:
    """Return -d^2/dx^2 between sinc functions one unit apart."""
    difference = np.arange(1, size, dtype=float)
    row = np.concatenate([[np.pi**2 / 3], 2 * (-1.0) ** difference / difference**2])
    index = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    return row[index]


def _range(profile: WellProfile, hbar: float, count: int) -> tuple[float, float, float]:
    """Return the ends of the grid, and an energy above the highest level, relative to the minimum of the table.

    By the rule of Bohr and Sommerfeld the number of levels below E is the action, the integral of sqrt(2 (E - V)),
    divided by pi hbar. The energy sought has two levels more than wanted.
    """
    low, high = 0.0, float(np.ptp(profile(profile.positions))) + hbar**2
    while _action(profile, high)[0] < np.pi * hbar * (count + 2):
        low, high = high, 2 * high
    for _ in range(40):
        middle = (low + high) / 2
        enough = _action(profile, middle)[0] >= np.pi * hbar * (count + 2)
        low, high = (low, middle) if enough else (middle, high)
    _, x, momentum = _action(profile, high, np.sqrt(2 * _DECAY * hbar))
    decay = np.concatenate([[0.0], np.cumsum(np.maximum(-momentum, 0.0)[1:] * np.diff(x))]) / hbar
    allowed = np.flatnonzero(momentum > 0)
    first = np.searchsorted(decay, decay[allowed[0]] - _DECAY)
    last = min(np.searchsorted(decay, decay[allowed[-1]] + _DECAY), len(x) - 1)
    return float(x[first]), float(x[last]), high


def _action(profile: WellProfile, energy: float, reach: float = 0.0) -> tuple[float, Array, Array]:
    """Return the classical action at an energy, and the momentum at points; where it is imaginary, minus its size.

    The points cover the table, and its walls beyond the turning points by `reach` in units of the fourth root of their
    curvature.
    """
    left, right = profile.left, profile.right
    start = left.turning_point(energy) - reach / left.curvature**0.25
    end = right.turning_point(energy) + reach / right.curvature**0.25
    x = np.union1d(np.linspace(start, end, _ACTION_POINTS), profile.positions)
    surplus = energy - profile(x)
    momentum = np.sign(surplus) * np.sqrt(2 * np.abs(surplus))
    return float(np.trapezoid(np.maximum(momentum, 0.0), x)), x, momentum
